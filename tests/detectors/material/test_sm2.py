"""SM2 in every form, made by our own encoder and, where it is installed, by OpenSSL's command line."""

import base64
import hashlib
import shutil
import subprocess

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind

EC, SM2 = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
POINT = b"\4" + bytes(range(64))
OPENSSL = shutil.which("openssl")


def fingerprint(der):
    return hashlib.sha256(der.spki(EC, SM2, key=POINT)).hexdigest()


def ec_private(der, *, parameters=True, public=True):
    optional = der.tlv(0xA0, der.oid(SM2)) if parameters else b""
    optional += der.tlv(0xA1, der.tlv(3, b"\0", POINT)) if public else b""
    return der.sequence(der.integer(1), der.tlv(4, b"\x5a" * 32), optional)


def pkcs8(der, inner, *algorithm):
    return der.sequence(der.integer(0), der.sequence(*map(der.oid, algorithm)), der.tlv(4, inner))


@pytest.mark.parametrize("form", ["sec1", "pkcs8", "pkcs8, curve outside only", "pkcs8, SM2's own identifier"])
def test_a_private_key_has_the_fingerprint_of_its_public_key(look, der, form):
    """The public point stands in the clear beside the secret; nothing has to be computed."""
    data = {
        "sec1": ec_private(der),
        "pkcs8": pkcs8(der, ec_private(der), EC, SM2),
        "pkcs8, curve outside only": pkcs8(der, ec_private(der, parameters=False), EC, SM2),
        "pkcs8, SM2's own identifier": pkcs8(der, ec_private(der), SM2),
    }[form]
    findings, diagnostics = look("sm2.der", data)
    assert diagnostics == []
    (finding,) = findings
    expected = None if "own" in form else fingerprint(der)
    assert (finding.asset.kind, finding.asset.family) == (Kind.KEY, "SM2")
    assert (finding.asset.get("type"), finding.asset.get("fingerprint")) == ("private-key", expected)
    assert algorithms.name(dict(finding.related)["key-algorithm"]) == "SM2"


def test_a_private_key_without_its_public_point_has_no_fingerprint(look, der):
    """No library here computes it."""
    (finding,), _ = look("sm2.der", ec_private(der, public=False))
    assert (finding.asset.family, finding.asset.get("fingerprint")) == ("SM2", None)


@pytest.mark.parametrize("label", ["EC PRIVATE KEY", "SM2 PRIVATE KEY", "PRIVATE KEY"])
def test_the_label_of_an_armored_key_may_be_any(look, der, label):
    """Toolkits disagree on it."""
    text = b"-----BEGIN %s-----\n%s-----END %s-----\n" % (
        label.encode(), base64.encodebytes(ec_private(der)), label.encode(),
    )  # fmt: skip
    (finding,), diagnostics = look("sm2.pem", text)
    assert diagnostics == []
    assert finding.asset.get("fingerprint") == fingerprint(der)


def test_a_key_encrypted_by_sm4_and_sm3_shows_both(look, der):
    """PBES2 with PBKDF2-HMAC-SM3 and SM4-CBC, as GmSSL writes it."""
    prf = der.sequence(der.oid("1.2.156.10197.1.401.2"))
    kdf = der.sequence(
        der.oid("1.2.840.113549.1.5.12"), der.sequence(der.tlv(4, b"s" * 8), der.integer(65536), prf)
    )
    cipher = der.sequence(der.oid("1.2.156.10197.1.104.2"), der.tlv(4, b"i" * 16))
    scheme = der.sequence(der.oid("1.2.840.113549.1.5.13"), der.sequence(kdf, cipher))
    (finding,), diagnostics = look("sm2.key", der.sequence(scheme, der.tlv(4, b"c" * 32)))
    assert diagnostics == []
    secured = [algorithms.name(asset) for _, asset in finding.related]
    assert secured == ["PBES2-HMAC-SM3-SM4-CBC", "PBKDF2-HMAC-SM3", "SM4-CBC"]
    assert dict(finding.details)["iterations"] == "65536"


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    """Return a folder with an SM2 key, its public key, a certificate and a request made by OpenSSL."""
    if OPENSSL is None:
        pytest.skip("no openssl command")
    folder = tmp_path_factory.mktemp("sm2")

    def run(*arguments):
        done = subprocess.run([OPENSSL, *arguments], cwd=folder, capture_output=True)
        if done.returncode:
            pytest.skip("this openssl has no SM2")

    run("genpkey", "-algorithm", "SM2", "-out", "key.pem")
    run("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
    subject = ("-sm3", "-subj", "/C=CN/O=Bank/CN=sm2.example")
    run("req", "-new", "-x509", "-key", "key.pem", *subject, "-out", "crt.pem")
    run("req", "-new", "-key", "key.pem", *subject, "-out", "csr.pem")
    return folder


def test_what_openssl_makes_is_one_key(look, openssl):
    """Private key, public key, certificate and request share a fingerprint; the signature is SM2 with SM3."""
    names = ("key.pem", "pub.pem", "crt.pem", "csr.pem")
    seen = {name: look(name, (openssl / name).read_bytes()) for name in names}
    assert all(diagnostics == [] for _, diagnostics in seen.values())
    keys = [f.asset for findings, _ in seen.values() for f in findings if f.asset.kind is Kind.KEY]
    assert {(key.family, key.get("curve")) for key in keys} == {("SM2", None)}
    assert len(keys) == 4
    assert len({key.get("fingerprint") for key in keys}) == 1
    for name in ("crt.pem", "csr.pem"):
        signature = dict(seen[name][0][0].related)["signature-algorithm"]
        assert (signature.family, signature.get("digest")) == ("SM2", "SM3")
