"""Speed of key establishment and of signatures: against size, and each operation by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pqc_migrate.model.bench import BenchmarkRun, Measurement, Operation
from pqc_migrate.report.bench.cells import (
    column,
    dots,
    named,
    number_cell,
    operations,
    quality_cell,
    text_cell,
    who,
    written,
)
from pqc_migrate.report.document import Block, Cell, Chart, Paragraph, Point, Row, Scatter, Section, Table, plain
from pqc_migrate.report.texts import Texts

_KEYS = (Operation.KEYGEN, Operation.ENCAPS, Operation.DECAPS, Operation.DERIVE)
_SIGNATURES = (Operation.KEYGEN, Operation.SIGN, Operation.VERIFY)
_CLASSES = ("classical", "1-2", "3-4", "5", "none")
"""By claimed NIST category: 0 is what Shor's algorithm breaks."""
_Group = Mapping[str, Measurement]
_Cost = tuple[float, float]
"""Bytes and µs."""


def keys(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return key establishment; None when none was measured."""
    found = {k: ops for k, ops in operations(run.measurements).items() if Operation.VERIFY not in ops}
    found = {k: ops for k, ops in found.items() if Operation.SIGN not in ops}
    if not found:
        return None
    charts = (
        _scatter(t, "chart-exchange", found, _exchange),
        _times(t, "chart-key-times", found, _KEYS),
    )
    return _section(t, "keys", found, charts)


def signatures(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return signatures; None when none was measured."""
    found = {k: ops for k, ops in operations(run.measurements).items() if {"sign", "verify"} & ops.keys()}
    if not found:
        return None
    charts = (
        _scatter(t, "chart-sign", found, lambda ops: _signed(ops, Operation.SIGN)),
        _scatter(t, "chart-verify", found, lambda ops: _signed(ops, Operation.VERIFY)),
        _times(t, "chart-signature-times", found, _SIGNATURES),
    )
    return _section(t, "signatures", found, charts)


def _section(
    t: Texts, anchor: str, found: Mapping[tuple[str, str], _Group], charts: tuple[Chart | None, ...]
) -> Section:
    blocks: list[Block] = [Paragraph(plain(t(f"bench.{anchor}-lead")))]
    blocks += [chart for chart in charts if chart is not None]
    measured = [m for ops in found.values() for m in ops.values()]
    blocks += [
        _figures(t, anchor, measured),
        _sizes(t, anchor, [next(iter(ops.values())) for ops in found.values()]),
    ]
    return Section(anchor, "", t(f"bench.{anchor}"), tuple(blocks))


def _exchange(ops: _Group) -> _Cost | None:
    """Return one exchange with fresh keys: what travels, and the work of both sides together."""
    sizes = next(iter(ops.values())).sizes
    if Operation.DERIVE in ops and Operation.KEYGEN in ops and sizes.public_key:
        return 2.0 * sizes.public_key, 2 * (_us(ops, Operation.KEYGEN) + _us(ops, Operation.DERIVE))
    if (
        {Operation.KEYGEN, Operation.ENCAPS, Operation.DECAPS} <= ops.keys()
        and sizes.public_key
        and sizes.ciphertext
    ):
        work = sum(_us(ops, one) for one in (Operation.KEYGEN, Operation.ENCAPS, Operation.DECAPS))
        return float(sizes.public_key + sizes.ciphertext), work
    return None


def _signed(ops: _Group, operation: Operation) -> _Cost | None:
    """Return what a certificate carries, public key and signature, and the time of one operation."""
    sizes = next(iter(ops.values())).sizes
    if operation not in ops or not sizes.public_key or not sizes.signature:
        return None
    return float(sizes.public_key + sizes.signature), _us(ops, operation)


def _us(ops: _Group, operation: Operation) -> float:
    return ops[operation].representative_ns / 1000


def _scatter(
    t: Texts, anchor: str, found: Mapping[tuple[str, str], _Group], cost: Callable[[_Group], _Cost | None]
) -> Chart | None:
    rows = [(key, _class(ops), at) for key, ops in found.items() if (at := cost(ops)) is not None and min(at) > 0]
    if not rows:
        return None
    present = [name for name in _CLASSES if any(kind == name for _, kind, _ in rows)]
    labels = _labels(t, [key for key, _, _ in rows])
    points = tuple(
        Point(label, present.index(kind), *at) for label, (_, kind, at) in zip(labels, rows, strict=True)
    )
    axes = t("bench.axis-bytes"), t(f"bench.{anchor}-axis")
    cells = tuple(
        Row((
            text_cell(key[0]), text_cell(named(t, "provider", key[1])), text_cell(t(f"bench.class-{kind}")),
            number_cell(at[0]), number_cell(at[1]),
        ))
        for key, kind, at in rows
    )  # fmt: skip
    columns = (
        column(t("performance.algorithm")), column(t("performance.provider")), column(t("bench.class")),
        column(axes[0], number=True), column(axes[1], number=True),
    )  # fmt: skip
    title = t(f"bench.{anchor}")
    series = tuple(t(f"bench.class-{name}") for name in present)
    table = Table(f"{anchor}-data", title, columns, cells)
    return Chart(anchor, title, t(f"bench.{anchor}-text"), Scatter(series, points, *axes), table)


def _labels(t: Texts, keys: list[tuple[str, str]]) -> list[str]:
    """Return an algorithm's name, with its library where two have measured it."""
    names = [algorithm for algorithm, _ in keys]
    return [who(t, *key) if names.count(key[0]) > 1 else key[0] for key in keys]


def _class(ops: _Group) -> str:
    category = next(iter(ops.values())).nist_category
    if category is None:
        return "none"
    return "classical" if category == 0 else _CLASSES[1 + (category > 2) + (category > 4)]


def _times(
    t: Texts, anchor: str, found: Mapping[tuple[str, str], _Group], wanted: tuple[Operation, ...]
) -> Chart | None:
    present = [op for op in wanted if any(op in ops for ops in found.values())]
    rows = [
        (who(t, *key), tuple(_us(ops, op) if op in ops else None for op in present)) for key, ops in found.items()
    ]
    names = [named(t, "operation", op) for op in present]
    return dots(t, anchor, names, rows, t("performance.algorithm")) if rows else None


def _figures(t: Texts, anchor: str, measured: list[Measurement]) -> Table:
    columns = (
        column(t("performance.algorithm"), narrow=True), column(t("performance.operation")),
        column(t("performance.provider")), column(t("performance.microseconds"), number=True),
        column(t("bench.quartiles"), number=True), column(t("bench.interval"), number=True),
        column(t("performance.per-second"), number=True), column(t("bench.samples"), number=True),
        column(t("bench.quality"), narrow=True),
    )  # fmt: skip
    return Table(f"table-{anchor}", t("performance.throughput-table"), columns, tuple(_rows(t, measured)))


def _rows(t: Texts, measured: list[Measurement]) -> Iterator[Row]:
    for m in measured:
        interval = m.mean_interval_ns if m.representative == "mean" else m.median_interval_ns
        mark = "*" if m.representative == "mean" else ""
        yield Row((
            text_cell(m.algorithm),
            text_cell(named(t, "operation", m.operation)),
            text_cell(named(t, "provider", m.provider)),
            Cell(plain(f"{written(m.representative_ns / 1000)}{mark}"), m.representative_ns / 1000),
            _between((m.q1_ns, m.q3_ns)),
            _between(interval),
            number_cell(1e9 / m.representative_ns if m.representative_ns > 0 else None),
            number_cell(m.samples),
            quality_cell(t, m.verdict.quality),
        ))  # fmt: skip


def _between(ends: tuple[float, float] | None) -> Cell:
    if ends is None:
        return Cell(plain(""), None)
    return Cell(plain(f"{written(ends[0] / 1000)} – {written(ends[1] / 1000)}"), ends[0] / 1000)


def _sizes(t: Texts, anchor: str, one_each: list[Measurement]) -> Table:
    message = "signature" if anchor == "signatures" else "ciphertext"
    numbers = ("public-key", "private-key", message, "category")
    columns = (
        column(t("performance.algorithm"), narrow=True), column(t("performance.provider")),
        *(column(t(f"bench.{name}"), number=True) for name in numbers),
        column(t("bench.standing")), column(t("bench.implementation")),
    )  # fmt: skip
    rows = []
    for m in one_each:
        sent = m.sizes.signature if message == "signature" else m.sizes.ciphertext
        made = ", ".join(part for part in (m.implementation, m.algorithm_version, m.details) if part)
        numbered = (m.sizes.public_key, m.sizes.secret_key, sent, m.nist_category)
        texts = (m.status or t("word.unknown"), made)
        named_by = (m.algorithm, named(t, "provider", m.provider))
        rows.append(Row((*map(text_cell, named_by), *map(number_cell, numbered), *map(text_cell, texts))))
    return Table(f"table-{anchor}-sizes", t("bench.sizes"), columns, tuple(rows))
