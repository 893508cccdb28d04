"""The part ``handshakes`` of a run: every case is tried and checked first, then all are timed in rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pqc_migrate.bench import timing, verdict
from pqc_migrate.bench.handshake import check, network
from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.certificates import Credentials, issue
from pqc_migrate.bench.handshake.endpoints import Endpoints, endpoints
from pqc_migrate.bench.handshake.exchange import handshake
from pqc_migrate.bench.handshake.inspect import Inspected, inspect
from pqc_migrate.bench.plan import ROUNDS, Part, Plan, Progress
from pqc_migrate.bench.summary import summarize
from pqc_migrate.bench.timing import Batch
from pqc_migrate.catalog.handshakes import Case, Chain
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import BenchmarkRun, Check, Skipped
from pqc_migrate.model.handshake import Handshake, SideCpu

_Step = Callable[[float, str], None]
"""Called with seconds done and what is being worked on."""
_PROVIDER = "openssl"
_SHARE = 0.7
"""Of the time for one operation, what one kind of handshake gets."""
_PREPARATION_SECONDS = 0.06
"""Contexts, inspection and checks of one kind."""
_ISSUING_SECONDS = 2.5
"""All the certificates, most of it for RSA keys."""
_INSPECTED = 9
"""Handshakes taken apart to find a typical one: ECDSA and SM2 signatures vary by a few bytes in DER."""
_BASELINE = ("X25519", "ECDSA-P-256")
"""What the bytes of the others are compared with."""


@dataclass(slots=True)
class _Ready:
    """A case that passed its checks, and its times so far."""

    case: Case
    endpoints: Endpoints
    inspected: Inspected
    client: list[Batch] = field(default_factory=list)
    server: list[Batch] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """What came of the preparation."""

    ready: list[_Ready] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def expected_seconds(plan: Plan) -> float:
    """Return what the part takes on an idle machine."""
    return len(plan.handshakes) * (_SHARE * plan.seconds + _PREPARATION_SECONDS) + _ISSUING_SECONDS


def measure(plan: Plan, run: BenchmarkRun, progress: Progress) -> BenchmarkRun:
    """Add the handshakes to a run; what cannot be measured here is listed with its reason."""
    try:
        binding = Binding()
    except ProviderUnavailable as error:
        return replace(run, skipped=(*run.skipped, _skipped("TLS handshakes", error)))
    total = expected_seconds(plan)
    found = _prepare(binding, plan.handshakes, lambda done, label: progress(done, total, label))
    start = total - len(plan.handshakes) * _SHARE * plan.seconds
    _time(found.ready, _SHARE * plan.seconds, lambda done, label: progress(start + done, total, label))
    measured = tuple(_handshake(one) for one in found.ready)
    basis = _baseline(measured)
    summaries = [summarize(batches) for one in found.ready for batches in (one.client, one.server)]
    return replace(
        run,
        verdict=verdict.with_part(run.verdict, "handshakes", summaries),
        handshakes=tuple(
            replace(
                one,
                networks=network.times(one, plan.networks),
                added_bytes=None if basis is None else one.bytes_before_request - basis,
            )
            for one in measured
        ),
        networks=plan.networks,
        checks=(*run.checks, *found.checks),
        skipped=(*run.skipped, *found.skipped),
    )


HANDSHAKES = Part(
    "handshakes", "TLS 1.3 handshakes: CPU of each side, bytes, time over networks", expected_seconds, measure
)


def _prepare(binding: Binding, cases: Sequence[Case], progress: _Step) -> _Found:
    found = _Found()
    issued: dict[Chain, Credentials | ProviderUnavailable] = {}
    for number, case in enumerate(cases):
        progress(number * _PREPARATION_SECONDS, f"preparing {case.name}")
        try:
            credentials = _issued(case.chain, issued)
            ends = endpoints(binding, case, credentials)
            # Certificates are issued anew for each run, messages are signed anew for each handshake.
            tries = sorted((inspect(ends) for _ in range(_INSPECTED)), key=lambda one: one.bytes)
        except BenchmarkError as error:
            found.skipped.append(_skipped(case.name, error))
            continue
        typical = tries[len(tries) // 2]
        checks = check.checks(case, typical)
        found.checks += checks
        failed = [one for one in checks if not one.passed]
        if failed:
            reason = "; ".join(f"failed check {one.check}: {one.details}" for one in failed)
            found.skipped.append(Skipped(case.name, _PROVIDER, "", reason))
        else:
            found.ready.append(_Ready(case, ends, typical))
    return found


def _issued(chain: Chain, issued: dict[Chain, Credentials | ProviderUnavailable]) -> Credentials:
    if chain not in issued:
        try:
            issued[chain] = issue(chain)
        except ProviderUnavailable as error:
            issued[chain] = error
    credentials = issued[chain]
    if isinstance(credentials, ProviderUnavailable):
        raise credentials
    return credentials


def _time(ready: Sequence[_Ready], seconds: float, progress: _Step) -> None:
    """Time all cases in rounds, every second one backwards, so that a machine that changes does so to all alike."""
    done = 0.0
    with timing.undisturbed():
        for round_ in range(ROUNDS):
            for one in ready if round_ % 2 == 0 else list(reversed(ready)):
                progress(done, one.case.name)
                for client, server in _handshakes(one.endpoints, seconds / ROUNDS, round_):
                    one.client.append(client)
                    one.server.append(server)
                done += seconds / ROUNDS


def _handshakes(ends: Endpoints, seconds: float, round_: int) -> Iterator[tuple[Batch, Batch]]:
    end = time.perf_counter() + seconds
    handshake(ends)  # untimed: the caches are still another case's
    while True:
        outcome = handshake(ends, round_)
        yield outcome.cpu("client"), outcome.cpu("server")
        if time.perf_counter() >= end:
            return


def _handshake(ready: _Ready) -> Handshake:
    case, inspected = ready.case, ready.inspected
    return Handshake(
        group=case.group.name,
        chain=case.chain.name,
        mutual=case.mutual,
        first_share=case.first_share.name if case.first_share else "",
        negotiated_group=inspected.group,
        cipher_suite=inspected.outcome.client.get_cipher_name() or "",
        client=_side(ready.client, random=case.chain.random and case.mutual),
        server=_side(ready.server, random=case.chain.random),
        flights=inspected.flights,
        client_share=inspected.client_share,
        server_share=inspected.server_share,
        server_authentication=inspected.server,
        client_authentication=inspected.client,
        implementation=ready.endpoints.binding.library,
    )


def _side(batches: Sequence[Batch], random: bool) -> SideCpu:
    summary = summarize(batches)
    return SideCpu(
        median_ns=summary.median,
        median_interval_ns=summary.interval,
        min_ns=summary.least,
        mean_ns=summary.mean,
        mean_interval_ns=summary.mean_interval,
        q1_ns=summary.q1,
        q3_ns=summary.q3,
        representative_ns=summary.representative(random),
        representative="mean" if random else "median",
        samples=summary.samples,
        disturbed=summary.disturbed,
        round_spread=summary.round_spread,
        clock=summary.clock,
        verdict=verdict.of_measurement(summary, random),
    )


def _baseline(measured: Sequence[Handshake]) -> int | None:
    for one in measured:
        if (one.group, one.chain) == _BASELINE and not one.mutual and not one.first_share:
            return one.bytes_before_request
    return None


def _skipped(name: str, error: BenchmarkError) -> Skipped:
    hint = f"; to get it: {error.hint}" if error.hint else ""
    return Skipped(name, _PROVIDER, "", f"{error}{hint}")
