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
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import der, distinguished, openssh, structures

PATHS = st.sampled_from(["a.pem", "a.der", "a.crt", "id.pub", "known_hosts", "a.py", "a.json", "plain"])
LABELS = st.sampled_from([
    "CERTIFICATE", "CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "DH PARAMETERS",
    "DSA PARAMETERS", "EC PARAMETERS", "NO SUCH LABEL",
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
    return out


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


@given(data=st.binary(max_size=120), label=LABELS)
def test_decoders_raise_nothing_but_malformed(data, label):
    """The one exception that a detector turns into a diagnostic."""
    for decode in (
        lambda: list(structures.decode(der.read(data), label)),
        lambda: list(openssh.public(data)),
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
