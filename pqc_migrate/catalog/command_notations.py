"""How arguments of commands spell algorithms by rule: ``rsa:2048``, ``rsa4096``, ``aes-xts-plain64``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pqc_migrate.catalog import names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_NEW_KEY = re.compile(r"(rsa|dsa|rsa-pss)(?::(\d{3,5})?)?", re.IGNORECASE)
_GPG_KEY = re.compile(r"(rsa|dsa|elg)(\d{3,5})?")
_GPG_FAMILIES = {"rsa": "RSA", "dsa": "DSA", "elg": "ElGamal"}
_GPG_CURVES = {
    "ed25519": ("Ed25519", None),
    "cv25519": ("X25519", None),
    "ed448": ("Ed448", None),
    "cv448": ("X448", None),
    "nistp256": ("EC", "P-256"),
    "nistp384": ("EC", "P-384"),
    "nistp521": ("EC", "P-521"),
    "brainpoolp256r1": ("EC", "brainpoolP256r1"),
    "brainpoolp384r1": ("EC", "brainpoolP384r1"),
    "brainpoolp512r1": ("EC", "brainpoolP512r1"),
    "secp256k1": ("EC", "secp256k1"),
}
_DISK = re.compile(r"(?:capi:)?(aes|serpent|twofish|camellia|sm4|aria)-(xts|cbc|ecb|lrw|ctr)(?:-[a-z0-9:-]+)?")
_DISK_FAMILIES = {"aes": "AES", "sm4": "SM4", "aria": "ARIA"}


def _new_key(text: str) -> Named | None:
    """Read ``openssl req -newkey`` (openssl-req(1)): ``rsa:2048``, ``ec``, or a key type by its name."""
    match = _NEW_KEY.fullmatch(text)
    if match is not None:
        family = {"rsa": "RSA", "dsa": "DSA", "rsa-pss": "RSASSA-PSS"}[match[1].lower()]
        return Named(Asset.of(Kind.ALGORITHM, family, size=match[2]))
    # ``dsa:file`` and ``ec:file`` name parameters in a file.
    return names.named("openssl-keys", text.partition(":")[0])


def _ec_key(text: str) -> Named | None:
    """Read a curve where a command makes a key on it."""
    curve = names.curve(text)
    if curve is None:
        return None
    sm2 = curve == "sm2p256v1"
    return Named(Asset.of(Kind.ALGORITHM, "SM2") if sm2 else Asset.of(Kind.ALGORITHM, "EC", curve=curve))


def _gpg_key(text: str) -> Named | None:
    """Read the ``algo`` of gpg --quick-generate-key: ``rsa4096``, ``ed25519/cert``."""
    name = text.lower().partition("/")[0]
    match = _GPG_KEY.fullmatch(name)
    if match is not None:
        return Named(Asset.of(Kind.ALGORITHM, _GPG_FAMILIES[match[1]], size=match[2]))
    if name not in _GPG_CURVES:
        return None
    family, curve = _GPG_CURVES[name]
    return Named(Asset.of(Kind.ALGORITHM, family, curve=curve))


def _disk_cipher(text: str) -> Named | None:
    """Read a dm-crypt cipher (``aes-xts-plain64``); the key size stands in another option."""
    match = _DISK.fullmatch(text.lower())
    if match is None:
        return None
    family = _DISK_FAMILIES.get(match[1], match[1].capitalize())
    return Named(Asset.of(Kind.ALGORITHM, family, mode=match[2].upper()))


GRAMMARS: Mapping[str, Callable[[str], Named | None]] = {
    "command-disk-cipher": _disk_cipher,
    "command-ec-key": _ec_key,
    "command-gpg-key": _gpg_key,
    "command-new-key": _new_key,
}
