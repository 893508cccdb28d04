"""System risk ranking: margins, inputs and priorities of every use."""

from __future__ import annotations

from pqc_migrate.model.plan import CryptoUse, Input, MigrationPlan, SystemPlan
from pqc_migrate.model.plan_codes import Priority
from pqc_migrate.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Grid,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Style,
    Table,
    Tone,
    joined,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER
_DATE = ColumnKind.DATE
_HIGH, _MEDIUM = 7, 5
"""Sums of the risk triple: means of at least 2.34 and 1.67 (in-house cut points of the plan)."""
_SHORT = 5
"""Sums of the migration triple below this are short: a mean under 1.67."""


def ranking(plan: MigrationPlan, t: Texts) -> Section:
    """Section 6: systems and uses by urgency; every input is printed, never only the score."""
    w = Words(plan, t)
    if not plan.uses:
        return Section("ranking", "6", t("ranking.title"), (Notice(plain(t("ranking.empty"))),))
    blocks: tuple[Block, ...] = (
        Paragraph(plain(t("ranking.lead"))),
        Items(tuple(plain(t(f"ranking.formula-{name}")) for name in ("mc", "ms", "qrs", "mts", "order"))),
        Heading(t("ranking.systems-title"), "systems"),
        _systems(plan, w),
        _matrix(plan, w),
        Heading(t("ranking.uses-title")),
        _uses(plan, w),
        Heading(t("ranking.inputs-title")),
        Paragraph((Span(t("ranking.inputs-text") + " "), w.assumed())),
        _inputs(plan, w),
        Heading(t("ranking.sensitivity-title")),
        _sensitivity(plan, w),
    )
    return Section("ranking", "6", t("ranking.title"), blocks)


def _systems(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(system: SystemPlan) -> Row:
        owner = w.listed(part for part in (system.owner_dept, system.owner_person) if part)
        priority = (
            Cell(plain(t("ranking.no-priority")), None) if system.priority is None else w.mark_cell(system.priority)
        )
        return Row(
            (
                w.text_cell(w.system(system.id)),
                w.text_cell(owner or t("word.to-fill")),
                w.text_cell(w.named("criticality", system.criticality)),
                Cell(plain(w.unknown if system.mlps_level is None else str(system.mlps_level)), system.mlps_level),
                priority,
                _margin(system.worst_mc, w),
                _margin(system.worst_ms, w),
                w.number_cell(len(system.uses)),
            ),
            keywords=(system.id,),
        )

    columns = (
        Column(t("word.system")),
        Column(t("ranking.owner")),
        Column(t("ranking.criticality")),
        Column(t("ranking.mlps"), _NUMBER),
        Column(t("ranking.priority"), narrow=True),
        Column(t("ranking.mc"), _NUMBER),
        Column(t("ranking.ms"), _NUMBER),
        Column(t("ranking.use-count"), _NUMBER),
    )
    return Table("table-systems", t("ranking.systems-title"), columns, tuple(map(row, plan.systems)))


def _margin(value: float | None, w: Words) -> Cell:
    if value is None:
        return Cell(plain(w.t("word.dash")), None)
    tone = Tone.BAD if value < 0 else Tone.PLAIN
    return Cell((Span(w.number(float(value)), Style.STRONG if value < 0 else Style.PLAIN, tone),), value)


def _matrix(plan: MigrationPlan, w: Words) -> Chart:
    t = w.t
    cells: dict[tuple[int, int], list[str]] = {}
    for use in plan.uses:
        risk, effort = sum(use.qrs), sum(use.mts)
        at = (0 if risk >= _HIGH else 1 if risk >= _MEDIUM else 2, 0 if effort < _SHORT else 1)
        cells.setdefault(at, []).append(t("ranking.use-of", use=w.use_title(use), system=w.system(use.system)))
    names = tuple(
        tuple(w.label(p) for p in row)
        for row in (
            (Priority.NOW, Priority.START_NOW),
            (Priority.PLAN, Priority.PLAN),
            (Priority.RENEWAL, Priority.RENEWAL),
        )
    )
    tones = ((Tone.BAD, Tone.BAD), (Tone.WARN, Tone.WARN), (Tone.QUIET, Tone.QUIET))
    counts = tuple(tuple(len(cells.get((y, x), ())) for x in (0, 1)) for y in (0, 1, 2))
    columns = (t("ranking.short"), t("ranking.long"))
    lines = (t("ranking.risk-high"), t("ranking.risk-medium"), t("ranking.risk-low"))
    rows = tuple(
        Row((w.text_cell(lines[y]), *(w.text_cell(f"{names[y][x]} · {counts[y][x]}") for x in (0, 1))))
        for y in (0, 1, 2)
    )
    table = Table(
        "chart-matrix-data", t("ranking.matrix"), (Column(t("ranking.risk")), *(Column(c) for c in columns)), rows
    )
    grid = Grid(columns, lines, counts, names, tones, t("ranking.effort"), t("ranking.risk"))
    return Chart("chart-matrix", t("ranking.matrix"), t("ranking.matrix-text"), grid, table)


def _uses(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    columns = (
        Column(t("ranking.rank"), _NUMBER),
        Column(t("word.system")),
        Column(t("ranking.use-and-why"), broad=True),
        Column(t("ranking.priority")),
        Column(t("ranking.margins"), _NUMBER),
        Column(t("ranking.qrs"), narrow=True),
        Column(t("ranking.mts"), narrow=True),
        Column(t("ranking.deadline"), _DATE),
        Column(t("word.evidence")),
    )
    return Table("table-uses", t("ranking.uses-title"), columns, tuple(_use(use, w) for use in plan.uses))


def _use(use: CryptoUse, w: Words) -> Row:
    title = w.use_title(use)
    why = "".join(span.text for span in w.reasons(use.reasons))
    what = (Span(title + "\n", Style.STRONG), *w.asset_links(use.assets, 3), Span("\n" + why, Style.QUIET))
    shown = (
        w.number_cell(use.rank),
        w.text_cell(w.system(use.system)),
        Cell(what, title),
        w.mark_cell(use.priority),
        _margins(use, w),
        w.text_cell(_triple(use.qrs)),
        w.text_cell(_triple(use.mts)),
        deadline(use, w),
        w.line_cell(w.evidence(use.evidence, use.id, shown=1)),
    )
    return Row(shown, anchor=f"use-{use.rank}", keywords=(use.id,))


def _triple(values: tuple[int, int, int]) -> str:
    return " / ".join(map(str, values))


def _margins(use: CryptoUse, w: Words) -> Cell:
    """Margins of the three scenarios; the worse axis where both count."""
    worst: list[float | None] = []
    for margin in use.margins:
        known = [value for value in (margin.mc, margin.ms) if value is not None]
        worst.append(min(known) if known else None)
    lines: list[Line] = []
    for value in worst:
        text = w.t("word.dash") if value is None else w.number(float(value))
        late = value is not None and value < 0
        lines.append((Span(text, Style.STRONG if late else Style.PLAIN, Tone.BAD if late else Tone.PLAIN),))
    base = next((v for m, v in zip(use.margins, worst, strict=True) if m.scenario == "base"), None)
    return Cell(joined(tuple(lines), " / "), base)


def deadline(use: CryptoUse, w: Words) -> Cell:
    """Return the earliest date that applies to a use, with its binding and whose line it is."""
    if not use.milestones:
        return Cell(plain(w.t("ranking.no-deadline")), None)
    first = use.milestones[0]
    line = (*w.day(first.day, first.binding, past=first.days_left < 0), Span("\n" + w.profile(first.profile)))
    return Cell(line, first.day.isoformat())


def _inputs(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    names = list(dict.fromkeys(i.name for use in plan.uses for i in use.inputs))

    def cell(use: CryptoUse, name: str) -> Cell:
        found = next((i for i in use.inputs if i.name == name), None)
        return Cell(plain(t("word.dash")), None) if found is None else Cell(_input(found, w), found.value)

    rows = tuple(
        Row(
            (
                w.number_cell(use.rank),
                w.text_cell(t("ranking.use-of", use=w.use_title(use), system=w.system(use.system))),
                *(cell(use, name) for name in names),
            ),
            keywords=(use.id,),
        )
        for use in plan.uses
    )
    columns = (
        Column(t("ranking.rank"), _NUMBER),
        Column(t("word.use")),
        *(Column(w.named("input", name), _NUMBER) for name in names),
    )
    return Table("table-use-inputs", t("ranking.inputs-title"), columns, rows)


def _input(found: Input, w: Words) -> Line:
    value = f"{found.value:g}"
    return (Span(value), Span(" "), w.assumed()) if found.assumed else plain(value)


def _sensitivity(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    scenarios = list(dict.fromkeys(m.scenario for use in plan.uses for m in use.margins))

    def row(use: CryptoUse) -> Row:
        cells: list[Cell] = [
            w.number_cell(use.rank),
            w.text_cell(t("ranking.use-of", use=w.use_title(use), system=w.system(use.system))),
        ]
        for name in scenarios:
            cells.append(w.number_cell(use.rank_by_scenario.get(name)))
            priority = use.priority_by_scenario.get(name)
            cells.append(w.text_cell(w.unknown) if priority is None else w.mark_cell(priority))
        return Row(tuple(cells), keywords=(use.id,))

    columns: list[Column] = [Column(t("ranking.rank"), _NUMBER), Column(t("word.use"))]
    for name in scenarios:
        scenario = w.named("scenario", name)
        columns += [
            Column(t("ranking.rank-in", scenario=scenario), _NUMBER),
            Column(t("ranking.priority-in", scenario=scenario), narrow=True),
        ]
    return Table("table-sensitivity", t("ranking.sensitivity-title"), tuple(columns), tuple(map(row, plan.uses)))
