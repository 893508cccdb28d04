"""The list of cryptographic packages, and package URLs by the purl specification."""

import pytest

from pqc_migrate.catalog import packages


@pytest.mark.parametrize("ecosystem", packages.ECOSYSTEMS)
def test_every_record_says_what_it_is_and_where_that_is_said(ecosystem):
    """Sorted, so that a reviewer sees a double entry."""
    table = packages._table(ecosystem)
    records = [*table.exact.values(), *(package for _, _, package in table.patterns)]
    assert records
    for package in records:
        assert package.what
        assert package.source
    names = list(table.exact)
    assert names == sorted(names, key=str.lower)


@pytest.mark.parametrize(
    ("ecosystem", "name", "known"),
    [
        ("pypi", "PyJWT", True),
        ("pypi", "argon2_cffi", True),
        ("pypi", "Argon2.CFFI", True),
        ("pypi", "jwt", False),
        ("pypi", "requests", False),
        ("npm", "@noble/curves", True),
        ("npm", "@noble", False),
        ("npm", "elliptic", True),
        ("npm", "Elliptic", False),
        ("maven", "org.bouncycastle:bcprov-jdk15to18", True),
        ("maven", "org.bouncycastle.x:y", False),
        ("maven", "io.netty:netty-tcnative-boringssl-static", True),
        ("maven", "io.netty:netty-buffer", False),
        ("golang", "github.com/golang-jwt/jwt/v5", True),
        ("golang", "github.com/golang-jwt/jwt", True),
        ("golang", "golang.org/x/crypto", True),
        ("golang", "golang.org/x/net", False),
    ],
)
def test_a_package_is_found_by_any_spelling_its_ecosystem_takes_for_the_same(ecosystem, name, known):
    """And by no other."""
    assert (packages.lookup(ecosystem, name) is not None) is known


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "purl"),
    [
        ("pypi", "PyNaCl", "1.5.0", "pkg:pypi/pynacl@1.5.0"),
        ("pypi", "argon2_cffi", None, "pkg:pypi/argon2-cffi"),
        ("pypi", "rsa", "4.9+local.1", "pkg:pypi/rsa@4.9%2Blocal.1"),
        ("npm", "@noble/curves", "1.2.3", "pkg:npm/%40noble/curves@1.2.3"),
        ("npm", "elliptic", "6.5.4", "pkg:npm/elliptic@6.5.4"),
        ("maven", "org.bouncycastle:bcprov-jdk18on", "1.78", "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78"),
        ("golang", "golang.org/x/crypto", "v0.31.0", "pkg:golang/golang.org/x/crypto@v0.31.0"),
        ("golang", "github.com/ProtonMail/gopenpgp/v2", None, "pkg:golang/github.com/protonmail/gopenpgp/v2"),
    ],
)
def test_a_package_url_is_written_as_its_type_asks(ecosystem, name, version, purl):
    """Lower case where the type says so, encoded where it must be, without a version that is not pinned."""
    assert packages.purl(ecosystem, name, version) == purl
