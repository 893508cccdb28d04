"""liboqs through its native handle, on buffers that are allocated before anything is timed.

The objects of liboqs-python allocate and copy on every call, which costs as much as a fast KEM itself.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

from pqc_migrate.bench.native import Liboqs
from pqc_migrate.bench.providers.buffers import Buffer, at, succeeded
from pqc_migrate.bench.providers.stateful import Forest, Stateful
from pqc_migrate.bench.scheme import Call, Facts, Material, Scheme
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Operation, Role, Sizes

_POINTER, _SIZE, _STATUS = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_DRAW = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t)


class LiboqsProvider:
    """Everything a liboqs build has switched on."""

    name = "liboqs"
    nothing_named = "the same function without a scheme, which it refuses at once"

    def __init__(self, loaded: Liboqs) -> None:
        self.loaded = loaded
        self.library = loaded.library
        self._stateful: tuple[str, ...] = tuple(loaded.module.get_enabled_stateful_sig_mechanisms())
        self._forest = Forest(loaded, self._stateful)
        place = Buffer(1)
        self.nothing = Call(loaded.timed("OQS_MEM_secure_bcmp"), [(place.at, place.at, _SIZE(0))], succeeded)

    def mechanisms(self) -> Sequence[Mechanism]:
        """Return the KEMs, the signatures and the stateful signatures switched on in this build."""
        module = self.loaded.module
        return [
            *(mechanisms.from_library(n, Role.KEM) for n in module.get_enabled_kem_mechanisms()),
            *(mechanisms.from_library(n, Role.SIGNATURE) for n in module.get_enabled_sig_mechanisms()),
            *(mechanisms.from_library(n, Role.STATEFUL) for n in self._stateful),
        ]

    def switched_off(self) -> Sequence[Mechanism]:
        """Return what this release of liboqs knows and this build leaves out."""
        module = self.loaded.module
        known = (
            (Role.KEM, module.get_supported_kem_mechanisms(), module.get_enabled_kem_mechanisms()),
            (Role.SIGNATURE, module.get_supported_sig_mechanisms(), module.get_enabled_sig_mechanisms()),
            (Role.STATEFUL, module.get_supported_stateful_sig_mechanisms(), self._stateful),
        )
        return [mechanisms.from_library(n, role) for role, names, on in known for n in names if n not in on]

    def foretell(self, mechanism: Mechanism) -> tuple[float, float] | None:
        """Return seconds of a key and of a signature, where trees tell; a small one may be made for it."""
        return self._forest.foretell(mechanism.liboqs)

    def open(self, mechanism: Mechanism) -> Scheme:
        """Return the scheme; `ProviderUnavailable` when this build does not have it."""
        if mechanism.role is Role.STATEFUL:
            return Stateful(self.loaded, mechanism.liboqs, mechanism.name, self._forest)
        return (_Kem if mechanism.role is Role.KEM else _Signer)(self.loaded, mechanism)


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

    def _lengths(self, *fields: str) -> list[Buffer]:
        return [Buffer(getattr(self.contents, field)) for field in fields]

    def _keygen_call(self) -> Call:
        public, secret = self._lengths("length_public_key", "length_secret_key")
        return self._call("keypair", [(self._self, public.at, secret.at)])

    def _call(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> Call:
        # OQS_KEM_* and OQS_SIG_* look at the scheme first and return OQS_ERROR without one (src/kem/kem.c, sig.c).
        idle = (_POINTER(None), *arguments[0][1:])
        return Call(self._loaded.timed(f"OQS_{self._prefix}_{name}"), arguments, succeeded, idle)

    def _require(self, status: int, what: str) -> None:
        if not succeeded(status):
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

    def from_seed(self, seed: bytes) -> tuple[bytes, bytes]:
        if self.contents.length_keypair_seed != len(seed):
            raise ProviderUnavailable(f"{self._mechanism.name}: liboqs takes no seed of {len(seed)} bytes")
        public, secret = self._lengths("length_public_key", "length_secret_key")
        make = self._seeded("keypair_derand", 4)
        self._require(make(self._self, public.at, secret.at, at(seed)), "keypair_derand")
        return public.read(), secret.read()

    def encaps_from_seed(self, public: bytes, seed: bytes) -> tuple[bytes, bytes]:
        ciphertext, secret = self._lengths("length_ciphertext", "length_shared_secret")
        encaps = self._seeded("encaps_derand", 5)
        self._require(encaps(self._self, ciphertext.at, secret.at, at(public), at(seed)), "encaps_derand")
        return ciphertext.read(), secret.read()

    def _seeded(self, name: str, arguments: int) -> Any:
        try:
            return self._function(name, _STATUS, *[_POINTER] * arguments)
        except AttributeError as error:
            raise ProviderUnavailable(f"this liboqs has no OQS_KEM_{name}") from error

    def encaps(self, public: bytes) -> tuple[bytes, bytes]:
        ciphertext, secret = self._lengths("length_ciphertext", "length_shared_secret")
        self._require(self._encaps(self._self, ciphertext.at, secret.at, at(public)), "encaps")
        return ciphertext.read(), secret.read()

    def decaps(self, secret: bytes, ciphertext: bytes) -> bytes:
        (shared,) = self._lengths("length_shared_secret")
        self._require(self._decaps(self._self, shared.at, at(ciphertext), at(secret)), "decaps")
        return shared.read()

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        ciphertext, shared = self._lengths("length_ciphertext", "length_shared_secret")
        keys = [self.keypair() for _ in range(material.keys)]
        encaps = [(self._self, ciphertext.at, shared.at, at(public)) for public, _ in keys]
        decaps = [
            (self._self, shared.at, at(self.encaps(public)[0]), at(secret))
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

    def from_seed(self, seed: bytes) -> tuple[bytes, bytes]:
        with _randomness(self._loaded, seed):
            return self.keypair()

    def sign(self, secret: bytes, message: bytes) -> bytes:
        (signature,) = self._lengths("length_signature")
        length = _SIZE(signature.size)
        told = at(message), _SIZE(len(message))
        status = self._sign(self._self, signature.at, ctypes.byref(length), *told, at(secret))
        self._require(status, "sign")
        return signature.read(length.value)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        told, signed = (at(message), _SIZE(len(message))), (at(signature), _SIZE(len(signature)))
        return succeeded(self._verify(self._self, *told, *signed, at(public)))

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        (out,) = self._lengths("length_signature")
        length = ctypes.cast(ctypes.pointer(_SIZE(out.size)), _POINTER)
        keys = [self.keypair() for _ in range(material.keys)]
        jobs = list(zip(cycle(keys), material.messages, strict=False))
        secrets = {secret: at(secret) for _, secret in keys}
        sign = [
            (self._self, out.at, length, at(message), _SIZE(len(message)), secrets[secret])
            for (_, secret), message in jobs
        ]
        verify = []
        for (public, secret), message in jobs[: material.signatures]:
            signature = self.sign(secret, message)
            told, signed = (at(message), _SIZE(len(message))), (at(signature), _SIZE(len(signature)))
            verify.append((self._self, *told, *signed, at(public)))
        return {
            Operation.KEYGEN: self._keygen_call(),
            Operation.SIGN: self._call("sign", sign),
            Operation.VERIFY: self._call("verify", verify),
        }


@contextmanager
def _randomness(loaded: Liboqs, content: bytes) -> Iterator[None]:
    """Make liboqs draw these bytes instead of random ones; afterwards it draws as it did before.

    Its default is OpenSSL's generator where it was built with OpenSSL, else the system's (src/common/rand/rand.c).
    """
    drawn = 0

    def draw(place: int, length: int) -> None:
        nonlocal drawn
        part = content[drawn : drawn + length]
        ctypes.memmove(place, part.ljust(length, b"\0"), length)
        drawn += length

    callback = _DRAW(draw)
    switch = loaded.function("OQS_randombytes_switch_algorithm", _STATUS, ctypes.c_char_p)
    loaded.function("OQS_randombytes_custom_algorithm", None, _DRAW)(callback)
    try:
        yield
    finally:
        if not succeeded(switch(b"OpenSSL")):
            switch(b"system")
