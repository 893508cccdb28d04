"""Coverage and blind spots: what was looked at, and what was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pqc_migrate.model.plan import CoverageView, MigrationPlan
from pqc_migrate.report.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Heading,
    Items,
    Notice,
    Paragraph,
    Row,
    Section,
    Table,
    Tone,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER


def coverage(plan: MigrationPlan, t: Texts) -> Section:
    """Section 4: files seen, read and parsed, what was skipped and why, and what no scan of files can see."""
    w = Words(plan, t)
    blocks: list[Block] = [Notice(plain(t("coverage.nothing-found")), tone=Tone.WARN)]
    if not plan.coverage:
        blocks.append(Paragraph(plain(t("coverage.none"))))
    else:
        blocks += [_targets(plan, w), _languages(plan, w)]
    blocks += [Heading(t("coverage.skipped-title")), _skipped(plan, w)]
    blocks += [Heading(t("coverage.blind-title")), _blind(plan, w)]
    if plan.summary.registered:
        blocks.append(Paragraph(plain(t("coverage.unmapped", count=plan.summary.unmapped))))
    return Section("coverage", "4", t("coverage.title"), tuple(blocks))


def _targets(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(view: CoverageView) -> Row:
        return Row(
            (
                w.code_cell(view.target),
                w.text_cell(f"{view.tool} {view.tool_version}".strip() or w.unknown),
                *(_count(n, w) for n in (view.files_seen, view.files_read, view.files_parsed, view.bytes_read)),
            )
        )

    columns = (
        Column(t("coverage.target")),
        Column(t("coverage.tool")),
        Column(t("coverage.seen"), _NUMBER),
        Column(t("coverage.read"), _NUMBER),
        Column(t("coverage.parsed"), _NUMBER),
        Column(t("coverage.bytes"), _NUMBER),
    )
    return Table("table-coverage", t("coverage.targets-table"), columns, tuple(map(row, plan.coverage)))


def _count(value: int | None, w: Words) -> Cell:
    return Cell(plain(w.t("word.not-stated") if value is None else w.number(value)), value)


def _languages(plan: MigrationPlan, w: Words) -> Block:
    totals = _total(view.languages for view in plan.coverage)
    if not totals:
        return Paragraph(plain(w.t("coverage.no-languages")))
    rows = tuple(
        Row((w.text_cell(w.named("language", name)), w.number_cell(count)))
        for name, count in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    )
    columns = (Column(w.t("coverage.language")), Column(w.t("coverage.files"), _NUMBER))
    return Table("table-languages", w.t("coverage.languages-table"), columns, rows)


def _skipped(plan: MigrationPlan, w: Words) -> Block:
    totals = _total(view.skipped for view in plan.coverage)
    if not totals:
        stated = bool(plan.coverage) and all(view.files_seen is not None for view in plan.coverage)
        return Paragraph(plain(w.t("coverage.none-skipped" if stated else "coverage.skipped-unknown")))
    rows = tuple(
        Row((w.text_cell(w.named("skip", name)), w.number_cell(count)))
        for name, count in sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    )
    columns = (Column(w.t("word.reason")), Column(w.t("coverage.files"), _NUMBER))
    return Table("table-skipped", w.t("coverage.skipped-table"), columns, rows)


def _blind(plan: MigrationPlan, w: Words) -> Block:
    if not plan.blind_spots:
        return Paragraph(plain(w.t("coverage.no-blind-spots")))
    return Items(tuple(plain(line) for line in dict.fromkeys(w.reason(r) for r in plan.blind_spots)))


def _total(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for counts in parts:
        for name, count in counts.items():
            totals[name] = totals.get(name, 0) + count
    return totals
