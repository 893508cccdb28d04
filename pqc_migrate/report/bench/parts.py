"""The parts of a run beyond single operations: stack and heap, TLS handshakes by network."""

from __future__ import annotations

from pqc_migrate.model.bench import BenchmarkRun, MemoryUse
from pqc_migrate.model.handshake import Handshake
from pqc_migrate.report.bench.cells import column, dots, named, number_cell, text_cell, who
from pqc_migrate.report.document import Block, Notice, Paragraph, Row, Section, Table, Tone, plain
from pqc_migrate.report.texts import Texts

_MEMORY = ("keygen", "encaps", "sign", "decaps", "verify", "derive")


def memory(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return peak stack and heap of each operation; None when they were not measured."""
    if not run.memory:
        return None
    by_algorithm: dict[str, dict[str, MemoryUse]] = {}
    for use in run.memory:
        by_algorithm.setdefault(who(t, use.algorithm, use.provider), {})[use.operation] = use
    present = [op for op in _MEMORY if any(op in uses for uses in by_algorithm.values())]
    rows = [
        (label, tuple(_kilobytes(uses[op].stack_bytes) if op in uses else None for op in present))
        for label, uses in by_algorithm.items()
    ]
    names = [named(t, "operation", op) for op in present]
    blocks: list[Block] = [Paragraph(plain(t("bench.memory-lead")))]
    rows = [row for row in rows if any(value is not None for value in row[1])]
    if rows:
        blocks.append(dots(t, "chart-stack", names, rows, t("performance.algorithm")))
    return Section("memory", "", t("bench.memory"), (*blocks, _memory_table(run.memory, t)))


def _kilobytes(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _memory_table(uses: tuple[MemoryUse, ...], t: Texts) -> Table:
    columns = (
        column(t("performance.algorithm"), narrow=True), column(t("performance.operation")),
        column(t("performance.provider")), column(t("bench.stack-bytes"), number=True),
        column(t("bench.heap-bytes"), number=True), column(t("bench.heap-kind")), column(t("word.reason")),
    )  # fmt: skip
    rows = tuple(
        Row((
            text_cell(use.algorithm), text_cell(named(t, "operation", use.operation)),
            text_cell(named(t, "provider", use.provider)), number_cell(use.stack_bytes),
            number_cell(use.heap_bytes), text_cell(use.heap_kind), text_cell(use.details),
        ))
        for use in uses
    )  # fmt: skip
    return Table("table-memory", t("bench.memory-table"), columns, rows)


def handshakes(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return TLS handshakes by network: the measured part and the modeled one; None when none was made."""
    if not run.handshakes:
        return None
    profiles = list(dict.fromkeys(n.profile for h in run.handshakes for n in h.networks if n.transport == "tcp"))
    rows = [(_kind(h, t), tuple(_ms(h, profile) for profile in profiles)) for h in run.handshakes]
    blocks: list[Block] = [Paragraph(plain(t("bench.handshakes-lead")))]
    if profiles:
        blocks.append(Notice(plain(t("bench.handshakes-model")), tone=Tone.INFO))
        names = [named(t, "network", profile) for profile in profiles]
        blocks += [dots(t, "chart-handshakes", names, rows, t("bench.handshake")), _networks(run, t)]
    return Section("handshakes", "", t("bench.handshakes"), (*blocks, _handshake_table(run.handshakes, t)))


def _kind(handshake: Handshake, t: Texts) -> str:
    name = f"{handshake.group} · {handshake.chain}"
    if handshake.mutual:
        name += f" · {t('bench.mutual')}"
    return name + (f" · {t('bench.retry')}" if handshake.first_share else "")


def _ms(handshake: Handshake, profile: str) -> float | None:
    """Return the modeled time over TCP without loss."""
    found = (n.ms for n in handshake.networks if (n.profile, n.transport) == (profile, "tcp"))
    return next(found, None)


def _networks(run: BenchmarkRun, t: Texts) -> Table:
    columns = (
        column(t("bench.network")), column(t("bench.rtt"), number=True), column(t("bench.bandwidth"), number=True),
        column("MSS", number=True), column("initcwnd", number=True), column(t("bench.loss"), number=True),
        column(t("word.source")),
    )  # fmt: skip
    rows = tuple(
        Row((
            text_cell(named(t, "network", p.name)), number_cell(p.rtt_ms), number_cell(p.mbit_s),
            number_cell(p.mss), number_cell(p.initcwnd), number_cell(100 * p.loss), text_cell(p.source),
        ))
        for p in run.networks
    )  # fmt: skip
    return Table("table-networks", t("bench.networks"), columns, rows)


def _handshake_table(found: tuple[Handshake, ...], t: Texts) -> Table:
    names = ("client-cpu", "server-cpu", "client-bytes", "server-bytes", "added-bytes", "window-round-trips")
    columns = (column(t("bench.handshake")), *(column(t(f"bench.{name}"), number=True) for name in names))
    rows = tuple(
        Row((
            text_cell(_kind(h, t)),
            number_cell(h.client.representative_ns / 1000),
            number_cell(h.server.representative_ns / 1000),
            number_cell(sum(h.sent_by("client"))),
            number_cell(sum(h.sent_by("server"))),
            number_cell(h.added_bytes),
            number_cell(max((n.window_round_trips for n in h.networks if n.transport == "tcp"), default=None)),
        ))
        for h in found
    )  # fmt: skip
    return Table("table-handshakes", t("bench.handshake-table"), columns, rows)
