"""The checkers run inside the test suite: one command says whether everything holds."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "checker",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)],
    ids=["lint", "format", "types"],
)
def test_checker_is_content(checker: tuple[str, ...]) -> None:
    """ruff and mypy --strict have nothing to say; what they say is the message of this test."""
    done = subprocess.run([sys.executable, "-m", *checker], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
