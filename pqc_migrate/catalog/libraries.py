r"""What a call of a library means: one file ``libraries/<language>/<library>.toml`` a library.

::

    source  = "https://docs.python.org/3/library/hashlib.html"
    anchors = ["hashlib"]                       # literals without which a file cannot use the library
    prefixes = { Cryptodome = "Crypto" }        # another root for the same names

    [types]                                     # what a call returns, for calls of its methods
    "hashlib.sha256" = "hashlib.Hash"

    [texts]                                     # constants that are strings
    "android.security.keystore.KeyProperties.KEY_ALGORITHM_AES" = "AES"

    shares = ["c/apple"]                        # another language's file that holds here, too

    [[rule]]
    id        = "new"
    call      = ["hashlib.new"]                 # resolved names; "*.sign" is a method of an unseen type
    algorithm = { arg = 0, name = "name", as = "digests" }
    functions = ["digest"]

    [[example]]                                 # run by the tests: all that must be found, nothing else
    code  = 'import hashlib\nhashlib.new("md5")\n'
    finds = ["2 MD5"]

Keys of a rule, and of the places its values are read from, are documented on `Rule` and `Source`;
README.md beside this file walks through an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.errors import CatalogError


@dataclass(frozen=True, slots=True)
class Source:
    """Where in a call one value stands, and how it is read."""

    arg: int | None = None
    """0-based position."""
    name: str = ""
    """Keyword, where the language has them; also the field of a struct literal."""
    key: str = ""
    """Key inside an options object at that place (``{ modulusLength: 2048 }``); dots lead further in."""
    receiver: str = ""
    """Take this parameter or detail of the object the method is called on; ``*`` for the object itself
    (read ``as`` signer, encryptor or agreement: for what the method makes of it)."""
    convert: str = ""
    """``number``, ``bytes`` (a count of octets → bits), ``octets`` (the length of a key value → bits), ``digest``,
    ``hmac`` (a hash → HMAC with it), ``curve``, ``mode``, ``text``, ``object`` (another call's meaning), ``signer``
    and ``encryptor`` (a key or padding object → its signature or encryption scheme), ``curve-signer`` and
    ``agreement`` (a curve's key → ECDSA, ECDH; any other as it is), ``cipher`` (an object's name), ``flag``
    (``true`` or ``false``), ``nist-curve`` (256 → P-256) or the name of a notation (`catalog.notations`); left out:
    what fits the parameter. A detail read ``as = "object"`` takes over that object's details."""
    default: str = ""
    """The value the library documents when the argument is left out."""
    family: str = ""
    """Accept only an object of this family or of this base; anything else is not read."""
    without: str = ""
    """Accept only an object that does not bring this parameter (a bare cipher, and no AEAD of one)."""
    split: str = ""
    """Separator of names that stand in one string (``X25519:P-256``)."""
    rest: bool = False
    """Whether every argument from that position on is read, for a call that takes its names one by one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What an argument must be for a rule to hold."""

    arg: int
    names: frozenset[str]
    """Constants, numbers, strings, or flags (``A|B``, sorted); ``*`` for whatever is given."""
    member: bool = False
    """Whether one member of a struct, a list or flags suffices (``has`` instead of ``is``)."""
    name: str = ""
    """Keyword of the argument, where the language has them; the position, if any, holds when it is left out."""
    key: str = ""
    """Key inside an options object at that place."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The meaning of one resolved name."""

    id: str
    """``<library>/<rule>``: permanent, printed with each finding."""
    name: str
    """The resolved name it is looked up by."""
    family: str
    """Family of a fixed asset; empty when `algorithm` reads it or when this is only a part (a mode, a padding)."""
    constants: tuple[tuple[str, str], ...] = ()
    algorithm: Source | None = None
    parameters: tuple[tuple[str, Source], ...] = ()
    details: tuple[tuple[str, Source], ...] = ()
    """Facts that do not make another asset; ``octets``: how many bits of octets the call returns."""
    functions: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """Constant details, e.g. what a runtime-dependent call negotiates and which version decides."""
    silent: bool = False
    """True: never a finding by itself; it lends type and parameters to others."""
    carries: bool = False
    """True: a silent call all the same gives the object that it means (a key that is looked up), so that a function
    which returns it hands that out."""
    refines: bool = False
    """True: never a finding by itself; what it reads completes the object that it is called on
    (``generator.initialize(2048)``), wherever that object is used."""
    names_key: bool = False
    """True: the keys and curves that it uses are named after it: a key that is only exchanged is an ECDH key."""
    reference: bool = True
    """False: naming it without calling it is no use (a type, an exception)."""
    implementation: bool = False
    arity: int | None = None
    """Only calls with this many arguments; for overloads whose arguments mean different things."""
    fills: int | None = None
    """Position of the argument that the call makes or changes (``&ctx`` of C): from there on that variable
    is what the call means."""
    when: Condition | None = None
    """Only calls whose argument is one of these."""
    unless: Condition | None = None
    """Only calls whose argument is none of these."""
    forgets: tuple[str, ...] = ()
    """Parameters of the object that no longer hold after the call (``rsa.FromXmlString`` replaces the key)."""
    alone: bool = False
    """True: what the call names stands by itself, whatever the object it is called on (a builder of a key) is."""
    optional: bool = False
    """True: a call that names no algorithm is no gap; most of its calls do other things."""

    @property
    def wildcard(self) -> bool:
        """Whether this is a method looked up without knowing the type of its object."""
        return self.name.startswith("*.")


@dataclass(frozen=True, slots=True)
class Example:
    """Code of ours with everything that must be found in it."""

    library: str
    language: str
    code: str
    finds: tuple[str, ...]
    """``<line> <display name>`` each, in any order; nothing else may be found."""


@dataclass(frozen=True, slots=True)
class Libraries:
    """Every library of one language, indexed for the engine."""

    rules: Mapping[str, tuple[Rule, ...]]
    types: Mapping[str, str]
    anchors: frozenset[bytes]
    tokens: frozenset[bytes]
    """Last components of all names: only these words of a file are looked at."""
    prefixes: tuple[tuple[str, str], ...]
    heads: frozenset[str]
    """First words of the prefixes: any other name is its own canonical name."""
    scopes: frozenset[str]
    """Every proper prefix of a name, so that a star import knows what it may hold."""
    texts: Mapping[str, str]
    """Constants that are strings, so that names can be built from them (``"$KEY_ALGORITHM_AES/GCM/NoPadding"``)."""
    fills: Mapping[str, int]
    """Functions that make or change what one argument points to, and its position."""
    queries: frozenset[str]
    """Functions that ask about an algorithm (its name, its length, whether it is there): no uses of it."""

    def canonical(self, name: str) -> str:
        """Return the name with an alternative root replaced by the one the rules use."""
        for other, root in self.prefixes if _head(name) in self.heads else ():
            if name.startswith(other) and name[len(other) : len(other) + 1] in ("", ".", "/"):
                return root + name[len(other) :]
        return name

    def rules_of(self, name: str) -> tuple[Rule, ...]:
        """Return the rules of a name, or else those for a method of that name on any object (``*.subtle.sign``)."""
        name = self.canonical(name)
        last = _last(name)
        owner = _last(name[: -len(last) - 1])
        return self.rules.get(name) or self.rules.get(f"*.{owner}.{last}") or self.rules.get(f"*.{last}", ())

    def knows(self, name: str) -> bool:
        """Whether a rule, a type or a part of one has this name."""
        name = self.canonical(name)
        return name in self.rules or name in self.types or name in self.scopes


_FILE_KEYS = {
    "source", "anchors", "queries", "prefixes", "types", "texts", "rule", "example", "library", "shares",
}  # fmt: skip
_RULE_REQUIRED = {"id"}
_RULE_OPTIONAL = {
    "call", "calls", "asset", "algorithm", "parameters", "details", "functions", "facts", "silent", "reference",
    "arity", "refines", "returns", "source", "implementation", "fills", "when", "unless", "optional",
    "forgets", "alone", "names_key", "carries",
}  # fmt: skip
_SOURCE_KEYS = {"arg", "name", "key", "receiver", "as", "default", "family", "without", "split", "rest"}


@cache
def load(language: str) -> Libraries:
    """Return the libraries of a language; `CatalogError` names file, rule and key of a bad record."""
    rules: dict[str, list[Rule]] = {}
    types: dict[str, str] = {}
    texts: dict[str, str] = {}
    anchors: set[str] = set()
    queries: set[str] = set()
    prefixes: list[tuple[str, str]] = []
    for stem, raw in [*_files(language), *_shared(language)]:
        anchors.update(raw["anchors"])
        queries.update(raw.get("queries", []))
        types.update(raw.get("types", {}))
        texts.update(raw.get("texts", {}))
        prefixes.extend(raw.get("prefixes", {}).items())
        for record in raw.get("rule", []):
            for rule, returns in _rules(stem, record):
                rules.setdefault(rule.name, []).append(rule)
                if returns:
                    types[rule.name] = returns
    names = [*rules, *types, *texts]
    return Libraries(
        rules={name: tuple(found) for name, found in rules.items()},
        types=types,
        anchors=frozenset(anchor.encode() for anchor in anchors),
        tokens=frozenset(_last(name).encode() for name in rules),
        prefixes=tuple(sorted(prefixes, reverse=True)),  # the longer of two that fit comes first
        heads=frozenset(_head(other) for other, _ in prefixes),
        scopes=frozenset(scope for name in names for scope in _scopes(name)) | _conditions(rules),
        texts=texts,
        queries=frozenset(queries),
        fills={name: rule.fills for name, found in rules.items() for rule in found if rule.fills is not None},
    )


def examples(language: str) -> tuple[Example, ...]:
    """Return the examples of every library of a language."""
    return tuple(
        Example(stem, record.get("language", language), record["code"], tuple(record["finds"]))
        for stem, raw in _files(language)
        for record in raw.get("example", [])
    )


def languages() -> tuple[str, ...]:
    """Return the languages that have library files."""
    return tuple(sorted(entry.name for entry in (toml.root() / "libraries").iterdir() if entry.is_dir()))


@cache
def anchors(language: str) -> frozenset[bytes]:
    """Return the literals of a language's libraries, without reading what the libraries mean.

    Every scan needs every language's anchors and the rules of only a few: the keys above a file's first
    table are read alone.
    """
    found: set[str] = set()
    for path in toml.walk(toml.root() / "libraries" / language):
        head = toml.head(path)
        found.update(head["anchors"])
        for other in head.get("shares", []):
            found.update(toml.head(toml.root() / "libraries" / f"{other}.toml")["anchors"])
    return frozenset(anchor.encode() for anchor in found)


def _files(language: str) -> list[tuple[str, dict[str, Any]]]:
    loaded = []
    for path in toml.walk(toml.root() / "libraries" / language):
        raw = toml.read(path)
        toml.check_keys(path.name, raw, {"source", "anchors"}, _FILE_KEYS)
        loaded.append((path.name.removesuffix(".toml"), raw))
    return loaded


def _shared(language: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the files of other languages that a file of this one shares (C's functions in Swift)."""
    wanted = sorted({name for _, raw in _files(language) for name in raw.get("shares", [])})
    pairs = (name.split("/") for name in wanted)
    return [(stem, raw) for other, library in pairs for stem, raw in _files(other) if stem == library]


def _rules(stem: str, record: Mapping[str, Any]) -> list[tuple[Rule, str]]:
    where = f"{stem}.toml: rule {record.get('id', '?')!r}"
    toml.check_keys(where, record, _RULE_REQUIRED, _RULE_OPTIONAL)
    named = dict(record.get("calls", {}))
    calls = record.get("call", [])
    for call in [calls] if isinstance(calls, str) else calls:
        named[call] = {}
    if not named:
        raise CatalogError(f"{where}: missing call or calls")
    return [(_rule(where, stem, record, name, asset), record.get("returns", "")) for name, asset in named.items()]


def _rule(where: str, stem: str, record: Mapping[str, Any], name: str, asset: Mapping[str, Any]) -> Rule:
    constants = {**record.get("asset", {}), **asset}
    family = constants.pop("family", "")
    if family:
        algorithms.family(family)
    return Rule(
        id=f"{stem}/{record['id']}",
        name=name,
        family=family,
        constants=tuple(sorted((key, str(value)) for key, value in constants.items())),
        algorithm=_source(where, record["algorithm"]) if "algorithm" in record else None,
        parameters=_sources(where, record.get("parameters", {})),
        details=_sources(where, record.get("details", {})),
        functions=tuple(record.get("functions", ())),
        facts=tuple(sorted(record.get("facts", {}).items())),
        silent=record.get("silent", False),
        carries=record.get("carries", False),
        refines=record.get("refines", False),
        names_key=record.get("names_key", False),
        reference=record.get("reference", True),
        implementation=record.get("implementation", False),
        arity=record.get("arity"),
        fills=record.get("fills"),
        when=_condition(record.get("when")),
        unless=_condition(record.get("unless")),
        forgets=tuple(record.get("forgets", ())),
        alone=record.get("alone", False),
        optional=record.get("optional", False),
    )


def _conditions(rules: Mapping[str, list[Rule]]) -> frozenset[str]:
    """Return the constants that conditions of rules name, which a file may repeat from a header."""
    conditions = (one for found in rules.values() for rule in found for one in (rule.when, rule.unless))
    return frozenset(part for one in conditions if one is not None for n in one.names for part in n.split("|"))


def _condition(raw: Mapping[str, Any] | None) -> Condition | None:
    if raw is None:
        return None
    names = frozenset(raw.get("is") or raw["has"])
    return Condition(raw.get("arg", -1), names, "has" in raw, raw.get("name", ""), raw.get("key", ""))


def _sources(where: str, raw: Mapping[str, Any]) -> tuple[tuple[str, Source], ...]:
    return tuple((name, _source(where, value)) for name, value in raw.items())


def _source(where: str, raw: Mapping[str, Any]) -> Source:
    toml.check_keys(where, raw, set(), _SOURCE_KEYS)
    return Source(
        arg=raw.get("arg"),
        name=raw.get("name", ""),
        key=raw.get("key", ""),
        receiver=raw.get("receiver", ""),
        convert=raw.get("as", ""),
        default=str(raw.get("default", "")),
        family=raw.get("family", ""),
        without=raw.get("without", ""),
        split=raw.get("split", ""),
        rest=raw.get("rest", False),
    )


def _head(name: str) -> str:
    return name.partition(".")[0].partition("/")[0]


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1].rsplit("::", 1)[-1]


def _scopes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
