from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pqc_migrate.cli.main import main


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def cbom(tmp_path: Path) -> Path:
    text = "from Crypto.PublicKey import RSA\nRSA.generate(2048)\n"
    for name in ("pay", "cards"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keys.py").write_text(text)
    assert invoke("scan", tmp_path / "pay", tmp_path / "cards", "-o", tmp_path / "bank.cdx.json").exit_code == 0
    return tmp_path / "bank.cdx.json"


def test_a_starter_register_is_checked_converted_and_planned_with(cbom: Path, tmp_path: Path) -> None:
    """The way a bank goes: scan, start, fill in, check, plan; in either form."""
    yaml, xlsx = tmp_path / "register.yaml", tmp_path / "register.xlsx"
    started = invoke("register", "init", cbom, "-o", yaml, "--today", "2026-11-24")
    assert started.exit_code == 0, started.stderr
    assert "systems[cards].migration_years" in started.stderr, "the fields worth filling in are named"
    assert invoke("register", "convert", yaml, "-o", xlsx).exit_code == 0
    page = openpyxl.load_workbook(xlsx)["systems"]
    column = next(cell.column for cell in page[3] if cell.value == "exposure")
    page.cell(4, column, "internet")
    page.parent.save(xlsx)
    checked = invoke("register", "check", xlsx, cbom)
    assert checked.exit_code == 0
    assert "register.xlsx: valid, 2 systems" in checked.stderr
    plans = []
    for form in (xlsx, tmp_path / "again.yaml"):
        if form.suffix == ".yaml":
            assert invoke("register", "convert", xlsx, "-o", form).exit_code == 0
        made = invoke("plan", cbom, "--register", form, "--today", "2026-11-24", "--format", "markdown")
        assert made.exit_code == 0, made.stderr
        plans.append([line for line in made.stdout.splitlines() if "SHA-256" not in line and len(line) < 400])
    assert any("pay" in line for line in plans[0])


def test_a_wrong_register_fails_with_system_field_and_what_is_allowed(tmp_path: Path) -> None:
    """Exit 3, and the nearest word."""
    path = tmp_path / "register.yaml"
    path.write_text("schema: pqc-migrate/register/v1\nsystems: [{id: a, name: A, owner: o, exposure: internett}]\n")
    failed = invoke("register", "check", path)
    assert failed.exit_code == 3
    assert "systems[a].exposure: 'internett' is not allowed" in failed.stderr
    assert "did you mean 'internet'?" in failed.stderr
