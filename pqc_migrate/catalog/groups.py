"""Named Diffie–Hellman groups and their primes, computed from the formula in their standards.

No table of digits: a prime that is one digit off is not found, and a test proves each one prime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import toml

_GUARD_BITS = 64
"""Extra bits that absorb the rounding of the series."""


@dataclass(frozen=True, slots=True)
class Group:
    """One named group; its generator is 2 (RFC 2409, RFC 3526, RFC 7919)."""

    name: str
    size: int
    """Length of the prime in bits."""
    prime: int
    source: str
    aliases: tuple[str, ...] = ()


@cache
def groups() -> Mapping[str, Group]:
    """Return every named group by name."""
    path = toml.root() / "groups.toml"
    found = {}
    for raw in toml.read(path)["group"]:
        toml.check_keys(
            f"{path.name}: {raw.get('name', '?')!r}", raw, {"name", "size", "base", "offset", "source"}, {"aliases"}
        )
        prime = _prime(raw["size"], raw["offset"], {"pi": _pi, "e": _e}[raw["base"]])
        found[raw["name"]] = Group(raw["name"], raw["size"], prime, raw["source"], tuple(raw.get("aliases", ())))
    return found


@cache
def _by_prime() -> Mapping[str, Group]:
    return {str(group.prime): group for group in groups().values()}


def of_prime(digits: str) -> Group | None:
    """Return the group whose prime has these decimal digits."""
    return _by_prime().get(digits) if len(digits) > 200 else None


def _prime(size: int, offset: int, digits: Callable[[int], int]) -> int:
    return (1 << size) - (1 << (size - 64)) - 1 + (1 << 64) * (digits(size - 130) + offset)


def _pi(bits: int) -> int:
    """Return floor(2^bits · π) by Machin's formula."""
    one = 1 << (bits + _GUARD_BITS)
    return (4 * (4 * _inverse_tangent(5, one) - _inverse_tangent(239, one))) >> _GUARD_BITS


def _inverse_tangent(inverse: int, one: int) -> int:
    term = one // inverse
    total, divisor = term, 1
    while term:
        term //= inverse * inverse
        divisor += 2
        total += term // divisor if divisor % 4 == 1 else -(term // divisor)
    return total


def _e(bits: int) -> int:
    """Return floor(2^bits · e) by its series."""
    one = 1 << (bits + _GUARD_BITS)
    total = term = one
    divisor = 0
    while term:
        divisor += 1
        term //= divisor
        total += term
    return total >> _GUARD_BITS
