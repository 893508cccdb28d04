"""Compare what a scan finds with what `cryptography` itself loads: `python benchmarks/material.py FOLDER`.

Every file is given to every loader of `cryptography`. What a loader returns must be among the findings
of that file: a certificate and a key with family and size or curve, by its fingerprint; a request by its key; a
revocation list and parameters by their kind; an encrypted key as a container. Nothing is fetched; a good folder is
the unpacked wheel of `cryptography_vectors`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7, pkcs12

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.model.inventory import Asset, Finding, Kind
from pqc_migrate.scan import ScanOptions, scan

LARGEST = 16 * 2**20
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that a loader returned."""

    what: str
    """``certificate``, ``public-key``, ``private-key``, ``revocation-list``, ``parameters`` or ``encrypted``."""
    family: str = ""
    size: str | None = None
    curve: str | None = None
    fingerprint: str | None = None


def main() -> int:
    """Print the table and the misses; 1 when less than 99 % was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    found: dict[str, list[Finding]] = {}
    for finding in scan([str(arguments.folder)], ScanOptions()).findings:
        found.setdefault(finding.location.path, []).append(finding)
    totals: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for path, expected in _files(arguments.folder):
        for each in expected:
            totals[each.what] += 1
            if any(_matches(each, finding) for finding in found.get(path, ())):
                hits[each.what] += 1
            else:
                print(f"miss: {path}: {each}")
    for what in sorted(totals):
        print(f"{what:16} {hits[what]:6} of {totals[what]:6}  {hits[what] / totals[what]:.2%}")
    share = hits.total() / totals.total() if totals else 0
    print(f"{'all':16} {hits.total():6} of {totals.total():6}  {share:.2%}")
    return 0 if share >= 0.99 else 1


def _files(folder: Path) -> Iterator[tuple[str, list[Expected]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size <= LARGEST:
            yield path.relative_to(folder).as_posix(), sorted(set(_loaded(path.read_bytes())), key=repr)


def _loaded(data: bytes) -> Iterator[Expected]:
    """Yield what each loader makes of a file, and of each PEM block in it."""
    for piece in dict.fromkeys([data, *(match[0] + b"\n" for match in _BLOCK.finditer(data))]):
        for loader in LOADERS:
            yield from _by(loader, piece)


def _by(loader: Callable[[bytes], Any], data: bytes) -> Iterator[Expected]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = loader(data)
            for each in result if isinstance(result, list | tuple) else [result]:
                yield from _expected(each)
    except TypeError as error:
        if "encrypted" in str(error):
            yield Expected("encrypted")
    except Exception:  # each loader has its own ways to refuse; whatever is refused is not expected
        return


def _expected(thing: Any) -> Iterator[Expected]:
    if isinstance(thing, x509.Certificate):
        fingerprint = hashlib.sha256(thing.public_bytes(Encoding.DER)).hexdigest()
        yield Expected("certificate", "X.509", fingerprint=fingerprint)
        yield from _key(thing.public_key, "public-key")
    elif isinstance(thing, x509.CertificateSigningRequest):
        yield from _key(thing.public_key, "public-key")
    elif isinstance(thing, x509.CertificateRevocationList):
        yield Expected("revocation-list")
    elif isinstance(thing, dh.DHParameters):
        yield Expected("parameters", "FFDH", str(thing.parameter_numbers().p.bit_length()))
    elif isinstance(thing, pkcs12.PKCS12KeyAndCertificates):
        if thing.key is not None:
            yield from _key(thing.key.public_key, "private-key")
        for each in (thing.cert, *thing.additional_certs):
            yield from _expected(each.certificate) if each else ()
    elif isinstance(thing, serialization.SSHCertificate):
        yield from _key(thing.public_key, "public-key")
    elif hasattr(thing, "public_key"):
        yield from _key(thing.public_key, "private-key")
    elif hasattr(thing, "public_bytes"):
        yield from _key(lambda: thing, "public-key")


def _key(get: Callable[[], Any], what: str) -> Iterator[Expected]:
    try:
        key = get()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # a certificate of a key that `cryptography` does not know
        return
    family, size, curve = _described(key)
    yield Expected(what, family, size, curve, hashlib.sha256(spki).hexdigest())


def _described(key: Any) -> tuple[str, str | None, str | None]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", str(key.key_size), None
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", str(key.key_size), None
    if isinstance(key, dh.DHPublicKey):
        return "FFDH", str(key.key_size), None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", None, names.curve(key.curve.name) or key.curve.name
    name = type(key).__name__.removesuffix("PublicKey")
    match = re.fullmatch(r"ML(DSA|KEM)(\d+)", name)
    return (f"ML-{match[1]}", match[2], None) if match else (name, None, None)


def _matches(expected: Expected, finding: Finding) -> bool:
    asset, what = finding.asset, finding.rule.split("/", 1)[1]
    if expected.what == "revocation-list":
        return what == "revocation-list"
    if expected.what == "encrypted":
        return what == "private-key" and ("encrypted", "yes") in finding.details
    if expected.what == "parameters":
        return what == "parameters" and asset.get("size") == expected.size
    if expected.what == "certificate":
        return asset.kind is Kind.CERTIFICATE and asset.get("fingerprint") == expected.fingerprint
    right = asset.kind is Kind.KEY and asset.get("type") == expected.what and _same_family(asset, expected.family)
    # An RSA key is one key in two encodings: with and without a restriction to PSS, and with odd NULL parameters.
    same = asset.get("fingerprint") in (expected.fingerprint, None) or expected.family in (
        "RSA",
        "EC",
        "FFDH",
        "DSA",
    )
    return right and same and (asset.get("size"), asset.get("curve")) == (expected.size, expected.curve)


def _same_family(asset: Asset, family: str) -> bool:
    return asset.family == family or algorithms.family(asset.family).base == family == "RSA"


LOADERS: tuple[Callable[[bytes], Any], ...] = (
    x509.load_pem_x509_certificates,
    x509.load_der_x509_certificate,
    x509.load_pem_x509_csr,
    x509.load_der_x509_csr,
    x509.load_pem_x509_crl,
    x509.load_der_x509_crl,
    lambda data: serialization.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True),
    lambda data: serialization.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True),
    serialization.load_pem_public_key,
    serialization.load_der_public_key,
    lambda data: serialization.load_pem_parameters(data),
    lambda data: serialization.load_der_parameters(data),
    lambda data: serialization.load_ssh_private_key(data, None),
    serialization.load_ssh_public_identity,
    pkcs7.load_pem_pkcs7_certificates,
    pkcs7.load_der_pkcs7_certificates,
    lambda data: pkcs12.load_pkcs12(data, None),
    lambda data: pkcs12.load_pkcs12(data, b""),
)

if __name__ == "__main__":
    sys.exit(main())
