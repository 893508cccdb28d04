"""PEM blocks are found in whatever notation surrounds them, at the line of their BEGIN marker."""

import json
import textwrap

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from pqc_migrate.model.inventory import Skip


@pytest.fixture(scope="session")
def key(private_key):
    return private_key("EC-P-256")


@pytest.fixture(scope="session")
def block(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def rows(block):
    return block.strip().split("\n")


DRESSES = {
    "plain": lambda b: f"\n\n{b}",
    "windows": lambda b: "\r\n\r\n" + b.replace("\n", "\r\n"),
    "yaml": lambda b: "key:\n  pem: |\n" + textwrap.indent(b, "    "),
    "json": lambda b: "{\n\n" + '"key": ' + json.dumps(b) + "}",
    "json in json": lambda b: "\n\n" + json.dumps(json.dumps(b)),
    "json, more escaped": lambda b: "\n\n" + json.dumps(b).replace("/", "\\/").replace("+", "\\u002b"),
    "c": lambda b: "const char *k =\n\n" + "\n".join(f'  "{row}\\n"' for row in rows(b)) + ";",
    "c, one line": lambda b: "const char *k =\n\n" + " ".join(f'"{row}"' for row in rows(b)) + ";",
    "java": lambda b: "String k =\n\n" + " +\n".join(f'    "{row}\\n"' for row in rows(b)) + ";",
    "java, plus in front": lambda b: "String k =\n\n" + "\n".join(f'    + "{row}\\n"' for row in rows(b)) + ";",
    "javascript array": lambda b: "const k = [\n\n" + ",\n".join(f"  '{row}'" for row in rows(b)) + "].join()",
    "javascript continuation": lambda b: 'k = "\\\n\n' + "\\n\\\n".join(rows(b)) + '"',
    "php": lambda b: "<?php\n\n$k = " + " .\n".join(f"'{row}'" for row in rows(b)) + ";",
    "python": lambda b: "K = (\n\n" + "\n".join(f'    b"{row}\\n"' for row in rows(b)) + "\n)",
    "python block": lambda b: f'x = 1\n\nK = """{b}"""',
    "go raw": lambda b: f"package a\n\nvar k = `{b}`",
    "one line": lambda b: "\n\nK=" + " ".join(rows(b)),
    "environment": lambda b: '\n\nKEY="' + "\\n".join(rows(b)) + '"',
    "comment": lambda b: "\n\n" + textwrap.indent(b, "# "),
    "c comment": lambda b: "/*\n\n" + textwrap.indent(b, " * ") + "*/",
    "patch": lambda b: "--- /dev/null\n+++ b/k.pem\n" + textwrap.indent(b, "+"),
    "patch, removed": lambda b: "--- a/k.pem\n+++ /dev/null\n" + textwrap.indent(b, "-"),
    "xml": lambda b: "<a>\n\n<key>" + b.replace("\n", "&#10;") + "</key></a>",
    "crowded": lambda b: "\n\n" + "".join(rows(b)),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_block_is_found_in_every_dress(look, block, dress):
    """The same key, at line 3 in each of these files."""
    plain, _ = look("k.txt", block.encode())
    findings, diagnostics = look("some.txt", DRESSES[dress](block).encode())
    assert diagnostics == []
    (finding,) = findings
    assert finding.asset == plain[0].asset
    assert finding.location.line == 3
    assert finding.location.symbol == "PUBLIC KEY"


@pytest.mark.parametrize("name", ["parser.py", "README.md", "key.go", "doc.txt"])
@pytest.mark.parametrize(
    "text",
    [
        'MARKER = "-----BEGIN RSA PRIVATE KEY-----"\n',
        'if data.startswith(b"-----BEGIN CERTIFICATE-----") and data.endswith(b"-----END CERTIFICATE-----"):\n',
        "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkq...\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        '"-----BEGIN " + kind + "-----"',
        "-----BEGIN %s-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,XX\n\n...\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN WHATEVER-----\nAAAA\n-----END WHATEVER-----\n",
    ],
)
def test_a_marker_without_a_body_is_nothing(look, name, text):
    """Parsers, manuals and templates hold markers; they hold no key."""
    assert look(name, b"first line\n" + text.encode()) == ([], [])


def test_a_placeholder_in_a_key_file_is_a_diagnostic(look):
    """There a key was meant to be."""
    text = b"-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----\n"
    findings, (diagnostic,) = look("server.key", text)
    assert findings == []
    assert (diagnostic.skip, diagnostic.line) == (Skip.MALFORMED, 1)


def test_a_body_that_decodes_but_is_no_key_is_a_diagnostic_anywhere(look):
    """Real octets under a key's label that cannot be understood are worth a word."""
    text = b"x\n-----BEGIN CERTIFICATE-----\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n-----END CERTIFICATE-----\n"
    findings, (diagnostic,) = look("a.py", text)
    assert findings == []
    assert (diagnostic.skip, diagnostic.line) == (Skip.MALFORMED, 2)


def test_two_blocks_of_one_key_file_are_two_findings(look, key, block):
    """A private key beside its public key."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    findings, diagnostics = look("both.pem", (private + block).encode())
    assert diagnostics == []
    assert [finding.asset.get("type") for finding in findings] == ["private-key", "public-key"]
    assert findings[0].asset.get("fingerprint") == findings[1].asset.get("fingerprint")
    assert dict(findings[0].related)["public-key"] == findings[1].asset


def test_a_label_may_be_wrong(look, key):
    """The shape decides: a PKCS #8 key under a traditional label is what it is."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    findings, diagnostics = look("k.pem", private.replace(b"PRIVATE KEY", b"RSA PRIVATE KEY"))
    assert diagnostics == []
    assert (findings[0].asset.family, findings[0].asset.get("curve")) == ("EC", "P-256")


def test_a_file_of_a_great_many_blocks_is_cut_with_a_word(look, block, monkeypatch):
    """What was left out is counted; nothing is dropped silently."""
    from pqc_migrate.detectors.material import pem

    monkeypatch.setattr(pem, "MOST_BLOCKS", 20)
    findings, (diagnostic,) = look("bundle.pem", block.encode() * 50)
    assert len(findings) == 20
    assert diagnostic.skip is Skip.TOO_LARGE
    assert "30 of 50 PEM blocks" in diagnostic.message


def test_the_same_trouble_many_times_is_one_diagnostic_with_a_count(look):
    """A list of a thousand broken blocks does not drown the report."""
    findings, (diagnostic,) = look("a.pem", b"-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n" * 30)
    assert findings == []
    assert (diagnostic.line, "29 more" in diagnostic.message) == (1, True)


def test_a_body_of_absurd_length_is_not_decoded_and_said(look, monkeypatch):
    """A bound on work, not a silent one."""
    from pqc_migrate.detectors.material import armor

    monkeypatch.setattr(armor, "LONGEST_BODY", 1000)
    text = b"-----BEGIN CERTIFICATE-----\n" + b"A" * 2000 + b"\n-----END CERTIFICATE-----\n"
    findings, (diagnostic,) = look("a.pem", text)
    assert findings == []
    assert "long" in diagnostic.message
