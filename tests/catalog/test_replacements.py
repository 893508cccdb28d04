"""Replacements name real algorithms, never guess, and their sizes are the standards'."""

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.products import products
from pqc_migrate.catalog.replacements import choose, classical_size, replacements, size
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.plan_codes import Axis, SpecStatus, Trust, Use

ROWS = list(replacements().values())
AXES = (Axis.CONFIDENTIALITY, Axis.SIGNATURE)


def key(family: str, **parameters: str | int) -> Asset:
    return Asset.of(Kind.ALGORITHM, family, **parameters)


@pytest.mark.parametrize("use", list(Use))
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("sm", [False, True])
def test_every_use_has_a_record_to_compute_with(use: Use, axis: Axis, sm: bool) -> None:
    """The first record is sourced and of the asked axis and route; a pointer only follows it."""
    first, *more = choose(use, axis, sm)
    assert first.trust is not Trust.UNVERIFIED
    assert (first.axis, first.sm) == (axis, sm)
    assert all(row.trust is Trust.UNVERIFIED for row in more)


def test_targets_and_hybrids_are_families_of_the_catalog() -> None:
    """Each hybrid is a family; each target is a family with a parameter set or a family."""
    families = algorithms.families()
    for row in ROWS:
        assert all(name in families for name in row.interim), row.id
        assert all(name in families or name.rpartition("-")[0] in families for name in row.targets), row.id


def test_an_sm_route_names_no_target_because_none_is_chosen() -> None:
    """NGCC has a slot and no algorithm; the interim is the SM2 hybrid of a draft."""
    for row in ROWS:
        if row.sm:
            assert row.targets == ()
            assert row.ngcc in ("kem", "signature")
            assert row.interim in ((), ("curveSM2MLKEM768",))
        else:
            assert row.ngcc == ""


def test_a_wait_is_said_exactly_where_no_deployable_standard_stands() -> None:
    """An individual draft or nothing at all is no standard to plan a date by; SM hybrids are marked as a draft."""
    deployable = {
        SpecStatus.FINAL, SpecStatus.PROPOSED_STANDARD, SpecStatus.INFORMATIONAL, SpecStatus.RFC,
        SpecStatus.LAST_CALL, SpecStatus.WG_DRAFT,
    }  # fmt: skip
    for row in ROWS:
        if not row.sm and not any(spec.status in deployable for spec in row.specs):
            assert row.waits, row.id


@pytest.mark.parametrize(
    ("curve", "first"),
    [("P-256", "SecP256r1MLKEM768"), ("P-384", "SecP384r1MLKEM1024"), ("P-521", "X25519MLKEM768")],
)
def test_the_hybrid_that_holds_the_classical_group_goes_first(curve: str, first: str) -> None:
    """A P-256 deployment is offered the P-256 hybrid first; where none holds it, the default."""
    row = choose(Use.TLS_KEY_EXCHANGE, Axis.CONFIDENTIALITY, sm=False)[0]
    assert row.interim_for(key("ECDH", curve=curve))[0] == first
    assert row.interim_for(key("X25519"))[0] == "X25519MLKEM768"


@pytest.mark.parametrize(
    ("algorithm", "public", "second"),
    [
        ("ML-KEM-768", 1184, 1088),
        ("X25519MLKEM768", 1216, 1120),
        ("SecP256r1MLKEM768", 1249, 1153),
        ("SecP384r1MLKEM1024", 1665, 1665),
        ("curveSM2MLKEM768", 1249, 1153),
        ("ML-DSA-65", 1952, 3309),
        ("SLH-DSA-SHA2-128s", 32, 7856),
    ],
)
def test_sizes_are_the_standards(algorithm: str, public: int, second: int) -> None:
    """FIPS 203 table 3, FIPS 204 table 2, FIPS 205 table 2, and RFC 10024's sums for hybrids."""
    held = size(algorithm)
    assert held is not None
    assert (held.public_key, held.ciphertext or held.signature) == (public, second)
    assert held.source


@pytest.mark.parametrize(
    ("asset", "axis", "name", "sizes"),
    [
        (key("RSA", size=2048), Axis.SIGNATURE, "RSA-2048", (256, 256)),
        (key("RSASSA-PSS", digest="SHA-256", size=3072), Axis.SIGNATURE, "RSA-PSS-SHA-256-3072", (384, 384)),
        (key("EC", curve="P-256"), Axis.SIGNATURE, "ECDSA-P-256", (65, 64)),
        (key("EC", curve="P-256"), Axis.CONFIDENTIALITY, "ECDH-P-256", (65, 65)),
        (key("SM2"), Axis.SIGNATURE, "SM2", (65, 64)),
        (key("SM2"), Axis.CONFIDENTIALITY, "ECDH-sm2p256v1", (65, 65)),
        (key("Ed25519"), Axis.SIGNATURE, "Ed25519", (32, 64)),
    ],
)
def test_classical_sizes_follow_the_axis(asset: Asset, axis: Axis, name: str, sizes: tuple[int, int]) -> None:
    """A curve key whose use was not read has an ECDH and an ECDSA size."""
    found, held = classical_size(asset, axis)
    assert held is not None
    second = held.signature if axis is Axis.SIGNATURE else held.ciphertext
    assert (found, (held.public_key, second)) == (name, sizes)


@pytest.mark.parametrize(
    "asset", [key("RSA"), key("RSASSA-PSS", digest="SHA-256"), key("ECDSA"), key("ECDSA", curve="secp256k1")]
)
def test_an_unread_size_stays_unknown(asset: Asset) -> None:
    """No length, no curve, no size; a digest's length is not taken for a modulus."""
    assert classical_size(asset, Axis.SIGNATURE)[1] is None


def test_products_that_make_a_replacement_available_exist() -> None:
    """A replacement counts as available only through products of the catalog that are sourced."""
    known = {product.id: product for product in products()}
    for row in ROWS:
        assert all(known[name].trust is not Trust.UNVERIFIED for name in row.products), row.id
