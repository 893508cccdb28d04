"""How functions of databases spell algorithms by rule: ``aes-cbc/pad:pkcs``, ``encrypt_aes256+chain_cbc``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pqc_migrate.catalog import names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_PGCRYPTO = re.compile(r"(bf|blowfish|aes|rijndael|des|3des|cast5)(?:-(cbc|ecb|cfb))?(?:/pad:(pkcs|none))?")
_PGCRYPTO_FAMILIES = {"bf": "Blowfish", "blowfish": "Blowfish", "des": "DES", "3des": "3DES", "cast5": "CAST5"}
_PGP_CIPHER = re.compile(r"(?:^|,)\s*cipher-algo\s*=\s*([a-z0-9]+)")
_VERIFIER_MD5 = re.compile(r"md5[0-9a-fA-F]{32}")
_VERIFIER_SCRAM = re.compile(r"(SCRAM-SHA-256)\$(\d+):")
_AES = re.compile(r"aes-(ecb|cbc|cfb|ofb|ctr|gcm|ccm)(?:/pad:(pkcs|none))?", re.IGNORECASE)

# DBMS_CRYPTO: the constants of rdbms/admin/dbmsobtk.sql, by name and by number.
_ORACLE_CIPHERS: Mapping[str, tuple[str, str | None]] = {
    "encrypt_des": ("DES", None),
    "encrypt_3des_2key": ("3DES", None),
    "encrypt_3des": ("3DES", None),
    "encrypt_aes": ("AES", None),
    "encrypt_aes128": ("AES", "128"),
    "encrypt_aes192": ("AES", "192"),
    "encrypt_aes256": ("AES", "256"),
    "encrypt_rc4": ("RC4", None),
}
_ORACLE_MODES = {"chain_cbc": "CBC", "chain_cfb": "CFB", "chain_ecb": "ECB", "chain_ofb": "OFB", "chain_gcm": "GCM"}
_ORACLE_PADDINGS = {"pad_pkcs5": "PKCS7", "pad_zero": "zero"}
_ORACLE_SUITES = {
    "des_cbc_pkcs5": ("encrypt_des", "chain_cbc", "pad_pkcs5"),
    "des3_cbc_pkcs5": ("encrypt_3des", "chain_cbc", "pad_pkcs5"),
    "aes_cbc_pkcs5": ("encrypt_aes", "chain_cbc", "pad_pkcs5"),
}
_ORACLE_CIPHER_NUMBERS = {
    1: "encrypt_des",
    2: "encrypt_3des_2key",
    3: "encrypt_3des",
    4: "encrypt_aes",
    6: "encrypt_aes128",
    7: "encrypt_aes192",
    8: "encrypt_aes256",
    129: "encrypt_rc4",
}
_ORACLE_MODE_NUMBERS = {0x100: "chain_cbc", 0x200: "chain_cfb", 0x300: "chain_ecb", 0x400: "chain_ofb"}
_ORACLE_PADDING_NUMBERS = {0x1000: "pad_pkcs5", 0x3000: "pad_zero"}


def _pgcrypto(text: str) -> Named | None:
    """Read the type of pgcrypto's encrypt(): mode cbc and padding pkcs are its documented defaults."""
    match = _PGCRYPTO.fullmatch(text.lower())
    if match is None:
        return None
    family = _PGCRYPTO_FAMILIES.get(match[1], "AES")
    padding = "PKCS7" if match[3] != "none" else None
    return Named(Asset.of(Kind.ALGORITHM, family, mode=(match[2] or "cbc").upper(), padding=padding))


def _pgp_options(text: str) -> Named | None:
    """Read the options of pgcrypto's pgp_sym_encrypt(); cipher-algo is aes128 where it is left out."""
    match = _PGP_CIPHER.search(text.lower())
    name = match[1] if match is not None else "aes128"
    return names.named("gpg", "blowfish" if name == "bf" else name)


def _verifier(text: str) -> Named | None:
    """Read a password that is already hashed (CREATE ROLE … PASSWORD): PostgreSQL's md5 and SCRAM verifiers."""
    if _VERIFIER_MD5.fullmatch(text):
        return Named(Asset.of(Kind.ALGORITHM, "MD5"))
    match = _VERIFIER_SCRAM.match(text)
    named = names.named("scram", match[1]) if match is not None else None
    return Named(named.asset, (("iterations", match[2]),)) if named is not None and match is not None else None


def _oracle_cipher(text: str) -> Named | None:
    """Read the ``typ`` of DBMS_CRYPTO.ENCRYPT: constants with ``+`` between them, or their sum."""
    words = _of_number(int(text)) if text.isdigit() else tuple(text.lower().split("+"))
    words = tuple(part for word in words for part in _ORACLE_SUITES.get(word, (word,)))
    ciphers = [_ORACLE_CIPHERS[word] for word in words if word in _ORACLE_CIPHERS]
    if len(ciphers) != 1:
        return None
    family, size = ciphers[0]
    mode = next((_ORACLE_MODES[word] for word in words if word in _ORACLE_MODES), None)
    padding = next((_ORACLE_PADDINGS[word] for word in words if word in _ORACLE_PADDINGS), None)
    return Named(Asset.of(Kind.ALGORITHM, family, size=size, mode=mode, padding=padding))


def _of_number(number: int) -> tuple[str, ...]:
    found = (
        _ORACLE_CIPHER_NUMBERS.get(number & 0xFF),
        _ORACLE_MODE_NUMBERS.get(number & 0xF00),
        _ORACLE_PADDING_NUMBERS.get(number & 0xF000),
    )
    return tuple(word for word in found if word is not None)


def _method(text: str) -> Named | None:
    """Read the method of Snowflake's ENCRYPT (``AES-GCM``, ``AES-CBC/pad:PKCS``): the key decides the size."""
    match = _AES.fullmatch(text)
    return Named(Asset.of(Kind.ALGORITHM, "AES", mode=match[1].upper())) if match is not None else None


GRAMMARS: Mapping[str, Callable[[str], Named | None]] = {
    "oracle-cipher": _oracle_cipher,
    "pgcrypto-cipher": _pgcrypto,
    "pgp-options": _pgp_options,
    "postgresql-verifier": _verifier,
    "snowflake-method": _method,
}
