"""Hash-based signatures with state: how many leaves of their Merkle trees an operation computes.

A leaf is a whole one-time public key, and nearly all the work of a tree is in its leaves: their number, times
what one leaf costs, tells how long an operation takes before it is started. Trees of one kind (same hash,
length and Winternitz parameter) have equal leaves, so a small tree tells what a great one takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_XMSS = re.compile(r"XMSS(?:MT)?-(SHA2|SHAKE|SHAKE256)_(\d+)(?:/(\d+))?_(\d+)")
_LMS = re.compile(r"LMS_(SHA256)((?:_H\d+_W\d+)+)")
_LEVEL = re.compile(r"_H(\d+)_W(\d+)")

Leaves = Mapping[str, int]
"""Number of leaves by kind (``SHA2_256`` of XMSS, ``SHA256_W8`` of LMS)."""


@dataclass(frozen=True, slots=True)
class Work:
    """Leaves computed by one call of each operation."""

    keygen: Leaves
    sign: Leaves
    """At least; empty where the private key carries all that the next signature needs."""
    signatures: int
    """What one private key signs, by the height of its trees; liboqs counts one less."""

    def seconds(self, leaf: Mapping[str, float]) -> tuple[float, float] | None:
        """Return seconds of key generation and of a signature; None when a kind is missing in `leaf`."""
        if not (self.keygen.keys() | self.sign.keys()) <= leaf.keys():
            return None
        return _sum(self.keygen, leaf), _sum(self.sign, leaf)


def work(name: str) -> Work | None:
    """Return the work of a parameter set by its name in liboqs; None when it is not one of these.

    As liboqs does it: XMSS^MT generates the first tree of each of its layers and keeps what is needed next;
    HSS generates its topmost tree, and builds the trees of every level again for each signature.
    """
    found = _XMSS.fullmatch(name)
    if found:
        height, layers = int(found[2]), int(found[3] or 1)
        return Work({f"{found[1]}_{found[4]}": layers << (height // layers)}, {}, 1 << height)
    found = _LMS.fullmatch(name)
    if found:
        levels = [(f"{found[1]}_W{w}", 1 << int(height)) for height, w in _LEVEL.findall(found[2])]
        rebuilt: dict[str, int] = {}
        for kind, leaves in levels:
            rebuilt[kind] = rebuilt.get(kind, 0) + leaves
        return Work(dict(levels[:1]), rebuilt, math.prod(leaves for _, leaves in levels))
    return None


def _sum(leaves: Leaves, leaf: Mapping[str, float]) -> float:
    return sum(number * leaf[kind] for kind, number in leaves.items())
