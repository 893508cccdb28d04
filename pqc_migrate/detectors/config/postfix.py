"""Detector: Postfix (``main.cf``, ``master.cf``): postconf(5), master(5).

What a side may negotiate is put together from its grade (``smtpd_tls_ciphers``), the grade's cipher list and what
the side excludes: a suite is found where the list names it, unless both sides exclude it. A grade whose list is
Postfix's own depends on the runtime. Until release 3.10 the own groups of Postfix hold no hybrid; with both lists
of groups empty OpenSSL decides (postconf(5), tls_eecdh_auto_curves).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from pqc_migrate.catalog import cipher_strings, evp, names
from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"smtpd_tls_", b"smtp_tls_", b"smtpd_use_tls", b"smtp_use_tls", b"tls_eecdh_auto_curves"})
_NAME_BEFORE = re.compile(rb"[ \t]*(?:-o[ \t]*\{?[ \t]*)?")
_VALUE_BEHIND = re.compile(rb"[a-z0-9_]*[ \t]*=")
_OPTION = re.compile(r"-o[ \t]+(?:\{[ \t]*(\w+)[ \t]*=[ \t]*([^{}]*?)[ \t]*\}|(\w+)=(\S*))")
_PARAMETER = re.compile(r"\w+", re.ASCII)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\((\w+)\)|(\w+))")
_CONDITIONAL = re.compile(r"\$\{[^}]*[?:][^}]*\}?|\$\$")
_LIST_ITEM = re.compile(r"[^\s,]+")
_SIDES = ("smtpd", "smtp", "lmtp", "tlsproxy", "tlsproxy_client", "postscreen")
_GRADES = ("high", "medium", "low", "export", "null")
_OWN_GROUPS = ("hybrid", "not in the own groups of Postfix 3.7 to 3.10, unless tls_eecdh_auto_curves changes them")
_MOST_CHARACTERS = 100_000
"""That variables may add to a file's values."""


def _cipher_list(setting: Setting, value: Word, excluded: str = "") -> Found:
    """Read a grade's list with what every side excludes."""
    yield from tls.cipher_string(setting, Word(value.text + excluded, value.offset, value.fixed, value.defined_at))


def _grade(setting: Setting, value: Word, own: frozenset[str] = frozenset()) -> Found:
    grade = value.text.lower()
    if grade not in _GRADES:
        yield setting.unresolved(value, "not a known grade" if value.known else "the grade is filled in elsewhere")
    elif grade in own:  # the list of the file says what it means
        return
    else:
        reason = "a grade of ciphers whose list the version of Postfix brings"
        yield tls.runtime(setting, value, "suite", details=(NEGOTIATES, ("grade", grade)), reason=reason)


def _eecdh_grade(setting: Setting, value: Word) -> Found:
    """Read the grade that Postfix 3.6 and later ignore; before, it meant one curve unless the file says else."""
    asset = names.lookup("tls_groups", {"strong": "secp256r1", "ultra": "secp384r1"}.get(value.text.lower(), ""))
    if asset:
        yield setting.finding(
            value,
            asset,
            confidence=0.5,
            reason="the default curve of this grade, which Postfix 3.6 and later ignore",
            details=(NEGOTIATES,),
        )


def _ticket_cipher(setting: Setting, value: Word) -> Found:
    if found := evp.cipher(value.text):
        yield setting.finding(value, found.asset)
    else:
        yield setting.unresolved(value, "not a known cipher")


def _dh_file(setting: Setting, value: Word) -> Found:
    if value.text.lower() not in ("auto", "none"):
        yield from tls.dh_parameters(setting, value)


def _certificate(setting: Setting, value: Word) -> Found:
    if value.text.lower() != "none":
        yield from tls.certificate(setting, value)


def _table(own_grades: frozenset[str], excluded: str, hybrid: tuple[str, str]) -> dict[str, Reader]:
    readers: dict[str, Reader] = {
        "tls_eecdh_auto_curves": tls.groups,
        "tls_ffdhe_auto_groups": tls.groups,
        "tls_eecdh_strong_curve": tls.groups,
        "tls_eecdh_ultra_curve": tls.groups,
        "tls_session_ticket_cipher": _ticket_cipher,
    }
    readers |= {f"tls_{grade}_cipherlist": partial(_cipher_list, excluded=excluded) for grade in _GRADES}

    def switch(setting: Setting, value: Word) -> Found:
        return tls.switch(setting, value, hybrid)

    for side in _SIDES:
        readers |= {
            f"{side}_tls_protocols": tls.version_range,
            f"{side}_tls_mandatory_protocols": tls.version_range,
            f"{side}_tls_ciphers": partial(_grade, own=own_grades),
            f"{side}_tls_mandatory_ciphers": partial(_grade, own=own_grades),
            f"{side}_tls_security_level": switch,
            f"{side}_use_tls": switch,
            f"{side}_enforce_tls": switch,
            f"{side}_tls_wrappermode": switch,
            f"{side}_tls_eecdh_grade": _eecdh_grade,
            f"{side}_tls_fingerprint_digest": tls.digest,
            f"{side}_tls_dh1024_param_file": _dh_file,
            f"{side}_tls_cert_file": _certificate,
            f"{side}_tls_eccert_file": _certificate,
            f"{side}_tls_chain_files": _certificate,
        }
    return readers


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "postfix") and any(
        files.starts_directive(file, hit, _NAME_BEFORE)
        and _VALUE_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        yield from lines.wide(document, "postfix", "Postfix")
        return
    held: dict[str, Word] = {}
    options: list[tuple[str, Word]] = []
    for line in lines.indented(document):
        if " -o " in line.text or "\t-o " in line.text:
            options.extend(_options(line))
        elif (pair := lines.assignment(line)) and _PARAMETER.fullmatch(pair[0].text):
            held[pair[0].text] = pair[1]
    values = _resolved(held)
    table = _table(_own_grades(values), _excluded(values), _hybrid(values))
    for name, value in (*values.items(), *options):
        yield from lines.read(document, "postfix", table, name, value)


def _options(line: Word) -> Iterator[tuple[str, Word]]:
    """Yield the parameters that a service of master.cf overrides."""
    for match in _OPTION.finditer(line.text):
        group = 2 if match[1] else 4
        text = match[group]
        yield match[1] or match[3], line.part(match.start(group), PLACEHOLDER if "$" in text else text)


def _resolved(held: Mapping[str, Word]) -> dict[str, Word]:
    """Put the file's own values in the place of ``$name``; what else a name stands for is not known."""
    budget = _MOST_CHARACTERS
    resolved = {}
    for name, value in held.items():
        if "$" in value.text:
            text = _CONDITIONAL.sub(PLACEHOLDER, value.text)
            text = _VARIABLE.sub(lambda match: _value_of(held, match), text)
            budget -= len(text)
            value = Word(text if budget > 0 else PLACEHOLDER, value.offset, fixed=True)
        resolved[name] = value
    return resolved


def _value_of(held: Mapping[str, Word], match: re.Match[str]) -> str:
    found = held.get(match[1] or match[2] or match[3])
    return found.text if found is not None and "$" not in found.text else PLACEHOLDER


def _own_grades(values: Mapping[str, Word]) -> frozenset[str]:
    return frozenset(grade for grade in _GRADES if values.get(f"tls_{grade}_cipherlist", Word("", 0)).text)


def _excluded(values: Mapping[str, Word]) -> str:
    """Return what both the server and the client exclude at all levels, as words of a cipher string."""
    sides = [
        set(_LIST_ITEM.findall(values[f"{side}_tls_exclude_ciphers"].text))
        if f"{side}_tls_exclude_ciphers" in values
        else set[str]()
        for side in ("smtpd", "smtp")
        if any(name.startswith((f"{side}_tls_", f"{side}_use_tls")) for name in values)
    ]
    common = set.intersection(*sides) if sides else set()
    return "".join(f":!{word}" for word in sorted(common) if not cipher_strings.read(word).unknown)


def _hybrid(values: Mapping[str, Word]) -> tuple[str, str]:
    """Return who decides about hybrid groups: OpenSSL where both lists of groups are set and empty."""
    both = [values.get(name) for name in ("tls_eecdh_auto_curves", "tls_ffdhe_auto_groups")]
    return tls.HYBRID_SINCE if all(one is not None and not one.text for one in both) else _OWN_GROUPS


DETECTOR = Detector("postfix", lambda: _ANCHORS, _wants, _detect)
