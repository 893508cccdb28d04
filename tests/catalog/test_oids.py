"""The table of object identifiers agrees with itself, with the catalog and with `cryptography`'s own."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier, PublicKeyAlgorithmOID, SignatureAlgorithmOID

from pqc_migrate.catalog import algorithms, names, oids
from pqc_migrate.model.inventory import Asset, Kind

TABLE = names.table("oids")


def known(group):
    return {n: v.dotted_string for n, v in vars(group).items() if isinstance(v, ObjectIdentifier)}


def algorithm(family, **parameters):
    return Asset.of(Kind.ALGORITHM, family, **parameters)


def test_every_identifier_is_one_and_names_an_algorithm_that_can_be_printed():
    """Dotted decimal without leading zeros, first arcs in range."""
    for oid, asset in TABLE.items():
        assert re.fullmatch(r"[0-2](\.(0|[1-9]\d*))+", oid), oid
        assert asset.kind is Kind.ALGORITHM
        assert algorithms.name(asset)
        assert oids.asset(oid) == asset


def test_digests_are_spelled_as_the_catalog_prints_them():
    """A digest parameter is the display name of a hash, so that it can be joined with the hash itself."""
    digests = {algorithms.name(asset) for asset in names.table("digests").values()}
    for oid, asset in TABLE.items():
        digest = asset.get("digest")
        assert digest is None or digest in digests, oid


def test_signature_identifiers_agree_with_the_library():
    """Every algorithm that `cryptography` knows is here, with the same hash; "unsigned" is none."""
    for label, oid in known(SignatureAlgorithmOID).items():
        if label == "UNSIGNED":
            continue
        asset = oids.asset(oid)
        assert asset is not None, label
        digest = (asset.get("digest") or "").replace("-", "").replace("/", "_")
        match = re.search(r"(?<!DSA_)(SHA3_\d+|SHA\d+|MD5)", label)
        if match and "GOST" not in label:
            assert digest == match[1].replace("_", ""), label


def test_public_key_identifiers_agree_with_the_library():
    """Every one that `cryptography` knows is here."""
    for label, oid in known(PublicKeyAlgorithmOID).items():
        assert oids.asset(oid) is not None, label


def test_curves_agree_with_the_library():
    """Every curve of `cryptography` has the same identifier and, by its own name, our canonical one."""
    for label, oid in known(ec.EllipticCurveOID).items():
        curve = oids.curve(oid)
        assert curve is not None, label
        assert names.curve(label.lower()) == curve, label
    assert oids.curve(ec.EllipticCurveOID.SECP256R1.dotted_string) == names.curve(ec.SECP256R1().name)


@pytest.mark.parametrize(
    ("asset", "oid"),
    [
        (algorithm("RSA", size=2048), "1.2.840.113549.1.1.1"),
        (algorithm("RSASSA-PKCS1", digest="SHA-256", size=3072), "1.2.840.113549.1.1.11"),
        (algorithm("RSASSA-PKCS1", digest="SHA-1"), "1.2.840.113549.1.1.5"),
        (algorithm("RSASSA-PKCS1"), None),
        (algorithm("RSASSA-PSS", digest="SHA-256"), "1.2.840.113549.1.1.10"),
        (algorithm("ECDSA", curve="P-384", digest="SHA-384"), "1.2.840.10045.4.3.3"),
        (algorithm("ECDSA", curve="P-384"), None),
        (algorithm("EC"), "1.2.840.10045.2.1"),
        (algorithm("EC", curve="P-256"), "1.2.840.10045.3.1.7"),
        (algorithm("SM2"), "1.2.156.10197.1.301"),
        (algorithm("SM2", digest="SM3"), "1.2.156.10197.1.501"),
        (algorithm("SM4", mode="CBC"), "1.2.156.10197.1.104.2"),
        (algorithm("SM3"), "1.2.156.10197.1.401"),
        (algorithm("AES", size=256, mode="GCM"), "2.16.840.1.101.3.4.1.46"),
        (algorithm("AES", size=256), None),
        (algorithm("SHA-2", size=256), "2.16.840.1.101.3.4.2.1"),
        (algorithm("SHA-1"), "1.3.14.3.2.26"),
        (algorithm("ML-KEM", size=768), "2.16.840.1.101.3.4.4.2"),
        (algorithm("ML-DSA", size=65), "2.16.840.1.101.3.4.3.18"),
        (algorithm("SLH-DSA", variant="SHA2-128s"), "2.16.840.1.101.3.4.3.20"),
        (algorithm("X25519"), "1.3.101.110"),
        (Asset.of(Kind.KEY, "RSA", size=2048, type="public-key", fingerprint="00"), "1.2.840.113549.1.1.1"),
        (Asset.of(Kind.LIBRARY, "rsa", name="rsa"), None),
        (Asset.of(Kind.CERTIFICATE, "X.509", name="rsa"), None),
    ],
    ids=str,
)
def test_an_asset_is_printed_with_the_identifier_that_claims_no_more_than_it(asset, oid):
    """The most specific one that fits, and none where each would add something that was not read."""
    assert oids.oid_of(asset) == oid


def test_an_unknown_identifier_is_none():
    """Also one that is no algorithm."""
    assert oids.asset("1.2.3.4") is None
    assert oids.curve("1.2.3.4") is None
    assert oids.curve("1.2.840.113549.1.1.1") is None
    assert oids.asset(NameOID.COMMON_NAME.dotted_string) is None
