"""The part ``scaling`` of a run: what this machine does per second with 1…n processes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pqc_migrate.bench import verdict
from pqc_migrate.bench.plan import Part, Plan, Progress
from pqc_migrate.bench.scaling.pool import Pool, WorkerLost
from pqc_migrate.bench.scaling.processors import counts, processors
from pqc_migrate.bench.scaling.work import Count, HandshakeWork, OperationWork, Work
from pqc_migrate.catalog import handshakes, mechanisms
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Operation, Skipped
from pqc_migrate.model.scaling import Scaling, ScalingPoint
from pqc_migrate.model.verdict import Quality, Verdict

_OPERATIONS = (
    ("ML-KEM-768", Operation.DECAPS),
    ("ML-DSA-65", Operation.SIGN),
    ("RSA-2048", Operation.SIGN),
    ("ECDSA-P-256", Operation.SIGN),
    ("X25519", Operation.DERIVE),
)
_HANDSHAKES = (
    ("X25519", "ECDSA-P-256"),
    ("X25519MLKEM768", "ECDSA-P-256"),
    ("X25519", "RSA-2048"),
    ("X25519MLKEM768", "RSA-2048"),
    ("X25519MLKEM768", "ML-DSA-65"),
)
"""Now, with a hybrid key exchange, and with post-quantum certificates."""
_BUDGET_SECONDS = 7.0
"""For all points together on a machine with a few processors."""
_LEAST, _MOST = 0.1, 0.4
"""Seconds of one point."""
_START_SECONDS = 2.0
_FULL_SHARE = 0.95
"""Below this share of the processors' time, something else ran."""
_POOLS = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """A piece of work with what is said of it."""

    name: str
    algorithm: str
    operation: str
    chain: str
    provider: str
    details: str
    work: Work


def _expected_seconds(plan: Plan) -> float:
    tried = len(counts(processors()))
    return _START_SECONDS + 1.1 * (len(_OPERATIONS) + len(_HANDSHAKES)) * tried * _seconds(plan, tried)


def _seconds(plan: Plan, tried: int) -> float:
    rows = len(_OPERATIONS) + len(_HANDSHAKES)
    return min(plan.seconds, max(_LEAST, min(_MOST, _BUDGET_SECONDS / (rows * tried))))


def _measure(plan: Plan, run: BenchmarkRun, progress: Progress) -> BenchmarkRun:
    found = processors()
    tried = counts(found)
    rows, total = list(_rows(plan)), _expected_seconds(plan)

    def tick(place: int) -> None:
        progress(_START_SECONDS + place * (total - _START_SECONDS) / len(rows), total, rows[place].name)

    measured, skipped = _tried(rows, tried, _seconds(plan, len(tried)), tick)
    short = sum(one.verdict.quality is not Quality.QUIET for one in measured)
    judged = run.verdict
    if short:
        said = f"scaling: in {short} of {len(measured)} rows others had part of the processors' time"
        judged = verdict.with_noise(judged, said)
    return replace(
        run,
        verdict=judged,
        processors=found,
        scaling=(*run.scaling, *measured),
        skipped=(*run.skipped, *_missing(plan), *skipped),
    )


def _tried(
    rows: Sequence[_Row], tried: Sequence[int], seconds: float, tick: Callable[[int], None]
) -> tuple[list[Scaling], list[Skipped]]:
    """Measure row by row; where a worker is lost, all are replaced, once."""
    measured: list[Scaling] = []
    skipped: list[Skipped] = []
    todo = list(enumerate(rows))
    for _ in range(_POOLS):
        with Pool(tried[-1], tried) as pool:
            while todo:
                place, row = todo.pop(0)
                tick(place)
                try:
                    measured.append(_scaling(row, pool, tried, seconds))
                except WorkerLost as error:
                    skipped.append(_skipped(row, str(error)))
                    break
                except BenchmarkError as error:
                    skipped.append(_skipped(row, str(error)))
    left = f"not tried after {_POOLS} worker processes were lost"
    return measured, [*skipped, *(_skipped(row, left) for _, row in todo)]


def _skipped(row: _Row, reason: str) -> Skipped:
    return Skipped(row.name, row.provider, "", f"scaling: {reason}")


def _rows(plan: Plan) -> Iterator[_Row]:
    for name, operation in _OPERATIONS:
        provider = _provider(plan, name)
        if provider is None:
            continue
        found = plan.available.get(provider)
        path = found.library.path if found is not None else None
        work = OperationWork(name, operation, provider, path if provider == "liboqs" else None)
        yield _Row(f"{name} {operation}", name, operation, "", provider, "", work)
    for group, chain in _HANDSHAKES:
        details = "client and server in one process, the client's time not counted; full handshake, no resumption"
        name = f"TLS 1.3 server handshake, {group}, {chain}"
        case = Case(handshakes.groups()[group], handshakes.chains()[chain])
        yield _Row(name, group, "handshake", chain, "openssl", details, HandshakeWork(case))


def _missing(plan: Plan) -> Iterator[Skipped]:
    for name, operation in _OPERATIONS:
        if _provider(plan, name) is None:
            yield Skipped(name, "openssl", operation, "scaling: no library on this machine has it")


def _provider(plan: Plan, name: str) -> str | None:
    """Return the first provider that has the mechanism; liboqs comes first."""
    match = mechanisms.lookup(name)
    assert match is not None
    for provider in plan.available.providers:
        if match.mechanism.name in {m.name for m in provider.mechanisms()}:
            return provider.name
    return None


def _scaling(row: _Row, pool: Pool, tried: Sequence[int], seconds: float) -> Scaling:
    done = [pool.run(row.work, processes, seconds) for processes in tried]
    clock = _clock(done)
    single = _rate(done[0][0], clock)
    points = tuple(_point(counted, clock, single) for counted in done)
    return Scaling(
        name=row.name,
        algorithm=row.algorithm,
        operation=row.operation,
        chain=row.chain,
        provider=row.provider,
        clock=clock,
        points=points,
        verdict=_verdict(points),
        details=row.details,
    )


def _clock(done: Sequence[Sequence[Count]]) -> str:
    """Wall time where the processes had the processors to themselves, else what time they got."""
    if any(count.server_ns is not None for counted in done for count in counted):
        return "server cpu"
    return "wall" if all(_share(counted) >= _FULL_SHARE for counted in done) else "cpu"


def _rate(count: Count, clock: str) -> float:
    spent = {"wall": count.wall_ns, "cpu": count.cpu_ns, "server cpu": count.server_ns}[clock]
    return 1e9 * count.calls / max(spent or 0, 1)


def _share(counted: Sequence[Count]) -> float:
    return sum(count.cpu_ns for count in counted) / max(sum(count.wall_ns for count in counted), 1)


def _point(counted: Sequence[Count], clock: str, single: float) -> ScalingPoint:
    rates = [_rate(count, clock) for count in counted]
    return ScalingPoint(
        processes=len(counted),
        per_second=sum(rates),
        efficiency=sum(rates) / (len(counted) * single),
        slowest=min(rates),
        fastest=max(rates),
        cpu_share=_share(counted),
        calls=sum(count.calls for count in counted),
    )


def _verdict(points: Sequence[ScalingPoint]) -> Verdict:
    short = [point for point in points if point.cpu_share < _FULL_SHARE]
    if not short:
        return Verdict(Quality.QUIET)
    said = ", ".join(f"{point.cpu_share:.0%} with {point.processes}" for point in short)
    return Verdict(Quality.NOISY, (f"processes got only part of the processors' time: {said}",))


PART = Part(
    "scaling",
    "operations and TLS handshakes per second on 1 to n processes at once",
    _expected_seconds,
    _measure,
)
