"""The git repository around a target: what changed since a revision, and every version of every file.

Read with libgit2 (pygit2, the extra `history`), which runs no hook, filter or other program of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pqc_migrate.errors import TargetError
from pqc_migrate.model.escape import visible

if TYPE_CHECKING:
    from pqc_migrate.targets.resolve import Target


@dataclass(frozen=True, slots=True)
class Version:
    """One file as one commit left it."""

    path: str
    """POSIX, relative to the repository."""
    blob: str
    """Object id of its content, hex; empty when the commit took the file away."""
    commit: str
    date: str
    """Day of the commit (UTC), ISO 8601."""
    earlier: str = ""
    """Path under which the file was known before the commit, when it was renamed."""
    is_new: bool = False
    """The commit added the file, as far as the repository knows."""
    is_oldest: bool = False
    """The commit has no parent here: in a shallow clone its files may be older."""


class Repository:
    """One repository, opened for reading."""

    def __init__(self, folder: str) -> None:
        """Open the repository that holds a folder; `TargetError` when there is none or pygit2 is not installed."""
        self._git = _module()
        found = self._git.discover_repository(folder)
        if found is None:
            raise TargetError(
                f"{visible(folder)} is not in a git repository", hint="history needs a clone with .git"
            )
        self._repository = _open(found)
        if self._repository.workdir is None:
            raise TargetError(f"{visible(folder)} is a bare repository", hint="clone it and scan the clone")
        self.git_folder = os.path.realpath(found)
        self.root = os.path.realpath(self._repository.workdir)

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names, hex; `TargetError` when it names none."""
        try:
            found = self._repository.revparse_single(revision)
            return str(found.peel(self._git.Commit).id)
        except (KeyError, ValueError, self._git.GitError) as error:
            hint = "a branch, tag or commit; in a shallow clone older ones are not there"
            raise TargetError(f"no such revision: {visible(revision)}", hint=hint) from error

    def changed_since(self, revision: str) -> frozenset[str]:
        """Return the files, relative to the repository, whose content on the disk is not that of a revision.

        Files that git ignores are not among them: nobody can say whether they changed.
        """
        tree = self._repository[self.commit(revision)].tree
        options = self._git.enums.DiffOption
        flags = options.INCLUDE_UNTRACKED | options.RECURSE_UNTRACKED_DIRS | options.SKIP_BINARY_CHECK
        deleted = self._git.enums.DeltaStatus.DELETED
        deltas = tree.diff_to_workdir(flags=flags).deltas
        return frozenset(delta.new_file.path for delta in deltas if delta.status != deleted)

    def files_at_head(self) -> dict[str, str]:
        """Return the content's object id of each file of the current commit."""
        return dict(_blobs(self._repository[self.commit("HEAD")].tree, ""))

    def versions(self, since: str = "") -> Iterator[Version]:
        """Yield every version of every file, oldest commit first; with `since`, of the commits after it.

        What such a commit changed is then preceded by the version it changed, without commit and date.
        """
        enums = self._git.enums
        order = enums.SortMode.TOPOLOGICAL | enums.SortMode.TIME | enums.SortMode.REVERSE
        walker = self._repository.walk(self.commit("HEAD"), order)
        if since:
            walker.hide(self.commit(since))
        known: set[str] = set()
        for commit in walker:
            day = datetime.fromtimestamp(commit.commit_time, UTC).date().isoformat()
            for delta in self._deltas(commit):
                gone = delta.status == enums.DeltaStatus.DELETED
                renamed = delta.status == enums.DeltaStatus.RENAMED
                if not gone and delta.new_file.mode not in _FILE_MODES:
                    continue
                old = delta.old_file.path
                if since and old not in known and delta.status != enums.DeltaStatus.ADDED:
                    yield Version(old, str(delta.old_file.id), "", "")
                known.update((old, delta.new_file.path))
                yield Version(
                    delta.old_file.path if gone else delta.new_file.path,
                    "" if gone else str(delta.new_file.id),
                    str(commit.id),
                    day,
                    delta.old_file.path if renamed else "",
                    is_new=delta.status == enums.DeltaStatus.ADDED,
                    is_oldest=not commit.parents,
                )

    def is_shallow(self) -> bool:
        """Whether older commits were left out when the repository was cloned."""
        return bool(self._repository.is_shallow)

    def _deltas(self, commit: Any) -> Iterator[Any]:
        """Yield what a commit changed; of a merge, what is in none of its parents."""
        flags = self._git.enums.DiffOption.SKIP_BINARY_CHECK
        if not commit.parents:
            yield from commit.tree.diff_to_tree(swap=True, flags=flags).deltas
            return
        diffs = [parent.tree.diff_to_tree(commit.tree, flags=flags) for parent in commit.parents]
        if len(diffs) == 1:
            diffs[0].find_similar()
            yield from diffs[0].deltas
            return
        others = [{(delta.new_file.path, delta.new_file.id) for delta in diff.deltas} for diff in diffs[1:]]
        for delta in diffs[0].deltas:
            if all((delta.new_file.path, delta.new_file.id) in other for other in others):
                yield delta


def place_in(target: Target, repository: Repository) -> str:
    """Return where a target lies: a folder with a slash at its end (empty: the repository), or a file."""
    inside = os.path.relpath(target.root, repository.root).replace(os.sep, "/")
    if inside == ".":
        return ""
    return f"{inside}/" if target.is_folder else inside


def blob(git_folder: str, identifier: str) -> bytes | None:
    """Return the content of an object, or None when the repository does not hold it."""
    found = _open(git_folder).get(identifier)
    return bytes(found.data) if found is not None and hasattr(found, "data") else None


_FILE_MODES = (0o100644, 0o100755, 0o100664)


def _blobs(tree: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in tree:
        if entry.type_str == "tree":
            yield from _blobs(entry, f"{prefix}{entry.name}/")
        elif entry.type_str == "blob" and entry.filemode in _FILE_MODES:
            yield f"{prefix}{entry.name}", str(entry.id)


@lru_cache(maxsize=4)
def _open(git_folder: str) -> Any:
    git = _module()
    try:
        return git.Repository(git_folder)
    except git.GitError as error:
        raise TargetError(
            f"cannot open the git repository: {str(error).splitlines()[0].lower()}",
            hint="git itself asks for `git config --global --add safe.directory` when somebody else owns it",
        ) from error


def _module() -> Any:
    try:
        import pygit2
    except ImportError as error:
        raise TargetError(
            "reading git history needs pygit2, which is not installed", hint="pip install 'pqc-migrate[history]'"
        ) from error
    return pygit2
