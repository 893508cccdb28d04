"""Scala: objects, interpolations, pattern matches, companions and implicit classes followed through one file."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import scala
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

IMPORTS = "import java.security._, javax.crypto._, javax.crypto.spec._\n"


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in scala.DETECTOR.detect(SourceFile("A.scala", code.encode(), "scala"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found; the code starts on line 2."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(IMPORTS + code) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("import java.security.MessageDigest", "MessageDigest"),
        ("import java.security.{MessageDigest => Hash, Signature}", "Hash"),
        ("import java.security.{Signature, MessageDigest as Hash}", "Hash"),
        ("import java.security.MessageDigest as Hash", "Hash"),
        ("import java.util.Base64, java.security._", "MessageDigest"),
        ("import java.security.*", "MessageDigest"),
        ("import java.security", "security.MessageDigest"),
        ("import _root_.java.security.MessageDigest", "MessageDigest"),
        ("", "java.security.MessageDigest"),
    ],
)
def test_names_of_every_kind_of_import(imports: str, name: str) -> None:
    """Explicit, renamed, wildcard and package imports, and full names, lead to the same class."""
    code = f'{imports}\nobject A {{ def run = {name}.getInstance("MD5") }}\n'
    assert [r.location.line for r in results(code) if isinstance(r, Finding)] == [2]


@pytest.mark.parametrize(
    ("members", "argument"),
    [
        ('val Mode = "GCM"', 's"AES/$Mode/NoPadding"'),
        ('lazy val mode = "GCM"', 's"""AES/${mode}/NoPadding"""'),
        ('def mode: String = { "GCM" }', '"AES/" + mode + "/NoPadding"'),
        ('def mode = "GCM"', 'f"AES/$mode%s/NoPadding"'),
        ("", '"AES/%s/NoPadding".format("GCM")'),
        ("", '"aes/gcm/nopadding".toUpperCase'),
        ("import Names._", 's"AES/$Mode/NoPadding"'),
        ("", 's"AES/${Names.Mode}/NoPadding"'),
    ],
)
def test_a_transformation_put_together(members: str, argument: str) -> None:
    """Interpolations, definitions, objects and string functions give one text."""
    code = f'object Names {{ val Mode = "GCM" }}\nclass A {{ {members}\nval c = Cipher.getInstance({argument}) }}\n'
    assert found(code) == {(4, "AES-GCM")}


@pytest.mark.parametrize(
    "argument",
    [
        'if (yes) "SHA-256" else "SHA-1"',
        'n match { case 1 => "SHA-256"; case "x" | "y" => { "SHA-1" } }',
        'Option("SHA-256").getOrElse("SHA-1")',
        'try "SHA-256" catch { case e: Exception => "SHA-1" }',
        '{ val m = Map("a" -> "SHA-256", ("b", "SHA-1")); m(key) }',
    ],
)
def test_conditions_give_every_branch(argument: str) -> None:
    """Each branch of a condition, match, option or map is one of the algorithms."""
    code = f"object A {{ def run(yes: Boolean, n: Any, key: String) = MessageDigest.getInstance({argument}) }}\n"
    assert found(code) == {(2, "SHA-256"), (2, "SHA-1")}


def test_a_pattern_that_binds_a_name_hides_the_outer_one() -> None:
    """A name that a case takes apart is not the constant of that name outside."""
    code = (
        "object A {\n"
        'val name = "MD5"\n'
        "def run(x: Option[String]) = x match { case Some(name) => MessageDigest.getInstance(name) }\n"
        "}\n"
    )
    assert found(code) == set()


def test_later_calls_complete_a_generator_and_a_signature() -> None:
    """Initialization, getters without parentheses and keys of a pair carry the size on."""
    code = (
        "object A {\n"
        'val g = KeyPairGenerator.getInstance("RSA")\n'
        "g.initialize(3072, new SecureRandom)\n"
        'val s = Signature.getInstance("SHA256withRSA")\n'
        "s.initSign(g.generateKeyPair.getPrivate)\n"
        "}\n"
    )
    assert found(code) == {(3, "RSA-3072"), (4, "CSPRNG"), (5, "RSA-PKCS1-1.5-SHA-256-3072")}


def test_a_field_set_in_one_method_and_used_in_another() -> None:
    """An assignment in any method gives the member its value; ``_`` gives none."""
    code = (
        "class A {\n"
        "private var cipher: Cipher = _\n"
        'def open(): Unit = { cipher = Cipher.getInstance("AES/CBC/PKCS5Padding") }\n'
        'def run(): Unit = cipher.init(1, new SecretKeySpec(new Array[Byte](32), "AES"))\n'
        "}\n"
    )
    assert found(code) == {(4, "AES-256-CBC"), (5, "AES-256")}


def test_default_named_and_curried_arguments_reach_a_wrapper() -> None:
    """A parameter is its default and what callers pass for it, in any of several lists."""
    code = (
        'object A { def digest(name: String = "SHA-256")(data: Array[Byte])(implicit x: Int) = {\n'
        "MessageDigest.getInstance(name) }\n"
        'def old(d: Array[Byte]) = digest(name = "MD5")(d) }\n'
    )
    assert {name for line, name in found(code) if line == 3} == {"SHA-256", "MD5"}


def test_an_apply_is_called_by_its_objects_name() -> None:
    """``G("HmacSHA1")`` is ``G.apply("HmacSHA1")``."""
    code = 'object G { def apply(name: String) =\nMac.getInstance(name) }\nobject A { val m = G("HmacSHA1") }\n'
    assert found(code) == {(3, "HMAC-SHA-1")}


def test_sealed_hierarchies_and_enums_pass_what_they_are_made_with() -> None:
    """Case objects and cases of an enum run their class's constructor with their own argument."""
    code = (
        "sealed abstract class Alg(val id: String) {\ndef md = MessageDigest.getInstance(id) }\n"
        'case object Old extends Alg("SHA-1")\ncase object New extends Alg("SHA-512")\n'
        'enum E(val id: String) { case One extends E("MD5"); case Two extends E("SHA-384") }\n'
        "object H { val x = MessageDigest.getInstance(E.One.id) }\n"
    )
    assert found(code) == {(3, "SHA-1"), (3, "SHA-512"), (7, "MD5")}


def test_methods_added_to_a_foreign_type_are_followed() -> None:
    """An implicit class's method is the file's own."""
    code = (
        "object A {\nimplicit class Ops(s: String) { def hash(name: String) = MessageDigest.getInstance(name) }\n"
        'val h = "x".hash("SHA-384")\n}\n'
    )
    assert {name for line, name in found(code) if line == 3} == {"SHA-384"}


def test_lists_are_followed_into_loops_and_functions() -> None:
    """Each element of a list reaches the call in a comprehension's or a function's body."""
    code = (
        'object A {\nfor (z <- Seq("SHA-1", "MD5")) { MessageDigest.getInstance(z) }\n'
        'List("HmacSHA256").map(x => Mac.getInstance(x))\n}\n'
    )
    assert found(code) == {(3, "SHA-1"), (3, "MD5"), (4, "HMAC-SHA-256")}


def test_indented_syntax() -> None:
    """Scala 3's blocks without braces are blocks."""
    code = '@main def hello(x: Int): Unit =\n  val name = "MD5"\n  val y = MessageDigest.getInstance(name)\n  y\n'
    assert found(code) == {(4, "MD5")}


def test_what_is_no_use() -> None:
    """Comments, prose, types, imports, comparisons and lookalike functions are never findings."""
    code = """
// MessageDigest.getInstance("MD5")
/** Cipher.getInstance("DES") */
class A(digest: MessageDigest, cipher: Option[Cipher]) {
  val text = "MessageDigest.getInstance(\\"SHA-1\\")"
  def getInstance(name: String) = name
  def run(x: Any) = x match { case s: Signature => getInstance("MD5") }
}
"""
    assert found(code) == set()


def test_an_algorithm_from_out_of_sight_is_said_to_be_so() -> None:
    """A call whose algorithm the file does not show is a diagnostic, never a guess."""
    (only,) = results(f"{IMPORTS}object A {{ def run(name: String) = Cipher.getInstance(name) }}\n")
    assert isinstance(only, Diagnostic)
    assert only.line == 2


def test_deep_nesting_ends() -> None:
    """Thousands of nested parentheses and blocks neither recurse without limit nor hang."""
    deep = "(" * 2000 + '"MD5"' + ")" * 2000
    blocks = "{ " * 500 + 'MessageDigest.getInstance("MD5")' + " }" * 500
    code = f"{IMPORTS}object A {{ val a = MessageDigest.getInstance({deep})\nval b = {blocks} }}\n"
    assert isinstance(results(code), list)
