"""OpenSSL as `cryptography` bundles it: the classical baselines, and ML-KEM and ML-DSA beside liboqs's."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import Any

import cryptography
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem, padding, rsa, utils, x25519

from pqc_migrate.bench.providers.hybrid import Hybrid
from pqc_migrate.bench.scheme import Call, Facts, Material, Scheme
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Library, Operation, Sizes

_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
_POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
_MLKEM: dict[str, tuple[Any, Any]] = {
    "768": (mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey),
    "1024": (mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey),
}
_MLDSA: dict[str, tuple[Any, Any]] = {
    "44": (mldsa.MLDSA44PrivateKey, mldsa.MLDSA44PublicKey),
    "65": (mldsa.MLDSA65PrivateKey, mldsa.MLDSA65PublicKey),
    "87": (mldsa.MLDSA87PrivateKey, mldsa.MLDSA87PublicKey),
}
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "P-256": (ec.SECP256R1(), hashes.SHA256()),
    "P-384": (ec.SECP384R1(), hashes.SHA384()),
}


_HYBRIDS = {
    "X25519MLKEM768": ("X25519", "ML-KEM-768"),
    "SecP256r1MLKEM768": ("ECDH-P-256", "ML-KEM-768"),
    "SecP384r1MLKEM1024": ("ECDH-P-384", "ML-KEM-1024"),
}


class OpenSslProvider:
    """The OpenSSL inside `cryptography`."""

    name = "openssl"
    nothing = Call(operator.index, [(0,)], lambda result: result == 0)
    nothing_named = "operator.index(0)"

    def __init__(self) -> None:
        self.library = Library(
            name="OpenSSL",
            version=backend.openssl_version_text().removeprefix("OpenSSL "),
            origin="bundled",
            label=f"bundled with cryptography {cryptography.__version__}",
        )

    def mechanisms(self) -> Sequence[Mechanism]:
        """Return what this provider has a scheme for."""
        return [m for m in mechanisms.mechanisms() if m.openssl]

    def open(self, mechanism: Mechanism) -> Scheme:
        """Return the scheme; `ProviderUnavailable` when this OpenSSL does not have it."""
        try:
            return self._scheme(mechanism)
        except (UnsupportedAlgorithm, KeyError) as error:
            raise ProviderUnavailable(f"OpenSSL {self.library.version} has no {mechanism.name}") from error

    def _scheme(self, mechanism: Mechanism) -> Scheme:
        parameters = dict(mechanism.parameters)
        match mechanism.group:
            case "ML-KEM":
                return _MlKem(mechanism, *_MLKEM[parameters["size"]])
            case "X25519":
                return _Agreement(mechanism, x25519.X25519PrivateKey.generate, _x25519, ())
            case "ECDH":
                curve, _ = _CURVES[parameters["curve"]]
                return _Agreement(mechanism, ec.generate_private_key, _point_reader(curve), (curve,), (ec.ECDH(),))
            case "ML-DSA":
                private, public = _MLDSA[parameters["size"]]
                seed = "private key kept as its 32-byte seed"
                made = private.generate, public.from_public_bytes
                return _Signer(mechanism, *made, details=seed, seed=32, from_seed=private.from_seed_bytes)
            case "Ed25519":
                read = ed25519.Ed25519PublicKey.from_public_bytes
                return _Signer(mechanism, ed25519.Ed25519PrivateKey.generate, read)
            case "ECDSA":
                return _Ecdsa(mechanism, *_CURVES[parameters["curve"]])
            case "RSA":
                return _Rsa(mechanism, int(parameters["size"]))
            case "ECDHE-MLKEM":
                return _hybrid(mechanism)
        raise KeyError(mechanism.name)


def _hybrid(mechanism: Mechanism) -> Hybrid:
    """Return X25519 or ECDH with ML-KEM; X25519MLKEM768 alone puts ML-KEM first (RFC 10024)."""
    by_name = {m.name: m for m in mechanisms.mechanisms()}
    exchange, kem = (by_name[name] for name in _HYBRIDS[mechanism.name])
    private, public = _MLKEM[dict(kem.parameters)["size"]]
    encapsulation = _MlKem(kem, private, public)
    if exchange.name == "X25519":
        generate = x25519.X25519PrivateKey.generate
        agreement = _Agreement(exchange, generate, _x25519, ())
        return Hybrid(mechanism, agreement, (generate, private.generate), (), encapsulation, kem_first=True)
    curve, _ = _CURVES[dict(exchange.parameters)["curve"]]
    before = (ec.ECDH(),)
    agreement = _Agreement(exchange, ec.generate_private_key, _point_reader(curve), (curve,), before)
    both = partial(ec.generate_private_key, curve), private.generate
    return Hybrid(mechanism, agreement, both, before, encapsulation, kem_first=False)


class _MlKem:
    def __init__(self, mechanism: Mechanism, private: Any, public: Any) -> None:
        self._private, self._public = private, public
        sizes = replace(mechanism.sizes or Sizes(), secret_key=64)
        details = "private key kept as its 64-byte seed"
        self.facts = Facts(sizes, mechanism.category, mechanism.security, mechanism.document, details)
        private.generate()  # tells at once when this OpenSSL does not have it

    def keypair(self) -> tuple[bytes, Any]:
        key = self._private.generate()
        return key.public_key().public_bytes_raw(), key

    def from_seed(self, seed: bytes) -> tuple[bytes, Any]:
        key = self._private.from_seed_bytes(seed)
        return key.public_key().public_bytes_raw(), key

    def encaps(self, public: bytes) -> tuple[bytes, bytes]:
        shared, ciphertext = self._public.from_public_bytes(public).encapsulate()
        return ciphertext, shared

    def decaps(self, secret: Any, ciphertext: bytes) -> bytes:
        try:
            return bytes(secret.decapsulate(ciphertext))
        except ValueError as error:
            raise BenchmarkError(f"decapsulation refused: {error}") from error

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        keys = [self._private.generate() for _ in range(material.keys)]
        opened = [
            (key, key.public_key().encapsulate()[1])
            for key in islice(cycle(keys), max(material.keys, material.signatures))
        ]
        publics = [(key.public_key(),) for key in keys]
        return {
            Operation.KEYGEN: Call(self._private.generate, [()], _something),
            Operation.ENCAPS: Call(type(publics[0][0]).encapsulate, publics, _something),
            Operation.DECAPS: Call(type(keys[0]).decapsulate, opened, _something),
        }

    def close(self) -> None:
        """Nothing to give back."""


class _Agreement:
    def __init__(
        self,
        mechanism: Mechanism,
        generate: Callable[..., Any],
        read: Callable[[bytes], Any],
        arguments: tuple[Any, ...],
        before: tuple[Any, ...] = (),
    ) -> None:
        self._generate, self._read, self._arguments, self._before = generate, read, arguments, before
        self._encoding = _POINT if arguments else _RAW
        self.facts = Facts(mechanism.sizes or Sizes(), mechanism.category, "", mechanism.document)

    def keypair(self) -> tuple[bytes, Any]:
        key = self._generate(*self._arguments)
        return key.public_key().public_bytes(*self._encoding), key

    def derive(self, secret: Any, public: bytes) -> bytes:
        return bytes(secret.exchange(*self._before, self._read(public)))

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        keys = [self._generate(*self._arguments) for _ in range(material.keys + 1)]
        derive = [
            (own, *self._before, peer.public_key()) for own, peer in zip(keys, keys[1:] + keys[:1], strict=True)
        ]
        return {
            Operation.KEYGEN: Call(self._generate, [self._arguments], _something),
            Operation.DERIVE: Call(type(keys[0]).exchange, derive, _something),
        }

    def close(self) -> None:
        """Nothing to give back."""


class _Signer:
    """A scheme whose keys sign and verify without further arguments, or with the same ones every time."""

    def __init__(
        self,
        mechanism: Mechanism,
        generate: Callable[..., Any],
        read: Callable[[bytes], Any],
        arguments: tuple[Any, ...] = (),
        after: tuple[Any, ...] = (),
        details: str = "",
        seed: int | None = None,
        from_seed: Callable[[bytes], Any] | None = None,
    ) -> None:
        self._from_seed = from_seed
        self._generate, self._read, self._arguments, self._after = generate, read, arguments, after
        sizes = mechanism.sizes or Sizes()
        if seed is not None:
            sizes = replace(sizes, secret_key=seed)
        self.facts = Facts(sizes, mechanism.category, mechanism.security, mechanism.document, details)
        if seed is not None:
            generate(*arguments)  # tells at once when this OpenSSL does not have it

    def keypair(self) -> tuple[bytes, Any]:
        key = self._generate(*self._arguments)
        return self._encode(key.public_key()), key

    def from_seed(self, seed: bytes) -> tuple[bytes, Any]:
        if self._from_seed is None:
            raise ProviderUnavailable("keys of this algorithm are not made from a seed")
        key = self._from_seed(seed)
        return self._encode(key.public_key()), key

    def sign(self, secret: Any, message: bytes) -> bytes:
        return bytes(secret.sign(message, *self._after))

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            self._read(public).verify(signature, message, *self._after)
        except (InvalidSignature, ValueError):
            return False
        return True

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        keys = [self._generate(*self._arguments) for _ in range(material.keys)]
        jobs = list(zip(cycle(keys), material.messages, strict=False))
        sign = [(key, message, *self._after) for key, message in jobs]
        verify = [
            (key.public_key(), key.sign(message, *self._after), message, *self._after)
            for key, message in jobs[: material.signatures]
        ]
        return {
            Operation.KEYGEN: Call(self._generate, [self._arguments], _something),
            Operation.SIGN: Call(type(keys[0]).sign, sign, _something),
            Operation.VERIFY: Call(type(verify[0][0]).verify, verify, _returned),
        }

    def close(self) -> None:
        """Nothing to give back."""

    def _encode(self, public: Any) -> bytes:
        return bytes(public.public_bytes(*_RAW))


class _Ecdsa(_Signer):
    """Signatures are timed as OpenSSL makes them (DER) and shown as r and s side by side."""

    def __init__(self, mechanism: Mechanism, curve: ec.EllipticCurve, digest: hashes.HashAlgorithm) -> None:
        algorithm = ec.ECDSA(digest)
        details = f"{digest.name.upper()}, signatures as DER"
        super().__init__(
            mechanism, ec.generate_private_key, _point_reader(curve), (curve,), (algorithm,), details
        )  # fmt: skip
        self._width = (curve.key_size + 7) // 8

    def sign(self, secret: Any, message: bytes) -> bytes:
        r, s = utils.decode_dss_signature(super().sign(secret, message))
        return r.to_bytes(self._width, "big") + s.to_bytes(self._width, "big")

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        r, s = signature[: self._width], signature[self._width :]
        der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        return super().verify(public, message, der)

    def _encode(self, public: Any) -> bytes:
        return bytes(public.public_bytes(*_POINT))


class _Rsa(_Signer):
    """RSASSA-PSS as TLS 1.3 uses it (RFC 8446 section 4.2.3); keys as PKCS #1 DER."""

    _ENCODING = serialization.Encoding.DER, serialization.PublicFormat.PKCS1

    def __init__(self, mechanism: Mechanism, bits: int) -> None:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        super().__init__(
            mechanism,
            rsa.generate_private_key,
            serialization.load_der_public_key,
            (65537, bits),
            (pss, hashes.SHA256()),
            "RSASSA-PSS, SHA-256, salt 32 bytes; public key as PKCS #1 DER",
        )

    def keypair(self) -> tuple[bytes, Any]:
        public, key = super().keypair()
        sizes = replace(self.facts.sizes, public_key=len(public))
        self.facts = replace(self.facts, sizes=sizes)
        return public, key

    def _encode(self, public: Any) -> bytes:
        return bytes(public.public_bytes(*self._ENCODING))


def _x25519(public: bytes) -> Any:
    return x25519.X25519PublicKey.from_public_bytes(public)


def _point_reader(curve: ec.EllipticCurve) -> Callable[[bytes], Any]:
    return lambda public: ec.EllipticCurvePublicKey.from_encoded_point(curve, public)


def _something(result: Any) -> bool:
    return bool(result)


def _returned(result: Any) -> bool:
    """Verification returns nothing, and raises when the signature is wrong."""
    return result is None
