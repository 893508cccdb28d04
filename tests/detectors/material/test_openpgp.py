"""OpenPGP keys, signatures and messages are read from their packets, armored and binary."""

import base64
import hashlib
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Skip


def rows(findings):
    return sorted((finding.rule.split("/")[1], algorithms.name(finding.asset)) for finding in findings)


def details(findings, what):
    (found,) = [finding for finding in findings if finding.rule.endswith(f"/{what}")]
    return dict(found.details)


def secured(findings, what):
    (found,) = [finding for finding in findings if finding.rule.endswith(f"/{what}")]
    return [algorithms.name(asset) for relation, asset in found.related if relation == "secured-by"]


def packet(tag, body, *, old=False):
    if old:
        return bytes([0x80 | tag << 2 | 1]) + len(body).to_bytes(2, "big") + body
    return bytes([0xC0 | tag, 255]) + len(body).to_bytes(4, "big") + body


def mpi(value):
    if isinstance(value, bytes):
        value = int.from_bytes(value, "big")
    return value.bit_length().to_bytes(2, "big") + value.to_bytes((value.bit_length() + 7) // 8, "big")


def key(number, material, version=4):
    head = bytes([version]) + b"time" + bytes([number])
    return head + (len(material).to_bytes(4, "big") if version > 4 else b"") + material


@pytest.fixture(scope="session")
def modulus(private_key):
    return private_key("RSA-2048").public_key().public_numbers().n


@pytest.fixture(scope="session")
def rsa_key(modulus):
    """Return the body of a version 4 key packet."""
    return key(1, mpi(modulus) + mpi(65537))


def signature(issuer, number=1, digest=8, version=4):
    width = 4 if version == 6 else 2
    inside = b"\x09\x10" + issuer if len(issuer) == 8 else bytes([len(issuer) + 2, 33, version]) + issuer
    areas = (0).to_bytes(width, "big") + len(inside).to_bytes(width, "big") + inside
    return packet(2, bytes([version, 0x13, number, digest]) + areas + b"\0\0" + mpi(12345))


def armored(data, label="PGP PUBLIC KEY BLOCK"):
    text = base64.encodebytes(data)
    return b"-----BEGIN %s-----\nVersion: x\n\n%s=AbCd\n-----END %s-----\n" % (label.encode(), text, label.encode())


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("name", ["ring.gpg", "nameless"])
def test_a_key_is_the_same_key_as_in_any_other_form(look, private_key, rsa_key, name, old):
    """It has the fingerprint of its SubjectPublicKeyInfo."""
    spki = private_key("RSA-2048").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (finding,), diagnostics = look(name, packet(6, rsa_key, old=old))
    assert diagnostics == []
    assert finding.asset.get("fingerprint") == hashlib.sha256(spki).hexdigest()
    assert (finding.rule, finding.asset.get("size")) == ("openpgp/public-key", "2048")


def test_armor_is_read_at_its_line(look, rsa_key):
    """Headers and checksum are no part of the key."""
    (finding,), diagnostics = look("trusted.txt", b"\n\n" + armored(packet(6, rsa_key)))
    assert diagnostics == []
    assert (finding.rule, finding.location.line) == ("pem/public-key", 3)


CURVES = {
    "2a8648ce3d030107": "EC-P-256",
    "2b81040022": "EC-P-384",
    "2b2403030208010107": "EC-brainpoolP256r1",
    "2b8104000a": "EC-secp256k1",
}


@pytest.mark.parametrize("oid", CURVES)
@pytest.mark.parametrize("number", [18, 19])
def test_a_curve_is_named_by_its_identifier(look, oid, number):
    """For signatures and key agreement; the parameters of the key wrap are told."""
    curve = bytes.fromhex(oid)
    material = bytes([len(curve)]) + curve + mpi(b"\4" + b"k" * 64) + (b"\3\1\x0a\x09" if number == 18 else b"")
    (finding,), diagnostics = look("k.gpg", packet(6, key(number, material)))
    assert diagnostics == []
    assert algorithms.name(finding.asset) == CURVES[oid]
    wrap = {"kdf-digest": "SHA-512", "key-wrap": "AES-256"} if number == 18 else {}
    assert dict(finding.details) == {"format": "OpenPGP", "key-version": "4", **wrap}


@pytest.mark.parametrize(
    ("number", "oid", "name"),
    [(22, "2b06010401da470f01", "Ed25519"), (18, "2b060104019755010501", "X25519")],
)
def test_the_legacy_curves_are_those_of_rfc_8410(look, number, oid, name):
    """One fingerprint for one key, whatever its encoding."""
    curve, octets = bytes.fromhex(oid), b"k" * 32
    material = bytes([len(curve)]) + curve + mpi(b"\x40" + octets) + (b"\3\1\x08\x07" if number == 18 else b"")
    (finding,), _ = look("k.gpg", packet(6, key(number, material)))
    assert algorithms.name(finding.asset) == name
    assert finding.asset.get("fingerprint") is not None


@pytest.mark.parametrize(
    ("number", "octets", "name"),
    [
        (25, 32, "X25519"), (26, 56, "X448"), (27, 32, "Ed25519"), (28, 57, "Ed448"),
        (30, 32 + 1952, "ML-DSA-65+Ed25519"), (31, 57 + 2592, "ML-DSA-87+Ed448"), (32, 32, "SLH-DSA-SHAKE-128s"),
        (33, 32, "SLH-DSA-SHAKE-128f"), (34, 64, "SLH-DSA-SHAKE-256s"), (35, 32 + 1184, "ML-KEM-768+X25519"),
        (36, 56 + 1568, "ML-KEM-1024+X448"), (99, 5, "unlisted-OpenPGP algorithm 99"),
    ],
)  # fmt: skip
def test_a_version_6_key_has_the_algorithm_of_its_number(look, number, octets, name):
    """RFC 9580 and RFC 9980, and one that nobody knows, which has a length all the same."""
    (finding,), diagnostics = look("k.pgp", packet(6, key(number, b"k" * octets, 6)))
    assert diagnostics == []
    assert algorithms.name(finding.asset) == name


def test_gnupgs_combination_with_ml_kem_is_named_by_its_parts(look):
    """Algorithm 8: the identifier of a curve, and a key whose length tells the parameter set."""
    curve = bytes.fromhex("2b060104019755010501")
    material = bytes([len(curve)]) + curve + mpi(b"\x40" + b"k" * 32) + (1184).to_bytes(4, "big") + b"k" * 1184
    (finding,), _ = look("k.gpg", packet(6, key(8, material, 5)))
    assert algorithms.name(finding.asset) == "ML-KEM-768+X25519"


SALT = b"s" * 8
SECRETS = {
    "none": (b"\0", [], {"encrypted": "no"}),
    "iterated": (
        b"\xfe\x09\x03\x08" + SALT + b"\xff" + b"i" * 16,
        ["SHA-256", "AES-256-CFB"],
        {"encrypted": "yes", "kdf": "OpenPGP iterated S2K with SHA-256", "octets-hashed": "65011712"},
    ),
    "salted": (
        b"\xff\x03\x01\x02" + SALT,
        ["SHA-1", "CAST5-CFB"],
        {"encrypted": "yes", "kdf": "OpenPGP salted S2K with SHA-1"},
    ),
    "old": (
        b"\x01" + b"i" * 8,
        ["IDEA-CFB", "MD5"],
        {"encrypted": "yes", "kdf": "OpenPGP simple S2K with MD5", "iterations": "1"},
    ),
    "argon2": (
        b"\xfd\x09\x02\x04" + b"s" * 16 + b"\3\4\x15" + b"n" * 15,
        ["Argon2id", "AES-256-OCB"],
        {
            "encrypted": "yes", "kdf": "Argon2id", "iterations": "3", "parallelism": "4", "memory-kib": "2097152",
        },
    ),
    "card": (b"\xff\0\x65\0GNU\2", [], {"held-in": "smart card"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", SECRETS)
def test_the_protection_of_a_secret_key_is_told(look, rsa_key, kind):
    """Cipher, derivation and cost stand before the secret; the public half tells the key."""
    rest, parts, expected = SECRETS[kind]
    findings, diagnostics = look("sec.gpg", packet(5, rsa_key + rest + b"x" * 20))
    assert diagnostics == []
    assert rows(findings) == [("private-key", "RSA-2048")]
    assert secured(findings, "private-key") == parts
    assert details(findings, "private-key") == {"format": "OpenPGP", "key-version": "4", **expected}


def test_a_stub_of_a_secret_key_is_a_public_key(look, rsa_key):
    """GnuPG's offline primary key: the secret is not in the file."""
    findings, _ = look("sec.gpg", packet(5, rsa_key + b"\xff\0\x65\0GNU\1"))
    assert rows(findings) == [("public-key", "RSA-2048")]


def key_id(body, version):
    if version == 4:
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).digest()
    return hashlib.sha256(b"\x9b" + len(body).to_bytes(4, "big") + body).digest()


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("whole", [True, False])
def test_a_signature_is_completed_by_the_key_that_made_it(look, modulus, version, whole):
    """By fingerprint or key ID, when that key is in the same block."""
    body = key(1, mpi(modulus) + mpi(65537), version)
    fingerprint = key_id(body, version)
    issuer = fingerprint if whole else fingerprint[-8:] if version == 4 else fingerprint[:8]
    own, other = signature(issuer, version=version), signature(b"somebody", digest=2)
    findings, diagnostics = look("k.gpg", packet(6, body) + packet(13, b"name") + own + own + other)
    assert diagnostics == []
    assert [name for what, name in rows(findings) if what == "signature"] == [
        "RSA-PKCS1-1.5-SHA-1", "RSA-PKCS1-1.5-SHA-256-2048",
    ]  # fmt: skip


def test_a_detached_signature_has_scheme_and_hash(look):
    """Nothing tells the size."""
    (finding,), diagnostics = look("release.asc", armored(signature(b"somebody", 22, 10), "PGP SIGNATURE"))
    assert diagnostics == []
    assert algorithms.name(finding.asset) == "EdDSA"
    assert dict(finding.details) == {"format": "OpenPGP", "signature-hash": "SHA-512"}


def test_a_message_tells_who_can_read_it_and_how_it_is_encrypted(look):
    """Key transport of each recipient, the password's derivation, the cipher where it stands in the clear."""
    message = (
        packet(1, b"\3" + b"12345678" + b"\1" + mpi(5))
        + packet(1, b"\6\x21\6" + b"f" * 32 + bytes([35]) + b"c")
        + packet(3, b"\4\x09\3\x0a" + SALT + b"\x60")
        + packet(18, b"\2\x09\3\x06" + b"s" * 32 + b"c" * 40)
    )
    findings, diagnostics = look("m.pgp", message)
    assert diagnostics == []
    assert rows(findings) == [
        ("content-encryption", "AES-256-GCM"), ("key-transport", "ML-KEM-768+X25519"),
        ("key-transport", "RSA-PKCS1-1.5"), ("password-encryption", "AES-256"),
    ]  # fmt: skip


def test_compressed_data_is_said_not_to_be_opened(look):
    """It may be anything."""
    findings, (diagnostic,) = look("m.gpg", packet(8, b"\1abc"))
    assert (findings, diagnostic.skip) == ([], Skip.UNSUPPORTED)


def test_a_keybox_holds_keys_and_certificates(look, rsa_key, der):
    """GnuPG's own container; its header blob begins it."""
    cert = der.certificate(der.spki("1.3.101.112", key=b"k" * 32), ["1.3.101.112"])

    def blob(kind, content):
        return (
            (16 + len(content)).to_bytes(4, "big")
            + bytes([kind, 1, 0, 0, 0, 0, 0, 16])
            + len(content).to_bytes(4, "big")
            + content
        )

    header = (32).to_bytes(4, "big") + b"\1\1\0\2KBXf" + b"\0" * 20
    findings, diagnostics = look("pubring.kbx", header + blob(2, packet(6, rsa_key)) + blob(3, cert))
    assert diagnostics == []
    assert rows(findings) == [
        ("certificate", "subject"),
        ("certificate-key", "Ed25519"),
        ("public-key", "RSA-2048"),
    ]
    findings, (diagnostic,) = look("pubring.kbx", header + blob(2, packet(6, rsa_key)) + b"\0" * 16)
    assert rows(findings) == [("public-key", "RSA-2048")]
    assert diagnostic.skip is Skip.MALFORMED


@pytest.mark.parametrize("name", ["a.sig", "blob", "a.gpg"])
@pytest.mark.parametrize(
    "data", [b"\x99\x01", b"\xc6\xff\xff\xff\xff\xff\4", b"\x98\x0a\4aaaa\x01", b"\xc6\x06\4time\x01"]
)
def test_what_only_begins_like_a_key_is_no_key(look, name, data):
    """A cut packet in a file called .gpg is said; anywhere else it is nothing."""
    findings, diagnostics = look(name, data)
    assert findings == []
    assert len(diagnostics) == (name == "a.gpg")


GPG = shutil.which("gpg")


@pytest.mark.skipif(GPG is None, reason="no gpg on this machine")
def test_a_key_ring_of_gnupg_is_read(look, tmp_path):
    """A primary key with a subkey, binary, armored and in its keybox."""
    home = tmp_path / "g"
    home.mkdir(mode=0o700)

    def gpg(*arguments):
        command = [GPG, "--homedir", str(home), "--batch", "--passphrase", "x", "--pinentry-mode", "loopback"]
        return subprocess.run([*command, *arguments], check=True, capture_output=True).stdout

    try:
        gpg("--quick-gen-key", "t@example.test", "ed25519", "cert")
        fingerprint = gpg("--list-keys", "--with-colons").decode().split("\nfpr")[1].split(":")[9]
        gpg("--quick-add-key", fingerprint, "cv25519", "encr")
        outputs = {"a.gpg": gpg("--export"), "a.asc": gpg("--export", "-a"), "s.gpg": gpg("--export-secret-keys")}
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    if (home / "pubring.kbx").exists():
        outputs["pubring.kbx"] = (home / "pubring.kbx").read_bytes()
    for name, data in outputs.items():
        findings, diagnostics = look(name, data)
        assert diagnostics == [], name
        what = "private-key" if name == "s.gpg" else "public-key"
        assert {(what, "Ed25519"), (what, "X25519"), ("signature", "Ed25519")} == set(rows(findings)), name
