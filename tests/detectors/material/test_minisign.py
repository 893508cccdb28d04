"""Keys and signatures of minisign and signify are Ed25519, found by the comment before them."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.catalog import algorithms


def text(body, comment="minisign public key"):
    return b"untrusted comment: %s\n%s\n" % (comment.encode(), base64.b64encode(body))


def test_a_public_key_is_the_same_key_as_its_spki(look, private_key):
    """In its own file, and in a string of source."""
    key = private_key("Ed25519").public_key()
    body = text(b"Ed" + b"keynumbr" + key.public_bytes_raw())
    (plain,), _ = look("k.der", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    for path, data in (("key.pub", body), ("a.go", b'\nvar k = "' + body.replace(b"\n", b"\\n") + b'"')):
        findings, diagnostics = look(path, data)
        assert diagnostics == []
        assert [finding.asset for finding in findings] == [plain.asset]
        assert findings[0].location.line == 2


@pytest.mark.parametrize(("kind", "parts"), [(b"Ed", []), (b"ED", ["BLAKE2b-512"])])
def test_a_signature_says_whether_it_was_made_over_a_hash(look, kind, parts):
    """The capital letter is the newer form."""
    (finding,), diagnostics = look("a.minisig", text(kind + b"keynumbr" + b"s" * 64, "signature"))
    assert diagnostics == []
    assert (finding.rule, algorithms.name(finding.asset)) == ("minisign/signature", "Ed25519")
    assert [algorithms.name(asset) for _, asset in finding.related] == parts


SECRETS = {
    "minisign": (
        b"EdScB2" + b"s" * 32 + (2**25).to_bytes(8, "little") + (2**30).to_bytes(8, "little") + b"c4n4ry--" * 13,
        {
            "format": "minisign", "encrypted": "yes", "kdf": "scrypt", "operations-limit": "33554432",
            "memory-bytes": "1073741824",
        },
    ),
    "minisign, clear": (b"Ed\0\0B2" + bytes(48) + b"c4n4ry--" * 13, {"format": "minisign", "encrypted": "no"}),
    "signify": (
        b"EdBK\0\0\0\x2a" + b"s" * 16 + b"c4n4ry--" * 10,
        {"format": "signify", "encrypted": "yes", "kdf": "bcrypt_pbkdf", "iterations": "42"},
    ),
    "signify, clear": (b"EdBK\0\0\0\0" + b"s" * 16 + b"c4n4ry--" * 10, {"format": "signify", "encrypted": "no"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_key_is_known_by_its_header(look, kind):
    """How it is protected, and nothing of the key."""
    body, expected = SECRETS[kind]
    (finding,), diagnostics = look("minisign.key", text(body, "encrypted secret key"))
    assert diagnostics == []
    assert finding.asset.get("type") == "private-key"
    assert dict(finding.details) == expected
    assert "c4n4ry" not in repr(finding)


@pytest.mark.parametrize("body", [b"Ed", b"Xy" + b"k" * 40, b"Ed" + b"k" * 41])
def test_anything_else_is_nothing(look, body):
    """Another algorithm, another length."""
    assert look("a.txt", text(body)) == ([], [])
