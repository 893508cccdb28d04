"""What the walk leaves out on purpose, and the reason it gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pqc_migrate.errors import TargetError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", ".pijul", "CVS"})
"""Folders in which version control keeps its own data: copies of files that are gone, packed."""


class Exclusion:
    """The user's patterns, read as a ``.gitignore`` at the top of the target reads them.

    Ignore files of the project itself are not asked: what git ignores is where keys lie.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """Compile the patterns; `TargetError` names one that git could not read."""
        self._spec = _compile(patterns) if patterns else None

    def reason(self, path: str, name: str, is_folder: bool) -> str:
        """Return why a path (relative to the target) is left out, or an empty string."""
        if is_folder and name in VERSION_CONTROL:
            return "data of version control"
        if self._spec is not None and self._spec.match_file(f"{path}/" if is_folder else path):
            return "excluded by the user"
        return ""


def _compile(patterns: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise TargetError(f"--exclude: {error}", hint="patterns are those of a .gitignore file") from error
