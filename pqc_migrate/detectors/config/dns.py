"""What DNS servers' settings and zones mean, whichever file they stand in: TSIG, DNSSEC algorithms and keys.

Sources: RFC 4034 (DNSKEY, DS, RRSIG), RFC 3110 (RSA keys), RFC 8945 (TSIG), RFC 5155 (NSEC3).
"""

from __future__ import annotations

import binascii
import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config.document import Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.model.inventory import Asset

_TRUNCATED = re.compile(r"(hmac-[a-z0-9]+)-\d{2,3}")
_KEY_TAGS = {"0": "zone key", "1": "key-signing key"}
_DIGESTS = {"1": "sha1", "2": "sha256", "4": "sha384"}
"""DS digest types: RFC 4034, RFC 4509, RFC 6605."""


def tsig(setting: Setting, value: Word) -> Found:
    """Read the algorithm of a TSIG key; a truncated one is the same algorithm."""
    text = value.text.lower().rstrip(".")
    match = _TRUNCATED.fullmatch(text)
    if asset := names.lookup("tsig", match[1] if match else text):
        yield setting.finding(value, asset)
    else:
        yield setting.unresolved(value, "not a known TSIG algorithm" if value.known else "filled in elsewhere")


def signing(
    setting: Setting, value: Word, size: str = "", *, functions: tuple[str, ...] = ("keygen", "sign")
) -> Found:
    """Read the algorithm that a zone is signed with, and the size of its RSA keys where it is given."""
    asset = names.lookup("dnssec", value.text)
    if asset is None:
        yield setting.unresolved(value, "not a known DNSSEC algorithm" if value.known else "filled in elsewhere")
        return
    if size and asset.family == "RSASSA-PKCS1":
        asset = Asset.of(asset.kind, asset.family, digest=asset.get("digest"), size=size)
    yield setting.finding(value, asset, functions=functions)


def key(setting: Setting, algorithm: Word, flags: str, base64: str) -> Found:
    """Read a DNSKEY: its algorithm, and the size of an RSA key from its modulus (RFC 3110)."""
    details = (("key", _KEY_TAGS[str(int(flags) & 1)]),) if flags.isdigit() and len(flags) < 6 else ()
    asset = names.lookup("dnssec", algorithm.text)
    if asset is None:
        yield setting.unresolved(algorithm, "not a known DNSSEC algorithm")
        return
    if asset.family == "RSASSA-PKCS1" and (bits := _modulus_bits(base64)):
        asset = Asset.of(asset.kind, asset.family, digest=asset.get("digest"), size=bits)
    yield setting.finding(algorithm, asset, functions=("verify",), details=details)


def _modulus_bits(base64: str) -> int:
    try:
        data = binascii.a2b_base64(re.sub(r"[^A-Za-z0-9+/=]", "", base64))
    except binascii.Error:
        return 0
    if len(data) < 4:
        return 0
    start = 1 + data[0] if data[0] else 3 + int.from_bytes(data[1:3], "big")
    return int.from_bytes(data[start:], "big").bit_length()


def digest(number: str) -> Asset | None:
    """Return the hash of a DS record's digest type."""
    return names.lookup("digests", _DIGESTS[number]) if number in _DIGESTS else None
