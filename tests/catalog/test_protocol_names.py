"""Name tables of TLS and SSH: what a name stands for, and that whole registries are in."""

import pytest

from pqc_migrate.catalog import algorithms, names


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("tls_versions", "TLSv1", "TLSv1.0"),
        ("tls_versions", "sslv3", "SSLv3"),
        ("tls_groups", "x25519mlkem768", "X25519MLKEM768"),
        ("tls_groups", "secp521r1", "ECDH-P-521"),
        ("tls_groups", "curveSM2", "ECDH-sm2p256v1"),
        ("tls_signature_schemes", "ecdsa_secp384r1_sha384", "ECDSA-P-384-SHA-384"),
        ("tls_signature_schemes", "RSA-PSS+SHA256", "RSA-PSS-SHA-256"),
        ("tls_signature_schemes", "mldsa87", "ML-DSA-87"),
        ("ssh", "curve25519-sha256", "X25519"),
        ("ssh", "ssh-rsa", "RSA-PKCS1-1.5-SHA-1"),
        ("ssh", "aes256-gcm@openssh.com", "AES-256-GCM"),
        ("ssh", "hmac-sha2-256-etm@openssh.com", "HMAC-SHA-256"),
        ("ssh", "ecdsa-sha2-1.3.132.0.10", "ECDSA-secp256k1-SHA-256"),
        ("ssh", "rsa2048-sha256", "RSA-OAEP-SHA-256"),
        ("ssh", "sntrup761x25519-sha512", "sntrup761x25519-sha512"),
    ],
)
def test_name_stands_for(notation: str, text: str, expected: str) -> None:
    """A protocol's name leads to the algorithm behind it."""
    asset = names.lookup(notation, text)
    assert asset is not None
    assert algorithms.name(asset) == expected


@pytest.mark.parametrize("text", ["SSH-RSA", "none", "curve25519", "aes256-gcm@openssh.org", ""])
def test_ssh_names_are_exact(text: str) -> None:
    """SSH compares names byte by byte, and a vendor's domain is part of its name."""
    assert names.lookup("ssh", text) is None


@pytest.mark.parametrize("number", [1, 14, 15, 16, 17, 18])
def test_modp_groups_have_the_size_of_their_name(number: int) -> None:
    """RFC 3526 groups of SSH carry their prime's length."""
    bits = {1: 1024, 14: 2048, 15: 3072, 16: 4096, 17: 6144, 18: 8192}[number]
    prefixes = (f"diffie-hellman-group{number}-", f"gss-group{number}-")
    spelled = [text for text in names.table("ssh") if text.startswith(prefixes)]
    assert spelled
    for text in spelled:
        asset = names.lookup("ssh", text)
        assert asset is not None
        assert (asset.get("size"), asset.get("group")) == (str(bits), f"modp{bits}")


@pytest.mark.parametrize("notation", ["tls_groups", "ssh"])
def test_every_curve_is_a_canonical_one(notation: str) -> None:
    """A curve is spelled as curves.toml prints it, so that all detectors mean the same asset."""
    curves = {curve for asset in names.table(notation).values() if (curve := asset.get("curve"))}
    assert {curve for curve in curves if names.curve(curve) != curve} == set()


@pytest.mark.parametrize("notation", ["tls_signature_schemes", "ssh"])
def test_every_digest_is_a_canonical_one(notation: str) -> None:
    """A digest inside another algorithm is spelled as the digest itself is."""
    digests = {digest for asset in names.table(notation).values() if (digest := asset.get("digest"))}
    assert digests == {algorithms.name(found) for digest in digests if (found := names.lookup("digests", digest))}
