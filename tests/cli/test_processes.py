"""The program as a process: signals, pipes, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

STALLED = """
    import sys, time
    from pqc_migrate import scan
    from pqc_migrate.cli.main import main
    from pqc_migrate.scan import examine

    def stall(entry, limits):
        print("reading", file=sys.stderr, flush=True)
        time.sleep(600)

    examine.read = stall
    scan.FEW_FILES = {few}
    main()
"""


def stalled(root: Path, few: int, *arguments: str) -> "subprocess.Popen[str]":
    """Start a scan that stands still at its first file, in this process or in a worker."""
    (root / "a.py").write_text("x")
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STALLED.format(few=few)), "scan", *arguments, str(root / "a.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("few", [1500, 0], ids=["one process", "workers"])
def test_an_interrupted_scan_leaves_no_half_file_and_no_process(
    tmp_path: Path, how: signal.Signals, few: int
) -> None:
    """Ctrl-C and a polite kill: exit 130, the old result untouched, no traceback, no child alive."""
    output = tmp_path / "cbom.json"
    output.write_text("old")
    process = stalled(tmp_path, few, "--output", str(output))
    assert process.stderr is not None
    assert process.stderr.readline() == "reading\n"
    if how is signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does
    else:
        process.send_signal(how)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.strip() == "interrupted; no half-written file was left behind"
    assert output.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["a.py", "cbom.json"]
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`pqc-migrate scan | head` ends without a word about pipes."""
    (tmp_path / "requirements.txt").write_text("".join(f"cryptography=={n}.0\n" for n in range(2000)))
    command = f'"{sys.executable}" -m pqc_migrate scan -q "{tmp_path}" | head -c 1; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")
