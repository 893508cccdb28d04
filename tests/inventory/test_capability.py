"""What a library's version can do stands beside it, derived and never read back."""

import pytest

from pqc_migrate.catalog.products import Reach
from pqc_migrate.inventory.capability import capabilities, statements
from pqc_migrate.model.inventory import Asset, Kind


def library(name: str, purl: str, version: str | None) -> Asset:
    return Asset.of(Kind.LIBRARY, name, name=name, purl=purl, version=version)


def test_a_distributions_package_says_who_else_decides():
    """The numbers are the makers', the patches the distribution's."""
    (found,) = capabilities(library("libssl3", "pkg:deb/debian/libssl3@3.0.19-1", "3.0.19-1"))
    assert (found.product, found.ml_kem, found.supported_until) == ("OpenSSL", Reach.NO, "2026-09-07")
    assert "distribution" in found.note
    assert found.source


@pytest.mark.parametrize(
    ("purl", "version", "expected"),
    [
        ("pkg:conan/openssl@3.5.0", "3.5.0", ["ML-KEM, since OpenSSL 3.5.0"]),
        ("pkg:conan/openssl@3.4.0", "3.4.0", ["no ML-KEM before OpenSSL 3.5.0"]),
        ("pkg:generic/openssl", ">=3.0", ["may have ML-KEM, since OpenSSL 3.5.0"]),
        ("pkg:generic/openssl", None, ["version not compared; ML-KEM in OpenSSL 3.5.0"]),
        ("pkg:pypi/rsa@4.9", "4.9", []),
        ("", "3.5.0", []),
    ],
)
def test_one_half_sentence_a_product(purl, version, expected):
    """Short enough for a column."""
    assert list(statements(library("x", purl, version))) == expected


def test_only_libraries_have_products():
    """An algorithm has no version."""
    assert capabilities(Asset.of(Kind.ALGORITHM, "RSA", size=2048)) == ()


def test_a_pointer_is_not_compared():
    """And the row says so."""
    (found,) = capabilities(library("bcprov", "pkg:maven/org.bouncycastle/bcprov@1.50", "1.50"))
    assert found.ml_kem is Reach.UNKNOWN
    assert "not compared" in found.note
