"""Key stores are read without their passwords: what they hold in the clear, and how the rest is protected."""

import shutil
import struct
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip


def rows(findings):
    """Return (what, name) of every finding, sorted."""
    return sorted((finding.rule.split("/")[1], algorithms.name(finding.asset)) for finding in findings)


def details(findings, what):
    (found,) = [finding for finding in findings if finding.rule.endswith(f"/{what}")]
    return dict(found.details)


@pytest.fixture(scope="session")
def pair(private_key, der):
    """Return an EC key and a certificate of it."""
    key = private_key("EC-P-256")
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    encoded = der.certificate(spki, ["1.2.840.10045.4.3.2"], subject="store")
    return key, x509.load_der_x509_certificate(encoded)


def modern(iterations=2048):
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(iterations)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
    )


def test_a_pkcs12_store_shows_its_mac_and_encryption(look, pair):
    """Behind a password: the MAC, the safe and the key bag name their algorithms and iterations."""
    data = pkcs12.serialize_key_and_certificates(b"alias", *pair, None, modern().build(b"password"))
    findings, (diagnostic,) = look("a.p12", data)
    assert rows(findings) == [
        ("content-encryption", "PBES2-HMAC-SHA-256-AES-256-CBC"),
        ("mac", "HMAC-SHA-256"),
        ("private-key", "PBES2-HMAC-SHA-256-AES-256-CBC"),
    ]
    assert details(findings, "mac") == {"format": "PKCS#12", "kdf": "PKCS #12 with SHA-256", "iterations": "2048"}
    assert details(findings, "private-key") == {
        "format": "PKCS#12", "encrypted": "yes", "kdf": "PBKDF2-HMAC-SHA-256", "iterations": "2048",
    }  # fmt: skip
    assert (diagnostic.skip, "PKCS #12" in diagnostic.message) == (Skip.UNSUPPORTED, True)


def test_the_empty_password_is_tried(look, pair):
    """A store that it opens protects nothing, and what it holds is read."""
    data = pkcs12.serialize_key_and_certificates(b"alias", *pair, None, NoEncryption())
    findings, diagnostics = look("a.p12", data)
    assert diagnostics == []
    assert ("private-key", "EC-P-256") in rows(findings)
    assert ("certificate", "store") in rows(findings)


def test_many_iterations_are_not_run(look, pair, monkeypatch):
    """A store that says billions of iterations does not cost them: the empty password is not tried."""
    from pqc_migrate.detectors.material import pkcs12 as reader

    data = pkcs12.serialize_key_and_certificates(b"a", *pair, None, modern(60_000).build(b"password"))
    monkeypatch.setattr(reader, "load_pkcs12", lambda *_: pytest.fail("the password was tried"))
    findings, diagnostics = look("a.p12", data)
    assert details(findings, "content-encryption")["iterations"] == "60000"
    assert [d.skip for d in diagnostics] == [Skip.UNSUPPORTED]


def test_the_bags_of_a_store_in_the_clear_are_read(look, pair, der):
    """Key bag and certificate bag without encryption, in nested safe contents."""
    key, cert = pair

    def context(*content):
        return der.tlv(0xA0, *content)

    def bag(number, value):
        return der.sequence(der.oid(f"1.2.840.113549.1.12.10.1.{number}"), context(value))

    encoded = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    inside = context(der.tlv(4, cert.public_bytes(Encoding.DER)))
    certificate = der.sequence(der.oid("1.2.840.113549.1.9.22.1"), inside)
    nested = bag(6, der.sequence(bag(3, certificate)))
    contents = der.sequence(bag(1, encoded), nested)
    data = der.oid("1.2.840.113549.1.7.1")
    safe = der.sequence(der.sequence(data, context(der.tlv(4, contents))))
    store = der.sequence(der.integer(3), der.sequence(data, context(der.tlv(4, safe))))
    findings, diagnostics = look("no-suffix", store)
    assert diagnostics == []
    assert rows(findings) == [
        ("certificate", "store"),
        ("certificate-key", "EC-P-256"),
        ("private-key", "EC-P-256"),
    ]
    assert details(findings, "private-key") == {"format": "PKCS#12", "encrypted": "no"}


def text(value):
    return struct.pack(">H", len(value)) + value


def block(value):
    return struct.pack(">I", len(value)) + value


def java_store(entries, *, magic=b"\xfe\xed\xfe\xed", count=None):
    """Write a JKS store; the digest at its end cannot be checked without the password."""
    head = magic + struct.pack(">II", 2, len(entries) if count is None else count)
    return head + b"".join(entries) + b"d" * 20


def certificate_entry(cert):
    return struct.pack(">I", 2) + text(b"alias") + b"\0" * 8 + text(b"X.509") + block(cert)


@pytest.fixture(scope="session")
def protected(der):
    """Return an EncryptedPrivateKeyInfo as JKS makes it."""
    return der.sequence(der.sequence(der.oid("1.3.6.1.4.1.42.2.17.1.1"), der.tlv(5)), der.tlv(4, b"x" * 64))


def test_a_java_key_store_shows_its_certificates_and_its_keys_by_them(look, pair, protected):
    """A key's chain certifies its public half, so the private key is known by it."""
    _, cert = pair
    encoded = cert.public_bytes(Encoding.DER)
    key = struct.pack(">I", 1) + text(b"k") + b"\0" * 8 + block(protected) + struct.pack(">I", 1)
    data = java_store([key + text(b"X.509") + block(encoded), certificate_entry(encoded)])
    findings, diagnostics = look("a.jks", data)
    assert diagnostics == []
    assert rows(findings) == [
        ("certificate", "store"), ("certificate", "store"), ("certificate-key", "EC-P-256"),
        ("certificate-key", "EC-P-256"), ("integrity", "SHA-1"), ("private-key", "EC-P-256"),
    ]  # fmt: skip
    (secret,) = [finding for finding in findings if finding.rule.endswith("private-key")]
    secured = [algorithms.name(asset) for relation, asset in secret.related if relation == "secured-by"]
    assert secured == ["JKS-PBE-SHA-1", "SHA-1"]
    assert dict(secret.details) == {"format": "JKS", "encrypted": "yes", "known-by": "certificate"}


def test_a_key_without_a_chain_is_known_by_its_protection(look, protected):
    """Nothing in the clear says what kind of key it is."""
    key = struct.pack(">I", 1) + text(b"k") + b"\0" * 8 + block(protected) + struct.pack(">I", 0)
    findings, diagnostics = look("a.jks", java_store([key]))
    assert diagnostics == []
    assert rows(findings) == [("integrity", "SHA-1"), ("private-key", "JKS-PBE-SHA-1")]


@pytest.mark.parametrize("magic", [b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"])
def test_a_store_that_claims_more_entries_than_it_has_is_a_diagnostic(look, pair, magic):
    """What was read before is kept."""
    encoded = pair[1].public_bytes(Encoding.DER)
    findings, (diagnostic,) = look("a.jks", java_store([certificate_entry(encoded)], magic=magic, count=2**31))
    assert ("certificate", "store") in rows(findings)
    assert diagnostic.skip is Skip.MALFORMED


def test_a_store_of_a_great_many_entries_is_cut_with_a_word(look, pair, monkeypatch):
    """The rest is counted."""
    from pqc_migrate.detectors.material import java_stores

    monkeypatch.setattr(java_stores, "MOST_ENTRIES", 3)
    encoded = pair[1].public_bytes(Encoding.DER)
    findings, (diagnostic,) = look("a.jks", java_store([certificate_entry(encoded)] * 5))
    assert len([f for f in findings if f.asset.kind is Kind.CERTIFICATE]) == 3
    assert (diagnostic.skip, "2 of 5" in diagnostic.message) == (Skip.UNSUPPORTED, True)


def bouncy(entries, version=2):
    head = struct.pack(">II", version, 20) + b"s" * 20 + struct.pack(">I", 1500)
    return head + b"".join(entries) + b"\0" + b"m" * 20


def test_a_bouncy_castle_store_shows_certificates_and_keys_without_a_password(look, pair):
    """BKS: a certificate, a sealed key by its chain, and a key in the clear."""
    key, cert = pair
    encoded = text(b"X.509") + block(cert.public_bytes(Encoding.DER))
    common = text(b"alias") + b"\0" * 8
    sealed = block(block(b"s" * 20) + struct.pack(">I", 1111) + b"c" * 40)
    clear = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    entries = [
        b"\1" + common + struct.pack(">I", 0) + encoded,
        b"\4" + common + struct.pack(">I", 1) + encoded + sealed,
        b"\2" + common + struct.pack(">I", 0) + b"\0" + text(b"PKCS#8") + text(b"EC") + block(clear),
    ]
    findings, diagnostics = look("store", bouncy(entries))
    assert diagnostics == []
    assert rows(findings) == [
        ("certificate", "store"), ("certificate", "store"), ("certificate-key", "EC-P-256"),
        ("certificate-key", "EC-P-256"), ("mac", "HMAC-SHA-1"), ("private-key", "EC-P-256"),
        ("private-key", "EC-P-256"),
    ]  # fmt: skip
    assert details(findings, "mac")["iterations"] == "1500"
    costs = [dict(f.details) for f in findings if f.rule.endswith("private-key")]
    assert {cost.get("iterations") for cost in costs} == {"1111", None}


def test_an_uber_store_is_a_finding_where_its_name_says_so(look):
    """Its content is encrypted and looks like anything."""
    data = struct.pack(">II", 1, 20) + b"s" * 20 + struct.pack(">I", 1500) + bytes(range(7, 200))
    findings, diagnostics = look("a.ubr", data)
    assert rows(findings) == [("content-encryption", "PKCS12-PBE-SHA-1-Twofish-CBC")]
    assert [d.skip for d in diagnostics] == [Skip.UNSUPPORTED]
    assert look("data.bin", data) == ([], [])


def test_a_bcfks_store_shows_its_algorithms(look, der):
    """Encrypted as a whole; scheme, derivation and MAC are readable."""
    prf = der.sequence(der.oid("1.2.840.113549.2.11"), der.tlv(5))
    kdf = der.sequence(
        der.oid("1.2.840.113549.1.5.12"),
        der.sequence(der.tlv(4, b"s" * 64), der.integer(51200), der.integer(64), prf),
    )
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.47"), der.sequence(der.tlv(4, b"n" * 12)))
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(kdf, cipher))
    check = der.sequence(prf, kdf, der.tlv(4, b"m" * 64))
    data = der.sequence(der.sequence(scheme, der.tlv(4, b"c" * 99)), check)
    findings, diagnostics = look("a.bcfks", data)
    assert rows(findings) == [
        ("content-encryption", "PBES2-HMAC-SHA-512-AES-256-CCM"), ("mac", "HMAC-SHA-512"),
    ]  # fmt: skip
    assert details(findings, "content-encryption")["iterations"] == "51200"
    assert [d.skip for d in diagnostics] == [Skip.UNSUPPORTED]


KEYTOOL = shutil.which("keytool")


@pytest.mark.skipif(KEYTOOL is None, reason="no keytool on this machine")
@pytest.mark.parametrize("kind", ["JKS", "JCEKS", "PKCS12"])
def test_stores_made_by_java_are_read(look, tmp_path, kind):
    """A key pair, and a secret key where the store takes one."""
    path = tmp_path / "store"
    common = ["-keystore", str(path), "-storetype", kind, "-storepass", "changeit"]
    pair = ["-genkeypair", "-alias", "a", "-keyalg", "EC", "-groupname", "secp384r1", "-dname", "CN=java"]
    subprocess.run([KEYTOOL, *pair, *common], check=True, capture_output=True)
    if kind != "JKS":
        for alias in ("b", "c"):
            secret = ["-genseckey", "-alias", alias, "-keyalg", "AES", "-keysize", "256"]
            subprocess.run([KEYTOOL, *secret, *common], check=True, capture_output=True)
    findings, diagnostics = look("app.keystore", path.read_bytes())
    found = rows(findings)
    assert {"JKS": 0, "JCEKS": 2, "PKCS12": 2}[kind] == sum(what == "secret-key" for what, _ in found)
    if kind != "PKCS12":
        assert diagnostics == []
        assert ("private-key", "EC-P-384") in found
        assert ("certificate", "java") in found


def test_a_password_protected_pkcs8_key_is_secured_by_scrypt(look, der):
    """RFC 7914: the cost parameter stands where others keep iterations."""
    kdf = der.sequence(
        der.oid("1.3.6.1.4.1.11591.4.11"),
        der.sequence(der.tlv(4, b"salt"), der.integer(16384), der.integer(8), der.integer(1)),
    )
    cipher = der.sequence(der.oid("2.16.840.1.101.3.4.1.42"), der.tlv(4, b"i" * 16))
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(kdf, cipher))
    findings, diagnostics = look("k.der", der.sequence(scheme, der.tlv(4, b"c" * 48)))
    assert diagnostics == []
    assert details(findings, "private-key") == {
        "format": "PKCS#8", "encrypted": "yes", "kdf": "scrypt", "cost": "16384",
    }  # fmt: skip


def test_the_strongest_encryption_of_a_library_is_read(look, private_key):
    """Whatever it is, it has a cipher, a derivation and a cost."""
    key = private_key("RSA-2048").private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    findings, _ = look("k.der", key)
    assert {"kdf", "iterations"} <= details(findings, "private-key").keys()
