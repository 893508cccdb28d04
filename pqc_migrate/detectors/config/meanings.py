"""What the value of a setting means, by the name that `catalog/settings/*.toml` gives it.

A reader gets the setting it speaks for, its value, and `Given`: the options of the catalog record and the values
that stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pqc_migrate.catalog import algorithms, names, notations, tls_profiles
from pqc_migrate.catalog.settings import Key
from pqc_migrate.detectors.config import gnutls, tls
from pqc_migrate.detectors.config.document import Word
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, NOT_FOLLOWED, SURE, Setting
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Provenance

Found = Iterator[Finding | Diagnostic]
_ON = frozenset({"true", "yes", "on", "1", "enabled", "enable", "required", "require", "always"})
_OFF = frozenset({"false", "no", "off", "0", "none", "disabled", "disable", "never", "null", "~", ""})
_SIZE = re.compile(r"\d{2,5}", re.ASCII)
_ITEM = re.compile(r"[^\s,:;\[\]\"']+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Given:
    """What a reader has beside the value."""

    key: Key
    beside: Callable[[str], Word | None]
    """The value at a place relative to the mapping that holds the setting: ``size``, ``../rotation``."""

    def pieces(self, value: Word) -> list[Word]:
        """Return the value, or what the first group of the option ``within`` matches in it."""
        if not (within := self.option("within")):
            return [value]
        pattern = re.compile(within, re.ASCII | re.IGNORECASE)
        return [value.part(match.start(1), match[1]) for match in pattern.finditer(value.text) if match[1]]

    def option(self, name: str, default: str = "") -> str:
        """Return one option of the catalog record."""
        return str(self.key.options.get(name, default))


Reader = Callable[[Setting, Word, Given], Found]


def _versions(bound: str = "") -> Reader:
    """Read protocol versions; the record's ``values`` are words of the product's own (``tls12``)."""
    return lambda setting, value, given: tls.versions(setting, (value,), bound=bound, words=given.key.values)


def _ciphers(setting: Setting, value: Word, _given: Given) -> Found:
    """Read OpenSSL's cipher string or Java's list of suites: in a list every name begins with TLS or SSL."""
    is_list = all(word.text.startswith(("TLS_", "SSL_")) for word in value.split(_ITEM))
    yield from tls.suite_list(setting, value) if is_list else tls.cipher_string(setting, value)


def _plain(reader: Callable[[Setting, Word], Found]) -> Reader:
    return lambda setting, value, _given: reader(setting, value)


def _file(reader: Callable[[Setting, Word], Found]) -> Reader:
    """Read the name of a file; an empty one says that there is none."""
    return lambda setting, value, _given: reader(setting, value) if value.text.strip() else iter(())


def _switched_on(setting: Setting, value: Word, given: Given) -> Found:
    """Read a switch: what is negotiated then, the version of the program's TLS library decides.

    The option ``on`` gives the words that switch it on where the product has its own; ``*`` is all but off.
    """
    text, words = value.text.strip().lower(), given.key.options.get("on", _ON)
    if text in words or ("*" in words and value.known and "$" not in text and text not in _OFF):
        yield tls.runtime(setting, value.part(0, ""), "version")


def _cipher_or_priority(setting: Setting, value: Word, _given: Given) -> Found:
    """Read what OpenSSL's build of a program takes as a cipher string and GnuTLS' build as a priority string."""
    yield from (gnutls.priority if gnutls.is_priority(value.text) else tls.cipher_string)(setting, value)


def _disabled_versions(setting: Setting, value: Word, given: Given) -> Found:
    """Read versions that are switched off: TLS, whose version the program decides, without these."""
    words = [word.text.lower() for word in value.split(_ITEM)]
    off = [asset for word in words if (asset := given.key.values.get(word) or names.lookup("tls_versions", word))]
    if off:
        disables = ("disables", ", ".join(algorithms.name(asset) for asset in off))
        reason = "these versions are off, which others are negotiated the version of the TLS library decides"
        yield tls.runtime(setting, value.part(0, ""), "version", details=(NEGOTIATES, disables), reason=reason)


def _version_range(setting: Setting, value: Word, _given: Given) -> Found:
    """Read versions as nginx (``TLSv1.2 TLSv1.3``) or Apache (``all -SSLv3 -TLSv1``) take them."""
    words = value.split(_ITEM)
    off = [word.text[1:].lower() for word in words if word.text.startswith("-")]
    if words and words[0].text.lower() == "all" and off:
        yield tls.excluded(setting, words[-1], off)
    else:
        yield from tls.versions(setting, (value,))


def _key_log(setting: Setting, value: Word, _given: Given) -> Found:
    """Read where the secrets of TLS connections are written: whoever has that file can read recorded traffic."""
    if value.text.strip():
        reason = "the secrets of every connection are written to a file"
        yield tls.runtime(
            setting, value.part(0, ""), "version", details=(NEGOTIATES, ("key-log", "on")), reason=reason
        )


def _elsewhere(setting: Setting, value: Word, _given: Given) -> Found:
    """Read the name of another file of settings."""
    if value.text.strip():
        yield setting.unresolved(value, f"names a configuration file, {NOT_FOLLOWED}")


def _fact(setting: Setting, value: Word, given: Given) -> Found:
    """Read a switch of TLS that says a fact: the option ``facts`` gives name and value for each word."""
    fact = given.key.options["facts"].get(value.text.strip().lower())
    if fact is not None:
        details = (NEGOTIATES, *sorted(fact.items()))
        reason = "a switch of the TLS library, the rest its version decides"
        yield tls.runtime(setting, value.part(0, ""), "version", details=details, reason=reason)


def _verification(off: frozenset[str], *, checks: str = "certificate") -> Reader:
    """Read whether the peer is checked; only that it is not is worth a row. The option ``off``: other words."""

    def read(setting: Setting, value: Word, given: Given) -> Found:
        if value.text.strip().lower() in given.key.options.get("off", off):
            yield tls.unverified(setting, value, checks)

    return read


def _name(setting: Setting, value: Word, given: Given) -> Found:
    """Read one name, by the record's own ``values`` or a notation; ``whole`` keeps blanks and commas in it."""
    yield from _named(setting, Word(value.text.strip(), value.offset, value.fixed, value.defined_at), given)


def _names(setting: Setting, value: Word, given: Given) -> Found:
    """Read names between blanks, commas, colons and semicolons; the option ``item`` is another pattern of one."""
    pattern = re.compile(given.option("item"), re.ASCII) if given.option("item") else _ITEM
    for item in value.split(pattern):
        yield from _named(setting, item, given)


def _named(setting: Setting, word: Word, given: Given) -> Found:
    if not word.known or "${" in word.text:
        yield setting.unresolved(word, "the name is filled in elsewhere")
        return
    if not word.text or word.text.lower() in given.key.options.get("nothing", ()):
        return
    asset = given.key.values.get(word.text.lower())
    details: tuple[tuple[str, str], ...] = ()
    if asset is None and (notation := given.option("notation")):
        found = notations.read(notation, word.text)
        asset, details = (found.asset, found.details) if found is not None else (None, ())
    if asset is None:
        yield setting.unresolved(word, "not a known name")
        return
    details = (*details, *_details(given))
    confidence = SURE if given.option("sure", "yes") == "yes" else LIKELY
    reason = given.option("reason", "directive of a parsed configuration file")
    asset = _completed(asset, given)
    functions = _functions(given)
    claim = setting.finding(word, asset, confidence=confidence, reason=reason, functions=functions, details=details)
    yield _sourced(setting, claim, given)


def _composite(setting: Setting, value: Word, given: Given) -> Found:
    """Read one name that stands for several algorithms: each of the option ``notations`` knows a part of it.

    An element of XML without content is itself the name.
    """
    word = value.part(0, value.text.strip() or setting.symbol)
    found = [named for table in given.key.options["notations"] if (named := notations.read(table, word.text))]
    yield from (setting.finding(word, named.asset, details=named.details) for named in found)
    if value.text.strip() and not found:
        yield setting.unresolved(value, "not a known name")


def _completed(asset: Asset, given: Given) -> Asset:
    """Add what stands beside the name: the size of a key, its curve, a mode or digest."""
    known = dict(asset.parameters)
    for parameter in ("size", "curve", "digest", "mode"):
        word = given.beside(given.option(parameter)) if given.option(parameter) else None
        if word is None or not word.known or parameter in known:
            continue
        if f"{{{parameter}}}" not in algorithms.family(asset.family).name:
            continue
        written: Mapping[str, str] = given.key.options.get(f"{parameter}s", {})
        text = word.text.strip()
        if (known_as := written.get(text) or _parameter(asset, parameter, text)) is not None:
            known[parameter] = known_as
    return replace(asset, parameters=tuple(sorted(known.items())))


def _sourced(setting: Setting, found: Finding, given: Given) -> Finding:
    """Say where the values beside a name come from, and add what the product documents for those left out.

    The option ``defaults`` gives the latter by family.
    """
    documented: Mapping[str, str] = given.key.options.get("defaults", {}).get(found.asset.family, {})
    known, origins = dict(found.asset.parameters), {one.parameter: one for one in found.provenance}
    for name in ("size", "curve", "digest", "mode"):
        word = given.beside(given.option(name)) if given.option(name) else None
        if word is None and name in documented and name not in known:
            known[name], origins[name] = str(documented[name]), Provenance(name, "library default")
        elif word is not None and name in known and (word.defined_in or word.defined_at is not None):
            origins[name] = setting.provenance(name, word)
    asset = replace(found.asset, parameters=tuple(sorted(known.items())))
    return replace(found, asset=asset, provenance=tuple(origins.values()))


def _parameter(asset: Asset, parameter: str, text: str) -> str | None:
    if parameter == "size":
        return text if _SIZE.fullmatch(text) and algorithms.takes(asset.family, text) else None
    if parameter == "curve":
        found = notations.read("openssl-key-groups", text)
        return found.asset.get("curve") if found is not None else None
    if parameter == "digest":
        found = notations.read("digests", text)
        return algorithms.name(found.asset) if found is not None else None
    return text.upper() if text.isalnum() else None


def _functions(given: Given) -> tuple[str, ...] | None:
    functions = given.key.options.get("functions")
    return tuple(functions) if functions is not None else None


def _details(given: Given) -> tuple[tuple[str, str], ...]:
    """Return the facts that the record asks for: the option ``details`` maps their names to places beside."""
    wanted: Mapping[str, str] = given.key.options.get("details", {})
    found = ((name, given.beside(place)) for name, place in sorted(wanted.items()))
    return tuple((name, word.text) for name, word in found if word is not None and _SIZE.fullmatch(word.text))


def _asset(setting: Setting, value: Word, given: Given) -> Found:
    """Report the record's one asset because the setting is there and not off; ``at`` gives the asset."""
    if value.text.strip().lower() in _OFF and given.option("even") != "empty":
        return
    asset = given.key.values["*"]
    found = setting.finding(
        value.part(0, ""), _completed(asset, given), functions=_functions(given), details=_details(given),
        confidence=SURE if given.option("sure", "yes") == "yes" else LIKELY,
    )  # fmt: skip
    yield _sourced(setting, found, given)


def _key(setting: Setting, value: Word, given: Given) -> Found:
    """Read the size of a key whose family the record gives (``rsa_bits = 4096``)."""
    asset = given.key.values["*"]
    text = value.text.strip()
    if not value.known:
        yield setting.finding(value.part(0, ""), asset, functions=("keygen",))
    elif _SIZE.fullmatch(text):
        asset = replace(asset, parameters=tuple(sorted((*asset.parameters, ("size", text)))))
        yield setting.finding(value, asset, functions=("keygen",))
    else:
        yield setting.unresolved(value, "not a size in bits")


def _protocol(setting: Setting, value: Word, given: Given) -> Found:
    """Read an address whose scheme says TLS (``rediss://``): the option ``schemes`` lists them."""
    scheme = value.text.partition("://")[0].lower()
    if scheme in given.key.options.get("schemes", ()):
        yield setting.finding(
            value.part(0, scheme), Asset.of(Kind.PROTOCOL, "TLS"), details=(NEGOTIATES,), runtime=("version",),
            reason="the address asks for TLS, what it negotiates the version of the TLS library decides",
        )  # fmt: skip


def _profile(setting: Setting, value: Word, given: Given) -> Found:
    """Read the name of a policy that a cloud service keeps; the option ``service`` says whose."""
    profile = tls_profiles.find(given.option("service"), value.text.strip()) if value.known else None
    if profile is None:
        message = "not a policy whose content is known" if value.known else "the policy is filled in elsewhere"
        yield setting.unresolved(value, message)
        return
    parts = ((_standard_versions, profile.versions), (tls.suite_list, profile.suites), (tls.groups, profile.groups))
    for reader, words in parts:
        yield from reader(setting, replace(value, text=" ".join(words), fixed=True))


def _standard_versions(setting: Setting, value: Word) -> Found:
    return tls.versions(setting, (value,))


MEANINGS: Mapping[str, Reader] = {
    "asset": _asset,
    "composite-name": _composite,
    "certificate": _file(tls.certificate),
    "dh-parameters": _file(tls.dh_parameters),
    "key-size": _key,
    "name": _name,
    "names": _names,
    "openssl-ciphers": _plain(tls.cipher_string),
    "tls-address": _protocol,
    "file-of-settings": _elsewhere,
    "gnutls-priority": _plain(gnutls.priority),
    "tls-cipher-or-priority": _cipher_or_priority,
    "tls-ciphers": _ciphers,
    "tls-disabled-versions": _disabled_versions,
    "tls-fact": _fact,
    "tls-groups": _plain(tls.groups),
    "tls-key-log": _key_log,
    "tls-maximum": _versions("maximum"),
    "tls-minimum": _versions("minimum"),
    "tls-on": _switched_on,
    "tls-signature-schemes": _plain(tls.signature_schemes),
    "tls-suites": _plain(tls.suite_list),
    "tls-hostname-unverified-if-off": _verification(_OFF, checks="hostname"),
    "tls-hostname-unverified-if-on": _verification(_ON, checks="hostname"),
    "tls-unverified-if-off": _verification(_OFF),
    "tls-unverified-if-on": _verification(_ON),
    "tls-version-range": _version_range,
    "tls-versions": _versions(),
    "tls-profile": _profile,
}
"""Every reader by the name the catalog gives it; a test holds the catalog to these names."""

ANY_VALUE = frozenset({"asset", "certificate", "dh-parameters"})
"""Readers for which it is enough that there is a value."""
