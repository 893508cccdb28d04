import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.spelling import registry_family, spelled, with_fields
from pqc_migrate.model.inventory import Asset, Kind

_EXAMPLES = {
    "size": "256",
    "curve": "P-256",
    "digest": "SHA-256",
    "mode": "CBC",
    "group": "ffdhe2048",
    "cipher": "AES-128",
    "prf": "HMAC-SHA-256",
    "version": "1.2",
    "suite": "TLS_AES_128_GCM_SHA256",
    "variant": "SHA2_10_256",
}


def examples() -> Iterator[Asset]:
    """Yield every family bare and with all its parameters, and with every claimed parameter set."""
    for family in algorithms.families().values():
        if family.id == "unlisted" or family.name == "{variant}":
            continue
        keys = re.findall(r"\{(\w+)\}", family.name)
        known = {key: _EXAMPLES[key] for key in keys}
        if isinstance(family.level, Mapping):
            for value in family.level:
                yield Asset.of(family.kind, family.id, **{**known, family.parameters[0]: value})
        else:
            yield Asset.of(family.kind, family.id, **known)
        if not family.fallback:
            yield Asset.of(family.kind, family.id)


@pytest.mark.parametrize("asset", list(examples()), ids=algorithms.name)
def test_our_own_names_are_understood(asset: Asset) -> None:
    """A tool that uses the registry's patterns, as we do, is understood for every family we know."""
    found = spelled(algorithms.name(asset), algorithms.primitive(asset))
    assert found is not None
    assert (found.kind, found.family, algorithms.name(found)) == (asset.kind, asset.family, algorithms.name(asset))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rsa2048", "RSA-2048"),
        ("AES-GCM-256", "AES-256-GCM"),
        ("AES/GCM/NoPadding", "AES-GCM"),
        ("AES_128_CBC", "AES-128-CBC"),
        ("RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "RSA-OAEP"),
        ("SHA256withRSAandMGF1", "RSA-PSS-SHA-256"),
        ("SHA384withECDSA", "ECDSA-SHA-384"),
        ("SM3withSM2", "SM2-SM3"),
        ("HmacSHA256", "HMAC-SHA-256"),
        ("PBKDF2WithHmacSHA512", "PBKDF2-HMAC-SHA-512"),
        ("ECDSA-secp384r1", "ECDSA-P-384"),
        ("DESede", "3DES"),
        ("Diffie-Hellman", "FFDH"),
        ("sha512/256", "SHA-512/256"),
        ("MLKEM1024", "ML-KEM-1024"),
        ("CRYSTALS-Kyber", "Kyber"),
        ("aes256-gcm@openssh.com", "AES-256-GCM"),
        ("RS256", "RSA-PKCS1-1.5-SHA-256"),
        ("TLS 1.3", "TLSv1.3"),
        ("TLSv1.2", "TLSv1.2"),
    ],
)
def test_common_spellings_are_understood(text: str, name: str) -> None:
    """Case, separators, order and Java's forms do not matter."""
    asset = spelled(text)
    assert asset is not None
    assert algorithms.name(asset) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AES-512",
        "SHA-128",
        "ML-KEM-999",
        "traversal",
        "universal",
        "NTRUPrime",
        "crossbow",
        "readHeader",
        "P-256",
    ],
)
def test_what_is_no_known_name_is_not_guessed(text: str) -> None:
    """A near miss is nothing: a wrong row costs more than a missing one."""
    assert spelled(text) is None


def test_an_ambiguous_name_claims_only_what_its_readings_share() -> None:
    """RSA-PKCS1-1.5 signs or encrypts; without a primitive it is RSA, with its size."""
    assert spelled("RSA-PKCS1-1.5-2048") == Asset.of(Kind.ALGORITHM, "RSA", size=2048)
    assert spelled("RSA-PKCS1-1.5", "signature") == Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1")
    assert spelled("RSA-PKCS1-1.5", "pke") == Asset.of(Kind.ALGORITHM, "RSAES-PKCS1")


def test_fields_complete_a_name() -> None:
    """Size, curve, mode and padding come from their fields; what does not fit is handed back."""
    aes = Asset.of(Kind.ALGORITHM, "AES")
    fields = {"parameterSetIdentifier": "256", "mode": "gcm", "padding": "raw", "curve": "P-256"}
    assert with_fields(aes, fields) == (
        Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM"),
        frozenset({"parameterSetIdentifier", "mode"}),
    )
    assert with_fields(aes, {"parameterSetIdentifier": "512"}) == (aes, frozenset())


def test_a_registry_family_that_is_several_of_ours_needs_the_primitive() -> None:
    """GOST is a hash, a cipher and a signature."""
    assert registry_family("GOST") is None
    assert registry_family("GOST", "hash") == Asset.of(Kind.ALGORITHM, "GOST-R-34.11")
    assert registry_family("SHA-3") == Asset.of(Kind.ALGORITHM, "SHA-3")
    assert registry_family("RSA") is None


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    """No name makes the reader fail, and what it returns has a name of its own."""
    asset = spelled(text)
    assert asset is None or algorithms.name(asset)
