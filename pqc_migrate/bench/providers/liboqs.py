"""liboqs through its native handle, on buffers that are allocated before anything is timed.

The objects of liboqs-python allocate and copy on every call, which costs as much as a fast KEM itself.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from pqc_migrate.bench.native import Liboqs
from pqc_migrate.bench.scheme import Call, Facts, Material, Scheme
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Operation, Role, Sizes

_SUCCESS = 0
_POINTER, _SIZE, _STATUS = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int


class LiboqsProvider:
    """Everything a liboqs build has switched on, stateful signatures excepted."""

    name = "liboqs"
    nothing_named = "the same function without a scheme, which it refuses at once"

    def __init__(self, loaded: Liboqs) -> None:
        self.loaded = loaded
        self.library = loaded.library
        place = _Buffer(1)
        self.nothing = Call(loaded.timed("OQS_MEM_secure_bcmp"), [(place.at, place.at, _SIZE(0))], _ok)

    def mechanisms(self) -> Sequence[Mechanism]:
        """Return the KEMs and signatures switched on in this build."""
        module = self.loaded.module
        kems = [mechanisms.from_library(n, Role.KEM) for n in module.get_enabled_kem_mechanisms()]
        signatures = [mechanisms.from_library(n, Role.SIGNATURE) for n in module.get_enabled_sig_mechanisms()]
        return kems + signatures

    def stateful(self) -> Sequence[str]:
        """Return the stateful signatures switched on: their keys wear out, they are not measured."""
        return tuple(self.loaded.module.get_enabled_stateful_sig_mechanisms())

    def open(self, mechanism: Mechanism) -> Scheme:
        """Return the scheme; `ProviderUnavailable` when this build does not have it."""
        return (_Kem if mechanism.role is Role.KEM else _Signer)(self.loaded, mechanism)


class _Buffer:
    """Bytes for C, with the pointer made once; whoever holds the pointer keeps the bytes."""

    __slots__ = ("at", "data", "size")

    def __init__(self, content: int | bytes) -> None:
        size = content if isinstance(content, int) else len(content)
        self.data = ctypes.create_string_buffer(max(size, 1))
        if isinstance(content, bytes):
            ctypes.memmove(self.data, content, size)
        self.size = size
        self.at = ctypes.cast(self.data, _POINTER)  # the result of cast keeps what it points to

    def read(self, length: int | None = None) -> bytes:
        return self.data.raw[: self.size if length is None else length]


class _Native:
    """What KEMs and signatures share: the structure and the functions that take it."""

    def __init__(self, loaded: Liboqs, mechanism: Mechanism, prefix: str, structure: Any) -> None:
        self._loaded, self._mechanism, self._prefix = loaded, mechanism, prefix
        new = self._function("new", ctypes.POINTER(structure), ctypes.c_char_p)
        self._scheme = new(mechanism.liboqs.encode("ascii"))
        if not self._scheme:
            name = mechanism.liboqs or mechanism.name
            raise ProviderUnavailable(f"liboqs {loaded.library.version} has no {name}")
        self.contents = self._scheme.contents
        self._self = ctypes.cast(self._scheme, _POINTER)
        self._make = self._function("keypair", _STATUS, _POINTER, _POINTER, _POINTER)

    def keypair(self) -> tuple[bytes, bytes]:
        public, secret = self._lengths("length_public_key", "length_secret_key")
        self._require(self._make(self._self, public.at, secret.at), "keypair")
        return public.read(), secret.read()

    def close(self) -> None:
        if self._scheme:
            self._function("free", None, _POINTER)(self._self)
            self._scheme = None

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        return self._loaded.function(f"OQS_{self._prefix}_{name}", result, *arguments)

    def _lengths(self, *fields: str) -> list[_Buffer]:
        return [_Buffer(getattr(self.contents, field)) for field in fields]

    def _keygen_call(self) -> Call:
        public, secret = self._lengths("length_public_key", "length_secret_key")
        return self._call("keypair", [(self._self, public.at, secret.at)])

    def _call(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> Call:
        # OQS_KEM_* and OQS_SIG_* look at the scheme first and return OQS_ERROR without one (src/kem/kem.c, sig.c).
        idle = (_POINTER(None), *arguments[0][1:])
        return Call(self._loaded.timed(f"OQS_{self._prefix}_{name}"), arguments, _ok, idle)

    def _require(self, status: int, what: str) -> None:
        if status != _SUCCESS:
            raise BenchmarkError(f"{self._mechanism.name}: {what} failed in liboqs")

    def _facts(self, security: str, **lengths: int) -> Facts:
        content = self.contents
        sizes = Sizes(public_key=content.length_public_key, secret_key=content.length_secret_key, **lengths)
        category = int(content.claimed_nist_level) or None
        version = (content.alg_version or b"").decode("utf-8", "replace")
        details = "signatures vary in length, this is the longest" if self._mechanism.variable else ""
        return Facts(sizes, category, security, version, details)


class _Kem(_Native):
    def __init__(self, loaded: Liboqs, mechanism: Mechanism) -> None:
        super().__init__(loaded, mechanism, "KEM", loaded.module.KeyEncapsulation)
        self._encaps = self._function("encaps", _STATUS, _POINTER, _POINTER, _POINTER, _POINTER)
        self._decaps = self._function("decaps", _STATUS, _POINTER, _POINTER, _POINTER, _POINTER)

    @property
    def facts(self) -> Facts:
        content = self.contents
        return self._facts(
            "IND-CCA2" if content.ind_cca else "IND-CCA2 not claimed",
            ciphertext=content.length_ciphertext,
            shared_secret=content.length_shared_secret,
        )

    def encaps(self, public: bytes) -> tuple[bytes, bytes]:
        ciphertext, secret = self._lengths("length_ciphertext", "length_shared_secret")
        self._require(self._encaps(self._self, ciphertext.at, secret.at, _at(public)), "encaps")
        return ciphertext.read(), secret.read()

    def decaps(self, secret: bytes, ciphertext: bytes) -> bytes:
        (shared,) = self._lengths("length_shared_secret")
        self._require(self._decaps(self._self, shared.at, _at(ciphertext), _at(secret)), "decaps")
        return shared.read()

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        ciphertext, shared = self._lengths("length_ciphertext", "length_shared_secret")
        keys = [self.keypair() for _ in range(material.keys)]
        encaps = [(self._self, ciphertext.at, shared.at, _at(public)) for public, _ in keys]
        decaps = [
            (self._self, shared.at, _at(self.encaps(public)[0]), _at(secret))
            for public, secret in islice(cycle(keys), max(material.keys, material.signatures))
        ]
        return {
            Operation.KEYGEN: self._keygen_call(),
            Operation.ENCAPS: self._call("encaps", encaps),
            Operation.DECAPS: self._call("decaps", decaps),
        }


class _Signer(_Native):
    def __init__(self, loaded: Liboqs, mechanism: Mechanism) -> None:
        super().__init__(loaded, mechanism, "SIG", loaded.module.Signature)
        self._sign = self._function("sign", _STATUS, _POINTER, _POINTER, _POINTER, _POINTER, _SIZE, _POINTER)
        self._verify = self._function("verify", _STATUS, _POINTER, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER)

    @property
    def facts(self) -> Facts:
        # The wrapper's own `details` leave suf_cma out.
        content = self.contents
        security = "SUF-CMA" if content.suf_cma else "EUF-CMA" if content.euf_cma else ""
        return self._facts(security, signature=content.length_signature)

    def sign(self, secret: bytes, message: bytes) -> bytes:
        (signature,) = self._lengths("length_signature")
        length = _SIZE(signature.size)
        told = _at(message), _SIZE(len(message))
        status = self._sign(self._self, signature.at, ctypes.byref(length), *told, _at(secret))
        self._require(status, "sign")
        return signature.read(length.value)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        told, signed = (_at(message), _SIZE(len(message))), (_at(signature), _SIZE(len(signature)))
        return bool(self._verify(self._self, *told, *signed, _at(public)) == _SUCCESS)

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        (out,) = self._lengths("length_signature")
        length = ctypes.cast(ctypes.pointer(_SIZE(out.size)), _POINTER)
        keys = [self.keypair() for _ in range(material.keys)]
        jobs = list(zip(cycle(keys), material.messages, strict=False))
        secrets = {secret: _at(secret) for _, secret in keys}
        sign = [
            (self._self, out.at, length, _at(message), _SIZE(len(message)), secrets[secret])
            for (_, secret), message in jobs
        ]
        verify = []
        for (public, secret), message in jobs[: material.signatures]:
            signature = self.sign(secret, message)
            told, signed = (_at(message), _SIZE(len(message))), (_at(signature), _SIZE(len(signature)))
            verify.append((self._self, *told, *signed, _at(public)))
        return {
            Operation.KEYGEN: self._keygen_call(),
            Operation.SIGN: self._call("sign", sign),
            Operation.VERIFY: self._call("verify", verify),
        }


def _at(content: bytes) -> Any:
    return _Buffer(content).at


def _ok(status: Any) -> bool:
    return bool(status == _SUCCESS)
