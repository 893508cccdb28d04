"""OpenSSL's configuration: what requests and authorities sign with, and what TLS and providers are set to.

TLS commands count fully in sections that ``openssl_conf`` leads to; in a section that nothing in the file refers to
they are less sure. A value from the environment or an included file is not known here. A provider is a finding when
it is activated: it decides which algorithms a program finds at all. An authority's own files (``private_key`` of a
CA section) are read where they are scanned and are no findings here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.openssl_syntax import DEFAULT, Configuration, Entry, read, sections_under
from pqc_migrate.detectors.config.report import LIKELY, NOT_FOLLOWED, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_ANCHORS = frozenset(
    {
        b"openssl_conf", b"default_md", b"default_bits", b"distinguished_name", b"MinProtocol", b"MaxProtocol",
        b"CipherString", b"Ciphersuites", b"SignatureAlgorithms", b"signer_digest", b"ess_cert_id_alg",
        b"system_default", b"ssl_conf", b"default_properties",
    }
)  # fmt: skip
_NAME_BEFORE = re.compile(rb"[ \t]*\[?[ \t]*(?:\w+\.)?")
_NAME_BEHIND = re.compile(rb"[\w-]*[ \t]*[=\]]")
_TELLING_COMMANDS = frozenset(
    {
        "minprotocol", "maxprotocol", "cipherstring", "ciphersuites", "signaturealgorithms",
        "clientsignaturealgorithms",
    }
)  # fmt: skip
"""Commands that make a section one of TLS commands; Certificate and Protocol alone could be anything."""
_UNREACHED = "nothing in this file refers to the section"
_TRUE = frozenset({"1", "yes", "on", "true"})
_PROVIDERS = frozenset(
    {"default", "base", "fips", "legacy", "null", "oqsprovider", "pkcs11", "pkcs11prov", "tpm2", "gostprov", "smtc"}
)
_ENGINES = frozenset({"pkcs11", "gost", "tpm2tss", "afalg", "qatengine", "devcrypto", "padlock", "rdrand"})
_OPENSSL = Asset.of(Kind.LIBRARY, "OpenSSL")
_ITEM = re.compile(r"[^\s,;:]+", re.ASCII)
_DRBG_CIPHER = re.compile(r"AES-(128|192|256)-CTR", re.IGNORECASE)
_DRBGS = {"CTR-DRBG": "CTR_DRBG", "HASH-DRBG": "Hash_DRBG", "HMAC-DRBG": "HMAC_DRBG"}


def _digests(setting: Setting, value: Word) -> Found:
    for item in value.split(_ITEM):
        if asset := names.lookup("digests", item.text):
            yield setting.finding(item, asset)
        elif item.text.lower() != "default":  # the key's own default, which the library decides
            yield setting.unresolved(item, "not a known hash" if item.known else "the hash is filled in elsewhere")


def _key_size(setting: Setting, value: Word) -> Found:
    if value.text.isascii() and value.text.isdigit() and len(value.text) <= 5:
        yield setting.finding(
            value,
            Asset.of(Kind.ALGORITHM, "RSA", size=int(value.text)),
            confidence=LIKELY,
            reason="size of new keys, which are RSA unless the command line says otherwise",
            functions=("keygen",),
        )
    else:
        yield setting.unresolved(value, "not a size in bits" if value.known else "the size is filled in elsewhere")


def _fips(setting: Setting, value: Word) -> Found:
    if value.text.replace(" ", "").lower() in ("fips=yes", *_TRUE):
        yield setting.finding(value, _OPENSSL, functions=(), details=(("fips", "required"),))


_ENTRIES: dict[str, tuple[str, Callable[[Setting, Word], Found]]] = {
    "default_md": ("default-md", _digests),
    "default_bits": ("default-bits", _key_size),
    "digests": ("digests", _digests),
    "signer_digest": ("signer-digest", _digests),
    "ess_cert_id_alg": ("ess-cert-id-alg", _digests),
    "default_properties": ("default-properties", _fips),
    "fips_mode": ("fips-mode", _fips),
}
"""Entries that mean the same in whichever section they stand."""
_COMMAND_RULES = {
    "minprotocol": "min-protocol", "maxprotocol": "max-protocol", "cipherstring": "cipher-string",
    "signaturealgorithms": "signature-algorithms", "clientsignaturealgorithms": "client-signature-algorithms",
    "ecdhparameters": "ecdh-parameters", "dhparameters": "dh-parameters",
}  # fmt: skip


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "openssl-cnf") and any(
        files.starts_directive(file, hit, _NAME_BEFORE)
        and _NAME_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        message = "OpenSSL: not read, the file is UTF-16"
        yield Diagnostic(file.path, Skip.ENCODING, message, rule="openssl-cnf/encoding")
        return
    configuration = read(document)
    for include in configuration.includes:
        setting = Setting(document, "openssl-cnf/include", ".include")
        yield setting.unresolved(include, NOT_FOLLOWED)
    modules = [init for start in _starts(configuration) for init in sections_under(configuration, DEFAULT, start)]
    reached = {
        section
        for init in modules
        for ssl in sections_under(configuration, init, "ssl_conf")
        for name in configuration.sections[ssl]
        for section in sections_under(configuration, ssl, name)
    }
    for name, entries in configuration.sections.items():
        yield from _section(document, name, list(entries.values()), name in reached)
    for init in modules:
        yield from _modules(document, configuration, init)


def _starts(configuration: Configuration) -> list[str]:
    """Return the names in the default section that programs start from (``openssl_conf``, ``nodejs_conf``)."""
    return [name for name in configuration.sections[DEFAULT] if name.endswith("_conf")]


def _section(document: Document, name: str, entries: list[Entry], reached: bool) -> Found:
    commands = [(_command(entry), entry) for entry in entries]
    is_tls = reached or any(command in _TELLING_COMMANDS for command, _ in commands)
    ceiling = (1.0, "") if reached or name == DEFAULT else (0.6, _UNREACHED)
    for command, entry in commands:
        if known := _ENTRIES.get(entry.name):
            rule, reader = known
            yield from Setting(document, f"openssl-cnf/{rule}", entry.name).read(reader, entry.value)
        elif is_tls and command in tls.COMMANDS:
            spelling, reader = tls.COMMANDS[command]
            rule = _COMMAND_RULES.get(command, command)
            yield from Setting(document, f"openssl-cnf/{rule}", spelling, *ceiling).read(reader, entry.value)


def _command(entry: Entry) -> str:
    """Return a TLS command's name in lower case; what stands before a dot only keeps names apart."""
    return entry.name.rpartition(".")[2].lower()


def _modules(document: Document, configuration: Configuration, init: str) -> Found:
    for providers in sections_under(configuration, init, "providers"):
        for entry in configuration.sections[providers].values():
            yield from _provider(document, configuration, entry)
    for engines in sections_under(configuration, init, "engines"):
        setting = Setting(document, "openssl-cnf/engines", "engines")
        for entry in configuration.sections[engines].values():
            if entry.name in _ENGINES:
                yield setting.finding(entry.value, _OPENSSL, functions=(), details=(("engine", entry.name),))
    for random in sections_under(configuration, init, "random"):
        yield from _random(document, configuration, random)


def _provider(document: Document, configuration: Configuration, entry: Entry) -> Found:
    activate = configuration.sections.get(entry.value.text, {}).get("activate")
    if activate is None or activate.value.text.lower() not in _TRUE:
        return
    setting = Setting(document, "openssl-cnf/providers", "providers")
    if entry.name in _PROVIDERS:
        yield setting.finding(activate.value, _OPENSSL, functions=(), details=(("provider", entry.name),))
    else:
        yield setting.unresolved(activate.value, "a provider that this program does not know is activated")


def _random(document: Document, configuration: Configuration, section: str) -> Found:
    setting = Setting(document, "openssl-cnf/random", "random")
    entries = configuration.sections[section]
    generator = entries.get("random")
    if generator is None:
        return
    family = _DRBGS.get(generator.value.text.upper())
    if family is None:
        yield setting.unresolved(generator.value, "not a known random generator")
        return
    cipher = entries.get("cipher")
    match = _DRBG_CIPHER.fullmatch(cipher.value.text) if cipher and family == "CTR_DRBG" else None
    asset = Asset.of(Kind.ALGORITHM, family, cipher=f"AES-{match[1]}" if match else None)
    yield setting.finding(generator.value, asset)


DETECTOR = Detector("openssl-cnf", lambda: _ANCHORS, _wants, _detect)
