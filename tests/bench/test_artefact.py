import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pqc_migrate
from pqc_migrate.bench import artefact, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
CONTRACT = (
    "algorithm", "operation", "provider", "median_ns", "raw_median_ns", "min_ns", "mean_ns", "q1_ns", "q3_ns",
    "representative_ns", "samples", "overhead_ns",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> BenchmarkRun:
    """A real run with measurements, checks, notices and something left out."""
    plan = schedule.plan(algorithms=["ML-KEM-768", "ML-DSA-44", "RSA-2048", "SM2", "Dilithium2"], seconds=0.002)
    return runner.run(plan)


@pytest.fixture(scope="module")
def content(result: BenchmarkRun) -> dict[str, Any]:
    return dict(json.loads(runner.dump(result)))


def test_the_artefact_is_valid_by_its_schema(content: dict[str, Any]) -> None:
    """The published schema is exact: no field is missing in it and none is left over."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(content, SCHEMA, format_checker=jsonschema.FormatChecker())


def test_the_artefact_keeps_its_contract(content: dict[str, Any]) -> None:
    """What other stages and tools rely on, by name."""
    assert content["schema"] == "pqc-migrate/bench/v1"
    assert list(content)[:3] == ["schema", "notices", "verdict"], "what to know first stands first"
    for measurement in content["measurements"]:
        assert measurement.keys() >= set(CONTRACT)
        assert measurement["median_ns"] <= measurement["raw_median_ns"]
    kem = next(m for m in content["measurements"] if m["algorithm"] == "ML-KEM-768")
    assert (kem["public_key_bytes"], kem["ciphertext_bytes"], kem["nist_category"]) == (1184, 1088, 3)
    rsa = next(m for m in content["measurements"] if m["algorithm"] == "RSA-2048")
    assert (rsa["signature_bytes"], rsa["secret_key_bytes"], rsa["nist_category"]) == (256, None, 0)


def test_reading_gives_back_what_was_written(result: BenchmarkRun, tmp_path: Path) -> None:
    """Once written, nothing changes any more."""
    path = tmp_path / "bench.json"
    path.write_bytes(runner.dump(result))
    again = runner.load(path)
    assert runner.dump(again) == runner.dump(result)
    assert [m.algorithm for m in again.measurements] == [m.algorithm for m in result.measurements]
    assert again.environment.libraries == result.environment.libraries


def test_no_secret_and_no_host_name_is_in_it(content: dict[str, Any]) -> None:
    """The artefact goes to colleagues and regulators; the fingerprint names a machine's kind, not the machine."""
    import getpass
    import socket

    text = json.dumps(content["environment"] | {"libraries": []}) + json.dumps(content["measurements"])
    assert socket.gethostname() not in text or socket.gethostname() in ("localhost", "")
    assert f'"{getpass.getuser()}"' not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "not a benchmark result"),
        ('{"schema": "pqc-migrate/cbom/v1"}', "not a benchmark result"),
        ('{"schema": "pqc-migrate/bench/v2"}', "written by another version"),
        ('{"schema": "pqc-migrate/bench/v1"}', "malformed"),
    ],
)
def test_something_else_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    """The message names the file and what is wrong with it."""
    path = tmp_path / "bench.json"
    path.write_text(text)
    with pytest.raises(BenchmarkError, match=said) as raised:
        runner.load(path)
    assert str(path) in str(raised.value)


def test_a_missing_or_binary_file_is_refused_in_words(tmp_path: Path) -> None:
    """Neither ends in a traceback."""
    with pytest.raises(BenchmarkError, match="cannot be read"):
        runner.load(tmp_path / "nothing.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BenchmarkError, match="cannot be read"):
        runner.load(tmp_path / "binary.json")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (
            lambda c: c["measurements"][1].update(median_ns="fast"),
            r"measurements\[1\].median_ns: 'fast' is not float",
        ),
        (lambda c: c["measurements"][0].update(operation="encrypt"), r"measurements\[0\].operation"),
        (lambda c: c["measurements"][0].update(samples=True), r"measurements\[0\].samples: True is not int"),
        (lambda c: c["environment"].pop("cpu"), "environment: missing cpu"),
        (lambda c: c["verdict"].update(quality="perfect"), "verdict.quality: 'perfect' is not one of quiet, noisy"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(
    content: dict[str, Any], tmp_path: Path, change: Any, place: str
) -> None:
    """So that a hand-edited file can be mended."""
    altered = copy.deepcopy(content)
    change(altered)
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(altered))
    with pytest.raises(BenchmarkError, match=place):
        runner.load(path)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [deeper for key, part in inner for deeper in places(part, (*path, key))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_ends_in_a_benchmark_error_or_a_result(content: dict[str, Any], data: st.DataObject) -> None:
    """Whatever stands in the file, nothing else is raised."""
    altered = copy.deepcopy(content)
    *way, last = data.draw(st.sampled_from(places(content)[1:]))
    holder = altered
    for key in way:
        holder = holder[key]
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})
    if data.draw(st.booleans()) and isinstance(holder, dict):
        del holder[last]
    else:
        holder[last] = data.draw(junk)
    with contextlib.suppress(BenchmarkError):
        assert isinstance(artefact.parse(json.dumps(altered), "bench.json"), BenchmarkRun)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "1e18", "-1e19", "1" + "0" * 400])
@pytest.mark.parametrize("name", ["median_ns", "samples"])
def test_a_number_that_nothing_measured_is_refused(content: dict[str, Any], name: str, value: str) -> None:
    """What Python's JSON reads without asking would overflow, or be neither more nor less, later on."""
    altered = copy.deepcopy(content)
    altered["measurements"][0][name] = "HERE"
    with pytest.raises(BenchmarkError, match=rf"measurements\[0\].{name}: "):
        artefact.parse(json.dumps(altered).replace('"HERE"', value), "bench.json")


def test_nesting_without_end_is_refused_in_words() -> None:
    """No traceback, however deep."""
    with pytest.raises(BenchmarkError, match="not JSON"):
        artefact.parse("[" * 200_000, "bench.json")
