"""Named Diffie–Hellman groups and their primes, computed from the formula in their standards where they give one.

A prime that is one digit off is not found, and a test proves each one prime.
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
    """One named group; its generator is 2 (RFC 2409, RFC 3526, RFC 7919), but another one in RFC 5114."""

    name: str
    size: int
    """Length of the prime in bits."""
    prime: int
    source: str
    aliases: tuple[str, ...] = ()
    subgroup: int = 0
    """Order of the subgroup where it is not half of the prime less one (RFC 5114)."""


@cache
def groups() -> Mapping[str, Group]:
    """Return every named group by name."""
    path = toml.root() / "groups.toml"
    found = {}
    for raw in toml.read(path)["group"]:
        written = {"prime", "subgroup"} if "prime" in raw else {"base", "offset"}
        where = f"{path.name}: {raw.get('name', '?')!r}"
        toml.check_keys(where, raw, {"name", "size", "source", *written}, {"aliases"})
        prime, subgroup = _hexadecimal(raw.get("prime", "0")), _hexadecimal(raw.get("subgroup", "0"))
        if not prime:
            prime = _prime(raw["size"], raw["offset"], {"pi": _pi, "e": _e}[raw["base"]])
        aliases = tuple(raw.get("aliases", ()))
        found[raw["name"]] = Group(raw["name"], raw["size"], prime, raw["source"], aliases, subgroup)
    return found


@cache
def _by_prime() -> Mapping[str, Group]:
    return {str(group.prime): group for group in groups().values()}


def of_prime(digits: str) -> Group | None:
    """Return the group whose prime has these decimal digits."""
    return _by_prime().get(digits) if len(digits) > 200 else None


def of_hexadecimal(digits: str) -> Group | None:
    """Return the group whose prime has these hexadecimal digits, in any case and parted by spaces or colons."""
    plain = "".join(digits.split()).replace(":", "").upper().removeprefix("0X").lstrip("0")
    return _by_hexadecimal().get(plain) if len(plain) > 190 else None


@cache
def _by_hexadecimal() -> Mapping[str, Group]:
    return {f"{group.prime:X}": group for group in groups().values()}


def _hexadecimal(text: str) -> int:
    return int("".join(text.split()), 16)


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
