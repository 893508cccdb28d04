"""Measure recall and precision against the labels in `inventory/labels/`: `make accuracy`.

Fetches the pinned projects by name, version and digest, scans them, and compares what was found in the
labelled files with what a person wrote down for the same files before any scan. Nothing fetched is kept
in the repository. `--misses` lists every label that was not found and every finding that has no label.
"""

from __future__ import annotations

import argparse
import csv
import math
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from label_forms import alike, covers_contents, forms, is_material, same
from projects import CACHE, LABELS, fetch, projects
from tabulate import tabulate

from pqc_migrate.inventory.spelling import spelled
from pqc_migrate.model.inventory import Finding
from pqc_migrate.scan import ScanOptions, scan
from pqc_migrate.targets.archives.member import INSIDE

ADVERSARIAL = LABELS.parent / "adversarial"
"""Code of our own, written to be hard to see through by somebody who had seen neither rules nor output."""
_WRAPPERS_NOT_LABELLED = 1
"""The round whose labels leave out calls of a project's own functions that name no algorithm."""
_SOURCE = frozenset(
    path.name
    for path in (*LABELS.iterdir(), *ADVERSARIAL.iterdir())
    if path.is_dir() and not path.name.startswith("config-")
) - {"material", "manifests", "binaries"}
"""Kinds of labels whose files have to be read with all others of their project."""
FEW = 60
"""A row of a source language with fewer labels is printed as not measured (issue 3)."""
FEW_OF_OTHERS = 30
"""The same for configuration, material, manifests and binaries, whose round is the fourth (issue 4)."""
_ROUND_OF_OTHERS = 4


@dataclass(frozen=True, slots=True)
class Label:
    """One use that a person found."""

    path: str
    line: int
    asset: str
    difficulty: str
    library: str
    optional: bool = False
    """Of the adversarial set: a place of which it can be argued whether it is one; scored neither way."""


@dataclass(slots=True)
class Tally:
    """Counts of one row of the tables."""

    labels: int = 0
    family: int = 0
    value: int = 0
    found: int = 0
    right: int = 0
    exact: int = 0
    """Findings whose label says just the same."""


@dataclass(slots=True)
class Scores:
    """Everything measured, by table and row."""

    rows: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    misses: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)


def main() -> None:
    """Fetch, scan, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--misses", action="store_true", help="list every miss and every unlabelled finding")
    parser.add_argument("--only", default="", help="projects whose name holds this text")
    parser.add_argument("--kind", default="", help="labels of one folder only: python, config-web, material, …")
    parser.add_argument("--adversarial", action="store_true", help="measure on the adversarial set instead")
    parser.add_argument("--round", type=int, default=0, help="projects of one round of labels only")
    arguments = parser.parse_args()
    if arguments.adversarial:
        _print(_adversarial(), arguments.misses, FEW)
        return
    scores = Scores()
    for project in sorted(projects(), key=lambda project: (project["index"], project["name"])):
        if arguments.only not in project["name"] or arguments.round not in (0, project["round"]):
            continue
        if arguments.kind not in ("", project["language"]):
            continue
        try:
            root = fetch(project, arguments.cache)
        except (OSError, ValueError, subprocess.CalledProcessError, StopIteration) as error:
            print(
                f"not measured, {project['name']} {project['version']} cannot be fetched: {error}", file=sys.stderr
            )
            continue
        _compare(project, root, scores)
    few = FEW_OF_OTHERS if arguments.round == _ROUND_OF_OTHERS else FEW
    _print(scores, arguments.misses, few)


def _adversarial() -> Scores:
    """Compare what is found in the adversarial set, which is no part of the other figures."""
    scores = Scores()
    for folder in sorted(path for path in ADVERSARIAL.iterdir() if path.is_dir()):
        project = {"name": folder.name, "language": folder.name, "round": 0}
        paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "labels.tsv")
        files = {str(path.relative_to(folder)) for path in paths}
        _score(project, folder, _table(folder / "labels.tsv"), files, scores)
    return scores


def _labels(project: dict[str, Any]) -> tuple[list[Label], set[str]]:
    """Return the labels of a project and the files that were read completely."""
    stem = project["name"].replace("/", "_").removeprefix("@")
    table = LABELS / project["language"] / f"{stem}.tsv"
    labels = _table(table)
    listed = table.with_suffix(".files").read_text(encoding="utf-8").split("\n")
    return labels, {line.strip() for line in listed if line.strip() and not line.startswith("#")}


def _table(path: Path) -> list[Label]:
    """Return the labels of one project; none when nothing in its files is a use."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return [
            Label(
                row["path"],
                int(row["line"]),
                row["asset"],
                row["difficulty"],
                row["library"],
                (row["notes"] or "").startswith("optional"),
            )
            for row in rows
        ]


def _compare(project: dict[str, Any], root: Path, scores: Scores) -> None:
    labels, files = _labels(project)
    _score(project, root, labels, files, scores)


def _score(project: dict[str, Any], root: Path, labels: list[Label], files: set[str], scores: Scores) -> None:
    lines = {(label.path, label.line) for label in labels}
    read = files | {label.path for label in labels}  # files that were read in part: their labels count for recall
    wrappers = lines if project["round"] == _WRAPPERS_NOT_LABELLED else None
    found = _findings(root, project["language"], read, wrappers)
    by_line: dict[tuple[str, int], list[Label]] = defaultdict(list)
    for label in labels:
        by_line[label.path, label.line].append(label)
    for label in labels:
        if label.asset != "?" and not label.optional:
            names = {name for forms in found.get((label.path, label.line), ()) for name in forms}
            _score_label(project, label, names, scores)
    for place, claims in sorted(found.items()):
        listed = by_line.get(place, [])
        for names in sorted(claims, key=sorted):
            if place[0] in files and not _is_left_open(names, listed):
                _score_finding(project, place, names, listed, scores)


def _is_left_open(names: frozenset[str], labels: list[Label]) -> bool:
    """Whether the labels of a line say that a finding may be there or not."""
    assets = [label.asset for label in labels]
    if covers_contents(assets) or (any(map(is_material, assets)) and not any(map(is_material, names))):
        return not any(alike(asset, names) for asset in assets)  # what a container holds, and how it is protected
    return any(label.optional and alike(label.asset, names) for label in labels)


def _findings(
    root: Path, folder: str, files: set[str], labelled: set[tuple[str, int]] | None
) -> dict[tuple[str, int], set[frozenset[str]]]:
    """Return what was found at each line of the labelled files, each finding in every way that labels may say it.

    Calls of a project's own functions count only at the `labelled` lines, where their labels leave such calls out.
    """
    found: dict[tuple[str, int], set[frozenset[str]]] = defaultdict(set)
    only = frozenset() if folder in _SOURCE else frozenset(file.partition(INSIDE)[0] for file in files)
    for finding in _scanned(root, only):
        place = _place(finding, files)
        if place[0] not in files:
            continue
        if labelled is not None and place not in labelled and _is_wrapper(finding):
            continue
        if names := forms(finding, folder):
            found[place].add(names)
    return found


def _place(finding: Finding, files: set[str]) -> tuple[str, int]:
    """Return where labels say a finding: that of a member at the archive, where only the archive is labelled."""
    path, line = finding.location.path, finding.location.line
    outer = path.partition(INSIDE)[0]
    return (outer, 1) if path not in files and outer in files else (path, line)


@lru_cache(maxsize=8)
def _scanned(root: Path, only: frozenset[str]) -> tuple[Finding, ...]:
    """Scan a project, or some files of it by themselves, at their paths."""
    if not only:
        return scan([str(root)], ScanOptions()).findings
    with tempfile.TemporaryDirectory() as folder:
        for path in only:
            place = Path(folder, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, place)
        return scan([folder], ScanOptions()).findings


def _is_wrapper(finding: Finding) -> bool:
    return any(origin.parameter == "wrapper" for origin in finding.provenance)


def _score_label(project: dict[str, Any], label: Label, names: set[str], scores: Scores) -> None:
    family, value = alike(label.asset, names), same(label.asset, names)
    for row in _rows(project, label.asset, label.library, label.difficulty):
        tally = scores.rows[row]
        tally.labels += 1
        tally.family += family
        tally.value += value
    if not value:
        seen = ", ".join(sorted(names)) or "nothing"
        scores.misses.append(
            f"{project['name']} {label.path}:{label.line} {label.asset} ({label.difficulty}): {seen}"
        )


def _score_finding(
    project: dict[str, Any],
    place: tuple[str, int],
    names: frozenset[str],
    labels: Iterable[Label],
    scores: Scores,
) -> None:
    name, listed = min(names), list(labels)
    right = any(label.asset == "?" or alike(label.asset, names) for label in listed)
    exact = any(label.asset == "?" or same(label.asset, names) for label in listed)
    for row in _rows(project, name, "", ""):
        scores.rows[row].found += 1
        scores.rows[row].right += right
        scores.rows[row].exact += exact
    if not right:
        scores.extras.append(f"{project['name']} {place[0]}:{place[1]} {name}")


def _rows(project: dict[str, Any], asset: str, library: str, difficulty: str) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "kind", _kind(asset)
    yield "round of labels", str(project["round"])
    yield "language", project["language"]
    if library:
        yield "library", library
    if difficulty:
        yield "difficulty", difficulty


def _kind(name: str) -> str:
    """Return what a name is of: an algorithm, or only a protocol or a certificate."""
    if is_material(name) or ":" in name:
        return "material" if is_material(name) else name.partition(":")[0]
    asset = spelled(name)
    return (
        asset.kind.value if asset is not None else "certificate" if name == "X.509" else "no family of the catalog"
    )


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a proportion (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    share = hits / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (middle - spread) / scale, (middle + spread) / scale


def _print(scores: Scores, misses: bool, few: int) -> None:
    for table in ("all", "kind", "round of labels", "language", "difficulty", "library"):
        rows = [_row(name, tally, few) for (kind, name), tally in sorted(scores.rows.items()) if kind == table]
        if rows:
            headers = [
                table,
                "labels",
                "recall, family",
                "recall, full value",
                "findings",
                "precision",
                "precision, full value",
            ]
            print(tabulate(rows, headers), end="\n\n")
    print(f"{len(scores.misses)} labels were not found with their full value")
    print(f"{len(scores.extras)} findings have no label")
    if misses:
        print("\n".join(["", "missed:", *scores.misses, "", "without a label:", *scores.extras]))


def _row(name: str, tally: Tally, few: int) -> list[str]:
    recall = [_share(hits, tally.labels, few) for hits in (tally.family, tally.value)]
    precision = ["", "", ""]
    if tally.found:
        precision = [str(tally.found), *(_share(hits, tally.found, few) for hits in (tally.right, tally.exact))]
    return [name, str(tally.labels), *recall, *precision]


def _share(hits: int, total: int, few: int) -> str:
    if total < few:
        return f"{hits}/{total}, not measured"
    low, high = wilson(hits, total)
    return f"{hits / total:.3f} ({low:.3f}–{high:.3f})"


if __name__ == "__main__":
    main()
