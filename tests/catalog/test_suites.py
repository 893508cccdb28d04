"""Cipher suites against the OpenSSL of this interpreter, and the parts of names that no OpenSSL of today knows."""

import ssl

import pytest

from pqc_migrate.catalog import algorithms, suites

OPENSSL = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OPENSSL.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
CIPHERS = {cipher["name"]: cipher for cipher in OPENSSL.get_ciphers()}


def parts(name: str) -> list[str]:
    suite = suites.find(name)
    assert suite is not None
    return [algorithms.name(component) for component in suite.components]


@pytest.mark.parametrize("name", CIPHERS)
def test_every_suite_of_this_openssl_is_known_by_its_name_and_code_point(name: str) -> None:
    """OpenSSL's names lead to the suite whose two bytes OpenSSL sends."""
    suite = suites.find(name)
    assert suite is not None
    assert suite.code == CIPHERS[name]["id"] & 0xFFFF


@pytest.mark.parametrize("name", CIPHERS)
def test_bits_of_the_cipher_are_those_openssl_states(name: str) -> None:
    """The cipher read from the name has the key length that OpenSSL uses."""
    suite = suites.find(name)
    assert suite is not None
    sizes = {part.get("size") for part in suite.components if algorithms.primitive(part) in ("ae", "block-cipher")}
    if sizes - {None}:
        assert sizes == {str(CIPHERS[name]["strength_bits"])}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TLS_AES_128_GCM_SHA256", ["AES-128-GCM", "HKDF-SHA-256"]),
        ("TLS_AES_128_CCM_8_SHA256", ["AES-128-CCM8", "HKDF-SHA-256"]),
        ("TLS_SM4_GCM_SM3", ["SM4-GCM", "HKDF-SM3"]),
        ("ECDHE-RSA-AES256-GCM-SHA384", ["ECDH", "RSA", "AES-256-GCM", "TLS-PRF-SHA-384"]),
        ("ECDHE-ECDSA-AES256-SHA384", ["ECDH", "ECDSA", "AES-256-CBC", "HMAC-SHA-384"]),
        ("AES128-SHA", ["RSA-PKCS1-1.5", "RSA", "AES-128-CBC", "HMAC-SHA-1"]),
        ("TLS_RSA_WITH_AES_128_CCM", ["RSA-PKCS1-1.5", "RSA", "AES-128-CCM", "TLS-PRF-SHA-256"]),
        ("EDH-RSA-DES-CBC3-SHA", ["FFDH", "RSA", "3DES-CBC", "HMAC-SHA-1"]),
        ("EXP-RC4-MD5", ["RSA-PKCS1-1.5", "RSA", "RC4-40", "HMAC-MD5"]),
        ("TLS_DH_anon_WITH_AES_256_CBC_SHA256", ["FFDH", "AES-256-CBC", "HMAC-SHA-256"]),
        ("PSK-CHACHA20-POLY1305", ["ChaCha20-Poly1305", "TLS-PRF-SHA-256"]),
        ("ECC-SM2-SM4-CBC-SM3", ["SM2", "SM4-CBC", "HMAC-SM3"]),
        ("RSA_SM4_GCM_SHA256", ["RSA-PKCS1-1.5", "RSA", "SM4-GCM"]),
        ("TLS_SHA256_SHA256", ["HMAC-SHA-256", "HKDF-SHA-256"]),
        ("TLS_NULL_WITH_NULL_NULL", []),
    ],
)
def test_name_is_taken_apart(name: str, expected: list[str]) -> None:
    """Key exchange, authentication, cipher, and MAC or PRF, in this order; what is not there is not invented."""
    assert parts(name) == expected


def test_spellings_lead_to_one_suite() -> None:
    """IANA, OpenSSL, older OpenSSL, Java and ShangMi libraries name the same thing."""
    assert suites.find("SSL_RSA_WITH_3DES_EDE_CBC_SHA") == suites.find("DES-CBC3-SHA")
    assert suites.find("EDH-RSA-DES-CBC3-SHA") == suites.find("TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA")
    same = [suites.find(name) for name in ("ECC-SM2-WITH-SM4-SM3", "TLS_ECC_SM4_CBC_SM3", "TLCP_ECC_SM4_CBC_SM3")]
    assert same == [suites.find("ECC_SM4_CBC_SM3")] * 3


@pytest.mark.parametrize(
    "name", ["", "TLS_", "TLS_AES128-SHA", "SSL_AES128-SHA", "TLS_RSA_WITH_AES_128_GCM_SHA1", "aes128-sha"]
)
def test_what_is_not_registered_is_no_suite(name: str) -> None:
    """A name that only looks like one is not taken apart."""
    assert suites.find(name) is None


def test_code_points_are_unique() -> None:
    """No two suites share their bytes on the wire."""
    codes = [suite.code for suite in suites.suites()]
    assert len(set(codes)) == len(codes)
