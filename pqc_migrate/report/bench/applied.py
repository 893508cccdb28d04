"""What algorithms cost in use: signed messages, and throughput on several processors."""

from __future__ import annotations

from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.messages import MessageCost
from pqc_migrate.model.scaling import Processors, Scaling
from pqc_migrate.report.bench.cells import column, named, number_cell, quality_cell, text_cell
from pqc_migrate.report.document import Cell, Facts, Paragraph, Row, Section, Table, plain
from pqc_migrate.report.texts import Texts


def messages(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return what signing adds to a message and costs; None when it was not measured."""
    if not run.messages:
        return None
    table = _message_table(run.messages, t)
    return Section("messages", "", t("bench.messages"), (Paragraph(plain(t("bench.messages-lead"))), table))


def _message_table(costs: tuple[MessageCost, ...], t: Texts) -> Table:
    numbers = ("content-bytes", "signature-bytes", "message-bytes", "growth", "sign-time", "verify-time")
    columns = (
        column(t("bench.message")), column(t("performance.algorithm"), narrow=True),
        column(t("performance.provider")), *(column(t(f"bench.{name}"), number=True) for name in numbers),
        column(t("bench.document")), column(t("bench.quality"), narrow=True),
    )  # fmt: skip
    rows = tuple(
        Row((
            text_cell(named(t, "message-format", cost.format)),
            text_cell(cost.algorithm),
            text_cell(named(t, "provider", cost.provider)),
            number_cell(cost.content_bytes),
            number_cell(cost.signature_bytes),
            number_cell(cost.message_bytes),
            number_cell(round(cost.growth_percent)),
            number_cell(cost.sign.representative_ns / 1000),
            number_cell(cost.verify.representative_ns / 1000),
            text_cell(cost.document),
            quality_cell(t, max(cost.sign.verdict.quality, cost.verify.verdict.quality, key=_worse)),
        ))
        for cost in costs
    )  # fmt: skip
    return Table("table-messages", t("bench.messages"), columns, rows)


def _worse(quality: object) -> int:
    return ("quiet", "noisy", "unusable").index(str(quality))


def scaling(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return throughput on 1…n processes; None when it was not measured."""
    if not run.scaling:
        return None
    lead = Paragraph(plain(t("bench.scaling-lead")))
    facts = (_processors(run.processors, t),) if run.processors else ()
    return Section("scaling", "", t("bench.scaling"), (lead, *facts, _scaling_table(run.scaling, t)))


def _processors(found: Processors, t: Texts) -> Facts:
    unknown = t("word.unknown")
    return Facts((
        (t("bench.available"), plain(str(found.available))),
        (t("bench.cores"), plain(unknown if found.cores is None else str(found.cores))),
        (t("bench.quota"), plain(t("word.none") if found.quota is None else f"{found.quota:g}")),
    ))  # fmt: skip


def _scaling_table(found: tuple[Scaling, ...], t: Texts) -> Table:
    tried = sorted({point.processes for one in found for point in one.points})
    columns = (
        column(t("bench.work")), column(t("performance.provider")), column(t("bench.clock")),
        *(column(t("bench.processes", count=count), number=True) for count in tried),
        column(t("bench.quality"), narrow=True),
    )  # fmt: skip
    rows = tuple(
        Row((
            text_cell(_work(one, t)),
            text_cell(named(t, "provider", one.provider)),
            text_cell(one.clock),
            *(_rate(one, count) for count in tried),
            quality_cell(t, one.verdict.quality),
        ))
        for one in found
    )  # fmt: skip
    return Table("table-scaling", t("bench.scaling"), columns, rows)


def _work(one: Scaling, t: Texts) -> str:
    if one.operation == "handshake":
        return f"TLS 1.3 · {one.algorithm} · {one.chain}"
    return f"{one.algorithm} {named(t, 'operation', one.operation)}"


def _rate(one: Scaling, processes: int) -> Cell:
    point = next((p for p in one.points if p.processes == processes), None)
    if point is None:
        return Cell(plain(""), None)
    share = "" if processes == 1 else f" ({point.efficiency:.0%})"
    return Cell(plain(f"{point.per_second:,.0f}{share}"), point.per_second)
