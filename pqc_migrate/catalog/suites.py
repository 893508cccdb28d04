"""TLS and TLCP cipher suites: any spelling to one suite, and a suite to the algorithms it is made of.

Reads `suites.toml`. A suite's identity is its IANA name (GB/T 38636 for TLCP); OpenSSL's name, an older
OpenSSL's and Java's ``SSL_`` spelling lead to the same suite. What a name is made of is read from the name
by rule; the words it may hold are facts in the file, so a name that is not registered is not a suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset, Kind

_EXPORT = "_EXPORT"


@dataclass(frozen=True, slots=True)
class Suite:
    """One registered cipher suite, taken apart."""

    name: str
    """IANA name; the name in GB/T 38636-2020 for TLCP."""
    code: int
    """The two bytes on the wire as one number."""
    protocol: str
    """``TLS`` or ``TLCP``."""
    spellings: tuple[str, ...] = ()
    """OpenSSL's name first, then those of older versions and forks; empty when OpenSSL never had it."""
    exchange: str = ""
    """Key exchange class of openssl-ciphers(1) (``kECDHE``); empty for TLS 1.3, where groups decide."""
    authentication: str = ""
    """Authentication class of openssl-ciphers(1) (``aRSA``, ``aNULL``); empty for TLS 1.3."""
    cipher: str = ""
    """Cipher word of the IANA name (``AES_128_GCM``); ``NULL`` when nothing is encrypted."""
    mac: str = ""
    """Hash word of the HMAC (``SHA``, ``SHA256``); empty for authenticated ciphers."""
    export: bool = False
    """Weakened for the export rules of the 1990s."""
    components: tuple[Asset, ...] = ()
    """Key exchange, authentication, cipher, MAC or PRF, in this order; unknown parts left out."""

    @property
    def asset(self) -> Asset:
        """The suite as the inventory keeps it."""
        return Asset.of(Kind.PROTOCOL, "TLS-suite", suite=self.name)


def find(text: str) -> Suite | None:
    """Return the suite that `text` names in IANA's, OpenSSL's, Java's or a ShangMi library's spelling, or None."""
    known = _table()
    if found := known.get(text):
        return found
    if text.startswith("SSL_"):
        return known.get("TLS_" + text.removeprefix("SSL_"))
    found = known.get(text.removeprefix("TLCP_").removeprefix("TLS_"))
    return found if found and found.protocol == "TLCP" else None


@cache
def suites() -> tuple[Suite, ...]:
    """Return every suite in the order of the file."""
    return tuple(dict.fromkeys(_table().values()))


@cache
def _table() -> dict[str, Suite]:
    raw = toml.read(toml.root() / "suites.toml")
    toml.check_keys("suites.toml", raw, {"exchange", "cipher", "hash", "group"}, set())
    words = _Words(raw["exchange"], raw["cipher"], raw["hash"])
    table: dict[str, Suite] = {}
    for group in raw["group"]:
        where = f"suites.toml: group {group.get('source', '?')!r}"
        toml.check_keys(where, group, {"protocol", "source", "suites"}, set())
        for name, (code, *spellings) in group["suites"].items():
            suite = _suite(words, name, group["protocol"], int(code, 16), tuple(spellings))
            for spelling in (name, *spellings):
                if spelling in table:
                    raise CatalogError(f"suites.toml: {spelling!r} stands twice")
                table[spelling] = suite
    return table


@dataclass(frozen=True, slots=True)
class _Words:
    exchange: Mapping[str, Mapping[str, Any]]
    cipher: Mapping[str, Mapping[str, Any]]
    hash: Mapping[str, str]


def _suite(words: _Words, name: str, protocol: str, code: int, spellings: tuple[str, ...]) -> Suite:
    exchange, cipher, hash_word = _split(words, name, protocol)
    classes = words.exchange[exchange.removesuffix(_EXPORT)] if exchange else {}
    record = words.cipher[cipher]
    aead = record.get("aead", False)
    parts = [_asset(classes.get(part)) for part in ("key_exchange", "authentication")]
    parts.append(_asset(record.get("asset")))
    digest = words.hash.get(hash_word, "")
    if aead:
        parts.append(_prf(protocol, exchange, hash_word, digest or ("SHA-256" if "CCM" in cipher else "")))
    elif digest:
        parts.append(Asset.of(Kind.ALGORITHM, "HMAC", digest=digest))
        if not exchange:
            parts.append(_prf(protocol, exchange, hash_word, digest))
    key_exchange_class, authentication_class = classes.get("openssl", ("", ""))
    return Suite(
        name=name,
        code=code,
        protocol=protocol,
        spellings=spellings,
        exchange=key_exchange_class,
        authentication=authentication_class,
        cipher=cipher,
        mac="" if aead else hash_word,
        export=exchange.endswith(_EXPORT),
        components=tuple(dict.fromkeys(part for part in parts if part is not None)),
    )


def _split(words: _Words, name: str, protocol: str) -> tuple[str, str, str]:
    """Return the exchange, cipher and hash words of a name; the exchange of TLS 1.3 is empty."""
    rest = name.removeprefix("TLS_")
    exchange, separator, protection = rest.partition("_WITH_")
    if not separator:
        exchange, _, protection = rest.partition("_") if protocol == "TLCP" else ("", "", rest)
    if exchange and exchange.removesuffix(_EXPORT) not in words.exchange:
        raise CatalogError(f"suites.toml: {name!r}: unknown exchange {exchange!r}")
    for cipher in sorted(words.cipher, key=len, reverse=True):
        if protection == cipher:
            return exchange, cipher, ""
        if protection.startswith(cipher + "_") and protection.removeprefix(cipher + "_") in words.hash:
            return exchange, cipher, protection.removeprefix(cipher + "_")
    if not exchange and (hash_word := protection.partition("_")[0]) in words.hash:
        return "", "NULL", hash_word  # RFC 9150: integrity only
    raise CatalogError(f"suites.toml: {name!r}: unknown cipher or hash in {protection!r}")


def _prf(protocol: str, exchange: str, hash_word: str, digest: str) -> Asset | None:
    # GB/T 38636 defines its PRF over SM3; what a suite ending in SHA256 runs differs between libraries.
    if not digest or (protocol == "TLCP" and hash_word != "SM3"):
        return None
    return Asset.of(Kind.ALGORITHM, "TLS-PRF" if exchange else "HKDF", digest=digest)


def _asset(record: Mapping[str, Any] | None) -> Asset | None:
    if record is None:
        return None
    family = algorithms.family(record["family"])
    return Asset.of(family.kind, family.id, **{key: value for key, value in record.items() if key != "family"})
