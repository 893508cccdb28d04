"""Which empty fields of the register would change the ranking most: computed by trying both ends of each.

A field is tried alone, the others as they stand. Its effect is the larger of the two: by how many positions
the system's own rows would move, and how many of them would get another priority. So effects are upper
bounds for one answer, and two answers together may do more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pqc_migrate.model.inventory import Inventory
from pqc_migrate.model.plan import CryptoUse, Evidence, ProfileView
from pqc_migrate.model.register import Register, System
from pqc_migrate.plan import build, uses

_BASE = "base"
"""The arrival scenario the plan ranks by."""
_ENDS: Mapping[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "data.secrecy_years": ("secrecy_years", ({"secrecy_years": 0.0}, {"secrecy_years": 50.0})),
    "data.signature_trust_years": (
        "signature_trust_years",
        ({"signature_trust_years": 0.0}, {"signature_trust_years": 50.0}),
    ),
    "exposure": ("exposure", ({"exposure": "internal"}, {"exposure": "internet"})),
    "severity": ("severity", ({"severity": 1}, {"severity": 3})),
    "criticality": ("criticality", ({"criticality": "normal"}, {"criticality": "systemic"})),
    "migration_years": ("migration_years", ({"migration_years": 1.0}, {"migration_years": 4.0})),
    "hardware_constraints": ("hardware_bound", ({"hardware_bound": False}, {"hardware_bound": True})),
    "dependencies": (
        "depends_on",
        ({"depends_on": (), "vendors": ()}, {"depends_on": (), "external": ("a payment scheme",)}),
    ),
}
"""Field of the register → the attribute that is None while it is empty, and what its two ends are."""


@dataclass(frozen=True, slots=True)
class FieldEffect:
    """What one empty field of one system could change."""

    system: str
    field: str
    """Path below the system."""
    positions: int
    """Sum of the positions the system's rows would move by, in the worse case."""
    priorities: int
    """Rows that would get another priority, in the worse case."""
    rows: int
    """Rows of the plan that belong to the system."""


def most_telling(
    inventories: Sequence[Inventory],
    register: Register,
    profiles: Sequence[str | ProfileView],
    today: date,
    most: int = 5,
) -> tuple[FieldEffect, ...]:
    """Return at most `most` empty fields by their effect; those that change nothing are left out.

    Time grows with systems × their own rows, not with the square of the plan.
    """
    ground = build.prepare(inventories, register, None, profiles, today)
    groups = uses.grouped(ground.assessment, ground.context)
    rows = {group.id: uses.crypto_use(group, groups[group], ground.mappings, ground.context) for group in groups}
    keys = sorted(uses.order(row, _BASE, ground.context) for row in rows.values())
    found = [
        effect
        for system in register.systems
        for effect in _of_system(system, ground, _own(groups, system.id), rows, keys)
    ]
    found.sort(key=lambda effect: (-effect.positions, -effect.priorities, effect.system, effect.field))
    return tuple(found[:most])


_Groups = Mapping[uses.Group, Sequence[Evidence]]


def _own(groups: _Groups, system: str) -> _Groups:
    return {group: evidence for group, evidence in groups.items() if group.system == system}


def _of_system(
    system: System, ground: build.Ground, own: _Groups, rows: Mapping[str, CryptoUse], keys: Sequence[Any]
) -> Iterator[FieldEffect]:
    if not own:
        return
    mine = {uses.order(rows[group.id], _BASE, ground.context) for group in own}
    others = [key for key in keys if key not in mine]
    for field, (attribute, ends) in _ENDS.items():
        if getattr(system, attribute) is not None:
            continue
        moved = [_moved(replace(system, **end), ground, own, rows, others) for end in ends]
        positions, priorities = max(moved)
        if positions or priorities:
            yield FieldEffect(system.id, field, positions, priorities, len(own))


def _moved(
    changed: System, ground: build.Ground, own: _Groups, rows: Mapping[str, CryptoUse], others: Sequence[Any]
) -> tuple[int, int]:
    """Return positions moved among the others' rows, and priorities changed."""
    context = replace(ground.context, systems={**ground.context.systems, changed.id: changed})
    positions = priorities = 0
    for group, evidence in own.items():
        before, after = rows[group.id], uses.crypto_use(group, evidence, ground.mappings, context)
        was = bisect_left(others, uses.order(before, _BASE, ground.context))
        now = bisect_left(others, uses.order(after, _BASE, context))
        positions += abs(now - was)
        priorities += before.priority is not after.priority
    return positions, priorities
