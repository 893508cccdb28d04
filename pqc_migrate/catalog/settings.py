"""Products whose settings are keys with values: which files, which keys, and what their values mean.

One file ``settings/<product>.toml`` a product; the file's name is the detector's name and the first half of its
rule ids. `catalog/README.md` says how one is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset

SYNTAXES = frozenset(
    [
        "bicep",
        "container-yaml",
        "dockerfile",
        "environment",
        "erlang",
        "hcl",
        "image-config",
        "ini",
        "ini-words",
        "json",
        "mqsc",
        "oracle-net",
        "pairs",
        "properties",
        "toml",
        "xml",
        "yaml",
    ]
)
_SUFFIX = (
    r"(?!(?:[0-9]\w*|md|rst|adoc|txt|html?|diff|patch|gz|bz2|xz|zst|zip|md5|sha\d+|py|rb|pl|go|c|h|java|kt|js|ts|sh|ps1)\Z)"
    "[^/]+"
)
CASES = frozenset({"exact", "ignored", "relaxed"})


@dataclass(frozen=True, slots=True)
class Files:
    """Files that a product reads."""

    syntax: str
    names: re.Pattern[str]
    """Matched with the last part of the path, in lower case."""
    paths: re.Pattern[str]
    """Matched with the whole path, in lower case, a slash in front: for names that span folders."""
    anchors: frozenset[bytes] = frozenset()
    """One of these must stand in the file, when there are any."""
    when: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Values that a document must have at places, as the product's own files have."""
    own_substitution: bool = False
    """``${name}`` is the notation's own and makes no template of the file."""
    last_holds: bool = False
    """Of a key that stands several times only the last value is used."""

    def fit(self, path: str) -> bool:
        """Whether the product's files have such a path, given in lower case."""
        name = path.rpartition("/")[2]
        return self.names.fullmatch(name) is not None or self.paths.fullmatch(f"/{path}") is not None


@dataclass(frozen=True, slots=True)
class Key:
    """One setting and the meaning of its value."""

    rule: str
    """Second half of the rule id, kebab-case."""
    keys: re.Pattern[str]
    symbol: str
    """As the product's manual spells it; empty: as the file spells its last part."""
    means: str
    """Name of a reader in `detectors/config/meanings.py`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What that reader asks for: a notation, siblings, values with their assets."""
    when: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Values that its siblings must have; a place relative to the mapping that holds the key."""
    values: Mapping[str, Asset] = field(default_factory=dict)
    """What single words stand for, in lower case."""
    flag: re.Pattern[str] | None = None
    """Where the value begins when the setting is an option of a command line (``--tls-min-version=``)."""

    @property
    def reads_part(self) -> bool:
        """True when the setting reads a part of the value, and others of the same key may read the rest."""
        return self.flag is not None or "within" in self.options


@dataclass(frozen=True, slots=True)
class Product:
    """One product's files and settings."""

    id: str
    name: str
    source: str
    files: tuple[Files, ...]
    settings: tuple[Key, ...]
    case: str = "exact"
    """How keys are compared: ``exact``, ``ignored`` (letters' case), ``relaxed`` (Spring: also without - and _)."""
    likely: str = ""
    """Why a setting of this product is only likely to be what it is named after; empty: it is sure."""
    keys: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    """What any of the settings' keys look like."""

    def spelled(self, key: str) -> str:
        """Return a key as the patterns of this product are compared with it."""
        if self.case == "exact":
            return key
        key = key.lower()
        return key.replace("-", "").replace("_", "") if self.case == "relaxed" else key


@cache
def products() -> tuple[Product, ...]:
    """Return every product; `CatalogError` names file and key of what is wrong."""
    folder = toml.root() / "settings"
    return tuple(_product(path.name.removesuffix(".toml"), toml.read(path)) for path in toml.walk(folder))


def _product(identifier: str, raw: Mapping[str, Any]) -> Product:
    where = f"settings/{identifier}.toml"
    toml.check_keys(where, raw, {"product", "source", "file", "setting"}, {"case", "likely"})
    case = raw.get("case", "exact")
    if case not in CASES:
        raise CatalogError(f"{where}: case {case!r}", hint=f"one of {', '.join(sorted(CASES))}")
    empty = Product(identifier, raw["product"], raw["source"], (), (), case)
    files = tuple(_files(where, record) for record in raw["file"])
    keys = tuple(_key(where, record, empty) for record in raw["setting"])
    known = re.compile("|".join(f"(?:{key.keys.pattern})" for key in keys))
    return Product(identifier, raw["product"], raw["source"], files, keys, case, raw.get("likely", ""), known)


def _files(where: str, raw: Mapping[str, Any]) -> Files:
    toml.check_keys(
        f"{where}: file", raw, {"syntax", "names"}, {"anchors", "when", "own_substitution", "last_holds"}
    )
    if raw["syntax"] not in SYNTAXES:
        raise CatalogError(f"{where}: syntax {raw['syntax']!r}", hint=f"one of {', '.join(sorted(SYNTAXES))}")
    spelled = [name.lower() for name in raw["names"]]
    names, paths = (_any_of(name for name in spelled if ("/" in name) is spans) for spans in (False, True))
    anchors = frozenset(anchor.encode() for anchor in raw.get("anchors", ()))
    own = raw.get("own_substitution", raw["syntax"] == "hcl")
    last_holds = raw.get("last_holds", False)
    return Files(raw["syntax"], names, paths, anchors, _conditions(raw.get("when", {})), own, last_holds)


def _key(where: str, raw: Mapping[str, Any], product: Product) -> Key:
    where = f"{where}: setting {raw.get('keys', ['?'])[0]!r}"
    known = {"symbol", "when", "values", "options", "source", "flag"}
    toml.check_keys(where, raw, {"rule", "keys", "means"}, known)
    pattern = "|".join(glob(product.spelled(key)) for key in raw["keys"])
    values = {text.lower(): _asset(f"{where}: {text!r}", record) for text, record in raw.get("values", {}).items()}
    return Key(
        raw["rule"],
        re.compile(pattern),
        raw.get("symbol", ""),
        raw["means"],
        raw.get("options", {}),
        _conditions(raw.get("when", {})),
        values,
        _flag(raw["flag"]) if "flag" in raw else None,
    )


def _flag(name: str) -> re.Pattern[str]:
    """Return a pattern for an option of a command line, whose one group is its value without quotes."""
    return re.compile(rf"(?:^|(?<=[\s\"'=]))-{{1,2}}{re.escape(name)}(?:=|\s+)[\"']?([^\s\"']+)", re.ASCII)


def _asset(where: str, record: Mapping[str, Any]) -> Asset:
    if "family" not in record:
        raise CatalogError(f"{where}: missing family")
    family = algorithms.family(record["family"])
    return Asset.of(family.kind, family.id, **{key: value for key, value in record.items() if key != "family"})


def _conditions(raw: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return {place: re.compile(_words(text), re.IGNORECASE) for place, text in raw.items()}


def _words(text: str) -> str:
    """Return a pattern for values: ``*`` any characters, ``|`` between words; ``!`` in front: none of them."""
    if text.startswith("!"):
        return rf"(?!(?:{_words(text[1:])})\Z).*"
    return "|".join(".*".join(map(re.escape, word.split("*"))) for word in text.split("|"))


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return what matches one of the names, nothing when there is none."""
    return re.compile("|".join(map(_path, names)) or r"(?!)")


def _path(name: str) -> str:
    """Return a pattern for a name, or for a path that may lie in any folder; ``*`` stays in one, ``**`` does not.

    ``.*`` at the end is the suffix of a template or a copy, not of prose, source code or an archive about the file.
    """
    lead = "(?:.*/)" if "/" in name else ""
    if name.endswith(".*"):
        return lead + glob(name[:-1], separator="/") + _SUFFIX
    return lead + glob(name, separator="/")


def glob(text: str, separator: str = ".") -> str:
    """Return the pattern of a key: ``*`` is one part of it, ``**`` any number of parts, ``[]`` any item of a list.

    ``[]`` may be left out behind a block or an element that stands once: ``Server.Service`` matches ``Server[0]``.
    """
    if separator == "/":
        pattern = re.escape(text).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
        return pattern.replace(r"\*", "[^/]*")
    pattern = re.escape(text.replace("[]", "")).replace(r"\.", r"(?:\[\])*\.")
    pattern = pattern.replace(r"\*\*(?:\[\])*\.", r"(?:.*\.)?").replace(r"\*\*", ".*")
    return pattern.replace(r"\*", r"[^.\[\]]*") + r"(?:\[\])*"
