"""Timeline profiles: who asks for what by when, with what force, and how well the fact is sourced.

One file ``policies/<id>.toml`` a profile. A date is written as its source writes it and read as a last
allowed day: ``2030`` is 31 December 2030, ``2026-04`` is 30 April 2026, ``before 2030`` is 31 December 2029.
"""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pqc_migrate.catalog import toml
from pqc_migrate.catalog.sources import source
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan import Milestone, ProfileView
from pqc_migrate.model.plan_codes import Axis, Binding, Effect, MilestoneKind, Population, Scope, Trust

DEFAULT = ("cn-default",)
"""Profiles a plan uses when nobody chooses."""

_REQUIRED = {"id", "name_zh", "name_en", "milestone"}
_OPTIONAL = {"legal_date", "min_kem", "min_sig", "hybrid_policy", "min_symmetric_bits", "policy_sources"}
_LINE_REQUIRED = {
    "id", "authority", "document", "document_date", "binding", "scope", "kind", "effect", "targets", "trust",
    "source",
}  # fmt: skip
_LINE_OPTIONAL = {"population", "axis", "strength", "deprecate_after", "disallow_after", "refuses"}
_DATE = re.compile(r"(before )?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_HYBRID_POLICIES = ("required", "allowed", "discouraged")
_T = TypeVar("_T")
_OWN = "own-policy"
_OWN_LINE: Mapping[str, Any] = {
    "authority": "", "document_date": "", "binding": "reference-line", "scope": "all", "kind": "reference-all",
    "effect": "completion", "targets": [], "trust": "own", "source": _OWN,
}  # fmt: skip
"""What a milestone of an institution's own policy is unless it says otherwise."""


def policy(identifier: str) -> ProfileView:
    """Return one profile without days left; `CatalogError` with the nearest name when there is none."""
    known = policies()
    if identifier in known:
        return known[identifier]
    near = get_close_matches(identifier, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise CatalogError(f"no profile {identifier!r}", hint=f"{hint}profiles: {', '.join(known)}")


@cache
def policies() -> Mapping[str, ProfileView]:
    """Return every built-in profile by id, in the order of their names."""
    loaded: dict[str, ProfileView] = {}
    for path in toml.walk(toml.root() / "policies"):
        record = load(path.name, toml.read(path))
        if f"{record.id}.toml" != path.name:
            raise CatalogError(f"{path.name}: id {record.id!r} is not the file's name")
        loaded[record.id] = record
    return loaded


def own(path: Path) -> ProfileView:
    """Return an institution's own profile from a TOML file; `CatalogError` names file, record and key.

    The form is that of the built-in profiles, but a milestone needs only an id, a document and a date: its
    binding is a reference line of the institution, its trust and source the institution's own.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{path.name}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path.name}: not valid TOML: {error}") from error
    if raw.get("id") in policies():
        raise CatalogError(f"{path.name}: id {raw['id']!r} is a built-in profile", hint="give it another id")
    lines = raw.get("milestone", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise CatalogError(f"{path.name}: milestone is not a list of tables", hint="write [[milestone]]")
    taken = {line.id for profile in policies().values() for line in profile.milestones}
    for line in lines:
        if line.get("id") in taken:
            raise CatalogError(
                f"{path.name}: milestone {line['id']!r} is a built-in one", hint="give it another id"
            )
    name = raw.get("name_zh") or raw.get("name_en") or raw.get("id")
    filled = {
        "name_zh": name, "name_en": raw.get("name_en") or name, "legal_date": False, **raw,
        "milestone": [{**_OWN_LINE, **line} for line in lines],
    }  # fmt: skip
    if filled.keys() & _OPTIONAL - {"legal_date"}:
        filled.setdefault("policy_sources", [_OWN])
    return load(path.name, filled)


def count_days(profile: ProfileView, today: date) -> ProfileView:
    """Return the profile with days left counted from `today`, milestones by date."""
    lines = [
        replace(
            line,
            deprecate_days_left=_days(line.deprecate_after, today),
            disallow_days_left=_days(line.disallow_after, today),
        )
        for line in profile.milestones
    ]
    lines.sort(key=lambda line: (line.disallow_after or line.deprecate_after or date.max, line.id))
    return replace(profile, milestones=tuple(lines))


def last_day(written: str) -> date:
    """Return the last allowed day a written date means; `ValueError` when it is none of the four forms."""
    match = _DATE.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is not YYYY, YYYY-MM, YYYY-MM-DD or 'before YYYY'")
    before, year, month, day = match[1], int(match[2]), match[3], match[4]
    if before:
        if month:
            raise ValueError(f"{written!r}: 'before' takes a year")
        return date(year - 1, 12, 31)
    if month is None:
        return date(year, 12, 31)
    return date(year, int(month), int(day) if day else calendar.monthrange(year, int(month))[1])


def load(name: str, raw: Mapping[str, Any]) -> ProfileView:
    """Return the profile of one parsed file; `CatalogError` names file, record and key."""
    toml.check_keys(name, raw, _REQUIRED, _OPTIONAL)
    hybrid = raw.get("hybrid_policy")
    if hybrid is not None and hybrid not in _HYBRID_POLICIES:
        raise CatalogError(f"{name}: hybrid_policy {hybrid!r}", hint=f"one of {', '.join(_HYBRID_POLICIES)}")
    sources = tuple(raw.get("policy_sources", ()))
    if not sources and _OPTIONAL & raw.keys() - {"legal_date"}:
        raise CatalogError(f"{name}: parameter sets without policy_sources")
    for identifier in sources:
        source(identifier)
    lines = tuple(_line(name, raw["id"], line) for line in raw["milestone"])
    return ProfileView(
        id=raw["id"],
        name_zh=raw["name_zh"],
        name_en=raw["name_en"],
        min_kem=raw.get("min_kem"),
        min_sig=raw.get("min_sig"),
        hybrid_policy=hybrid,
        min_symmetric_bits=raw.get("min_symmetric_bits"),
        policy_sources=sources,
        legal_date=raw.get("legal_date", True),
        milestones=lines,
    )


def _line(name: str, profile: str, raw: Mapping[str, Any]) -> Milestone:
    where = f"{name}: milestone {raw.get('id', '?')!r}"
    toml.check_keys(where, raw, _LINE_REQUIRED, _LINE_OPTIONAL)
    source(raw["source"])
    trust = _enum(where, Trust, raw["trust"])
    deprecate, disallow = raw.get("deprecate_after", ""), raw.get("disallow_after", "")
    try:
        deprecate_after = last_day(deprecate) if deprecate else None
        disallow_after = last_day(disallow) if disallow else None
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error
    return Milestone(
        id=raw["id"],
        profile=profile,
        authority=raw["authority"],
        document=raw["document"],
        document_date=raw["document_date"],
        binding=_enum(where, Binding, raw["binding"]),
        scope=_enum(where, Scope, raw["scope"]),
        population=_enum(where, Population, raw.get("population", "all")),
        axis=_enum(where, Axis, raw["axis"]) if "axis" in raw else None,
        strength=raw.get("strength"),
        kind=_enum(where, MilestoneKind, raw["kind"]),
        effect=_enum(where, Effect, raw["effect"]),
        deprecate_after=deprecate_after,
        disallow_after=disallow_after,
        deprecate_written=deprecate,
        disallow_written=disallow,
        deprecate_days_left=None,
        disallow_days_left=None,
        targets=tuple(raw["targets"]),
        refuses=tuple(raw.get("refuses", ())),
        trust=trust,
        source=raw["source"],
        unverified=trust is Trust.UNVERIFIED,
    )


def _days(day: date | None, today: date) -> int | None:
    return None if day is None else (day - today).days


def _enum(where: str, kind: Callable[[str], _T], value: str) -> _T:
    try:
        return kind(value)
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error
