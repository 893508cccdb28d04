"""What moved between earlier plans and this one: data and codes, never a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pqc_migrate.model.plan_codes import Axis, Binding, KpiId, Movement, Priority, Route, Use, WaveId


@dataclass(frozen=True, slots=True)
class ProgressPoint:
    """One plan of the series; counts as its own summary has them."""

    today: date
    """The day that plan was made for."""
    tool_version: str
    """Another version may find more or judge otherwise: not every difference is the institution's work."""
    quantum_vulnerable: int
    """Production places; the next three add up to it."""
    key_establishment: int
    signatures: int
    both_unknown: int
    post_quantum: int
    hygiene: int
    uses: int
    late: int
    """Uses late in the base scenario."""
    systems: int
    files_read: int | None
    """Over its inventories; None: one of them does not say."""


@dataclass(frozen=True, slots=True)
class UseChange:
    """One use that is not what it was in the latest earlier plan."""

    id: str
    """`CryptoUse` id, of the earlier plan where the use is gone."""
    system: str
    system_zh: str
    system_en: str
    """Names of the system as the plan that has the use writes them."""
    use: Use
    axis: Axis
    sm: bool
    movement: Movement
    places_before: int
    places_now: int
    places_added: int
    """Places of this plan that the earlier one does not have in this use; an edit that moves a line adds none."""
    places_removed: int
    priority_before: Priority | None
    priority_now: Priority | None
    wave_before: WaveId | None
    wave_now: WaveId | None
    route_before: Route | None
    route_now: Route | None
    """None: the use does not exist on that side."""


@dataclass(frozen=True, slots=True)
class KpiChange:
    """One indicator before and now; percent, None where it was not computed."""

    id: KpiId
    before: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class SystemChange:
    """One system that came or went."""

    id: str
    name_zh: str
    name_en: str
    movement: Movement
    """``new`` or ``gone``."""


@dataclass(frozen=True, slots=True)
class PassedDeadline:
    """A last allowed day that lay ahead in the latest earlier plan and is past now."""

    milestone: str
    profile: str
    day: date
    binding: Binding
    uses: tuple[str, ...]
    """Ids of this plan's uses that it still dates."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What moved since the latest earlier plan, and the series over all of them."""

    points: tuple[ProgressPoint, ...]
    """Earlier plans by their day, this plan last."""
    since: date
    """Day of the latest earlier plan, which everything below compares with."""
    uses: tuple[UseChange, ...]
    unchanged: int
    """Uses that are in both plans with the same places, priority, wave and route."""
    kpis: tuple[KpiChange, ...]
    systems: tuple[SystemChange, ...]
    targets_gone: tuple[str, ...]
    """Targets that were scanned then and not now: nothing can be said of what they held."""
    targets_new: tuple[str, ...]
    deadlines: tuple[PassedDeadline, ...]
