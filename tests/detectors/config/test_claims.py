"""What a finding of a configuration file claims beyond its name: confidence, reason, provenance, parts, details."""

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.config import java_security, nginx, openssh, openssl_cnf
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Kind, Skip, Technique
from pqc_migrate.model.target import SourceFile


def findings(detector: Detector, text: str, path: str = "x") -> list[Finding]:
    found = detector.detect(SourceFile(path, text.encode()))
    return [one for one in found if isinstance(one, Finding)]


def diagnostics(detector: Detector, data: bytes) -> list[Diagnostic]:
    return [one for one in detector.detect(SourceFile("x", data)) if isinstance(one, Diagnostic)]


def test_open_cipher_string_depends_on_the_runtime() -> None:
    """HIGH:!aNULL:!MD5 is TLS whose suites the library decides; MD5 is not there."""
    (found,) = findings(nginx.DETECTOR, "ssl_ciphers HIGH:!aNULL:!MD5@SECLEVEL=1;")
    assert found.asset.kind is Kind.PROTOCOL
    assert dict(found.details) == {
        "negotiates": "depends on runtime",
        "cipher-keywords": "HIGH:!aNULL:!MD5",
        "security-level": "1",
        "expanded-with": "OpenSSL 3.0 (default build); the same with 1.1.1",
        "allows": "key exchange ECDHE, DHE, RSA; authentication ECDSA, RSA, DSA; "
        "encryption ChaCha20-Poly1305, AES-GCM, AES-CCM, AES-CCM8, AES-CBC, ARIA-GCM, Camellia-CBC",
        "without-forward-secrecy": "RSA",
        "weak-encryption": "none",
    }
    assert [(one.parameter, one.how) for one in found.provenance] == [("suite", "runtime")]


def test_suite_brings_its_parts() -> None:
    """A named suite is one asset, related to the algorithms it is made of."""
    (found,) = findings(nginx.DETECTOR, "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384;")
    assert [(how, algorithms.name(part)) for how, part in found.related] == [
        ("component", "ECDH"),
        ("component", "RSA"),
        ("component", "AES-256-GCM"),
        ("component", "TLS-PRF-SHA-384"),
    ]
    assert [(one.parameter, one.how) for one in found.provenance] == [("suite", "literal")]
    assert found.technique is Technique.CONFIG


def test_tls13_suite_in_a_cipher_string_is_unsure() -> None:
    """OpenSSL ignores suites of TLS 1.3 there and keeps its own list."""
    (found,) = findings(nginx.DETECTOR, "ssl_ciphers TLS_AES_128_GCM_SHA256;")
    assert found.confidence <= 0.5
    assert "TLS 1.3" in found.reason


def test_listener_says_who_decides_about_hybrids() -> None:
    """Without groups beside it, the version of OpenSSL decides; with them, the file does."""
    (bare,) = findings(nginx.DETECTOR, "http { server { listen 443 ssl; } }")
    assert dict(bare.details)["hybrid-by-default-since"] == "OpenSSL 3.5.0"
    inherited = findings(nginx.DETECTOR, "http { ssl_ecdh_curve X25519; server { listen 443 ssl; } }")
    assert inherited[1].details == ()
    elsewhere = findings(nginx.DETECTOR, "http { server { ssl_ecdh_curve X25519; } server { listen 443 ssl; } }")
    assert dict(elsewhere[1].details)["negotiates"] == "depends on runtime"


def test_no_hybrid_without_tls13() -> None:
    """A server without TLS 1.3 cannot negotiate a hybrid group; of several lists the innermost one holds."""
    text = "http { ssl_protocols TLSv1.2 TLSv1.3; server { listen 1 ssl; ssl_protocols TLSv1.2; } }"
    old = findings(nginx.DETECTOR, text)
    listener = next(one for one in old if one.rule == "nginx/listen")
    assert "not without TLS 1.3" in dict(listener.details)["hybrid"]
    new = findings(nginx.DETECTOR, "http { ssl_protocols TLSv1.2; server { listen 1 ssl; ssl_protocols $v; } }")
    listener = next(one for one in new if one.rule == "nginx/listen")
    assert "hybrid" not in dict(listener.details)


def test_upstream_groups_are_not_the_servers() -> None:
    """ssl_ecdh_curve is about clients of nginx; connections to upstreams have their own command."""
    server = findings(nginx.DETECTOR, "server { ssl_ecdh_curve X25519; proxy_pass https://a; }")
    assert dict(server[1].details)["negotiates"] == "depends on runtime"
    upstream = findings(nginx.DETECTOR, "server { proxy_ssl_conf_command Groups X25519; proxy_pass https://a; }")
    assert upstream[1].details == ()


def test_template_is_less_sure() -> None:
    """Both branches of a template are seen, as text and with less confidence."""
    plain = findings(nginx.DETECTOR, "ssl_protocols TLSv1.2;")
    templated = findings(nginx.DETECTOR, "{% if a %}\nssl_protocols TLSv1.2;\n{% endif %}")
    assert templated[0].technique is Technique.TEXT
    assert templated[0].confidence < plain[0].confidence
    assert "template" in templated[0].reason


def test_exchange_hash_is_a_detail() -> None:
    """Group 14 with SHA-1 and with SHA-256 is one group; the hash of the exchange is told."""
    text = "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group14-sha256"
    first, second = findings(openssh.DETECTOR, text)
    assert first.asset == second.asset
    assert dict(first.details) == {"exchange-hash": "SHA-1"}
    assert dict(second.details) == {"exchange-hash": "SHA-256"}


def test_changed_list_leaves_the_rest_to_the_runtime() -> None:
    """+ names what is added, and the program's own list stays its own."""
    rest, added = findings(openssh.DETECTOR, "KexAlgorithms +diffie-hellman-group1-sha1")
    assert dict(rest.details)["hybrid-by-default-since"] == "OpenSSH 9.0"
    assert algorithms.name(added.asset) == "FFDH-modp1024"


def test_rsa_limit_is_no_key() -> None:
    """RequiredRSASize limits keys; it does not say that one of this size exists."""
    (found,) = findings(openssh.DETECTOR, "RequiredRSASize 3072")
    assert found.asset.get("size") is None
    assert dict(found.details) == {"minimum-size": "3072"}
    assert found.confidence <= 0.5


def test_unreferenced_tls_section_is_less_sure() -> None:
    """A section that openssl_conf does not lead to takes effect only for programs that name it."""
    (loose,) = findings(openssl_cnf.DETECTOR, "[any]\nMinProtocol = TLSv1.2\n")
    text = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = any\n[any]\nMinProtocol = TLSv1.2\n"
    (reached,) = findings(openssl_cnf.DETECTOR, text)
    assert loose.confidence < reached.confidence
    assert dict(reached.details) == {"bound": "minimum", "negotiates": "depends on runtime"}


def test_variable_says_where_its_value_stands() -> None:
    """A value that comes from a variable of the file has the variable's line as provenance."""
    (found,) = findings(openssl_cnf.DETECTOR, "bits = 4096\n\n[req]\ndefault_bits = $bits\n")
    assert found.location.line == 4
    assert [(one.parameter, one.how, one.line) for one in found.provenance] == [("size", "constant", 1)]


def test_disabled_algorithms_are_a_detail_of_tls() -> None:
    """A disabled algorithm is not used; unknown words of the list are not repeated."""
    value = "SSLv3, RC4, DH keySize < 1024, secretword, SHA1 denyAfter 2019-01-01"
    (found,) = findings(java_security.DETECTOR, f"jdk.tls.disabledAlgorithms={value}")
    assert algorithms.name(found.asset) == "TLS"
    assert dict(found.details)["disables"] == "SSLv3, RC4, DH keySize < 1024"


def test_wide_encodings_are_said_not_to_be_read() -> None:
    """None of these programs reads UTF-16; the file is named and not guessed at."""
    for detector in (nginx.DETECTOR, openssh.DETECTOR, openssl_cnf.DETECTOR, java_security.DETECTOR):
        (found,) = diagnostics(detector, "ssl_protocols TLSv1.2;".encode("utf-16"))
        assert found.skip is Skip.ENCODING


@pytest.mark.parametrize(
    ("detector", "text"),
    [
        (nginx.DETECTOR, "ssl_ciphers " + "AES128-SHA:" * 100_000 + ";"),
        (openssh.DETECTOR, "Ciphers " + "aes128-ctr," * 100_000),
        (openssl_cnf.DETECTOR, "[a]\nCipherString = " + "RSA+" * 300_000),
        (java_security.DETECTOR, "jdk.tls.namedGroups=" + "a," * 500_000),
    ],
)
def test_endless_value_is_not_read(detector: Detector, text: str) -> None:
    """A value that is longer than any real one is said to be skipped."""
    assert findings(detector, text) == []
    (found,) = diagnostics(detector, text.encode())
    assert "longer" in found.message
