"""A benchmark run and the list of mechanisms as text for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tabulate import tabulate

from pqc_migrate.bench import tables_columns, tables_handshakes, tables_memory
from pqc_migrate.bench.tables_messages import message_table
from pqc_migrate.bench.tables_scaling import scaling_table
from pqc_migrate.model.bench import BenchmarkRun, Environment, Measurement, Quality, Skipped

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_LEGEND = """\
µs: median of one call on one core, call overhead taken off; * mean, where the work is random by design
~ noisy, ! unusable; cat.: claimed NIST category, 0 for what Shor's algorithm breaks"""


def run_table(run: BenchmarkRun) -> str:
    """Return everything a run says: what to know first, the figures, what was left out, the machine."""
    parts = [*(f"NOTE: {notice}" for notice in run.notices), _verdict(run), ""]
    if run.measurements:
        parts += [_figures(run.measurements), "", _LEGEND, "", _sizes(run.measurements)]
    if run.memory:
        parts += ["", tables_memory.memory_table(run.memory)]
    if run.handshakes:
        parts += ["", tables_handshakes.tables(run)]
    if run.messages:
        parts += ["", message_table(run.messages)]
    if run.scaling:
        parts += ["", scaling_table(run.scaling, run.processors)]
    if run.skipped:
        parts += ["", _skipped(run.skipped)]
    passed = sum(check.passed for check in run.checks)
    parts += ["", f"checks before timing: {passed} of {len(run.checks)} passed"]
    parts += [
        f"  FAILED {c.algorithm} ({c.provider}) {c.check}: {c.details}" for c in run.checks if not c.passed
    ]  # fmt: skip
    return "\n".join([*parts, *_machine(run.environment), ""])


def microseconds(ns: float) -> str:
    """Return a time in µs with three significant digits."""
    us = ns / 1000
    if us >= 100:
        return f"{us:,.0f}".replace(",", " ")
    return f"{us:.1f}" if us >= 10 else f"{us:.2f}"


def _verdict(run: BenchmarkRun) -> str:
    if run.verdict.quality is Quality.QUIET:
        return "VERDICT: quiet machine; figures can be compared with other quiet runs of the same build"
    what = "do not use these figures" if run.verdict.quality is Quality.UNUSABLE else "read the figures with care"
    return f"VERDICT: {run.verdict.quality} machine, {what}: {'; '.join(run.verdict.reasons)}"


def _table(rows: Sequence[Sequence[str]], headers: Sequence[str], right: Collection[str] = ()) -> str:
    aligned = ["right" if header in right else "left" for header in headers]
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True, colalign=aligned if rows else None)


def _figures(measurements: Sequence[Measurement]) -> str:
    headers = ("algorithm", "cat.", "provider", "operation", "µs", "quartiles µs", "per second", "n")
    numbers = ("cat.", "µs", "quartiles µs", "per second", "n")
    more = tables_columns.optional(measurements)
    added = tuple(header for header, _ in more)
    rows = [(*row, *(cells[place] for _, cells in more)) for place, row in enumerate(_rows(measurements))]
    return _table(rows, (*headers, *added), (*numbers, *added))


def _sizes(measurements: Sequence[Measurement]) -> str:
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    for m in measurements:
        lengths = (m.sizes.public_key, m.sizes.secret_key, m.sizes.ciphertext, m.sizes.signature)
        rows.setdefault(
            (m.algorithm, m.provider),
            (
                m.algorithm,
                m.provider,
                *("" if n is None else str(n) for n in lengths),
                m.status,
                m.algorithm_version,
            ),
        )
    numbers = ("public key", "private key", "ciphertext", "signature")
    return _table(list(rows.values()), ("bytes of", "provider", *numbers, "status", "implements"), numbers)


def _skipped(skipped: Sequence[Skipped]) -> str:
    rows = [(s.algorithm, s.provider, s.operation or "all", s.reason, _estimate(s.estimate_ns)) for s in skipped]
    return _table(rows, ("not measured", "provider", "operation", "reason", "estimate"))


def _rows(measurements: Sequence[Measurement]) -> Iterator[tuple[str, ...]]:
    before = ("", "")
    for m in measurements:
        same = (m.algorithm, m.provider) == before
        before = (m.algorithm, m.provider)
        mean = "*" if m.representative == "mean" else ""
        yield (
            "" if same else m.algorithm,
            "" if same else _category(m.nist_category),
            "" if same else m.provider,
            m.operation,
            f"{_MARKS[m.verdict.quality]}{microseconds(m.representative_ns)}{mean}",
            f"{microseconds(m.q1_ns)} – {microseconds(m.q3_ns)}",
            _per_second(m.representative_ns),
            str(m.samples),
        )


def _per_second(ns: float) -> str:
    rate = 1e9 / ns if ns > 0 else 0.0
    return f"{rate:,.0f}".replace(",", " ") if rate >= 10 else f"{rate:.1f}"


def _category(category: int | None) -> str:
    return "-" if category is None else str(category)


def _estimate(ns: float | None) -> str:
    return "" if ns is None else f"{ns / 1e9:,.2f} s a call".replace(",", " ")


def _machine(environment: Environment) -> Iterator[str]:
    cpu = environment.cpu
    yield f"processor: {cpu.model or 'unknown'} × {cpu.logical or 'unknown'}"
    yield f"hypervisor: {cpu.hypervisor or 'unknown'}; frequency governor: {cpu.governor or 'unknown'}"
    yield f"extensions: {' '.join(cpu.flags) or 'unknown'}"
    yield f"system: {environment.system}, {environment.kernel}, {environment.python}"
    for library in environment.libraries:
        yield f"library: {library.described}"
        if library.path:
            yield f"  {library.path}"
            yield f"  SHA-256 {library.sha256}"
            yield f"  build: {'; '.join(f'{name}: {value}' for name, value in library.build.items())}"
    if environment.pinning:
        yield f"processor affinity: {environment.pinning}"
    if environment.cycle_source:
        yield f"cycles: {environment.cycle_source}"
    load = [environment.load_before, environment.load_after]
    yield f"load average: {' → '.join('unknown' if value is None else f'{value:.2f}' for value in load)}"
    yield f"measured at: {environment.measured_at} by {environment.tool}"
