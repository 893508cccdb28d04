"""Whatever figures stand in a result, a comparison ends in words."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pqc_migrate.bench import artefact, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.compare import compare
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.compare import Difference, Named
from pqc_migrate.report.bench import merge
from pqc_migrate.report.bench.compare import FORMATS
from pqc_migrate.report.bench.formats import FORMATS as VIEWS

NUMBERS = st.one_of(
    st.just(0), st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 5), st.floats(1e-320, 1e-290)
)


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    """A real result, small."""
    plan = schedule.plan(algorithms=["X25519", "ML-DSA-44"], seconds=0.002)
    return dict(json.loads(runner.dump(runner.run(plan))))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a number stands."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [deeper for key, part in inner for deeper in places(part, (*path, key))]
    return [path] if isinstance(value, int | float) and not isinstance(value, bool) else []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(data=st.data())
def test_any_numbers_end_in_a_comparison_or_a_benchmark_error(content: dict[str, Any], data: st.DataObject) -> None:
    """Zero, negative, tiny, huge: every form can still be written, and the JSON is valid."""
    altered = copy.deepcopy(content)
    for _ in range(data.draw(st.integers(1, 6))):
        *way, last = data.draw(st.sampled_from(places(content)))
        holder = altered
        for key in way:
            holder = holder[key]
        holder[last] = data.draw(NUMBERS)
    try:
        runs = [artefact.parse(json.dumps(one), "bench.json") for one in (content, altered)]
        named = [Named(name, run) for name, run in zip("ab", runs, strict=True)]
        result = compare(named[0], named[1:], tuple(Difference))
    except BenchmarkError:
        return
    for render in FORMATS.values():
        assert render(result)
    assert "NaN" not in FORMATS["json"](result).decode()
    assert all(render(named) for render in merge.FORMATS.values())
    for name in ("csv", "pytest-benchmark", "markdown", "html"):
        assert VIEWS[name](runs[1], "en")
