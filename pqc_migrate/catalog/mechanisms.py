"""What can be measured: parameter sets with the standards' sizes, and what providers call them.

Reads `mechanisms.toml`. Whether a library on this machine has a mechanism is the benchmark's to find out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml, trees
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.bench import Operation, Role, Sizes
from pqc_migrate.model.inventory import Asset, Kind

_FILE = "mechanisms.toml"
_FAMILY_REQUIRED = {"id", "algorithm", "role", "status", "document"}
_FAMILY_OPTIONAL = {"security", "sizes", "source", "random", "pattern", "like", "leaf_seconds", "set"}
_SET_OPTIONAL = {
    "algorithm", "name", "parameters", "liboqs", "openssl", "gmssl", "bytes", "variable", "seconds", "formerly",
    "alias", "status", "document",
}  # fmt: skip
_STATUSES = {"standard", "selected", "candidate", "not-selected", "superseded", "classical", ""}


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One parameter set as it can be measured."""

    name: str
    """Display name, as `algorithms.name` gives it."""
    role: Role
    family: str
    """Family in `algorithms.toml`; empty where it has none."""
    parameters: tuple[tuple[str, str], ...]
    group: str
    """Family in `mechanisms.toml`; empty for a mechanism that only a library knows."""
    liboqs: str
    """Name in liboqs; empty where liboqs does not have it."""
    openssl: bool
    gmssl: bool
    sizes: Sizes | None
    """Bytes by the standard; None where no table of the standard was at hand."""
    source: str
    """Where the sizes stand."""
    variable: bool
    """Signatures may be shorter than `sizes` says."""
    status: str
    document: str
    security: str
    """What the standard claims; empty: what the library says is all there is."""
    random: frozenset[Operation]
    """Operations whose work is random by design."""
    seconds: tuple[tuple[Operation, float], ...]
    """What one slow call takes on a server, roughly; for planning only."""
    alias: tuple[str, ...]
    formerly: tuple[str, ...]

    @property
    def category(self) -> int | None:
        """NIST category by the catalog: 0 for what Shor's algorithm breaks, None where none is known."""
        if not self.family:
            return None
        return algorithms.level(Asset(Kind.ALGORITHM, self.family, self.parameters))

    @property
    def standing(self) -> str:
        """Status and document in one phrase; empty where the status is not known."""
        if not self.status:
            return ""
        return f"{self.status}: {self.document}" if self.document else self.status


@dataclass(frozen=True, slots=True)
class Selection:
    """A named set of algorithms."""

    name: str
    about: str
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """What releases of liboqs had and no longer have."""

    names: str
    pattern: re.Pattern[str]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Match:
    """A mechanism found by a name, and whether that name is an older release's for something else."""

    mechanism: Mechanism
    former: bool


def mechanisms() -> tuple[Mechanism, ...]:
    """Return every mechanism of the catalog in the order of the file."""
    return _catalog().mechanisms


def lookup(text: str) -> Match | None:
    """Return the mechanism that `text` names (case, hyphens and underscores ignored), or None."""
    return _catalog().names.get(_plain(text))


def from_library(name: str, role: Role) -> Mechanism:
    """Return the mechanism liboqs calls `name`; without sizes and status when the catalog does not know it."""
    known = _catalog().liboqs.get(name)
    if known is not None:
        return known
    for pattern, raw in _catalog().patterns:
        found = pattern.fullmatch(name)
        if found:
            return _by_pattern(raw, name, found)
    nothing_known = {"id": "", "algorithm": "", "role": role, "status": "", "document": ""}
    return _mechanism(nothing_known, {"name": name, "liboqs": name})


def selections() -> Mapping[str, Selection]:
    """Return the named sets."""
    return _catalog().selections


def absent() -> tuple[Absent, ...]:
    """Return what liboqs no longer has, in the order of the file."""
    return _catalog().absent


def why_absent(text: str) -> Absent | None:
    """Return the record of an older release's name, or None."""
    return next((record for record in absent() if record.pattern.fullmatch(text)), None)


def suggestions(text: str, others: Iterable[str] = ()) -> list[str]:
    """Return up to three known names that look like `text`."""
    spellings = {_plain(m.name): m.name for m in mechanisms()} | {_plain(name): name for name in others}
    close = difflib.get_close_matches(_plain(text), list(spellings), n=3, cutoff=0.6)
    return [spellings[name] for name in close]


class _Catalog:
    __slots__ = ("absent", "liboqs", "mechanisms", "names", "patterns", "selections")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        toml.check_keys(_FILE, raw, {"family", "selection", "absent"}, set())
        self.patterns = [(re.compile(r["pattern"]), r) for r in raw["family"] if "pattern" in r]
        self.mechanisms = tuple(_mechanism(r, part) for r in raw["family"] for part in r.get("set", []))
        self.liboqs = {m.liboqs: m for m in self.mechanisms if m.liboqs}
        self.names = _index(self.mechanisms)
        self.selections = {r["name"]: _selection(r, self.names) for r in raw["selection"]}
        self.absent = tuple(_absent(r) for r in raw["absent"])


@cache
def _catalog() -> _Catalog:
    return _Catalog(toml.read(toml.root() / _FILE))


def _mechanism(family: Mapping[str, Any], part: Mapping[str, Any]) -> Mechanism:
    where = f"{_FILE}: {family.get('id', '?')} {part.get('liboqs') or part.get('parameters', '')}"
    toml.check_keys(where, family, _FAMILY_REQUIRED, _FAMILY_OPTIONAL)
    toml.check_keys(where, part, set(), _SET_OPTIONAL)
    algorithm = part.get("algorithm", family["algorithm"])
    asset = Asset.of(Kind.ALGORITHM, algorithm, **part.get("parameters", {}))
    status = part.get("status", family["status"])
    if status not in _STATUSES:
        raise CatalogError(f"{where}: status {status!r}", hint=f"one of {', '.join(sorted(_STATUSES))}")
    try:
        return Mechanism(
            name=part.get("name") or algorithms.name(asset),
            role=Role(family["role"]),
            family=algorithm,
            parameters=asset.parameters,
            group=family["id"],
            liboqs=part.get("liboqs", ""),
            openssl=part.get("openssl", False),
            gmssl=part.get("gmssl", False),
            sizes=_sizes(where, family.get("sizes", []), part.get("bytes")),
            source=family.get("source", ""),
            variable=part.get("variable", False),
            status=status,
            document=part.get("document", family["document"]),
            security=family.get("security", ""),
            random=frozenset(Operation(name) for name in family.get("random", [])),
            seconds=tuple((Operation(name), float(value)) for name, value in part.get("seconds", {}).items()),
            alias=tuple(part.get("alias", [])),
            formerly=tuple(part.get("formerly", [])),
        )
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error


def _by_pattern(family: Mapping[str, Any], name: str, found: re.Match[str]) -> Mechanism:
    mechanism = _mechanism(family, {"name": name, "liboqs": name})
    if "like" in family:
        model = _catalog().liboqs.get(family["like"].format(**found.groupdict()))
        if model is not None:
            mechanism = replace(mechanism, sizes=model.sizes, seconds=model.seconds)
    work = trees.work(name)
    seconds = work.seconds(family.get("leaf_seconds", {})) if work else None
    if seconds is None:
        return mechanism
    return replace(mechanism, seconds=tuple(zip((Operation.KEYGEN, Operation.SIGN), seconds, strict=True)))


def _absent(raw: Mapping[str, Any]) -> Absent:
    toml.check_keys(
        f"{_FILE}: absent {raw.get('names', '?')!r}", raw, {"names", "pattern", "reason", "source"}, set()
    )
    return Absent(raw["names"], re.compile(raw["pattern"], re.IGNORECASE), raw["reason"], raw["source"])


def _sizes(where: str, columns: list[str], lengths: list[int] | None) -> Sizes | None:
    if lengths is None:
        return None
    try:
        return Sizes(**{c: n if n >= 0 else None for c, n in zip(columns, lengths, strict=True)})
    except (TypeError, ValueError) as error:
        raise CatalogError(f"{where}: bytes {lengths} for columns {columns}: {error}") from error


def _index(known: Iterable[Mechanism]) -> dict[str, Match]:
    names: dict[str, Match] = {}
    for mechanism in known:
        spellings = [(n, False) for n in (mechanism.name, mechanism.liboqs, *mechanism.alias) if n]
        for text, former in [*spellings, *((n, True) for n in mechanism.formerly)]:
            earlier = names.setdefault(_plain(text), Match(mechanism, former))
            if earlier.mechanism is not mechanism:
                raise CatalogError(f"{_FILE}: {text!r} names {earlier.mechanism.name} and {mechanism.name}")
    return names


def _selection(raw: Mapping[str, Any], names: Mapping[str, Match]) -> Selection:
    where = f"{_FILE}: selection {raw.get('name', '?')!r}"
    toml.check_keys(where, raw, {"name", "about", "algorithms"}, set())
    for name in raw["algorithms"]:
        match = names.get(_plain(name))
        if match is None or match.mechanism.name != name:
            raise CatalogError(f"{where}: no mechanism is called {name!r}")
    return Selection(raw["name"], raw["about"], tuple(raw["algorithms"]))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", text.lower())
