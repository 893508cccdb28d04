"""ECDHE and ML-KEM side by side, as the hybrid groups of TLS 1.3 put them together (RFC 10024).

What is measured is the cryptography of one side: both algorithms called one after the other. Encoding the key
shares and TLS's key schedule are not in it; the part `handshakes` measures those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

from pqc_migrate.bench.scheme import Call, Facts, Kem, KeyAgreement, Material
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import Operation, Sizes


class Hybrid:
    """A key encapsulation mechanism made of a key agreement and a KEM of the same provider."""

    def __init__(
        self,
        mechanism: Mechanism,
        agreement: KeyAgreement,
        generate: tuple[Callable[[], Any], Callable[[], Any]],
        before: tuple[Any, ...],
        kem: Kem,
        kem_first: bool,
    ) -> None:
        """`generate` makes a private key of each, `before` stands before the peer's key in an exchange."""
        self._agreement, self._kem, self._generate, self._before = agreement, kem, generate, before
        self._kem_first = kem_first
        details = f"{mechanism.document}: ephemeral key agreement, then ML-KEM; key shares already decoded"
        sizes = replace(mechanism.sizes or Sizes(), secret_key=None)
        self.facts = Facts(sizes, mechanism.category, "", mechanism.document, details)

    def keypair(self) -> tuple[bytes, Any]:
        """Return the client's key share, and both private keys."""
        (one, key), (other, kem_key) = self._agreement.keypair(), self._kem.keypair()
        return self._join(one, other), (key, kem_key)

    def encaps(self, public: bytes) -> tuple[bytes, bytes]:
        """Return the server's key share and the shared secret."""
        theirs, kem_public = self._split(public, self._agreement.facts.sizes.public_key or 0)
        own_public, own = self._agreement.keypair()
        ciphertext, kem_shared = self._kem.encaps(kem_public)
        return self._join(own_public, ciphertext), self._join(self._derive(own, theirs), kem_shared)

    def decaps(self, secret: Any, ciphertext: bytes) -> bytes:
        """Return the shared secret; `BenchmarkError` when a part is refused."""
        theirs, kem_ciphertext = self._split(ciphertext, self._agreement.facts.sizes.public_key or 0)
        key, kem_key = secret
        return self._join(self._derive(key, theirs), self._kem.decaps(kem_key, kem_ciphertext))

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        """Return the operations on keys and ciphertexts that are decoded already."""
        generate, generate_kem = self._generate
        before = self._before
        keys = [(generate(), generate_kem()) for _ in range(material.keys)]
        publics = [(key.public_key(), kem_key.public_key()) for key, kem_key in keys]
        opened = [
            (key, kem_key, generate().public_key(), kem_key.public_key().encapsulate()[1])
            for key, kem_key in islice(cycle(keys), max(material.keys, material.signatures))
        ]

        def keygen() -> tuple[Any, Any]:
            return generate(), generate_kem()

        def encaps(theirs: Any, kem_public: Any) -> tuple[Any, Any]:
            return generate().exchange(*before, theirs), kem_public.encapsulate()

        def decaps(key: Any, kem_key: Any, theirs: Any, ciphertext: bytes) -> tuple[Any, Any]:
            return key.exchange(*before, theirs), kem_key.decapsulate(ciphertext)

        return {
            Operation.KEYGEN: Call(keygen, [()], _both),
            Operation.ENCAPS: Call(encaps, publics, _both),
            Operation.DECAPS: Call(decaps, opened, _both),
        }

    def close(self) -> None:
        """Nothing to give back."""

    def _derive(self, secret: Any, public: bytes) -> bytes:
        try:
            return self._agreement.derive(secret, public)
        except ValueError as error:
            raise BenchmarkError(f"key share refused: {error}") from error

    def _join(self, agreed: bytes, encapsulated: bytes) -> bytes:
        return encapsulated + agreed if self._kem_first else agreed + encapsulated

    def _split(self, share: bytes, length: int) -> tuple[bytes, bytes]:
        """Return the part of the key agreement, which is `length` bytes long, and that of the KEM."""
        if self._kem_first:
            return share[-length:], share[:-length]
        return share[:length], share[length:]


def _both(result: Any) -> bool:
    return all(result)
