"""What cipher strings allow with one version of OpenSSL, compared with this machine's OpenSSL."""

import random
import shutil
import ssl
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import cipher_strings, cipher_versions, suites

RUNNING = " ".join(ssl.OPENSSL_VERSION.split()[:2]).rpartition(".")[0]
RC4_SHA = ["TLS_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_RC4_128_SHA"]
BINARY = shutil.which("openssl") or ""
WRITTEN = [
    "HIGH:!aNULL:!MD5",
    "HIGH:!aNULL:@SECLEVEL=2",
    "DEFAULT@SECLEVEL=1",
    "DEFAULT:!AES",
    "HIGH:!DEFAULT",
    "EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH",
    "kEECDH+ECDSA+AES128 kEECDH+AES128 +SHA !aNULL !eNULL !LOW !3DES !MD5 !EXP !PSK !SRP !DSS",
    "ALL:!HIGH+FIPS:@STRENGTH",
    "SUITEB128:HIGH",
    "SUITEB192",
    "HIGH!aNULL-SHA",
    "HIGH_AND_MORE",
    "TLS_AES_128_GCM_SHA256:HIGH",
    "[AES128-SHA|HIGH]",
    "HIGH:@SECLEVEL=9",
]


def made(count: int) -> list[str]:
    """Return strings made of every operator, keyword and some suites, always the same ones."""
    chance = random.Random(20260415)
    names = [suite.spellings[0] for suite in suites.suites() if suite.spellings]
    words = [*sorted(cipher_strings.keywords() - {"PROFILE=SYSTEM"}), "CBC", "DEFAULT", "NO-SUCH-WORD"]

    def item() -> str:
        word = chance.choice([*words, *words, *names])
        more = chance.choice(["", "", "", "+" + chance.choice(words)])
        return chance.choice(["", "", "!", "-", "+"]) + word + more

    starts = ("HIGH", "ALL", "DEFAULT", "ALL:eNULL", "ECDHE", "MEDIUM")
    return [":".join([chance.choice(starts), *(item() for _ in range(chance.randrange(8)))]) for _ in range(count)]


def known(names: list[str]) -> set[str]:
    """Return IANA names of those suites below TLS 1.3 that the default build of the version has."""
    found = {suite.name for name in names if (suite := suites.find(name))}
    return found & cipher_versions.version(RUNNING).suites


def selected_by_openssl(text: str) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.set_ciphers(text)
    except ssl.SSLError:
        return set()
    return known([cipher["name"] for cipher in context.get_ciphers()])


def supported_by_openssl(text: str) -> set[str]:
    said = subprocess.run([BINARY, "ciphers", "-s", text], capture_output=True, text=True, check=False)
    return known(said.stdout.strip().split(":"))


@pytest.mark.skipif(
    RUNNING not in cipher_versions.names(), reason="the OpenSSL of this interpreter is not in the catalog"
)
def test_selects_what_this_openssl_selects() -> None:
    """Five hundred strings select the same suites here and in OpenSSL itself, before the security level."""
    available = selected_by_openssl("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    for text in (*WRITTEN, *made(500)):
        string = text if "@SECLEVEL" in text else f"{text}:@SECLEVEL=0"
        found = {suite.name for suite in cipher_versions.expand(string, RUNNING) or ()}
        if "@SECLEVEL" not in text:
            assert (text, found & available) == (text, selected_by_openssl(string))
        else:
            assert found & available <= selected_by_openssl(string)


@pytest.mark.skipif(not BINARY, reason="no openssl command")
@pytest.mark.skipif(
    RUNNING not in cipher_versions.names(), reason="the OpenSSL of this machine is not in the catalog"
)
@pytest.mark.parametrize("level", range(6))
def test_security_level_leaves_what_openssl_supports(level: int) -> None:
    """`openssl ciphers -s` and the rules here agree at every level on what needs no pre-shared key or password."""
    said = subprocess.run([BINARY, "version"], capture_output=True, text=True, check=True).stdout
    if not said.startswith(RUNNING):
        pytest.skip("the command is of another version than the interpreter's library")
    available = selected_by_openssl("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    for text in ("ALL:eNULL", "HIGH", "DEFAULT", "MEDIUM:SHA", *made(20)):
        string = f"{text}:@SECLEVEL={level}"
        allowed = cipher_versions.expand(string, RUNNING) or ()
        found = {suite.name for suite in allowed if "PSK" not in suite.exchange and suite.exchange != "kSRP"}
        assert (string, found & available) == (string, supported_by_openssl(string))


@pytest.mark.parametrize("version", cipher_versions.names())
def test_default_excludes_what_is_anonymous_or_not_encrypted(version: str) -> None:
    """No version offers such suites by default."""
    allowed = cipher_versions.expand("DEFAULT", version)
    assert allowed
    assert not [suite for suite in allowed if suite.authentication == "aNULL" or suite.cipher == "NULL"]


@pytest.mark.parametrize(
    ("version", "text", "expected"),
    [
        ("OpenSSL 1.0.2", "RC4+SHA:!kECDHr:!PSK:!aNULL:!ECDSA:!kECDHe", RC4_SHA),
        ("OpenSSL 1.0.2", "HIGH:@SECLEVEL=2", None),
        ("OpenSSL 1.1.1", "RC4", None),
        ("OpenSSL 3.0", "aRSA+AESCCM8:!DHE", ["TLS_RSA_WITH_AES_128_CCM_8", "TLS_RSA_WITH_AES_256_CCM_8"]),
        ("OpenSSL 3.5", "aRSA+AESCCM8:!DHE", []),
        ("OpenSSL 3.0", "CBC:!HIGH:!MEDIUM:!NULL", None),
        ("OpenSSL 3.0", "ecdhe-rsa-aes128-gcm-sha256", None),
        ("OpenSSL 4.0", "ecdhe-rsa-aes128-gcm-sha256", ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
        ("OpenSSL 3.0", "NULL-SHA", []),
        ("OpenSSL 3.0", "NULL-SHA@SECLEVEL=0", ["TLS_RSA_WITH_NULL_SHA"]),
    ],
)  # fmt: skip
def test_versions_differ(version: str, text: str, expected: list[str] | None) -> None:
    """Suites, levels, words and strengths changed; a string that selects nothing is refused."""
    found = cipher_versions.expand(text, version)
    assert (found if found is None else [suite.name for suite in found]) == expected


def test_details_say_what_matters_for_migration() -> None:
    """Key exchange, authentication and encryption in families; what has no forward secrecy and what is weak."""
    assert dict(cipher_versions.details("HIGH:!aNULL:!MD5:!DSS")) == {
        "expanded-with": "OpenSSL 3.0 (default build); the same with 1.1.1",
        "allows": "key exchange ECDHE, DHE, RSA; authentication ECDSA, RSA; "
        "encryption ChaCha20-Poly1305, AES-GCM, AES-CCM, AES-CCM8, AES-CBC, ARIA-GCM, Camellia-CBC",
        "without-forward-secrecy": "RSA",
        "weak-encryption": "none",
    }
    strict = dict(cipher_versions.details("EECDH+AESGCM:!aNULL"))
    assert strict["without-forward-secrecy"] == "none"
    assert strict["expanded-with"].endswith("the same with 1.0.2, 1.1.1, 3.5, 4.0")


def test_program_that_appends_exclusions_is_followed() -> None:
    """mod_ssl adds its own exclusions to every string."""
    details = dict(cipher_versions.details("ALL:eNULL:@SECLEVEL=0", ":!aNULL:!eNULL:!EXP"))
    assert details["weak-encryption"] == "IDEA-CBC"
    assert "none" not in details["allows"]


@pytest.mark.parametrize(
    "text", ["[HIGH|LOW]", "NO-SUCH", "", "PROFILE=SYSTEM", "PROFILE=SYSTEM:HIGH", "HIGH:@STRONG"]
)
def test_no_details_of_what_openssl_refuses_or_another_program_means(text: str) -> None:
    """BoringSSL's groups, Red Hat's profiles and errors are not explained with rules that do not hold for them."""
    assert cipher_versions.details(text) == ()


@settings(deadline=None)
@given(
    st.text(alphabet="!-+@:;, AESHIGHDEFAULT=0123.ÿ[]|\x00", max_size=60), st.sampled_from(cipher_versions.names())
)
def test_never_raises(text: str, version: str) -> None:
    """Any text is worked through."""
    cipher_versions.expand(text, version)
    cipher_versions.details(text)
