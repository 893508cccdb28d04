"""Cryptographic messages: what they were signed with, how their key was handed over, what encrypts them."""

import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import algorithms as ciphers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import ber
from pqc_migrate.detectors.material import der as own
from pqc_migrate.model.inventory import Skip


def rows(findings):
    return sorted((finding.rule.split("/")[1], algorithms.name(finding.asset)) for finding in findings)


def certify(der, key, algorithm, issuer="issuer"):
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return x509.load_der_x509_certificate(der.certificate(spki, [algorithm], issuer=issuer))


@pytest.fixture(scope="session")
def signer(private_key, der):
    key = private_key("RSA-2048")
    return key, certify(der, key, "1.2.840.113549.1.1.11")


@pytest.mark.parametrize("encoding", ["DER", "PEM", "SMIME"])
def test_a_signature_is_completed_by_the_signers_certificate(look, signer, encoding):
    """The size is that of the key that the message itself carries."""
    key, cert = signer
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"text").add_signer(cert, key, hashes.SHA384())
    data = builder.sign(getattr(Encoding, encoding), [])
    findings, diagnostics = look("mail.eml" if encoding == "SMIME" else "m.p7s", data)
    assert diagnostics == []
    assert rows(findings) == [
        ("certificate", "subject"), ("certificate-key", "RSA-2048"),
        ("signature", "RSA-PKCS1-1.5-SHA-384-2048"),
    ]  # fmt: skip
    assert {dict(finding.details)["format"] for finding in findings} == {"CMS SignedData"}


def test_a_signature_without_its_certificate_has_no_size(look, signer):
    """It was not read, so it stays unknown."""
    key, cert = signer
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"text").add_signer(cert, key, hashes.SHA256())
    data = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.NoCerts])
    findings, diagnostics = look("m.p7s", data)
    assert diagnostics == []
    assert rows(findings) == [("signature", "RSA-PKCS1-1.5-SHA-256")]


def test_pss_and_ecdsa_signers_have_their_hash(look, signer, private_key, der):
    """PSS keeps it in its parameters, ECDSA in the identifier."""
    key, cert = signer
    curve = private_key("EC-P-384")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"text")
    builder = builder.add_signer(
        cert, key, hashes.SHA512(), rsa_padding=padding.PSS(padding.MGF1(hashes.SHA512()), 64)
    )
    builder = builder.add_signer(certify(der, curve, "1.2.840.10045.4.3.3", "other"), curve, hashes.SHA384())
    findings, diagnostics = look("m.p7s", builder.sign(Encoding.DER, []))
    assert diagnostics == []
    assert [name for what, name in rows(findings) if what == "signature"] == [
        "ECDSA-P-384-SHA-384", "RSA-PSS-SHA-512-2048",
    ]  # fmt: skip


def test_an_enveloped_message_names_key_transport_and_cipher(look, signer):
    """What an adversary who records it today has to break."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(b"text").add_recipient(signer[1])
    data = builder.set_content_encryption_algorithm(ciphers.AES256).encrypt(Encoding.DER, [])
    findings, diagnostics = look("m.p7m", data)
    assert diagnostics == []
    assert rows(findings) == [("content-encryption", "AES-256-CBC"), ("key-transport", "RSA-PKCS1-1.5")]


def content_info(der, kind, *fields):
    return der.sequence(der.oid(kind), der.tlv(0xA0, der.sequence(*fields)))


def encrypted_content(der, cipher):
    return der.sequence(der.oid("1.2.840.113549.1.7.1"), der.sequence(der.oid(cipher)), der.tlv(0x80, b"c" * 32))


def test_a_key_agreement_names_its_key_wrap(look, der):
    """RFC 5753: the wrap is the parameter of the scheme."""
    scheme = der.sequence(der.oid("1.3.132.1.11.1"), der.sequence(der.oid("2.16.840.1.101.3.4.1.45")))
    agreed = der.tlv(0xA1, der.integer(3), der.tlv(0xA0), scheme, der.sequence())
    body = encrypted_content(der, "2.16.840.1.101.3.4.1.46")
    data = content_info(der, "1.2.840.113549.1.9.16.1.23", der.integer(0), der.tlv(0x31, agreed), body)
    findings, diagnostics = look("m.p7m", data)
    assert diagnostics == []
    assert rows(findings) == [
        ("content-encryption", "AES-256-GCM"), ("key-agreement", "ECDH"), ("key-wrap", "AES-256-KW"),
    ]  # fmt: skip


def test_a_key_encapsulation_is_credited(look, der):
    """RFC 9629: ML-KEM with HKDF and a key wrap."""
    kem, kdf, wrap = (
        der.sequence(der.oid(each))
        for each in ("2.16.840.1.101.3.4.4.2", "1.2.840.113549.1.9.16.3.28", "2.16.840.1.101.3.4.1.45")
    )
    info = der.sequence(
        der.integer(0), der.tlv(0x80, b"id"), kem, der.tlv(4, b"ct"), kdf, der.integer(32), wrap, der.tlv(4, b"ek")
    )
    other = der.tlv(0xA4, der.oid("1.2.840.113549.1.9.16.13.3"), info)
    body = encrypted_content(der, "2.16.840.1.101.3.4.1.42")
    data = content_info(der, "1.2.840.113549.1.7.3", der.integer(3), der.tlv(0x31, other), body)
    findings, diagnostics = look("m.p7m", data)
    assert diagnostics == []
    assert rows(findings) == [
        ("content-encryption", "AES-256-CBC"), ("key-derivation", "HKDF-SHA-256"),
        ("key-encapsulation", "ML-KEM-768"), ("key-wrap", "AES-256-KW"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["1.2.840.113549.1.7.6", "1.2.156.10197.6.1.4.2.5"])
def test_encrypted_data_names_its_cipher(look, der, kind):
    """Also under the identifiers of GM/T 0010."""
    cipher = {"1": "2.16.840.1.101.3.4.1.2", "5": "1.2.156.10197.1.104.2"}["5" if "10197" in kind else "1"]
    findings, diagnostics = look("m.p7m", content_info(der, kind, der.integer(0), encrypted_content(der, cipher)))
    assert diagnostics == []
    assert rows(findings) == [("content-encryption", "SM4-CBC" if "10197" in kind else "AES-128-CBC")]


def test_a_content_type_that_is_not_decoded_is_said(look, der):
    """Compressed data has nothing to do with keys, and is not passed over in silence."""
    findings, (diagnostic,) = look("m.p7m", content_info(der, "1.2.840.113549.1.9.16.1.9", der.integer(0)))
    assert (findings, diagnostic.skip) == ([], Skip.UNSUPPORTED)


def indefinite(data):
    """Return DER with every constructed element of indefinite length and octet strings cut in two."""
    out, element = b"", own.read(data)
    if element.tag == own.OCTET_STRING and len(element.content) > 4:
        half = len(element.content) // 2
        pieces = (element.content[:half], element.content[half:])
        return b"\x24\x80" + b"".join(own.write(own.OCTET_STRING, piece) for piece in pieces) + b"\0\0"
    if not element.tag & 0x20:
        return element.encoded
    for child in element.children():
        out += indefinite(child.encoded)
    return bytes([element.tag, 0x80]) + out + b"\0\0"


def test_a_message_in_ber_is_the_message_in_der(look, signer):
    """Indefinite lengths and strings in pieces, as streaming encoders write them."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"some text").add_signer(*signer[::-1], hashes.SHA256())
    data = builder.sign(Encoding.DER, [])
    assert ber.definite(indefinite(data)) == data
    plain, _ = look("m.p7s", data)
    streamed, diagnostics = look("m.p7s", indefinite(data))
    assert diagnostics == []
    assert [f.asset for f in streamed] == [f.asset for f in plain]


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" * 60,
        b"\x30\x80",
        b"\x30\x80\x04",
        b"\x30\x80\x04\x05ab",
        b"\x24\x80\x04\x01a",
        b"\x30\x80\x1f\x1f\0",
    ],
)
def test_broken_ber_is_malformed(data):
    """Nested too deeply, cut off, or with tags no message has."""
    with pytest.raises(own.Malformed):
        ber.definite(data)


OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")
def test_a_message_streamed_by_openssl_is_read(look, tmp_path, signer):
    """The real thing: an S/MIME agent's BER."""
    key, cert = signer
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    (tmp_path / "k").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "c").write_bytes(cert.public_bytes(Encoding.PEM))
    (tmp_path / "m").write_bytes(b"text")
    command = [OPENSSL, "cms", "-sign", "-in", "m", "-signer", "c", "-inkey", "k", "-outform", "DER", "-stream"]
    done = subprocess.run([*command, "-binary", "-nodetach"], cwd=tmp_path, check=True, capture_output=True)
    assert done.stdout[:2] == b"\x30\x80"
    findings, diagnostics = look("m.p7m", done.stdout)
    assert diagnostics == []
    assert ("signature", "RSA-PKCS1-1.5-SHA-256-2048") in rows(findings)
