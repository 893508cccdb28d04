"""Values that JVM code reads by key from the properties and YAML files of its project."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

FILES = {
    "src/main/resources/crypto.properties": "# ours\ncrypto.hash = SHA-384\ncrypto.size:3072\nlong=SHA-\\\n 256\n",
    "src/main/resources/messages.properties": "digest MD5\n",
    "src/main/resources/application.yml": "bank:\n  hash: SHA-224\n  other: ${bank.hash}\n  env: ${HASH:SHA-1}\n",
    "src/main/resources/unnamed.properties": "hidden=MD2\n",
}


def found(folder: Path, members: str, body: str) -> list[tuple[int, str]]:
    """Return (line, name) of what a class among the files is found to use; its body is on line 3."""
    imports = "import java.security.*; import java.util.*;"
    code = f"{imports}\nclass A {{ {members}\nvoid f() throws Exception {{ {body} }} }}"
    for path, text in {**FILES, "src/main/java/com/example/A.java": f"package com.example; {code}"}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    result = scan([str(folder)], ScanOptions(jobs=1))
    return sorted(
        (f.location.line, algorithms.name(f.asset)) for f in result.findings if f.location.path.endswith(".java")
    )


LOAD = 'Properties p = new Properties(); p.load(A.class.getResourceAsStream("/crypto.properties"));'
GENERATOR = 'KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");'
BUNDLE = 'ResourceBundle b = ResourceBundle.getBundle("messages");'


@pytest.mark.parametrize(
    ("members", "body", "expected"),
    [
        ('@Value("${bank.hash}") String h;', "MessageDigest.getInstance(h);", {"SHA-224"}),
        ('@Value("${bank.other}") String h;', "MessageDigest.getInstance(h);", {"SHA-224"}),
        ('@Value("${bank.env}") String h;', "MessageDigest.getInstance(h);", {"SHA-1"}),
        ('@Value("${bank.hash:MD5}") String h;', "MessageDigest.getInstance(h);", {"SHA-224", "MD5"}),
        ('@Value("${bank.none:MD5}") String h;', "MessageDigest.getInstance(h);", {"MD5"}),
        ('@Value("${bank.none}") String h;', "MessageDigest.getInstance(h);", set()),
        ('@Value("#{other.hash}") String h;', "MessageDigest.getInstance(h);", set()),
        (
            'String h; A(@Value("${bank.hash}") String h) { this.h = h; }',
            "MessageDigest.getInstance(h);",
            {"SHA-224"},
        ),
        ("Environment env;", 'MessageDigest.getInstance(env.getProperty("bank.hash"));', {"SHA-224"}),
        ("", f'{LOAD} MessageDigest.getInstance(p.getProperty("crypto.hash"));', {"SHA-384"}),
        ("", f'{LOAD} MessageDigest.getInstance(p.getProperty("crypto.hash", "MD5"));', {"SHA-384", "MD5"}),
        ("", f'{LOAD} MessageDigest.getInstance(p.getProperty("long"));', set()),
        ("", f'{LOAD} MessageDigest.getInstance(p.getProperty("bank.hash"));', set()),
        ("", f'{LOAD} MessageDigest.getInstance(p.getProperty("hidden"));', set()),
        (
            "",
            f'{LOAD} {GENERATOR} g.initialize(Integer.parseInt(p.getProperty("crypto.size")));',
            {"RSA-3072"},
        ),
        (
            "",
            f'{BUNDLE} MessageDigest.getInstance(b.getString("digest"));',
            {"MD5"},
        ),
        ("", 'MessageDigest.getInstance(System.getProperty("bank.hash"));', set()),
    ],
)
def test_values_of_settings_files(tmp_path: Path, members: str, body: str, expected: set[str]) -> None:
    """A key is looked up in the files that its reader can mean, and nowhere else."""
    assert {name for _, name in found(tmp_path, members, body)} == expected


def test_a_setting_is_a_default_with_its_place(tmp_path: Path) -> None:
    """The provenance names file and line of the setting; the finding is less sure than a literal."""
    assert found(tmp_path, "", f'{LOAD} MessageDigest.getInstance(p.getProperty("crypto.hash"));') == [
        (3, "SHA-384")
    ]
    (finding,) = scan([str(tmp_path)], ScanOptions(jobs=1)).findings
    (provenance,) = finding.provenance
    assert (provenance.path, provenance.line) == ("src/main/resources/crypto.properties", 2)
    assert finding.confidence < 0.9


def test_kotlin_reads_the_same_settings(tmp_path: Path) -> None:
    """Properties and constructor parameters that are injected, and properties that are loaded."""
    code = """package com.example
import java.security.MessageDigest
import java.util.Properties
class K(@Value("\\${bank.hash}") private val one: String) {
  @Value("\\${bank.none:MD5}") lateinit var two: String
  fun f() {
    val p = Properties(); p.load(K::class.java.getResourceAsStream("/crypto.properties"))
    MessageDigest.getInstance(one)
    MessageDigest.getInstance(two)
    MessageDigest.getInstance(p.getProperty("crypto.hash"))
    MessageDigest.getInstance(p.getProperty("bank.hash"))
  }
}
"""
    for path, text in {**FILES, "src/main/kotlin/com/example/K.kt": code}.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    findings = scan([str(tmp_path)], ScanOptions(jobs=1)).findings
    names = sorted((f.location.line, algorithms.name(f.asset)) for f in findings if f.location.path.endswith(".kt"))
    assert names == [(8, "SHA-224"), (9, "MD5"), (10, "SHA-384")]
