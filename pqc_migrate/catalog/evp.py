"""OpenSSL's names of symmetric ciphers (``aes-256-gcm``, ``des-ede3-cbc``), read by their rule.

Source: OpenSSL 4.0, EVP_CIPHER-AES(7), EVP_CIPHER-DES(7) and the like; `openssl list -cipher-algorithms`.
Used by EVP_get_cipherbyname, node:crypto's createCipheriv, PHP's openssl_encrypt, Ruby's OpenSSL::Cipher.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_FIXED = {
    "chacha20": ("ChaCha20", None),
    "chacha20-poly1305": ("ChaCha20-Poly1305", None),
    "rc4": ("RC4", None),
    "rc4-40": ("RC4", "40"),
    "rc4-64": ("RC4", "64"),
    "arcfour": ("RC4", None),
}
_SIZED = {"aes": "AES", "camellia": "Camellia", "aria": "ARIA"}
_UNSIZED = {
    "des": "DES",
    "des-ede3": "3DES",
    "des-ede": "3DES",
    "des3": "3DES",
    "3des": "3DES",
    "bf": "Blowfish",
    "blowfish": "Blowfish",
    "cast5": "CAST5",
    "cast": "CAST5",
    "idea": "IDEA",
    "rc2": "RC2",
    "seed": "SEED",
    "sm4": "SM4",
}
_MODES = {
    "ecb": "ECB",
    "cbc": "CBC",
    "cfb": "CFB",
    "cfb1": "CFB1",
    "cfb8": "CFB8",
    "cfb64": "CFB",
    "cfb128": "CFB",
    "ofb": "OFB",
    "ctr": "CTR",
    "gcm": "GCM",
    "ccm": "CCM",
    "ocb": "OCB",
    "xts": "XTS",
    "siv": "SIV",
    "gcm-siv": "GCM-SIV",
    "wrap": "KW",
    "wrap-pad": "KWP",
    "cbc-cts": "CTS",
    "cbc-hmac-sha1": "CBC",
    "cbc-hmac-sha256": "CBC",
}
_UNREAD = "\0"
"""Stands for a part of a name that was not read (``"aes-" + bits + "-gcm"``)."""
_NAME = re.compile(
    r"(?:id-)?(?:(aes|camellia|aria)-?(128|192|256|\0)|([a-z0-9]+?(?:-ede3?)?))(?:-(\0|[a-z][a-z0-9-]*))?"
)


def cipher(text: str) -> Named | None:
    """Return the cipher that an OpenSSL name stands for, case ignored, or None."""
    name = text.lower().replace("_", "-")
    if name in _FIXED:
        family, size = _FIXED[name]
        return Named(Asset.of(Kind.ALGORITHM, family, size=size))
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    sized, bits, unsized, mode = match.groups()
    known = _SIZED.get(sized or "") or _UNSIZED.get(unsized or "")
    if known is None or (mode is None and sized and "-" in name) or mode not in {None, _UNREAD, *_MODES}:
        return None
    if mode == _UNREAD and unsized == "des":  # may go on with "ede3"
        return None
    if _UNREAD in name:
        size = None if bits == _UNREAD else bits
        return Named(Asset.of(Kind.ALGORITHM, known, size=size, mode=_MODES.get(mode or "")))
    # OpenSSL's names without a mode mean CBC (`aes256`, `des3`), except the bare 3DES names, which mean ECB.
    bare = "ECB" if unsized in ("des-ede3", "des-ede") else "CBC"
    return Named(Asset.of(Kind.ALGORITHM, known, size=bits, mode=_MODES[mode] if mode else bare))
