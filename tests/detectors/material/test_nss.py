"""The databases of NSS are read in memory: certificates and public numbers, and how the rest is protected."""

import sqlite3

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Skip


def rows(findings):
    return sorted((finding.rule, algorithms.name(finding.asset)) for finding in findings)


def database(*statements):
    """Return the bytes of a database made by (SQL, values) pairs."""
    connection = sqlite3.connect(":memory:")
    for sql, values in statements:
        connection.execute(sql, values)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def octets(value):
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


@pytest.fixture(scope="session")
def protected(der):
    """Return a value encrypted as NSS does, with one iteration."""
    prf = der.sequence(der.oid("1.2.840.113549.2.9"))
    kdf = der.sequence(der.tlv(4, b"s" * 32), der.integer(1), der.integer(32), prf)
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.tlv(4, b"i" * 14))
    inside = der.sequence(der.sequence(der.oid("1.2.840.113549.1.5.12"), kdf), cipher)
    return der.sequence(der.sequence(der.oid("1.2.840.113549.1.5.13"), inside), der.tlv(4, b"c4n4ry" * 8))


def test_certificates_stand_in_the_clear(look, der, private_key):
    """Beside objects of other classes."""
    spki = private_key("EC-P-384").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    cert = der.certificate(spki, ["1.2.840.10045.4.3.3"], subject="nss")
    insert = "INSERT INTO nssPublic VALUES (?, ?, ?)"
    data = database(
        ("CREATE TABLE nssPublic (id PRIMARY KEY, a0, a11)", ()),
        (insert, (1, b"\0\0\0\1", cert)),
        (insert, (2, b"\xce\x53\x43\x53", None)),
    )
    findings, diagnostics = look("cert9.db", data)
    assert diagnostics == []
    assert rows(findings) == [("nss/certificate", "nss"), ("nss/certificate-key", "EC-P-384")]


def test_keys_are_known_by_their_public_numbers_and_their_protection(look, der, private_key, protected):
    """The secret attribute is not read further than its header."""
    numbers = private_key("RSA-2048").public_key().public_numbers()
    insert = "INSERT INTO nssPrivate VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    data = database(
        ("CREATE TABLE nssPrivate (id, a0, a11, a100, a120, a122, a123, a180)", ()),
        (insert, (1, b"\0\0\0\3", None, bytes(4), octets(numbers.n), b"\1\0\1", protected, None)),
        (insert, (2, b"\0\0\0\3", protected, b"\0\0\0\3", None, None, None, der.oid("1.2.840.10045.3.1.7"))),
        (insert, (3, b"\0\0\0\4", protected, b"\0\0\0\x1f", None, None, None, None)),
        ("CREATE TABLE metaData (id, item1, item2)", ()),
        ("INSERT INTO metaData VALUES ('password', ?, ?)", (b"salt", protected)),
    )
    findings, diagnostics = look("key4.db", data)
    assert diagnostics == []
    scheme = "PBES2-HMAC-SHA-256-AES-256-CBC"
    assert rows(findings) == [
        ("nss/password-encryption", scheme), ("nss/private-key", "EC-P-256"), ("nss/private-key", "RSA-2048"),
        ("nss/secret-key", scheme),
    ]  # fmt: skip
    (rsa,) = [finding for finding in findings if finding.asset.family == "RSA"]
    assert dict(rsa.details) == {
        "format": "NSS database", "encrypted": "yes", "kdf": "PBKDF2-HMAC-SHA-256", "iterations": "1",
    }  # fmt: skip
    assert "c4n4ry" not in repr(findings)


def test_a_view_that_never_ends_is_stopped(look):
    """The database may be made by anyone, and its tables may be queries."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS a0 FROM n WHERE i < 0"
    data = database(("CREATE TABLE nssPrivate (id)", ()), (f"CREATE VIEW nssPublic AS {endless}", ()))
    findings, (diagnostic,) = look("cert9.db", data)
    assert (findings, diagnostic.skip) == ([], Skip.MALFORMED)


@pytest.mark.parametrize("cut", [100, 1000, 4096, -1])
def test_a_broken_database_is_a_diagnostic(look, cut):
    """Cut off, or with its pages overwritten."""
    data = database(
        ("CREATE TABLE nssPublic (id, a0, a11)", ()), ("INSERT INTO nssPublic VALUES (1, ?, 1)", (bytes(9000),))
    )
    broken = data[:cut] + b"\xff" * (len(data) - cut if cut > 0 else 0)
    findings, diagnostics = look("cert9.db", broken)
    assert findings == []
    assert len(diagnostics) <= 1


def test_another_database_is_left_alone(look):
    """SQLite is everywhere."""
    assert look("app.db", database(("CREATE TABLE users (id, password)", ()))) == ([], [])
