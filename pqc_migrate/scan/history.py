"""When each use came in, and the keys and certificates that live only in old commits.

Every version of every file that git knows is examined once. A use of the present is followed back through its
file's versions, renames included, as long as they held the same asset: the oldest of these brought it in. Keys and
certificates that no file of the present holds are findings of their own, with the role `historical`, because
whoever has a clone has them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import LASTING, Asset, Diagnostic, Finding, Role, Skip, Technique
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.archives.member import INSIDE
from pqc_migrate.targets.git import Repository, Version, place_in
from pqc_migrate.targets.resolve import Target
from pqc_migrate.targets.walk import Entry

NOT_COMMITTED = "not committed yet"
Examine = Callable[[Sequence[Entry]], Iterable[tuple[Examined, ...]]]
"""Examine entries and return what each of them gave, in their order."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one content gave, under the path it had."""

    findings: tuple[Finding, ...]
    assets: frozenset[Asset]


@dataclass(frozen=True, slots=True)
class _Past:
    """What is known of a repository's history."""

    files: Mapping[str, list[Version]]
    """By path: the versions of the file, under earlier names too, oldest first."""
    seen: Mapping[tuple[str, str], _Seen]
    """By path and object."""
    present: Mapping[str, str]
    """The files of the current commit with their objects."""
    changed: frozenset[str]
    """Files whose content on the disk is not that of the current commit."""
    is_shallow: bool

    def origin(self, path: str, asset: Asset) -> Version | None:
        """Return the version that brought an asset into a file; None where it is older than what was looked at."""
        came: Version | None = None
        for version in reversed(self.files.get(path, ()) if path in self.present else ()):
            known = self.seen.get((version.path, version.blob))
            if known is None or asset not in known.assets:
                return came
            came = version
        return came if came is not None and came.is_new else None


def only_changed(target: Target, since: str, found: Iterable[Entry | Diagnostic]) -> Iterator[Entry | Diagnostic]:
    """Pass on what a walk found as far as it changed since a revision, and say how much did not."""
    repository = _repository(target)
    place, changed = place_in(target, repository), repository.changed_since(since)
    unchanged = 0
    for one in found:
        if isinstance(one, Entry) and _inside(one.path, target, place) not in changed:
            unchanged += 1
        else:
            yield one
    if unchanged:
        message = (
            f"{unchanged} files that git ignores or that have not changed since {repository.commit(since)[:12]}"
        )
        yield Diagnostic(f"{target.prefix}./", Skip.EXCLUDED, message)


def with_history(target: Target, findings: Sequence[Finding], examine: Examine, since: str = "") -> list[Finding]:
    """Return a target's findings with the commit that brought each in, and what lives only in old commits."""
    repository = _repository(target)
    place = place_in(target, repository)
    versions = [one for one in repository.versions(since) if _is_in(one.path, place)]
    past = _Past(
        files=_files(versions),
        seen=_examined(target, repository, place, versions, examine),
        present=repository.files_at_head(),
        changed=repository.changed_since("HEAD"),
        is_shallow=repository.is_shallow(),
    )
    dated = [_dated(finding, _inside(finding.location.path, target, place), past) for finding in findings]
    return [*dated, *_historical(versions, past, findings)]


def _repository(target: Target) -> Repository:
    return Repository(target.root if target.is_folder else os.path.dirname(target.root))


def _is_in(path: str, place: str) -> bool:
    return path.startswith(place) if place.endswith("/") or not place else path == place


def _inside(path: str, target: Target, place: str) -> str:
    """Return the path in the repository of the file that a path of the results names or lies in."""
    return place + path.removeprefix(target.prefix).partition(INSIDE)[0] if target.is_folder else place


def _examined(
    target: Target, repository: Repository, place: str, versions: Iterable[Version], examine: Examine
) -> dict[tuple[str, str], _Seen]:
    """Return what each content gave, by path in the repository and object."""
    wanted = sorted({(version.path, version.blob) for version in versions if version.blob})
    entries = []
    for path, blob in wanted:
        shown = target.prefix + visible(path[len(place) :]) if target.is_folder else target.label
        entries.append(Entry(shown, repository.git_folder, blob=blob))
    seen = {}
    for key, files in zip(wanted, examine(entries), strict=True):
        found = tuple(finding for file in files for finding in file.findings)
        seen[key] = _Seen(found, frozenset(finding.asset for finding in found))
    return seen


def _files(versions: Iterable[Version]) -> dict[str, list[Version]]:
    """Return each path's versions, those under earlier names before it."""
    files: dict[str, list[Version]] = {}
    for version in versions:
        if version.earlier in files:
            files[version.path] = [*files[version.earlier]]
        files.setdefault(version.path, []).append(version)
    return files


def _dated(finding: Finding, path: str, past: _Past) -> Finding:
    """Say when a use came in; nothing is said where the file alone does not tell."""
    details: tuple[tuple[str, str], ...] = ()
    if came := past.origin(path, finding.asset):
        day = f"{came.date} or earlier" if came.is_oldest and past.is_shallow else came.date
        details = (("introduced", day), ("introduced-in", came.commit))
    elif path in past.changed:
        details = (("introduced", NOT_COMMITTED),)
    return replace(finding, details=tuple(sorted((*finding.details, *details)))) if details else finding


def _historical(versions: Iterable[Version], past: _Past, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield each key and certificate that is gone, at the last version that held it."""
    here = {finding.asset for finding in findings}
    here |= {asset for key in past.present.items() if key in past.seen for asset in past.seen[key].assets}
    first: dict[Asset, Version] = {}
    last: dict[Asset, tuple[Finding, Version]] = {}
    for version in versions:
        for finding in past.seen[version.path, version.blob].findings if version.blob else ():
            if (
                finding.asset.kind in LASTING
                and finding.technique is Technique.PARSER
                and finding.asset not in here
            ):
                first.setdefault(finding.asset, version)
                last[finding.asset] = (finding, version)
    for asset, (finding, version) in last.items():
        details = {
            "introduced": first[asset].date, "introduced-in": first[asset].commit, "last-in": version.commit,
        }  # fmt: skip
        known = ((name, value) for name, value in details.items() if value)
        yield replace(finding, role=Role.HISTORICAL, details=tuple(sorted((*finding.details, *known))))
