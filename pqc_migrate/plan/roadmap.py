"""Ranked uses → waves, dependencies and programme phases."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from pqc_migrate.model.plan import CryptoUse, Dependency, Phase, Reason, Wave
from pqc_migrate.model.plan_codes import Axis, OrderRule, PhaseId, Priority, ReasonCode, Use, WaveId
from pqc_migrate.model.programme import Freeze
from pqc_migrate.model.register import System
from pqc_migrate.plan.programme import frozen, last_free
from pqc_migrate.plan.scoring import DAYS_PER_YEAR

_MONTHS: Mapping[PhaseId, tuple[int, int] | None] = {
    PhaseId.PREPARE: (0, 3),
    PhaseId.DISCOVER: (2, 9),
    PhaseId.ASSESS: (6, 12),
    PhaseId.PILOT: (9, 18),
    PhaseId.KEY_ESTABLISHMENT: (12, 48),
    PhaseId.SIGNATURES: (24, 84),
    PhaseId.RETIRE: None,
    PhaseId.RUN: None,
}
"""Default windows in months from the start, in-house."""

_PHASE = {
    WaveId.QUICK: PhaseId.PILOT,
    WaveId.KEY_ESTABLISHMENT: PhaseId.KEY_ESTABLISHMENT,
    WaveId.SIGNATURES: PhaseId.SIGNATURES,
    WaveId.NEXT: PhaseId.SIGNATURES,
    WaveId.RENEWAL: PhaseId.RETIRE,
}

_NEEDS_CERTIFICATES = frozenset({Use.TLS_AUTHENTICATION, Use.IKE_AUTHENTICATION, Use.CMS_SIGN, Use.CODE_SIGNING})
"""Uses whose keys live in certificates: the authority that issues them moves first."""

_ANCHORS = frozenset({Use.X509_SIGNATURE, Use.CODE_SIGNING, Use.DNSSEC})
_PAYMENT_LINES = frozenset({"payments", "cards"})
_PAYMENT_DATA = frozenset({"payment-auth", "transaction"})
_LONG_SHELF = 3
_CONFIGURATION_COST = 1


def wave_of(priority: Priority, axis: Axis) -> WaveId:
    """Return the wave of a priority and an axis; an axis that was not read moves with key establishment."""
    if priority is Priority.START_NOW:
        return WaveId.SIGNATURES if axis is Axis.SIGNATURE else WaveId.KEY_ESTABLISHMENT
    return {Priority.NOW: WaveId.QUICK, Priority.PLAN: WaveId.NEXT, Priority.RENEWAL: WaveId.RENEWAL}[priority]


def order_rule(
    use: Use,
    axis: Axis,
    shelf: int,
    late: bool,
    cost: int,
    only_configuration: bool,
    system: System | None,
    awaited: bool,
) -> OrderRule:
    """Return the first prioritisation rule that matches a use.

    `late` says that the base scenario's confidentiality margin is negative, `awaited` that another system
    depends on this one.
    """
    if axis is not Axis.SIGNATURE and (shelf == _LONG_SHELF or late):
        return OrderRule.HARVEST
    if use in _ANCHORS:
        return OrderRule.TRUST_ANCHOR
    if axis is not Axis.CONFIDENTIALITY and system is not None and _is_payment(system):
        return OrderRule.PAYMENT_SIGNATURE
    if awaited:
        return OrderRule.OTHERS_WAIT
    if only_configuration or cost == _CONFIGURATION_COST:
        return OrderRule.CONFIGURATION
    return OrderRule.REST


def phases(today: date) -> tuple[Phase, ...]:
    """Return the programme phases from today."""
    last = max(months[1] for months in _MONTHS.values() if months)
    return tuple(
        Phase(
            identifier,
            add_months(today, months[0] if months else last if identifier is PhaseId.RUN else 0),
            add_months(today, months[1]) if months else None,
            months,
        )
        for identifier, months in _MONTHS.items()
    )


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def latest_start(day: date, years: float) -> date:
    """Return the last day to start when a migration of so many years must end on a day."""
    return day - timedelta(days=round(years * DAYS_PER_YEAR))


def dependencies(uses: Sequence[CryptoUse], systems: Mapping[str, System]) -> tuple[Dependency, ...]:
    """Return which use waits for which: certificates for their authority, systems for what they depend on."""
    by_system: dict[str, list[CryptoUse]] = defaultdict(list)
    for use in uses:
        by_system[use.system].append(use)
    found = []
    for use in uses:
        if use.use in _NEEDS_CERTIFICATES:
            found += [
                Dependency(use.id, other.id, Reason.of(ReasonCode.WAITS_FOR_WAVE, wave=other.wave.value))
                for other in by_system[use.system]
                if other.use is Use.X509_SIGNATURE and other.sm == use.sm
            ]
        system = systems.get(use.system)
        for needed in (system.depends_on or ()) if system else ():
            if needed == use.system:
                continue
            found += [
                Dependency(use.id, other.id, Reason.of(ReasonCode.WAITS_FOR_SYSTEM, system=needed))
                for other in by_system.get(needed, ())
                if other.axis is use.axis
            ]
    return tuple(sorted(found, key=lambda edge: (edge.use, edge.waits_for)))


def waves(
    uses: Sequence[CryptoUse], edges: Sequence[Dependency], today: date, freezes: Sequence[Freeze] = ()
) -> tuple[Wave, ...]:
    """Return the waves that hold something, in order; `uses` are by rank.

    A latest start that lies ahead and in a change freeze is moved to the last free day before it.
    """
    by_wave: dict[WaveId, list[CryptoUse]] = defaultdict(list)
    for use in uses:
        by_wave[use.wave].append(use)
    waves_of = {use.id: use.wave for use in uses}
    waits: dict[WaveId, set[WaveId]] = defaultdict(set)
    for edge in edges:
        before, after = waves_of[edge.waits_for], waves_of[edge.use]
        if before != after:
            waits[after].add(before)
    order = [wave for wave in WaveId if by_wave[wave]]
    return tuple(
        _wave(identifier, number, by_wave[identifier], sorted(waits[identifier]), today, freezes)
        for number, identifier in enumerate(order, start=1)
    )


def _wave(
    identifier: WaveId,
    number: int,
    uses: Sequence[CryptoUse],
    waits: Sequence[WaveId],
    today: date,
    freezes: Sequence[Freeze],
) -> Wave:
    dated = [(use.milestones[0], use) for use in uses if use.milestones]
    first = min((deadline for deadline, _ in dated), key=lambda d: (d.day, d.milestone), default=None)
    start = min((latest_start(deadline.day, _years(use)) for deadline, use in dated), default=None)
    start, moved = _outside(start, today, freezes)
    late = start is not None and start < today
    if first is not None:
        moved = (*moved, *_frozen_finish(first.day, today, freezes))
    return Wave(
        id=identifier,
        number=number,
        uses=tuple(use.id for use in uses),
        systems=tuple(sorted({use.system for use in uses})),
        phase=_PHASE[identifier],
        earliest_start=today,
        latest_start=start,
        latest_finish=first.day if first else None,
        deadline=first.milestone if first else "",
        binding=first.binding if first else None,
        late=late,
        waits_for=tuple(waits),
        reasons=(*_reasons(uses, waits, start if late else None, today), *moved),
    )


def _outside(start: date | None, today: date, freezes: Sequence[Freeze]) -> tuple[date | None, tuple[Reason, ...]]:
    """Return a latest start outside of change freezes, and why it is not the computed one; the past stays."""
    span = frozen(start, freezes) if start is not None and start >= today else None
    if start is None or span is None:
        return start, ()
    free = last_free(start, freezes)
    if free is None:
        return start, (Reason.of(ReasonCode.ALWAYS_FROZEN, date=start.isoformat()),)
    why = Reason.of(
        ReasonCode.START_BEFORE_FREEZE,
        computed=start.isoformat(),
        date=free.isoformat(),
        first=span.first,
        last=span.last,
    )
    return free, (why,)


def _frozen_finish(day: date, today: date, freezes: Sequence[Freeze]) -> Iterator[Reason]:
    """Flag a last allowed day on which nothing may be changed, with the last day on which something may."""
    span = frozen(day, freezes) if day >= today else None
    free = last_free(day, freezes) if span is not None else None
    if span is not None and free is not None:
        yield Reason.of(
            ReasonCode.FINISH_IN_FREEZE,
            finish=day.isoformat(),
            date=free.isoformat(),
            first=span.first,
            last=span.last,
        )


def _reasons(
    uses: Sequence[CryptoUse], waits: Sequence[WaveId], late: date | None, today: date
) -> Iterator[Reason]:
    kinds = sorted({(use.priority.value, use.axis.value) for use in uses})
    for priority, axis in kinds:
        yield Reason.of(ReasonCode.IN_WAVE_BY_PRIORITY, priority=priority, axis=axis)
    for rule in sorted({use.order_rule.value for use in uses}):
        yield Reason.of(ReasonCode.ORDERED_BY_RULE, rule=rule)
    if late is not None:
        yield Reason.of(ReasonCode.LATE_ALREADY, date=late.isoformat(), days=(today - late).days)
    if not any(use.milestones for use in uses):
        yield Reason.of(ReasonCode.DEADLINE_NONE)
    for wave in waits:
        yield Reason.of(ReasonCode.WAITS_FOR_WAVE, wave=wave.value)


def _years(use: CryptoUse) -> float:
    return next(row.value for row in use.inputs if row.name == "Y")


def _is_payment(system: System) -> bool:
    return system.business_line in _PAYMENT_LINES or bool(_PAYMENT_DATA & set(system.data_classes))
