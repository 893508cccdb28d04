"""Detectors that die and hang on demand, for whoever supervises them."""

import textwrap
from pathlib import Path
from types import ModuleType

import pytest

CREW = """
    import os, signal, time
    from pqc_migrate.detectors.registry import Detector
    from pqc_migrate.model.inventory import Asset, Finding, Kind, Location, Technique
    from pqc_migrate.scan.examine import Examiner

    def detect(file):
        if b"die" in file.data:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"hang" in file.data:
            time.sleep(600)
        rsa = Asset.of(Kind.ALGORITHM, "RSA")
        yield Finding("r/a", rsa, Location(file.path, 1, 0), Technique.TEXT, 1.0, "test")

    def make():
        return Examiner([Detector("words", frozenset, lambda file: True, detect)])

    def make_nothing():
        raise SystemExit(7)
"""


@pytest.fixture
def crew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that spawned processes can import too, with detectors that die and hang on demand."""
    (tmp_path / "crew.py").write_text(textwrap.dedent(CREW))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "crew", raising=False)
    return __import__("crew")
