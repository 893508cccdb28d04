"""JCA names are taken apart by rule: what they say is read, what they leave open stays open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms, jca, names, notations


def read(notation: str, text: str) -> str | None:
    """Return the display name of what a name stands for."""
    named = notations.read(notation, text)
    return algorithms.name(named.asset) if named is not None else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AES/GCM/NoPadding", "AES-GCM"),
        ("aes/cbc/pkcs5padding", "AES-CBC"),
        ("AES_256/GCM/NoPadding", "AES-256-GCM"),
        ("AES/SIC/NoPadding", "AES-CTR"),
        ("AES/CFB8/NoPadding", "AES-CFB8"),
        ("AES/CBC/CTSPadding", "AES-CTS"),
        ("AES/Unheard/NoPadding", "AES"),
        ("AESWrap_256", "AES-256-KW"),
        ("DESede/ECB/NoPadding", "3DES-ECB"),
        ("SM4/CBC/PKCS7Padding", "SM4-CBC"),
        ("RSA/ECB/PKCS1Padding", "RSA-PKCS1-1.5"),
        ("RSA/ECB/OAEPPadding", "RSA-OAEP"),
        ("RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "RSA-OAEP-SHA-256"),
        ("RSA/None/OAEPWithSHA1AndMGF1Padding", "RSA-OAEP-SHA-1"),
        ("RSA/ECB/OAEPWithSHA-512/224AndMGF1Padding", "RSA-OAEP-SHA-512/224"),
        ("RSA/ECB/NoPadding", "RSA"),
        ("ChaCha20-Poly1305", "ChaCha20-Poly1305"),
        ("PBEWithMD5AndDES", "PBES1-MD5-DES-CBC"),
        ("PBEWithHmacSHA256AndAES_128", "PBES2-HMAC-SHA-256-AES-128-CBC"),
        ("PBEWITHSHA256AND256BITAES-CBC-BC", "PKCS12-PBE-SHA-256-AES-256-CBC"),
        ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
        ("ROT13/ECB/NoPadding", None),
        ("", None),
        ("//", None),
    ],
)
def test_transformations(text: str, expected: str | None) -> None:
    """Cipher, mode and padding of a transformation, whatever the case."""
    assert read("jca_transformation", text) == expected


@pytest.mark.parametrize("text", ["AES", "DES", "DESede", "RSA", "Blowfish"])
def test_bare_cipher_says_what_is_left_to_the_provider(text: str) -> None:
    """A transformation without mode and padding claims none, and says who decides."""
    named = jca.transformation(text)
    assert named is not None
    assert named.asset.get("mode") is None
    assert named.asset.get("padding") is None
    assert any(key.endswith("-default") for key, _ in named.details)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHA256withRSA", "RSA-PKCS1-1.5-SHA-256"),
        ("SHA512withRSA/PSS", "RSA-PSS-SHA-512"),
        ("SHA256withRSAandMGF1", "RSA-PSS-SHA-256"),
        ("SHA3-256withECDSA", "ECDSA-SHA3-256"),
        ("SHA256withECDSAinP1363Format", "ECDSA-SHA-256"),
        ("SHA1withDSA", "DSA-SHA-1"),
        ("SM3WITHSM2", "SM2-SM3"),
        ("NONEwithRSA", "RSA-PKCS1-1.5"),
        ("Ed25519", "Ed25519"),
        ("ML-DSA-65", "ML-DSA-65"),
        ("SHA-512/256withRSA", "RSA-PKCS1-1.5-SHA-512/256"),
        ("1.2.840.10045.4.3.2", "ECDSA-SHA-256"),
        ("SHA256withROT13", None),
        ("ROT13withRSA", None),
        ("withRSA", None),
    ],
)
def test_signatures(text: str, expected: str | None) -> None:
    """Hash and scheme of a signature name; one unknown part makes the whole unknown."""
    assert read("jca_signature", text) == expected


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("jca_mac", "HmacSHA256", "HMAC-SHA-256"),
        ("jca_mac", "HMAC-SHA512/256", "HMAC-SHA-512/256"),
        ("jca_mac", "AESCMAC", "CMAC-AES"),
        ("jca_mac", "HmacROT13", None),
        ("jca_derivation", "PBKDF2WithHmacSHA512", "PBKDF2-HMAC-SHA-512"),
        ("jca_derivation", "PBKDF2WithHmacSM3", "PBKDF2-HMAC-SM3"),
        ("jca_derivation", "HKDF-SHA384", "HKDF-SHA-384"),
        ("jca_agreement", "DiffieHellman", "FFDH"),
        ("jca_agreement", "ECCDHwithSHA384CKDF", "ECDH"),
        ("jca_agreement", "X25519", "X25519"),
        ("jca_secret_key", "AES/CBC/PKCS5Padding", "AES"),
        ("jca_secret_key", "HmacSHA1", "HMAC-SHA-1"),
        ("jca_secret_key", "RAW", None),
        ("jca_key", "SLH-DSA-SHA2-128s", "SLH-DSA-SHA2-128s"),
        ("jca_digest", "Keccak-256", "Keccak-256"),
    ],
)
def test_other_names(notation: str, text: str, expected: str | None) -> None:
    """Macs, derivations, agreements, keys and digests."""
    assert read(notation, text) == expected


@given(st.sampled_from(sorted(jca.GRAMMARS)), st.text(max_size=60))
def test_any_text_is_a_name_or_none(notation: str, text: str) -> None:
    """No text makes a grammar raise, and what it returns has a family that the catalog holds."""
    named = notations.read(notation, text)
    assert named is None or algorithms.family(named.asset.family).id == named.asset.family


@given(
    st.sampled_from([name for name in names.table("digests") if "/" not in name]),
    st.sampled_from(["RSA", "ECDSA", "DSA", "RSA/PSS", "SM2"]),
    st.booleans(),
)
def test_every_digest_with_every_scheme(digest: str, scheme: str, upper: bool) -> None:
    """Any known hash joins any scheme, in any case, and both stand in the asset."""
    text = f"{digest}with{scheme}"
    named = jca.signature(text.upper() if upper else text)
    expected = jca.digest(digest)
    assert named is not None
    assert expected is not None
    assert named.asset.get("digest") == algorithms.name(expected.asset)


@pytest.mark.parametrize(
    "table",
    ["jca_ciphers", "jca_keys", "jca_schemes", "jca_macs", "jca_agreements", "jca_derivations", "jca_digests",
     "jca_random", "jca_transformations", "jsse_contexts"],
)  # fmt: skip
def test_tables_load_and_hold_known_families(table: str) -> None:
    """Every record of every table names a family, and no name stands twice."""
    assert all(algorithms.name(asset) for asset in names.table(table).values())
