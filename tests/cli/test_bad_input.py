"""Whatever lies in a target: a clear message or a note in the coverage, the right exit code, no traceback."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pqc_migrate.cli.main import main


def scan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["scan", "--format", "json", *map(str, arguments)])


def report(*arguments: str | Path) -> dict[str, Any]:
    result = scan(*arguments)
    assert result.exit_code == 0, result.output
    assert "Traceback" not in result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def skipped(document: dict[str, Any]) -> dict[str, str]:
    return {entry["path"]: entry["reason"] for entry in document["coverage"]["skipped"]}


def test_everything_odd_at_once_costs_nothing_else(tmp_path: Path) -> None:
    """The one ordinary file is found, each odd one has its reason, and the scan succeeds."""
    (tmp_path / "ordinary.py").write_text("import hashlib\nhashlib.sha256(b'')\n")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "up").symlink_to("..")
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "huge.py", "wb") as file:
        file.truncate(2_000_000_000)
    (tmp_path / "utf16.py").write_bytes("import hashlib\nhashlib.md5(b'')\n".encode("utf-16"))
    (tmp_path / "half-utf16.py").write_bytes(b"\xff\xfe\x00\xd8x")
    (tmp_path / "gbk.py").write_bytes("import hashlib\nh = hashlib.sha1(b'')  # 密码\n".encode("gb18030"))
    (tmp_path / "binary.py").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "cut.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n")
    (tmp_path / "empty.crt").touch()
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "package.json").write_text("[" * 100_000)
    (tmp_path / "deep.py").write_text("import hashlib\nhashlib.md5(" + "(" * 20_000)
    with open(os.fsencode(tmp_path) + b"/\xff\xfe\n.py", "wb") as file:
        file.write(b"import hashlib\nhashlib.sha512(b'')\n")
    document = report(tmp_path)
    found = {
        (component["name"], occurrence["path"])
        for component in document["components"]
        for occurrence in component["occurrences"]
    }
    assert {
        ("SHA-256", "ordinary.py"),
        ("MD5", "utf16.py"),
        ("SHA-1", "gbk.py"),
        ("SHA-512", "\\xff\\xfe\\x0a.py"),
    } <= found
    reasons = skipped(document)
    expected = {
        "broken": "broken-link",
        "loop": "broken-link",
        "up": "link-not-followed",
        "pipe": "not-regular",
        "huge.py": "too-large",
        "half-utf16.py": "encoding",
        "cut.pem": "malformed",
    }
    assert {path: reasons.get(path) for path in expected} == expected
    assert "detector-crashed" not in reasons.values()


@pytest.mark.parametrize("name", ["table", "cyclonedx", "sarif", "json", "csv", "markdown"])
def test_an_empty_folder_is_an_empty_inventory_in_every_format(tmp_path: Path, name: str) -> None:
    """Exit 0 and a valid artefact; a note says that nothing was there."""
    result = CliRunner().invoke(main, ["scan", "--format", name, str(tmp_path)])
    assert result.exit_code == 0
    assert result.stdout.strip()
    assert "there is no file in the target" in result.stderr


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("paymnts", "error: no such file or folder: paymnts\nhint: did you mean payments?\n"),
        ("broken", "error: broken is a link that leads nowhere\n"),
        ("pipe", "error: pipe is a named pipe, not a folder or a regular file\n"),
        (os.devnull, f"error: {os.devnull} is a device, not a folder or a regular file\n"),
    ],
)
def test_a_target_that_cannot_be_read_ends_in_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, message: str
) -> None:
    """One line with the reason, one with the next step, nothing on stdout."""
    monkeypatch.chdir(tmp_path)
    Path("payments").mkdir()
    Path("broken").symlink_to("nowhere")
    os.mkfifo("pipe")
    result = scan(target)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith(message)


def test_an_exclude_pattern_that_git_cannot_read_is_refused(tmp_path: Path) -> None:
    """A pattern with a typing error must not silently exclude nothing."""
    result = scan("--exclude", "!", tmp_path)
    assert result.exit_code == 3
    assert "--exclude" in result.stderr


def test_output_is_the_same_every_time_and_says_no_absolute_path(tmp_path: Path) -> None:
    """Byte-stable whatever the time, the user or the folder the target lies in."""
    outputs = []
    for copy in ("one", "two"):
        root = tmp_path / copy / "bank"
        (root / "src").mkdir(parents=True)
        (root / "src/a.py").write_text("import hashlib, ssl\nhashlib.md5(b'')\nssl.PROTOCOL_TLSv1\n")
        outputs.append(scan("--format", "cyclonedx", root).stdout)
    assert outputs[0] == outputs[1]
    assert str(tmp_path) not in outputs[0]
