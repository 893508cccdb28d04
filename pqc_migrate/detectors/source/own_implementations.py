"""Functions of a C file that implement an algorithm: named after it, beside the numbers that only it needs.

Their calls from other files are uses; what they call of each other is the implementation.

The numbers are found by `constants`: the algorithm is implemented here. The function's name says which calls
are uses of it (``Blowfish_expandstate(…)`` where the file holds Blowfish's tables).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.constants import spots
from pqc_migrate.catalog.libraries import Rule
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.source import constants
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.model.inventory import Asset, Finding
from pqc_migrate.model.target import Hit, SourceFile

LANGUAGES = frozenset({"c"})
RULE = "implementations/own-function"
_PRIMITIVES = frozenset({"block-cipher", "stream-cipher", "hash", "mac", "ae"})
_AMBIGUOUS = frozenset({"SEED"})
"""Families whose name is an ordinary word of programs."""
_TURN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIZES = re.compile(r"_?(128|192|256)(?![0-9])")
_TRIPLE = re.compile(r"(?:triple_?des|3_?des|t_?des|des_?3|des_?ede3?)(?![a-z0-9])")
_LENGTH = re.compile(r"([0-9]{3})\Z")
_ELSE = re.compile(
    r"(?:^|_)(?:test|tests|selftest|self|free|name|size|sizes|len|length|is|has|can|have|supported|print|dump|copy|clear"
    r"|cleanup|destroy|alloc|register|unregister|bench|cpu|probe|module|exit|new|delete|update|final|finish|result|\w*2(?:word|words|byte|bytes|int))(?:_|$)"
)
"""Words of functions that only prepare, describe, check, or go on with what another one began."""


def functions(file: SourceFile, unit: Unit) -> Mapping[int, Meaning]:
    """Return what calls of the functions of a file use, by the scope of the function."""
    assets = sorted({one.asset for one in _implemented(file)}, key=algorithms.name)
    found: dict[int, Meaning] = {}
    for members, node in unit.named_functions() if assets else ():
        meaning = _named(members[-1], assets) if len(members) == 1 and _is_function(node) else None
        if meaning is not None:
            found[unit.scope_of(node)] = meaning
    return found


def are_in(file: SourceFile) -> bool:
    """Whether a file implements an algorithm."""
    return bool(file.hits) and constants.DETECTOR.wants(file) and next(_implemented(file), None) is not None


def _is_function(node: Node) -> bool:
    return node.type == "function_definition"


def _implemented(file: SourceFile) -> Iterator[Finding]:
    looked_at = file.hits and file.offers is None
    seen = file if looked_at else SourceFile(file.path, file.data, file.language, hits=_hits(file.data))
    for found in constants.DETECTOR.detect(seen) if constants.DETECTOR.wants(seen) else ():
        if isinstance(found, Finding) and algorithms.primitive(found.asset) in _PRIMITIVES:
            yield found


def _hits(data: bytes) -> tuple[Hit, ...]:
    """Return the hits of the gate in a file that it has not looked at: the neighbor of one that it has."""
    found: list[Hit] = []
    for anchor in spots():
        at = data.find(anchor)
        while at >= 0:
            found.append(Hit(at, anchor))
            at = data.find(anchor, at + 1)
    return tuple(sorted(found))


def _named(name: str, assets: list[Asset]) -> Meaning | None:
    """Return what a function is named after; None for one that only prepares, and for one named after nothing."""
    lower = _TURN.sub("_", name).lower()
    if _ELSE.search(lower):
        return None
    if _TRIPLE.search(lower):
        assets = [Asset(one.kind, "3DES") for one in assets if one.family == "DES"]
        lower = _TRIPLE.sub("3des", lower)
    for asset in assets:
        word = _word(asset) if asset.family not in _AMBIGUOUS else r"(?!)"
        match = re.search(rf"(?:^|_){word}(?={_SIZES.pattern}|[^a-z0-9]|$)", lower)
        if match is not None:
            return _meaning(asset, match[0], lower[match.end() :])
    return None


def _word(asset: Asset) -> str:
    """Return the pattern of an algorithm's name in names of functions."""
    if asset.family == "SHA-2" and "size" not in dict(asset.parameters):
        return "sha_?(?:224|256|384|512)"
    parts = re.findall(r"[A-Za-z]+|[0-9]+", algorithms.name(asset))
    return "_?".join(part.lower() for part in parts)


def _meaning(asset: Asset, named: str, rest: str) -> Meaning:
    """Return a use of an algorithm; the length of a key that the name goes on with is the key's."""
    size = _SIZES.match(rest) if asset.family != "SHA-2" else _LENGTH.search(named)
    parameters = dict(asset.parameters)
    if size is not None and "size" not in parameters and algorithms.takes(asset.family, size[1]):
        parameters["size"] = size[1]
    does = "decrypt" if "decrypt" in rest else "encrypt" if "encrypt" in rest else ""
    functions = (does,) if does else ("digest",) if algorithms.primitive(asset) == "hash" else ("other",)
    rule = Rule(RULE, "", asset.family, functions=functions)
    return Meaning(rule, asset.family, tuple(sorted(parameters.items())))
