"""`plan`: inventories in, a plan out; wrong input in one clear line and the right exit code."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pqc_migrate.cli.main import main
from pqc_migrate.plan.document import load

CODE = """\
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa, x25519

rsa.generate_private_key(public_exponent=65537, key_size=2048)
x25519.X25519PrivateKey.generate()
jwt.encode({}, "secret-of-nobody", algorithm="ES256")
"""
REGISTER = (
    "schema: pqc-migrate/register/v1\nsystems:\n- {id: core, name: 核心, owner: o, discovery: {repos: [repo]}}\n"
)


def invoke(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=env)


@pytest.fixture
def cbom(tmp_path: Path) -> Path:
    """An inventory that the program itself wrote."""
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "app.py").write_text(CODE)
    path = tmp_path / "inventory.cdx.json"
    result = invoke("scan", tmp_path / "repo", "--format", "cyclonedx", "--output", path)
    assert result.exit_code == 0, result.output
    return path


def planned(*arguments: str | Path) -> dict[str, Any]:
    result = invoke("plan", *arguments, "--format", "json", "--today", "2026-11-24")
    assert result.exit_code == 0, result.output
    held: dict[str, Any] = json.loads(result.stdout)
    return held


def test_a_partial_benchmark_is_said_to_be_one(cbom: Path, tmp_path: Path) -> None:
    """What the user interrupted is used, and never taken for a whole result."""
    measured = invoke("bench", "run", "--algorithms", "X25519", "--seconds", "0.001", "--format", "json")
    content = json.loads(measured.stdout)
    assert content["partial"] is False
    (tmp_path / "whole.json").write_text(json.dumps(content))
    said = "PARTIAL: interrupted by the user in round 1 of 5"
    (tmp_path / "part.json").write_text(json.dumps({**content, "partial": True, "notices": [said]}))
    whole = invoke("plan", cbom, "--bench", tmp_path / "whole.json", "--format", "json")
    part = invoke("plan", cbom, "--bench", tmp_path / "part.json", "--format", "json")
    assert "PARTIAL" not in whole.stderr
    assert f"part.json: {said}" in part.stderr


def test_a_scan_becomes_a_plan(cbom: Path) -> None:
    """Uses, waves and the day it was made for; the summary goes to stderr, the plan alone to stdout."""
    result = invoke("plan", cbom, "--format", "json", "--today", "2026-11-24")
    assert result.exit_code == 0, result.output
    plan = load(result.stdout.encode())
    assert plan.today == date(2026, 11, 24)
    assert {use.use for use in plan.uses} == {"unspecified", "jose"}
    assert {line.binding for use in plan.uses for line in use.milestones} == {"reference-line"}
    assert "quantum-vulnerable places in production" in result.stderr
    assert "secret-of-nobody" not in result.output


def test_the_same_input_gives_the_same_bytes(cbom: Path) -> None:
    """Twice the same command, twice the same plan; SOURCE_DATE_EPOCH is the day when none is given."""
    first, second = (invoke("plan", cbom, env={"SOURCE_DATE_EPOCH": "1795478400"}).stdout for _ in range(2))
    assert first == second
    assert json.loads(first)["today"] == "2026-11-24"


def test_a_register_links_systems_to_the_scan(cbom: Path, tmp_path: Path) -> None:
    """What the register claims leaves the implicit system."""
    (tmp_path / "register.yaml").write_text(REGISTER, encoding="utf-8")
    held = planned(cbom, "--register", tmp_path / "register.yaml")
    assert {use["system"] for use in held["uses"]} == {"core"}
    assert [system["id"] for system in held["systems"]] == ["core"]


def test_an_earlier_plan_is_compared_with(cbom: Path, tmp_path: Path) -> None:
    """A plan of an earlier day is read back, and the new plan has two points and nothing that moved."""
    old = tmp_path / "old.json"
    assert invoke("plan", cbom, "--today", "2026-08-24", "--output", old).exit_code == 0
    held = planned(cbom, "--previous", old)
    assert [point["today"] for point in held["progress"]["points"]] == ["2026-08-24", "2026-11-24"]
    assert held["progress"]["uses"] == []
    result = invoke("plan", cbom, "--previous", cbom, "--today", "2026-11-24")
    assert result.exit_code == 3
    assert "inventory.cdx.json: a CycloneDX inventory, not a plan" in result.stderr


def test_several_profiles_are_planned_by(cbom: Path) -> None:
    """In the order given, each once."""
    held = planned(cbom, "--profile", "nist", "--profile", "eu", "--profile", "nist")
    assert [profile["id"] for profile in held["profiles"]] == ["nist", "eu"]


def test_several_inventories_make_one_plan(cbom: Path, tmp_path: Path) -> None:
    """Both are inputs with their digests; what is the same asset stays one."""
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "b.py").write_text(CODE)
    other = tmp_path / "second.cdx.json"
    invoke("scan", tmp_path / "second", "--format", "cyclonedx", "--output", other)
    held = planned(cbom, other)
    assert [row["name"] for row in held["inputs"]] == ["repo", "second"]
    assert len({row["digest"] for row in held["inputs"]}) == 2
    assert len({asset["id"] for asset in held["assets"]}) == len(held["assets"])


@pytest.mark.parametrize(("suffix", "start"), [(".json", b"{"), (".md", b"#"), (".html", b"<!")])
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_the_file_name_decides_the_form(cbom: Path, tmp_path: Path, suffix: str, start: bytes, lang: str) -> None:
    """Each form in each language; the file appears and stdout stays empty."""
    pytest.importorskip("pqc_migrate.report.plan_formats", reason="documents are not built yet")
    path = tmp_path / f"plan{suffix}"
    result = invoke("plan", cbom, "--output", path, "--lang", lang, "--today", "2026-11-24")
    assert result.exit_code == 0, result.output
    assert path.read_bytes().lstrip().lower().startswith(start)
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["none.json"], 3, "none.json"),
        (["{cbom}", "--profile", "nits"], 2, "Did you mean 'nist'?"),
        (["{cbom}", "--register", "none.yaml"], 3, "none.yaml: cannot be read"),
        (["{cbom}", "--register", "{cbom}"], 3, "not"),
        (["{cbom}", "--bench", "none.json"], 3, "none.json"),
        (["{cbom}", "--today", "tomorrow"], 2, "--today"),
        ([], 2, "CBOM"),
    ],
)
def test_wrong_input(cbom: Path, arguments: list[str], code: int, text: str) -> None:
    """One line that names the culprit, no traceback, nothing on stdout."""
    result = invoke("plan", *(argument.format(cbom=cbom) for argument in arguments))
    assert result.exit_code == code, result.output
    assert text in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_without_a_stated_day_the_clock_is_flagged(cbom: Path) -> None:
    """Only then does the plan carry the assumption."""
    by_clock = json.loads(invoke("plan", cbom, "--format", "json", env={"SOURCE_DATE_EPOCH": ""}).stdout)
    assert "today" in {row["code"] for row in by_clock["assumptions"]}
    assert "today" not in {row["code"] for row in planned(cbom)["assumptions"]}


def test_an_epoch_that_is_no_number(cbom: Path) -> None:
    """The environment is input too."""
    result = invoke("plan", cbom, env={"SOURCE_DATE_EPOCH": "yesterday"})
    assert result.exit_code == 2
    assert "SOURCE_DATE_EPOCH" in result.stderr


FOREIGN = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [
        {
            "type": "cryptographic-asset",
            "name": "RSA-2048",
            "bom-ref": "x",
            "cryptoProperties": {
                "assetType": "algorithm",
                "algorithmProperties": {"primitive": "signature", "parameterSetIdentifier": "2048"},
            },
        },
        {"type": "cryptographic-asset", "name": "FooCrypt-9", "cryptoProperties": {"assetType": "algorithm"}},
    ],
}


def test_another_tools_bare_inventory_gives_a_plan(tmp_path: Path) -> None:
    """No places, no coverage, an unknown name: each is said, none is dropped."""
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps(FOREIGN))
    held = planned(path)
    standings = {asset["name"]: asset["standing"] for asset in held["assets"]}
    assert standings["FooCrypt-9"] == "unclassified"
    assert len(standings) == 2
    assert {unknown["code"] for unknown in held["unknowns"]} >= {"place", "family"}
    assert held["coverage"][0]["files_seen"] is None
    assert held["uses"]
