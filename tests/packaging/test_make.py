"""`make` on other people's machines: which interpreter it takes, and where TARGET is."""

import os
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Stands in for an interpreter: answers the questions that make-venv asks as its name and the test want it to,
# and writes down what it was told to do.
FAKE = """\
#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
case "$*" in
    *platform.python_implementation*) exit {works} ;;
    *"import ensurepip"*) exit {ensurepip} ;;
    "-m virtualenv --version") exit {virtualenv} ;;
    "-m pip --version") exit {pip} ;;
    *"-m venv"*|"-m virtualenv --clear"*)
        for folder; do :; done
        mkdir -p "$folder/bin"
        cp "$0" "$folder/bin/python" ;;
    *sys.executable*) echo "$0 3.x" ;;
esac
"""


class Machine:
    """A folder of interpreters that is the whole PATH but for the tools every system has."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.project = root / "a project"
        self.log = root / "log"
        self.bin.mkdir()
        self.project.mkdir()
        for tool in ("sh", "cat", "cp", "mkdir", "basename", "pwd"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def add(
        self, name: str, *, works: bool = True, ensurepip: bool = True, virtualenv: bool = False, pip: bool = True
    ) -> None:
        codes = {"works": works, "ensurepip": ensurepip, "virtualenv": virtualenv, "pip": pip}
        (self.bin / name).write_text(FAKE.format(**{key: int(not value) for key, value in codes.items()}))
        (self.bin / name).chmod(0o755)

    def make_venv(self, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", ROOT / ".ci/make-venv", ".venv", ".[all]"],
            cwd=self.project,
            env={"PATH": str(self.bin), "LOG": str(self.log), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def did(self) -> list[str]:
        told = self.log.read_text().splitlines()
        return [line for line in told if " -m venv " in line or " --clear" in line or " install " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("python3.13", "python3.11", "python3.12", "python3"), "python3.12"),
        (("python3.14", "python3.13", "python3.11"), "python3.11"),
        (("python3.14", "python3.13"), "python3.13"),
        (("python3",), "python3"),
    ],
)
def test_the_interpreter_that_has_the_liboqs_wheel_comes_first(
    machine: Machine, names: tuple[str, ...], chosen: str
) -> None:
    """3.12 and 3.11 carry it; newer ones still install."""
    for name in names:
        machine.add(name)
    assert machine.make_venv().returncode == 0
    assert machine.did() == [
        f"{chosen} -m venv --clear .venv",
        "python -m pip install --quiet --editable .[all]",
    ]


def test_a_stand_in_that_does_not_run_is_passed_over(machine: Machine) -> None:
    """Version managers put names on PATH that fail when called."""
    machine.add("python3.12", works=False)
    machine.add("python3.11")
    machine.make_venv()
    assert machine.did()[0] == "python3.11 -m venv --clear .venv"


def test_an_interpreter_that_can_make_environments_is_preferred(machine: Machine) -> None:
    """A Debian python3 without python3-venv gives way to another one."""
    machine.add("python3.12", ensurepip=False)
    machine.add("python3.13")
    machine.make_venv()
    assert machine.did()[0] == "python3.13 -m venv --clear .venv"


@pytest.mark.parametrize(
    ("virtualenv", "first"),
    [
        (True, ["python3 -m virtualenv --clear .venv"]),
        (
            False,
            [
                "python3 -m venv --clear --without-pip .venv",
                "python3 -m pip --python .venv/bin/python install --quiet pip",
            ],
        ),
    ],
)
def test_without_ensurepip_there_are_two_more_ways(machine: Machine, virtualenv: bool, first: list[str]) -> None:
    """virtualenv, then the system's own pip."""
    machine.add("python3", ensurepip=False, virtualenv=virtualenv)
    machine.make_venv()
    assert machine.did()[: len(first)] == first


@pytest.mark.parametrize(
    ("name", "works", "hint"),
    [("python3", True, "apt-get install python3-venv"), ("python3", False, "PYTHON=/path/to/python")],
)
def test_when_nothing_fits_it_says_what_to_install(machine: Machine, name: str, works: bool, hint: str) -> None:
    """A clear message, and no half-made environment that a second try would trust."""
    machine.add(name, works=works, ensurepip=False, pip=False)
    done = machine.make_venv()
    assert done.returncode != 0
    assert hint in done.stderr
    assert not (machine.project / ".venv").exists()


def test_a_named_interpreter_is_taken_or_refused(machine: Machine) -> None:
    """PYTHON decides; a wrong one is an error, not a reason to guess."""
    machine.add("python3.12")
    machine.add("mine")
    machine.make_venv(PYTHON="mine")
    assert machine.did()[0] == "mine -m venv --clear .venv"
    shutil.rmtree(machine.project / ".venv")
    assert "PYTHON=other is not" in machine.make_venv(PYTHON="other").stderr


def test_an_environment_made_by_hand_is_kept(machine: Machine) -> None:
    """Nobody's own .venv is thrown away."""
    machine.add("python3.12")
    (machine.project / ".venv/bin").mkdir(parents=True)
    shutil.copy(machine.bin / "python3.12", machine.project / ".venv/bin/python")
    machine.make_venv()
    assert machine.did() == ["python -m pip install --quiet --editable .[all]"]


def test_a_second_time_the_environment_is_kept(machine: Machine) -> None:
    """Only a folder that was moved gets a new one."""
    machine.add("python3.12")
    machine.make_venv()
    machine.log.unlink()
    machine.make_venv()
    assert machine.did() == ["python -m pip install --quiet --editable .[all]"]
    machine.project = machine.project.rename(machine.project.with_name("moved"))
    machine.log.unlink()
    machine.make_venv()
    assert machine.did()[0] == "python3.12 -m venv --clear .venv"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is a program that prints how it was called."""
    root = tmp_path / "a checkout"
    shutil.copytree(ROOT / ".ci", root / ".ci")
    shutil.copy(ROOT / "Makefile", root)
    program = root / ".venv/bin/pqc-migrate"
    program.parent.mkdir(parents=True)
    program.write_text(
        textwrap.dedent("""\
        #!/bin/sh
        printf '%s|' "$PWD" "$@"
    """)
    )
    python = root / ".venv/bin/python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    for path in (root / "pyproject.toml", root / ".venv/.run"):
        path.touch()
    (root / ".venv/.made-for").write_text(f"{root.resolve()}\n")
    program.chmod(0o755)
    return root


def make(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, "PWD": str(folder), "MAKEFLAGS": "", "MAKELEVEL": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return next(line for line in done.stdout.splitlines() if "|" in line).split("|")[:-1]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
class TestRun:
    """`make run`, with a stand-in for the program."""

    @pytest.mark.parametrize("flags", [(), ("--silent",), ("--no-print-directory",)])
    def test_target_and_output_are_relative_to_the_caller(
        self, checkout: Path, tmp_path: Path, flags: tuple[str, ...]
    ) -> None:
        """From any folder, with spaces in every name."""
        caller = tmp_path / "some where"
        (caller / "the bank").mkdir(parents=True)
        called = make(caller, *flags, "-C", str(checkout), "run", "TARGET=the bank", "OUT=my out")
        assert called == [str(caller), "run", "the bank", "--output", "my out"]

    def test_inside_the_checkout(self, checkout: Path) -> None:
        """The plain call of the README."""
        called = make(checkout, "run", "TARGET=..")
        assert called == [str(checkout), "run", "..", "--output", "out"]

    def test_without_a_target_it_looks_at_this_project(self, checkout: Path, tmp_path: Path) -> None:
        """Its own environment is not its own code."""
        called = make(tmp_path, "-C", str(checkout), "run")
        assert called == [str(tmp_path), "run", str(checkout), "--exclude", "/.venv/", "--output", "out"]

    def test_words_of_a_shell_in_a_path_are_only_a_path(self, checkout: Path) -> None:
        """A folder's name is never run."""
        name = "$(touch run) `touch run` ; 'x"
        called = make(checkout, "run", f"TARGET={name.replace('$', '$$')}")
        assert called[2] == name
        assert not (checkout / "run").exists()
