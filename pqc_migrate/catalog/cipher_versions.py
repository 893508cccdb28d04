"""What an OpenSSL cipher string allows with one version of OpenSSL: suites below TLS 1.3, and what they share.

Reads `cipher_versions.toml`. `cipher_strings` says what a string selects whatever the version; this module works
through it as ``ssl_create_cipher_list`` and ``ssl_cipher_process_rulestr`` of one version's default build do
(OpenSSL 3.0, ssl/ssl_ciph.c), and leaves out what the security level forbids (``ssl_security_default_callback``,
ssl/ssl_cert.c). The order of the suites is not worked out: ``+`` and ``@STRENGTH`` change nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pqc_migrate.catalog import cipher_strings, suites, toml
from pqc_migrate.catalog.suites import Suite
from pqc_migrate.errors import CatalogError

_WORD = re.compile(r"[A-Za-z0-9.=-]*", re.ASCII)
_SEPARATORS = ": ;,"
_NOT_SEPARATOR = re.compile(r"[^: ;,]*")
_DEFAULT = "DEFAULT"
_NOT_DEFAULT = "COMPLEMENTOFDEFAULT"
_SUITE_B = {
    "SUITEB128ONLY": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "SUITEB128C2": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "SUITEB128": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
    "SUITEB192": "ECDHE-ECDSA-AES256-GCM-SHA384",
}
"""What a string that begins with one of these words is replaced by (``check_suiteb_cipher_list``)."""
_PROFILE = "PROFILE="
"""Red Hat's word for a list in another file, which no release of OpenSSL knows."""
_LEAST_BITS = (0, 80, 112, 128, 192, 256)
"""Strength that each security level asks for (SSL_CTX_set_security_level(3))."""
_EPHEMERAL = frozenset({"kDHE", "kECDHE", "kDHEPSK", "kECDHEPSK"})
_NEEDS_CALLBACK = frozenset({"kPSK", "kDHEPSK", "kECDHEPSK", "kRSAPSK", "kSRP"})
"""Exchanges that no program offers before it sets callbacks; ``openssl ciphers -s`` leaves them out, too."""
_STRENGTHS = frozenset({"HIGH", "MEDIUM", "LOW", "FIPS"})
"""Words that are bits of one mask: two different ones in a rule make it void."""
_CHANGING = frozenset(
    {
        "SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.2", "HIGH", "MEDIUM", "LOW", "FIPS", "CBC", "EXP", "EXPORT",
        "EXPORT40", "EXPORT56", "ALL", "COMPLEMENTOFALL", _DEFAULT, _NOT_DEFAULT,
    }
)  # fmt: skip
"""Words whose meaning a version decides; the rest means the same in each."""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """The default build of one version of OpenSSL."""

    name: str
    words: Mapping[str, frozenset[str]]
    """Suites (IANA names) by each word whose meaning changed between versions."""
    suites: frozenset[str]
    level: int | None
    """Security level of a build that sets none; None: this version has no security levels."""
    weak: Mapping[str, int]
    """Strength in bits of the ciphers that this version counts lower than others do."""
    ignores_case: bool = False
    """Whether it takes words in any letters' case."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What suites have in common, each name once."""

    exchange: tuple[str, ...] = ()
    """``ECDHE``, ``DHE``, ``RSA`` …"""
    authentication: tuple[str, ...] = ()
    """``ECDSA``, ``RSA``, ``DSA``, ``none``."""
    encryption: tuple[str, ...] = ()
    """``AES-GCM``, ``3DES-CBC``, ``NULL`` …"""

    @property
    def without_forward_secrecy(self) -> tuple[str, ...]:
        """Exchanges whose past sessions the server's long-lived key opens."""
        return tuple(one for one in self.exchange if one not in ("ECDHE", "DHE"))

    @property
    def weak(self) -> tuple[str, ...]:
        """3DES, RC4 and less, where something of them is allowed."""
        return tuple(one for one in self.encryption if one.partition("-")[0] in _WEAK)


_WEAK = frozenset({"3DES", "RC4", "RC2", "DES", "NULL", "IDEA"})
_EXCHANGES = {
    "kECDHE": "ECDHE", "kDHE": "DHE", "kRSA": "RSA", "kECDHr": "ECDH", "kECDHe": "ECDH", "kDHr": "DH", "kDHd": "DH",
}  # fmt: skip
_AUTHENTICATIONS = {"aECDSA": "ECDSA", "aRSA": "RSA", "aDSS": "DSA", "aECDH": "ECDH", "aDH": "DH", "aNULL": "none"}
_CIPHERS = {
    "CHACHA20_POLY1305": "ChaCha20-Poly1305", "AES_GCM": "AES-GCM", "AES_CCM": "AES-CCM", "AES_CCM_8": "AES-CCM8",
    "AES_CBC": "AES-CBC", "ARIA_GCM": "ARIA-GCM", "CAMELLIA_CBC": "Camellia-CBC", "SEED_CBC": "SEED-CBC",
    "IDEA_CBC": "IDEA-CBC", "3DES_EDE_CBC": "3DES-CBC", "RC4": "RC4", "NULL": "NULL",
}  # fmt: skip
_SIZE = re.compile(r"_(?:128|256)")


def expand(text: str, version: str) -> tuple[Suite, ...] | None:
    """Return the suites that `text` allows, sorted by code point; None for a string that this OpenSSL refuses."""
    found = _versions()[version]
    selected, level = _selected(text, found)
    if selected is None:
        return None
    level = found.level if level is None else level
    allowed = (_suites()[name] for name in selected)
    return tuple(sorted((one for one in allowed if _permitted(one, level, found)), key=lambda one: one.code))


def summary(found: Iterable[Suite]) -> Summary:
    """Return what suites have in common; those that need a pre-shared key or password are passed over."""
    usual = [one for one in found if one.exchange not in _NEEDS_CALLBACK]
    return Summary(
        exchange=_named(_EXCHANGES, (one.exchange for one in usual)),
        authentication=_named(_AUTHENTICATIONS, (one.authentication for one in usual)),
        encryption=_named(_CIPHERS, (_SIZE.sub("", one.cipher) for one in usual)),
    )


@lru_cache(maxsize=256)
def details(text: str, appended: str = "") -> tuple[tuple[str, str], ...]:
    """Return what the reference version allows, as the details of a finding; empty for a string that it refuses.

    `appended` is what a program adds to every string before it hands it to OpenSSL.
    """
    text += appended
    reference = _reference()
    found = None if _PROFILE in text else expand(text, reference)
    if found is None:
        return ()
    what = summary(found)
    same = [
        name
        for name in names()
        if name != reference and (one := expand(text, name)) is not None and summary(one) == what
    ]
    told = f"{reference} (default build)"
    if same:
        told += f"; the same with {', '.join(name.removeprefix('OpenSSL ') for name in same)}"
    return (("expanded-with", told), *_told(what))


def names() -> tuple[str, ...]:
    """Return the versions that are known, oldest first."""
    return tuple(_versions())


def version(name: str) -> Version:
    """Return one version by its name."""
    return _versions()[name]


def _told(what: Summary) -> tuple[tuple[str, str], ...]:
    if not what.exchange:
        return (("allows", "no suite below TLS 1.3 that needs no pre-shared key"),)
    static = what.without_forward_secrecy
    allows = (
        f"key exchange {', '.join(what.exchange)}; authentication {', '.join(what.authentication)}; "
        f"encryption {', '.join(what.encryption)}"
    )
    return (
        ("allows", allows),
        ("without-forward-secrecy", ", ".join(static) or "none"),
        ("weak-encryption", ", ".join(what.weak) or "none"),
    )


def _named(order: Mapping[str, str], found: Iterable[str]) -> tuple[str, ...]:
    present = set(found)
    known = [name for word, name in order.items() if word in present]
    return tuple(dict.fromkeys((*known, *sorted(present - order.keys()))))


@lru_cache(maxsize=1024)
def _selected(text: str, found: Version) -> tuple[frozenset[str] | None, int | None]:
    """Return the suites that a string leaves active, and the security level it sets; None: an error."""
    head = text[:16].upper() if found.ignores_case else text[:16]
    text = next((meaning for word, meaning in _SUITE_B.items() if head.startswith(word)), text)
    rules = _Rules(found)
    if head.startswith(_DEFAULT):
        rules.apply("", found.words["ALL"])
        rules.apply("!", found.words[_NOT_DEFAULT] | found.words["COMPLEMENTOFALL"])
        text = text[len(_DEFAULT) :].removeprefix(":")
    ok = rules.read(text)
    return (frozenset(rules.active) if ok and rules.active else None), rules.level


class _Rules:
    """The state of one string that is worked through from left to right."""

    def __init__(self, found: Version) -> None:
        self._version = found
        self.active: set[str] = set()
        self._killed: set[str] = set()
        self.level: int | None = None

    def read(self, text: str) -> bool:
        """Apply every rule of a string; False where this OpenSSL refuses it."""
        position = 0
        while position < len(text):
            if text[position] in _SEPARATORS:
                position += 1
                continue
            operator = text[position] if text[position] in "-+!@" else ""
            position += len(operator)
            position = self._command(text, position) if operator == "@" else self._rule(text, position, operator)
            if position < 0:
                return False
        return True

    def apply(self, operator: str, reached: frozenset[str]) -> None:
        """Add, remove or remove for good."""
        if operator == "":
            self.active |= reached - self._killed
        elif operator in "-!":
            self.active -= reached
            if operator == "!":
                self._killed |= reached

    def _rule(self, text: str, position: int, operator: str) -> int:
        """Apply the words between ``+`` that begin here; return where they end, -1 for what is no word."""
        reached = self._version.suites
        strengths: set[str] = set()
        while True:
            word = _word(text, position)
            if not word:
                return -1
            position += len(word)
            several = text[position : position + 1] == "+"
            position += several
            one = _reached(word, self._version)
            strengths |= {word.upper()} & _STRENGTHS
            if one is None or len(strengths) > 1:  # an unknown word makes the whole rule void
                return _end(text, position)
            reached &= one
            if not several:
                self.apply(operator, reached)
                return position

    def _command(self, text: str, position: int) -> int:
        """Apply ``@STRENGTH`` or ``@SECLEVEL=n``; return where it ends, -1 for an unknown one."""
        length = len(_word(text, position))
        word = text[position : position + length]
        word = word.upper() if self._version.ignores_case else word
        level = word.removeprefix("SECLEVEL=")
        if len(word) == 10 and level in tuple("012345") and self._version.level is not None:
            self.level = int(level)
        elif word != "STRENGTH":
            return -1
        return _end(text, position + length)


def _word(text: str, position: int) -> str:
    match = _WORD.match(text, position)
    return match[0] if match else ""


def _end(text: str, position: int) -> int:
    match = _NOT_SEPARATOR.match(text, position)
    return match.end() if match else position


def _reached(word: str, found: Version) -> frozenset[str] | None:
    """Return the version's suites that a word names; None for a word that it does not know."""
    if found.ignores_case:
        word = _folded(found.name).get(word.lower(), word)
    if (suite := suites.find(word)) is not None and word in suite.spellings:
        return frozenset({suite.name}) if suite.name in found.suites else None
    if word in _CHANGING:
        return found.words.get(word)
    belonging = cipher_strings.belonging(word)
    return None if belonging is None else belonging & found.suites


@cache
def _folded(name: str) -> Mapping[str, str]:
    """Return the words of a version by their lower-case spelling; of two alike, the one that selects something."""
    found = version(name)
    known = dict(found.words)
    known |= {word: cipher_strings.belonging(word) or frozenset() for word in cipher_strings.keywords() - _CHANGING}
    known |= {spelling: frozenset({one}) for one in found.suites for spelling in _suites()[one].spellings}
    return {word.lower(): word for word in sorted(known, key=lambda word: (bool(known[word] & found.suites), word))}


def _permitted(suite: Suite, level: int | None, found: Version) -> bool:
    """Whether a security level lets a suite be used (``SSL_SECOP_CIPHER_SUPPORTED``)."""
    if not level:
        return True
    return (
        found.weak.get(suite.cipher, _bits()[suite.cipher]) >= _LEAST_BITS[level]
        and suite.authentication != "aNULL"
        and suite.mac != "MD5"
        and not (level >= 4 and suite.mac == "SHA")
        and not (level >= 2 and suite.cipher.startswith("RC4"))
        and not (level >= 3 and suite.exchange not in _EPHEMERAL)
    )


@cache
def _raw() -> Mapping[str, Any]:
    raw = toml.read(toml.root() / "cipher_versions.toml")
    toml.check_keys("cipher_versions.toml", raw, {"reference", "bits", "version", "table"}, set())
    return raw


def _reference() -> str:
    return str(_raw()["reference"])


@cache
def _bits() -> Mapping[str, int]:
    return {cipher: bits for cipher, bits in _raw()["bits"].items() if cipher != "source"}


@cache
def _suites() -> Mapping[str, Suite]:
    return {suite.name: suite for suite in suites.suites()}


@cache
def _versions() -> Mapping[str, Version]:
    tables = {record["name"]: _table(record) for record in _raw()["table"]}
    return {record["name"]: _version(record, tables[record["table"]]) for record in _raw()["version"]}


def _table(record: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Return the words that select each suite of a table, by the suite's IANA name."""
    table: dict[str, tuple[str, ...]] = {}
    for words, spellings in record["suites"].items():
        for spelling in spellings:
            suite = suites.find(spelling)
            if suite is None or suite.cipher not in _bits():
                raise CatalogError(f"cipher_versions.toml: {spelling!r} is no suite of suites.toml with a strength")
            table[suite.name] = tuple(words.split())
    return table


def _version(record: Mapping[str, Any], table: Mapping[str, tuple[str, ...]]) -> Version:
    where = f"cipher_versions.toml: {record['name']!r}"
    toml.check_keys(where, record, {"name", "source", "table", "words"}, {"level", "weak", "case"})
    lowered = record.get("weak", {"ciphers": (), "words": (), "bits": 0})
    words: dict[str, set[str]] = {
        word: set() for word in (*record["words"], "ALL", "COMPLEMENTOFALL", _NOT_DEFAULT)
    }
    for name, own in table.items():
        suite = _suites()[name]
        if suite.cipher in lowered["ciphers"]:
            own = (*(word for word in own if word not in ("HIGH", "MEDIUM", "LOW")), *lowered["words"])
        spelled = {*own, "COMPLEMENTOFALL" if suite.cipher == "NULL" else "ALL"}
        spelled |= {"CBC"} if suite.cipher.endswith("_CBC") else set()
        spelled |= {"TLSv1.0"} if "TLSv1" in own else set()
        for word in spelled & words.keys():
            words[word].add(name)
    return Version(
        name=record["name"],
        words={word: frozenset(members) for word, members in words.items()},
        suites=frozenset(table),
        level=record.get("level"),
        weak=dict.fromkeys(lowered["ciphers"], lowered["bits"]),
        ignores_case=record.get("case") == "ignored",
    )
