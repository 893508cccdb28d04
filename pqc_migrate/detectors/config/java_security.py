"""Java's security properties: ``java.security``, files that override it, and TLS system properties beside them.

What is enabled is a finding: named groups, protocols, suites and schemes, random sources, key sizes, PKCS#12
protection, providers that are not the JDK's own. A *disabled* algorithm is not a use:
``jdk.tls.disabledAlgorithms`` yields one finding of TLS that depends on the runtime, with the names it disables as
a detail, because it decides what JSSE negotiates. The lists for certificate paths and signed archives and the
*legacy* lists (warnings, last resort) switch nothing on and yield nothing. Store types (``keystore.type``) and
factory names name no algorithm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, names, suites, toml
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, Setting
from pqc_migrate.detectors.config.syntax import properties
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_ANCHORS = frozenset(
    {
        b"jdk.tls.", b"security.provider.", b"securerandom.", b"jdk.certpath.disabledAlgorithms",
        b"keystore.pkcs12.", b"keystore.PKCS12.", b"https.protocols", b"https.cipherSuites",
        b"jdk.security.defaultKeySize",
    }
)  # fmt: skip
_KEY_BEFORE = re.compile(rb"[ \t]*(?:systemProp\.)?")
_KEY_BEHIND = re.compile(rb"[\w.]*[ \t]*[=:]")
_PREFIX = "systemProp."
"""What gradle.properties puts in front of a system property."""
_PARTS = re.compile(r"[^,\s][^,]*", re.ASCII)
_OS_RANDOM = re.compile(r"file:/dev/(?:\./)?u?random")
_OWN_RANDOM = frozenset(
    {"nativeprng", "nativeprngblocking", "nativeprngnonblocking", "windows-prng", "drbg", "pkcs11"}
)
_DRBG = re.compile(r"(Hash_DRBG|HMAC_DRBG|CTR_DRBG)(?:,\s*([A-Za-z0-9/-]+))?", re.IGNORECASE)
_DRBG_CIPHER = re.compile(r"AES-(?:128|192|256)|3KeyTDEA", re.IGNORECASE)
_PBES2 = re.compile(r"PBEWithHmac(SHA\d+)AndAES_(128|256)", re.IGNORECASE)
_PKCS12_PBE = re.compile(r"PBEWithSHA1And(DESede|RC2_40|RC2_128|RC4_40|RC4_128)", re.IGNORECASE)
_PKCS12_CIPHERS = {"desede": "3DES", "rc2_40": "RC2", "rc2_128": "RC2", "rc4_40": "RC4", "rc4_128": "RC4"}
_PKCS12_MAC = re.compile(r"HmacPBE(SHA(?:1|224|256|384|512)(?:/\d+)?)", re.IGNORECASE)
_KEY_SIZE = re.compile(r"\s*(\w+)\s*:\s*(\d{3,5})\s*", re.ASCII)
_DISABLED = re.compile(
    r"\s*([\w*./-]+)(?:\s+keySize\s*(<=|<|==|>=|>)\s*(\d{1,5}))?(?:\s+usage((?:\s+\w+)+))?\s*(.*)", re.ASCII
)
_HYBRID_SINCE = ("hybrid-by-default-since", "JDK 27")
"""JEP 527: hybrid key exchange for TLS 1.3, in JDK 27."""
_JDK_PROVIDER = re.compile(
    r"SUN|Sun\w+|com\.sun\.\S+|sun\.\S+|XMLDSig|JdkLDAP|JdkSASL|Apple|org\.jcp\.xml\.dsig\.\S+|OracleUcrypto"
)


def _disabled(setting: Setting, value: Word) -> Found:
    """Report TLS with the names its policy disables, as far as they are known names."""
    known = [text for part in value.split(_PARTS) if (text := _disabled_part(part.text))]
    details = (NEGOTIATES, _HYBRID_SINCE, *((("disables", ", ".join(known)),) if known else ()))
    reason = "the policy takes algorithms away from what the version of the JDK offers"
    yield tls.runtime(setting, value.part(0, ""), "suite", details=details, reason=reason)


def _disabled_part(part: str) -> str:
    """Return one entry of the list in its own words when all of them are known ones, else nothing."""
    match = _DISABLED.match(part)
    if match is None or match[5]:
        return ""
    name, usages = match[1], (match[4] or "").split()
    words = _words()["disabled"]
    known = name.lower() in words["names"] or suites.find(name) is not None
    known = known or any(names.lookup(table, name) for table in ("tls_versions", "tls_signature_schemes"))
    if not known or not set(usages) <= set(words["usages"]):
        return ""
    size = f" keySize {match[2]} {match[3]}" if match[2] else ""
    return name + size + (" usage " + " ".join(usages) if usages else "")


def _random_source(setting: Setting, value: Word) -> Found:
    if _OS_RANDOM.fullmatch(value.text):
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "CSPRNG"))
    elif value.text:
        yield setting.unresolved(value, "not the operating system's random device")


def _strong_algorithms(setting: Setting, value: Word) -> Found:
    for part in value.split(_PARTS):
        name = part.text.partition(":")[0].strip()
        if name.lower() == "sha1prng":
            yield setting.finding(part, Asset.of(Kind.ALGORITHM, "SHA1PRNG"))
        elif name.lower() in _OWN_RANDOM:
            yield setting.finding(part, Asset.of(Kind.ALGORITHM, "CSPRNG"))
        else:
            yield setting.unresolved(part, "not a known random generator")


def _drbg(setting: Setting, value: Word) -> Found:
    if not value.text:
        return  # the JDK's own choice
    match = _DRBG.match(value.text)
    if match is None:
        yield setting.unresolved(value, "not a known random generator")
        return
    family = next(name for name in ("Hash_DRBG", "HMAC_DRBG", "CTR_DRBG") if name.lower() == match[1].lower())
    digest = names.lookup("digests", match[2]) if match[2] else None
    cipher = match[2] if match[2] and _DRBG_CIPHER.fullmatch(match[2]) else None
    if family == "CTR_DRBG":
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, family, cipher=cipher))
    else:
        name = algorithms.name(digest) if digest else None
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, family, digest=name))


def _protection(setting: Setting, value: Word) -> Found:
    if value.text.upper() == "NONE":
        return
    if match := _PBES2.fullmatch(value.text):
        digest = names.lookup("digests", match[1])
        prf = f"HMAC-{algorithms.name(digest)}" if digest else None
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "PBES2", prf=prf, cipher=f"AES-{match[2]}"))
    elif match := _PKCS12_PBE.fullmatch(value.text):
        cipher = _PKCS12_CIPHERS[match[1].lower()]
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "PKCS12-PBE", digest="SHA-1", cipher=cipher))
    else:
        yield setting.unresolved(value, "not a known password-based encryption")


def _store_mac(setting: Setting, value: Word) -> Found:
    if value.text.upper() == "NONE":
        return
    match = _PKCS12_MAC.fullmatch(value.text)
    digest = names.lookup("digests", match[1]) if match else None
    if digest:
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "HMAC", digest=algorithms.name(digest)))
    else:
        yield setting.unresolved(value, "not a known MAC")


def _key_sizes(setting: Setting, value: Word) -> Found:
    """Read ``RSA:3072, EC:384``; for EC the size alone does not name a curve."""
    families = {"rsa": "RSA", "dsa": "DSA", "dh": "FFDH", "diffiehellman": "FFDH", "ec": "EC"}
    for part in value.split(_PARTS):
        match = _KEY_SIZE.fullmatch(part.text)
        family = families.get(match[1].lower()) if match else None
        if match is None or family is None:
            yield setting.unresolved(part, "not a known key size")
            continue
        size = None if family == "EC" else int(match[2])
        asset = Asset.of(Kind.ALGORITHM, family, size=size)
        yield setting.finding(
            part.part(match.start(1), ""),
            asset,
            confidence=LIKELY,
            reason="size of new keys where the program names none",
            functions=("keygen",),
        )


def _ephemeral_dh(setting: Setting, value: Word) -> Found:
    if value.text.isascii() and value.text.isdigit() and len(value.text) <= 5:
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "FFDH", size=int(value.text)))
    elif value.text.lower() in ("legacy", "matched"):
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "FFDH"), details=(NEGOTIATES,), runtime=("size",))
    else:
        yield setting.unresolved(value, "not a size in bits")


def _provider(setting: Setting, value: Word) -> Found:
    name, _, argument = value.text.partition(" ")
    if library := _providers().get(name):
        yield setting.finding(value, Asset.of(Kind.LIBRARY, library), functions=())
    elif name.endswith("SunPKCS11") and argument.strip():
        yield setting.unresolved(value, "keys and algorithms of a PKCS#11 token are not read")
    elif name and not _JDK_PROVIDER.fullmatch(name):
        yield setting.unresolved(value, "a provider that this program does not know")


@cache
def _words() -> dict[str, Any]:
    raw = toml.read(toml.root() / "java_security.toml")
    toml.check_keys("java_security.toml", raw, {"disabled", "provider"}, set())
    toml.check_keys("java_security.toml: disabled", raw["disabled"], {"source", "names", "usages"}, set())
    return raw


@cache
def _providers() -> dict[str, str]:
    providers: dict[str, str] = {}
    for record in _words()["provider"]:
        where = f"java_security.toml: {record.get('library', '?')!r}"
        toml.check_keys(where, record, {"library", "names", "source"}, set())
        providers |= dict.fromkeys(record["names"], record["library"])
    return providers


def _versions(setting: Setting, value: Word) -> Found:
    return tls.versions(setting, (value,))


_READERS: dict[str, Callable[[Setting, Word], Found]] = {
    "jdk.tls.namedGroups": tls.groups,
    "jdk.tls.client.protocols": _versions,
    "jdk.tls.server.protocols": _versions,
    "https.protocols": _versions,
    "jdk.tls.client.cipherSuites": tls.suite_list,
    "jdk.tls.server.cipherSuites": tls.suite_list,
    "https.cipherSuites": tls.suite_list,
    "jdk.tls.client.SignatureSchemes": tls.signature_schemes,
    "jdk.tls.server.SignatureSchemes": tls.signature_schemes,
    "jdk.tls.ephemeralDHKeySize": _ephemeral_dh,
    "jdk.tls.disabledAlgorithms": _disabled,
    "jdk.security.defaultKeySize": _key_sizes,
    "securerandom.source": _random_source,
    "securerandom.strongAlgorithms": _strong_algorithms,
    "securerandom.drbg.config": _drbg,
    "keystore.pkcs12.certProtectionAlgorithm": _protection,
    "keystore.pkcs12.keyProtectionAlgorithm": _protection,
    "keystore.PKCS12.keyProtectionAlgorithm": _protection,
    "keystore.pkcs12.macAlgorithm": _store_mac,
}
_PROVIDER_KEY = re.compile(r"security\.provider\.\d+")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "java-security") and any(
        files.starts_directive(file, hit, _KEY_BEFORE)
        and _KEY_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        message = "Java security: not read, the file is UTF-16"
        yield Diagnostic(file.path, Skip.ENCODING, message, rule="java-security/encoding")
        return
    for key, value in properties.settings(document).items():
        name = key.removeprefix(_PREFIX)
        if _PROVIDER_KEY.fullmatch(name):
            yield from Setting(document, "java-security/security-provider", name).read(_provider, value)
        elif read := _READERS.get(name):
            yield from Setting(document, _rule(name), name).read(read, value)


def _rule(name: str) -> str:
    return "java-security/" + _CAPITAL.sub("-", name).replace(".", "-").lower()


DETECTOR = Detector("java-security", lambda: _ANCHORS, _wants, _detect)
