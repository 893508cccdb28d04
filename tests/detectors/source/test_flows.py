"""Values that reach an algorithm through functions, objects and files: found where the algorithm is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Finding, Skip
from pqc_migrate.scan import ScanOptions, ScanResult, scan

JAVA = {
    "two functions of other files": {
        "p/A.java": 'package p; class A { void top() throws Exception { new B().mid("RC4"); } }',
        "p/B.java": "package p; class B { void mid(String a) throws Exception { new C().low(a); } }",
        "p/C.java": """package p; import javax.crypto.*;
class C { void low(String a) throws Exception {
  Cipher c = Cipher.getInstance(a); } } // RC4""",
    },
    "a constructor of another file": {
        "p/A.java": 'package p; class A { void top() throws Exception { new Box("SHA-1").run(); } }',
        "p/Box.java": """package p; import java.security.*;
class Box { private final String name; Box(String n) { name = n; }
  void run() throws Exception { MessageDigest m = MessageDigest.getInstance(name); } } // SHA-1""",
    },
    "a setter of another file": {
        "p/A.java": 'package p; class A { void top() throws Exception { Box b = new Box(); b.setName("MD5"); } }',
        "p/Box.java": """package p; import java.security.*;
class Box { private String name; void setName(String name) { this.name = name; }
  void run() throws Exception { MessageDigest m = MessageDigest.getInstance(name); } } // MD5""",
    },
    "a size from another file": {
        "p/A.java": 'package p; class A { void top() throws Exception { new Keys().make(1024); } }',
        "p/Keys.java": """package p; import java.security.*;
class Keys { void make(int bits) throws Exception {
  KeyPairGenerator g = KeyPairGenerator.getInstance("RSA"); // RSA-1024
  g.initialize(bits); } }""",
    },
    "a method of a subclass in another file": {
        "p/Base.java": """package p; import java.security.*;
abstract class Base { abstract String name();
  void run() throws Exception { MessageDigest m = MessageDigest.getInstance(name()); } } // MD5""",
        "p/Sub.java": 'package p; class Sub extends Base { String name() { return "MD5"; } }',
    },
    "the constructor of a base class in another file": {
        "p/Base.java": """package p; import java.security.*;
abstract class Base { final String name; Base(String name) { this.name = name; }
  void run() throws Exception { MessageDigest m = MessageDigest.getInstance(name); } } // MD5""",
        "p/Sub.java": 'package p; class Sub extends Base { Sub() { super("MD5"); } }',
    },
    "an inherited method": {
        "p/Base.java": """package p; import javax.crypto.*;
class Base { Cipher cipher() throws Exception {
  return Cipher.getInstance("DES/CBC/PKCS5Padding"); } } // DES-CBC""",
        "p/Sub.java": """package p; class Sub extends Base { byte[] f() throws Exception {
  return cipher().doFinal(); } } // DES-CBC""",
    },
    "an interface with one implementation": {
        "p/Hash.java": "package p; interface Hash { byte[] digestOf(byte[] x) throws Exception; }",
        "p/One.java": """package p; import java.security.*;
class One implements Hash { public byte[] digestOf(byte[] x) throws Exception {
  return MessageDigest.getInstance("MD5").digest(x); } } // MD5""",
        "p/User.java": """package p; class User { final Hash hash; User(Hash hash) { this.hash = hash; }
  byte[] f(byte[] x) throws Exception { return hash.digestOf(x); } } // MD5""",
    },
    "a constant of an enumeration in another file": {
        "p/Alg.java": """package p; enum Alg { M("MD5"), S("SHA-1"); final String n; Alg(String n) { this.n = n; }
  String get() { return n; } }""",
        "p/A.java": """package p; import java.security.*; class A { void f() throws Exception {
  MessageDigest.getInstance(Alg.M.get()); // MD5
  MessageDigest.getInstance(Alg.S.n); } } // SHA-1""",
    },
}  # fmt: skip
KOTLIN = {
    "two functions of other files": {
        "p/A.kt": 'package p\nclass A { fun top() { B().mid("RC4") } }',
        "p/B.kt": "package p\nclass B { fun mid(a: String) { C().low(a) } }",
        "p/C.kt": """package p
import javax.crypto.Cipher
class C { fun low(a: String) {
  val c = Cipher.getInstance(a) // RC4
} }""",
    },
    "a constructor of another file": {
        "p/Main.kt": 'package p\nfun main() { Box("SHA-1").run() }',
        "p/Box.kt": """package p
import java.security.MessageDigest
class Box(private val name: String) { fun run() {
  val m = MessageDigest.getInstance(name) // SHA-1
} }""",
    },
    "a function of a subclass in another file": {
        "p/Base.kt": """package p
import java.security.MessageDigest
abstract class Base { abstract fun name(): String
  fun run(x: ByteArray): ByteArray = MessageDigest.getInstance(name()).digest(x) // MD5
}""",
        "p/Sub.kt": """package p
class Sub : Base() { override fun name(): String = "MD5"
  fun f(x: ByteArray) = run(x) // MD5
}""",
    },
    "a constant of an enumeration in another file": {
        "p/Alg.kt": 'package p\nenum class Alg(val n: String) { M("MD5"), S("SHA-1") }',
        "p/A.kt": """package p
import java.security.MessageDigest
class A { fun f() {
  MessageDigest.getInstance(Alg.S.n) // SHA-1
} }""",
    },
}
CASES = [
    pytest.param(files, id=f"{kind}: {name}")
    for kind, cases in (("java", JAVA), ("kotlin", KOTLIN))
    for name, files in cases.items()
]


def scanned(folder: Path, files: dict[str, str], jobs: int = 1) -> ScanResult:
    for path, code in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(code)
    return scan([str(folder)], ScanOptions(jobs=jobs))


def rows(findings: tuple[Finding, ...]) -> set[tuple[str, int, str]]:
    return {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in findings}


def expected(files: dict[str, str]) -> set[tuple[str, int, str]]:
    """Return what the comments at the ends of lines say is used there."""
    lines = (
        (path, number, line) for path, code in files.items() for number, line in enumerate(code.split("\n"), 1)
    )
    return {(path, number, line.rpartition("// ")[2]) for path, number, line in lines if "// " in line}


@pytest.mark.parametrize("files", CASES)
def test_what_other_files_decide_is_found_where_it_is_used(tmp_path: Path, files: dict[str, str]) -> None:
    """The use is found once, at its own place, and no gap is said for it."""
    result = scanned(tmp_path, files)
    assert rows(result.findings) == expected(files)
    assert not [said for said in result.coverage.skipped if said.skip is Skip.UNRESOLVED]


def test_the_caller_is_named_as_the_source(tmp_path: Path) -> None:
    """The provenance of a value that a caller in another file passes names that file and line."""
    (found,) = scanned(tmp_path, JAVA["two functions of other files"]).findings
    assert [(p.how, p.path, p.line) for p in found.provenance] == [("argument", "p/A.java", 1)]


def test_all_callers_count_whichever_process_reads_them(tmp_path: Path) -> None:
    """What several files decide are alternatives, the same for any number of processes."""
    files = dict(JAVA["a constructor of another file"])
    files["p/Other.java"] = 'package p; class Other { Box box = new Box("MD5"); }'
    one, two = scanned(tmp_path, files), scanned(tmp_path, files, jobs=2)
    assert {name for _, _, name in rows(one.findings)} == {"SHA-1", "MD5"}
    assert one.findings == two.findings


@pytest.mark.parametrize(
    "caller",
    [
        'package q; class A { { new Box("SHA-1").run(); } class Box { Box(String n) {} void run() {} } }',
        'package p; class A { void top() throws Exception { new Box("hello world").run(); } }',
        "package p; class A { void top(String s) throws Exception { new Box(s).run(); } }",
        'package p; class A { /* new Box("SHA-1").run(); */ }',
    ],
)
def test_what_decides_nothing_is_not_passed_on(tmp_path: Path, caller: str) -> None:
    """Another class of that name, a text that names nothing, an unknown value and a comment decide nothing."""
    files = {**JAVA["a constructor of another file"], "p/A.java": caller}
    assert rows(scanned(tmp_path, files).findings) == set()


def test_a_sibling_does_not_inherit_what_its_library_base_lacks(tmp_path: Path) -> None:
    """A method of one class is not that of another because both extend the same class of a library."""
    files = {
        "p/One.java": """package p; import java.security.*; import lib.Module;
class One extends Module { byte[] hash(byte[] x) throws Exception {
  return MessageDigest.getInstance("MD5").digest(x); } } // MD5""",
        "p/Two.java": """package p; import lib.Module;
class Two extends Module { byte[] f(byte[] x) { return hash(x); } }""",
    }  # fmt: skip
    assert rows(scanned(tmp_path, files).findings) == expected(files)
