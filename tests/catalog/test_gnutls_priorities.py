"""What is left of a GnuTLS priority string in the end."""

import ctypes

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


class _Library:
    """The installed GnuTLS, asked what it makes of a priority string."""

    LISTS = (
        ("version", "gnutls_priority_protocol_list", "gnutls_protocol_get_name"),
        ("cipher", "gnutls_priority_cipher_list", "gnutls_cipher_get_name"),
        ("exchange", "gnutls_priority_kx_list", "gnutls_kx_get_name"),
        ("group", "gnutls_priority_group_list", "gnutls_group_get_name"),
    )

    def __init__(self) -> None:
        try:
            self.library = ctypes.CDLL("libgnutls.so.30")
        except OSError:
            pytest.skip("GnuTLS is not installed")
        self.library.gnutls_check_version.restype = ctypes.c_char_p
        release = self.library.gnutls_check_version(None).decode().split(".")
        if release[:2] not in (["3", "7"], ["3", "8"]):
            pytest.skip("a GnuTLS whose lists were not read")

    def left(self, text: str) -> dict[str, list[str]] | None:
        """Return the names of each class, or None when the library refuses the string."""
        priority = ctypes.c_void_p()
        if self.library.gnutls_priority_init(ctypes.byref(priority), text.encode(), None) != 0:
            return None
        found = {}
        for kind, lister, namer in self.LISTS:
            numbers = ctypes.POINTER(ctypes.c_uint)()
            count = getattr(self.library, lister)(priority, ctypes.byref(numbers))
            name = getattr(self.library, namer)
            name.restype = ctypes.c_char_p
            found[kind] = [name(numbers[index]).decode() for index in range(max(0, count))]
        return found


@pytest.mark.parametrize(
    "text",
    [
        "NORMAL", "SECURE128", "SECURE192", "SECURE256", "PFS", "PERFORMANCE", "SUITEB128", "SUITEB192", "LEGACY",
        "NORMAL:-VERS-TLS-ALL:+VERS-TLS1.2:+VERS-TLS1.3", "SECURE192:-VERS-ALL:+VERS-TLS1.3:%SERVER_PRECEDENCE",
        "NONE:+VERS-TLS1.2:+AES-256-GCM:+ECDHE-RSA:+AEAD:+SIGN-ALL:+GROUP-ALL:+COMP-NULL",
        "NORMAL:-KX-ALL:+DHE-RSA:-GROUP-EC-ALL", "SECURE128:+SECURE192:-CIPHER-ALL:+CHACHA20-POLY1305",
        "normal:-cipher-all:+aes-128-cbc:!VERS-TLS1.0:+3DES-CBC", "PFS:-GROUP-ALL:+CURVE-X25519:-VERS-DTLS-ALL",
    ],
)  # fmt: skip
def test_agrees_with_the_library(text: str) -> None:
    """What is left is what the installed GnuTLS says, but for what TLS 1.3 does not use."""
    expected = _Library().left(text)
    assert expected is not None
    meaning = read(text)
    only_tls13 = expected["version"] == ["TLS1.3"]
    for kind in ("version", "group"):
        assert [one.name for one in meaning.of(kind)] == expected[kind]
    if not only_tls13:
        assert [one.name for one in meaning.of("cipher")] == expected["cipher"]
        assert [one.name for one in meaning.of("exchange")] == expected["exchange"]
    else:
        assert {one.name for one in meaning.of("cipher")} < set(expected["cipher"])


@pytest.mark.parametrize("text", ["NORMAL:+NO-SUCH", "NORMAL:AES-128-GCM", "NONE:+VERS-TLS1.2", "SECURE:%NO_SUCH"])
def test_refuses_what_the_library_refuses(text: str) -> None:
    """A string that GnuTLS does not take is not one that something is negotiated by."""
    assert _Library().left(text) is None
    assert read(text).unknown or not read(text).negotiates
