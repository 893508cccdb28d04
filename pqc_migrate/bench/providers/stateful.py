"""XMSS and LMS through liboqs: private keys that change with every signature and are used up.

liboqs does not sign before it is told where the changed private key goes. Here it goes nowhere: these keys
protect nothing. A product pays for a write to durable storage on top of what is measured.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pqc_migrate.bench import mapped
from pqc_migrate.bench.native import Liboqs
from pqc_migrate.bench.providers.buffers import Buffer, at, succeeded
from pqc_migrate.bench.scheme import Call, Facts, Material
from pqc_migrate.catalog import trees
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Operation, Sizes

_POINTER, _SIZE, _STATUS = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_QUICK_NS = 20_000_000
_COUNTED_NS = 500_000_000
"""liboqs counts the signatures left of an LMS key by building its tree; not asked where that takes longer."""
_SUPPORTED = "OQS_SIG_STFL_keygen_and_sign_supported"


class Forest:
    """What trees cost here: learned from every key made, and from a small tree where none was made yet."""

    def __init__(self, loaded: Liboqs, names: Sequence[str]) -> None:
        self._loaded = loaded
        self._work = {name: work for name in names if (work := trees.work(name))}
        self._leaf: dict[str, float] = {}

    def learn(self, name: str, seconds: float) -> None:
        """Take note of what one key generation took."""
        work = self._work.get(name)
        if work is not None and len(work.keygen) == 1:
            ((kind, leaves),) = work.keygen.items()
            self._leaf.setdefault(kind, seconds / leaves)

    def foretell(self, name: str) -> tuple[float, float] | None:
        """Return seconds of a key generation and of a signature (at least).

        None for what is the smallest tree of its kind, and for what is no tree at all.
        """
        work = self._work.get(name)
        if work is None:
            return None
        for kind in {**work.keygen, **work.sign}:
            if kind not in self._leaf:
                small = self._smallest(kind)
                if small == name:
                    return None
                self._measure(small)
        return work.seconds(self._leaf)

    def _smallest(self, kind: str) -> str:
        having = {name: work.keygen[kind] for name, work in self._work.items() if kind in work.keygen}
        if not having:
            raise ProviderUnavailable(f"liboqs has no tree of {kind} leaves")
        return min(having, key=having.__getitem__)

    def _measure(self, name: str) -> None:
        scheme = Stateful(self._loaded, name, name, self)
        try:
            scheme.keypair()
        finally:
            scheme.close()


class Stateful:
    """One parameter set of XMSS, XMSS^MT, LMS or HSS."""

    def __init__(self, loaded: Liboqs, name: str, shown: str, forest: Forest) -> None:
        self._loaded, self._name, self._shown, self._forest = loaded, name, shown, forest
        _require_signing(loaded)
        structure = ctypes.POINTER(loaded.module.StatefulSignature)
        self._scheme = self._function("new", structure, ctypes.c_char_p)(name.encode("ascii"))
        if not self._scheme:
            raise ProviderUnavailable(f"liboqs {loaded.library.version} has no {shown}")
        self._self = ctypes.cast(self._scheme, _POINTER)
        self._make = self._function("keypair", _STATUS, _POINTER, _POINTER, _POINTER)
        self._sign = self._function("sign", _STATUS, *[_POINTER] * 4, _SIZE, _POINTER)
        self._verify = self._function("verify", _STATUS, _POINTER, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER)
        self._new_key = self._function("SECRET_KEY_new", _POINTER, ctypes.c_char_p)
        self._free_key = self._function("SECRET_KEY_free", None, _POINTER)
        self._store = self._function("SECRET_KEY_SET_store_cb", None, _POINTER, _POINTER, _POINTER)
        self._context = Buffer(8)  # LMS passes over a callback without one
        self._keys: list[Any] = []
        self._made: tuple[bytes, Any] | None = None
        self._signed: list[tuple[bytes, bytes]] = []
        self._keygen_ns = self._sign_ns = 0.0
        work = trees.work(name)
        self._capacity = work.signatures - 1 if work else 1
        self._left = 0

    @property
    def facts(self) -> Facts:
        """Lengths and claims of the library, and how many signatures a key is good for."""
        content = self._scheme.contents
        sizes = Sizes(content.length_public_key, content.length_secret_key, signature=content.length_signature)
        version = (content.alg_version or b"").decode("utf-8", "replace")
        told = f"a key signs {self._capacity} times; storing the changed private key is not included"
        return Facts(sizes, None, "EUF-CMA" if content.euf_cma else "", version, told)

    def keypair(self) -> tuple[bytes, Any]:
        """Return a new public key, and a pointer to the private key, which stays inside the library."""
        public = Buffer(self._scheme.contents.length_public_key)
        key = self._key()
        start = time.thread_time_ns()
        status = self._make(self._self, public.at, key)
        self._keygen_ns = float(time.thread_time_ns() - start)
        self._require(status, "keypair")
        self._forest.learn(self._name, self._keygen_ns / 1e9)
        self._made, self._signed = (public.read(), key), []
        return public.read(), key

    def sign(self, secret: Any, message: bytes) -> bytes:
        """Return a signature; `BenchmarkError` once the key is used up."""
        signature = Buffer(self._scheme.contents.length_signature)
        length = _SIZE(signature.size)
        start = time.thread_time_ns()
        told = signature.at, ctypes.byref(length), at(message), _SIZE(len(message))
        status = self._sign(self._self, *told, secret)
        self._sign_ns = float(time.thread_time_ns() - start)
        self._require(status, "sign")
        made = signature.read(length.value)
        self._signed.append((message, made))
        return made

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is valid."""
        return succeeded(self._verify(self._self, *_verify_arguments(public, message, signature)))

    def state(self, secret: Any) -> bytes:
        """Return the private key as liboqs hands it to whoever stores it."""
        serialize = self._function("SECRET_KEY_serialize", _STATUS, _POINTER, _POINTER, _POINTER)
        place, length = _POINTER(), _SIZE()
        self._require(serialize(ctypes.byref(place), ctypes.byref(length), secret), "serializing the private key")
        content = ctypes.string_at(place, length.value)
        self._loaded.function("OQS_MEM_secure_free", None, _POINTER, _SIZE)(place, length)
        return content

    def remaining(self, secret: Any) -> int:
        """Return how many signatures are left, by the library's count."""
        count = ctypes.c_ulonglong()
        ask = self._function("sigs_remaining", _STATUS, _POINTER, _POINTER, _POINTER)
        self._require(ask(self._self, ctypes.byref(count), secret), "counting the signatures left")
        return count.value

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        """Return the operations; signing goes on with the key of the check, and takes a new one in time."""
        public, key = self._made or self.keypair()
        if not self._signed:
            self.sign(key, material.messages[0])
        if self._sign_ns < _QUICK_NS:
            for message in material.messages[1 : material.signatures]:
                self.sign(key, message)
        quick = self._keygen_ns < _COUNTED_NS
        self._left = self.remaining(key) if quick else self._capacity - len(self._signed)
        out = Buffer(self._scheme.contents.length_signature)
        length = ctypes.cast(ctypes.pointer(_SIZE(out.size)), _POINTER)
        sign = [
            (self._self, out.at, length, at(message), _SIZE(len(message)), key) for message in material.messages
        ]
        verify = [(self._self, *_verify_arguments(public, *signed)) for signed in self._signed]
        timed = self._loaded.timed
        return {
            Operation.KEYGEN: Call(self._generate, [()], succeeded, took_ns=self._keygen_ns),
            Operation.SIGN: Call(
                timed("OQS_SIG_STFL_sign"), sign, succeeded, None, lambda n: self._renew(key, n), self._sign_ns
            ),
            Operation.VERIFY: Call(timed("OQS_SIG_STFL_verify"), verify, succeeded),
        }

    def close(self) -> None:
        """Give back keys and scheme."""
        for key in self._keys:
            self._free_key(key)
        self._keys.clear()
        if self._scheme:
            self._function("free", None, _POINTER)(self._self)
            self._scheme = None

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        return self._loaded.function(f"OQS_SIG_STFL_{name}", result, *arguments)

    def _key(self) -> Any:
        key = _POINTER(self._new_key(self._name.encode("ascii")))
        if not key:
            raise BenchmarkError(f"{self._shown}: liboqs cannot allocate a private key")
        self._store(key, _stores_nothing(), self._context.at)
        self._keys.append(key)
        return key

    def _generate(self) -> int:
        """Generate a key and drop it: what is timed as key generation."""
        public = Buffer(self._scheme.contents.length_public_key)
        key = _POINTER(self._new_key(self._name.encode("ascii")))
        status = int(self._make(self._self, public.at, key))
        self._free_key(key)
        return status

    def _renew(self, key: Any, calls: int) -> None:
        """Put a new key in the place of one that is not good for that many signatures."""
        if self._left < calls:
            public, fresh = Buffer(self._scheme.contents.length_public_key), self._key()
            self._require(self._make(self._self, public.at, fresh), "keypair")
            # The arguments of the timed calls hold `key`: from now on it points at the new one.
            key.value, fresh.value = fresh.value, key.value
            self._keys.remove(fresh)
            self._free_key(fresh)
            self._left = self._capacity
        if self._left < calls:
            raise BenchmarkError(f"{self._shown}: a key is not good for {calls} signatures in a row")
        self._left -= calls

    def _require(self, status: int, what: str) -> None:
        if not succeeded(status):
            raise BenchmarkError(f"{self._shown}: {what} failed in liboqs")


def _verify_arguments(public: bytes, message: bytes, signature: bytes) -> tuple[Any, ...]:
    return at(message), _SIZE(len(message)), at(signature), _SIZE(len(signature)), at(public)


def _require_signing(loaded: Liboqs) -> None:
    """Without key generation the library's structure is another one, and reading it would crash."""
    supported = mapped.address_of(loaded.handle, _SUPPORTED) is not None
    if not supported or not loaded.function(_SUPPORTED, _STATUS)():
        raise ProviderUnavailable(
            "this liboqs only verifies: it was built without OQS_HAZARDOUS_EXPERIMENTAL_ENABLE_SIG_STFL_KEY_SIG_GEN"
        )


def _stores_nothing() -> Any:
    """Return a native function that takes the changed private key, does nothing and answers 0, for success.

    A Python function would swallow an interruption by the user. These two answer 0 whatever they are given:
    a buffer's address is never its length, and nobody debugs.
    """
    if os.name == "nt":
        return ctypes.cast(ctypes.WinDLL("kernel32")["IsDebuggerPresent"], _POINTER)  # type: ignore[attr-defined,unused-ignore]
    return ctypes.cast(ctypes.CDLL(None)["pthread_equal"], _POINTER)
