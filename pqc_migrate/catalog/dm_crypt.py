"""Cipher specifications of the kernel's disk encryption (``aes-xts-plain64``, ``serpent-cbc-essiv:sha256``).

Source: Linux admin-guide/device-mapper/dm-crypt.rst; cryptsetup(8). The key of XTS is two keys, so 512 bits of
it are AES-256.
"""

from __future__ import annotations

from pqc_migrate.catalog import kernel
from pqc_migrate.model.inventory import Asset

_MODES = {"xts": "XTS", "cbc": "CBC", "ecb": "ECB", "ctr": "CTR", "lrw": "LRW", "plain": "CBC", "plain64": "CBC"}
"""``aes-plain`` of old volumes means aes-cbc-plain (dm-crypt.rst)."""
_SIZED = frozenset({"AES", "Serpent", "Twofish", "Camellia"})


def cipher(specification: str, key_bits: int | None = None) -> Asset | None:
    """Return the algorithm of ``cipher-chainmode-ivmode`` with a key of so many bits, or None when unknown."""
    parts = specification.strip().lower().split("-")
    named = kernel.read(parts[0])
    mode = _MODES.get(parts[1] if len(parts) > 1 else "plain")
    if named is None or mode is None:
        return None
    family = named.asset.family
    bits = key_bits // 2 if key_bits and mode == "XTS" else key_bits
    return Asset.of(named.asset.kind, family, mode=mode, size=bits if family in _SIZED else None)
