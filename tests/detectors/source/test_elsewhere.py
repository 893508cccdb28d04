"""Values and functions of other files of the target are followed, inside the target and within bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

SETTINGS = """
import hashlib
ALGORITHM = "sha384"
BITS = 3072
class Config:
    NAME = "md5"
def digest(data):
    return hashlib.sha256(data).hexdigest()
"""
USES = """
import hashlib
from cryptography.hazmat.primitives.asymmetric import rsa
from .settings import ALGORITHM, Config, digest
from . import settings
from app.settings import BITS
hashlib.new(ALGORITHM)
hashlib.new(Config.NAME)
rsa.generate_private_key(65537, BITS)
hashlib.new(settings.ALGORITHM)
digest(b"x")
"""


def found(root: Path) -> set[tuple[str, int, str]]:
    """Return (file, line, name) of everything found under a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    return {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in result.findings}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("")
    (tmp_path / "app/settings.py").write_text(SETTINGS)
    (tmp_path / "app/uses.py").write_text(USES)
    return tmp_path


def test_constants_classes_and_functions_of_another_module(tree: Path) -> None:
    """A value and a wrapper of another module count where they are used; the provenance names the other file."""
    here = {(line, name) for path, line, name in found(tree) if path == "app/uses.py"}
    assert here == {(7, "SHA-384"), (8, "MD5"), (9, "RSA-3072"), (10, "SHA-384"), (11, "SHA-256")}
    result = scan([str(tree)], ScanOptions(jobs=1))
    sizes = [p for f in result.findings for p in f.provenance if p.parameter == "size"]
    assert [(p.how, p.path, p.line) for p in sizes] == [("constant", "app/settings.py", 4)]


def test_modules_that_import_each_other_end(tree: Path) -> None:
    """Two files that define a value by each other give no value, and take no longer for it."""
    (tree / "app/settings.py").write_text("from .other import ALGORITHM\n")
    (tree / "app/other.py").write_text("from .settings import ALGORITHM\n")
    assert found(tree) == {("app/uses.py", 9, "RSA")}


def test_nothing_outside_the_target_is_read(tree: Path) -> None:
    """A link that leads out of the target is no neighbor."""
    outside = tree.parent / "outside.py"
    outside.write_text(SETTINGS)
    (tree / "app/settings.py").unlink()
    os.symlink(outside, tree / "app/settings.py")
    assert found(tree) == {("app/uses.py", 9, "RSA")}
