import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def on_terminal(*arguments: str) -> tuple[bytes, bytes]:
    """Run with stderr on a terminal; return (stdout, stderr)."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pqc_migrate", *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # Linux: the other side is closed
        pass
    stdout, _ = process.communicate(timeout=60)
    os.close(ours)
    return stdout, said


def test_a_bar_shows_on_a_terminal_and_the_artefact_stays_clean(tmp_path: Path) -> None:
    """The bar counts files on stderr; stdout holds the same bytes as ever."""
    for number in range(20):
        (tmp_path / f"{number}.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    stdout, said = on_terminal("scan", str(tmp_path))
    assert b"scanning" in said
    assert b"20/20" in said
    plain = subprocess.run(
        [sys.executable, "-m", "pqc_migrate", "scan", str(tmp_path)], capture_output=True, check=True
    )
    assert stdout == plain.stdout
    assert b"scanning" not in plain.stderr


def test_quiet_means_quiet_on_a_terminal_too(tmp_path: Path) -> None:
    """No bar, no summary."""
    (tmp_path / "a.py").write_text("import hashlib\n")
    assert on_terminal("scan", "--quiet", str(tmp_path))[1] == b""
