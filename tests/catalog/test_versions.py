"""Versions of distributions and package managers beside a product's own numbers."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog.versions import allowed, release

NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


def compared(ecosystem, version, minimum):
    return release(ecosystem, version).compared(release("", minimum))


@pytest.mark.parametrize(
    ("ecosystem", "version", "minimum", "expected"),
    [
        ("deb", "3.5.4-1~deb13u1", "3.5.0", 1),
        ("deb", "3.0.19-1~deb12u2", "3.5.0", -1),
        ("deb", "1:9.2p1-2+deb12u6", "9.9", -1),
        ("deb", "1:9.9p2-1", "9.9", 0),
        ("deb", "17.0.15+6-1~deb12u1", "24", -1),
        ("deb", "8u442-ga-2", "24", -1),
        ("deb", "3.5.0~beta1-1", "3.5.0", None),
        ("deb", "3.4.9~beta1-1", "3.5.0", -1),
        ("rpm", "1:3.5.1-7.el9", "3.5.0", 1),
        ("rpm", "3.5.0-1.fc43", "3.5.0", 0),
        ("rpm", "1:1.1.1k-14.el8_6", "3.5.0", -1),
        ("apk", "3.5.1-r0", "3.5.0", 1),
        ("apk", "9.9_p2-r1", "9.9", 0),
        ("apk", "9.9_rc2-r1", "9.9", None),
        ("pypi", "48.0.0rc1", "48.0.0", None),
        ("pypi", "1!2.0", "48.0.0", -1),
        ("cargo", "0.23.27-alpha.1", "0.23.27", None),
        ("cargo", "0.23.27", "0.23.27", 0),
        ("golang", "v1.24.0", "1.24", 0),
        ("maven", "1.79", "1.79.0", 0),
        ("conan", "1.1.1w", "1.1.1", 0),
        ("bazel", "20250114.0", "3.5.0", None),
    ],
)
def test_a_version_is_compared_by_the_products_own_numbers(ecosystem, version, minimum, expected):
    """Epoch and revision are the distribution's; what may come before its numbers decides nothing."""
    assert compared(ecosystem, version, minimum) == expected


@pytest.mark.parametrize(
    ("ecosystem", "version"),
    [
        ("golang", "v0.0.0-20240101000000-abcdef012345"),
        ("npm", "latest"),
        ("maven", "${v}"),
        ("pypi", ""),
        ("x", "9" * 99),
    ],
)
def test_what_has_no_numbers_is_not_compared(ecosystem, version):
    """A pseudo-version of a module without tags is as new as its commit."""
    assert release(ecosystem, version) is None


@pytest.mark.skipif(not shutil.which("dpkg"), reason="no dpkg here")
@given(one=NUMBERS, two=NUMBERS)
def test_numbers_compare_as_dpkg_compares_them(one, two):
    """Where nothing but numbers differs; trailing zeros count for dpkg, so both have as many."""
    parts = max(one.count("."), two.count(".")) + 1
    padded = [version + ".0" * (parts - version.count(".") - 1) for version in (one, two)]
    outcome = compared("deb", f"1:{padded[0]}-3", padded[1])
    operator = {-1: "lt", 0: "eq", 1: "gt"}[outcome]
    assert (
        subprocess.run(["dpkg", "--compare-versions", padded[0], operator, padded[1]], check=False).returncode == 0
    )


@pytest.mark.parametrize(
    ("ecosystem", "constraint", "low", "high"),
    [
        ("pypi", ">=42,<46", "42", "46"),
        ("pypi", "~=48.1", "48.1", "49"),
        ("pypi", "==48.*", "48", "49"),
        ("cargo", "0.23", "0.23", "0.24"),
        ("cargo", "1", "1", "2"),
        ("cargo", ">=0.10, <0.12", "0.10", "0.12"),
        ("npm", "^1.2.3", "1.2.3", "2"),
        ("npm", "~1.3", "1.3", "1.4"),
        ("npm", "1.x", "1", "2"),
        ("npm", "1.2.3 - 2.0", "1.2.3", "2.0"),
        ("npm", "^1.2 || ^3.0", "1.2", "4"),
        ("npm", "*", None, None),
        ("gem", "~> 2.8", "2.8", "3"),
        ("gem", "~> 2.8.1", "2.8.1", "2.9"),
        ("maven", "[1.0,2.0)", "1.0", "2.0"),
        ("maven", "[1.5]", "1.5", "1.5"),
        ("maven", "(,1.0]", None, "1.0"),
        ("hex", "~> 1.2 or ~> 2.0", "1.2", "3"),
        ("conda", "=3.0.7", "3.0.7", "3.0.8"),
        ("apk", "~3.1", "3.1", "3.2"),
    ],
)
def test_a_range_is_read_by_its_bounds(ecosystem, constraint, low, high):
    """As each package manager documents them."""
    found = allowed(ecosystem, constraint)
    assert (found.low.numbers if found.low else None) == (release("", low).numbers if low else None)
    assert (found.high.numbers if found.high else None) == (release("", high).numbers if high else None)


@pytest.mark.parametrize("constraint", ["", "latest", "${v}", "git", ">=foo", "1.0 beta"])
def test_a_constraint_that_is_not_understood_is_no_range(constraint):
    """Rather than one with the wrong bounds."""
    assert allowed("npm", constraint) is None


@given(
    ecosystem=st.sampled_from(["deb", "rpm", "apk", "npm", "pypi", ""]),
    text=st.text("0123456789.~^<>=-[](),|x* a", max_size=20),
)
def test_any_text_is_survived(ecosystem, text):
    """Versions come from files of anybody."""
    release(ecosystem, text)
    allowed(ecosystem, text)
