"""What is left of a GnuTLS priority string in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.gnutls_priorities import CLASSES, read


def left(text: str, kind: str) -> list[str]:
    return [one.name for one in read(text).of(kind)]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("SECURE192:-VERS-ALL:+VERS-TLS1.3", "version", ["TLS1.3"]),
        ("SECURE192:-VERS-ALL:+VERS-TLS1.3", "cipher", ["AES-256-GCM", "CHACHA20-POLY1305"]),
        ("SECURE192:-VERS-ALL:+VERS-TLS1.3", "exchange", []),
        ("SECURE192:-VERS-ALL:+VERS-TLS1.3", "group", ["SECP384R1", "SECP521R1", "FFDHE8192"]),
        ("NORMAL:-VERS-TLS-ALL:+VERS-TLS1.2:+VERS-TLS1.3", "version", ["DTLS1.2", "DTLS1.0", "TLS1.2", "TLS1.3"]),
        ("normal:-vers-tls1.0:!VERS-TLS1.1", "version", ["TLS1.3", "TLS1.2", "DTLS1.2", "DTLS1.0"]),
        ("NONE:+VERS-TLS1.2:+AES-128-CBC:+ECDHE-RSA:+SHA1", "group", []),
        ("NONE:+VERS-TLS1.2:+AES-128-CBC:+ECDHE-RSA:+SHA1", "mac", ["SHA1"]),
        ("NONE:+VERS-TLS1.2:+AES-128-CBC:+ECDHE-RSA:+SHA1", "exchange", ["ECDHE-RSA"]),
        ("NONE:+SECURE128:-CIPHER-ALL:+AES-256-GCM", "cipher", ["AES-256-GCM"]),
        ("SECURE256:+SECURE128:-GROUP-DH-ALL", "group", ["SECP384R1", "SECP521R1", "SECP256R1", "X25519", "X448"]),
        ("PFS", "exchange", ["ECDHE-ECDSA", "ECDHE-RSA", "DHE-RSA"]),
        ("SUITEB128", "version", ["TLS1.2"]),
        ("NORMAL:+ARCFOUR-128:-ARCFOUR-128", "cipher", left("NORMAL", "cipher")),
        ("NORMAL:-GROUP-ALL:+CURVE-X25519", "group", ["X25519"]),
        ("NORMAL:+GROUP-X25519-MLKEM768:-GROUP-DH-ALL:-GROUP-EC-ALL", "group", ["X25519-MLKEM768"]),
        ("NORMAL, +COMP-NULL, -CTYPE-OPENPGP, %SERVER_PRECEDENCE", "exchange", left("NORMAL", "exchange")),
    ],
)  # fmt: skip
def test_what_is_left(text: str, kind: str, expected: list[str]) -> None:
    """Words work from left to right; what is taken away is not there."""
    assert left(text, kind) == expected
    assert read(text).unknown == ()


def test_named_words_have_their_place() -> None:
    """A word of the string is told from what a keyword brings."""
    groups = read("NORMAL:+GROUP-X25519-MLKEM768").of("group")
    assert [(one.name, one.offset) for one in groups if one.offset is not None] == [("X25519-MLKEM768", 7)]
    assert algorithms.name(groups[-1].asset) == "X25519MLKEM768"


def test_words_that_are_none() -> None:
    """A word that GnuTLS would refuse is named by its place; what refers to the system's files is said."""
    assert read("NORMAL:+NO-SUCH:AES-128-GCM").unknown == (7, 16)
    assert read("@SYSTEM:-VERS-TLS1.0").system
    assert not read("NONE:+VERS-TLS1.2").negotiates
    assert read("NORMAL").negotiates


def test_every_algorithm_behind_a_keyword_is_known() -> None:
    """Nothing behind a keyword is left out; AEAD says that the cipher has a tag of its own."""
    for level in ("NORMAL", "SECURE128", "SECURE192", "PFS", "PERFORMANCE", "SUITEB128", "SUITEB192", "LEGACY"):
        for one in read(level).chosen:
            assert one.asset is not None or one.name in ("AEAD", "DTLS1.0", "DTLS1.2"), one


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["NORMAL", "+", "-", "!", ":", "VERS-ALL", "%X", "@"])).map("".join)
)
def test_reads_anything(text: str) -> None:
    """No string raises, and what is left has a known class."""
    assert {one.of for one in read(text).chosen} <= set(CLASSES)
