"""What the benchmark asks of a provider: open a mechanism, use it, and hand out calls that can be timed.

`Kem`, `Signer` and `KeyAgreement` take and return bytes: correctness is checked through them, also across
providers. `calls` gives the same operations on prepared arguments, with nothing left to do but the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.model.bench import Library, Operation, Sizes

MESSAGE_BYTES = 64
"""Length of the messages signed: about what a handshake or a certificate hands to the signature after hashing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, ready to be called again and again."""

    function: Callable[..., Any]
    arguments: Sequence[tuple[Any, ...]]
    """Argument lists to go through in turn, so that keys and messages vary."""
    succeeded: Callable[[Any], bool]
    """Whether a result is that of a successful operation."""
    idle: tuple[Any, ...] | None = None
    """Arguments of the same number and kinds with which the function returns at once; None: there are none."""

    ready: Callable[[int], None] | None = None
    """What must happen, untimed, before that many calls: a key that is used up is replaced."""
    took_ns: float | None = None
    """What one call was seen to take, where it is too long to be tried again only to learn that."""

    def doing_nothing(self) -> Call | None:
        """Return the same call without its work, for what calling costs."""
        return None if self.idle is None else Call(self.function, [self.idle], lambda result: True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a provider says about one of its mechanisms."""

    sizes: Sizes
    category: int | None
    security: str
    version: str
    """What the library says it implements."""
    details: str = ""
    """What exactly is called, where the name leaves it open."""


@dataclass(frozen=True, slots=True)
class Material:
    """How many keys and messages to prepare; few where making them is slow."""

    keys: int
    messages: Sequence[bytes]
    signatures: int
    """Signatures or ciphertexts to verify or open, at most one a message."""


class Scheme(Protocol):
    """One mechanism of one provider."""

    @property
    def facts(self) -> Facts:
        """Sizes and claims; lengths that vary are filled in once something was made."""

    def keypair(self) -> tuple[bytes, Any]:
        """Return a new public key in the standard's encoding, and the private key in the provider's form."""

    def calls(self, material: Material) -> Mapping[Operation, Call]:
        """Return the operations on prepared buffers."""

    def close(self) -> None:
        """Give back what the library allocated."""


class Kem(Scheme, Protocol):
    """A key encapsulation mechanism."""

    def encaps(self, public: bytes) -> tuple[bytes, bytes]:
        """Return ciphertext and shared secret."""

    def decaps(self, secret: Any, ciphertext: bytes) -> bytes:
        """Return the shared secret; `BenchmarkError` when the mechanism refuses the ciphertext."""


class Signer(Scheme, Protocol):
    """A signature scheme."""

    def sign(self, secret: Any, message: bytes) -> bytes:
        """Return a signature in the standard's encoding."""

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is valid."""


class StatefulSigner(Signer, Protocol):
    """A signature scheme whose private key changes with every signature."""

    def state(self, secret: Any) -> bytes:
        """Return the private key as it would be stored now."""


class KeyAgreement(Scheme, Protocol):
    """A Diffie-Hellman style key agreement."""

    def derive(self, secret: Any, public: bytes) -> bytes:
        """Return the shared secret."""


class Seeded(Scheme, Protocol):
    """A scheme whose keys can be made from a seed: two implementations must make the same ones."""

    def from_seed(self, seed: bytes) -> tuple[bytes, Any]:
        """Return public and private key; `ProviderUnavailable` when this library does not take a seed."""


class SeededKem(Kem, Seeded, Protocol):
    """A KEM that also encapsulates without chance."""

    def encaps_from_seed(self, public: bytes, seed: bytes) -> tuple[bytes, bytes]:
        """Return ciphertext and shared secret; `ProviderUnavailable` when this library does not take a seed."""


class Provider(Protocol):
    """A library that has mechanisms."""

    name: str
    library: Library
    nothing: Call
    """A call that does nothing: its cost is the call overhead of operations without `Call.idle`."""
    nothing_named: str
    """What stands for the call overhead, in words."""

    def mechanisms(self) -> Sequence[Mechanism]:
        """Return what it has, in its own order."""

    def open(self, mechanism: Mechanism) -> Scheme:
        """Return the scheme; `ProviderUnavailable` when this build does not have it."""


class Foreteller(Protocol):
    """A provider of stateful signatures, whose keys may take hours to generate."""

    def foretell(self, mechanism: Mechanism) -> tuple[float, float] | None:
        """Return seconds of a key generation and of a signature, at least; None when it is quick enough to try."""
