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


class KeyAgreement(Scheme, Protocol):
    """A Diffie-Hellman style key agreement."""

    def derive(self, secret: Any, public: bytes) -> bytes:
        """Return the shared secret."""


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
