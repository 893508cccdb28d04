"""Kotlin: blocks on objects, templates, companions, enums and properties followed through one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import kotlin
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan

IMPORTS = "import java.security.*; import javax.crypto.*; import javax.crypto.spec.*\n"


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in kotlin.DETECTOR.detect(SourceFile("A.kt", code.encode(), "kotlin"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found; the code starts on line 2."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(IMPORTS + code) if isinstance(r, Finding)}


def names(code: str) -> set[str]:
    return {name for _, name in found(code)}


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("import java.security.MessageDigest", "MessageDigest"),
        ("import java.security.MessageDigest as Hash", "Hash"),
        ("import java.security.*", "MessageDigest"),
        ("", "java.security.MessageDigest"),
        ("typealias Hash = java.security.MessageDigest", "Hash"),
    ],
)
def test_names_of_every_kind_of_import(imports: str, name: str) -> None:
    """Explicit, renamed and wildcard imports, full names and type aliases lead to the same class."""
    code = f'{imports}\nfun run() = {name}.getInstance("MD5")\n'
    assert [r.location.line for r in results(code) if isinstance(r, Finding)] == [2]


def test_a_class_of_the_same_name_from_elsewhere_is_no_use() -> None:
    """An import decides what a simple name is, not the name."""
    code = 'import com.example.MessageDigest\nimport javax.crypto.*\nval a = MessageDigest.getInstance("MD5")\n'
    assert [r for r in results(code) if isinstance(r, Finding)] == []


@pytest.mark.parametrize(
    "made",
    [
        'KeyPairGenerator.getInstance("RSA").apply { initialize(3072) }',
        'KeyPairGenerator.getInstance("RSA").also { it.initialize(3072) }',
        'KeyPairGenerator.getInstance("RSA").also { made -> made.initialize(3072) }',
        'KeyPairGenerator.getInstance("RSA").run { initialize(3072); this }',
        'with(KeyPairGenerator.getInstance("RSA")) { initialize(3072); generateKeyPair() }',
        'KeyPairGenerator.getInstance("RSA").let { it.initialize(3072); it }',
        'KeyPairGenerator.getInstance("RSA")?.apply { initialize(3072) } ?: error("none")',
    ],
)
def test_a_block_on_a_generator_completes_it(made: str) -> None:
    """What a scope function's block calls on its object is said of that object."""
    assert found(f"val keys = {made}\n") == {(2, "RSA-3072")}


@pytest.mark.parametrize(
    ("members", "argument"),
    [
        ('companion object { private const val MODE = "GCM" }', '"AES/$MODE/NoPadding"'),
        ('companion object Names { const val MODE = "GCM" }', '"AES/${Names.MODE}/NoPadding"'),
        ('val mode: String get() = "GCM"', '"AES/" + mode + "/NoPadding"'),
        ('val mode by lazy { "GCM" }', '"""AES/$mode/NoPadding"""'),
        ("", '"AES/%s/NoPadding".format("GCM")'),
        ("", '"aes/gcm/nopadding".uppercase()'),
    ],
)
def test_a_transformation_put_together(members: str, argument: str) -> None:
    """Templates, companions, getters, lazy properties and string functions give one text."""
    assert found(f"class A {{ {members}\nval cipher = Cipher.getInstance({argument}) }}\n") == {(3, "AES-GCM")}


@pytest.mark.parametrize(
    "argument",
    [
        'if (yes) "SHA-256" else "SHA-1"',
        'when (n) { 1 -> "SHA-256"\n else -> { "SHA-1" } }',
        'chosen ?: if (yes) "SHA-256" else "SHA-1"',
        'try { "SHA-256" } catch (e: Exception) { "SHA-1" }',
    ],
)
def test_conditions_give_every_branch(argument: str) -> None:
    """Each branch of a condition is one of the algorithms."""
    code = f"fun run(yes: Boolean, n: Int, chosen: String?) = MessageDigest.getInstance({argument})\n"
    assert found(code) == {(2, "SHA-256"), (2, "SHA-1")}


def test_default_and_named_arguments_reach_a_wrapper() -> None:
    """A parameter is its default and what callers pass for it, by position or by name."""
    code = (
        'fun digest(data: ByteArray, name: String = "SHA-256") =\n    MessageDigest.getInstance(name)\n'
        'fun old(data: ByteArray) = digest(name = "MD5", data = data)\n'
    )
    assert {name for line, name in found(code) if line == 3} == {"SHA-256", "MD5"}


def test_a_function_that_falls_back_on_itself_and_a_class_that_makes_itself() -> None:
    """Calls from within a function and creations from within a class count like any others."""
    code = (
        "fun hash(name: String, again: Boolean) {\n  MessageDigest.getInstance(name)\n"
        '  if (again) hash(name, false)\n  hash("SHA-256", false)\n}\n'
        "class A private constructor(val mac: String) {\n  fun run() = Mac.getInstance(mac)\n"
        '  companion object {\n    fun make() = A("HmacSHA1")\n  }\n}\n'
        'fun first() = hash("MD5", true)\n'
    )
    inside, calls = {(3, "SHA-256"), (3, "MD5"), (8, "HMAC-SHA-1")}, {(5, "SHA-256"), (13, "SHA-256"), (13, "MD5")}
    assert found(code) == inside | calls


def test_an_entry_of_an_enum_is_known_by_its_own_argument() -> None:
    """``E.ONE.id`` is what ONE was made with; inside the enum it may be any of them."""
    entries = 'enum class E(val id: String) {\n  ONE("SHA-1"),\n  TWO("MD5");\n\n'
    uses = "  fun md() = MessageDigest.getInstance(id)\n}\nval one = MessageDigest.getInstance(E.ONE.id)\n"
    assert found(entries + uses) == {(6, "SHA-1"), (6, "MD5"), (8, "SHA-1")}


def test_objects_and_sealed_classes_pass_what_they_are_made_with() -> None:
    """A singleton's base class call is a call of that class's constructor."""
    code = (
        "sealed class Alg(val id: String) { fun md() = MessageDigest.getInstance(id) }\n"
        'object Old : Alg("SHA-1")\nclass New(id: String = "SHA-512") : Alg(id)\n'
    )
    assert names(code) == {"SHA-1", "SHA-512"}


def test_an_extension_function_is_followed() -> None:
    """A function called on a string of a foreign type is the file's own."""
    code = 'fun String.hash(name: String) = MessageDigest.getInstance(name)\nval h = "x".hash("SHA-384")\n'
    assert {name for line, name in found(code) if line == 2} == {"SHA-384"}


def test_lists_are_followed_into_loops_and_blocks() -> None:
    """Each element of a list reaches the call in a loop's or an iterating function's body."""
    loops = 'fun run() { for (z in listOf("SHA-1", "MD5")) MessageDigest.getInstance(z) }\n'
    blocks = 'val macs = listOf("HmacSHA256").map { Mac.getInstance(it) }\n'
    assert found(loops + blocks) == {(2, "SHA-1"), (2, "MD5"), (3, "HMAC-SHA-256")}


def test_java_getters_are_properties() -> None:
    """``pair.private`` is ``pair.getPrivate()`` and carries the size of the key pair on."""
    code = (
        'val pair = KeyPairGenerator.getInstance("RSA").apply { initialize(2048) }.generateKeyPair()\n'
        'val signer = Signature.getInstance("SHA256withRSA").apply { initSign(pair.private) }\n'
    )
    assert (3, "RSA-PKCS1-1.5-SHA-256-2048") in found(code)


def test_java_setters_are_assignments() -> None:
    """``parameters.protocols = …`` is ``parameters.setProtocols(…)``."""
    code = (
        "import javax.net.ssl.SSLContext\n"
        'val context = SSLContext.getInstance("TLSv1.3")\n'
        "fun run() { val p = context.defaultSSLParameters\n"
        'p.protocols = arrayOf<String>("TLSv1.2") }\n'
    )
    assert found(code) == {(3, "TLSv1.3"), (5, "TLSv1.2")}


def test_a_constant_of_another_files_companion(tmp_path: Path) -> None:
    """A constant of a class in the same package, and of an imported one, is read in its file."""
    package = tmp_path / "src" / "com" / "bank"
    (package / "crypto").mkdir(parents=True)
    names = 'package com.bank\nclass Names {\n  companion object {\n    const val MD = "MD5"\n  }\n}\n'
    modes = 'package com.bank.crypto\nobject Modes { val GCM = "AES/GCM/NoPadding" }\n'
    imports = "import com.bank.crypto.Modes\nimport java.security.MessageDigest\nimport javax.crypto.Cipher\n"
    uses = "val a = MessageDigest.getInstance(Names.MD)\nval b = Cipher.getInstance(Modes.GCM)\n"
    (package / "Names.kt").write_text(names)
    (package / "crypto" / "Modes.kt").write_text(modes)
    (package / "Use.kt").write_text(f"package com.bank\n{imports}{uses}")
    findings = scan([str(tmp_path)], ScanOptions(jobs=1)).findings
    assert {(f.location.line, algorithms.name(f.asset)) for f in findings} == {(5, "MD5"), (6, "AES-GCM")}


def test_the_size_of_a_key_comes_from_its_bytes() -> None:
    """An array's size and a text's octets give the size of the key that they become."""
    code = (
        'val one = SecretKeySpec(ByteArray(32), "AES")\n'
        'val two = SecretKeySpec("0123456789abcdef".toByteArray(), "AES")\n'
        'fun three(given: ByteArray) = SecretKeySpec(given, "AES")\n'
    )
    assert found(code) == {(2, "AES-256"), (3, "AES-128"), (4, "AES")}


def test_constants_of_the_android_key_store_build_a_transformation() -> None:
    """Constants that are strings count as those strings, however they are imported."""
    code = (
        "import android.security.keystore.KeyProperties\nimport android.security.keystore.KeyProperties.*\n"
        'val a = Cipher.getInstance("${KeyProperties.KEY_ALGORITHM_AES}/$BLOCK_MODE_CBC/PKCS7Padding")\n'
        "val b = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_HMAC_SHA256)\n"
    )
    assert found(code) == {(4, "AES-CBC"), (5, "HMAC-SHA-256")}


def test_what_is_no_use() -> None:
    """Comments, prose, types, imports, comparisons and lookalike functions are never findings."""
    code = """
// MessageDigest.getInstance("MD5")
/** Cipher.getInstance("DES") */
class A(val digest: MessageDigest, private var cipher: Cipher?) {
    val text = "MessageDigest.getInstance(\\"SHA-1\\")"
    fun getInstance(name: String) = name
    fun run(given: Any) = getInstance("MD5") to (given is Signature)
    fun md5(): String = "MD5"
}
"""
    assert found(code) == set()


def test_an_algorithm_from_out_of_sight_is_said_to_be_so() -> None:
    """A call whose algorithm the file does not show is a diagnostic, never a guess."""
    (only,) = results(f"{IMPORTS}fun run(name: String) = Cipher.getInstance(name)\n")
    assert isinstance(only, Diagnostic)
    assert only.line == 2


def test_deep_nesting_ends() -> None:
    """Thousands of nested parentheses, blocks and calls neither recurse without limit nor hang."""
    deep = "(" * 3000 + '"MD5"' + ")" * 3000
    blocks = "run { " * 500 + 'MessageDigest.getInstance("MD5")' + " }" * 500
    assert isinstance(results(f"{IMPORTS}val a = MessageDigest.getInstance({deep})\nval b = {blocks}\n"), list)


@pytest.mark.parametrize(
    ("statements", "argument", "expected"),
    [
        ('val m = mutableMapOf<String, String>(); m["a"] = "DES"; m["b"] = "RC2"', 'm["a"]', {"DES"}),
        ('var s = "DE"; s += "S"', "s", {"DES"}),
        ("", '"xDESx".substring(1, 4)', {"DES"}),
        ("", '"AES:DES".split(":")[1]', {"DES"}),
        ("", '"SED".reversed()', {"DES"}),
        ("", "String(charArrayOf('D', 'E', 'S'))", {"DES"}),
        ("", 'listOf("AES", "CBC", "NoPadding").joinToString("/")', {"AES-CBC"}),
        ("", 'listOf("AES", given).joinToString("/")', set()),
    ],
)
def test_names_that_the_code_puts_together(statements: str, argument: str, expected: set[str]) -> None:
    """Maps that are filled, cut and joined texts lead to one name, or to none."""
    code = (
        f"import javax.crypto.Cipher\nfun f(given: String) {{\n{statements}\nCipher.getInstance({argument})\n}}\n"
    )
    assert {name for _, name in found(code)} == expected
