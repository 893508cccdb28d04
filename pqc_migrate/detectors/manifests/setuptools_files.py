"""Detector: setup.cfg, and what setup.py says in plain literals. Neither is ever run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace

from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, Unreadable, detector, named

_LONGEST_SETUP = 512 * 1024
_SECTION = re.compile(r"\[([^\]]+)\]")
_KEY = re.compile(r"([\w.-]+)\s*[=:]\s*(.*)")
_RPM_SCOPES = {"requires": "", "build_requires": "build"}
_RPM_NAME = re.compile(r"(?:^|(?<=[\s,]))[A-Za-z][\w.+-]*(?=[\s,]|$)")
_SCOPES = {"install_requires": "", "setup_requires": "build", "tests_require": "test"}


def _read_cfg(text: Text) -> Entries:
    """Read the requirement lists of ``[options]``, the extras and ``[bdist_rpm]``, line by line."""
    section, scope, index = "", None, 0
    value = _cfg_value
    for row in text.text.split("\n"):
        content = row.strip()
        if content and not content.startswith(("#", ";")):
            if header := _SECTION.fullmatch(content):
                section, scope = header[1], None
                value = _rpm_value if section == "bdist_rpm" else _cfg_value
            elif row[:1] not in " \t" and (key := _KEY.fullmatch(content)):
                scope = _cfg_scope(section, key[1])
                yield from value(key[2], index + row.find(key[2]) if key[2] else index, scope)
            else:
                yield from value(content, index + row.find(content), scope)
        index += len(row) + 1


def _cfg_scope(section: str, key: str) -> str | None:
    """Return the scope of a key's requirements, or None when it holds none."""
    if section == "options":
        return _SCOPES.get(key)
    if section == "options.extras_require":
        return "optional"
    return _RPM_SCOPES.get(key) if section == "bdist_rpm" else None


def _cfg_value(content: str, index: int, scope: str | None) -> Iterator[Dependency]:
    if scope is not None and content:
        found = requirement.dependency(re.sub(r"\s#.*$", "", content), index, scope)
        if found is not None:
            yield found


def _read_setup(text: Text) -> Entries:
    """Read the literal arguments of ``setup(…)``; names bound once to a literal list count as literals."""
    if len(text.text) > _LONGEST_SETUP:
        raise Unreadable("too long for a setup script: not read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable("not the syntax of this Python: not read") from None
    bound = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    starts = _line_starts(text.text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_setup(node.func):
            for keyword in node.keywords:
                value = bound.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
                yield from _argument(keyword.arg or "", value, text.text, starts)


def _rpm_value(content: str, index: int, scope: str | None) -> Iterator[Dependency]:
    """Read packages that rpm is to ask for (distutils, ``bdist_rpm``): names between spaces or commas."""
    if scope is not None:
        for match in _RPM_NAME.finditer(content):
            yield Dependency("rpm", match[0], index + match.start(), scope=scope)


def _is_setup(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "setup"


def _argument(name: str, value: ast.expr | None, text: str, starts: list[int]) -> Iterator[Dependency]:
    lists: list[tuple[ast.expr, str]] = []
    if name in _SCOPES and value is not None:
        lists = [(value, _SCOPES[name])]
    elif name == "extras_require" and isinstance(value, ast.Dict):
        lists = [(each, "optional") for each in value.values]
    for group, scope in lists:
        elements = group.elts if isinstance(group, ast.List | ast.Tuple) else [group]
        for element in elements:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                yield from _literal(element, element.value, scope, text, starts)


def _literal(element: ast.Constant, value: str, scope: str, text: str, starts: list[int]) -> Iterator[Dependency]:
    begin = starts[min(element.lineno, len(starts)) - 1]
    for row in value.splitlines():
        found = requirement.dependency(row, 0, scope)
        if found is not None:
            index = text.find(found.name, begin)
            yield replace(found, index=max(index, begin))


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


SETUP_CFG = detector("setup-cfg", named("setup.cfg"), _read_cfg)
SETUP_PY = detector("setup-py", named("setup.py"), _read_setup)
