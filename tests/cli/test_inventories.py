import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from pqc_migrate.cli.main import main
from pqc_migrate.cli.show import STANDINGS
from pqc_migrate.inventory.standing import Concern

PAY = "import hashlib\nfrom Crypto.PublicKey import RSA\nRSA.generate(2048)\nhashlib.md5(b'')\n"
CARDS = "from Crypto.PublicKey import RSA\nRSA.generate(2048)\n"


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def cboms(tmp_path: Path) -> dict[str, Path]:
    """Two folders and their inventories."""
    found = {}
    for name, text in (("pay", PAY), ("cards", CARDS)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keys.py").write_text(text)
        found[name] = tmp_path / f"{name}.cdx.json"
        assert invoke("scan", tmp_path / name, "-o", found[name]).exit_code == 0
    return found


def test_merging_two_scans_is_scanning_both(cboms: dict[str, Path], tmp_path: Path) -> None:
    """To the byte."""
    merged = invoke("merge", cboms["pay"], cboms["cards"], "-o", tmp_path / "merged.json")
    assert merged.exit_code == 0, merged.stderr
    assert "2 of 2 files read" in merged.stderr
    invoke("scan", tmp_path / "pay", tmp_path / "cards", "-o", tmp_path / "together.json")
    assert (tmp_path / "merged.json").read_bytes() == (tmp_path / "together.json").read_bytes()


def test_show_is_a_table_of_what_was_asked_for(cboms: dict[str, Path]) -> None:
    """Also in a pipe: it is for reading; another form when named."""
    shown = invoke("show", cboms["pay"], "--standing", "quantum-vulnerable")
    assert shown.exit_code == 0
    assert "RSA-2048" in shown.stdout
    assert "MD5" not in shown.stdout
    assert "1 of 2 assets are shown" in shown.stderr
    csv = invoke("show", cboms["pay"], "--format", "csv", "--path", "*.py", "--kind", "algorithm").stdout
    assert [line.split(",")[3] for line in csv.splitlines()[1:]] == ["MD5", "RSA-2048"]
    assert invoke("show", cboms["pay"], "--role", "test", "--format", "csv").stdout.count("\n") == 1


def test_what_can_be_asked_for_is_what_assets_can_be() -> None:
    """The words are spelled out in the command so that its help loads no catalog."""
    assert tuple(concern.label for concern in Concern) == STANDINGS


def test_a_mistyped_standing_is_answered_with_the_right_one(cboms: dict[str, Path]) -> None:
    """Like every name."""
    failed = invoke("show", cboms["pay"], "--standing", "quantum-vulnerabel")
    assert failed.exit_code == 2
    assert "Did you mean 'quantum-vulnerable'?" in failed.stderr


def test_diff_says_what_changed_in_every_form(cboms: dict[str, Path]) -> None:
    """JSON by its published schema; the others hold the same places."""
    found = json.loads(invoke("diff", cboms["pay"], cboms["cards"]).stdout)
    schema = json.loads(files("pqc_migrate").joinpath("schema/diff.v1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)
    assert [(c["name"], len(c["came"]), len(c["gone"]), c["kept"]) for c in found["changes"]] == [("MD5", 0, 1, 0)]
    table = invoke("diff", cboms["pay"], cboms["cards"], "--format", "table").stdout
    assert "broken-today: MD5 (1 gone)\n  - keys.py:4" in table
    markdown = invoke("diff", cboms["pay"], cboms["cards"], "--format", "markdown").stdout
    assert "## MD5" in markdown
    assert "`keys.py:4`" in markdown


def test_diff_can_fail_a_build(cboms: dict[str, Path]) -> None:
    """Only for what came in, only for the standing that was named."""
    arguments = ("diff", cboms["cards"], cboms["pay"], "--fail-on")
    assert invoke(*arguments, "broken-today").exit_code == 1
    assert invoke(*arguments, "any").exit_code == 1
    assert invoke(*arguments, "quantum-vulnerable").exit_code == 0
    assert invoke("diff", cboms["pay"], cboms["cards"], "--fail-on", "any").exit_code == 0


@pytest.mark.parametrize("command", ["show", "merge", "diff"])
def test_what_is_no_inventory_is_refused_in_words(command: str, tmp_path: Path) -> None:
    """The file is named, and nothing is written."""
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    failed = invoke(command, bad, bad, "-o", tmp_path / "out.json")
    assert failed.exit_code == 3
    assert "bad.json: not a CycloneDX document" in failed.stderr
    assert not (tmp_path / "out.json").exists()
