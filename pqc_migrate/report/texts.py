"""The sentences of the documents, one TOML file a language, read strictly.

A text holds named placeholders (``{count}``); in English ``{count:file|files}`` chooses the word by the
number. A missing text or value is a `CatalogError` that names file and key: a document with a hole in it is
not written.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pqc_migrate.errors import CatalogError

LANGUAGES = ("zh", "en")
"""In the order in which a bilingual document holds them."""


class _Words(string.Formatter):
    """``str.format`` with named values only, and ``one|many`` as a format."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            raise KeyError(f"{{{key}}}")
        return kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, many = format_spec.split("|", 1)
            return one if str(value) == "1" else many
        if isinstance(value, int) and not isinstance(value, bool) and not format_spec:
            return f"{value:,}"
        return str(format(value, format_spec))


_FORMATTER = _Words()
_HAN = re.compile("[\u3400-\u9fff]")
_WIDE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
_LATIN = re.compile("[A-Za-z0-9]")


class Texts:
    """The sentences of one language by dotted key (``summary.title``)."""

    def __init__(self, lang: str, sentences: Mapping[str, str]) -> None:
        self.lang = lang
        self._sentences = sentences

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a sentence with its values filled in; `CatalogError` when text or value is missing."""
        if key not in self._sentences:
            raise CatalogError(
                f"report/texts/{self.lang}.toml: no text {key!r}", hint="add the sentence in every language"
            )
        try:
            return _filled(self._sentences[key], values)
        except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
            raise CatalogError(
                f"report/texts/{self.lang}.toml: {key!r} cannot be filled in: {error}",
                hint=f"values given: {', '.join(sorted(values)) or 'none'}",
            ) from error

    def __iter__(self) -> Iterator[str]:
        """Yield every key, sorted."""
        return iter(sorted(self._sentences))

    def raw(self, key: str) -> str:
        """Return a sentence with its placeholders as written."""
        return self._sentences[key]


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    """Fill a sentence in; where a value meets Chinese text, a space stands only beside Latin letters."""
    text = ""
    for literal, name, spec, _ in _FORMATTER.parse(sentence):
        text = _met(text, literal) if text else literal
        if name is not None:
            value = _FORMATTER.vformat(f"{{{name}:{spec}}}" if spec else f"{{{name}}}", (), values)
            text = _met(text, value)
    return text


def _met(left: str, right: str) -> str:
    """Join literal and value: ``核心账务 为`` loses its space, ``PCI DSS要求`` gains one."""
    before, after = left.rstrip(" ")[-1:], right.lstrip(" ")[:1]
    if _WIDE.match(before) and _WIDE.match(after):
        return left.rstrip(" ") + right.lstrip(" ")
    if (_HAN.match(left[-1:]) and _LATIN.match(right)) or (_LATIN.match(left[-1:]) and _HAN.match(right)):
        return f"{left} {right}"
    return left + right


def placeholders(sentence: str) -> set[str]:
    """Return the names a sentence expects."""
    return {name for _, name, _, _ in _FORMATTER.parse(sentence) if name is not None}


@cache
def load(lang: str) -> Texts:
    """Return the sentences of a language; `CatalogError` when its file is missing or malformed."""
    if lang not in LANGUAGES:
        raise CatalogError(f"no texts in language {lang!r}", hint=f"languages: {', '.join(LANGUAGES)}")
    path = files("pqc_migrate.report") / "texts" / f"{lang}.toml"
    try:
        return parse(lang, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"report/texts/{lang}.toml: cannot be read: {error}") from error


def parse(lang: str, source: str) -> Texts:
    """Return the sentences in the text of a TOML file; `CatalogError` when it is not a table of strings."""
    try:
        return Texts(lang, dict(_flat("", tomllib.loads(source), lang)))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"report/texts/{lang}.toml: not valid TOML: {error}") from error


def _flat(prefix: str, table: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            yield from _flat(f"{path}.", value, lang)
        else:
            raise CatalogError(f"report/texts/{lang}.toml: {path!r} is no text")
