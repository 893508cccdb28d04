"""What a run will measure, through which provider, and how long it will take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pqc_migrate.bench import choice, parts
from pqc_migrate.bench.choice import ALL, SELECTED, STANDARD, Choice
from pqc_migrate.bench.plan import Job, Plan
from pqc_migrate.bench.providers import available
from pqc_migrate.bench.providers.available import Available
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog import mechanisms, network
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.model.bench import Skipped

_SECONDS = {STANDARD: 0.6, "finance": 0.6, ALL: 0.06, SELECTED: 1.0}


def plan(
    selection: str = "",
    algorithms: Sequence[str] = (),
    seconds: float | None = None,
    liboqs: Path | None = None,
    part_names: Sequence[str] | None = None,
    *,
    families: Sequence[str] = (),
    levels: Sequence[int] = (),
    exclude: Sequence[str] = (),
    repeat: int = 1,
    handshakes: str = STANDARD,
    networks: Path | None = None,
) -> Plan:
    """Plan a named set, or the algorithms given by name, without what families, categories and names rule out.

    Without `part_names` a set is measured in all parts, single algorithms and `all` (whose memory alone takes
    12 minutes) in their operations; without ``operations`` among them no single operation is timed.
    `handshakes` is ``standard``, or ``all`` for every group with every certificate chain; `networks` is a
    user's file of network profiles.

    `UnknownAlgorithm` for a name nobody knows; `BenchmarkError` when `liboqs` is not a usable library;
    `CatalogError` when the file of networks is malformed.
    """
    asked = Choice(selection, tuple(algorithms), tuple(families), tuple(levels), tuple(exclude))
    found = available.find(liboqs)
    notices: list[str] = []
    if part_names is None:
        part_names = (parts.OPERATIONS,) if asked.few or asked.base == ALL else parts.names()
    wanted = choice.choose(asked, found, notices)
    having = [(provider, {m.name for m in provider.mechanisms()}) for provider in found.providers]
    subjects = tuple(Job(m, provider) for m in wanted for provider, names in having if m.name in names)
    timed = parts.OPERATIONS in part_names
    wanted, jobs = (wanted, subjects) if timed else ([], ())
    served = {job.mechanism.name for job in jobs}
    missing = [m for m in wanted if m.name not in served]
    return Plan(
        selection=asked.name,
        seconds=_SECONDS[asked.base] if seconds is None else seconds,
        jobs=jobs,
        skipped=(*_missing(missing, found), *(left_out(found) if asked.name == ALL and wanted else ())),
        notices=(*found.notices, *notices),
        available=found,
        parts=parts.chosen(part_names),
        handshakes=catalog.matrix() if handshakes == ALL else catalog.standard(),
        networks=network.with_file(networks) if networks is not None else network.profiles(),
        subjects=subjects,
        repeat=repeat,
    )


def left_out(found: Available) -> Iterator[Skipped]:
    """Yield what no run can measure here: families that this build has switched off, and those liboqs dropped."""
    for group, sets in choice.switched_off(found).items():
        count = f"{group} ({len(sets)} parameter sets)" if len(sets) > 1 else sets[0].name
        yield Skipped(count, "liboqs", "", "switched off in this build of liboqs")
    if found.get("liboqs") is not None:
        for record in mechanisms.absent():
            yield Skipped(record.names, "liboqs", "", f"{record.reason} ({record.source})")


def _missing(wanted: Sequence[Mechanism], found: Available) -> Iterator[Skipped]:
    off = {m.name for sets in choice.switched_off(found).values() for m in sets}
    for mechanism in wanted:
        name = "liboqs" if mechanism.liboqs else "gmssl" if mechanism.gmssl else "openssl"
        provider = found.get(name)
        if provider is None:
            yield Skipped(mechanism.name, name, "", f"{name} is not available on this machine")
        elif mechanism.name not in off:
            reason = f"{provider.library.name} {provider.library.version} does not have it"
            yield Skipped(mechanism.name, name, "", reason)
        else:
            yield Skipped(mechanism.name, name, "", "switched off in this build of liboqs")
