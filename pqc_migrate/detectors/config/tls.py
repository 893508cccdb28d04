"""What TLS settings mean, whichever program's file they stand in.

nginx, OpenSSL's configuration and Java give their values in the same few languages: protocol versions, OpenSSL
cipher strings, lists of suites, groups and signature schemes. Each function here reads one value and yields
what it configures. What a value excludes is never reported as used; what the version of a library decides is
reported as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from pqc_migrate.catalog import cipher_strings, cipher_versions, names, suites
from pqc_migrate.catalog.suites import Suite
from pqc_migrate.detectors.config.document import Word
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, SURE, UNSURE, Setting
from pqc_migrate.model.inventory import NEGOTIABLE, Asset, Diagnostic, Finding, Kind

Found = Iterator[Finding | Diagnostic]
TLS = Asset.of(Kind.PROTOCOL, "TLS")
ON_WITH_GROUPS = "TLS is switched on here, its groups are set beside it"
HYBRID_SINCE = ("hybrid-by-default-since", "OpenSSL 3.5.0")
"""OpenSSL 3.5.0 is the first whose default groups hold X25519MLKEM768 (its CHANGES, 3.5.0, 8 Apr 2025)."""
_ITEM = re.compile(r"[^\s:,;/\"'\[\]|]+", re.ASCII)
"""``[A|B]`` are BoringSSL's suites of equal preference."""
_RANGE_ITEM = re.compile(r"[^\s:,;\"']+", re.ASCII)
_BOUNDS = {">=": "minimum", "<=": "maximum"}
_VERSION = re.compile(r"[+!-]?[^\s:,;/\"'+!-]+", re.ASCII)
"""Signs begin a version: ``TLSv1.2+TLSv1.3`` and ``all-TLSv1`` (Tomcat) are two."""
_ANY_VERSION = frozenset({"all", "none", "tls", "*"})
_NOT_FOR_ECDH = frozenset({"Curve25519", "Curve448", "Ed25519", "Ed448", "BLS12-381"})
"""Curves whose key agreement has a family of its own, or none."""
_ON = frozenset({"yes", "on", "true", "1", "required", "may", "encrypt", "dane", "dane-only", "verify", "secure"})
"""Words of the switches that `switch` reads: a boolean, Dovecot's ``ssl`` and Postfix's security levels."""
_PSEUDO_VERSIONS = frozenset({"sslv2hello"})
"""Java's name for accepting an SSLv2 greeting; no version is negotiated by it."""


def versions(
    setting: Setting, values: Iterable[Word], *, bound: str = "", words: Mapping[str, Asset] | None = None
) -> Found:
    """Read protocol versions; `bound` (``minimum``, ``maximum``) says the others follow from the library.

    A version with ``-`` or ``!`` in front is off and not a finding; ``ALL`` leaves the list to the library.
    `words` are a product's own spellings, in lower case.
    """
    for item in (item for value in values for item in value.split(_VERSION)):
        sign, text = (item.text[0], item.text[1:]) if item.text[0] in "+-!" else ("", item.text)
        if sign in ("-", "!") or text.lower() in _PSEUDO_VERSIONS:
            continue
        if text.lower() in _ANY_VERSION and text.lower() not in (words or {}):
            yield runtime(setting, item, "version")
        elif asset := (words or {}).get(text.lower()) or names.lookup("tls_versions", text):
            details = (("bound", bound), NEGOTIATES) if bound else ()
            yield setting.finding(item.part(len(sign), text), asset, details=details)
        else:
            yield _unknown(setting, item, "protocol version")


_ORDER = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""No OpenSSL since 1.1.0 knows SSL 2 (its CHANGES)."""
_VERSION_NUMBERS = {"300": "SSLv3", "301": "TLSv1", "302": "TLSv1.1", "303": "TLSv1.2", "304": "TLSv1.3"}


def version_range(setting: Setting, value: Word) -> Found:
    """Read versions as mail servers write them: names, ``!name`` for all others, ``>=name``, ``<=name``.

    A list that only excludes leaves a lowest version, which is a lower bound.
    """
    off: list[str] = []
    last: Word | None = None
    for item in value.split(_RANGE_ITEM):
        sign = next((sign for sign in (">=", "<=", "!", "-", "+") if item.text.startswith(sign)), "")
        name = item.part(len(sign), item.text[len(sign) :])
        if sign in ("!", "-"):
            off.append("tlsv1" if name.text.lower() == "tlsv1.0" else name.text.lower())
            last = item
        elif spelled := _VERSION_NUMBERS.get(name.text.lower().removeprefix("0x").removeprefix("0")):
            yield from versions(setting, (Word(spelled, name.offset, fixed=True),), bound=_BOUNDS.get(sign, ""))
        else:
            yield from versions(setting, (name,), bound=_BOUNDS.get(sign, ""))
    if last is not None:
        yield excluded(setting, last if value.known else value, off)


def excluded(setting: Setting, word: Word, off: Collection[str]) -> Finding:
    """Return what is left when versions (``tlsv1.1``) are switched off: a lower bound, or TLS without them."""
    lowest = next((name for name in _ORDER if name.lower() not in off), "")
    known = ", ".join(name for name in ("SSLv2", *_ORDER) if name.lower() in off)
    details = (NEGOTIATES, ("excludes", known))
    asset = names.lookup("tls_versions", lowest) if lowest not in ("", "SSLv3") and word.known else None
    if asset is None:
        reason = "all versions but those that it excludes, which are for the TLS library to know"
        return runtime(setting, word.part(0, ""), "version", details=details, reason=reason)
    return setting.finding(
        word.part(0, ""),
        asset,
        reason="the lowest version that the list does not exclude",
        details=(("bound", "minimum"), *details),
    )


def cipher_string(setting: Setting, value: Word, *, appended: str = "") -> Found:
    """Read an OpenSSL cipher string: suites by name, and TLS with what keywords let it negotiate.

    Which suites a keyword (``RC4``, ``kRSA``) stands for, the version of the library decides: the algorithms that
    keywords name are what TLS may negotiate here, no findings of their own.
    `appended` is what the program adds to every string before OpenSSL reads it.
    """
    if _filled_in(value):
        yield _unknown(setting, value, "cipher list")
        return
    meaning = cipher_strings.read(value.text + appended)
    if meaning.selects_by_class:
        details = [NEGOTIATES, ("cipher-keywords", ":".join(cipher_strings.read(value.text).keywords))]
        if meaning.security_level is not None:
            details.append(("security-level", str(meaning.security_level)))
        details += cipher_versions.details(value.text, appended)
        reason = "the keywords stand for suites that the version of the TLS library decides"
        related = tuple((NEGOTIABLE, named.asset) for named in meaning.named if named.asset)
        yield runtime(setting, value, "suite", details=tuple(details), reason=reason, related=related)
    for named in meaning.named:
        if named.suite:
            yield _suite(setting, value.part(named.offset, ""), named.suite, in_string=True, sure=named.sure)
    for offset in meaning.unknown:
        yield _unknown(setting, value.part(offset, ""), "cipher suite or keyword")


def suite_list(setting: Setting, value: Word) -> Found:
    """Read a list of suite names without operators (TLS 1.3 ciphersuites, Java's lists)."""
    for item in value.split(_ITEM):
        if suite := suites.find(item.text):
            yield _suite(setting, item, suite)
        else:
            yield _unknown(setting, item, "cipher suite")


def groups(setting: Setting, value: Word) -> Found:
    """Read a list of groups, with the signs of OpenSSL 3.5: ``?`` optional, ``*`` key share, ``-`` removed."""
    for item in value.split(_ITEM):
        text = item.text.lstrip("?*")
        word = item.part(len(item.text) - len(text), text)
        if text.startswith("-"):
            continue
        if text.lower() in ("auto", "default"):
            yield runtime(setting, word, "group", details=(NEGOTIATES, HYBRID_SINCE))
        elif asset := names.lookup("tls_groups", text) or _curve(text):
            yield setting.finding(word, asset)
        else:
            yield _unknown(setting, word, "group")


def signature_schemes(setting: Setting, value: Word) -> Found:
    """Read a list of signature schemes (``ECDSA+SHA256``, ``rsa_pss_rsae_sha256``; ``?`` marks optional ones)."""
    for item in value.split(_ITEM):
        text = item.text.lstrip("?")
        word = item.part(len(item.text) - len(text), text)
        if asset := names.lookup("tls_signature_schemes", text):
            yield setting.finding(word, asset)
        else:
            yield _unknown(setting, word, "signature scheme")


def certificate(setting: Setting, value: Word) -> Found:
    """Report that a certificate is used here; which key it holds only its own file says."""
    yield setting.finding(
        value.part(0, ""),
        Asset.of(Kind.CERTIFICATE, "X.509"),
        confidence=LIKELY,
        reason="names a certificate file, what key it holds is read from that file only",
        functions=(),
    )


def switch(setting: Setting, value: Word, *hybrid: tuple[str, str]) -> Found:
    """Report TLS where it is switched on; `hybrid` says who decides about hybrid groups."""
    if value.text.lower() in _ON:
        yield runtime(setting, value.part(0, ""), "group", details=(NEGOTIATES, *hybrid))


def digest(setting: Setting, value: Word) -> Found:
    """Read one hash by its name."""
    if asset := names.lookup("digests", value.text):
        yield setting.finding(value, asset)
    else:
        yield _unknown(setting, value, "hash")


def dh_parameters(setting: Setting, value: Word) -> Found:
    """Report finite-field Diffie-Hellman with parameters from a file; their size only that file says."""
    yield setting.finding(
        value.part(0, ""),
        Asset.of(Kind.ALGORITHM, "FFDH"),
        confidence=LIKELY,
        reason="names a file of Diffie-Hellman parameters, whose size is read from that file only",
    )


def unverified(setting: Setting, word: Word, checks: str = "certificate") -> Finding:
    """Return that TLS is used without checking something of the peer: its certificate, or its ``hostname``."""
    fact = "verification" if checks == "certificate" else f"{checks}-verification"
    reason = f"the peer's {checks} is not checked"
    return setting.finding(word.part(0, ""), TLS, details=((fact, "off"),), reason=reason)


def runtime(
    setting: Setting,
    word: Word,
    parameter: str,
    *,
    asset: Asset = TLS,
    details: tuple[tuple[str, str], ...] = (NEGOTIATES,),
    reason: str = "TLS is switched on, what it negotiates the version of the TLS library decides",
    related: tuple[tuple[str, Asset], ...] = (),
) -> Finding:
    """Return that a protocol is used and the program's version decides `parameter` of it."""
    return setting.finding(word, asset, reason=reason, details=details, runtime=(parameter,), related=related)


COMMANDS: dict[str, tuple[str, Callable[[Setting, Word], Found]]] = {
    "protocol": ("Protocol", lambda setting, value: versions(setting, (value,))),
    "minprotocol": ("MinProtocol", lambda setting, value: versions(setting, (value,), bound="minimum")),
    "maxprotocol": ("MaxProtocol", lambda setting, value: versions(setting, (value,), bound="maximum")),
    "cipherstring": ("CipherString", cipher_string),
    "ciphersuites": ("Ciphersuites", suite_list),
    "groups": ("Groups", groups),
    "curves": ("Curves", groups),
    "ecdhparameters": ("ECDHParameters", groups),
    "signaturealgorithms": ("SignatureAlgorithms", signature_schemes),
    "clientsignaturealgorithms": ("ClientSignatureAlgorithms", signature_schemes),
    "certificate": ("Certificate", certificate),
    "dhparameters": ("DHParameters", dh_parameters),
}
"""SSL_CONF_cmd(3) in a file: command in lower case (they ignore case) → its spelling and how its value is read."""


def _suite(setting: Setting, word: Word, suite: Suite, *, in_string: bool = False, sure: bool = True) -> Finding:
    confidence, reason = SURE, "cipher suite named in a parsed configuration file"
    details: tuple[tuple[str, str], ...] = ()
    if in_string and suite.protocol == "TLS" and not suite.exchange:
        confidence, details = UNSURE, (NEGOTIATES,)
        reason = "a cipher string does not set the suites of TLS 1.3, OpenSSL keeps its own"
    elif not sure:
        confidence, details = UNSURE, (NEGOTIATES,)
        reason = "some versions of the TLS library count it among the classes that the string excludes"
    return setting.finding(
        word,
        suite.asset,
        confidence=confidence,
        reason=reason,
        details=details,
        related=tuple(("component", part) for part in suite.components),
    )


def _curve(text: str) -> Asset | None:
    curve = names.curve(text)
    return Asset.of(Kind.ALGORITHM, "ECDH", curve=curve) if curve and curve not in _NOT_FOR_ECDH else None


def _filled_in(word: Word) -> bool:
    return not word.known or "$" in word.text


def _unknown(setting: Setting, word: Word, what: str) -> Diagnostic:
    message = f"the {what} is filled in elsewhere" if _filled_in(word) else f"not a known {what}"
    return setting.unresolved(word, message)
