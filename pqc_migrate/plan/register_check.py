"""What a valid register still leaves open or contradicts: remarks, not errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pqc_migrate.model.inventory import Inventory, Role
from pqc_migrate.model.plan import UNREGISTERED
from pqc_migrate.model.register import Register
from pqc_migrate.plan.register import claimer

_LEVEL_ASSESSED = 3
"""From this MLPS level on, and for critical information infrastructure, a date of the last 密评 is expected."""


def remarks(register: Register) -> Iterator[str]:
    """Yield one line for each thing that a plan made from this register would have to assume or pass over."""
    known = {system.id for system in register.systems}
    if not register.systems:
        yield "systems: empty; every finding will belong to no system"
    for system in register.systems:
        path = f"systems[{system.id}]"
        if ((system.mlps_level or 0) >= _LEVEL_ASSESSED or system.cii) and system.miping_last is None:
            why = "critical information infrastructure" if system.cii else f"MLPS level {system.mlps_level}"
            yield f"{path}.miping.last: empty, though the system is {why}"
        if system.discovery.empty:
            yield f"{path}.discovery: empty; no finding can belong to this system"
        for needed in system.depends_on or ():
            if needed not in known:
                yield f"{path}.dependencies.on: {needed!r} is no system of this register"
        if system.status == "retire" and system.retire_date is None:
            yield f"{path}.retire_date: empty, though its status is retire"
        exception = system.exception
        if exception is not None and exception.review_date is None:
            yield f"{path}.exception.review_date: empty; an accepted risk needs a date"


def coverage_remarks(register: Register, inventories: Sequence[Inventory]) -> Iterator[str]:
    """Yield which systems have no finding in the inventories, and how many production places have no system."""
    claim = claimer(register)
    found: set[str] = set()
    unclaimed = 0
    for inventory in inventories:
        for component in inventory.components:
            for occurrence in component.occurrences:
                claimed = claim(inventory, component, occurrence)
                found.add(claimed)
                unclaimed += claimed == UNREGISTERED and occurrence.role is Role.PRODUCTION
    for system in register.systems:
        if system.id not in found:
            yield f"systems[{system.id}]: no finding in these inventories"
    if unclaimed:
        yield f"{unclaimed} production places belong to no system: name their repositories under discovery.repos"
