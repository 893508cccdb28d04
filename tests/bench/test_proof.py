import ctypes
import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from pqc_migrate.bench import proof, schedule, tables_proof
from pqc_migrate.bench.proof import Compared, Proof
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.scheme import Call, Material
from pqc_migrate.catalog import mechanisms
from pqc_migrate.cli.main import main
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Operation

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


@pytest.fixture
def made(liboqs: LiboqsProvider) -> Proof:
    """A short comparison: fast KEM, signature with random work."""
    try:
        return proof.prove(schedule.plan(algorithms=["ML-KEM-768", "ML-DSA-44"], seconds=0.15))
    except BenchmarkError as error:
        pytest.skip(str(error))


def test_python_costs_what_c_costs(made: Proof, liboqs: LiboqsProvider) -> None:
    """Every operation above 5 µs within 5 %, or the machine is too restless to tell, which is said."""
    operations = [(one.algorithm, one.operation) for one in made.compared]
    assert operations == [("ML-KEM-768", o) for o in ("keygen", "encaps", "decaps")] + [
        ("ML-DSA-44", o) for o in ("keygen", "sign", "verify")
    ]
    assert made.library == liboqs.library
    assert [f"{one.algorithm} {one.operation}: {one.interval}" for one in made.failed] == []
    for one in made.compared:
        assert one.outcome in ("passed", "skipped")
        assert (one.outcome == "skipped") == bool(one.reason)
        assert one.interval[0] <= one.ratio <= one.interval[1]


@needs_compiler
def test_the_random_numbers_are_liboqs_own_again_afterwards(made: Proof, liboqs: LiboqsProvider) -> None:
    """Keys made after the comparison must not come from the numbers that both loops shared."""
    mechanism = mechanisms.lookup("ML-KEM-768")
    assert mechanism is not None
    scheme = liboqs.open(mechanism.mechanism)
    keys = {scheme.keypair()[0] for _ in range(4)}
    scheme.close()
    assert len(keys) == 4


@needs_compiler
def test_a_slower_call_fails(liboqs: LiboqsProvider) -> None:
    """The comparison can fail: a call that does 20 % more from Python than from C is named."""
    plan = schedule.plan(algorithms=["ML-KEM-768"], seconds=0.1)
    with proof.compiled() as (native, _), proof.execute.prepared(plan, lambda *_: None) as done:
        task = next(t for t in done.tasks if t.job.provider.name == "liboqs" and t.operation is Operation.DECAPS)
        contest = proof.Contest(task, native, liboqs)
        function = task.call.function

        def slow(*arguments: object) -> None:
            function(*arguments)
            sum(range(200))

        contest.python._call = Call(slow, task.call.arguments, bool)
        found = proof.compare(task, contest, 0.1e9)
    assert found.ratio > proof.LIMIT
    assert found.outcome in ("failed", "skipped")


COMPARED = Compared(
    "ML-KEM-768", "encaps", c_ns=9000.0, net_ns=9100.0, overhead_ns=200.0, ratio=1.01, interval=(1.0, 1.02),
    control=1.0, blocks=50, clock="wall", outcome="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, "passed", ""),
        ({"interval": (1.05, 1.2)}, "passed", ""),
        ({"interval": (1.051, 1.2)}, "failed", ""),
        ({"interval": (1.051, 1.2), "control": 0.969}, "skipped", "second time took 0.97"),
        ({"interval": (1.051, 1.2), "control": 1.031}, "skipped", "second time took 1.03"),
        ({"interval": (1.2, 1.3), "c_ns": 4999.0}, "skipped", "below 5 µs"),
    ],
)
def test_what_counts_as_proven(changes: dict[str, object], outcome: str, reason: str) -> None:
    """The lower end reaches 1.05; nothing is said where C differs from itself or the call is too short."""
    found = proof.judged(replace(COMPARED, **changes))  # type: ignore[arg-type]
    assert found.outcome == outcome
    assert reason in found.reason


def test_the_idle_call_takes_as_many_arguments_and_changes_nothing(liboqs: LiboqsProvider) -> None:
    """What calling costs is measured on the same function, which refuses at once without a scheme."""
    for name in ("ML-KEM-512", "ML-DSA-44"):
        match = mechanisms.lookup(name)
        assert match is not None
        scheme = liboqs.open(match.mechanism)
        for call in scheme.calls(Material(1, [b"m" * 64], 1)).values():
            nothing = call.doing_nothing()
            assert nothing is not None
            assert nothing.function is call.function
            (idle,) = nothing.arguments
            assert [type(a) for a in idle] == [type(a) for a in call.arguments[0]]
            before = [ctypes.string_at(a.value, 16) for a in idle if isinstance(a, ctypes.c_void_p) and a.value]
            assert call.function(*idle) == -1  # OQS_ERROR
            after = [ctypes.string_at(a.value, 16) for a in idle if isinstance(a, ctypes.c_void_p) and a.value]
            assert before == after
        scheme.close()


def test_without_a_compiler_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, liboqs: LiboqsProvider) -> None:
    """No traceback, no half a proof."""
    monkeypatch.setenv("CC", "/nonexistent/cc")
    with pytest.raises(BenchmarkError, match="cannot be built"):
        proof.prove(schedule.plan(algorithms=["ML-KEM-768"], seconds=0.01))
    monkeypatch.delenv("CC")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BenchmarkError, match="no C compiler"):
        proof.prove(schedule.plan(algorithms=["ML-KEM-768"], seconds=0.01))


def test_without_liboqs_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL's own figures say nothing about calls into liboqs."""
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))
    with pytest.raises(ProviderUnavailable, match="no liboqs"):
        proof.prove(schedule.plan(algorithms=["X25519"], seconds=0.01))


def test_the_table_begins_with_the_outcome(liboqs: LiboqsProvider) -> None:
    """Passed, failed and not made are told apart; every operation has its row."""
    passed = proof.judged(COMPARED)
    failed = proof.judged(replace(COMPARED, operation="decaps", interval=(1.2, 1.3)))
    texts = [
        tables_proof.proof_table(Proof(liboqs.library, "cc -O2", rows, ()))
        for rows in ((passed,), (passed, failed), ())
    ]
    assert texts[0].startswith(
        "PROOF: passed, no operation is shown to cost more than 1.05 × C from Python: 1 compared"
    )
    assert texts[1].startswith("PROOF: FAILED")
    assert "ML-KEM-768 decaps" in texts[1].splitlines()[0]
    assert texts[2].startswith("PROOF: NOT MADE")
    assert all(liboqs.library.path in text for text in texts if liboqs.library.path)


@needs_compiler
@pytest.mark.usefixtures("liboqs")
def test_the_command_writes_json_and_exits_by_the_outcome() -> None:
    """0 when all passed, 1 when one failed: a gate that a pipeline can use."""
    arguments = ["bench", "proof", "--algorithms", "ML-DSA-65", "--seconds", "0.05", "--format", "json"]
    result = CliRunner().invoke(main, arguments)
    content = json.loads(result.stdout)
    assert {one["algorithm"] for one in content["compared"]} == {"ML-DSA-65"}
    assert result.exit_code == (1 if any(one["outcome"] == "failed" for one in content["compared"]) else 0)
