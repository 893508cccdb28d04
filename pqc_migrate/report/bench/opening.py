"""First and last of a benchmark document: verdict, machine, method, what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.bench.compare import FLOOR
from pqc_migrate.model.bench import BenchmarkRun, Environment, Library, Quality
from pqc_migrate.report.bench.cells import column, named, number_cell, text_cell
from pqc_migrate.report.document import (
    Block,
    Facts,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Table,
    Tone,
    code,
    plain,
)
from pqc_migrate.report.texts import Texts

_TONES = {Quality.QUIET: Tone.GOOD, Quality.NOISY: Tone.WARN, Quality.UNUSABLE: Tone.BAD}


def cover(run: BenchmarkRun, t: Texts) -> Section:
    """Return the verdict on the machine, the notices, and what was measured where."""
    quality = run.verdict.quality
    blocks: list[Block] = [Notice(plain(t(f"bench.verdict-{quality}")), tone=_TONES[quality])]
    # Reasons and notices are recorded as sentences of the program, in English.
    said = (*run.verdict.reasons, *run.notices)
    if said:
        blocks += [Paragraph(plain(t("bench.said"))), Items(tuple(plain(line) for line in said))]
    blocks.append(Facts(tuple(_facts(run, t))))
    return Section("cover", "", t("bench.first"), tuple(blocks))


def machine(run: BenchmarkRun, t: Texts) -> Section:
    """Return the fingerprint: processor, system, libraries with path and digest, load."""
    libraries = tuple((library.name, _library(library, t)) for library in run.environment.libraries)
    facts = (*_machine(run.environment, t), *libraries)
    return Section("machine", "", t("bench.machine"), (Paragraph(plain(t("bench.machine-lead"))), Facts(facts)))


def missing(run: BenchmarkRun, t: Texts) -> Section | None:
    """Return what was asked for and not measured, and checks that failed; None when there is neither."""
    failed = [c for c in run.checks if not c.passed]
    blocks: list[Block] = []
    if failed:
        lines = tuple(plain(f"{c.algorithm} ({c.provider}) {c.check}: {c.details}") for c in failed)
        blocks += [Notice(plain(t("bench.failed")), tone=Tone.BAD), Items(lines)]
    if run.skipped:
        rows = tuple(
            Row((
                text_cell(s.algorithm),
                text_cell(named(t, "provider", s.provider)),
                text_cell(named(t, "operation", s.operation) if s.operation else t("bench.every-operation")),
                text_cell(s.reason),
                number_cell(None if s.estimate_ns is None else s.estimate_ns / 1e9),
            ))
            for s in run.skipped
        )  # fmt: skip
        columns = (
            column(t("performance.algorithm")), column(t("performance.provider")),
            column(t("performance.operation")), column(t("word.reason")),
            column(t("bench.estimate"), number=True),
        )  # fmt: skip
        blocks.append(Table("table-missing", t("bench.missing"), columns, rows))
    return Section("missing", "", t("bench.missing"), tuple(blocks)) if blocks else None


def method(run: BenchmarkRun, t: Texts) -> Section:
    """Return how it was measured and what the figures are not."""
    passed = sum(check.passed for check in run.checks)
    lines = (
        t("bench.method-checks", passed=passed, count=len(run.checks)),
        t("bench.method-overhead"),
        t("bench.method-batches"),
        t("bench.method-statistics"),
        t("bench.method-compare", percent=f"{FLOOR:.0%}"),
        t("bench.method-limits"),
    )
    return Section("method", "", t("bench.method"), (Items(tuple(map(plain, lines))),))


def _facts(run: BenchmarkRun, t: Texts) -> Iterator[tuple[str, Line]]:
    environment = run.environment
    yield t("bench.processor"), plain(environment.cpu.model or t("word.unknown"))
    yield t("bench.libraries"), plain(t("word.list-separator").join(_short(one) for one in environment.libraries))
    yield t("bench.measured-at"), plain(environment.measured_at)
    yield t("bench.counted"), plain(t("bench.counts", measured=len(run.measurements), skipped=len(run.skipped)))
    yield t("bench.tool"), plain(environment.tool)


def _short(library: Library) -> str:
    return f"{library.name} {library.version}"


def _machine(environment: Environment, t: Texts) -> Iterator[tuple[str, Line]]:
    cpu, unknown = environment.cpu, t("word.unknown")
    yield t("bench.processor"), plain(cpu.model or unknown)
    yield t("bench.stepping"), plain(cpu.family or unknown)
    yield t("bench.architecture"), plain(cpu.architecture or unknown)
    yield t("bench.logical"), plain(str(cpu.logical or unknown))
    yield t("bench.flags"), plain(" ".join(cpu.flags) or unknown)
    yield t("bench.governor"), plain(cpu.governor or unknown)
    yield t("bench.hypervisor"), plain(cpu.hypervisor or unknown)
    yield t("bench.system"), plain(f"{environment.system}, {environment.kernel}")
    yield t("bench.python"), plain(environment.python)
    load = [environment.load_before, environment.load_after]
    yield t("bench.load"), plain(" → ".join(unknown if value is None else f"{value:.2f}" for value in load))


def _library(library: Library, t: Texts) -> Line:
    line = plain(" ".join(part for part in (library.version, library.label and f"({library.label})") if part))
    if library.path:
        line = (*line, *plain("\n"), code(library.path))
    if library.sha256:
        line = (*line, *plain("\nSHA-256 "), code(library.sha256))
    for name, value in library.build.items():
        line = (*line, *plain(f"\n{name}: {value}"))
    return line
