"""`pqc-migrate bench run` with its handshakes."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

import pqc_migrate
from pqc_migrate.bench import schedule
from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.catalog import handshakes
from pqc_migrate.cli.bench import HANDSHAKES
from pqc_migrate.cli.main import main
from pqc_migrate.errors import ProviderUnavailable

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "run", *arguments])


def test_handshakes_alone_with_a_network_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of them here; that all complete is tested where they are made."""
    try:
        Binding()
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")
    planned = handshakes.standard()[:4]
    monkeypatch.setattr(handshakes, "standard", lambda: planned)
    networks = tmp_path / "networks.toml"
    networks.write_text('[[profile]]\nname = "branch"\nrtt_ms = 20\nmbit_s = 4\n')
    result = invoke(
        "--parts", "handshakes", "--seconds", "0.02", "--network", str(networks), "--format", "json"
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    jsonschema.validate(content, SCHEMA)
    assert [one["group"] for one in content["handshakes"]] == [case.group.name for case in planned]
    assert [network["name"] for network in content["networks"]][-1] == "branch"
    assert {time["profile"] for one in content["handshakes"] for time in one["networks"]} >= {"branch", "mobile"}


def test_a_wrong_network_file_says_what_is_wrong(tmp_path: Path) -> None:
    """Before anything is measured."""
    networks = tmp_path / "networks.toml"
    networks.write_text('[[profile]]\nname = "branch"\nrtt_ms = "slow"\nmbit_s = 4\n')
    result = invoke("--parts", "handshakes", "--network", str(networks))
    assert result.exit_code == 3
    assert "profile 'branch': rtt_ms is 'slow', not a number" in result.stderr
    assert result.stdout == ""
    result = invoke("--network", str(tmp_path / "nowhere.toml"))
    assert result.exit_code == 3
    assert "cannot be read" in result.stderr


def test_a_word_that_is_nearly_right_is_suggested() -> None:
    result = invoke("--handshakes", "al")
    assert result.exit_code == 2
    assert "all" in result.stderr


def test_the_words_are_those_of_the_schedule() -> None:
    """Spelled out for --help, which loads no library."""
    assert {len(schedule.plan(handshakes=word).handshakes) for word in HANDSHAKES} == {
        len(handshakes.standard()), len(handshakes.matrix()),
    }  # fmt: skip
