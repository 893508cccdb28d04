"""Versions are compared only where both are numbers."""

import pytest

from pqc_migrate.catalog.products import Product, products
from pqc_migrate.model.plan_codes import Trust, Verdict

BY_ID = {product.id: product for product in products()}


def product(name: str) -> Product:
    return BY_ID[name]


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [
        (["48.0.0"], Verdict.PASS),
        (["50.0.2"], Verdict.PASS),
        (["==47.9"], Verdict.FAIL),
        (["50.0.2", "43.0.0"], Verdict.FAIL),
        ([">=42"], Verdict.UNKNOWN),
        (["50.0.2", ">=42"], Verdict.UNKNOWN),
        ([""], Verdict.UNKNOWN),
        ([], Verdict.UNKNOWN),
    ],
)
def test_only_exact_versions_get_a_verdict(versions: list[str], verdict: Verdict) -> None:
    """One copy below the minimum fails; a range or no version at all says nothing."""
    assert product("pyca-cryptography").verdict(versions) is verdict


def test_an_unverified_minimum_is_never_compared() -> None:
    """A low-trust row gives no verdict, whatever version was found."""
    assert product("bouncycastle-java").trust is Trust.UNVERIFIED
    assert product("bouncycastle-java").verdict(["1.0"]) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:pypi/cryptography@43.0.0", "pyca-cryptography"),
        ("pkg:pypi/cryptography", "pyca-cryptography"),
        ("pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78", "bouncycastle-java"),
        ("pkg:deb/debian/openssl@3.0.11?arch=amd64", "openssl"),
    ],
)
def test_a_package_url_names_its_product(purl: str, name: str) -> None:
    """Version and qualifiers do not matter, and no other product claims it."""
    assert [row.id for row in products() if row.is_package(purl)] == [name]


@pytest.mark.parametrize("purl", ["", "pkg:pypi/cryptography-vectors@1", "pkg:npm/cryptography@1"])
def test_a_like_named_package_is_another(purl: str) -> None:
    """The whole name and type count."""
    assert not any(row.is_package(purl) for row in products())
