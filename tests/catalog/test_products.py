"""Versions are compared only where both are numbers."""

import pytest

from pqc_migrate.catalog.products import Product, Reach, products
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
        ("pkg:deb/libssl3t64@3.5.4-1", "openssl"),
        ("pkg:apk/alpine/libcrypto3", "openssl"),
        ("pkg:rpm/redhat/openssl-libs@3.5.1-7.el9?epoch=1", "openssl"),
        ("pkg:docker/node@22.11.0-slim", "nodejs"),
    ],
)
def test_a_package_url_names_its_product(purl: str, name: str) -> None:
    """Version and qualifiers do not matter, and no other product claims it."""
    assert [row.id for row in products() if row.is_package(purl)] == [name]


@pytest.mark.parametrize("purl", ["", "pkg:pypi/cryptography-vectors@1", "pkg:npm/cryptography@1"])
def test_a_like_named_package_is_another(purl: str) -> None:
    """The whole name and type count."""
    assert not any(row.is_package(purl) for row in products())


@pytest.mark.parametrize(
    ("name", "purl", "version", "reach"),
    [
        ("openssl", "pkg:deb/debian/libssl3@3.0.19-1", "3.0.19-1~deb12u2", Reach.NO),
        ("openssl", "pkg:apk/libssl3@3.5.1-r0", "3.5.1-r0", Reach.YES),
        ("openssl", "pkg:deb/libssl3@x", "3.5.0~beta1-1", Reach.UNKNOWN),
        ("openssl", "pkg:generic/openssl", ">=3.0", Reach.MAY),
        ("openssl", "pkg:generic/openssl", ">=3.0,<3.5", Reach.NO),
        ("openssl", "pkg:conan/openssl", ">=3.5 <4", Reach.YES),
        ("openssl", "pkg:generic/openssl", "", Reach.UNKNOWN),
        ("rustls", "pkg:cargo/rustls", "0.23", Reach.MAY),
        ("rustls", "pkg:cargo/rustls", "0.23.27", Reach.YES),
        ("rustls", "pkg:cargo/rustls", "0.22", Reach.NO),
        ("nodejs", "pkg:docker/node@20.1.0", "20.1.0", Reach.NO),
        ("nodejs", "pkg:docker/node@22.20.0", "22.20.0", Reach.YES),
        ("nodejs", "pkg:docker/node@23.5.0", "23.5.0", Reach.UNKNOWN),
        ("nodejs", "pkg:docker/node@24.4.1", "24.4.1", Reach.NO),
        ("nodejs", "pkg:docker/node@25.0.0", "25.0.0", Reach.YES),
        ("nodejs", "pkg:docker/node", "22.*", Reach.MAY),
        ("nodejs", "pkg:docker/node", ">=20 <24.5", Reach.MAY),
        ("nodejs", "pkg:docker/node", "<22", Reach.NO),
        ("bouncycastle-java", "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.81", "1.81", Reach.UNKNOWN),
        ("nginx", "pkg:docker/nginx@1.29.0", "1.29.0", Reach.UNKNOWN),
    ],
)
def test_what_a_version_or_a_range_reaches(name: str, purl: str, version: str, reach: Reach) -> None:
    """A range on both sides of the first version may; releases between two lines that got it are not known."""
    assert product(name).reach(purl, version) is reach


def test_the_makers_support_of_a_line_of_releases() -> None:
    """A day where a source says one; whether it is over is not the inventory's to say."""
    openssl = product("openssl")
    assert openssl.until("pkg:deb/debian/libssl3@3.0.19-1", "3.0.19-1~deb12u2") == "2026-09-07"
    assert openssl.until("pkg:conan/openssl@1.1.1w", "1.1.1w") == "2023-09-11"
    assert openssl.until("pkg:conan/openssl@3.30.1", "3.30.1") == ""
