import ast
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pqc_migrate import __version__
from pqc_migrate.cli import main as program
from pqc_migrate.cli.docs import root
from pqc_migrate.cli.main import COMMANDS, main
from pqc_migrate.errors import TargetError

BUILT = main.list_commands(root())


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command `doctor` that raises what the test puts into the list."""
    errors: list[BaseException] = []

    @click.command
    def doctor() -> None:
        raise errors.pop()

    monkeypatch.setattr(program.Program, "get_command", lambda self, ctx, name: doctor)
    return errors


def test_version_is_a_constant() -> None:
    """The version is printed alone, so that scripts can read it."""
    assert invoke("--version").output == f"pqc-migrate {__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands_that_are_built(flag: str) -> None:
    """Each command has its line, in the order a newcomer needs them."""
    result = invoke(flag)
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.output.split("Commands:\n")[1].splitlines()]
    assert listed == BUILT


def test_a_command_that_is_not_built_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """No help for what would fail."""
    monkeypatch.setitem(COMMANDS, "fleet", "pqc_migrate.cli.not_built")
    assert "fleet" not in invoke("--help").output
    assert invoke("fleet").exit_code == 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (("scna",), "Did you mean 'scan'?"),
        (("scan", "--fromat", "csv", "."), "Did you mean '--format'?"),
        (("scan", "--format", "sarf", "."), "Did you mean 'sarif'?"),
        (("scan", "--role", "prod", "."), "'production'"),
    ],
)
def test_a_slip_of_the_keyboard_is_answered(typed: tuple[str, ...], answer: str) -> None:
    """Commands, options and names: usage errors suggest what was meant and end in 2."""
    result = invoke(*typed)
    assert result.exit_code == 2
    assert answer in result.stderr
    assert result.stdout == ""


def test_an_expected_failure_says_what_and_what_next(failing: list[BaseException]) -> None:
    """Two lines on stderr, exit 3, no traceback."""
    failing.append(TargetError("no such file: x", hint="did you mean y?"))
    result = invoke("doctor")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "error: no such file: x\nhint: did you mean y?\n"


def test_our_own_mistake_is_one_line_and_repeats_no_content(failing: list[BaseException]) -> None:
    """The message of an unexpected error may quote a scanned file, so only its type and place are shown."""
    failing.append(KeyError("hunter2"))
    result = invoke("doctor")
    assert result.exit_code == 3
    assert "error: unexpected KeyError at test_main.py:" in result.stderr
    assert "--verbose" in result.stderr
    assert "Traceback" not in result.output
    assert "hunter2" not in result.output


def test_an_interruption_ends_in_130(failing: list[BaseException]) -> None:
    """Ctrl-C is no error."""
    failing.append(KeyboardInterrupt())
    result = invoke("doctor")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "interrupted" in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in BUILT)])
def test_help_needs_click_and_nothing_else(arguments: list[str]) -> None:
    """Start-up stays quick: no stage and no other package is imported to print help, but the bounds it names."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from pqc_migrate.cli.main import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "print(repr(sorted(set(sys.modules) - before)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ast.literal_eval(done.stderr.splitlines()[-1])
    roots = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"__mp_main__"}
    assert roots <= {"click", "pqc_migrate"}
    ours = {name for name in loaded if name.startswith("pqc_migrate.")}
    others = {name.removeprefix("pqc_migrate.") for name in ours if not name.startswith("pqc_migrate.cli")}
    assert others <= {"errors", "targets", "targets.limits"}
    assert "importlib.metadata" not in loaded


def test_nothing_is_imported_from_the_folder_it_runs_in(tmp_path: Path) -> None:
    """`python -m` in a scanned folder must not run that folder's modules."""
    for name in ("click.py", "cryptography.py", "orjson.py"):
        (tmp_path / name).write_text("raise SystemExit('imported what was to be scanned')")
    done = subprocess.run(
        [sys.executable, "-m", "pqc_migrate", "scan", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
