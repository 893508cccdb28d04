"""The records of binaries.toml hold together."""

import pytest

from pqc_migrate.catalog import binaries, libraries, packages, products


def test_a_version_text_begins_with_its_anchor() -> None:
    """Else the gate would lead to places where the text cannot be."""
    for text in binaries.versions():
        literal = text.text.pattern.replace(b"\\", b"")
        assert literal.startswith(text.anchor), text.anchor
        assert b"\0" not in text.anchor


def test_libraries_are_called_as_build_files_call_them() -> None:
    """The same package URL from a manifest and from a program is one component."""
    for name in ("openssl", "gnutls", "libgcrypt", "nettle", "nss", "mbedtls", "wolfssl", "libsodium", "botan"):
        library = binaries._table().libraries[name]
        assert library.purl == packages.purl("generic", name)
        assert packages.lookup("generic", name) is not None


@pytest.mark.parametrize(
    "name", ["openssl", "gnutls", "libgcrypt", "botan", "nss", "boringssl", "aws-lc", "openssh"]
)
def test_a_product_is_found_by_the_library_in_a_program(name: str) -> None:
    purl = binaries._table().libraries[name].asset("1.0").get("purl") or ""
    assert any(product.is_package(purl) for product in products.products())


def test_a_build_prefix_is_taken_off() -> None:
    assert binaries.without_prefix("nettle_sha256_init") == ("nettle", "sha256_init")
    assert "sha256_init" in libraries.load("c").rules
    assert binaries.without_prefix("EVP_sha256") == ("", "")


def test_random_numbers_of_the_system_are_silent() -> None:
    assert binaries.is_silent("system-random/call")
    assert binaries.is_silent("windows/random")
    assert not binaries.is_silent("openssl/random")
