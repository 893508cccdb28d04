"""SM2 through gmssl-pyx, the GmSSL binding that comes as a wheel; an optional dependency."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import operator
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from cryptography.hazmat.primitives.asymmetric import utils

from pqc_migrate.bench.scheme import Call, Facts, Material, Scheme
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import ProviderUnavailable
from pqc_migrate.model.bench import Library, Operation, Sizes

_WIDTH = 32


class GmSslProvider:
    """GmSSL through its Python binding."""

    name = "gmssl"
    nothing = Call(operator.index, [(0,)], lambda result: result == 0)
    nothing_named = "operator.index(0)"

    def __init__(self) -> None:
        try:
            self._module: Any = importlib.import_module("gmssl_pyx")
        except ImportError as error:
            said = "gmssl-pyx is not installed: SM2 is not measured"
            raise ProviderUnavailable(said, "pip install gmssl-pyx") from error
        version = importlib.metadata.version("gmssl-pyx")
        self.library = Library("gmssl-pyx", version, origin="bundled", label="carries GmSSL")

    def mechanisms(self) -> Sequence[Mechanism]:
        """Return what this provider has a scheme for."""
        return [m for m in mechanisms.mechanisms() if m.gmssl]

    def open(self, mechanism: Mechanism) -> Scheme:
        """Return the scheme."""
        return _Sm2(mechanism, self._module)


class _Sm2:
    """SM2 signatures over a given digest.

    `sm2_sign` would also compute the digest, but builds a table of multiples on each call, which no
    server that keeps its key would do.
    """

    def __init__(self, mechanism: Mechanism, module: Any) -> None:
        self._module = module
        details = "32-byte digest given: Z and SM3 are not in the time; signatures as DER"
        self.facts = Facts(mechanism.sizes or Sizes(), mechanism.category, "", mechanism.document, details)

    def keypair(self) -> tuple[bytes, bytes]:
        public, secret = self._module.sm2_key_generate()
        return b"\x04" + public, secret

    def sign(self, secret: bytes, message: bytes) -> bytes:
        signature = self._module.sm2_sign_sm3_digest(secret, self._module.sm3_hash(message))
        r, s = utils.decode_dss_signature(signature)
        return r.to_bytes(_WIDTH, "big") + s.to_bytes(_WIDTH, "big")

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:_WIDTH], "big"), int.from_bytes(signature[_WIDTH:], "big")
        digest = self._module.sm3_hash(message)
        with quiet():
            valid = self._module.sm2_verify_sm3_digest(public[1:], digest, utils.encode_dss_signature(r, s))
        return bool(valid)

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        module = self._module
        keys = [module.sm2_key_generate() for _ in range(material.keys)]
        jobs = [(key, module.sm3_hash(m)) for key, m in zip(cycle(keys), material.messages, strict=False)]
        verify = [
            (public, digest, module.sm2_sign_sm3_digest(secret, digest))
            for (public, secret), digest in jobs[: material.signatures]
        ]
        return {
            Operation.KEYGEN: Call(module.sm2_key_generate, [()], bool),
            Operation.SIGN: Call(module.sm2_sign_sm3_digest, [(key[1], digest) for key, digest in jobs], bool),
            Operation.VERIFY: Call(module.sm2_verify_sm3_digest, verify, bool),
        }

    def close(self) -> None:
        """Nothing to give back."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep GmSSL's C code from writing its refusals to the terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
