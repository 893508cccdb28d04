"""Keys and certificates inside other files: base64 without a marker, XML, JSON Web Keys, PuTTY files."""

import base64
import json
import textwrap

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs12

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip

NAMES = [
    "RSA-1024", "RSA-2048", "DSA-2048", "EC-P-256", "EC-brainpoolP256r1", "Ed25519", "Ed448", "X25519", "X448",
    "ML-DSA-65", "ML-KEM-768",
]  # fmt: skip


def rows(findings):
    return sorted((finding.rule, algorithms.name(finding.asset)) for finding in findings)


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def b64(data):
    return base64.b64encode(data).decode()


@pytest.fixture(scope="session")
def cert(private_key, der):
    """Return a certificate that another key signed, long enough to be wrapped."""
    return der.certificate(spki(private_key("RSA-2048")), ["1.2.840.113549.1.1.11"], subject="inside")


CERTIFICATE = [("base64/certificate", "inside"), ("base64/certificate-key", "RSA-2048")]


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_key_in_base64_is_found_in_a_source_string(look, private_key, name, private):
    """Without any marker: the identifier of its algorithm tells, at every alignment."""
    key = private_key(name)
    data = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) if private else spki(key)
    findings, diagnostics = look("Pay.java", f'class A {{\n  String KEY = "{b64(data)}";\n}}'.encode())
    assert diagnostics == []
    assert rows(findings) == [(f"base64/{'private' if private else 'public'}-key", name)]
    assert findings[0].location.line == 2


DRESSES = {
    "properties": lambda t: f"a=b\n\nkey={t}\nc=d\n",
    "json": lambda t: '{\n\n"key": ' + json.dumps(t).replace("/", "\\/") + "}",
    "java": lambda t: (
        "String k =\n\n" + " +\n".join(f'    "{t[i : i + 70]}\\n"' for i in range(0, len(t), 70)) + ";"
    ),
    "python": lambda t: "K = (\n\n" + "\n".join(f'    "{t[i : i + 60]}"' for i in range(0, len(t), 60)) + "\n)",
    "xml": lambda t: (
        "<a>\n\n<ds:X509Certificate>" + "\n".join(textwrap.wrap(t, 76)) + "\n</ds:X509Certificate></a>"
    ),
    "plist": lambda t: (
        "<dict>\n\n<data>" + textwrap.indent("\n".join(textwrap.wrap(t, 52)), "\t\t").strip() + "</data>"
    ),
    "data uri": lambda t: f"a\n\nsrc='data:application/x-x509-ca-cert;base64,{t}'",
    "yaml block": lambda t: "a:\n  b: |\n" + textwrap.indent("\n".join(textwrap.wrap(t, 64)), "    ") + "\n",
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_certificate_in_base64_is_found_in_every_dress(look, cert, dress):
    """At the line where the value begins."""
    findings, diagnostics = look("some.txt", DRESSES[dress](b64(cert)).encode())
    assert diagnostics == []
    assert rows(findings) == CERTIFICATE
    assert {finding.location.line for finding in findings} == {3}


@pytest.fixture(scope="session")
def secret(private_key, cert, der):
    """Return the manifest of a Kubernetes Secret with PEM, a key store of each kind and a password."""
    key = private_key("EC-P-256")
    pem = x509.load_der_x509_certificate(cert).public_bytes(Encoding.PEM)
    store = pkcs12.serialize_key_and_certificates(b"a", key, None, None, NoEncryption())
    java = b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\2\0\1a" + b"\0" * 8 + b"\0\5X.509"
    java += len(cert).to_bytes(4, "big") + cert + b"d" * 20
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (
        "apiVersion: v1\nkind: Secret\ndata:\n"
        f"  tls.crt: {b64(pem)}\n  tls.key: {b64(private)}\n  store.p12: {b64(store)}\n  trust.jks: {b64(java)}\n"
        f"  password: {b64(b'c4n4ry password, long enough to look like something')}\n"
    )


def test_a_kubernetes_secret_is_decoded(look, secret):
    """Each value at its own line."""
    findings, diagnostics = look("secret.yaml", secret.encode())
    assert diagnostics == []
    places = sorted({(f.location.line, f.rule, algorithms.name(f.asset), f.location.symbol) for f in findings})
    assert places == [
        (4, "base64/certificate", "inside", "tls.crt"),
        (4, "base64/certificate-key", "RSA-2048", "tls.crt"),
        (5, "base64/private-key", "EC-P-256", "tls.key"),
        (6, "base64/mac", "HMAC-SHA-256", ""),
        (6, "base64/private-key", "EC-P-256", ""),
        (7, "base64/certificate", "inside", ""),
        (7, "base64/certificate-key", "RSA-2048", ""),
        (7, "base64/integrity", "SHA-1", ""),
    ]
    assert "c4n4ry" not in repr(findings)


def test_a_key_inside_a_pem_block_is_found_once(look, private_key):
    """By its marker; the base64 inside is the marker's."""
    text = private_key("RSA-2048").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    findings, diagnostics = look("a.txt", text + b64(spki(private_key("EC-P-256"))).encode())
    assert diagnostics == []
    assert rows(findings) == [("base64/public-key", "EC-P-256"), ("pem/public-key", "RSA-2048")]


@pytest.mark.parametrize(
    "text",
    [
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A...",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + "\n",
        'ANCHOR = "ANBgkqhkiG9w0BAQEF"',
        "MDsA" * 40 + "BgkqhkiG9w0BAQEF" + "A" * 200,
        "LS0tLS1CRUdJTi BUT NOT BASE64",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "/u3+7QAAAAI=",
        "see https://example.test/MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
    ],
)
def test_what_only_looks_like_a_key_is_nothing(look, text):
    """Cut off, in the middle of other base64, or a mere word."""
    findings, _ = look("a.md", text.encode())
    assert findings == []


def test_a_file_of_a_great_many_values_is_cut_with_a_word(look, private_key, monkeypatch):
    """Nothing is dropped silently."""
    from pqc_migrate.detectors.material import base64_der

    monkeypatch.setattr(base64_der, "MOST_VALUES", 5)
    findings, (diagnostic,) = look("a.txt", (b64(spki(private_key("Ed25519"))) + "\n").encode() * 9)
    assert len(findings) == 5
    assert diagnostic.skip is Skip.TOO_LARGE


# JSON Web Keys


def url(data):
    if isinstance(data, int):
        data = data.to_bytes((data.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="session")
def jwks(private_key):
    """Return (name, members) of a key of each kind, public."""
    numbers = private_key("RSA-2048").public_key().public_numbers()
    point = private_key("EC-P-521").public_key().public_numbers()
    raw = {name: private_key(name).public_key().public_bytes_raw() for name in ("Ed25519", "X448", "ML-DSA-65")}
    return {
        "RSA-2048": {"kty": "RSA", "n": url(numbers.n), "e": "AQAB"},
        "EC-P-521": {"kty": "EC", "crv": "P-521", "x": url(point.x.to_bytes(66)), "y": url(point.y.to_bytes(66))},
        "Ed25519": {"kty": "OKP", "crv": "Ed25519", "x": url(raw["Ed25519"])},
        "X448": {"kty": "OKP", "crv": "X448", "x": url(raw["X448"])},
        "ML-DSA-65": {"kty": "AKP", "alg": "ML-DSA-65", "pub": url(raw["ML-DSA-65"])},
    }


@pytest.mark.parametrize("name", ["RSA-2048", "EC-P-521", "Ed25519", "X448", "ML-DSA-65"])
def test_a_json_web_key_is_the_same_key_as_its_spki(look, private_key, jwks, name):
    """One fingerprint in every form; the line is that of kty."""
    (plain,), _ = look("k.der", spki(private_key(name)))
    (finding,), diagnostics = look("jwks.json", ('{"keys": [\n' + json.dumps(jwks[name]) + "]}").encode())
    assert diagnostics == []
    assert finding.asset == plain.asset
    assert (finding.rule, finding.location.line, finding.location.symbol) == ("jwk/public-key", 2, "kty")


@pytest.mark.parametrize(("name", "member"), [("RSA-2048", "d"), ("Ed25519", "d"), ("ML-DSA-65", "priv")])
def test_a_private_json_web_key_is_private(look, jwks, name, member):
    """And nothing of its private member is told."""
    members = {**jwks[name], member: "c4n4ryc4n4ry"}
    (finding,), _ = look("k.json", json.dumps(members).encode())
    assert finding.asset.get("type") == "private-key"
    assert dict(finding.details)["encrypted"] == "no"
    assert "c4n4ry" not in repr(finding)


def test_what_a_key_is_for_is_told(look, jwks):
    """`alg` names the signature, completed by the key; unknown words do not travel."""
    members = {"use": "sig", "kid": "c4n4ry", **jwks["RSA-2048"], "alg": "PS384"}
    (finding,), _ = look("k.json", json.dumps(members).encode())
    assert dict(finding.details) == {"format": "JWK", "use": "sig", "alg": "PS384"}
    assert algorithms.name(dict(finding.related)["signature-algorithm"]) == "RSA-PSS-SHA-384-2048"
    (finding,), _ = look("k.json", json.dumps({**members, "use": "c4n4ry", "alg": "c4n4ry"}).encode())
    assert dict(finding.details) == {"format": "JWK"}


@pytest.mark.parametrize(
    ("alg", "octets", "name"),
    [
        ("HS256", 64, "HMAC-SHA-256"),
        ("A256GCM", 32, "AES-256-GCM"),
        (None, 32, "unlisted"),
        ("dir", 16, "unlisted"),
    ],
)
def test_of_a_symmetric_key_the_length_is_told(look, alg, octets, name):
    """No fingerprint: a short key could be found again from it."""
    members = {"kty": "oct", "k": url(b"c4n4ry" * 20)[: octets * 4 // 3 + 1], **({"alg": alg} if alg else {})}
    (finding,), _ = look("k.json", json.dumps(members).encode())
    assert (algorithms.name(finding.asset), finding.asset.get("type")) == (name, "secret-key")
    assert finding.asset.get("fingerprint") is None
    assert str(8 * octets) in (finding.asset.get("size"), dict(finding.details).get("size"))


def test_a_set_inside_other_notations_is_found(look, jwks):
    """In a string of JSON, in a source file, in the middle of nested objects."""
    nested = json.dumps({"a": {"b": [{"c": {}}, jwks["RSA-2048"]]}, "text": json.dumps(jwks["Ed25519"])})
    assert rows(look("config.json", nested.encode())[0]) == [
        ("jwk/public-key", "Ed25519"),
        ("jwk/public-key", "RSA-2048"),
    ]
    source = "const key = " + json.dumps(jwks["EC-P-521"], indent=2) + ";\n"
    (finding,), _ = look("app.ts", source.encode())
    assert (algorithms.name(finding.asset), finding.location.line) == ("EC-P-521", 2)


@pytest.mark.parametrize(
    "text",
    [
        '{"kty": "RSA"}', '{"kty": "RSA", "n": "...", "e": "AQAB"}', '{"kty": "RSA", "n": "", "e": "AQAB"}',
        '{"kty": 5, "n": "AQAB"}', '{"kty": "OKP", "crv": "Ed25519"}', '{"kty": "AKP", "alg": "X", "pub": "AAAA"}',
        "if (key.kty === \"kty\") {", '{"type": "object", "properties": {"kty": {"type": "string"}}}',
        '{"kty":"EC","crv":"P-256","x":1,"y":2}', "{" * 3000 + '"kty"', '{"kty":' + "[" * 30000,
    ],
)  # fmt: skip
def test_an_object_that_is_no_key_is_nothing(look, text):
    """Schemas, code and examples."""
    assert look("a.json", text.encode()) == ([], [])


# XML and PuTTY


def test_the_numbers_of_a_key_in_xml_are_a_key(look, private_key):
    """XML Signature and .NET."""
    numbers = private_key("RSA-2048").public_key().public_numbers()
    modulus = b64(numbers.n.to_bytes(256, "big"))
    inside = f"<ds:Modulus>\n{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    text = f"<a>\n<ds:RSAKeyValue>{inside}</ds:RSAKeyValue></a>"
    (plain,), _ = look("k.der", spki(private_key("RSA-2048")))
    (finding,), diagnostics = look("metadata.xml", text.encode())
    assert diagnostics == []
    assert (finding.rule, finding.asset, finding.location.line) == ("xml-key/public-key", plain.asset, 2)
    text = f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>AQAB</Exponent><D>c4n4ry==</D></RSAKeyValue>"
    (finding,), _ = look("key.xml", text.encode())
    assert (finding.rule, "c4n4ry" in repr(finding)) == ("xml-key/private-key", False)


def test_a_point_in_xml_is_a_key_on_its_curve(look, private_key):
    """XML Signature 1.1: the curve by its identifier."""
    point = private_key("EC-P-256").public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    text = (
        '<dsig11:ECKeyValue xmlns:dsig11="x"><dsig11:NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/>'
        f"<dsig11:PublicKey>{b64(point)}</dsig11:PublicKey></dsig11:ECKeyValue>"
    )
    (plain,), _ = look("k.der", spki(private_key("EC-P-256")))
    (finding,), _ = look("a.xml", text.encode())
    assert finding.asset == plain.asset


@pytest.mark.parametrize(
    "text", ["<RSAKeyValue>", "<RSAKeyValue></RSAKeyValue>", "<RSAKeyValue><Modulus>%</RSAKeyValue>"]
)
def test_an_element_without_numbers_is_no_key(look, text):
    """A schema or a template."""
    assert look("a.xml", text.encode()) == ([], [])


PPK = """PuTTY-User-Key-File-{version}: ssh-ed25519\r
Encryption: {encryption}\r
Comment: c4n4ry\r
Public-Lines: 2\r
{first}\r
{second}\r
{derivation}Private-Lines: 1\r
c4n4ryc4n4ry\r
Private-MAC: 00\r
"""
ARGON2 = "Key-Derivation: Argon2id\r\nArgon2-Memory: 8192\r\nArgon2-Passes: 21\r\nArgon2-Parallelism: 1\r\n"


@pytest.mark.parametrize(
    ("version", "encryption", "derivation", "secured", "expected"),
    [
        (2, "none", "", [], {"encrypted": "no"}),
        (
            2, "aes256-cbc", "", ["SHA-1", "AES-256-CBC"],
            {"encrypted": "yes", "kdf": "SHA-1 of the password", "iterations": "1"},
        ),
        (
            3, "aes256-cbc", ARGON2, ["Argon2id", "AES-256-CBC"],
            {
                "encrypted": "yes", "kdf": "Argon2id", "iterations": "21", "memory-kib": "8192", "parallelism": "1",
            },
        ),
    ],
)  # fmt: skip
def test_a_putty_key_is_known_by_its_public_half(
    look, private_key, version, encryption, derivation, secured, expected
):
    """And its protection by the header."""
    key = private_key("Ed25519")
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1].decode()
    text = PPK.format(
        version=version, encryption=encryption, derivation=derivation, first=line[:64], second=line[64:]
    )
    findings, diagnostics = look("id.ppk", text.encode())
    assert diagnostics == []
    (finding,) = findings
    (plain,), _ = look("k.der", spki(key))
    assert finding.asset.get("fingerprint") == plain.asset.get("fingerprint")
    assert (finding.asset.kind, finding.asset.get("type")) == (Kind.KEY, "private-key")
    assert [algorithms.name(asset) for relation, asset in finding.related if relation == "secured-by"] == secured
    assert dict(finding.details) == {"format": f"PPK {version}", **expected}
    assert "c4n4ry" not in repr(findings)


@pytest.mark.parametrize("count", ["0", "x", "999999999", "2\r\nAAAA"])
def test_a_broken_putty_key_is_a_diagnostic(look, count):
    """It was meant to be one."""
    text = f"PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nPublic-Lines: {count}\r\n"
    findings, (diagnostic,) = look("id.ppk", text.encode())
    assert (findings, diagnostic.skip) == ([], Skip.MALFORMED)


def test_the_hash_of_a_certificate_signature_in_saml_metadata(look, private_key):
    """A real certificate, wrapped as SAML metadata does."""
    key = private_key("EC-P-384")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
    from datetime import UTC, datetime

    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
    cert = x509.CertificateBuilder(name, name, key.public_key(), 7, start, end).sign(key, hashes.SHA384())
    inside = "\n".join(textwrap.wrap(b64(cert.public_bytes(Encoding.DER)), 64))
    text = f"<md:KeyDescriptor>\n<ds:X509Certificate>\n{inside}\n</ds:X509Certificate></md:KeyDescriptor>"
    findings, diagnostics = look("idp-metadata.xml", text.encode())
    assert diagnostics == []
    assert rows(findings) == [("base64/certificate", "idp"), ("base64/certificate-key", "EC-P-384")]
    assert findings[0].location.symbol == "X509Certificate"


def test_a_kubeconfig_is_decoded(look, private_key, cert):
    """Authority, client certificate and client key, each under the name of its directive."""
    pem = x509.load_der_x509_certificate(cert).public_bytes(Encoding.PEM)
    key = private_key("RSA-2048").private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    text = (
        f"apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: {b64(pem)}\n"
        f'users:\n- user: {{"client-certificate-data": "{b64(pem)}", "client-key-data": "{b64(key)}"}}\n'
    )
    findings, diagnostics = look("kubeconfig", text.encode())
    assert diagnostics == []
    places = sorted({(f.location.line, f.rule.split("/")[1], f.location.symbol) for f in findings})
    assert places == [
        (5, "certificate", "certificate-authority-data"), (5, "certificate-key", "certificate-authority-data"),
        (7, "certificate", "client-certificate-data"), (7, "certificate-key", "client-certificate-data"),
        (7, "private-key", "client-key-data"),
    ]  # fmt: skip
