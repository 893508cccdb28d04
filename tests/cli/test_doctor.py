import hashlib
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pqc_migrate.bench import diagnose, fetch, native
from pqc_migrate.cli.main import main
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


@pytest.fixture
def without_liboqs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))


def test_json_names_the_mapped_file_by_path_version_and_digest() -> None:
    """The digest is that of the file at that path."""
    try:
        native.load()
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")
    result = invoke("--format", "json")
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    liboqs = content["liboqs"]
    assert content["schema"] == "pqc-migrate/doctor/v1"
    assert hashlib.sha256(Path(liboqs["path"]).read_bytes()).hexdigest() == liboqs["sha256"]
    assert liboqs["version"].count(".") == 2
    assert liboqs["mechanisms"]["KEMs"] > 3
    if sys.platform == "linux":
        assert liboqs["path"] in liboqs["mapped"]


@pytest.mark.usefixtures("without_liboqs")
def test_what_is_missing_comes_with_the_command_that_gets_it() -> None:
    """And nothing is invented for what is not there."""
    content = json.loads(invoke("--format", "json").stdout)
    assert content["liboqs"]["path"] is None
    assert content["liboqs"]["sha256"] is None
    (missing,) = [m for m in content["missing"] if m["what"] == "liboqs"]
    assert missing["command"] == native.how_to_get()
    assert "liboqs: none" in invoke().stdout
    assert f"what to do: {native.how_to_get()}" in invoke().stdout


def test_a_setting_that_leads_nowhere_is_shown_and_not_fatal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The doctor is called because something does not work."""
    monkeypatch.setenv("OQS_INSTALL_PATH", str(tmp_path / "gone"))
    result = invoke()
    assert result.exit_code == 0
    assert str(tmp_path / "gone") in result.stdout


def test_every_core_dependency_is_listed_with_its_version() -> None:
    """As this interpreter and platform need them."""
    content = json.loads(invoke("--format", "json").stdout)
    core = {d["name"]: d for d in content["dependencies"] if not d["extra"]}
    assert core.keys() >= {"click", "cryptography", "liboqs-python", "tabulate"}
    assert all(d["satisfied"] for d in core.values())
    extras = {d["extra"] for d in content["dependencies"]}
    assert "bench" in extras
    assert "dev" not in extras


def test_a_dependency_that_is_too_old_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the version that is there and the one that is wanted."""
    real = diagnose.importlib.metadata.version
    monkeypatch.setattr(
        "importlib.metadata.version", lambda name: "7.0" if name == "click" else real(name)
    )  # fmt: skip
    missing = [m for m in diagnose.diagnose().missing if m.what == "click"]
    assert len(missing) == 1
    assert "installed 7.0" in missing[0].why


def test_fetching_says_where_the_library_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On stderr; stdout stays the report."""
    monkeypatch.setattr(fetch, "fetch", lambda: tmp_path / "liboqs.so")
    result = invoke("--fetch-liboqs", "--format", "json")
    assert f"liboqs is at {tmp_path / 'liboqs.so'}" in result.stderr
    assert json.loads(result.stdout)


def test_fetching_in_vain_ends_in_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says why, the next what to do."""

    def fail() -> Path:
        raise BenchmarkError("pip could not download it", hint="try again")

    monkeypatch.setattr(fetch, "fetch", fail)
    result = invoke("--fetch-liboqs")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "error: pip could not download it\nhint: try again\n"


def test_help_ends_in_an_example() -> None:
    """Something to copy."""
    assert "Example: pqc-migrate doctor" in invoke("--help").stdout
