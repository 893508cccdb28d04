"""The calls that `pqc-migrate bench` times, handed to pytest-benchmark one by one."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pqc_migrate.bench import check
from pqc_migrate.bench.providers import available
from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.scheme import MESSAGE_BYTES, Call, Material
from pqc_migrate.bench.timing import Timer
from pqc_migrate.catalog import mechanisms
from pqc_migrate.model.bench import Operation

Measure = Callable[[str, str, Operation], None]
_ROUNDS = 50


@cache
def providers() -> Available:
    """Every provider of this machine; `OQS_INSTALL_PATH` names another liboqs."""
    return available.find()


@cache
def prepared(provider_name: str, algorithm: str) -> dict[Operation, Call]:
    """Open and check a mechanism once; what is not right is not timed here either."""
    provider, match = providers().get(provider_name), mechanisms.lookup(algorithm)
    if provider is None or match is None or match.mechanism.name not in {m.name for m in provider.mechanisms()}:
        pytest.skip(f"{provider_name} has no {algorithm} on this machine")
    scheme = provider.open(match.mechanism)
    failed = [c for c in check.check(scheme, match.mechanism, provider_name) if not c.passed]
    assert failed == []
    messages = [os.urandom(MESSAGE_BYTES) for _ in range(16)]
    return dict(scheme.calls(Material(1, messages, 2)))


@pytest.fixture
def measure(benchmark: Any) -> Measure:
    """Time one operation in batches of about 150 µs, one call a batch where it takes longer."""

    def run(provider: str, algorithm: str, operation: Operation) -> None:
        call = prepared(provider, algorithm)[operation]
        timer = Timer(call)
        cost = timer.calibrate()
        rounds = max(3, min(_ROUNDS, int(0.5e9 / max(cost, 1.0))))
        benchmark.group = f"{algorithm} {operation}"
        benchmark.extra_info.update(provider=provider, calls_per_round=timer.batch_calls)
        library = next(p.library for p in providers().providers if p.name == provider)
        benchmark.extra_info.update(library=f"{library.name} {library.version}", build=library.label)
        if library.path:
            benchmark.extra_info.update(file=Path(library.path).name, sha256=library.sha256)
        arguments = call.arguments[0]
        benchmark.pedantic(call.function, arguments, iterations=timer.batch_calls, rounds=rounds, warmup_rounds=1)

    return run
