"""Apache httpd: TLS of servers and proxies (mod_ssl), managed keys, sessions, digest authentication and LDAP.

Directives ignore the case of their letters. A value of ``Define`` is put in where it is used; what a virtual host
does not set it takes over from the server around it. ``SSLProtocol all -SSLv3`` is reported as the versions that
remain. A certificate file is a finding of its use; what it holds is read where the file itself is scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LIKELY, LONGEST, NEGOTIATES, NOT_FOLLOWED, TOO_LONG, Setting
from pqc_migrate.detectors.config.words_syntax import lines
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

_EXCLUDED_ALWAYS = ":!aNULL:!eNULL:!EXP"
"""What mod_ssl appends to every cipher string (httpd 2.4, ssl_engine_config.c, ssl_cmd_SSLCipherSuite)."""
_ALL = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""What ``all`` stands for (mod_ssl, SSLProtocol); SSLv3 too, but not in default builds of OpenSSL since 1.1.0."""
_ANCHORS = frozenset(
    {
        b"SSLProtocol", b"SSLCipherSuite", b"SSLEngine", b"SSLProxyEngine", b"SSLProxyProtocol",
        b"SSLProxyCipherSuite", b"SSLOpenSSLConfCmd", b"SSLCertificateFile", b"SSLCACertificateFile", b"SSLFIPS",
        b"SSLProxyVerify",
        b"SSLProxyMachineCertificateFile", b"SSLSRPVerifierFile", b"MDPrivateKeys", b"SessionCryptoCipher",
        b"AuthType", b"AuthDigest", b"LDAPTrustedMode", b"LDAPVerifyServerCert", b"AuthLDAPURL",
        b"sslprotocol", b"sslciphersuite", b"sslengine",
    }
)  # fmt: skip
_NAME_BEFORE = re.compile(rb"[ \t]*")
_NAME_BEHIND = re.compile(rb"[A-Za-z]*[ \t]+[^\s=:]")
_VARIABLE = re.compile(r"\$\{([^}:]+)\}")
_DEEPEST = 16
_CONDITIONS = frozenset({"ifdefine", "ifversion", "if", "elseif", "else"})
_CONDITIONAL = "stands in a section that a condition switches on"
_SESSION_CIPHERS = {
    "3des192": Asset.of(Kind.ALGORITHM, "3DES"),
    "aes128": Asset.of(Kind.ALGORITHM, "AES", size=128),
    "aes192": Asset.of(Kind.ALGORITHM, "AES", size=192),
    "aes256": Asset.of(Kind.ALGORITHM, "AES", size=256),
}
"""mod_session_crypto, SessionCryptoCipher; it does not say the mode."""
_RSA_KEY = re.compile(r"rsa(\d{4,5})?", re.IGNORECASE | re.ASCII)
_SIZE = re.compile(r"\d{4,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive with the sections around it, outermost first, each by its number in the file."""

    name: Word
    arguments: tuple[Word, ...]
    scope: tuple[int, ...] = ()
    conditional: bool = False

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return self.name.text.lower()


@dataclass(frozen=True, slots=True)
class Use:
    """One directive with what the sections around it say about its connections."""

    setting: Setting
    directive: Directive
    groups_set: bool
    tls13: bool

    @property
    def first(self) -> str:
        """The first argument in lower case, empty when there is none."""
        return self.directive.arguments[0].text.lower() if self.directive.arguments else ""


Read = Callable[[Use], tls.Found]


def _protocols(use: Use) -> tls.Found:
    """Read ``all -SSLv3 +TLSv1.2``: without a sign it replaces what stood before (ssl_cmd_protocol_parse)."""
    unknown: list[Word] = []
    remaining = _remaining(use.directive.arguments, unknown)
    for version, word in remaining.items():
        asset = names.lookup("tls_versions", version)
        if asset is None:
            continue
        if word.text.lstrip("+").lower() == "all":
            reason = "part of all, the version and build of OpenSSL decide whether it is offered"
            yield use.setting.finding(
                word.part(0, ""), asset, confidence=LIKELY, reason=reason, details=(NEGOTIATES,)
            )
        else:
            yield use.setting.finding(word.part(len(word.text) - len(word.text.lstrip("+")), ""), asset)
    for word in unknown:
        known = word.known and "$" not in word.text
        yield use.setting.unresolved(
            word, "not a known protocol version" if known else "the version is filled in elsewhere"
        )


def _remaining(words: tuple[Word, ...], unknown: list[Word]) -> Mapping[str, Word]:
    """Return the versions that are on in the end, each with the word that switched it on."""
    on: dict[str, Word] = {}
    for word in words:
        sign, text = (word.text[0], word.text[1:]) if word.text[:1] in ("+", "-") else ("", word.text)
        meant = _ALL if text.lower() == "all" else (text,)
        if text.lower() != "all" and names.lookup("tls_versions", text) is None:
            unknown.append(word)
            continue
        if sign == "":
            on.clear()
        for version in meant:
            key = _spelled(version)
            if sign == "-":
                on.pop(key, None)
            else:
                on[key] = word
    return on


def _spelled(version: str) -> str:
    return next((one for one in _ALL if one.lower() == version.lower()), version)


def _cipher_suites(use: Use) -> tls.Found:
    """Read ``[SSL|TLSv1.3] list``."""
    arguments = use.directive.arguments
    if len(arguments) > 1 and use.first == "tlsv1.3":
        yield from tls.suite_list(use.setting, arguments[1])
    elif arguments:
        value = arguments[1] if len(arguments) > 1 and use.first == "ssl" else arguments[0]
        yield from tls.cipher_string(use.setting, value, appended=_EXCLUDED_ALWAYS)


def _conf_command(use: Use) -> tls.Found:
    arguments = use.directive.arguments
    if len(arguments) < 2 or (command := tls.COMMANDS.get(use.first)) is None:
        return
    spelling, read = command
    yield from read(replace(use.setting, symbol=f"{use.setting.symbol} {spelling}"), arguments[1])


def _engine(use: Use) -> tls.Found:
    if use.first != "on":
        return
    word = use.directive.arguments[0]
    if use.groups_set:
        yield use.setting.finding(word.part(0, ""), tls.TLS, reason=tls.ON_WITH_GROUPS)
    elif use.tls13:
        yield tls.runtime(use.setting, word, "group", details=(NEGOTIATES, tls.HYBRID_SINCE))
    else:
        details = (NEGOTIATES, ("hybrid", "not without TLS 1.3, which SSLProtocol leaves out"))
        yield tls.runtime(use.setting, word, "group", details=details)


def _certificate(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        yield from tls.certificate(use.setting, word)


def _key(use: Use) -> tls.Found:
    if use.first.startswith("pkcs11:"):
        yield use.setting.unresolved(use.directive.arguments[0], "the private key is held by an engine or a token")


def _fips(use: Use) -> tls.Found:
    if use.first == "on":
        library = Asset.of(Kind.LIBRARY, "OpenSSL")
        yield use.setting.finding(
            use.directive.arguments[0].part(0, ""), library, functions=(), details=(("fips", "required"),)
        )


def _unverified(off: str) -> Read:
    def read(use: Use) -> tls.Found:
        if use.first == off:
            yield tls.unverified(use.setting, use.directive.arguments[0])

    return read


def _verifier(use: Use) -> tls.Found:
    if use.first:
        yield use.setting.finding(
            use.directive.name.part(0, ""), Asset.of(Kind.ALGORITHM, "SRP"), functions=("keyderive",)
        )


def _managed_keys(use: Use) -> tls.Found:
    """Read ``RSA 2048`` and lists of ``rsa3072 secp384r1`` (mod_md, MDPrivateKeys)."""
    arguments = use.directive.arguments
    for place, word in enumerate(arguments):
        follower = arguments[place + 1].text if place + 1 < len(arguments) else ""
        if rsa := _RSA_KEY.fullmatch(word.text):
            size = rsa[1] or (follower if _SIZE.fullmatch(follower) else None)
            asset = Asset.of(Kind.ALGORITHM, "RSA", size=size)
        elif curve := names.curve(word.text):
            asset = Asset.of(Kind.ALGORITHM, "EC", curve=curve)
        else:
            if not (_SIZE.fullmatch(word.text) or word.text.lower() == "default"):
                yield use.setting.unresolved(word, "not a known type of key")
            continue
        yield use.setting.finding(word.part(0, ""), asset, functions=("keygen",))


def _session_cipher(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        if asset := _SESSION_CIPHERS.get(word.text.lower()):
            yield use.setting.finding(word, asset)
        else:
            yield use.setting.unresolved(word, "not a known cipher")


def _digest(use: Use) -> tls.Found:
    """HTTP digest authentication hashes with MD5 (mod_auth_digest, AuthDigestAlgorithm)."""
    if use.first in ("digest", "md5", "md5-sess"):
        reason = "mod_auth_digest knows no other hash than MD5"
        yield use.setting.finding(
            use.directive.arguments[0].part(0, ""),
            Asset.of(Kind.ALGORITHM, "MD5"),
            reason=reason,
            functions=("digest",),
        )


def _ldap(use: Use) -> tls.Found:
    word = use.directive.arguments[0] if use.directive.arguments else None
    last = use.directive.arguments[-1].text.lower() if word is not None else ""
    if word is not None and (
        use.first in ("ssl", "tls") or use.first.startswith("ldaps://") or last in ("ssl", "starttls")
    ):
        yield tls.runtime(use.setting, word.part(0, ""), "version")


def _include(use: Use) -> tls.Found:
    for word in use.directive.arguments[:1]:
        if not word.text.endswith(".load"):
            yield use.setting.unresolved(word, NOT_FOLLOWED)


_READERS: dict[str, tuple[str, str, Read]] = {
    name.lower(): (rule, name, read)
    for name, rule, read in (
        ("SSLProtocol", "ssl-protocol", _protocols),
        ("SSLProxyProtocol", "ssl-proxy-protocol", _protocols),
        ("SSLCipherSuite", "ssl-cipher-suite", _cipher_suites),
        ("SSLProxyCipherSuite", "ssl-proxy-cipher-suite", _cipher_suites),
        ("SSLOpenSSLConfCmd", "ssl-openssl-conf-cmd", _conf_command),
        ("SSLEngine", "ssl-engine", _engine),
        ("SSLProxyEngine", "ssl-proxy-engine", _engine),
        ("SSLCertificateFile", "ssl-certificate-file", _certificate),
        ("SSLCertificateChainFile", "ssl-certificate-chain-file", _certificate),
        ("SSLCACertificateFile", "ssl-ca-certificate-file", _certificate),
        ("SSLProxyCACertificateFile", "ssl-proxy-ca-certificate-file", _certificate),
        ("SSLProxyMachineCertificateFile", "ssl-proxy-machine-certificate-file", _certificate),
        ("SSLCertificateKeyFile", "ssl-certificate-key-file", _key),
        ("SSLFIPS", "ssl-fips", _fips),
        ("SSLProxyVerify", "ssl-proxy-verify", _unverified("none")),
        ("SSLSRPVerifierFile", "ssl-srp-verifier-file", _verifier),
        ("MDPrivateKeys", "md-private-keys", _managed_keys),
        ("SessionCryptoCipher", "session-crypto-cipher", _session_cipher),
        ("AuthType", "auth-type", _digest),
        ("AuthDigestAlgorithm", "auth-digest-algorithm", _digest),
        ("LDAPTrustedMode", "ldap-trusted-mode", _ldap),
        ("AuthLDAPURL", "auth-ldap-url", _ldap),
        ("LDAPVerifyServerCert", "ldap-verify-server-cert", _unverified("off")),
        ("Include", "include", _include),
        ("IncludeOptional", "include-optional", _include),
    )
}


def _wants(file: SourceFile) -> bool:
    if not (files.may_be(file, "apache") or files.may_be(file, "nginx")):
        return False
    return any(
        files.starts_directive(file, hit, _NAME_BEFORE)
        and _NAME_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "apache: not read, the file is UTF-16", rule="apache/encoding")
        return
    for use in _uses(document, list(_directives(document))):
        if sum(len(word.text) + 1 for word in use.directive.arguments) > LONGEST:
            yield use.setting.unresolved(use.directive.name, TOO_LONG)
        else:
            yield from _READERS[use.directive.key][2](use)


def _directives(document: Document) -> Iterator[Directive]:
    """Yield the directives that are known here, with the values of ``Define`` put in."""
    scope: list[tuple[int, str]] = []
    defined: dict[str, Word] = {}
    sections = 0
    for words in lines(document):
        name = words[0].text.lower()
        if name.startswith("</"):
            if scope:
                scope.pop()
        elif name.startswith("<"):
            sections += 1
            scope.append((sections, name.strip("<>")))
        elif name == "define" and len(words) > 1:
            defined[words[1].text] = words[2] if len(words) > 2 else words[1].part(0, "")
        elif name in _READERS:
            arguments = tuple(_filled(word, defined) for word in words[1:])
            # Sections that only ask a condition are part of what is around them.
            inner = tuple(number for number, kind in scope if not kind.startswith("if"))[:_DEEPEST]
            yield Directive(words[0], arguments, inner, any(kind in _CONDITIONS for _, kind in scope))


def _filled(word: Word, defined: Mapping[str, Word]) -> Word:
    """Return a word with the variables that the file defines put in."""
    used = [defined[name] for name in _VARIABLE.findall(word.text) if name in defined] if "${" in word.text else []
    if not used or sum(len(one.text) for one in used) > LONGEST:
        return word
    text = _VARIABLE.sub(lambda match: defined[match[1]].text if match[1] in defined else match[0], word.text)
    return Word(text, word.offset, fixed=True, defined_at=used[0].offset)


def _uses(document: Document, known: list[Directive]) -> Iterator[Use]:
    """Join each directive with what its own section and those around it set; the innermost one holds."""
    groups = {(_side(one), one.scope) for one in known if _sets_groups(one)}
    versions = {
        (_side(one), one.scope): _has_tls13(one) for one in known if one.key in ("sslprotocol", "sslproxyprotocol")
    }
    for one in known:
        places = [(_side(one), one.scope[:depth]) for depth in range(len(one.scope), -1, -1)]
        rule, symbol, _ = _READERS[one.key]
        setting = Setting(document, f"apache/{rule}", symbol)
        yield Use(
            replace(setting, ceiling=LIKELY, ceiling_reason=_CONDITIONAL) if one.conditional else setting,
            directive=one,
            groups_set=any(place in groups for place in places),
            tls13=next((versions[place] for place in places if place in versions), True),
        )


def _side(directive: Directive) -> str:
    return "proxy" if directive.key.startswith("sslproxy") else ""


def _sets_groups(directive: Directive) -> bool:
    first = directive.arguments[0].text.lower() if directive.arguments else ""
    return directive.key == "sslopensslconfcmd" and first in ("groups", "curves", "ecdhparameters")


def _has_tls13(directive: Directive) -> bool:
    unknown: list[Word] = []
    return "TLSv1.3" in _remaining(directive.arguments, unknown) or bool(unknown)


DETECTOR = Detector("apache", lambda: _ANCHORS, _wants, _detect)
