import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

import pqc_migrate
from pqc_migrate.bench import native, parts
from pqc_migrate.cli.bench import PARTS
from pqc_migrate.cli.main import main
from pqc_migrate.errors import ProviderUnavailable

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
QUICK = ("--algorithms", "ML-KEM-768,X25519", "--seconds", "0.005")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


@pytest.fixture
def liboqs() -> str:
    """Path of the liboqs of this environment."""
    try:
        path = native.load().library.path
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")
    assert path is not None
    return path


def test_json_is_the_artefact_and_nothing_else() -> None:
    """stdout can be piped; what a person must know stands on stderr as well."""
    result = invoke("run", *QUICK, "--format", "json")
    assert result.exit_code == 0, result.stderr
    content = json.loads(result.stdout)
    jsonschema.validate(content, SCHEMA)
    assert {m["algorithm"] for m in content["measurements"]} == {"ML-KEM-768", "X25519"}
    assert f"the machine was {content['verdict']['quality']}" in result.stderr
    for notice in content["notices"]:
        assert notice in result.stderr


def test_the_table_begins_with_what_must_be_known_first() -> None:
    """Notices, then the verdict, then figures with their machine."""
    result = invoke("run", *QUICK, "--format", "table")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    verdict = next(place for place, line in enumerate(lines) if line.startswith("VERDICT: "))
    assert all(line.startswith("NOTE: ") for line in lines[:verdict])
    assert any(line.startswith("X25519 ") and " keygen " in line for line in lines)
    for expected in (
        "quartiles µs",
        "per second",
        "ML-KEM-768  openssl",
        "processor: ",
        "OpenSSL ",
        "checks before",
    ):
        assert expected in result.stdout


def test_the_library_that_was_named_is_the_one_reported(liboqs: str) -> None:
    """With its digest and what it is."""
    result = invoke("run", *QUICK, "--format", "json", "--liboqs", liboqs)
    (library,) = [one for one in json.loads(result.stdout)["environment"]["libraries"] if one["name"] == "liboqs"]
    assert (library["path"], library["origin"]) == (liboqs, "explicit")


def test_a_file_is_replaced_when_the_result_is_complete(tmp_path: Path) -> None:
    """JSON by default, text for .txt; nothing else is left in the folder."""
    for name, start in (("bench.json", '{\n  "schema"'), ("bench.txt", ("NOTE", "VERDICT"))):
        (tmp_path / name).write_text("old")
        assert invoke("run", *QUICK, "--output", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bench.json", "bench.txt"]


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_interrupting_before_anything_is_timed_leaves_the_old_file(tmp_path: Path) -> None:
    """Exit 130, and the file of the earlier run is untouched."""
    path = tmp_path / "bench.json"
    path.write_text("old")
    # Long enough to be caught while its key is made.
    said, code = interrupted(path, "--algorithms", "XMSS-SHA2_10_256", "--seconds", "9", after=0.3)
    assert code == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["bench.json"]


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_interrupting_keeps_what_was_measured(tmp_path: Path) -> None:
    """Exit 130 with a valid artefact that calls itself partial, in its first notice and in a field."""
    path = tmp_path / "bench.json"
    said, code = interrupted(path, "--algorithms", "X25519,Ed25519", "--seconds", "30", after=2.5)
    assert code == 130
    assert "marked partial" in said
    assert "Traceback" not in said
    content = json.loads(path.read_text())
    jsonschema.validate(content, SCHEMA)
    assert content["partial"] is True
    assert content["notices"][0].startswith("PARTIAL: interrupted by the user in round 1 of 5")
    measured = {(m["algorithm"], m["operation"]) for m in content["measurements"]}
    missing = {(s["algorithm"], s["operation"]) for s in content["skipped"]}
    assert measured
    assert missing
    assert len(measured | missing) == 5


def interrupted(path: Path, *arguments: str, after: float) -> tuple[str, int]:
    command = [sys.executable, "-m", "pqc_migrate", "bench", "run", *arguments, "--output", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("measuring ")
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        return process.stderr.read(), process.wait(timeout=60)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--algorithms", "ML-KEM-786"), "did you mean ML-KEM-768"),
        (("--algorithms", "zzzz"), "bench list shows what there is"),
        (("--algorithms", " , "), "names no algorithm"),
        (("--set", "standart"), "Did you mean 'standard'"),
        (("--family", "ML-DSAA"), "did you mean ML-DSA"),
        (("--family", "zzzz"), "there are BIKE"),
        (("--family", ","), "names no family"),
        (("--level", "6"), "--level"),
        (("--level", "high"), "--level"),
        (("--exclude", "ML-KEM-786"), "did you mean ML-KEM-768"),
        (("--exclude", "zzz*"), "fits no algorithm"),
        (("--repeat", "0"), "--repeat"),
        (("--seconds", "0"), "--seconds"),
        (("--seconds", "nan"), "--seconds"),
        (("--seconds", "soon"), "--seconds"),
    ],
)
def test_slips_are_usage_errors(arguments: tuple[str, ...], said: str) -> None:
    """Exit 2 before anything is measured, with what was meant."""
    result = invoke("run", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_library_that_is_none_ends_in_3(tmp_path: Path) -> None:
    """Two lines, no traceback."""
    wrong = tmp_path / "liboqs.so"
    wrong.write_text("text")
    for path in (wrong, tmp_path / "missing"):
        result = invoke("run", *QUICK, "--liboqs", str(path))
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.splitlines()[-2].startswith(f"error: {path}: ")
        assert result.stderr.splitlines()[-1].startswith("hint: ")


def test_without_liboqs_the_result_says_so_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table's first line and in the JSON's first notice; what is missing is listed."""
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))
    arguments = ("run", "--algorithms", "ML-KEM-768,HQC-1", "--seconds", "0.005", "--format")
    table, content = invoke(*arguments, "table").stdout, json.loads(invoke(*arguments, "json").stdout)
    assert table.startswith("NOTE: measured WITHOUT liboqs")
    assert content["notices"][0].startswith("measured WITHOUT liboqs")
    assert {m["provider"] for m in content["measurements"]} == {"openssl"}
    assert [(s["algorithm"], s["operation"]) for s in content["skipped"]] == [("HQC-1", "")]
    assert "HQC-1" in table


def test_the_list_shows_role_sizes_standing_and_time() -> None:
    """One row a mechanism and provider, then what is left out and why, then the time of it all."""
    result = invoke("list")
    assert result.exit_code == 0
    rows = {tuple(line.split()[:1] + line.split()[3:4]): line for line in result.stdout.splitlines()}
    row = rows["ML-KEM-768", "openssl"].split()
    assert row[:6] == ["ML-KEM-768", "kem", "3", "openssl", "1184", "1088"]
    assert float(row[6]) > 0
    assert "standard: FIPS 203" in rows["ML-KEM-768", "openssl"]
    assert result.stdout.splitlines()[-1].startswith("expected time: ")


def test_the_list_takes_the_options_of_a_run() -> None:
    """Both go through the same selection; the forms hold the same rows."""
    asked = ("--family", "ML-KEM,ECDH", "--level", "3,0", "--exclude", "ECDH-P-384", "--seconds", "2")
    content = json.loads(invoke("list", *asked, "--format", "json").stdout)
    assert content["schema"] == "pqc-migrate/bench-list/v1"
    assert (content["seconds"], content["repeat"]) == (2, 1)
    assert {(r["algorithm"], r["nist_category"]) for r in content["algorithms"]} == {
        ("ML-KEM-768", 3),
        ("ECDH-P-256", 0),
    }
    assert content["expected_seconds"] == pytest.approx(
        sum(r["expected_seconds"] for r in content["algorithms"]), 0.1
    )
    lines = list(csv.DictReader(io.StringIO(invoke("list", *asked, "--format", "csv").stdout)))
    assert [line["algorithm"] for line in lines] == [r["algorithm"] for r in content["algorithms"]]


def test_what_releases_of_old_had_is_listed_with_its_source() -> None:
    """By name it is refused with the reason, not with a guess at another name."""
    rows = json.loads(invoke("list", "--format", "json").stdout)["algorithms"]
    (sike,) = [r for r in rows if r["algorithm"] == "SIKE, SIDH"]
    assert "broken" in sike["not_measured"]
    assert "liboqs 0.7.2 release notes" in sike["not_measured"]
    result = invoke("run", "--algorithms", "SIKE-p434")
    assert result.exit_code == 2
    assert "liboqs no longer has SIKE-p434: broken" in result.stderr


@pytest.mark.parametrize("command", [("run",), ("list",), ()])
def test_help_ends_in_an_example(command: tuple[str, ...]) -> None:
    """Something to copy."""
    result = invoke(*command, "--help")
    assert result.exit_code == 0
    assert "Example: pqc-migrate bench" in result.stdout


def test_the_parts_of_a_run_are_those_the_stage_has() -> None:
    """They are spelled out for ``--help``, which must not load a library."""
    assert parts.names() == PARTS
