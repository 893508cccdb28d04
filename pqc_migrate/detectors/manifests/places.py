"""Where names stand in TOML and JSON: the parsers of the standard library tell values and no places.

Both walk tokens of a document that a parser has already accepted, so they need not understand every corner.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from pqc_migrate.detectors.manifests.dependency import Unreadable

_TOML_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""'
    r"|'''.*?'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|^[ \t]*\[\[?[\w.\-\"' ]+\]\]?[ \t]*(?=\#|\r?$)"
    r"|[A-Za-z0-9_-]+",
    re.DOTALL | re.MULTILINE,
)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')


class TomlPlaces:
    """Find the keys and strings of a TOML document."""

    def __init__(self, text: str) -> None:
        self._in_table: dict[tuple[str, str], deque[int]] = {}
        self._anywhere: dict[str, int] = {}
        self._headings: dict[str, int] = {}
        table = ""
        for match in _TOML_TOKEN.finditer(text):
            token = match[0]
            if token.startswith("#"):
                continue
            stripped = token.strip()
            if stripped.startswith("["):
                table = stripped.strip("[]").replace('"', "").replace("'", "").replace(" ", "")
                last = table.rsplit(".", 1)[-1]
                self._headings.setdefault(table, match.start() + token.rfind(last))
            else:
                bare = token.strip("\"'")
                index = match.start() + token.find(bare)
                self._in_table.setdefault((table, bare), deque()).append(index)
                self._anywhere.setdefault(bare, index)

    def find(self, value: str, table: str) -> int:
        """Return where a key or string stands in a table, the next one each time; else where it stands first."""
        places = self._in_table.get((table, value))
        return places.popleft() if places else self._anywhere.get(value, 0)

    def heading(self, table: str) -> int:
        """Return where the last name in a table's heading stands, or 0."""
        return self._headings.get(table, 0)


def json_document(text: str) -> dict[str, Any]:
    """Parse a JSON object; `Unreadable` when it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("not valid JSON") from None
    if not isinstance(document, dict):
        raise Unreadable("not a JSON object")
    return document


def json_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every key of a JSON document as the path of keys to it, and where its name stands.

    Elements of arrays are on the path as empty keys.
    """
    path: list[str] = []
    objects: list[bool] = []
    key_next = False
    for match in _JSON_TOKEN.finditer(text):
        token = match[0]
        if token in ("{", "["):
            objects.append(token == "{")
            path.append("")
            key_next = token == "{"
        elif token in ("}", "]"):
            if objects:
                objects.pop()
                path.pop()
            key_next = False
        elif token == ",":
            key_next = bool(objects) and objects[-1]
        elif key_next and token.startswith('"') and path:
            path[-1] = _string(token)
            yield tuple(path), match.start() + 1
            key_next = False


def _string(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads(token))
    except ValueError:
        return token[1:-1]
