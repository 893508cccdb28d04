"""Detector: the certificate and key databases of NSS (``cert9.db``, ``key4.db``), which are SQLite files.

Each row is a PKCS #11 object, each column an attribute named after its number (PKCS #11 v3.0, header pkcs11t.h; NSS
lib/softoken/sdb.c). Certificates and the public numbers of keys stand in the clear; the secret attributes are
encrypted one by one and never read further than their header. The database is opened in memory, read-only and with
bounds: it may be made by anyone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from pqc_migrate.detectors.material import certificates, chains, der, identifiers, keys
from pqc_migrate.detectors.material.chains import Claim
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Item, Place, Related, Unsupported, condensed
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

MOST_ROWS = 10_000
"""Objects read of one table."""

_MAGIC = b"SQLite format 3\0"
_TABLES = (b"TABLE nssPublic", b"TABLE nssPrivate")
_MOST_INSTRUCTIONS, _STEPS = 20_000_000, 10_000
_LONGEST_VALUE = 2**20
_WRITE_VERSION, _READ_VERSION, _ROLLBACK_JOURNAL = 18, 19, 1
_CLASS, _VALUE, _KEY_TYPE, _MODULUS, _EXPONENT, _PRIVATE_EXPONENT, _EC_PARAMS = (
    "a0", "a11", "a100", "a120", "a122", "a123", "a180",
)  # fmt: skip
_CERTIFICATE, _PRIVATE_KEY, _SECRET_KEY = 1, 3, 4
_RSA, _EC = 0, 3
_FORM: Details = (("format", "NSS database"),)


def _anchors() -> frozenset[bytes]:
    return frozenset()


def _wants(file: SourceFile) -> bool:
    return file.data.startswith(_MAGIC) and any(table in file.data for table in _TABLES)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    yield from condensed(chains.findings(_claims(file)))


def _claims(file: SourceFile) -> Iterator[Claim]:
    place = Place("nss", file.path, 1, 0)
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            if not hasattr(database, "deserialize"):  # a build option of SQLite before 3.36
                yield place.diagnostic(Unsupported("needs an SQLite that reads from memory"), "NSS database")
                return
            _load(database, file.data)
            for table in ("nssPublic", "nssPrivate"):
                yield from _objects(database, table, place)
            yield from _password(database, place)
    except (sqlite3.Error, OverflowError, MemoryError):
        yield place.diagnostic(Malformed("cannot be read, or costs more than is spent on it"), "NSS database")


def _load(database: sqlite3.Connection, data: bytes) -> None:
    """Load the file into memory; one in write-ahead mode is read as far as its main file goes."""
    copy = bytearray(data)
    copy[_WRITE_VERSION : _READ_VERSION + 1] = bytes((_ROLLBACK_JOURNAL, _ROLLBACK_JOURNAL))
    left = _MOST_INSTRUCTIONS // _STEPS

    def exhausted() -> int:
        nonlocal left
        left -= 1
        return int(left < 0)

    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(_LONGEST_VALUE, len(copy) + 1))
    database.deserialize(bytes(copy))
    database.set_progress_handler(exhausted, _STEPS)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.text_factory = bytes
    database.row_factory = sqlite3.Row


def _columns(database: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(
        row["name"].decode("ascii", "replace") for row in database.execute(f"PRAGMA table_info({table})")
    )


def _objects(database: sqlite3.Connection, table: str, place: Place) -> Iterator[Claim]:
    """Yield the certificates and keys of one table, which is one of the two names that are read."""
    wanted = (_CLASS, _VALUE, _KEY_TYPE, _MODULUS, _EXPONENT, _PRIVATE_EXPONENT, _EC_PARAMS)
    present = [name for name in wanted if name in _columns(database, table)]
    if _CLASS not in present:
        return
    rows = database.execute(f"SELECT {', '.join(present)} FROM {table} LIMIT {MOST_ROWS + 1}")
    for count, row in enumerate(rows):
        if count == MOST_ROWS:
            yield place.diagnostic(Unsupported(f"more than {MOST_ROWS:,} objects"), "NSS database")
            return
        values: dict[str, bytes] = {name: row[name] for name in present if isinstance(row[name], bytes)}
        try:
            for item in _object(values):
                yield place, item
        except Malformed as error:
            yield place.diagnostic(error, "NSS database")


def _object(values: dict[str, bytes]) -> Iterator[Item]:
    kind = int.from_bytes(values.get(_CLASS, b""), "big")
    if kind == _CERTIFICATE and _VALUE in values:
        yield from certificates.certificate(der.read(values[_VALUE]))
    elif kind == _PRIVATE_KEY:
        yield _private_key(values)
    elif kind == _SECRET_KEY and _VALUE in values:
        related, details = _protection(values[_VALUE])
        if related:
            yield Item("secret-key", Key(related[0][1]).asset("secret-key"), related, (*_FORM, *details))


def _private_key(values: dict[str, bytes]) -> Item:
    kind = int.from_bytes(values.get(_KEY_TYPE, b"\xff"), "big")
    if kind == _RSA and _MODULUS in values and _EXPONENT in values:
        key = keys.rsa(*(int.from_bytes(values[name], "big") for name in (_MODULUS, _EXPONENT)))
    elif kind == _EC and _EC_PARAMS in values:
        key = Key(keys.on_curve(der.read(values[_EC_PARAMS])))
    else:
        raise Malformed("a private key of a kind that is not decoded")
    related, details = _protection(values.get(_PRIVATE_EXPONENT) or values.get(_VALUE) or b"")
    return key.item("private-key", "private-key", related, (*_FORM, *details))


def _protection(encrypted: bytes) -> tuple[Related, Details]:
    """Return how a secret attribute is encrypted: it begins like an EncryptedPrivateKeyInfo."""
    try:
        scheme = identifiers.protection(der.read(encrypted).expect(der.SEQUENCE).first(1)[0])
    except (Malformed, IndexError):
        return (), ()
    parts = (scheme.scheme, *scheme.parts)
    return tuple(("secured-by", part) for part in parts), (("encrypted", "yes"), *scheme.details)


def _password(database: sqlite3.Connection, place: Place) -> Iterator[Claim]:
    """Yield what protects the database's own password check."""
    if not {"id", "item2"} <= _columns(database, "metaData"):
        return
    for row in database.execute("SELECT item2 FROM metaData WHERE id = 'password' LIMIT 1"):
        if isinstance(row["item2"], bytes):
            related, details = _protection(row["item2"])
            if related:
                kept = tuple(detail for detail in details if detail[0] != "encrypted")
                yield place, Item("password-encryption", related[0][1], related[1:], (*_FORM, *kept))


DETECTOR = Detector("nss", _anchors, _wants, _detect)
