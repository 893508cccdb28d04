"""What the reader of `catalog/settings/*.toml` adds: conditions, defaults, several settings of one key."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms, languages, settings
from pqc_migrate.detectors.config import DETECTORS
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Diagnostic, Finding, Technique
from pqc_migrate.model.target import SourceFile

GATE = Gate(frozenset().union(*(detector.anchors() for detector in DETECTORS)))


def read(path: str, text: str) -> list[Finding | Diagnostic]:
    data = text.encode()
    file = SourceFile(path, data, languages.of(path.rpartition("/")[2], data), hits=GATE.hits(data))
    return [one for detector in DETECTORS if detector.wants(file) for one in detector.detect(file)]


def findings(path: str, text: str) -> list[Finding]:
    return [one for one in read(path, text) if isinstance(one, Finding)]


def named(path: str, text: str) -> list[str]:
    return [algorithms.name(one.asset) for one in findings(path, text)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("postgresql.conf", "ssl_ciphers = AES128-SHA\n", ["TLS_RSA_WITH_AES_128_CBC_SHA"]),
        ("postgresql.conf", "ssl = off\nssl_ciphers = AES128-SHA\n", []),
        ("application.yml", "server.ssl: {enabled: false, enabled-protocols: [TLSv1.1]}\n", []),
        ("redis.conf", "tls-port 0\n", []),
        ("mongod.conf", "net:\n  tls: {mode: disabled, allowInvalidCertificates: true}\n", []),
    ],
)
def test_what_is_switched_off_is_not_used(path: str, text: str, expected: list[str]) -> None:
    """A cipher list beside a switch that is off negotiates nothing."""
    assert named(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "postgresql.conf",
            "password_encryption = md5\nPassword_Encryption = 'scram-sha-256'\n",
            "PBKDF2-HMAC-SHA-256",
        ),
        ("my.cnf", "[mysqld]\ntls-version=TLSv1\n[client]\n[mysqld]\ntls_version=TLSv1.2\n", "TLSv1.2"),
        ("redis.conf", 'tls-protocols "TLSv1.1"\ntls-protocols "TLSv1.3"\n', "TLSv1.3"),
    ],
)
def test_the_last_of_several_values_holds(path: str, text: str, expected: str) -> None:
    """A value that a later line replaces is not used, however the key is spelled."""
    assert named(path, text) == [expected]


def test_branches_of_a_template_all_count() -> None:
    """Which of them is written the template decides."""
    text = "{% if a %}\npassword_encryption = md5\n{% else %}\npassword_encryption = scram-sha-256\n{% endif %}\n"
    assert named("postgresql.conf.j2", text) == ["MD5", "PBKDF2-HMAC-SHA-256"]


@pytest.mark.skipif(shutil.which("postgres") is None, reason="PostgreSQL's server is not installed")
@pytest.mark.parametrize(
    "text",
    [
        "password_encryption = md5\n", "PASSWORD_ENCRYPTION md5 # x\n", "password_encryption='scram-sha-256'\n",
        "password_encryption = md5\npassword_encryption = scram-sha-256\n", "#password_encryption = md5\n",
    ],
)  # fmt: skip
def test_postgresql_itself_reads_the_same(tmp_path: Path, text: str) -> None:
    """The server prints the value that it takes from a file."""
    (tmp_path / "postgresql.conf").write_text(text)
    command = ["postgres", "-C", "password_encryption", "-D", str(tmp_path)]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        pytest.skip(f"the server does not answer here: {asked.stderr.strip()}")
    meaning = {"md5": "MD5", "scram-sha-256": "PBKDF2-HMAC-SHA-256"}
    found = named("postgresql.conf", text)
    assert found == ([] if text.startswith("#") else [meaning[asked.stdout.strip()]])


def test_default_of_a_placeholder_is_less_sure() -> None:
    """Spring reads TLSv1.2 unless the environment says otherwise; without a default nothing is known."""
    (found,) = findings("application.yml", "server.ssl.enabled-protocols: ${TLS:TLSv1.2}\n")
    assert (algorithms.name(found.asset), found.confidence) == ("TLSv1.2", 0.5)
    assert "environment" in found.reason
    assert found.technique is Technique.CONFIG
    (unknown,) = read("application.yml", "server.ssl.enabled-protocols: ${TLS}\n")
    assert isinstance(unknown, Diagnostic)
    assert findings("application.yml", "server.ssl.enabled-protocols: ${A:x}TLSv1.1,TLSv1.2\n") == []


def test_own_variables_make_no_template() -> None:
    """A variable elsewhere in the file does not lower what is written out."""
    text = "name: ${NAME}\nserver.ssl.enabled-protocols: TLSv1.3\n"
    assert [one.confidence for one in findings("application.yml", text)] == [0.95]


def test_switched_off_versions_are_said_and_not_found() -> None:
    """MongoDB names what it refuses; TLS 1.0 is not in the inventory for it."""
    (found,) = findings("mongod.conf", "net:\n  tls:\n    disabledProtocols: TLS1_0,TLS1_1\n")
    assert algorithms.name(found.asset) == "TLS"
    assert dict(found.details) == {"negotiates": "depends on runtime", "disables": "TLSv1.0, TLSv1.1"}


def test_unchecked_host_name_is_not_an_unchecked_certificate() -> None:
    """An empty ssl.endpoint.identification.algorithm still checks the chain."""
    (found,) = findings("client.properties", "ssl.endpoint.identification.algorithm=\n")
    assert dict(found.details) == {"hostname-verification": "off"}
    (found,) = findings("kibana.yml", "elasticsearch.ssl.verificationMode: none\n")
    assert dict(found.details) == {"verification": "off"}


def test_method_that_may_mean_another_is_less_sure() -> None:
    """pg_hba's md5 also takes passwords that are stored for SCRAM."""
    (found,) = findings("pg_hba.conf", "host all all 0.0.0.0/0 md5\n")
    assert (algorithms.name(found.asset), found.confidence) == ("MD5", 0.8)


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("server.xml.j2", True), ("a/server.xml.template", True), ("server.xml", True),
        ("server.xml.md", False), ("server.xml.html", False), ("server.xml.5", False), ("server.xml.diff", False),
    ],
)  # fmt: skip
def test_prose_about_a_file_is_not_the_file(path: str, is_read: bool) -> None:
    """A template or a copy of a file is read, documentation about it is not."""
    text = '<Server><Connector SSLEnabled="true"/></Server>'
    assert bool(read(path, text)) is is_read


def test_text_of_an_element_knows_its_attributes() -> None:
    """``@name`` of an element's text is an attribute of that element."""
    head = '<Configure class="org.eclipse.jetty.util.ssl.SslContextFactory$Server">'
    assert named("jetty.xml", f'{head}<Set name="TrustAll">true</Set></Configure>') == ["TLS"]
    assert named("jetty.xml", f'{head}<Set name="ValidateCerts">true</Set></Configure>') == []


def test_one_key_may_hold_several_settings() -> None:
    """An address of ActiveMQ says protocols and suites; each rule answers once."""
    address = (
        "ssl://a:1?transport.enabledProtocols=TLSv1.2&amp;transport.enabledCipherSuites=TLS_AES_128_GCM_SHA256"
    )
    text = f'<broker xmlns="activemq"><transportConnector uri="{address}"/></broker>'
    assert named("activemq.xml", text) == ["TLSv1.2", "TLS_AES_128_GCM_SHA256", "TLS"]


def test_conditions_exclude() -> None:
    """``!`` in front of a condition's words means none of them, in any case of letters."""
    (key,) = (one for one in _product("postgresql").settings if one.rule == "ssl-ciphers")
    pattern = key.when["ssl"]
    assert [bool(pattern.fullmatch(text)) for text in ("", "on", "${X}", "off", "OFF", "offset")] == [
        True, True, True, False, False, True,
    ]  # fmt: skip


def _product(name: str) -> settings.Product:
    return next(one for one in settings.products() if one.id == name)
