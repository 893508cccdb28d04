"""Run the material detectors on bytes as the scan would, and make keys and DER of our own."""

from collections.abc import Callable, Iterable
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, mlkem, rsa, x448, x25519

from pqc_migrate.catalog import languages
from pqc_migrate.detectors.material import DETECTORS
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

Seen = tuple[list[Finding], list[Diagnostic]]
Look = Callable[[str, bytes], Seen]


@cache
def gate() -> Gate:
    return Gate(frozenset().union(*(detector.anchors() for detector in DETECTORS)))


def seen(path: str, data: bytes) -> Seen:
    file = SourceFile(path, data, languages.of(path.rsplit("/", 1)[-1], data), hits=gate().hits(data))
    claims = [claim for detector in DETECTORS if detector.wants(file) for claim in detector.detect(file)]
    return (
        [claim for claim in claims if isinstance(claim, Finding)],
        [claim for claim in claims if isinstance(claim, Diagnostic)],
    )


@pytest.fixture(scope="session")
def look() -> Look:
    """Return what the detectors see in one file: findings and diagnostics."""
    return seen


MAKERS: dict[str, Callable[[], Any]] = {
    "RSA-1024": lambda: rsa.generate_private_key(65537, 1024),
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA-3072": lambda: rsa.generate_private_key(3, 3072),
    "DSA-1024": lambda: dsa.generate_private_key(1024),
    "DSA-2048": lambda: dsa.generate_private_key(2048),
    "EC-P-192": lambda: ec.generate_private_key(ec.SECP192R1()),
    "EC-P-224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "EC-P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC-P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EC-P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "EC-secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "EC-brainpoolP256r1": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "EC-brainpoolP384r1": lambda: ec.generate_private_key(ec.BrainpoolP384R1()),
    "EC-brainpoolP512r1": lambda: ec.generate_private_key(ec.BrainpoolP512R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "Ed448": ed448.Ed448PrivateKey.generate,
    "X25519": x25519.X25519PrivateKey.generate,
    "X448": x448.X448PrivateKey.generate,
    "ML-DSA-44": mldsa.MLDSA44PrivateKey.generate,
    "ML-DSA-65": mldsa.MLDSA65PrivateKey.generate,
    "ML-DSA-87": mldsa.MLDSA87PrivateKey.generate,
    "ML-KEM-768": mlkem.MLKEM768PrivateKey.generate,
    "ML-KEM-1024": mlkem.MLKEM1024PrivateKey.generate,
}


@cache
def made(name: str) -> Any:
    return MAKERS[name]()


@pytest.fixture(scope="session")
def private_key() -> Callable[[str], Any]:
    """Return a private key by the name its asset must get; made once a process."""
    return made


def tlv(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    octets = len(body).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    out = b""
    for arc in [first * 40 + second, *rest]:
        groups = [arc % 128]
        while arc >= 128:
            arc //= 128
            groups.append(arc % 128 + 128)
        out += bytes(groups[::-1])
    return tlv(6, out)


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(*content: bytes) -> bytes:
    return tlv(0x30, *content)


def name(common_name: str) -> bytes:
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(12, common_name.encode()))))


def spki(*algorithm: str, key: bytes) -> bytes:
    return sequence(sequence(*(oid(part) for part in algorithm)), tlv(3, b"\0", key))


def certificate(key: bytes, signature: Iterable[str], subject: str = "subject", issuer: str = "issuer") -> bytes:
    algorithm = sequence(*(oid(part) for part in signature))
    validity = sequence(tlv(0x17, b"240101000000Z"), tlv(0x18, b"20540101000000Z"))
    body = sequence(tlv(0xA0, integer(2)), integer(7), algorithm, name(issuer), validity, name(subject), key)
    return sequence(body, algorithm, tlv(3, b"\0", b"s" * 64))


@pytest.fixture(scope="session")
def der() -> SimpleNamespace:
    """Return the writers of a second DER encoder, so that the product's own is not its only witness."""
    return SimpleNamespace(
        tlv=tlv, oid=oid, integer=integer, sequence=sequence, name=name, spki=spki, certificate=certificate
    )
