"""What changed between two inventories of the same thing."""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.model.inventory import Component, Occurrence


@dataclass(frozen=True, slots=True)
class Change:
    """One asset that is used at other places than before."""

    component: Component
    """As it is now; as it was where it is gone."""
    standing: str
    """How it stands against quantum and today's computers, as outputs print it."""
    came: tuple[Occurrence, ...] = ()
    gone: tuple[Occurrence, ...] = ()
    unseen: tuple[Occurrence, ...] = ()
    """Places of before in files that were not, or not wholly, looked at this time: perhaps still there."""
    kept: int = 0
    """Places that are as before, moved lines included."""


@dataclass(frozen=True, slots=True)
class InventoryDiff:
    """Everything that changed, and the totals it comes to."""

    before: str
    """Name of what was scanned."""
    after: str
    changes: tuple[Change, ...]
    """Worst standing first."""
    places_before: tuple[tuple[str, int], ...]
    """Places by standing, every standing once, worst first."""
    places_after: tuple[tuple[str, int], ...]
    files_before: int
    """Files read."""
    files_after: int
