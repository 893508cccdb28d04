"""Certificates of one file are linked to their issuers by signature; names and identifiers are told."""

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs7, pkcs12

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind

BEFORE, AFTER = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)


def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def issue(key, signer, subject, issuer, extensions=()):
    entries = [x509.Extension(each.oid, False, each) for each in extensions]
    builder = x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), 9, BEFORE, AFTER, entries)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="session")
def chain(private_key):
    """Return leaf, intermediate and root."""
    root, middle, leaf = (private_key(each) for each in ("RSA-3072", "EC-P-384", "EC-P-256"))
    return [
        issue(leaf, middle, "leaf", "middle"),
        issue(middle, root, "middle", "root"),
        issue(root, root, "root", "root"),
    ]


def certificates(findings):
    return {f.asset.get("name"): f for f in findings if f.asset.kind is Kind.CERTIFICATE}


CONTAINERS = {
    "pem": lambda chain, key: b"".join(cert.public_bytes(Encoding.PEM) for cert in chain),
    "p7b": lambda chain, key: pkcs7.serialize_certificates(chain, Encoding.DER),
    "p12": lambda chain, key: pkcs12.serialize_key_and_certificates(b"a", key, chain[0], chain[1:], NoEncryption()),
}


@pytest.mark.parametrize("form", CONTAINERS)
def test_a_chain_is_verified_and_completes_the_signatures(look, private_key, chain, form):
    """The issuer's key tells the size that a certificate alone does not."""
    findings, diagnostics = look(f"a.{form}", CONTAINERS[form](chain, private_key("EC-P-256")))
    assert diagnostics == []
    found = certificates(findings)
    signatures = {n: algorithms.name(dict(f.related)["signature-algorithm"]) for n, f in found.items()}
    assert signatures == {
        "leaf": "ECDSA-P-384-SHA-256", "middle": "RSA-PKCS1-1.5-SHA-256-3072", "root": "RSA-PKCS1-1.5-SHA-256-3072",
    }  # fmt: skip
    for own, other in (("leaf", "middle"), ("middle", "root")):
        details = dict(found[own].details)
        assert details["issuer-fingerprint"] == found[other].asset.get("fingerprint")
        assert details["issuer-match"] == "signature"
    assert "issuer-match" not in dict(found["root"].details)


def test_a_namesake_that_did_not_sign_is_no_issuer(look, private_key, chain):
    """The signature decides, not the name."""
    other = issue(private_key("EC-P-521"), private_key("EC-P-521"), "middle", "middle")
    data = b"".join(cert.public_bytes(Encoding.PEM) for cert in (chain[0], other))
    assert "issuer-match" not in dict(certificates(look("a.pem", data)[0])["leaf"].details)
    data += chain[1].public_bytes(Encoding.PEM)
    leaf = next(f for f in look("a.pem", data)[0] if f.asset.get("name") == "leaf")
    assert dict(leaf.details)["issuer-match"] == "signature"


def test_no_more_signatures_are_verified_than_the_bound(look, chain, monkeypatch):
    """A bundle of a million certificates of one name costs no more than that."""
    from pqc_migrate.detectors.material import chains

    monkeypatch.setattr(chains, "MOST_VERIFIED", 0)
    data = b"".join(cert.public_bytes(Encoding.PEM) for cert in chain)
    assert "issuer-match" not in dict(certificates(look("a.pem", data)[0])["leaf"].details)


def test_names_and_identifiers_are_details(look, private_key):
    """Host names and addresses, not people; the identifiers of both keys."""
    key, signer = private_key("EC-P-256"), private_key("EC-P-384")
    names = [x509.DNSName("a.example"), x509.RFC822Name("me@example.test"), x509.IPAddress(ip_address("192.0.2.7"))]
    extensions = [
        x509.SubjectAlternativeName(names),
        x509.SubjectKeyIdentifier(b"\1\2\3"),
        x509.AuthorityKeyIdentifier(b"\4\5", None, None),
    ]
    cert = issue(key, signer, "leaf", "middle", extensions)
    details = dict(certificates(look("a.der", cert.public_bytes(Encoding.DER))[0])["leaf"].details)
    assert details["subject-alternative-names"] == "a.example 192.0.2.7"
    assert details["subject-key-identifier"] == "010203"
    assert details["authority-key-identifier"] == "0405"
