"""nginx: TLS of servers and of connections to upstreams, in http, mail and stream blocks.

Also what Tengine and Tongsuo (TLCP with a signing and an encryption certificate) and builds with GmSSL add.
A certificate or parameter file is a finding of its use; what it holds is read where the file itself is scanned.
Session tickets, OCSP stapling and preferences name no algorithm and are not findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.nginx_syntax import Directive, directives
from pqc_migrate.detectors.config.report import LONGEST, NEGOTIATES, NOT_FOLLOWED, TOO_LONG, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import Hit, SourceFile

_NAMES = frozenset(
    {
        b"ssl_protocols", b"ssl_ciphers", b"ssl_ecdh_curve", b"ssl_certificate", b"ssl_dhparam",
        b"ssl_conf_command", b"ssl_client_certificate", b"ssl_trusted_certificate", b"ssl_sign_certificate",
        b"ssl_enc_certificate", b"enable_ntls", b"secure_link_md5", b"secure_link_secret", b"starttls",
        b"fetch_protocols", b"fetch_ciphers",
    }
)  # fmt: skip
_VALUES = frozenset(
    {b" ssl;", b" ssl ", b" quic", b"ssl on;", b"_pass https://", b"_pass grpcs://", b"_pass suwsgi://"}
)
_ANCHORS = _NAMES | _VALUES
_NAME_BEFORE = re.compile(rb"(?:.*[;{}])?[ \t]*[a-z_]*", re.DOTALL)
_NAME_BEHIND = re.compile(rb"[a-z_]*[ \t\r\n]+[^\s=:]")
_LISTEN_BEFORE = re.compile(rb"(?:.*[;{}])?[ \t]*listen[ \t][^;{}#]*", re.DOTALL)
_HARMLESS_INCLUDE = re.compile(
    r"(?:.*/)?(?:mime\.types|(?:fastcgi|uwsgi|scgi|proxy|grpc)_params|fastcgi\.conf|(?:koi|win)-\w+|modules-enabled/.*)"
)
_TLS_UPSTREAM = re.compile(r"(?:https|grpcs|suwsgi)://")

_NO_HYBRID = ("hybrid", "not without TLS 1.3, which ssl_protocols leaves out")
"""Hybrid groups are defined for TLS 1.3 only (RFC 10024)."""


@dataclass(frozen=True, slots=True)
class Use:
    """One directive with what the blocks around it say about its connections."""

    setting: Setting
    directive: Directive
    groups_set: bool
    """Key exchange groups are set in its own block or one around it."""
    tls13: bool
    """TLS 1.3 is on, or nothing is set and nginx's version decides."""


Read = Callable[[Use], tls.Found]


def _each(read: Callable[[Setting, Word], tls.Found]) -> Read:
    """Read every argument by itself."""
    return lambda use: (one for word in use.directive.arguments for one in read(use.setting, word))


def _versions(use: Use) -> tls.Found:
    return tls.versions(use.setting, use.directive.arguments)


def _conf_command(use: Use) -> tls.Found:
    """Read ``ssl_conf_command Groups X25519:P-256;``: commands of SSL_CONF_cmd(3)."""
    arguments = use.directive.arguments
    if len(arguments) < 2 or (command := tls.COMMANDS.get(arguments[0].text.lower())) is None:
        return
    spelling, read = command
    yield from read(replace(use.setting, symbol=f"{use.setting.symbol} {spelling}"), arguments[1])


def _key(use: Use) -> tls.Found:
    """Say that a key is out of reach when an engine or a token holds it; one in a file is the certificate's."""
    for word in use.directive.arguments:
        if word.text.startswith(("engine:", "store:")):
            yield use.setting.unresolved(word, "the private key is held by an engine or a token")


def _certificate(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        yield from tls.certificate(use.setting, word)


def _dh_parameters(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        yield from tls.dh_parameters(use.setting, word)


def _ntls(use: Use) -> tls.Found:
    if _is_on(use):
        yield tls.runtime(use.setting, use.directive.arguments[0], "suite", asset=Asset.of(Kind.PROTOCOL, "TLCP"))


def _switch(use: Use) -> tls.Found:
    if _is_on(use):
        yield from _switched_on(use, use.directive.arguments[0], tls.TLS)


def _listen(use: Use) -> tls.Found:
    for word in use.directive.arguments[1:]:
        if word.text in ("ssl", "quic"):
            asset = tls.TLS if word.text == "ssl" else Asset.of(Kind.PROTOCOL, "QUIC")
            yield from _switched_on(use, word, asset)


def _upstream(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        if _TLS_UPSTREAM.match(word.text):
            yield from _switched_on(use, word, tls.TLS)


def _switched_on(use: Use, word: Word, asset: Asset) -> tls.Found:
    """Report the protocol; where no group is set beside or around it, the library's version decides on hybrids."""
    if use.groups_set:
        yield use.setting.finding(word.part(0, ""), asset, reason=tls.ON_WITH_GROUPS)
    elif use.tls13 or asset != tls.TLS:
        yield tls.runtime(use.setting, word, "group", asset=asset, details=(NEGOTIATES, tls.HYBRID_SINCE))
    else:
        yield tls.runtime(use.setting, word, "group", details=(NEGOTIATES, _NO_HYBRID))


def _secure_link(use: Use) -> tls.Found:
    """ngx_http_secure_link_module hashes with MD5 whatever the link is made of."""
    yield use.setting.finding(
        use.directive.name,
        Asset.of(Kind.ALGORITHM, "MD5"),
        reason="the module of this directive hashes with MD5",
        functions=("digest",),
    )


def _include(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        if not _HARMLESS_INCLUDE.fullmatch(word.text):
            yield use.setting.unresolved(word, NOT_FOLLOWED)


def _is_on(use: Use) -> bool:
    return any(word.text.lower() in ("on", "only") for word in use.directive.arguments[:1])


_READERS: dict[str, Read] = {
    "ssl_protocols": _versions,
    "ssl_ciphers": _each(tls.cipher_string),
    "ssl_ecdh_curve": _each(tls.groups),
    "ssl_certificate": _certificate,
    "ssl_certificate_key": _key,
    "ssl_client_certificate": _certificate,
    "ssl_trusted_certificate": _certificate,
    "ssl_dhparam": _dh_parameters,
    "ssl_conf_command": _conf_command,
    "ssl_sign_certificate": _certificate,
    "ssl_sign_certificate_key": _key,
    "ssl_enc_certificate": _certificate,
    "ssl_enc_certificate_key": _key,
    "enable_ntls": _ntls,
    "ssl": _switch,
    "starttls": _switch,
    "listen": _listen,
    "secure_link_md5": _secure_link,
    "secure_link_secret": _secure_link,
    "include": _include,
}
_UPSTREAM_MODULES = ("proxy_", "grpc_", "uwsgi_", "zone_sync_")
_READERS |= {
    module + name: _READERS[name]
    for module in _UPSTREAM_MODULES
    for name in (
        "ssl_protocols", "ssl_ciphers", "ssl_certificate", "ssl_certificate_key", "ssl_trusted_certificate",
        "ssl_conf_command", "ssl",
    )
}  # fmt: skip
_READERS |= {module + "pass": _upstream for module in _UPSTREAM_MODULES[:3]}
_READERS |= {
    f"{module}_{name}": _READERS[f"ssl_{name}"]
    for module in ("js_fetch", "ssl_js_fetch")
    for name in ("protocols", "ciphers")
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "nginx"):
        return False
    hits = files.hits_of(file, _ANCHORS)
    if file.language == "nginx":
        return any(True for _ in hits)
    return b";" in file.data and any(_is_directive(file, hit) for hit in hits)


def _is_directive(file: SourceFile, hit: Hit) -> bool:
    if hit.anchor in _VALUES:
        before = _LISTEN_BEFORE if hit.anchor.startswith(b" ") else _NAME_BEFORE
        return files.starts_directive(file, hit, before)
    behind = hit.offset + len(hit.anchor)
    return files.starts_directive(file, hit, _NAME_BEFORE) and _NAME_BEHIND.match(file.data, behind) is not None


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "nginx: not read, the file is UTF-16", rule="nginx/encoding")
        return
    known = [one for one in directives(document) if one.name.text in _READERS and not one.opens_block]
    for use in _uses(document, known):
        if not use.directive.complete:
            line = document.line(use.directive.name.offset)
            message = "the file ends before the directive does"
            yield Diagnostic(file.path, Skip.MALFORMED, message, line, use.setting.rule)
        elif sum(len(word.text) + 1 for word in use.directive.arguments) > LONGEST:
            yield use.setting.unresolved(use.directive.name, TOO_LONG)
        else:
            yield from _READERS[use.directive.name.text](use)


def _uses(document: Document, known: list[Directive]) -> Iterator[Use]:
    """Join each directive with what its own block and those around it set; the innermost one holds."""
    groups = {(_side(one.name.text), one.scope) for one in known if _sets_groups(one)}
    versions = {(_side(one.name.text), one.scope): _has_tls13(one) for one in known if _sets_versions(one)}
    for one in known:
        name = one.name.text
        places = [(_side(name), one.scope[:depth]) for depth in range(len(one.scope), -1, -1)]
        yield Use(
            setting=Setting(document, "nginx/" + name.replace("_", "-"), name),
            directive=one,
            groups_set=any(place in groups for place in places),
            tls13=next((versions[place] for place in places if place in versions), True),
        )


def _side(name: str) -> str:
    """Return the module that opens a connection (``proxy_``), or nothing for the server's own side."""
    return next((module for module in _UPSTREAM_MODULES if name.startswith(module)), "")


def _sets_groups(directive: Directive) -> bool:
    name = directive.name.text.removeprefix(_side(directive.name.text))
    first = directive.arguments[0].text.lower() if directive.arguments else ""
    return (name == "ssl_ecdh_curve" and first != "auto") or (
        name == "ssl_conf_command" and first in ("groups", "curves", "ecdhparameters")
    )


def _sets_versions(directive: Directive) -> bool:
    return directive.name.text.removeprefix(_side(directive.name.text)) == "ssl_protocols"


def _has_tls13(directive: Directive) -> bool:
    """Return whether TLS 1.3 is named, or may be behind a value that is not known here."""
    return any(word.text.lower() == "tlsv1.3" or not word.known or "$" in word.text for word in directive.arguments)


DETECTOR = Detector("nginx", lambda: _ANCHORS, _wants, _detect)
