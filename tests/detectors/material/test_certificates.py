"""Certificates, requests and revocation lists, by a library and by our own second encoder."""

import base64
import hashlib
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7
from cryptography.x509.oid import NameOID

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip

BEFORE, AFTER = datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), datetime(2051, 3, 4, 5, 6, 7, tzinfo=UTC)
HASH = {
    "RSA-2048": hashes.SHA384(),
    "EC-P-256": hashes.SHA256(),
    "EC-P-384": hashes.SHA512(),
    "DSA-2048": hashes.SHA256(),
}


def dn(common_name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "银行, Ltd"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def issue(key, signer, hash_, *, subject="leaf.example", issuer="authority", pss=None, extensions=()):
    builder = x509.CertificateBuilder(
        dn(issuer), dn(subject), key.public_key(), 0xBEEF, BEFORE, AFTER, list(extensions)
    )
    return builder.sign(signer, hash_, rsa_padding=pss)


def only(findings, kind):
    (found,) = [finding for finding in findings if finding.asset.kind is kind]
    return found


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
@pytest.mark.parametrize(
    ("subject", "signer", "signature"),
    [
        ("RSA-2048", "EC-P-384", "ECDSA-SHA-512"),
        ("EC-P-256", "RSA-2048", "RSA-PKCS1-1.5-SHA-384"),
        ("Ed25519", "Ed448", "Ed448"),
        ("DSA-2048", "Ed25519", "Ed25519"),
        ("X25519", "ML-DSA-65", "ML-DSA-65"),
        ("ML-DSA-44", "EC-P-256", "ECDSA-SHA-256"),
    ],
)
def test_a_certificate_is_two_findings(look, private_key, subject, signer, signature, encoding):
    """The certificate with everything it says, and the key it certifies."""
    key = private_key(subject)
    cert = issue(key, private_key(signer), HASH.get(signer))
    findings, diagnostics = look("tls/site.crt", cert.public_bytes(getattr(Encoding, encoding)))
    assert diagnostics == []
    assert len(findings) == 2
    certificate, public = only(findings, Kind.CERTIFICATE), only(findings, Kind.KEY)
    prefix = encoding.lower()
    assert (certificate.rule, public.rule) == (f"{prefix}/certificate", f"{prefix}/certificate-key")
    assert certificate.asset.family == "X.509"
    assert dict(certificate.asset.parameters) == {
        "name": "leaf.example",
        "fingerprint": cert.fingerprint(hashes.SHA256()).hex(),
    }
    assert algorithms.name(certificate.asset) == "leaf.example"
    related = dict(certificate.related)
    assert algorithms.name(related["signature-algorithm"]) == signature
    assert related["public-key"] == public.asset
    assert algorithms.name(public.asset) == subject
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public.asset.get("fingerprint") == hashlib.sha256(spki).hexdigest()
    assert dict(certificate.details) == {
        "subject": "CN=leaf.example,O=银行\\, Ltd,C=CN",
        "issuer": "CN=authority,O=银行\\, Ltd,C=CN",
        "serial-number": "00beef",
        "not-valid-before": "2024-02-29T01:02:03Z",
        "not-valid-after": "2051-03-04T05:06:07Z",
        "self-signed": "no",
    }


@pytest.mark.parametrize(
    ("signer", "signature"),
    [
        ("RSA-2048", "RSA-PKCS1-1.5-SHA-384-2048"),
        ("EC-P-256", "ECDSA-P-256-SHA-256"),
        ("Ed25519", "Ed25519"),
        ("DSA-2048", "DSA-2048-SHA-256"),
    ],
)
def test_a_self_signed_certificate_was_signed_by_a_key_of_known_size(look, private_key, signer, signature):
    """Only here is the signer's key at hand; the signature is verified before that is said."""
    key = private_key(signer)
    cert = issue(key, key, HASH.get(signer), subject="same", issuer="same")
    findings, _ = look("a.crt", cert.public_bytes(Encoding.DER))
    certificate = only(findings, Kind.CERTIFICATE)
    assert dict(certificate.details)["self-signed"] == "yes"
    assert algorithms.name(dict(certificate.related)["signature-algorithm"]) == signature


def test_the_same_name_signed_by_another_key_is_not_self_signed(look, private_key):
    """A renewed authority certificate is self-issued, and its signature's key size is unknown."""
    cert = issue(private_key("RSA-2048"), private_key("RSA-3072"), hashes.SHA256(), subject="ca", issuer="ca")
    certificate = only(look("a.crt", cert.public_bytes(Encoding.DER))[0], Kind.CERTIFICATE)
    assert dict(certificate.details)["self-signed"] == "no"
    assert dict(certificate.related)["signature-algorithm"].get("size") is None


@pytest.mark.parametrize(("hash_", "name"), [(hashes.SHA256(), "SHA-256"), (hashes.SHA512(), "SHA-512")])
def test_the_hash_of_rsa_pss_is_read_from_its_parameters(look, private_key, hash_, name):
    """RSASSA-PSS has one identifier for every hash."""
    pss = padding.PSS(padding.MGF1(hash_), padding.PSS.DIGEST_LENGTH)
    cert = issue(private_key("EC-P-256"), private_key("RSA-2048"), hash_, pss=pss)
    certificate = only(look("a.crt", cert.public_bytes(Encoding.PEM))[0], Kind.CERTIFICATE)
    signature = dict(certificate.related)["signature-algorithm"]
    assert (signature.family, dict(signature.parameters)) == ("RSASSA-PSS", {"digest": name})


def test_what_a_certificate_may_be_used_for_is_told(look, private_key):
    """Authority or not, and the key usages by their standard names."""
    key = private_key("EC-P-256")
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    extensions = [
        x509.Extension(x509.BasicConstraints.oid, True, x509.BasicConstraints(True, 0)),
        x509.Extension(x509.KeyUsage.oid, True, usage),
    ]
    cert = issue(key, key, hashes.SHA256(), extensions=extensions)
    details = dict(only(look("a.crt", cert.public_bytes(Encoding.DER))[0], Kind.CERTIFICATE).details)
    assert details["certificate-authority"] == "yes"
    assert details["key-usage"] == "digitalSignature keyCertSign cRLSign"


def test_a_bundle_gives_each_certificate_at_its_own_line(look, private_key):
    """A chain, with comments between, in the order of the file."""
    key = private_key("EC-P-256")
    certs = [issue(key, key, hashes.SHA256(), subject=f"host{i}") for i in range(5)]
    text = b"# chain\n" + b"\n# next\n".join(cert.public_bytes(Encoding.PEM) for cert in certs)
    findings, diagnostics = look("ca-bundle.crt", text)
    assert diagnostics == []
    found = [finding for finding in findings if finding.asset.kind is Kind.CERTIFICATE]
    assert [finding.asset.get("name") for finding in found] == [f"host{i}" for i in range(5)]
    lines = text.split(b"\n")
    assert all(lines[f.location.line - 1] == b"-----BEGIN CERTIFICATE-----" for f in found)
    assert all(a.location.line < b.location.line for a, b in pairwise(found))
    assert all(text[f.location.offset :].startswith(b"-----BEGIN CERTIFICATE-----") for f in found)


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
@pytest.mark.parametrize(
    ("name", "signature"),
    [("RSA-2048", "RSA-PKCS1-1.5-SHA-384-2048"), ("EC-P-256", "ECDSA-P-256-SHA-256"), ("Ed25519", "Ed25519")],
)
def test_a_request_is_a_finding_of_the_key_that_asks(look, private_key, name, signature, encoding):
    """A certification request is no certificate: it has no issuer and no dates."""
    key = private_key(name)
    csr = x509.CertificateSigningRequestBuilder(dn("new.example")).sign(key, HASH.get(name))
    findings, diagnostics = look("a.csr", csr.public_bytes(getattr(Encoding, encoding)))
    assert diagnostics == []
    (finding,) = findings
    assert finding.rule == f"{encoding.lower()}/certificate-request"
    assert algorithms.name(finding.asset) == name
    assert finding.asset.get("type") == "public-key"
    assert algorithms.name(dict(finding.related)["signature-algorithm"]) == signature
    assert dict(finding.details) == {"format": "PKCS#10", "subject": "CN=new.example,O=银行\\, Ltd,C=CN"}


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_revocation_list_is_a_use_of_its_signature_algorithm(look, private_key, encoding):
    """With the issuer and both dates, and no certificate made out of it."""
    builder = x509.CertificateRevocationListBuilder(dn("authority"), BEFORE, AFTER)
    crl = builder.sign(private_key("RSA-2048"), hashes.SHA256())
    findings, diagnostics = look("a.crl", crl.public_bytes(getattr(Encoding, encoding)))
    assert diagnostics == []
    (finding,) = findings
    assert finding.rule == f"{encoding.lower()}/revocation-list"
    assert (finding.asset.kind, algorithms.name(finding.asset)) == (Kind.ALGORITHM, "RSA-PKCS1-1.5-SHA-256")
    assert dict(finding.details) == {
        "format": "X.509 CRL",
        "issuer": "CN=authority,O=银行\\, Ltd,C=CN",
        "this-update": "2024-02-29T01:02:03Z",
        "next-update": "2051-03-04T05:06:07Z",
    }


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_certificates_inside_signed_data_are_found(look, private_key, encoding):
    """A PKCS #7 bundle holds certificates like a PEM bundle does."""
    key = private_key("EC-P-256")
    certs = [issue(key, key, hashes.SHA256(), subject=f"host{i}") for i in range(3)]
    findings, diagnostics = look("a.p7b", pkcs7.serialize_certificates(certs, getattr(Encoding, encoding)))
    assert diagnostics == []
    names = {finding.asset.get("name") for finding in findings if finding.asset.kind is Kind.CERTIFICATE}
    assert names == {"host0", "host1", "host2"}


def test_an_sm2_certificate_is_read_by_identifiers(look, der):
    """SM2 with SM3: no library loads it, and its self-signature is said to be unverified."""
    spki = der.spki("1.2.840.10045.2.1", "1.2.156.10197.1.301", key=b"\4" + b"k" * 64)
    cert = der.certificate(spki, ["1.2.156.10197.1.501"], subject="国密站点", issuer="国密站点")
    findings, diagnostics = look("sm2.cer", cert)
    assert diagnostics == []
    certificate, public = only(findings, Kind.CERTIFICATE), only(findings, Kind.KEY)
    signature = dict(certificate.related)["signature-algorithm"]
    assert (signature.family, dict(signature.parameters)) == ("SM2", {"digest": "SM3"})
    assert (public.asset.family, public.asset.get("curve")) == ("SM2", None)
    assert dict(certificate.details) == {
        "subject": "CN=国密站点",
        "issuer": "CN=国密站点",
        "serial-number": "07",
        "not-valid-before": "2024-01-01T00:00:00Z",
        "not-valid-after": "2054-01-01T00:00:00Z",
        "self-signed": "not verified",
    }


@pytest.mark.parametrize(
    ("key_oid", "signature_oid", "key_name", "signature_name"),
    [
        ("2.16.840.1.101.3.4.3.22", "2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s", "SLH-DSA-SHA2-192s"),
        ("2.16.840.1.101.3.4.4.2", "2.16.840.1.101.3.4.3.19", "ML-KEM-768", "ML-DSA-87"),
        ("1.3.6.1.5.5.7.6.37", "1.3.6.1.5.5.7.6.37", "MLDSA44-RSA2048-PSS-SHA256", "MLDSA44-RSA2048-PSS-SHA256"),
        ("1.3.6.1.4.1.9999.5", "1.3.6.1.4.1.9999.6", "unlisted-1.3.6.1.4.1.9999.5", "unlisted-1.3.6.1.4.1.9999.6"),
    ],
)
def test_a_certificate_of_any_algorithm_is_a_certificate(
    look, der, key_oid, signature_oid, key_name, signature_name
):
    """Post-quantum, composite and unlisted algorithms go by their identifiers."""
    cert = der.certificate(der.spki(key_oid, key=b"k" * 48), [signature_oid])
    findings, diagnostics = look("pq.der", cert)
    assert diagnostics == []
    certificate = only(findings, Kind.CERTIFICATE)
    assert algorithms.name(dict(certificate.related)["signature-algorithm"]) == signature_name
    assert algorithms.name(dict(certificate.related)["public-key"]) == key_name


def test_a_self_issued_certificate_that_the_library_refuses_is_not_verified(look, private_key):
    """A version that does not exist is read past; the library raises an exception of its own for it."""
    key = private_key("EC-P-256")
    data = issue(key, key, hashes.SHA256(), subject="same", issuer="same").public_bytes(Encoding.DER)
    damaged = data.replace(bytes.fromhex("a003020102"), bytes.fromhex("a00302014e"), 1)
    assert damaged != data
    certificate = only(look("a.der", damaged)[0], Kind.CERTIFICATE)
    assert dict(certificate.details)["self-signed"] == "not verified"


@pytest.mark.parametrize("kept", [2, 4, 40, 200, -1])
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_truncated_certificate_is_a_diagnostic(look, private_key, encoding, kept):
    """One malformed file, a message that says so, no finding and no crash."""
    key = private_key("EC-P-256")
    whole = issue(key, key, hashes.SHA256()).public_bytes(Encoding.DER)
    data = whole[:kept]
    if encoding == "PEM":
        data = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) + b"-----END CERTIFICATE-----\n"
    findings, diagnostics = look("cut.crt", data)
    assert findings == []
    (diagnostic,) = diagnostics
    assert (diagnostic.path, diagnostic.skip) == ("cut.crt", Skip.MALFORMED)
    assert "bytes" in diagnostic.message or "ends inside" in diagnostic.message


def test_a_pem_block_without_its_end_is_a_diagnostic_in_a_key_file(look, private_key):
    """The tail of the file is missing."""
    key = private_key("EC-P-256")
    text = issue(key, key, hashes.SHA256()).public_bytes(Encoding.PEM)
    findings, (diagnostic,) = look("cut.pem", text[:300])
    assert findings == []
    assert (diagnostic.skip, diagnostic.line) == (Skip.MALFORMED, 1)
    assert "END" in diagnostic.message


def test_a_name_cannot_command_a_terminal(look, der):
    """Control characters in a subject are spelled out."""
    cert = der.certificate(der.spki("1.3.101.112", key=b"k" * 32), ["1.3.101.112"], subject="a\x1b[31m\nb\u202ec")
    certificate = only(look("a.der", cert)[0], Kind.CERTIFICATE)
    assert certificate.asset.get("name") == "a\\u001B[31m\\u000Ab\\u202Ec"


def test_a_text_file_that_begins_with_a_zero_is_not_der(look):
    """The digit 0 is the tag of a SEQUENCE; a key file of digits is no truncated certificate."""
    assert look("number.pub", b"0x00c5d4\n") == ([], [])


def test_other_der_files_are_left_alone(look, der):
    """A digest info, a signature and plain data are no material, and no noise either."""
    digest = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.tlv(4, b"d" * 32))
    for data in (digest, der.sequence(der.integer(1)), der.sequence(der.tlv(12, b"text")), der.sequence()):
        assert look("data", data) == ([], [])
