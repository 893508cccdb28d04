"""Keys that a TPM holds are known by their public area."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Skip


def area(kind, *, policy=b"", symmetric=b"\0\x10", scheme=b"\0\x10", rest=b""):
    inside = struct.pack(">HHI", kind, 0x000B, 0x00060472) + struct.pack(">H", len(policy)) + policy
    inside += symmetric + scheme + rest
    return struct.pack(">H", len(inside)) + inside


def sized(octets):
    return struct.pack(">H", len(octets)) + octets


def file(der, public, kind="2.23.133.10.1.3"):
    empty = der.tlv(0xA0, der.tlv(1, b"\xff"))
    return der.sequence(
        der.oid(kind), empty, der.integer(0x40000001), der.tlv(4, public), der.tlv(4, b"c4n4ry" * 20)
    )  # fmt: skip


@pytest.fixture(scope="session")
def areas(private_key):
    """Return the public areas of two keys by the names of their assets."""
    numbers = private_key("RSA-2048").public_key().public_numbers()
    point = private_key("EC-P-384").public_key().public_numbers()
    modulus = struct.pack(">HI", 2048, 0) + sized(numbers.n.to_bytes(256, "big"))
    coordinates = sized(point.x.to_bytes(48, "big")) + sized(point.y.to_bytes(48, "big"))
    return {
        "RSA-2048": area(1, policy=b"p" * 32, symmetric=b"\0\6\0\x80\0\x43", rest=modulus),
        "EC-P-384": area(0x23, scheme=b"\0\x18\0\x0b", rest=b"\0\4\0\x10" + coordinates),
    }


@pytest.mark.parametrize("name", ["RSA-2048", "EC-P-384"])
def test_a_key_of_a_tpm_is_the_key_of_its_public_half(look, der, private_key, areas, name):
    """With the fingerprint that its certificate has; the private half is the TPM's."""
    body = base64.encodebytes(file(der, areas[name]))
    text = b"-----BEGIN TSS2 PRIVATE KEY-----\n%s-----END TSS2 PRIVATE KEY-----\n" % body
    (finding,), diagnostics = look("tpm.pem", text)
    spki = private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (plain,), _ = look("k.der", spki)
    assert diagnostics == []
    assert (algorithms.name(finding.asset), finding.asset.get("type")) == (name, "private-key")
    assert finding.asset.get("fingerprint") == plain.asset.get("fingerprint")
    assert dict(finding.details) == {"format": "TPM 2.0 key file", "held-in": "TPM"}
    assert "c4n4ry" not in repr(finding)


def test_sealed_data_is_no_key(look, der, areas):
    """Said and not guessed."""
    findings, (diagnostic,) = look("tpm.der", file(der, areas["RSA-2048"], "2.23.133.10.1.5"))
    assert (findings, diagnostic.skip) == ([], Skip.UNSUPPORTED)


@pytest.mark.parametrize("kept", [0, 4, 30, 60])
def test_a_cut_public_area_is_a_diagnostic(look, der, areas, kept):
    """No key and no crash."""
    findings, (diagnostic,) = look("tpm.der", file(der, areas["EC-P-384"][:kept]))
    assert (findings, diagnostic.skip) == ([], Skip.MALFORMED)
