"""Names of the Java Cryptography Architecture: what its strings say, and what they leave to a provider.

Most of these names are built by rule (``AES/GCM/NoPadding``, ``SHA256withRSA``, ``PBEWithMD5AndDES``), so
they are taken apart here; the words they are built from are tables in ``names/jca_*.toml`` and `jca.toml`.
Case does not matter, and an object identifier stands for the name it was registered for.
Java Security Standard Algorithm Names; the Bouncy Castle provider's own names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from pqc_migrate.catalog import algorithms, names, toml
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset

_OID = re.compile(r"(?:OID\.)?(\d+(?:\.\d+){3,})", re.IGNORECASE)
_SIGNATURE = re.compile(r"(.+?)with(.+?)(?:inP1363Format)?", re.IGNORECASE)
_HMAC = re.compile(r"(?:PBEwith)?Hmac(?:PBE)?[-/]?(?:with)?(.+)", re.IGNORECASE)
_OAEP = re.compile(r"OAEPwith(.+?)(?:andMGF1)?Padding", re.IGNORECASE)
_PBKDF2 = re.compile(r"PBKDF2with(?:Hmac)?(.+?)(?:and(?:8BIT|UTF8))?", re.IGNORECASE)
_HKDF = re.compile(r"HKDF[-_]?(?:with)?[-_]?(.+)", re.IGNORECASE)
_PBES2 = re.compile(r"PBEwithHmac(.+?)and(AES_(?:128|192|256))", re.IGNORECASE)
_PBE = re.compile(r"PBEwith(.+?)and(.+)", re.IGNORECASE)
_AGREEMENT = re.compile(r"(.+?)with(.+?)(C?)KDF", re.IGNORECASE)
_NARROW_MODE = re.compile(r"(CFB|OFB)\d+", re.IGNORECASE)
_IES = re.compile(r"(EC|DH|X|)IESwith.+", re.IGNORECASE)
_PKCS12_CIPHERS = {
    "2-KEYTRIPLEDES-CBC": "2-key-3DES-CBC", "3-KEYTRIPLEDES-CBC": "3DES-CBC", "3KEYTRIPLEDES": "3DES-CBC",
    "40BITRC2-CBC": "RC2-40-CBC", "128BITRC2-CBC": "RC2-128-CBC", "40BITRC4": "RC4-40", "128BITRC4": "RC4-128",
    "RC2_40": "RC2-40-CBC", "RC2_128": "RC2-128-CBC", "RC4_40": "RC4-40", "RC4_128": "RC4-128",
    "TWOFISH-CBC": "Twofish-CBC", "IDEA-CBC": "IDEA-CBC",
}  # fmt: skip
_PBE_AES = re.compile(r"(128|192|256)BITAES(?:-CBC)?-(BC|OPENSSL)", re.IGNORECASE)


def digest(text: str) -> Named | None:
    """Return the hash function that a ``MessageDigest`` name stands for."""
    return _by_oid(text) or names.named("digests", text) or names.named("jca_digests", text)


def transformation(text: str) -> Named | None:
    """Return what a ``Cipher`` transformation names: ``cipher``, or ``cipher/mode/padding``.

    A mode or padding that is not written is left to the provider: it stays unread, with a detail that says
    so. The mode of an RSA transformation is ignored by providers and so is here.
    """
    whole = names.named("jca_transformations", text) or _by_oid(text)
    if whole is not None:
        return whole
    cipher, *rest = [part.strip() for part in text.split("/", 2)]
    password_based = _password_based(cipher)
    if password_based is not None:
        return password_based
    base = names.named("jca_ciphers", cipher) or _integrated(cipher)
    if base is None:
        return None
    if algorithms.primitive(base.asset) in ("pke", "signature", "key-agree"):
        return _public_key_transformation(base, rest[-1] if rest else "")
    return _block_transformation(base, *rest)


def signature(text: str) -> Named | None:
    """Return the scheme and hash of a ``Signature`` name; a hash that the caller computes stays unread."""
    whole = names.named("jca_schemes", text) or names.named("jca_keys", text) or _by_oid(text)
    if whole is not None:
        return whole
    match = _SIGNATURE.fullmatch(text)
    scheme = names.named("jca_schemes", match[2]) if match is not None else None
    if match is None or scheme is None:
        return None
    if match[1].upper() == "NONE":
        return _with(scheme, details={"digest-source": "computed by the caller"})
    if match[1].upper() == "MD5ANDSHA1":
        return _with(scheme, details={"digest-source": "MD5 and SHA-1, as in TLS 1.0"})
    hashed = digest(match[1])
    return _with(scheme, {"digest": algorithms.name(hashed.asset)}) if hashed is not None else None


def mac(text: str) -> Named | None:
    """Return what a ``Mac`` name stands for."""
    whole = names.named("jca_macs", text) or _by_oid(text)
    return whole or _hmac(text)


def key(text: str) -> Named | None:
    """Return the key type of a ``KeyPairGenerator``, ``KeyFactory``, ``KEM`` or parameter object."""
    return (
        names.named("jca_keys", text) or names.named("jca_ciphers", text) or _password_based(text) or _by_oid(text)
    )


def secret_key(text: str) -> Named | None:
    """Return what a ``SecretKeySpec`` or ``KeyGenerator`` name makes a key for.

    People also write a whole transformation there; only its cipher describes the key.
    """
    cipher = text.split("/", 1)[0]
    return names.named("jca_ciphers", cipher) or mac(text) or _password_based(text) or key(text)


def agreement(text: str) -> Named | None:
    """Return what a ``KeyAgreement`` name stands for, with the hash of its key derivation as a detail."""
    whole = names.named("jca_agreements", text) or _by_oid(text)
    match = _AGREEMENT.fullmatch(text)
    if whole is not None or match is None:
        return whole
    base, hashed = names.named("jca_agreements", match[1]), digest(match[2])
    if base is None or hashed is None:
        return None
    derivation = "ConcatKDF" if match[3] else "X9.63-KDF"
    return _with(base, details={"key-derivation": f"{derivation}-{algorithms.name(hashed.asset)}"})


def derivation(text: str) -> Named | None:
    """Return what a ``SecretKeyFactory`` or ``KDF`` name stands for."""
    whole = names.named("jca_derivations", text)
    if whole is not None:
        return whole
    for pattern, family in ((_PBKDF2, "PBKDF2"), (_HKDF, "HKDF")):
        match = pattern.fullmatch(text)
        hashed = digest(match[1]) if match is not None else None
        if hashed is not None:
            return _named(family, digest=algorithms.name(hashed.asset))
    return _password_based(text) or names.named("jca_ciphers", text) or _by_oid(text)


GRAMMARS: Mapping[str, Callable[[str], Named | None]] = {
    "jca_digest": digest,
    "jca_transformation": transformation,
    "jca_signature": signature,
    "jca_mac": mac,
    "jca_key": key,
    "jca_secret_key": secret_key,
    "jca_agreement": agreement,
    "jca_derivation": derivation,
}


def _public_key_transformation(base: Named, padding: str) -> Named:
    if base.asset.family != "RSA":
        return base
    upper = padding.upper()
    if upper in ("PKCS1PADDING", "PKCS1"):
        return _named("RSAES-PKCS1")
    if upper in ("OAEPPADDING", "OAEP"):
        return _with(_named("RSAES-OAEP"), details={"digest-default": "SHA-1 unless an OAEPParameterSpec is given"})
    match = _OAEP.fullmatch(padding)
    hashed = digest(match[1]) if match is not None else None
    if match is not None:
        return _named("RSAES-OAEP", digest=algorithms.name(hashed.asset) if hashed is not None else None)
    if upper in ("NOPADDING", "RAW"):
        return _with(base, details={"scheme": "no padding"})
    return base


def _block_transformation(base: Named, mode: str = "", padding: str = "") -> Named:
    words = _words()
    found: dict[str, str] = {}
    read = words["modes"].get(mode.upper()) or _narrow_mode(mode)
    if padding.upper() in ("CTSPADDING", "WITHCTS"):
        read = "CTS"
    if read and base.asset.get("mode") is None:
        found["mode"] = read
    padded = words["paddings"].get(padding.upper()) or words["paddings"].get(f"{padding.upper()}PADDING")
    if padded and algorithms.family(base.asset.family).primitive == "block-cipher":
        found["padding"] = padded
    return _with(base, found)


def _narrow_mode(mode: str) -> str:
    """Return CFB8 or OFB64 as written: the number is how many bits of the block each step uses."""
    return mode.upper() if _NARROW_MODE.fullmatch(mode) else ""


def _integrated(text: str) -> Named | None:
    match = _IES.fullmatch(text)
    return names.named("jca_ciphers", f"{match[1]}IES") if match is not None else None


def _password_based(text: str) -> Named | None:
    """Return what ``PBEWith<hash>And<cipher>`` is: PBES2, PBES1, or the derivation of PKCS#12."""
    pbes2 = _PBES2.fullmatch(text)
    match = _PBE.fullmatch(text)
    if pbes2 is not None:
        hashed = digest(pbes2[1])
        cipher = f"{pbes2[2].upper().replace('_', '-')}-CBC"
        return _named("PBES2", prf=f"HMAC-{algorithms.name(hashed.asset)}", cipher=cipher) if hashed else None
    hashed = digest(match[1]) if match is not None else None
    if match is None or hashed is None:
        return None
    hash_name, word = algorithms.name(hashed.asset), match[2].upper()
    aes = _PBE_AES.fullmatch(word)
    if aes is not None and aes[2].upper() == "OPENSSL":
        derived = {"key-derivation": f"EVP_BytesToKey with {hash_name}"}
        return _with(_named("AES", size=aes[1], mode="CBC"), details=derived)
    if aes is not None:
        return _named("PKCS12-PBE", digest=hash_name, cipher=f"AES-{aes[1]}-CBC")
    if word in _PKCS12_CIPHERS:
        return _named("PKCS12-PBE", digest=hash_name, cipher=_PKCS12_CIPHERS[word])
    return _pbes1(hash_name, word)


def _pbes1(hash_name: str, word: str) -> Named | None:
    base = names.named("jca_ciphers", word.removesuffix("-CBC"))
    if base is None:
        return None
    # SunJCE's PBEWithSHA1AndDESede is pbeWithSHAAnd3-KeyTripleDES-CBC of PKCS#12 (RFC 7292 appendix C).
    family = "PKCS12-PBE" if base.asset.family == "3DES" and hash_name == "SHA-1" else "PBES1"
    return _named(family, digest=hash_name, cipher=f"{base.asset.family}-CBC")


def _hmac(text: str) -> Named | None:
    match = _HMAC.fullmatch(text)
    hashed = digest(match[1]) if match is not None else None
    if match is None or hashed is None:
        return None
    named = _named("HMAC", digest=algorithms.name(hashed.asset))
    return _with(named, details={"key-derivation": "PKCS#12"}) if text.upper().startswith("HMACPBE") else named


def _by_oid(text: str) -> Named | None:
    match = _OID.fullmatch(text)
    return names.named("oids", match[1]) if match is not None else None


def _named(family: str, **parameters: str | None) -> Named:
    return Named(Asset.of(algorithms.family(family).kind, family, **parameters))


def _with(
    base: Named, parameters: Mapping[str, str] | None = None, details: Mapping[str, str] | None = None
) -> Named:
    merged = {**dict(base.asset.parameters), **(parameters or {})}
    facts = {**dict(base.details), **(details or {})}
    return Named(Asset.of(base.asset.kind, base.asset.family, **merged), tuple(sorted(facts.items())))


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    raw = toml.read(toml.root() / "jca.toml")
    toml.check_keys("jca.toml", raw, {"modes", "paddings"}, set())
    for section, record in raw.items():
        toml.check_keys(f"jca.toml: {section}", record, {"source", "names"}, set())
    return {section: {k.upper(): v for k, v in record["names"].items()} for section, record in raw.items()}
