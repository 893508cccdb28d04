"""No bytes make a material detector raise, and what it says stays inside the model's vocabulary."""

import base64
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import (
    ber,
    der,
    distinguished,
    java_objects,
    java_stores,
    openpgp,
    openssh,
    structures,
)
from pqc_migrate.detectors.material.openssh import Reader

PATHS = st.sampled_from([
    "a.pem", "a.der", "a.crt", "id.pub", "known_hosts", "a.py", "a.json", "plain", "a.p12", "a.jks", "a.bks",
    "a.gpg", "a.sig", "pubring.kbx", "a.p7m", "id.ppk", "secret.yaml", "metadata.xml",
])  # fmt: skip
LABELS = st.sampled_from([
    "CERTIFICATE", "CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "DH PARAMETERS",
    "DSA PARAMETERS", "EC PARAMETERS", "NO SUCH LABEL", "CMS", "PKCS12", "PGP PUBLIC KEY BLOCK", "PGP MESSAGE",
])  # fmt: skip


@cache
def specimens():
    """Return valid encodings to damage."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
    constraints = x509.Extension(x509.BasicConstraints.oid, True, x509.BasicConstraints(True, 1))
    cert = x509.CertificateBuilder(name, name, key.public_key(), 5, start, end, [constraints])
    csr = x509.CertificateSigningRequestBuilder(name)
    crl = x509.CertificateRevocationListBuilder(name, start, end)
    keys = [key, rsa.generate_private_key(65537, 1024), ed25519.Ed25519PrivateKey.generate()]
    out = [part.sign(key, hashes.SHA256()).public_bytes(Encoding.DER) for part in (cert, csr, crl)]
    for each in keys:
        out.append(each.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        out.append(each.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")))
        out.append(each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        text = each.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        out.append(base64.b64decode(b"".join(text.split(b"\n")[1:-2])))
        line = each.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        out.append(base64.b64decode(line.split()[1]))
    return out + containers(key, out[0])


def containers(key, certificate):
    """Return key stores, messages and packets to damage."""
    cert = x509.load_der_x509_certificate(certificate)
    fast = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).hmac_hash(hashes.SHA256())
    stores = [
        pkcs12.serialize_key_and_certificates(b"a", key, cert, None, how)
        for how in (NoEncryption(), fast.build(b"x"))
    ]
    signed = (
        pkcs7.PKCS7SignatureBuilder().set_data(b"x").add_signer(cert, key, hashes.SHA256()).sign(Encoding.DER, [])
    )
    entry = b"\0\0\0\2\0\1a" + bytes(8) + b"\0\5X.509" + len(certificate).to_bytes(4, "big") + certificate
    jks = b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1" + entry + bytes(20)
    bks = b"\0\0\0\2\0\0\0\x14" + bytes(20) + b"\0\0\6\0\1\0\1a" + bytes(12) + entry[15:] + bytes(21)
    sealed = b"\xce\xce\xce\xce\0\0\0\2\0\0\0\1\0\0\0\3\0\1a" + bytes(8) + SEALED + bytes(20)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    packet = b"\4time\x13\x08\x2a\x86\x48\xce\x3d\3\1\7\2\3" + point
    pgp = b"\xc6" + bytes([len(packet)]) + packet + b"\xc2\x11\4\x13\x13\x08\0\0\0\x0a\x09\x10" + bytes(8) + b"\0\0"
    box = b"\0\0\0\x20\1\1\0\2KBXf" + bytes(20) + (16 + len(pgp)).to_bytes(4, "big") + b"\2\1\0\0\0\0\0\x10"
    box += len(pgp).to_bytes(4, "big") + pgp
    ppk = b"PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: aes256-cbc\nPublic-Lines: 2\nAAAA\nAAAA\n"
    return [*stores, signed, jks, bks, sealed, pgp, box, ppk]


SEALED = bytes.fromhex(
    "aced000573720033637279707400000000000000000203000149000178780000000074000350424574"
)  # fmt: skip


@st.composite
def damaged(draw):
    """Return a valid encoding with some bytes changed, cut out or doubled."""
    data = bytearray(draw(st.sampled_from(specimens())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 3)):
            case 0 if data:
                data[at] = draw(st.integers(0, 255))
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at:at] = draw(st.binary(max_size=6))
    return bytes(data)


def check(look, path, data):
    findings, diagnostics = look(path, data)
    for finding in findings:
        assert algorithms.name(finding.asset)
        assert 1 <= finding.location.line <= data.count(b"\n") + 1
        for _, asset in finding.related:
            assert algorithms.name(asset)
    for diagnostic in diagnostics:
        assert diagnostic.path == path
        assert diagnostic.message.isprintable()


@given(path=PATHS, data=st.binary(max_size=300))
def test_any_bytes(look, path, data):
    """Random bytes, as they are and behind a SEQUENCE header."""
    check(look, path, data)
    check(look, path, b"\x30\x82" + len(data).to_bytes(2, "big") + data)


@settings(max_examples=300)
@given(path=PATHS, label=LABELS, data=damaged())
def test_damaged_material(look, path, label, data):
    """Damaged keys and certificates, bare, armored and as an SSH line."""
    check(look, path, data)
    text = base64.encodebytes(data)
    armored = b"x\n-----BEGIN %s-----\n%s-----END %s-----\n" % (label.encode(), text, label.encode())
    check(look, path, armored)
    check(look, path, b'key: "' + base64.b64encode(data) + b'"\n' + text)
    check(look, path, b"k: " + base64.b64encode(armored))
    check(look, path, b"ssh-rsa " + base64.b64encode(data) + b" c\n")


@given(
    path=PATHS,
    pieces=st.lists(
        st.one_of(
            st.sampled_from([
                b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----", b"-----BEGIN RSA PRIVATE KEY-----",
                b"-----END RSA PRIVATE KEY-----", b"-----BEGIN ", b"-----", b"\n", b"\r\n", b"\\n", b'"', b"'",
                b"\\", b"Proc-Type: 4,ENCRYPTED\n", b"DEK-Info: AES-256-CBC,00\n", b"MIIB", b"AAAAB3NzaC1yc2E",
                b"# ", b"+",
            ]),
            st.binary(max_size=8),
        ),
        max_size=30,
    ),
)  # fmt: skip
def test_shuffled_armor(look, path, pieces):
    """Markers, headers and quotes in any order."""
    check(look, path, b"".join(pieces))


@given(
    path=PATHS,
    pieces=st.lists(
        st.one_of(
            st.sampled_from([
                b'"kty"', b'\\"kty\\"', b": ", b'"RSA"', b'"EC"', b'"OKP"', b'"AKP"', b'"oct"', b'"n"', b'"AQAB"',
                b'"e"',
                b'"crv"', b'"P-256"', b'"x"', b'"y"', b'"k"', b'"alg"', b'"HS256"', b"{", b"}", b"[", b"]", b", ",
                b"\\",
                b"<RSAKeyValue>", b"</RSAKeyValue>", b"<Modulus>", b"</Modulus>", b"<Exponent>AQAB</Exponent>",
                b"<ECKeyValue>", b"X509Certificate>", b"MIIBIjANBgkqhkiG9w0BAQEFAAOC", b"LS0tLS1CRUdJTi",
                b"/u3+7QAAAAI",
                b"MIAGCSqGSIb3DQEHA", b" " * 40, b'"\n + "', b"AAAA" * 30,
            ]),
            st.binary(max_size=8),
        ),
        max_size=40,
    ),
)  # fmt: skip
def test_shuffled_notations(look, path, pieces):
    """The words of JSON Web Keys, XML keys and base64 in any order."""
    check(look, path, b"".join(pieces))


@given(
    data=st.binary(max_size=200),
    tag=st.sampled_from([b"\xc6", b"\xc5", b"\x99", b"\xc2", b"\xc1", b"\xc3", b"\xd2"]),
)
def test_any_packet(look, tag, data):
    """OpenPGP packets of any content under the tags that are read."""
    check(look, "a.gpg", tag + bytes([len(data)]) + data if len(data) < 192 else tag + data)


HOSTILE = {
    "deep DER": b"\x30\x84\x00\x0f\xff\xfa" * 1000 + bytes(2**20),
    "deep BER": b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + b"\xa0\x80" * 100_000,
    "many elements": b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + b"\x05\x00" * 1_000_000,
    "a million entries": b"\xfe\xed\xfe\xed\0\0\0\2\x7f\xff\xff\xff" + (b"\0\0\0\2\0\0" + bytes(14)) * 100_000,
    "a million packets": b"\xcd\1a" * 1_000_000,
    "huge packet length": b"\xc6\xff\xff\xff\xff\xff" + bytes(100),
    "huge blob": b"\0\0\0\x20\1\1\0\2KBXf" + bytes(20) + b"\xff\xff\xff\xff" + bytes(100),
    "many braces": b'{"a":' * 200_000 + b'"kty"' * 2_000,
    "many keys": b'{"kty":' * 20_000,
    "many starts": b"MIIBIjANBgkqhkiG9w0BAQEFAAOC\n" * 100_000,
    "a long run": b"MIP///8NBgkqhkiG9w0BAQEFAAOC" + b"A" * 4_000_000,
    "many quotes": b"MIIBIjANBgkqhkiG9w0BAQEFAAOC" + b'"' + b" " * 100_000 + b'"' * 100_000,
    "many tags": b"<RSAKeyValue>" * 100_000,
    "many certificates": b"MIIBIjANBgkqhkiG9w0BAQEFAAOC<X509Certificate>" * 50_000,
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("path", ["a.p7m", "a.json"])
def test_hostile_input_is_bounded(look, path, what):
    """Depth, number and length of what a file claims cost a bounded time: this test ends."""
    check(look, path, HOSTILE[what])


@given(data=st.binary(max_size=120), label=LABELS)
def test_decoders_raise_nothing_but_malformed(data, label):
    """The one exception that a detector turns into a diagnostic."""
    for decode in (
        lambda: list(structures.decode(der.read(data), label)),
        lambda: list(openssh.public(data)),
        lambda: list(openpgp.block(data)),
        lambda: list(openpgp.keybox(data)),
        lambda: list(java_stores.store(b"\xce\xce\xce\xce" + data)),
        lambda: list(java_stores.store(data)),
        lambda: java_objects.read(Reader(b"\xac\xed\0\5" + data)),
        lambda: ber.definite(data),
        lambda: list(openssh.private(openssh.MAGIC + data)),
        lambda: distinguished.name(der.read(data)),
        lambda: der.read(data).oid(),
        lambda: der.read(data).integer(),
    ):
        with suppress(der.Malformed):
            decode()


@given(value=st.integers(0, 2**600))
def test_integers_survive_encoding(value):
    """What is written is read back."""
    assert der.read(der.write_integer(value)).integer() == value


@given(arcs=st.lists(st.integers(0, 2**40), min_size=1, max_size=6), first=st.integers(0, 2))
def test_object_identifiers_survive_encoding(arcs, first):
    """What is written is read back, for every valid first pair of arcs."""
    arcs[0] = arcs[0] % 40 if first < 2 else arcs[0]
    dotted = ".".join(map(str, [first, *arcs]))
    assert der.read(der.write_oid(dotted)).oid() == dotted


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80\0\0", b"\x30\x85\0\0\0\0\1\0", b"\x30\x84\xff\xff\xff\xff", b"\x3f\x01\x00"],
)
def test_headers_that_are_not_der_are_malformed(data):
    """Indefinite, oversized and cut lengths, and tags of several octets."""
    with pytest.raises(der.Malformed):
        der.read(data)
