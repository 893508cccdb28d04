"""Cipher strings: what they select, compared with the OpenSSL of this interpreter where it can be asked."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms, cipher_strings, suites, toml

KEYWORDS = toml.read(toml.root() / "cipher_keywords.toml")["keyword"]
SURE = sorted(name for name, record in KEYWORDS.items() if "maybe" not in record)


def selected_by_openssl(text: str) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.set_ciphers(text)
    except ssl.SSLError:
        return set()
    found = {cipher["name"] for cipher in context.get_ciphers()}
    return {suite.name for name in found if (suite := suites.find(name)) and suite.exchange}


EVERYTHING = selected_by_openssl("ALL:COMPLEMENTOFALL:@SECLEVEL=0")


def named(text: str) -> list[str]:
    found = cipher_strings.read(text).named
    return [algorithms.name(one.suite.asset if one.suite else one.asset) for one in found if one.suite or one.asset]


@pytest.mark.skipif(not ssl.OPENSSL_VERSION.startswith("OpenSSL"), reason="this interpreter's TLS is no OpenSSL")
@pytest.mark.parametrize("keyword", SURE)
def test_keyword_reaches_what_openssl_selects_by_it(keyword: str) -> None:
    """Among the suites this OpenSSL has, an exclusion removes exactly those that the keyword selects there."""
    candidates = ":".join(sorted(EVERYTHING))
    kept = set(named(f"{candidates}:!{keyword}"))
    assert EVERYTHING - kept == selected_by_openssl(f"{keyword}:@SECLEVEL=0")


def test_excluded_algorithm_is_not_selected() -> None:
    """HIGH:!aNULL:!MD5 selects by class and names nothing."""
    meaning = cipher_strings.read("HIGH:!aNULL:!MD5")
    assert meaning.named == ()
    assert meaning.selects_by_class
    assert meaning.keywords == ("HIGH", "!aNULL", "!MD5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA:!3DES", ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
        ("RC4:HIGH:!RC4", []),
        ("AES128-SHA:-AES128-SHA", []),
        ("AES128-SHA:-SHA:AES128-SHA", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
        ("!AES128-SHA:AES128-SHA", []),
        ("ALL:+RC4", []),
        ("AES256+AESGCM", ["AES-256-GCM"]),
        ("EECDH+AESGCM:!EECDH", []),
        ("DEFAULT@SECLEVEL=2", []),
        ("[AES128-SHA|AES256-SHA]", ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"]),
        ("AES128-SHA AES128-SHA,AES128-SHA", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
    ],
)
def test_operators_work_from_left_to_right(text: str, expected: list[str]) -> None:
    """Names add, - removes, ! removes for good, + only moves."""
    assert named(text) == expected


def test_class_that_changed_between_versions_makes_a_suite_unsure() -> None:
    """MEDIUM holds 3DES since OpenSSL 1.1.0 and did not before."""
    (one,) = cipher_strings.read("DES-CBC3-SHA:!MEDIUM").named
    assert not one.sure
    (one,) = cipher_strings.read("AES128-SHA:!MEDIUM").named
    assert one.sure


def test_security_level_is_read() -> None:
    """@SECLEVEL is a level, not a cipher."""
    meaning = cipher_strings.read("DEFAULT@SECLEVEL=2")
    assert meaning.security_level == 2
    assert meaning.unknown == ()


def test_unknown_items_are_said_by_their_place() -> None:
    """What nobody knows is neither selected nor silently passed over."""
    assert cipher_strings.read("HIGH:FOO:!BAR").unknown == (5, 9)


@settings(deadline=None)
@given(st.text(alphabet="!-+@:|[] ,AES128GCMRC4SHAHIGH=ÿ\\\x00", max_size=60))
def test_never_raises_and_keeps_its_places(text: str) -> None:
    """Any text is read; every place lies inside it."""
    meaning = cipher_strings.read(text)
    assert all(0 <= offset < len(text) for offset in meaning.unknown)
    assert all(0 <= one.offset < len(text) for one in meaning.named)
