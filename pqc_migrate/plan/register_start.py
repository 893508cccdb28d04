"""Inventories → a starter register: what a scan can say about systems is filled in, the rest stands empty.

One system a target, or one a folder of a target. The result is the register as nested data, the same that
its YAML and XLSX forms hold.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pqc_migrate.model.inventory import Component, Inventory, Kind, Occurrence, Role, Technique
from pqc_migrate.model.plan import CryptoUse
from pqc_migrate.model.register import SCHEMA
from pqc_migrate.plan.register_sheets import SYSTEM, sheets, wanted
from pqc_migrate.plan.validate import Many, Record

Raw = dict[str, Any]

_NOT_ID = re.compile(r"[^a-z0-9]+")
_BETWEEN = ", "
_EMPTY_SYSTEM: Mapping[str, Any] = {
    "business_line": None, "criticality": None, "mlps_level": None, "cii": None, "status": None,
    "retire_date": None, "exposure": None,
    "data": {"classes": None, "secrecy_years": None, "signature_trust_years": None},
    "severity": None, "migration_years": None,
}  # fmt: skip
"""Fields that only people know; each changes the plan."""


@dataclass(slots=True)
class _Found:
    """What an inventory says about one system."""

    name: str
    repos: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)


def starter(inventories: Sequence[Inventory], *, by_folder: bool = False) -> Raw:
    """Return a register with one system a target, or one a first-level folder of each.

    Filled in: ``discovery`` (repositories, subjects of certificates that only this system has) and ``stack``
    (the language most read, libraries with their versions). Owners are ``unknown``.
    """
    found: dict[str, _Found] = {}
    for inventory in inventories:
        for place, component, occurrence in _places(inventory, by_folder=by_folder):
            one = found.setdefault(place, _Found(place.rpartition("/")[2], {place}))
            _note(one, component, occurrence)
        for place in () if by_folder else _targets(inventory):
            one = found.setdefault(place, _Found(place.rpartition("/")[2], {place}))
            if len(_targets(inventory)) == 1:
                one.languages.update({
                    name: read.parsed_bytes for name, read in inventory.coverage.by_language.items()
                })  # fmt: skip
    shared = Counter(subject for one in found.values() for subject in one.subjects)
    ids = _ids(list(found))
    systems = [_system(ids[place], found[place], shared) for place in sorted(found)]
    institution: Raw = {"name": None, "type": "bank", "profiles": None, "migration_lead": None}
    return {"schema": SCHEMA, "institution": institution, "systems": systems}


def with_uses(register: Raw, rows: Sequence[CryptoUse], names: Mapping[str, str]) -> Raw:
    """Return the register with what the scan found for each system; `names` are those of the plan's assets."""
    by_system: dict[str, list[Raw]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        now = ", ".join(sorted({names[ref] for ref in row.assets}))
        by_system[row.system].append({"use": row.use.value, "alg_now": now, "source": "scan"})
    systems = [{**system, "crypto_uses": by_system.get(system["id"], [])} for system in register["systems"]]
    return {**register, "systems": systems}


def allowed() -> list[str]:
    """Return what each field of a system may hold, one line a field: the comment above a starter register."""
    lines = ["What the fields of a system may hold; leave out, or null, what is not known."]
    for sheet in sheets():
        where = "" if sheet.name == "systems" else f"{sheet.name}: "
        for path, node in sheet.columns.items():
            if path == SYSTEM or wanted(node) == "text" or (isinstance(node, Many) and isinstance(node.of, Record)):
                continue
            told = f"a list of: {wanted(node.of)}" if isinstance(node, Many) else wanted(node)
            lines.append(f"  {where}{path}: {told}")
    return lines


def _targets(inventory: Inventory) -> list[str]:
    return [name for name in inventory.target.split(_BETWEEN) if name]


def _places(inventory: Inventory, *, by_folder: bool) -> Iterator[tuple[str, Component, Occurrence]]:
    """Yield what each system claims by its repository name, with every production occurrence in it."""
    labels = _targets(inventory)
    for component in inventory.components:
        for occurrence in component.occurrences:
            path = occurrence.location.path
            if occurrence.role is Role.PRODUCTION and path:
                yield _place(path, labels, by_folder=by_folder), component, occurrence


def _place(path: str, labels: Sequence[str], *, by_folder: bool) -> str:
    label = labels[0] if labels else "inventory"
    inside = path
    if len(labels) > 1:
        label = next((name for name in labels if path == name or path.startswith((f"{name}/", f"{name}!/"))), label)
        inside = path.removeprefix(f"{label}/")
    folder, slash, _ = inside.partition("/")
    return f"{label}/{folder}" if by_folder and slash else label


def _note(one: _Found, component: Component, occurrence: Occurrence) -> None:
    asset, details = component.asset, dict(occurrence.details)
    if asset.kind is Kind.LIBRARY:
        one.libraries.add("-".join(part for part in (component.name, asset.get("version")) if part))
    if asset.kind is Kind.CERTIFICATE and occurrence.technique is Technique.PARSER:
        subject = details.get("subject")
        if subject and details.get("self-signed") != "yes":
            one.subjects.add(subject)


def _system(identifier: str, one: _Found, shared: Mapping[str, int]) -> Raw:
    language = one.languages.most_common(1)
    return {
        "id": identifier,
        "name": {"zh": None, "en": one.name},
        "owner": {"dept": "unknown", "person": None, "contact": None},
        **_EMPTY_SYSTEM,
        "discovery": {
            "repos": sorted(one.repos),
            "hosts": None,
            "cert_subjects": sorted(subject for subject in one.subjects if shared[subject] == 1) or None,
        },
        "stack": {
            "language": language[0][0] if language and language[0][1] else None,
            "crypto_libs": sorted(one.libraries) or None,
        },
        "hardware_constraints": None,
        "vendors": None,
        "dependencies": None,
        "budgets": None,
        "exception": None,
        "notes": None,
    }


def _ids(places: Sequence[str]) -> dict[str, str]:
    """Return an id made of a-z, 0-9 and hyphens for each place, a number behind those that repeat."""
    ids: dict[str, str] = {}
    for place in sorted(places):
        base = _NOT_ID.sub("-", place.lower()).strip("-") or "system"
        names = (base if count == 1 else f"{base}-{count}" for count in itertools.count(1))
        ids[place] = next(name for name in names if name not in ids.values())
    return ids
