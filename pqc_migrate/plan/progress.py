"""Earlier plans and this one → what moved: uses, indicators, systems, deadlines, and a series of counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.plan import CryptoUse, InputRecord, MigrationPlan, SystemPlan
from pqc_migrate.model.plan_codes import Effect, Movement
from pqc_migrate.model.progress import (
    KpiChange,
    PassedDeadline,
    Progress,
    ProgressPoint,
    SystemChange,
    UseChange,
)
from pqc_migrate.plan.document import load as load_plan

MAX_BYTES = 1024 * 1024 * 1024
"""Largest plan that is read; 20,000 places make about 30 MB."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A plan that an earlier run wrote."""

    name: str
    """Display name, never an absolute path."""
    digest: str
    """SHA-256 (hex) of the file as read."""
    plan: MigrationPlan

    @property
    def record(self) -> InputRecord:
        """Return the line of this plan among the inputs."""
        return InputRecord("plan", self.name, self.digest, len(self.plan.uses))


def load(path: Path) -> Earlier:
    """Return the earlier plan in a JSON file; `InventoryError` says what else the file is."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InventoryError(f"{path.name}: larger than {MAX_BYTES // 1024 // 1024} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path}: cannot be read: {error.strerror or error}") from error
    return Earlier(path.name, sha256(data).hexdigest(), load_plan(data, path.name))


def in_order(earlier: Sequence[Earlier], today: date) -> tuple[Earlier, ...]:
    """Return earlier plans by their day, each once, whatever order they were given in.

    Raises `InventoryError` for a plan of a later day than `today`, and for two plans of one day: which of them
    came first is not written in them.
    """
    once = {held.digest: held for held in sorted(earlier, key=lambda held: held.name, reverse=True)}
    ordered = sorted(once.values(), key=lambda held: (held.plan.today, held.digest))
    for held in ordered:
        if held.plan.today > today:
            raise InventoryError(
                f"{held.name}: made for {held.plan.today}, after {today}, the day of this plan",
                hint="leave it out, or give the day with --today",
            )
    for one, other in pairwise(ordered):
        if one.plan.today == other.plan.today:
            raise InventoryError(
                f"{one.name} and {other.name}: two earlier plans made for {one.plan.today}", hint="leave one out"
            )
    return tuple(ordered)


def progress(plan: MigrationPlan, earlier: Sequence[Earlier]) -> Progress | None:
    """Return what moved since the latest of the earlier plans (by their day); None without any."""
    if not earlier:
        return None
    before = earlier[-1].plan
    scanned, then = _targets(plan), _targets(before)
    changes = tuple(_use_changes(before, plan))
    new = sum(change.movement is not Movement.CHANGED and change.places_now > 0 for change in changes)
    changed = sum(change.movement is Movement.CHANGED for change in changes)
    values = {kpi.id: kpi.value for kpi in before.kpis}
    return Progress(
        points=tuple(_point(held) for held in (*(held.plan for held in earlier), plan)),
        since=before.today,
        uses=changes,
        unchanged=len(plan.uses) - new - changed,
        kpis=tuple(KpiChange(kpi.id, values.get(kpi.id), kpi.value) for kpi in plan.kpis),
        systems=tuple(_system_changes(before, plan)),
        targets_gone=tuple(sorted(then - scanned)),
        targets_new=tuple(sorted(scanned - then)),
        deadlines=tuple(_passed(before.today, plan)),
    )


def _point(plan: MigrationPlan) -> ProgressPoint:
    numbers = plan.summary
    files = [view.files_read for view in plan.coverage]
    return ProgressPoint(
        today=plan.today,
        tool_version=plan.tool_version,
        quantum_vulnerable=numbers.quantum_vulnerable,
        key_establishment=numbers.key_establishment,
        signatures=numbers.signatures,
        both_unknown=numbers.both_unknown,
        post_quantum=numbers.post_quantum,
        hygiene=numbers.hygiene,
        uses=len(plan.uses),
        late=numbers.mosca_negative,
        systems=numbers.systems,
        files_read=None if not files or None in files else sum(held or 0 for held in files),
    )


def _use_changes(before: MigrationPlan, now: MigrationPlan) -> Iterator[UseChange]:
    """Yield the uses that differ: this plan's by rank, then those only the earlier plan has, by their rank."""
    old = {use.id: use for use in before.uses}
    new = {use.id for use in now.uses}
    old_places = {ref for use in before.uses for ref in use.evidence}
    new_places = {ref for use in now.uses for ref in use.evidence}
    scanned, target_of = _targets(now), {row.id: row.target for row in before.evidence}
    names = {system.id: system for system in (*before.systems, *now.systems)}
    for use in now.uses:
        held = old.get(use.id)
        if held is None:
            moved = Movement.REGROUPED if old_places & set(use.evidence) else Movement.NEW
            yield _use_change(moved, None, use, names.get(use.system))
        elif _differs(held, use):
            yield _use_change(Movement.CHANGED, held, use, names.get(use.system))
    for use in before.uses:
        if use.id in new:
            continue
        moved = Movement.GONE
        if new_places & set(use.evidence):
            moved = Movement.REGROUPED
        elif not {target_of.get(ref, "") for ref in use.evidence} <= scanned:
            moved = Movement.NOT_LOOKED_AT
        yield _use_change(moved, use, None, names.get(use.system))


def _differs(one: CryptoUse, other: CryptoUse) -> bool:
    return (one.priority, one.wave, one.route, set(one.evidence)) != (
        other.priority,
        other.wave,
        other.route,
        set(other.evidence),
    )


def _use_change(
    moved: Movement, before: CryptoUse | None, now: CryptoUse | None, system: SystemPlan | None
) -> UseChange:
    use = now or before
    assert use is not None
    old = set(before.evidence) if before else set()
    new = set(now.evidence) if now else set()
    return UseChange(
        id=use.id,
        system=use.system,
        system_zh=system.name_zh if system else "",
        system_en=system.name_en if system else "",
        use=use.use,
        axis=use.axis,
        sm=use.sm,
        movement=moved,
        places_before=len(old),
        places_now=len(new),
        places_added=len(new - old),
        places_removed=len(old - new),
        priority_before=before.priority if before else None,
        priority_now=now.priority if now else None,
        wave_before=before.wave if before else None,
        wave_now=now.wave if now else None,
        route_before=before.route if before else None,
        route_now=now.route if now else None,
    )


def _system_changes(before: MigrationPlan, now: MigrationPlan) -> Iterator[SystemChange]:
    """Yield registered systems that came or went; the implicit one is none."""
    old = {system.id: system for system in before.systems if system.registered}
    new = {system.id: system for system in now.systems if system.registered}
    for moved, only in ((Movement.NEW, new.keys() - old.keys()), (Movement.GONE, old.keys() - new.keys())):
        for name in sorted(only):
            system = new.get(name) or old[name]
            yield SystemChange(name, system.name_zh, system.name_en, moved)


def _passed(since: date, now: MigrationPlan) -> Iterator[PassedDeadline]:
    """Yield the completion milestones of this plan's profiles that passed between two days, by day."""
    lines = [
        (line.disallow_after, line)
        for profile in now.profiles
        for line in profile.milestones
        if line.effect is Effect.COMPLETION and not line.unverified and line.disallow_after is not None
    ]
    for day, line in sorted(lines, key=lambda row: (row[0], row[1].id)):
        if since <= day < now.today:
            dated = tuple(use.id for use in now.uses if any(held.milestone == line.id for held in use.milestones))
            yield PassedDeadline(line.id, line.profile, day, line.binding, dated)


def _targets(plan: MigrationPlan) -> frozenset[str]:
    return frozenset(view.target for view in plan.coverage)
