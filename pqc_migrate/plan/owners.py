"""CODEOWNERS files → owners of the places to change, by step and by system.

Two dialects, read as their makers document them:

* GitHub, "About code owners": the last matching line counts, a line without owners clears them, ``docs/*`` matches
  no nested file, a pattern with a slash inside starts at the root, ``#`` ends a line, ``!`` and ``[ ]`` do not
  work.
* GitLab, "Syntax of CODEOWNERS file": the last matching line of each section counts, sections add up and may have
  default owners, a path without a leading slash matches at any depth, a folder ends in ``/``, ``!`` excludes for
  good within its section, comments end no line.

Where the file's folder or a section heading does not tell the dialect, both are asked, and a place on which they
disagree has no owner here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.plan import InputRecord, MigrationPlan, PlaceOwner

MAX_BYTES = 3 * 1024 * 1024
"""GitHub loads no larger file ("CODEOWNERS file size")."""
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s+\S+)*)")


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: str
    owners: tuple[str, ...]
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Codeowners:
    """One file, in each dialect it may be written in: sections of rules, in order."""

    name: str
    digest: str
    dialects: Mapping[str, tuple[tuple[_Rule, ...], ...]]
    """``github``, ``gitlab`` or both."""
    known: dict[str, tuple[str, ...] | None] = field(default_factory=dict, compare=False)

    def of(self, path: str) -> tuple[str, ...] | None:
        """Return the owners of a path relative to the repository's root; None where the dialects disagree."""
        if path not in self.known:
            found = {_owners(sections, path, name) for name, sections in self.dialects.items()}
            self.known[path] = found.pop() if len(found) == 1 else None
        return self.known[path]


def load(path: Path) -> Codeowners:
    """Return a CODEOWNERS file; `InventoryError` when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path}: cannot be read: {error.strerror or error}") from error
    return parse(data, path.name, path.absolute().parent.name)


def parse(data: bytes, name: str = "CODEOWNERS", folder: str = "") -> Codeowners:
    """Return the rules in a file's bytes; the folder it lies in (``.github``, ``.gitlab``) tells the dialect."""
    if len(data) > MAX_BYTES:
        raise InventoryError(f"{name}: larger than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").replace("\0", "").splitlines()]
    except UnicodeDecodeError as error:
        raise InventoryError(f"{name}: not UTF-8", hint="give the repository's CODEOWNERS file") from error
    lines = [line for line in lines if line and not line.startswith("#")]
    read = {"github": _github(lines), "gitlab": _gitlab(lines)}
    sections = any(_SECTION.fullmatch(line) for line in lines)
    certain = {".github": "github", ".gitlab": "gitlab"}.get(folder, "gitlab" if sections else "")
    return Codeowners(name, sha256(data).hexdigest(), {certain: read[certain]} if certain else read)


def _github(lines: Iterable[str]) -> tuple[tuple[_Rule, ...], ...]:
    rules = []
    for line in lines:
        pattern, *words = _words(line)
        if pattern.startswith(("!", "\\#")) or "[" in pattern:
            continue
        end = next((i for i, word in enumerate(words) if word.startswith("#")), len(words))
        rules.append(_Rule(pattern, tuple(word for word in words[:end] if "@" in word)))
    return (tuple(rules),)


def _gitlab(lines: Iterable[str]) -> tuple[tuple[_Rule, ...], ...]:
    sections: dict[str, list[_Rule]] = {"": []}
    section, default = "", ()  # type: tuple[str, tuple[str, ...]]
    for line in lines:
        heading = _SECTION.fullmatch(line)
        if heading is not None:
            section = heading["name"].strip().casefold()
            default = tuple(word for word in heading["owners"].split() if "@" in word)
            sections.setdefault(section, [])
            continue
        pattern, *words = _words(line)
        owners = tuple(word for word in words if "@" in word) or default
        bare = pattern.removeprefix("!").replace("\\#", "#")
        sections[section].append(_Rule(bare, owners, pattern.startswith("!")))
    return tuple(map(tuple, sections.values()))


def _words(line: str) -> list[str]:
    """Split at blanks; an escaped blank belongs to the pattern."""
    return [word.replace("\0", " ") for word in line.replace("\\ ", "\0").split()]


def _owners(sections: Sequence[Sequence[_Rule]], path: str, dialect: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for rules in sections:
        matching = [rule for rule in rules if matches(rule.pattern, path, dialect)]
        if matching and not any(rule.exclude for rule in matching):
            found |= dict.fromkeys(matching[-1].owners)
    return tuple(found)


def matches(pattern: str, path: str, dialect: str) -> bool:
    """Tell whether a pattern is about a file, in the words of ``github`` or ``gitlab``."""
    parts = pattern.strip("/").split("/")
    anchored = pattern.startswith("/") or (dialect == "github" and len(parts) > 1)
    if not anchored:
        parts = ["**", *parts]
    if pattern.endswith("/"):
        return _fits([*parts, "**", "*"], path)
    # On GitHub the name of a folder stands for all in it, but ``docs/*`` does not reach below.
    below = dialect == "github" and parts[-1] != "*"
    return _fits(parts, path) or (below and _fits([*parts, "**", "*"], path))


def _fits(parts: Sequence[str], path: str) -> bool:
    """Match folder by folder: ``**`` is any number of them, and every step keeps the set of open positions."""
    names = path.split("/")
    open_at = {0}
    for part in parts:
        if part == "**":
            open_at = set(range(min(open_at, default=len(names) + 1), len(names) + 1))
        else:
            open_at = {i + 1 for i in open_at if i < len(names) and fnmatchcase(names[i], part)}
    return len(names) in open_at


def by_target(given: Iterable[str], targets: Sequence[str]) -> dict[str, Path]:
    """Return which file is for which target: ``TARGET=FILE``, or ``FILE`` alone where there is one target.

    Raises `InventoryError` for a target that no inventory has, or none where there are several.
    """
    found: dict[str, Path] = {}
    for text in given:
        target, equals, file = text.partition("=")
        if equals and target in targets:
            found[target] = Path(file)
        elif equals:
            close = get_close_matches(target, targets, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"targets: {', '.join(targets)}"
            raise InventoryError(f"--codeowners: no inventory of {target!r}", hint=hint)
        elif len(targets) == 1:
            found[targets[0]] = Path(text)
        else:
            raise InventoryError(
                f"--codeowners {text}: which target is it of?",
                hint=f"write TARGET=FILE; targets: {', '.join(targets)}",
            )
    return found


def with_owners(plan: MigrationPlan, files: Mapping[str, Codeowners]) -> MigrationPlan:
    """Return the plan with the owners of places in each step and system; places of other targets are not asked."""
    if not files:
        return plan
    places = {row.id: row for row in plan.evidence if row.target in files}

    def owners(refs: Iterable[str]) -> tuple[PlaceOwner, ...]:
        counted: Counter[tuple[str, bool]] = Counter()
        for ref in sorted(set(refs) & places.keys()):
            held = files[places[ref].target].of(places[ref].path)
            counted.update([("", held is None)] if not held else [(name, False) for name in held])
        rows = (PlaceOwner(name, count, ambiguous) for (name, ambiguous), count in counted.items())
        return tuple(sorted(rows, key=lambda row: (-row.places, row.owner, row.ambiguous)))

    evidence = {use.id: use.evidence for use in plan.uses}
    records = [
        InputRecord("codeowners", f"{target}={held.name}", held.digest, max(map(_rules, held.dialects.values())))
        for target, held in sorted(files.items())
    ]
    return replace(
        plan,
        inputs=(*plan.inputs, *records),
        steps=tuple(replace(step, owners=owners(step.evidence)) for step in plan.steps),
        systems=tuple(
            replace(system, owners=owners(ref for use in system.uses for ref in evidence.get(use, ())))
            for system in plan.systems
        ),
    )


def _rules(sections: Sequence[Sequence[_Rule]]) -> int:
    return sum(map(len, sections))
