"""Effort and cost from the institution's own figures, change freezes, exceptions."""

from __future__ import annotations

from pqc_migrate.model.escape import visible
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.programme import Amount, Budget, CostSum, ExceptionRecord, Freeze, SystemCost
from pqc_migrate.report.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Facts,
    Heading,
    Line,
    Notice,
    Paragraph,
    Row,
    Span,
    Table,
    Tone,
    joined,
    plain,
)
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER


def budget(held: Budget | None, w: Words) -> list[Block]:
    """Return effort and cost as ranges; without figures, why there is no amount and what would give one."""
    t = w.t
    if held is None:
        return [
            Notice(plain(t("organization.no-cost")), t("organization.no-cost-title"), Tone.WARN),
            Paragraph(plain(t("organization.needed"))),
        ]
    blank: Line = (Span(t("word.to-fill"), tone=Tone.WARN),)
    rate = blank if held.person_day is None else plain(f"{w.decimal(held.person_day)} {visible(held.currency)}")
    facts: tuple[tuple[str, Line], ...] = (
        (t("organization.currency"), plain(visible(held.currency)) if held.currency else blank),
        (t("organization.rate"), rate),
        *(
            (t(f"organization.sum-{name}"), _sum(total, len(held.systems), w))
            for name, total in (
                ("effort", held.effort_days),
                ("labor", held.labor),
                ("capex", held.capex),
                ("total", held.total),
            )
        ),
    )
    blocks: list[Block] = [
        Heading(t("organization.budget-title")),
        Paragraph(plain(t("organization.budget-text"))),
        Facts(facts),
        _costs(held, w),
    ]
    if any(row.total is None for row in held.systems):
        blocks.append(Notice(plain(t("organization.incomplete")), tone=Tone.WARN))
    return blocks


def _range(amount: Amount | None, w: Words) -> str:
    if amount is None:
        return w.unknown
    return " / ".join(w.decimal(value) for value in (amount.low, amount.base, amount.high))


def _sum(total: CostSum, systems: int, w: Words) -> Line:
    counted = w.t("organization.sum-of", part=total.systems, all=systems)
    return joined((plain(_range(total.amount, w)), plain(counted)))


def _costs(held: Budget, w: Words) -> Table:
    t = w.t

    def cell(amount: Amount | None) -> Cell:
        return Cell(plain(_range(amount, w)), None if amount is None else amount.base)

    def row(cost: SystemCost) -> Row:
        missing = w.listed(cost.missing) or t("word.dash")
        figures = (cell(a) for a in (cost.effort_days, cost.labor, cost.capex, cost.total))
        return Row((w.text_cell(w.system(cost.system)), *figures, w.text_cell(missing)), keywords=(cost.system,))

    names = ("effort", "labor", "capex", "total")
    columns = (
        Column(t("word.system")),
        *(Column(t(f"organization.{name}"), _NUMBER) for name in names),
        Column(t("organization.missing")),
    )
    return Table("table-costs", t("organization.costs-table"), columns, tuple(map(row, held.systems)))


def freezes(held: tuple[Freeze, ...], w: Words) -> Block:
    """Return the register's change freezes with the one that runs or comes next."""
    t = w.t
    if not held:
        return Notice(plain(t("roadmap.no-freezes")))
    rows = tuple(
        Row(
            (
                w.text_cell(span.first),
                w.text_cell(span.last),
                w.text_cell(f"{span.next_first.isoformat()} – {span.next_last.isoformat()}"),
            )
        )
        for span in held
    )
    columns = (
        Column(t("roadmap.freeze-first"), narrow=True),
        Column(t("roadmap.freeze-last"), narrow=True),
        Column(t("roadmap.freeze-next")),
    )
    return Table("table-freezes", t("roadmap.freezes-table"), columns, rows)


def exceptions(plan: MigrationPlan, w: Words) -> list[Block]:
    """Return the exceptions register; a review date that is past or missing is marked."""
    t = w.t
    if not plan.exceptions:
        key = "risks.no-exceptions" if plan.summary.registered else "risks.no-register"
        return [Paragraph(plain(t(key)))]
    overdue = sum(row.overdue_days is not None for row in plan.exceptions)
    blocks: list[Block] = []
    if overdue:
        blocks.append(Notice(plain(t("risks.overdue", count=overdue)), tone=Tone.BAD))
    rows = tuple(_exception(row, w) for row in plan.exceptions)
    columns = (
        Column(t("word.system")),
        Column(t("word.reason"), broad=True),
        Column(t("risks.mitigation"), broad=True),
        Column(t("risks.approver")),
        Column(t("risks.review"), ColumnKind.DATE),
        Column(t("word.use")),
    )
    return [*blocks, Table("table-exceptions", t("risks.exceptions-title"), columns, rows)]


def _exception(row: ExceptionRecord, w: Words) -> Row:
    t = w.t
    blank: Line = (Span(t("word.to-fill"), tone=Tone.WARN),)

    def text(value: str) -> Cell:
        return w.line_cell(plain(visible(value)) if value else blank)

    review = blank
    if row.review_date is not None:
        review = plain(row.review_date.isoformat())
    if row.overdue_days is not None:
        late = t("risks.overdue-days", days=row.overdue_days)
        review = (*review, Span("\n"), Span(late, tone=Tone.BAD))
    uses = w.listed(w.use_title(w.uses[ref]) for ref in row.uses if ref in w.uses)
    return Row(
        (
            w.text_cell(w.system(row.system)),
            text(row.reason),
            text(row.mitigation),
            text(row.approver),
            Cell(review, None if row.review_date is None else row.review_date.isoformat()),
            w.text_cell(uses or t("risks.no-uses")),
        ),
        keywords=(row.system, *row.uses),
    )
