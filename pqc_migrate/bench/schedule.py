"""What a run will measure, through which provider, and how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pqc_migrate.bench import parts
from pqc_migrate.bench.plan import Job, Plan
from pqc_migrate.bench.providers import available
from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog import mechanisms, network
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import Skipped

STANDARD, ALL, SELECTED = "standard", "all", "selected"
_SECONDS = {STANDARD: 0.6, "finance": 0.6, ALL: 0.12, SELECTED: 1.0}


class UnknownAlgorithm(BenchmarkError):
    """A name that neither the catalog nor a library knows; the message suggests others."""


def plan(
    selection: str = STANDARD,
    algorithms: Sequence[str] = (),
    seconds: float | None = None,
    liboqs: Path | None = None,
    part_names: Sequence[str] | None = None,
    handshakes: str = STANDARD,
    networks: Path | None = None,
) -> Plan:
    """Plan a named set, or the algorithms given by name.

    Without `part_names` a named set is measured in all parts, algorithms given by name in their operations
    alone; without ``operations`` among them no single operation is timed. `handshakes` is ``standard``, or
    ``all`` for every group with every certificate chain; `networks` is a user's file of network profiles.

    `UnknownAlgorithm` for a name nobody knows; `BenchmarkError` when `liboqs` is not a usable library;
    `CatalogError` when the file of networks is malformed.
    """
    found = available.find(liboqs)
    chosen = SELECTED if algorithms else selection
    notices: list[str] = []
    if part_names is None:
        part_names = (parts.OPERATIONS,) if algorithms else parts.names()
    if algorithms:
        wanted = _named(algorithms, found, notices)
    elif selection == ALL:
        wanted = _everything(found)
    else:
        wanted = _named(mechanisms.selections()[selection].algorithms, found, notices)
    having = [(provider, {m.name for m in provider.mechanisms()}) for provider in found.providers]
    subjects = tuple(Job(m, provider) for m in wanted for provider, names in having if m.name in names)
    timed = parts.OPERATIONS in part_names
    wanted, jobs = (wanted, subjects) if timed else ([], ())
    served = {job.mechanism.name for job in jobs}
    missing = [Skipped(m.name, _provider_of(m), "", _why_missing(m, found)) for m in wanted if m.name not in served]
    return Plan(
        selection=chosen,
        seconds=_SECONDS[chosen] if seconds is None else seconds,
        jobs=jobs,
        skipped=(*missing, *(_left_out(found) if chosen == ALL and wanted else ())),
        notices=(*found.notices, *notices),
        available=found,
        parts=parts.chosen(part_names),
        subjects=subjects,
        handshakes=catalog.matrix() if handshakes == ALL else catalog.standard(),
        networks=network.with_file(networks) if networks is not None else network.profiles(),
    )


def _named(names: Sequence[str], found: Available, notices: list[str]) -> list[Mechanism]:
    known = {m.liboqs: m for provider in found.providers for m in provider.mechanisms() if m.liboqs}
    wanted: dict[str, Mechanism] = {}
    for name in names:
        match = mechanisms.lookup(name)
        if name in known and (match is None or match.former):
            wanted.setdefault(name, known[name])
        elif match is None:
            close = mechanisms.suggestions(name, known)
            hint = f"did you mean {' or '.join(close)}?" if close else "pqc-migrate bench list shows what there is"
            raise UnknownAlgorithm(f"no algorithm is called {name!r}", hint)
        else:
            wanted.setdefault(match.mechanism.name, match.mechanism)
            if match.former:
                notices.append(
                    f"{name} is the name of an earlier version; {match.mechanism.name} is measured, "
                    "which does not interoperate with it"
                )
    return list(wanted.values())


def _everything(found: Available) -> list[Mechanism]:
    wanted = {m.name: m for m in mechanisms.mechanisms()}
    for provider in found.providers:
        wanted |= {m.name: m for m in provider.mechanisms() if not m.by_name_only}
    return list(wanted.values())


def _left_out(found: Available) -> list[Skipped]:
    provider = found.get("liboqs")
    if not isinstance(provider, LiboqsProvider):
        return []
    groups: dict[str, int] = {}
    for mechanism in provider.mechanisms():
        if mechanism.by_name_only:
            groups[mechanism.group] = groups.get(mechanism.group, 0) + 1
    named_only = "measured only when named with --algorithms"
    left_out = [
        Skipped(f"{group} ({count} parameter sets)", provider.name, "", named_only)
        for group, count in groups.items()
    ]
    stateful = len(provider.stateful())
    if stateful:
        reason = "not measured: their keys are used up by signing and must never be used from two places"
        left_out.append(Skipped(f"LMS and XMSS ({stateful} parameter sets)", provider.name, "", reason))
    return left_out


def _provider_of(mechanism: Mechanism) -> str:
    return "liboqs" if mechanism.liboqs else "gmssl" if mechanism.gmssl else "openssl"


def _why_missing(mechanism: Mechanism, found: Available) -> str:
    name = _provider_of(mechanism)
    provider = found.get(name)
    if provider is None:
        return f"{name} is not available on this machine"
    return f"{provider.library.name} {provider.library.version} does not have it"
