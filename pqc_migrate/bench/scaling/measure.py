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
_ROUNDS = 2
"""Forwards and backwards, so that a machine that changes meanwhile does so to all rows alike."""


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

    def tick(done: int, row: _Row) -> None:
        share = done / (_ROUNDS * len(rows))
        progress(_START_SECONDS + share * (total - _START_SECONDS), total, row.name)

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
    rows: Sequence[_Row], tried: Sequence[int], seconds: float, tick: Callable[[int, _Row], None]
) -> tuple[list[Scaling], list[Skipped]]:
    """Measure all rows forwards, then backwards; where a worker is lost, all are replaced, once."""
    counted: dict[_Row, list[list[list[Count]]]] = {row: [] for row in rows}
    refused: dict[_Row, str] = {}
    todo = [*rows, *reversed(rows)]
    for _ in range(_POOLS):
        if not todo:
            break
        try:
            with Pool(tried[-1], tried) as pool:
                while todo:
                    tick(_ROUNDS * len(rows) - len(todo), todo[0])
                    if todo[0] not in refused:
                        _count(todo[0], pool, tried, seconds / _ROUNDS, counted, refused)
                    todo.pop(0)
        except WorkerLost as error:
            refused[todo.pop(0)] = str(error)
    for row in todo:
        if not counted[row]:
            refused.setdefault(row, f"not tried after {_POOLS} worker processes were lost")
    measured = [_scaling(row, [_added(rounds) for rounds in zip(*counted[row], strict=True)])
                for row in rows if row not in refused]  # fmt: skip
    return measured, [_skipped(row, refused[row]) for row in rows if row in refused]


def _count(
    row: _Row,
    pool: Pool,
    tried: Sequence[int],
    seconds: float,
    counted: dict[_Row, list[list[list[Count]]]],
    refused: dict[_Row, str],
) -> None:
    try:
        counted[row].append([pool.run(row.work, processes, seconds) for processes in tried])
    except WorkerLost:
        raise
    except BenchmarkError as error:
        refused[row] = str(error)


def _added(rounds: Sequence[Sequence[Count]]) -> list[Count]:
    """Add up what each process did in all rounds."""
    return [sum(counts[1:], counts[0]) for counts in zip(*rounds, strict=True)]


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


def _scaling(row: _Row, done: Sequence[Sequence[Count]]) -> Scaling:
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
