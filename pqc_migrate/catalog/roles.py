"""What a file is for (production, test, example, vendored): `roles.toml` and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Role


def role_of(path: str, language: str, data: bytes) -> Role:
    """Return what a file is for, by its path inside the target and, for some languages, its own lines."""
    for rule in _rules():
        if rule.path is not None and rule.path.search(path):
            return rule.role
        if _has_line(data, rule.contents.get(language, ())):
            return rule.role
    return Role.PRODUCTION


@dataclass(frozen=True, slots=True)
class _Rule:
    role: Role
    path: re.Pattern[str] | None
    contents: Mapping[str, tuple[bytes, ...]]
    """By language: how a line begins that decides."""


def _has_line(data: bytes, beginnings: tuple[bytes, ...]) -> bool:
    return any(data.startswith(beginning) or b"\n" + beginning in data for beginning in beginnings)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _rule(f"roles.toml: rule {number}", record)
        for number, record in enumerate(toml.read(toml.root() / "roles.toml")["rule"], 1)
    )


def _rule(where: str, record: Mapping[str, Any]) -> _Rule:
    toml.check_keys(where, record, {"role", "source"}, {"folders", "paths", "files", "case", "contents"})
    if record["role"] not in (Role.VENDORED, Role.TEST, Role.EXAMPLE):
        raise CatalogError(f"{where}: role {record['role']!r}", hint="known roles: vendored, test, example")
    folders = [*record.get("folders", ()), *record.get("paths", ())]
    files = record.get("files", ())
    parts = [f"{_any_of(folders)}/"] if folders else []
    parts += [f"{_any_of(files)}$"] if files else []
    flags = 0 if record.get("case", False) else re.IGNORECASE
    return _Rule(
        Role(record["role"]),
        re.compile(f"(?:^|/)(?:{'|'.join(parts)})", flags) if parts else None,
        {name: tuple(line.encode() for line in lines) for name, lines in record.get("contents", {}).items()},
    )


def _any_of(globs: Sequence[str]) -> str:
    return f"(?:{'|'.join(_within_folder(glob) for glob in globs)})"


def _within_folder(glob: str) -> str:
    """Translate a glob whose * and ? never cross a slash; [a-z] means the same in both notations."""
    escaped = re.escape(glob).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.sub(r"\\\[(.+?)\\\]", lambda group: "[" + group[1].replace("\\", "") + "]", escaped)
