"""Numbers that tell which algorithm a project implements itself, and the spellings they are searched by.

A `Sequence` is one way in which an implementation lays a table out (words, their halves, little-endian
words); its anchors are the few literals by which the gate finds it, whatever the language.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.catalog.groups import groups
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset

_OCTET = 8
_WORD = 32
_ANCHOR_DIGITS = 8
_ANCHOR_DECIMALS = 12
_BEGINNING = 4
"""An anchored byte is one of the first four of its table, an anchored word one of the first eight."""
_PLAIN = frozenset("0123456789")
_KEYS = {
    "values", "width", "like", "swapped", "low_first", "sparse", "after", "bits", "limbs", "size", "curve",
    "sizes", "with", "unless", "words", "wordless", "rotations", "silent", "names", "shared",
    "unrolled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sequence:
    """Consecutive numbers of one width, as they may stand in code."""

    width: int
    """Bits of one number; a number counts modulo 2^width."""
    values: tuple[int, ...]
    sparse: bool = False
    """Other numbers may stand between them."""
    limbs: bool = False
    """The parts of one large number, the lowest first."""


@dataclass(frozen=True, slots=True)
class Constant:
    """One record of `constants.toml`, or the prime of a named group."""

    id: str
    rule: str
    asset: Asset
    source: str
    sequences: tuple[Sequence, ...] = ()
    digits: tuple[str, ...] = ()
    """Large numbers in upper-case hexadecimal, any of which counts."""
    texts: tuple[str, ...] = ()
    octets: bool = False
    """Large numbers may stand in arrays of bytes."""
    bits: int = 0
    """How much has to agree by chance for a wrong finding."""
    like: str = ""
    """The constant whose numbers these are."""
    after: int | None = None
    """Not where this word stands directly before: there it is part of a longer table."""
    sizes: tuple[tuple[str, int], ...] = ()
    with_: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    wordless: tuple[str, ...] = ()
    rotations: tuple[int, ...] = ()
    silent: bool = False
    shared: bool = False
    """Others have these numbers as well: where no words tell, another of the family has to stand beside it."""
    names: tuple[str, ...] = ()
    unrolled: bool = False
    """In programs the numbers also stand in the instructions of the rounds, each by itself."""
    repeated: bool = False
    """Report each place of a file and not only the first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What an anchor may be the beginning of."""

    constant: str
    sequence: Sequence | None = None
    index: int = 0
    """Position of the anchored value in the sequence."""
    digits: str = ""
    """The digits of a large number from the anchor on."""
    leading: str = ""
    """Those before it, if any."""
    text: str = ""
    decimal: bool = False


@cache
def constants() -> Mapping[str, Constant]:
    """Return every constant by id, groups included."""
    path = toml.root() / "constants.toml"
    found: dict[str, Constant] = {}
    for kind, records in toml.read(path).items():
        for raw in records:
            constant = _constant(f"{path.name}: {raw.get('id', '?')!r}", kind, raw)
            if found.setdefault(constant.id, constant) is not constant:
                raise CatalogError(f"{path.name}: two records {constant.id!r}")
    for constant in found.values():
        named = {constant.like, *constant.with_, *constant.unless, *(name for name, _ in constant.sizes)} - {""}
        if unknown := named - found.keys():
            raise CatalogError(f"{path.name}: {constant.id!r} names {', '.join(sorted(unknown))}")
    found.update((constant.id, constant) for constant in _groups())
    return found


@cache
def spots() -> Mapping[bytes, tuple[Spot, ...]]:
    """Return what each anchor may be the beginning of."""
    found: dict[bytes, list[Spot]] = {}
    for constant in constants().values():
        for anchor, spot in _spots(constant):
            at = found.setdefault(anchor.encode(), [])
            if spot not in at:
                at.append(spot)
    return {anchor: tuple(at) for anchor, at in found.items()}


# What tells constants apart that share their numbers ----------------------------------------------


class Context(Protocol):
    """The words of a file, asked only where its numbers leave something open."""

    def has(self, words: tuple[str, ...]) -> bool:
        """Whether one of the words (lower case) stands in the file or its path."""
        ...

    def rotates(self, rotations: tuple[int, ...]) -> bool:
        """Whether the code rotates by these numbers, closely after each other."""
        ...


def decided(found: Container[str], text: Context) -> Iterator[Constant]:
    """Yield the constants that are there and that nothing else in the file speaks against.

    `found` has the ids of those whose numbers stand in the file.
    """
    there = {constant.id for constant in constants().values() if (constant.like or constant.id) in found}
    known = constants()
    candidates = [
        known[name]
        for name in known
        if name in there and not known[name].silent and _alone(known[name], there, text)
    ]
    for constant in candidates:
        if not constant.words:
            yield constant
    for base in {c.like for c in candidates if c.words}:
        rivals = [c for c in candidates if c.words and c.like == base]
        told = [c for c in rivals if text.has(c.words) and not text.has(c.wordless)]
        told = told or [c for c in rivals if c.rotations and text.rotates(c.rotations)]
        yield from told if len(told) == 1 else ()


def _alone(constant: Constant, there: set[str], text: Context) -> bool:
    """Whether what must stand in the file as well does, and what must not does not."""
    if (constant.with_ and not constant.with_ & there) or constant.unless & there:
        return False
    return bool(constant.words) or not text.has(constant.wordless)


def sized(constant: Constant, found: Container[str]) -> Asset:
    """Return what a constant decides, with the size that another table of the file tells."""
    sizes = [size for name, size in constant.sizes if name in found]
    if len(sizes) != 1:
        return constant.asset
    return Asset.of(constant.asset.kind, constant.asset.family, size=sizes[0])


def confidence(constant: Constant) -> float:
    """Return how sure a constant is by its length; where a word of the file decided between two, less."""
    bits = constants()[constant.like].bits if constant.like else constant.bits
    sure = 0.98 if bits >= 256 else 0.95 if bits >= 96 else 0.9
    return min(sure, 0.85) if constant.words else sure


# Reading the records -----------------------------------------------------------------------------


def _constant(where: str, kind: str, raw: toml.Record) -> Constant:
    toml.check_keys(where, raw, {"id", "family", "source"}, _KEYS)
    if kind not in ("table", "number", "text") or ("values" in raw) == ("like" in raw):
        raise CatalogError(f"{where}: a table, number or text has either values or like")
    family = algorithms.family(raw["family"])
    parameters = {key: raw[key] for key in ("size", "curve") if key in raw}
    return Constant(
        raw["id"],
        f"constants/{raw['id']}",
        Asset.of(family.kind, raw["family"], **parameters),
        raw["source"],
        like=raw.get("like", ""),
        after=int(raw["after"], 16) if "after" in raw else None,
        sizes=tuple(raw.get("sizes", {}).items()),
        with_=frozenset(raw.get("with", ())),
        unless=frozenset(raw.get("unless", ())),
        words=tuple(raw.get("words", ())),
        wordless=tuple(raw.get("wordless", ())),
        rotations=tuple(raw.get("rotations", ())),
        silent=raw.get("silent", False),
        shared=raw.get("shared", False),
        names=tuple(raw.get("names", ())),
        unrolled=raw.get("unrolled", False),
        **_numbers(kind, raw) if "values" in raw else {},
    )


def _numbers(kind: str, raw: toml.Record) -> dict[str, Any]:
    if kind == "text":
        return {"texts": tuple(raw["values"]), "bits": 8 * len(raw["values"][0])}
    if kind == "number":
        limbs = raw.get("limbs", ())
        numbers = [int(text, 16) for text in raw["values"]]
        return {
            "digits": tuple(text.upper() for text in raw["values"]),
            "sequences": tuple(
                s for at, number in enumerate(numbers) for s in _layouts(number, raw, limbs if at == 0 else ())
            ),
            "octets": bool(limbs),
            "bits": raw["bits"],
        }
    values = tuple(int(text, 16) for text in raw["values"].split())
    width = raw["width"]
    tables = [Sequence(max(width, _OCTET), values, raw.get("sparse", False))]
    if raw.get("swapped"):
        tables.append(Sequence(width, tuple(_swapped(value, width) for value in values)))
    if width == 2 * _WORD:
        tables.append(Sequence(_WORD, tuple(half for value in values for half in divmod(value, 1 << _WORD))))
    if raw.get("low_first"):
        tables.append(Sequence(_WORD, tuple(half for value in values for half in divmod(value, 1 << _WORD)[::-1])))
    return {"sequences": tuple(tables), "bits": width * len(values)}


def _layouts(number: int, raw: toml.Record, limbs: Iterable[int]) -> Iterator[Sequence]:
    """Yield a large number as one decimal, and in limbs."""
    bits = raw["bits"]
    if limbs:
        yield Sequence(bits + -bits % _OCTET, (number,))
    for width in limbs:
        values = tuple((number >> at) % (1 << width) for at in range(0, bits, width))
        yield Sequence(width, values, limbs=True)


def _swapped(value: int, width: int) -> int:
    return int.from_bytes(value.to_bytes(width // 8, "big"), "little")


def _groups() -> Iterator[Constant]:
    """Yield the primes of the named groups, the longest first: the digits of a short one may begin a longer one."""
    for group in sorted(groups().values(), key=lambda group: -group.size):
        yield Constant(
            f"group-{group.name}",
            "primes/named-group",
            Asset.of(algorithms.family("FFDH").kind, "FFDH", group=group.name, size=group.size),
            group.source,
            digits=(f"{group.prime:X}",),
            octets=True,
            bits=group.size,
            repeated=True,
        )


# Anchors ------------------------------------------------------------------------------------------


def _spots(constant: Constant) -> Iterator[tuple[str, Spot]]:
    for text in constant.texts:
        yield text, Spot(constant.id, text=text)
    for number, digits in enumerate(constant.digits):
        tail = _distinct_tail(digits)
        for anchor in _digit_anchors(tail, octets=constant.octets and number == 0):
            yield anchor, Spot(constant.id, digits=tail, leading=digits[: -len(tail)])
    for sequence in constant.sequences:
        for anchor, index, decimal in _sequence_anchors(sequence):
            yield anchor, Spot(constant.id, sequence, index, decimal=decimal)


def _distinct_tail(digits: str) -> str:
    """Return the digits behind the leading ones and zeros, which many numbers have."""
    starts = range(0, len(digits), _ANCHOR_DIGITS)
    return next(digits[at:] for at in starts if len(set(digits[at : at + _ANCHOR_DIGITS])) > 2)


def _digit_anchors(digits: str, octets: bool) -> Iterator[str]:
    head = digits[:_ANCHOR_DIGITS]
    for cased in (head.upper(), head.lower()):
        yield cased
        for joint in (", ", ",") if octets else ():
            yield joint.join(f"0x{cased[index : index + 2]}" for index in range(0, _ANCHOR_DIGITS, 2))


def _sequence_anchors(sequence: Sequence) -> Iterator[tuple[str, int, bool]]:
    """Yield (literal, position of its value, whether it is decimal)."""
    if sequence.width > 2 * _WORD:
        yield str(sequence.values[0])[:_ANCHOR_DECIMALS], 0, True
    elif sequence.width >= _WORD:
        yield from _word_anchors(sequence)
    elif max(sequence.values) < 16:
        yield from _nibble_anchors(sequence.values)
    else:
        yield from _octet_anchors(sequence)


def _word_anchors(sequence: Sequence) -> Iterator[tuple[str, int, bool]]:
    """Yield one value in hexadecimal of either case and, of 32 bits, in decimal with and without a sign."""
    index = _longest(sequence.values)
    value = sequence.values[index]
    digits = f"{value:x}"[:_ANCHOR_DIGITS] if value < 1 << _WORD else f"{value:016x}".lstrip("0")[:_ANCHOR_DIGITS]
    for text in {digits, digits.upper()}:
        yield text, index, False
    if sequence.width == _WORD and not sequence.limbs:
        for number in {value, value - (1 << _WORD) if value >> (_WORD - 1) else value}:
            yield str(number), index, True


def _longest(values: tuple[int, ...]) -> int:
    """Return the position of the first value without leading zeros among the first few, else of the longest."""
    lengths = [len(f"{value:x}") if len(set(f"{value:x}")) > 2 else 0 for value in values[: 2 * _BEGINNING]]
    return lengths.index(max(lengths))


def _octet_anchors(sequence: Sequence) -> Iterator[tuple[str, int, bool]]:
    """Yield one byte or short word in hexadecimal, three in decimal, four without separators."""
    digits = sequence.width // 4
    beginning = [f"{value:0{digits}x}" for value in sequence.values[:_BEGINNING]]
    plain = [index for index, text in enumerate(beginning) if _PLAIN.issuperset(text) and text[0] != "0"]
    index = plain[0] if plain else 0
    for text in {beginning[index], beginning[index].upper()}:
        yield f"x{text}", index, False
    if sequence.limbs:
        return
    if digits == 2:
        yield "".join(beginning), 0, False
    half = 1 << (sequence.width - 1)
    numbers = [value - 2 * half if value >= half else value for value in sequence.values[:3]]
    for joint in (", ", ","):
        yield joint.join(str(value) for value in sequence.values[:3]), 0, True
    if min(numbers) < 0:
        yield ", ".join(str(number) for number in numbers), 0, True
    if digits == 2:
        yield f"(byte){sequence.values[0]}", 0, True  # Java


def _nibble_anchors(values: tuple[int, ...]) -> Iterator[tuple[str, int, bool]]:
    for joint in (", ", ","):
        yield joint.join(str(value) for value in values[:_BEGINNING]), 0, True
        for case in "xX":
            yield f"{joint}0x".join(f"{value:{case}}" for value in values[:_BEGINNING]), 0, False
