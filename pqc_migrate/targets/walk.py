"""A target's files in a fixed order, with everything that is not a plain file said."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives.image import OCI_LAYOUT
from pqc_migrate.targets.exclude import Exclusion
from pqc_migrate.targets.resolve import Target, kind_of, reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One regular file, not read yet."""

    path: str
    """As every output spells it: POSIX, relative to the target, prefixed when there are several."""
    place: str
    """Absolute path as the operating system wants it; never leaves this process and its workers."""
    is_layout: bool = False
    """A folder that is a container image in the OCI layout, to be read as one."""
    blob: str = ""
    """Object of the git repository at `place` that holds the content, hex; empty: a file on the disk."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the walk of one target has to know of the others."""

    roots: tuple[str, ...]
    """Every target's root: a link into one of them leads to what is looked at anyway."""
    outputs: Mapping[str, bool] = field(default_factory=dict)
    """Absolute paths that this run writes itself, and whether each is a folder."""


def own_outputs(target: Target, around: Surroundings) -> Iterator[Diagnostic]:
    """Yield what this run writes into the target, there already or not: two runs in a row say the same."""
    inside = target.root.rstrip(os.sep) + os.sep
    for output, is_folder in sorted(around.outputs.items()):
        if target.is_folder and output.startswith(inside):
            path = output.removeprefix(inside).replace(os.sep, "/")
            yield _skip(target, f"{path}/" if is_folder else path, Skip.EXCLUDED, "written by this run")


def walk(target: Target, exclusion: Exclusion, around: Surroundings) -> Iterator[Entry | Diagnostic]:
    """Yield a target's files sorted by name, folder by folder; a folder's path ends in a slash.

    Symbolic links are never followed: one that stays inside the targets leads to a file that is met
    anyway, any other becomes a Diagnostic.
    """
    if not target.is_folder:
        yield Entry(target.label, target.root)
        return
    folders = [""]
    while folders:
        inner = folders.pop()
        subfolders: list[str] = []
        listed = list(_list(target, inner))
        if _is_layout(listed):
            folder = os.path.join(target.root, inner)
            yield Entry(
                target.prefix + visible(inner.rstrip("/")) if inner else target.label, folder, is_layout=True
            )
            continue
        for name, found in listed:
            path = f"{inner}{name}"
            if isinstance(found, OSError):
                yield _skip(target, path, Skip.UNREADABLE, reason(found))
            elif found.path in around.outputs:
                continue
            elif why := exclusion.reason(path, name, is_folder := found.is_dir(follow_symlinks=False)):
                yield _skip(target, f"{path}/" if is_folder else path, Skip.EXCLUDED, why)
            elif found.is_file(follow_symlinks=False):
                yield Entry(target.prefix + visible(path), found.path)
            elif is_folder:
                subfolders.append(f"{path}/")
            elif (special := _special(target, path, found, around)) is not None:
                yield special
        folders.extend(reversed(subfolders))


def _list(target: Target, inner: str) -> Iterator[tuple[str, os.DirEntry[str] | OSError]]:
    try:
        with os.scandir(os.path.join(target.root, inner)) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield "" if inner else "./", error
        return
    for entry in entries:
        yield entry.name, entry


def _is_layout(listed: list[tuple[str, os.DirEntry[str] | OSError]]) -> bool:
    """Whether a folder holds what an OCI image layout must hold (image-spec v1.1)."""
    names = {name for name, found in listed if not isinstance(found, OSError)}
    return {OCI_LAYOUT, "index.json", "blobs"} <= names


def _special(target: Target, path: str, entry: os.DirEntry[str], around: Surroundings) -> Diagnostic | None:
    is_link = entry.is_symlink()
    try:
        if not is_link:
            return _skip(target, path, Skip.NOT_REGULAR, kind_of(entry.stat(follow_symlinks=False).st_mode))
        leads_to = os.path.realpath(entry.path, strict=True)
    except OSError as error:
        return _skip(target, path, Skip.BROKEN_LINK if is_link else Skip.UNREADABLE, reason(error))
    if any(leads_to == root or leads_to.startswith(root.rstrip(os.sep) + os.sep) for root in around.roots):
        return None
    return _skip(target, path, Skip.LINK_OUTSIDE, "leads out of the target")


def _skip(target: Target, path: str, why: Skip, message: str) -> Diagnostic:
    return Diagnostic(target.prefix + visible(path), why, message)
