"""What moved since earlier plans: the series, uses, indicators, systems, deadlines."""

from __future__ import annotations

from enum import StrEnum

from pqc_migrate.model.escape import visible
from pqc_migrate.model.plan import UNREGISTERED
from pqc_migrate.model.plan_codes import Movement
from pqc_migrate.model.progress import KpiChange, Progress, ProgressPoint, SystemChange, UseChange
from pqc_migrate.report.document import (
    Bars,
    Block,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Segment,
    Span,
    Table,
    Tone,
    joined,
    plain,
    tag,
)
from pqc_migrate.report.words import MINUS, Words

_NUMBER = ColumnKind.NUMBER


def progress(held: Progress, w: Words) -> list[Block]:
    """Return the part of section 16 that compares with earlier plans."""
    t = w.t
    counted = t(
        "progress.counted",
        day=held.since.isoformat(),
        new=sum(c.movement is Movement.NEW for c in held.uses),
        gone=sum(c.movement is Movement.GONE for c in held.uses),
        unchanged=held.unchanged,
    )
    blocks: list[Block] = [Heading(t("progress.title"), "progress"), Paragraph(plain(counted))]
    blocks.append(Notice(plain(t("progress.caution"))))
    if held.targets_gone:
        names = w.listed(visible(name) for name in held.targets_gone)
        blocks.append(Notice(plain(t("progress.targets-gone", targets=names)), tone=Tone.WARN))
    if held.targets_new:
        names = w.listed(visible(name) for name in held.targets_new)
        blocks.append(Paragraph(plain(t("progress.targets-new", targets=names))))
    blocks += [_series(held.points, w), _uses(held, w), _kpis(held, w)]
    blocks += [Heading(t("progress.systems-title")), _systems(held.systems, w)]
    blocks += [Heading(t("progress.deadlines-title")), _deadlines(held, w)]
    return blocks


def _series(points: tuple[ProgressPoint, ...], w: Words) -> Chart:
    """Return the burn-down: one bar a plan, the three kinds of quantum-vulnerable places stacked."""
    t = w.t
    names = ("key", "signature", "both")
    series = tuple((t(f"progress.{name}"), Tone.BAD) for name in names)

    def parts(point: ProgressPoint) -> tuple[int, int, int]:
        return point.key_establishment, point.signatures, point.both_unknown

    present = [i for i in range(len(names)) if any(parts(p)[i] for p in points)]
    drawing = Bars(
        tuple(series[i] for i in present),
        tuple(
            (
                p.today.isoformat(),
                tuple(Segment(n, float(parts(p)[i])) for n, i in enumerate(present) if parts(p)[i]),
            )
            for p in points
        ),
    )
    rows = tuple(
        Row(
            (
                w.text_cell(p.today.isoformat()),
                w.number_cell(p.quantum_vulnerable),
                *(w.number_cell(value) for value in (*parts(p), p.post_quantum, p.hygiene, p.uses, p.late)),
                w.number_cell(p.systems),
                w.number_cell(p.files_read),
                w.text_cell(p.tool_version),
            )
        )
        for p in points
    )
    columns = (
        Column(t("progress.day"), ColumnKind.DATE),
        Column(t("progress.vulnerable"), _NUMBER),
        *(Column(name, _NUMBER) for name, _ in series),
        *(Column(t(f"progress.{name}"), _NUMBER) for name in ("migrated", "hygiene", "uses", "late", "systems")),
        Column(t("progress.files"), _NUMBER),
        Column(t("progress.version"), narrow=True),
    )
    table = Table("chart-progress-data", t("progress.chart"), columns, rows)
    return Chart("chart-progress", t("progress.chart"), t("progress.chart-text"), drawing, table)


def _uses(held: Progress, w: Words) -> Block:
    t = w.t
    if not held.uses:
        return Paragraph(plain(t("progress.no-uses")))

    def row(change: UseChange) -> Row:
        title = t(
            "word.use-title-sm" if change.sm else "word.use-title",
            use=w.label(change.use),
            axis=w.label(change.axis),
        )
        system = t("word.unregistered") if change.system == UNREGISTERED else _name(change, w)
        sides = (
            (change.priority_before, change.priority_now),
            (change.wave_before, change.wave_now),
            (change.route_before, change.route_now),
        )
        return Row(
            (
                w.text_cell(system),
                w.text_cell(title),
                w.line_cell((w.mark(change.movement), Span("\n"), Span(w.explain(change.movement)))),
                Cell(
                    plain(_places(change, w)),
                    float(change.places_now - change.places_before),
                ),
                *(w.text_cell(_sides(before, now, w)) for before, now in sides),
            ),
            keywords=(change.id,),
        )

    columns = (
        Column(t("word.system")),
        Column(t("word.use")),
        Column(t("progress.movement")),
        Column(t("progress.places"), _NUMBER),
        Column(t("ranking.priority")),
        Column(t("roadmap.wave")),
        Column(t("routes.route")),
    )
    return Table("table-progress-uses", t("progress.uses-table"), columns, tuple(map(row, held.uses)))


def _places(change: UseChange, w: Words) -> str:
    """Return places before and now, and how many came and went in between."""
    sides = f"{w.number(change.places_before)} → {w.number(change.places_now)}"
    return f"{sides} (+{w.number(change.places_added)} {MINUS}{w.number(change.places_removed)})"


def _sides(before: StrEnum | None, now: StrEnum | None, w: Words) -> str:
    """Return a code before and now; once where it stayed, a dash on the side where the use does not exist."""
    if before is now and before is not None:
        return w.label(before)
    return " → ".join(w.t("word.dash") if code is None else w.label(code) for code in (before, now))


def _kpis(held: Progress, w: Words) -> Block:
    t = w.t
    if not held.kpis:
        return Paragraph(plain(t("progress.no-kpis")))

    def value(figure: float | None) -> Cell:
        return Cell(plain(t("kpis.not-computed") if figure is None else w.percent(figure)), figure)

    def row(change: KpiChange) -> Row:
        moved = None
        if change.before is not None and change.now is not None:
            moved = round(change.now - change.before, 1)
        signed = t("word.dash") if moved is None else f"{moved:+.1f}".replace("-", MINUS)
        return Row(
            (
                w.text_cell(w.label(change.id)),
                value(change.before),
                value(change.now),
                Cell(plain(signed), moved),
            )
        )

    columns = (
        Column(t("kpis.kpi")),
        Column(t("progress.before", day=held.since.isoformat()), _NUMBER),
        Column(t("progress.now"), _NUMBER),
        Column(t("progress.points"), _NUMBER),
    )
    return Table("table-progress-kpis", t("progress.kpis-table"), columns, tuple(map(row, held.kpis)))


def _systems(changes: tuple[SystemChange, ...], w: Words) -> Block:
    if not changes:
        return Paragraph(plain(w.t("progress.no-systems")))

    def line(change: SystemChange) -> Line:
        gone = change.movement is Movement.GONE
        return (
            Span(_name(change, w)),
            Span(" "),
            tag(w.t("progress.system-gone" if gone else "progress.system-new")),
        )

    return Items(tuple(map(line, changes)))


def _deadlines(held: Progress, w: Words) -> Block:
    t = w.t
    if not held.deadlines:
        return Paragraph(plain(t("progress.no-deadlines")))
    lines: list[Line] = [
        joined(
            (
                w.day(passed.day, passed.binding, past=True),
                plain(w.milestone(passed.milestone)),
                plain(t("progress.still-dated", count=len(passed.uses))),
            )
        )
        for passed in held.deadlines
    ]
    return Items(tuple(lines))


def _name(change: UseChange | SystemChange, w: Words) -> str:
    """Return a system's name in this language, else in the other, else its id: it may be gone from the plan."""
    if isinstance(change, UseChange):
        zh, en, identifier = change.system_zh, change.system_en, change.system
    else:
        zh, en, identifier = change.name_zh, change.name_en, change.id
    names = (zh, en) if w.t.lang == "zh" else (en, zh)
    return visible(names[0] or names[1] or identifier)
