"""Targets × gate × detectors → findings, and the coverage behind them.

The order of the results depends on the files alone: not on the number of processes, nor on which of
them answered first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pqc_migrate.model.inventory import Coverage, Diagnostic, Finding, Role
from pqc_migrate.scan.alarm import TookTooLong, within
from pqc_migrate.scan.examine import Examiner, Rules, default_examiner, timed_out
from pqc_migrate.scan.examined import Examined
from pqc_migrate.scan.follow import Results, with_callers
from pqc_migrate.scan.history import Examine, only_changed, with_history
from pqc_migrate.scan.layers import without_shown
from pqc_migrate.scan.tally import coverage
from pqc_migrate.scan.workers import FILES_AT_ONCE, Make, examine_all
from pqc_migrate.targets.archives.member import INSIDE
from pqc_migrate.targets.exclude import Exclusion
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.read import DEFAULT
from pqc_migrate.targets.resolve import Target, display_name, resolve
from pqc_migrate.targets.walk import Entry, Surroundings, own_outputs, walk

FEW_FILES = 1500
FEW_BYTES = 20_000_000
"""Up to here one process is faster than several: starting them costs a tenth of a second."""

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan."""

    exclude: tuple[str, ...] = ()
    """Patterns of a ``.gitignore``, asked from the top of each target."""
    roles: frozenset[Role] = frozenset()
    """Keep findings of these roles only; empty: all."""
    jobs: int = 0
    """Processes at most; 0: one for each processor this process may use."""
    outputs: tuple[str, ...] = ()
    """Files this run writes, and folders (with a slash at the end); left out where they lie inside a target."""
    limits: Limits = DEFAULT
    """How much is read of what."""
    since: str = ""
    """Look only at files that changed since this revision; with `history`, only at commits after it."""
    history: bool = False
    """Also find out when each use came in, and the keys that live only in old commits."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found, sorted, and what it looked at."""

    findings: tuple[Finding, ...]
    coverage: Coverage
    target: str
    """Display name of what was scanned."""


def _silent(_done: int, _total: int) -> None:
    pass


def scan(
    arguments: Sequence[str],
    options: ScanOptions | None = None,
    progress: Progress = _silent,
    make: Make | None = None,
) -> ScanResult:
    """Look at files and folders by their paths; `TargetError` when one of them cannot be read at all."""
    options = options or ScanOptions()
    targets = resolve(arguments)
    entries: list[Entry] = []
    skipped: list[Diagnostic] = []
    for found in _walk_all(targets, options):
        entries.append(found) if isinstance(found, Entry) else skipped.append(found)
    jobs = _jobs(options, entries)
    rules = Rules(options.limits, options.exclude)
    results = _examine(entries, make or partial(default_examiner, rules), jobs, rules, progress)
    results = with_callers(
        entries,
        results,
        lambda some, made, before: _examine(some, made, jobs, rules, _after(before, progress)),
        rules,
    )
    examined = [file for files in results for file in files]
    findings = without_shown([finding for file in examined for finding in file.findings])
    if options.history:
        done = len(entries)
        findings = _with_history(
            targets,
            findings,
            options,
            lambda some: _examine(
                some, partial(default_examiner, rules), _jobs(options, some), rules, _after(done, progress)
            ),
        )
    if options.roles:
        findings = [finding for finding in findings if finding.role in options.roles]
    return ScanResult(tuple(sorted(findings, key=_order)), coverage(skipped, examined), display_name(targets))


def _after(before: int, progress: Progress) -> Progress:
    """Return a progress that goes on where earlier readings ended."""
    return lambda done, total: progress(before + done, before + total)


def _walk_all(targets: Sequence[Target], options: ScanOptions) -> Iterator[Entry | Diagnostic]:
    exclusion = Exclusion(options.exclude)
    around = Surroundings(tuple(target.root for target in targets), _places(options.outputs))
    for target in targets:
        yield from own_outputs(target, around)
        found = walk(target, exclusion, around)
        yield from only_changed(target, options.since, found) if options.since and not options.history else found


def _with_history(
    targets: Sequence[Target], findings: Sequence[Finding], options: ScanOptions, examine: Examine
) -> list[Finding]:
    """Return the findings of each target with their history."""
    dated = []
    for target in targets:
        own = [one for one in findings if _lies_in(one.location.path, target)]
        dated += with_history(target, own, examine, options.since)
    return dated


def _lies_in(path: str, target: Target) -> bool:
    return path.startswith(target.prefix) if target.is_folder else path.partition(INSIDE)[0] == target.label


def _places(outputs: Sequence[str]) -> Mapping[str, bool]:
    return {os.path.realpath(output): output.endswith("/") for output in outputs}


def _examine(entries: Sequence[Entry], make: Make, jobs: int, rules: Rules, progress: Progress) -> Results:
    """Return what each entry gave, in the order of the entries."""
    total = len(entries)
    progress(0, total)
    if jobs == 0:
        examiner = make()
        examined = []
        for done, entry in enumerate(entries, 1):
            examined.append(_files(examiner, entry, rules.limits.file_seconds))
            progress(done, total)
        return examined
    results: dict[int, tuple[Examined, ...]] = {}
    for number, files in examine_all(entries, make, jobs, rules.limits.file_seconds):
        results[number] = files
        progress(len(results), total)
    return [results[number] for number in range(total)]


def _files(examiner: Examiner, entry: Entry, seconds: float) -> tuple[Examined, ...]:
    """Return what a file gave, and the files in it if it is an archive."""
    file = _in_time(entry.path, partial(examiner.examine, entry), seconds)
    if not file.archive:
        return (file,)
    inside = examiner.inside(entry, file.archive)
    return (file, *(_in_time(path, look, seconds) for path, look in inside))


def _in_time(path: str, look: Callable[[], Examined], seconds: float) -> Examined:
    try:
        return within(seconds, look)
    except TookTooLong:
        return timed_out(path)


def _jobs(options: ScanOptions, entries: Sequence[Entry]) -> int:
    """Return the number of worker processes; 0: none, stay in this one."""
    if len(entries) <= FEW_FILES and sum(_size(entry) for entry in entries) <= FEW_BYTES:
        return 0
    chunks = -(-len(entries) // FILES_AT_ONCE)
    return min(options.jobs or _processors(), chunks)


def _size(entry: Entry) -> int:
    try:
        return os.lstat(entry.place).st_size
    except OSError:
        return 0


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _order(finding: Finding) -> tuple[str, int, int, str, str, str, str, tuple[tuple[str, str], ...]]:
    place, asset = finding.location, finding.asset
    offset = -1 if place.offset is None else place.offset
    return place.path, place.line, offset, place.symbol, finding.rule, asset.kind, asset.family, asset.parameters
