"""Every key type that `cryptography` makes is found in every encoding, with size or curve and one fingerprint."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.groups import groups
from pqc_migrate.model.inventory import Kind, Skip, Technique

ALL = [
    "RSA-1024", "RSA-2048", "RSA-3072", "DSA-1024", "DSA-2048", "EC-P-192", "EC-P-224", "EC-P-256",
    "EC-P-384", "EC-P-521", "EC-secp256k1", "EC-brainpoolP256r1", "EC-brainpoolP384r1", "EC-brainpoolP512r1",
    "Ed25519", "Ed448", "X25519", "X448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "ML-KEM-768", "ML-KEM-1024",
]  # fmt: skip
TRADITIONAL = [name for name in ALL if name.startswith(("RSA", "DSA", "EC"))]
OPENSSH = ["RSA-1024", "RSA-2048", "DSA-1024", "EC-P-256", "EC-P-384", "EC-P-521", "Ed25519"]
ENCODINGS = {"PEM": Encoding.PEM, "DER": Encoding.DER}


SSH_DSA = pytest.mark.filterwarnings("ignore:SSH DSA key support")


def pem(label, body):
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label.encode(), base64.encodebytes(body), label.encode())


def spki_of(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def parameters_of(name):
    """Return family and parameters that a key of this name must have."""
    for family in ("RSA", "DSA", "FFDH", "ML-DSA", "ML-KEM"):
        if name.startswith(f"{family}-"):
            return family, {"size": name.removeprefix(f"{family}-")}
    if name.startswith("EC-"):
        return "EC", {"curve": name.removeprefix("EC-")}
    return name, {}


def check(finding, name, material, spki):
    family, parameters = parameters_of(name)
    fingerprint = {"fingerprint": hashlib.sha256(spki).hexdigest()}
    assert finding.asset.kind is Kind.KEY
    assert finding.asset.family == family
    assert dict(finding.asset.parameters) == {"type": material, **parameters, **fingerprint}
    assert algorithms.name(finding.asset) == name
    assert finding.technique is Technique.PARSER
    assert finding.confidence == 1.0
    related = dict(finding.related)
    algorithm = related["key-algorithm"]
    assert (algorithm.kind, algorithm.family, dict(algorithm.parameters)) == (Kind.ALGORITHM, family, parameters)
    if material == "private-key":
        assert dict(related["public-key"].parameters) == {"type": "public-key", **parameters, **fingerprint}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ALL)
def test_a_pkcs8_private_key_is_one_finding(look, private_key, name, encoding):
    """The whole finding: family, size or curve, fingerprint of the public half, no diagnostics."""
    key = private_key(name)
    data = key.private_bytes(ENCODINGS[encoding], PrivateFormat.PKCS8, NoEncryption())
    findings, diagnostics = look("keys/server.key", data)
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "private-key", spki_of(key))
    assert finding.rule == ("pem/private-key" if encoding == "PEM" else "der/private-key")
    assert (finding.location.path, finding.location.line) == ("keys/server.key", 1)
    assert dict(finding.details)["encrypted"] == "no"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ALL)
def test_a_public_key_is_one_finding(look, private_key, name, encoding):
    """A SubjectPublicKeyInfo has the fingerprint of exactly its own bytes."""
    key = private_key(name)
    data = key.public_key().public_bytes(ENCODINGS[encoding], PublicFormat.SubjectPublicKeyInfo)
    findings, diagnostics = look("public.pem" if encoding == "PEM" else "no-suffix", data)
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "public-key", spki_of(key))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", TRADITIONAL)
def test_a_traditional_private_key_has_the_fingerprint_of_its_pkcs8_form(look, private_key, name, encoding):
    """PKCS #1, SEC 1 and OpenSSL's DSA form are the same key as their PKCS #8 form."""
    key = private_key(name)
    data = key.private_bytes(ENCODINGS[encoding], PrivateFormat.TraditionalOpenSSL, NoEncryption())
    findings, diagnostics = look("a.pem", data)
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "private-key", spki_of(key))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_pkcs1_public_key_is_found(look, private_key, encoding):
    """Two integers are an RSA key by their label, or by what they look like."""
    key = private_key("RSA-2048")
    findings, diagnostics = look("x.der", key.public_key().public_bytes(ENCODINGS[encoding], PublicFormat.PKCS1))
    assert diagnostics == []
    check(findings[0], "RSA-2048", "public-key", spki_of(key))


@SSH_DSA
@pytest.mark.parametrize("name", OPENSSH)
def test_an_openssh_private_key_is_known_by_its_clear_public_half(look, private_key, name):
    """The same key as its PEM form, without a look at the private half."""
    key = private_key(name)
    findings, diagnostics = look("id", key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "private-key", spki_of(key))
    assert finding.rule == "pem/private-key"
    assert dict(finding.details) == {"format": "OpenSSH", "encrypted": "no"}


@SSH_DSA
@pytest.mark.parametrize("name", OPENSSH)
def test_an_encrypted_openssh_private_key_shows_family_and_protection(look, private_key, name):
    """OpenSSH leaves the public half in the clear and names key derivation, rounds and cipher before it."""

    def string(value):
        return len(value).to_bytes(4, "big") + value

    key = private_key(name)
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    options = string(string(b"s" * 16) + (24).to_bytes(4, "big"))
    blob = base64.b64decode(line.split()[1])
    container = b"openssh-key-v1\0" + string(b"aes256-ctr") + string(b"bcrypt") + options
    container += (1).to_bytes(4, "big") + string(blob) + string(b"\xa5" * 256)
    findings, diagnostics = look("id", pem("OPENSSH PRIVATE KEY", container))
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "private-key", spki_of(key))
    assert [algorithms.name(asset) for relation, asset in finding.related if relation == "secured-by"] == [
        "bcrypt",
        "AES-256-CTR",
    ]
    assert dict(finding.details) == {"format": "OpenSSH", "encrypted": "yes", "kdf": "bcrypt", "iterations": "24"}


@SSH_DSA
@pytest.mark.parametrize("name", OPENSSH)
def test_an_openssh_public_key_is_one_finding(look, private_key, name):
    """A line of a .pub file is the same key as its PEM form."""
    key = private_key(name)
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    findings, diagnostics = look("id.pub", line + b" somebody@somewhere\n")
    assert diagnostics == []
    (finding,) = findings
    check(finding, name, "public-key", spki_of(key))
    assert finding.rule == "openssh/public-key"


@pytest.mark.parametrize("name", ["RSA-1024", "EC-P-256", "Ed25519", "ML-DSA-44"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encrypted_private_key_shows_its_protection_and_nothing_else(look, private_key, name, encoding):
    """The algorithm is behind the password: no family, size or fingerprint is claimed, the scheme is."""
    data = private_key(name).private_bytes(ENCODINGS[encoding], PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    findings, diagnostics = look("k.pem", data)
    assert diagnostics == []
    (finding,) = findings
    assert finding.asset.kind is Kind.KEY
    assert finding.asset.family == "PBES2"
    assert dict(finding.asset.parameters) == {
        "type": "private-key", "prf": "HMAC-SHA-256", "cipher": "AES-256-CBC",
    }  # fmt: skip
    secured = [(relation, algorithms.name(asset)) for relation, asset in finding.related]
    assert secured == [
        ("secured-by", "PBES2-HMAC-SHA-256-AES-256-CBC"),
        ("secured-by", "PBKDF2-HMAC-SHA-256"),
        ("secured-by", "AES-256-CBC"),
    ]
    details = dict(finding.details)
    assert (details["encrypted"], details["kdf"]) == ("yes", "PBKDF2-HMAC-SHA-256")
    assert int(details["iterations"]) > 1000


@pytest.mark.parametrize(("name", "family"), [("RSA-1024", "RSA"), ("EC-P-256", "EC"), ("DSA-1024", "DSA")])
def test_a_traditionally_encrypted_key_has_the_family_of_its_label(look, private_key, name, family):
    """Proc-Type and DEK-Info: the label tells the family, the header the cipher, nothing the size."""
    data = private_key(name).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"pw")
    )
    findings, diagnostics = look("k.pem", data)
    assert diagnostics == []
    (finding,) = findings
    assert finding.asset.family == family
    assert dict(finding.asset.parameters) == {"type": "private-key"}
    assert [algorithms.name(asset) for relation, asset in finding.related if relation == "secured-by"] == [
        "AES-256-CBC",
        "MD5",
    ]


def test_no_secret_number_of_a_private_key_is_in_what_is_said(look, private_key):
    """Neither as decimal, hexadecimal, octets nor base64, in findings, their repr and the diagnostics."""
    key = private_key("RSA-2048")
    numbers = key.private_numbers()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    body = b"".join(data.split(b"\n")[1:-2]).decode()
    damaged = [data, data[:-400] + data[-40:], data[:500]]
    said = "".join(repr(look("k.pem", each)) for each in damaged)
    for secret in (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
        assert str(secret)[:30] not in said
        assert f"{secret:x}"[:30] not in said
    assert not any(body[i : i + 24] in said for i in range(0, len(body) - 24, 8))


def test_an_explicit_curve_is_not_named(look, der):
    """A prime does not make a curve: with explicit parameters only the field's size is claimed."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    field = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(prime))
    curve = der.sequence(der.integer(1), field, der.sequence(), der.tlv(4, b"G"), der.integer(5), der.integer(1))
    spki = der.sequence(der.sequence(der.oid("1.2.840.10045.2.1"), curve), der.tlv(3, b"\0", b"\4" + b"x" * 64))
    findings, diagnostics = look("k.der", spki)
    assert diagnostics == []
    assert findings[0].asset.get("curve") is None
    assert findings[0].asset.get("size") == "256"
    assert dict(findings[0].details)["curve-parameters"] == "explicit"


@pytest.mark.parametrize(
    ("curve_oid", "name"),
    [
        ("1.3.132.0.1", "EC-K-163"),
        ("1.3.132.0.33", "EC-P-224"),
        ("1.3.36.3.3.2.8.1.1.2", "EC-brainpoolP160t1"),
        ("1.2.250.1.223.101.256.1", "EC-FRP256v1"),
        ("1.2.156.10197.1.301", "SM2"),
    ],
)
def test_a_curve_that_no_library_loads_is_still_named(look, der, curve_oid, name):
    """The object identifier is enough."""
    findings, _ = look("k.der", der.spki("1.2.840.10045.2.1", curve_oid, key=b"\4" + b"x" * 64))
    assert algorithms.name(findings[0].asset) == name
    assert algorithms.name(dict(findings[0].related)["key-algorithm"]) == name


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("2.16.840.1.101.3.4.4.1", "ML-KEM-512"),
        ("2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"),
        ("2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f"),
        ("1.2.840.113549.1.9.16.3.17", "LMS"),
        ("1.3.6.1.5.5.7.6.34", "XMSS"),
        ("1.3.6.1.5.5.7.6.40", "MLDSA44-ECDSA-P256-SHA256"),
        ("1.3.9999.3.6", "Falcon-512"),
        ("1.2.643.7.1.1.1.1", "GOST-R-34.10-2012-256"),
    ],
)
def test_a_public_key_is_named_by_its_identifier_alone(look, der, oid, name):
    """Post-quantum and foreign keys need no library."""
    findings, diagnostics = look("k.pub", der.spki(oid, key=b"k" * 32))
    assert diagnostics == []
    assert algorithms.name(findings[0].asset) == name
    assert findings[0].asset.get("fingerprint") is not None


def test_an_unknown_identifier_is_reported_as_it_stands_under_a_label_only(look, der):
    """A labelled key of an unlisted algorithm is a key; a nameless DER file of that shape is not."""
    spki = der.spki("1.3.6.1.4.1.99999.1", key=b"k" * 32)
    (finding,), diagnostics = look("k.pem", pem("PUBLIC KEY", spki))
    assert diagnostics == []
    assert (finding.asset.family, finding.asset.get("variant")) == ("unlisted", "1.3.6.1.4.1.99999.1")
    assert look("data.bin", spki) == ([], [])


def test_a_key_whose_numbers_are_broken_is_a_key_without_a_size(look, der):
    """RSA by identifier, size unknown: not a guess and not nothing."""
    findings, _ = look("k.der", der.spki("1.2.840.113549.1.1.1", key=b"not DER"))
    assert findings[0].asset.family == "RSA"
    assert findings[0].asset.get("size") is None


def test_a_modulus_without_its_leading_zero_is_read_as_the_number_that_was_meant(look, der):
    """Encoders of the past forgot it; by the letter of DER the number would be negative."""
    modulus = der.tlv(2, b"\xc1" + b"\x55" * 127)
    key = der.sequence(modulus, der.integer(65537))
    findings, _ = look("k.der", der.spki("1.2.840.113549.1.1.1", key=key))
    assert findings[0].asset.get("size") == "1024"


def test_x9_42_parameters_have_a_size(look, der):
    """Their last field is a structure and no integer."""
    validation = der.sequence(der.tlv(3, b"\0seed"), der.integer(5))
    body = der.sequence(der.integer(2**1023 + 1155), der.integer(2), der.integer(2**160 + 7), validation)
    (finding,), diagnostics = look("dh.pem", pem("X9.42 DH PARAMETERS", body))
    assert diagnostics == []
    assert dict(finding.asset.parameters) == {"size": "1024"}


def test_diffie_hellman_parameters_name_their_group(look, der):
    """A standard prime is recognized; any other has its size only."""

    def parameters(prime):
        return pem("DH PARAMETERS", der.sequence(der.integer(prime), der.integer(2)))

    (known,), _ = look("dh.pem", parameters(groups()["ffdhe2048"].prime))
    (other,), _ = look("dh.pem", parameters(2**1023 + 1155))
    assert (known.rule, known.asset.kind, known.asset.family) == ("pem/parameters", Kind.ALGORITHM, "FFDH")
    assert dict(known.asset.parameters) == {"size": "2048", "group": "ffdhe2048"}
    assert dict(other.asset.parameters) == {"size": "1024"}


def test_a_diffie_hellman_key_has_size_and_group(look, der):
    """Public and private; nothing is claimed about a public half that would have to be computed."""
    domain = der.sequence(der.integer(groups()["modp2048"].prime), der.integer(2))
    identifier = der.sequence(der.oid("1.2.840.113549.1.3.1"), domain)
    spki = der.sequence(identifier, der.tlv(3, b"\0", der.integer(3)))
    private = der.sequence(der.integer(0), identifier, der.tlv(4, der.integer(5)))
    (public,), _ = look("p.pem", pem("PUBLIC KEY", spki))
    (secret,), _ = look("s.pem", pem("PRIVATE KEY", private))
    assert dict(public.asset.parameters) == {
        "type": "public-key", "size": "2048", "group": "modp2048", "fingerprint": hashlib.sha256(spki).hexdigest(),
    }  # fmt: skip
    assert (secret.asset.get("size"), secret.asset.get("group")) == ("2048", "modp2048")


def test_two_integers_without_a_label_are_not_taken_for_a_key_when_they_may_be_something_else(look, der):
    """Diffie-Hellman parameters and ECDSA signatures have the shape of a PKCS #1 key."""
    assert look("dh.bin", der.sequence(der.integer(2**2047 + 11), der.integer(2))) == ([], [])
    assert look("dh.bin", der.sequence(der.integer(2**2047 + 11), der.integer(5))) == ([], [])
    assert look("sig.bin", der.sequence(der.integer(2**255 + 19), der.integer(2**255 + 95))) == ([], [])
    named, diagnostics = look("dh.der", der.sequence(der.integer(2**2047 + 11), der.integer(2)))
    assert named == []
    assert [d.skip for d in diagnostics] == [Skip.UNSUPPORTED]


def explicit(der, *, generator=None, a=None):
    """Return ECParameters of P-256 in full, or of what is nearly it."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    point = generator or b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    coefficients = [der.tlv(4, (a or prime - 3).to_bytes(32, "big")), der.tlv(4, b.to_bytes(32, "big"))]
    return der.sequence(
        der.integer(1), der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(prime)), der.sequence(*coefficients),
        der.tlv(4, point), der.integer(order), der.integer(1),
    )  # fmt: skip


def test_explicit_parameters_that_are_all_those_of_a_curve_name_it(look, der, private_key):
    """Prime, coefficients, generator and order; one of them changed, and only the size is claimed."""
    point = private_key("EC-P-256").public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def seen(parameters):
        identifier = der.sequence(der.oid("1.2.840.10045.2.1"), parameters)
        (finding,), diagnostics = look("k.der", der.sequence(identifier, der.tlv(3, b"\0", point)))
        assert diagnostics == []
        assert dict(finding.details)["curve-parameters"] == "explicit"
        return finding.asset.get("curve"), finding.asset.get("size")

    assert seen(explicit(der)) == ("P-256", None)
    assert seen(explicit(der, generator=point)) == (None, "256")
    assert seen(explicit(der, a=5)) == (None, "256")


def test_domain_parameters_without_a_label_are_told_by_their_numbers(look, der):
    """A standard prime, or an order that divides the prime less one, in DSA's place or in that of X9.42."""
    order = 2**255 + 95
    prime = order * 2**800 * 7 + 1
    known = groups()["ffdhe2048"].prime
    integers = {
        "ffdhe2048": der.sequence(der.integer(known), der.integer(2)),
        "DSA": der.sequence(der.integer(prime), der.integer(order), der.integer(4)),
        "FFDH": der.sequence(der.integer(prime), der.integer(4), der.integer(order), der.sequence(der.integer(1))),
    }
    for name, data in integers.items():
        (finding,), diagnostics = look("parameters.der", data)
        assert diagnostics == []
        assert (finding.rule, name in (finding.asset.family, finding.asset.get("group"))) == (
            "der/parameters",
            True,
        )
    assert look("n.bin", der.sequence(der.integer(prime), der.integer(4), der.integer(order + 2))) == ([], [])


def test_a_key_encrypted_by_an_unlisted_scheme_is_found_by_its_identifier(look, der):
    """Its label says what it is."""
    data = der.sequence(der.sequence(der.oid("1.2.840.113549.1.5.999")), der.tlv(4, b"c" * 40))
    (finding,), diagnostics = look("k.pem", pem("ENCRYPTED PRIVATE KEY", data))
    assert diagnostics == []
    assert (finding.asset.family, finding.asset.get("variant")) == ("unlisted", "1.2.840.113549.1.5.999")
    assert dict(finding.details)["encrypted"] == "yes"
    assert look("k.bin", data) == ([], [])


def test_a_tag_of_several_octets_is_stepped_over(look, der):
    """An attribute value may have one; the certificate is read all the same."""
    cert = der.certificate(der.spki("1.3.101.112", key=b"k" * 32), ["1.3.101.112"], subject="abcdef")
    odd = cert.replace(b"\x0c\x06abcdef", b"\x7f\x81\x20\x04abcd")
    assert odd != cert
    findings, diagnostics = look("a.der", odd)
    assert diagnostics == []
    assert [finding.rule for finding in findings] == ["der/certificate", "der/certificate-key"]
