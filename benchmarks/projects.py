"""Public projects pinned by name, version and digest: fetched when needed, never built, run or committed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tomllib
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from pip._internal.models.index import PyPI

LABELS = Path(__file__).parent.parent / "inventory" / "labels"
CACHE = Path.home() / ".cache" / "pqc-migrate-accuracy"


def projects() -> list[dict[str, Any]]:
    """Return every pinned project as its table."""
    return tomllib.loads((LABELS / "projects.toml").read_text(encoding="utf-8"))["project"]


def fetch(project: dict[str, Any], cache: Path) -> Path:
    """Return the unpacked project; a digest that differs from the label's ends the run."""
    carrier = f"{project.get('package', project['name'])}-{project.get('package_version', project['version'])}"
    folder = cache / f"{project['index']}-{carrier.replace('/', '_')}{_build(project)}"
    if not folder.is_dir():
        partial = folder.with_suffix(".partial")
        partial.mkdir(parents=True, exist_ok=True)
        archive = _download(project, partial)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != project["sha256"]:
            sys.exit(f"{archive.name}: SHA-256 {digest}, labelled was {project['sha256']}")
        _unpack(archive, partial)
        archive.unlink()
        partial.rename(folder)
    return folder / project["root"]


def _build(project: dict[str, Any]) -> str:
    """Return what tells the wheels of a version from its sources and from each other."""
    return f"-{project['sha256'][:8]}" if project.get("wheel") else ""


def _unpack(archive: Path, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
        return
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")


def _download(project: dict[str, Any], folder: Path) -> Path:
    """Fetch the labelled archive; nothing of it is built or run."""
    # A vendored module is fetched with the package that carries it.
    name = project.get("package", project["name"])
    version = project.get("package_version", project["version"])
    if project["index"] == "npm":
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return next(folder.glob("*.tgz"))
    address = _source_archive(name, project["sha256"])
    archive = folder / address.rsplit("/", 1)[-1]
    with urllib.request.urlopen(address) as answer:
        archive.write_bytes(answer.read())
    return archive


def _source_archive(name: str, digest: str) -> str:
    """Return the address of a file with a digest on the index that pip is set up for (PEP 691)."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    page = f"{asked.stdout.strip() or PyPI.simple_url}/{name.lower().replace('_', '-').replace('.', '-')}/"
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request) as answer:
        files = json.load(answer)["files"]
    return urllib.parse.urljoin(page, next(f["url"] for f in files if f["hashes"].get("sha256") == digest))
