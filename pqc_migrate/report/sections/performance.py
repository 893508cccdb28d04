"""Performance and capacity, product readiness."""

from __future__ import annotations

from pqc_migrate.model.plan import CapacityCheck, MigrationPlan, ProductReadiness, Throughput
from pqc_migrate.model.plan_codes import Verdict
from pqc_migrate.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Dots,
    Heading,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    Tone,
    joined,
    plain,
    tag,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER
_KEY_OPERATIONS = ("keygen", "encaps", "decaps", "derive")
_DRAWN = 30
"""Algorithms a chart shows: targets of this plan first, then classical ones; its table has all."""
_SIGN_OPERATIONS = ("keygen", "sign", "verify")


def performance(plan: MigrationPlan, t: Texts) -> Section:
    """Section 9: measured operations, and each register budget against a number."""
    w = Words(plan, t)
    blocks: list[Block] = []
    if not plan.capacity.measured or not plan.capacity.throughput:
        said = w.reasons(plan.capacity.reasons) if plan.capacity.reasons else plain(t("performance.none"))
        blocks.append(Notice(said, tone=Tone.WARN))
    else:
        machine = plan.capacity.machine or w.unknown
        blocks.append(Paragraph(plain(t("performance.lead", machine=machine))))
        blocks += _charts(plan, w)
        blocks.append(_throughput(plan, w))
        if plan.capacity.reasons:
            blocks.append(Notice(w.reasons(plan.capacity.reasons)))
    blocks += [Heading(t("performance.checks-title")), _checks(plan, w)]
    return Section("performance", "9", t("performance.title"), tuple(blocks))


def _charts(plan: MigrationPlan, w: Words) -> list[Block]:
    """One chart for key establishment and one for signatures, each with the operations that were measured."""
    signs = {m.algorithm for m in plan.capacity.throughput if m.operation in ("sign", "verify")}
    keys = tuple(m for m in plan.capacity.throughput if m.algorithm not in signs)
    signatures = tuple(m for m in plan.capacity.throughput if m.algorithm in signs)
    found = (("key", keys, _KEY_OPERATIONS), ("signature", signatures, _SIGN_OPERATIONS))
    wanted = {name for mapping in plan.targets for name in (*mapping.targets, *mapping.interim)}
    return [_chart(name, measured, operations, wanted, w) for name, measured, operations in found if measured]


def _chart(
    name: str, measured: tuple[Throughput, ...], operations: tuple[str, ...], wanted: set[str], w: Words
) -> Chart:
    t = w.t
    present = tuple(op for op in operations if any(m.operation == op for m in measured))
    values: dict[str, dict[str, float]] = {}
    urgency: dict[str, int] = {}
    for m in measured:
        label = f"{m.algorithm} ({w.named('provider', m.provider)})"
        values.setdefault(label, {})[m.operation] = m.representative_ns / 1000
        urgency[label] = 0 if m.algorithm in wanted else 1 if m.provider != "liboqs" else 2
    drawn = set(sorted(values, key=lambda label: urgency[label])[:_DRAWN])
    rows = tuple((label, tuple(found.get(op) for op in present)) for label, found in values.items())
    series = tuple(w.named("operation", op) for op in present)
    columns = (Column(t("performance.algorithm")), *(Column(s, _NUMBER) for s in series))
    table = Table(
        f"chart-{name}-data",
        t(f"performance.chart-{name}"),
        columns,
        tuple(Row((w.text_cell(label), *(w.number_cell(v, 1) for v in line))) for label, line in rows),
    )
    drawing = Dots(series, tuple(row for row in rows if row[0] in drawn), t("performance.axis"))
    text = t("performance.chart-text", shown=len(drawn), all=len(rows))
    return Chart(f"chart-{name}", t(f"performance.chart-{name}"), text, drawing, table)


def _throughput(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    rows = tuple(
        Row(
            (
                w.text_cell(m.algorithm),
                w.text_cell(w.named("operation", m.operation)),
                w.text_cell(w.named("provider", m.provider)),
                w.number_cell(m.representative_ns / 1000, 1),
                w.number_cell(round(m.ops_per_second)),
            )
        )
        for m in plan.capacity.throughput
    )
    columns = (
        Column(t("performance.algorithm"), narrow=True),
        Column(t("performance.operation")),
        Column(t("performance.provider")),
        Column(t("performance.microseconds"), _NUMBER),
        Column(t("performance.per-second"), _NUMBER),
    )
    return Table("table-throughput", t("performance.throughput-table"), columns, rows)


def _checks(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    if not plan.capacity.checks:
        return Paragraph(plain(t("performance.no-checks")))

    def row(check: CapacityCheck) -> Row:
        what = w.listed(part for part in (check.algorithm, w.named("operation", check.operation)) if part)
        unit = w.named("unit", check.unit)
        return Row(
            (
                w.text_cell(w.system(check.system)),
                w.text_cell(w.named("budget", check.budget)),
                w.text_cell(what),
                w.number_cell(check.value, 1 if check.unit == "ms" else 0),
                w.number_cell(check.limit, 0),
                w.text_cell(unit),
                w.mark_cell(check.verdict),
                w.text_cell(w.reason(check.reason)),
            )
        )

    columns = (
        Column(t("word.system")),
        Column(t("performance.budget")),
        Column(t("performance.what")),
        Column(t("performance.value"), _NUMBER),
        Column(t("performance.limit"), _NUMBER),
        Column(t("performance.unit"), narrow=True),
        Column(t("performance.verdict"), narrow=True),
        Column(t("word.reason")),
    )
    return Table("table-capacity", t("performance.checks-title"), columns, tuple(map(row, plan.capacity.checks)))


def products(plan: MigrationPlan, t: Texts) -> Section:
    """Section 10: version found against the version that has post-quantum support."""
    w = Words(plan, t)
    blocks: list[Block] = [Paragraph(plain(t("products.lead")))]
    if plan.products:
        blocks.append(_products(plan, w))
    else:
        blocks.append(Notice(plain(t("products.empty"))))
    blocks.append(Notice(plain(t("products.vendors")), t("products.vendors-title"), Tone.WARN))
    return Section("products", "10", t("products.title"), tuple(blocks))


def _products(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def since(value: str) -> Cell:
        return w.text_cell(value if value not in ("", "-") else t("products.none"))

    def row(p: ProductReadiness) -> Row:
        found = joined(tuple(plain(version) for version in p.found_versions), w.t("word.list-separator"))
        return Row(
            (
                w.text_cell(p.product),
                w.line_cell(found or plain(t("products.not-found"))),
                since(p.kem_since),
                since(p.kem_default_since),
                since(p.sig_since),
                w.text_cell(p.released or t("word.not-recorded")),
                _readiness(p, w),
                w.line_cell((Span(w.source(p.source) + " "), w.trust(p.trust, unverified=p.unverified))),
            )
        )

    columns = (
        Column(t("products.product")),
        Column(t("products.found")),
        Column(t("products.kem")),
        Column(t("products.kem-default")),
        Column(t("products.signature")),
        Column(t("products.released")),
        Column(t("products.verdict"), narrow=True),
        Column(t("word.source")),
    )
    ordered = sorted(plan.products, key=lambda p: (not p.found, p.product.casefold()))
    return Table("table-products", t("products.table"), columns, tuple(map(row, ordered)))


def _readiness(product: ProductReadiness, w: Words) -> Cell:
    if not product.found:
        return Cell(plain(w.t("word.dash")), None)
    mark = tag(w.named("readiness", product.verdict.value), w.mark(product.verdict).tone)
    return Cell((mark,), float(list(Verdict).index(product.verdict)))
