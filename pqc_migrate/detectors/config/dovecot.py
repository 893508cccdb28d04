"""Detector: Dovecot 2.2 to 2.4 (``dovecot.conf``, ``conf.d``): TLS, password schemes, mail encryption.

Source: Dovecot 2.3.19.1 and 2.4.1 (ssl-settings.c, auth-settings.c, crypt-settings.c), their example files. In one
section the last value of a setting holds. Where no list of curves is set the TLS library decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import evp, names
from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset(
    {
        b"ssl_cipher_list", b"ssl_cipher_suites", b"ssl_min_protocol", b"ssl_protocols", b"ssl_curve_list",
        b"ssl_cert", b"ssl_server_cert_file", b"ssl_dh", b"default_pass_scheme", b"default_password_scheme",
        b"mail_crypt_curve", b"crypt_user_key_curve",
    }
)  # fmt: skip
_PATH = re.compile(r"(?:.*/)?dovecot[^/]*(?:/.*)?", re.IGNORECASE)
_BEFORE = re.compile(rb"[ \t]*(?:passdb_|userdb_)?")
_BEHIND = re.compile(rb"[ \t]*=[ \t]*[^ \t\r\n=]")
_FILE_BEHIND = re.compile(rb"[ \t]*=[ \t]*<")
_READ_FROM_FILE = frozenset({b"ssl_cert", b"ssl_dh"})
"""Dovecot takes these from a file by ``<``; other programs have settings of such names, too."""
_OF_OTHERS_TOO = frozenset({b"ssl_protocols"})
"""Names that alone say nothing: nginx and Kong use them as well."""
_SCHEME = re.compile(r"(?:^|[ \t])(scheme=)([A-Za-z0-9_.-]+)")
_WORD = re.compile(r"[^\s,]+")
_DEEPEST = 64
"""Sections inside each other that are told apart; real files have five."""
_IN_THE_CLEAR = frozenset({"PLAIN", "CLEAR", "CLEARTEXT", "PLAIN-TRUNC"})
_MECHANISMS = {
    "scram-sha-1": "SCRAM-SHA-1", "scram-sha-1-plus": "SCRAM-SHA-1", "scram-sha-256": "SCRAM-SHA-256",
    "scram-sha-256-plus": "SCRAM-SHA-256", "cram-md5": "CRAM-MD5", "digest-md5": "DIGEST-MD5",
}  # fmt: skip
"""SASL mechanisms whose stored form is a password scheme of that name."""


def _min_protocol(setting: Setting, value: Word) -> Found:
    if value.text.upper() in ("ANY", "LATEST"):
        yield tls.runtime(setting, value, "version")
    else:
        yield from tls.versions(setting, (value,), bound="minimum")


def _scheme(setting: Setting, value: Word) -> Found:
    name = value.text.split(".")[0]
    if name.upper() in _IN_THE_CLEAR or name.upper() == "OTP":
        return
    if name.upper() == "CRYPT":
        yield setting.unresolved(value, "the system's crypt(3) decides the scheme")
    elif asset := names.lookup("dovecot-schemes", name):
        yield setting.finding(value, asset)
    else:
        yield setting.unresolved(value, "not a known password scheme")


def _arguments(setting: Setting, value: Word) -> Found:
    if match := _SCHEME.search(value.text):
        yield from _scheme(setting, value.part(match.start(2), match[2]))


def _mechanisms(setting: Setting, value: Word) -> Found:
    for item in value.split(_WORD):
        if asset := names.lookup("dovecot-schemes", _MECHANISMS.get(item.text.lower(), "")):
            yield setting.finding(item, asset)


def _write_algorithm(setting: Setting, value: Word) -> Found:
    """Read ``aes-256-gcm-sha256``: a cipher and the hash of its key derivation."""
    cipher, _, digest = value.text.rpartition("-")
    found, hashed = evp.cipher(cipher), names.lookup("digests", digest)
    if found is None or hashed is None:
        yield setting.unresolved(value, "not a known cipher with a hash")
        return
    yield setting.finding(value, found.asset)
    yield setting.finding(value.part(len(cipher) + 1, digest), hashed)


def _switch(setting: Setting, value: Word) -> Found:
    return tls.switch(setting, value, tls.HYBRID_SINCE)


_READERS: dict[str, Reader] = {
    "ssl": _switch,
    "ssl_cert": tls.certificate,
    "ssl_alt_cert": tls.certificate,
    "ssl_client_cert": tls.certificate,
    "ssl_server_cert_file": tls.certificate,
    "ssl_server_alt_cert_file": tls.certificate,
    "ssl_client_cert_file": tls.certificate,
    "ssl_dh": tls.dh_parameters,
    "ssl_server_dh_file": tls.dh_parameters,
    "ssl_min_protocol": _min_protocol,
    "ssl_protocols": tls.version_range,
    "ssl_cipher_list": tls.cipher_string,
    "ssl_cipher_suites": tls.suite_list,
    "ssl_curve_list": tls.groups,
    "default_pass_scheme": _scheme,
    "default_password_scheme": _scheme,
    "passdb_default_password_scheme": _scheme,
    "args": _arguments,
    "auth_mechanisms": _mechanisms,
    "mail_crypt_curve": tls.groups,
    "crypt_user_key_curve": tls.groups,
    "crypt_write_algorithm": _write_algorithm,
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "dovecot"):
        return False
    known_place = _PATH.fullmatch(file.path) is not None
    return any(
        (known_place or hit.anchor not in _OF_OTHERS_TOO)
        and files.starts_directive(file, hit, _BEFORE)
        and (_FILE_BEHIND if hit.anchor in _READ_FROM_FILE and not known_place else _BEHIND).match(
            file.data, hit.offset + len(hit.anchor)
        )
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "dovecot", "Dovecot")
        return
    held: dict[tuple[tuple[int, ...], str, int], Word] = {}
    for section, name, value in _settings(document):
        alone = value.offset if name == "args" or document.is_template else 0
        held[section, name, alone] = value
    for (_, name, _), value in held.items():
        yield from lines.read(document, "dovecot", _READERS, name, value)


def _settings(document: Document) -> Iterator[tuple[tuple[int, ...], str, Word]]:
    """Yield section (told apart by where it begins), name and value of every setting."""
    section: tuple[int, ...] = ()
    for line in lines.backslashed(document):
        line = lines.without_comment(line)
        text = line.text.strip()
        if text.endswith("{"):
            section = (*section, line.offset)[-_DEEPEST:]
        elif text == "}":
            section = section[:-1]
        elif pair := lines.assignment(line):
            yield section, pair[0].text, lines.unquoted(pair[1])


DETECTOR = Detector("dovecot", lambda: _ANCHORS, _wants, _detect)
