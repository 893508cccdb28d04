"""Every notation by name: a table of names, or a grammar where names are built by rule.

``names/<notation>.toml`` holds a table; a grammar is one function from a name to what it stands for, and
one line in `GRAMMARS`. An unknown name is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pqc_migrate.catalog import (
    botan,
    cipher_strings,
    command_notations,
    evp,
    groups,
    jca,
    kernel,
    mechanisms,
    names,
    sexpressions,
    sql_notations,
    suites,
    windows_notations,
)
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.bench import Role
from pqc_migrate.model.inventory import Asset, Kind


def read(notation: str, text: str) -> Named | None:
    """Return what a name stands for in a notation, or None when the notation does not know it."""
    grammar = GRAMMARS.get(notation)
    if grammar is not None:
        return grammar(text)
    return names.named(notation, text)


def read_all(notation: str, text: str) -> tuple[Named, ...]:
    """Return everything that a text of a notation names: several for a cipher string, one name otherwise."""
    if notation == "cipher-string":
        return _cipher_string(text)
    found = read(notation, text)
    return () if found is None else (found,)


def _cipher_string(text: str) -> tuple[Named, ...]:
    """Read an OpenSSL cipher string: what it names, and TLS itself where the library decides the rest."""
    meaning = cipher_strings.read(text)
    assets = [one.suite.asset if one.suite is not None else one.asset for one in meaning.named]
    found = [Named(asset) for asset in assets if asset is not None]
    if meaning.selects_by_class:
        keywords = ("cipher-keywords", ":".join(meaning.keywords))
        level = meaning.security_level
        details = (keywords,) if level is None else (keywords, ("security-level", str(level)))
        found.append(Named(Asset(Kind.PROTOCOL, "TLS"), details))
    return tuple(found)


def _suite(text: str) -> Named | None:
    suite = suites.find(text)
    return Named(suite.asset) if suite is not None else None


def _group(text: str) -> Named | None:
    """Read a TLS group, or a curve by any name OpenSSL takes where it expects a group."""
    found = names.named("tls_groups", text)
    curve = names.curve(text)
    if found is None and curve is not None:
        return Named(Asset.of(Kind.ALGORITHM, "ECDH", curve=curve))
    return found


def _key_group(text: str) -> Named | None:
    """Read the group a key is made on: a curve, or a group over a finite field."""
    curve = names.curve(text)
    if curve is not None:
        return Named(Asset.of(Kind.ALGORITHM, "EC", curve=curve))
    found = names.named("tls_groups", text)
    return found if found is not None and found.asset.family == "FFDH" else None


def _openssl_object(text: str) -> Named | None:
    """Read any name or dotted identifier of an algorithm that OBJ_txt2nid takes."""
    tables = ("openssl-keys", "digests", "oids")
    found = next((named for table in tables if (named := names.named(table, text)) is not None), None)
    return found or evp.cipher(text) or _key_group(text)


def _dh_prime(text: str) -> Named | None:
    """Read the prime of a named Diffie–Hellman group, written out in decimal or in hexadecimal."""
    group = groups.of_prime(text) or groups.of_hexadecimal(text)
    if group is None:
        return None
    return Named(Asset.of(Kind.ALGORITHM, "FFDH", group=group.name, size=group.size))


def _crypt(text: str) -> Named | None:
    """Read the scheme of a crypt(3) setting (``$6$rounds=5000$salt``) from what stands before its salt."""
    return names.named("crypt", text[: text.find("$", 1) + 1]) if text.startswith("$") else None


def _werkzeug(text: str) -> Named | None:
    """Read a method of Werkzeug's password hashing (``pbkdf2:sha256:600000``), whose costs stand behind it."""
    method, *rest = text.split(":")
    return names.named("werkzeug", f"{method}:{rest[0]}" if method == "pbkdf2" and rest else method)


def _liboqs(text: str) -> Named | None:
    """Read a mechanism by liboqs' name."""
    found = mechanisms.from_library(text, Role.KEM) if text else None
    if found is None or not found.family:
        return None
    return Named(Asset(Kind.ALGORITHM, found.family, found.parameters))


GRAMMARS: Mapping[str, Callable[[str], Named | None]] = {
    "botan": botan.specification,
    "botan-digest": botan.digest,
    "botan-encryption": botan.encryption,
    "botan-hash": botan.hashes,
    "botan-signature": botan.signature,
    **command_notations.GRAMMARS,
    "crypt": _crypt,
    "dh-prime": _dh_prime,
    "evp": evp.cipher,
    "gcrypt-held": sexpressions.held,
    "gcrypt-keys": sexpressions.key,
    "gcrypt-schemes": sexpressions.scheme,
    "kernel": kernel.read,
    "liboqs": _liboqs,
    "m2crypto-ciphers": lambda text: evp.cipher(text.replace("_", "-")),
    "openssl-key-groups": _key_group,
    "openssl-objects": _openssl_object,
    "openssl_groups": _group,
    **jca.GRAMMARS,
    **sql_notations.GRAMMARS,
    "tls_suites": _suite,
    "werkzeug": _werkzeug,
    **windows_notations.GRAMMARS,
}
