import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from pqc_migrate.bench import run as runner
from pqc_migrate.bench import schedule, tables
from pqc_migrate.cli.main import main

pytestmark = pytest.mark.usefixtures("liboqs")


def test_the_wrapper_has_its_own_figure() -> None:
    """What a Python program pays stands beside what the library takes, never in its place, and is never less."""
    plan = replace(schedule.plan(algorithms=["ML-KEM-768", "ML-DSA-44", "X25519"], seconds=0.1), wrapper=True)
    result = runner.run(plan)
    for m in result.measurements:
        assert (m.wrapper_ns is None) == (m.provider != "liboqs")
    fast = [m for m in result.measurements if m.wrapper_ns is not None and m.representative == "median"]
    assert len(fast) == 5
    assert all(m.wrapper_ns > m.min_ns for m in fast if m.wrapper_ns is not None)
    assert "wrapper µs" in tables.run_table(result)


def test_nothing_is_said_of_it_when_it_was_not_asked_for() -> None:
    """No empty column."""
    result = runner.run(schedule.plan(algorithms=["ML-KEM-768"], seconds=0.01))
    assert all(m.wrapper_ns is None for m in result.measurements)
    assert "wrapper" not in tables.run_table(result)


def test_the_option_asks_for_it() -> None:
    """Through the command line, into the artefact."""
    arguments = ["bench", "run", "--algorithms", "ML-KEM-512", "--seconds", "0.02", "--wrapper", "--format", "json"]
    content = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert all(m["wrapper_ns"] > 0 for m in content["measurements"] if m["provider"] == "liboqs")
