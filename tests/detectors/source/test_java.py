"""Java: names, types, values and objects followed through one file, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import java
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in java.DETECTOR.detect(SourceFile("A.java", code.encode(), "java"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code) if isinstance(r, Finding)}


def in_method(body: str, members: str = "", imports: str = "import java.security.*; import javax.crypto.*;") -> str:
    """Wrap statements into a method; the body starts on line 4."""
    method = f"void run(String given, boolean yes, int n) throws Exception {{\n{body}\n}}"
    return f"{imports}\nclass A {{ {members}\n{method}}}\n"


@pytest.mark.parametrize(
    "imports",
    [
        "import java.security.MessageDigest;",
        "import java.security.*;",
        "import static java.security.MessageDigest.getInstance;",
        "import static java.security.MessageDigest.*;",
    ],
)
def test_imports_of_every_kind(imports: str) -> None:
    """Explicit, wildcard and static imports lead to the same class."""
    call = "getInstance" if "static" in imports else "MessageDigest.getInstance"
    assert found(in_method(f'{call}("MD5");', imports=imports)) == {(4, "MD5")}


def test_a_class_of_the_same_name_from_elsewhere_is_no_use() -> None:
    """An import or a class of the file decides what a simple name is, not the name."""
    assert (
        found(in_method('MessageDigest.getInstance("MD5");', imports="import com.example.MessageDigest;")) == set()
    )
    local = "class MessageDigest { static void getInstance(String name) { } }"
    assert found(in_method('MessageDigest.getInstance("MD5");', local)) == set()


def test_full_name_without_an_import() -> None:
    """A fully qualified call needs no import."""
    assert found(in_method('javax.crypto.Mac.getInstance("HmacSHA512");', imports="")) == {(4, "HMAC-SHA-512")}


@pytest.mark.parametrize(
    ("members", "argument"),
    [
        ('static final String ALG = "SHA-384";', "ALG"),
        ('final String alg; { this.alg = "SHA-384"; }', "alg"),
        ('static final int BITS = 192 * 2; static final String ALG = "SHA-" + BITS;', "A.ALG"),
        ('interface Names { String ALG = "SHA-384"; }', "Names.ALG"),
        ('static class Names { static final String ALG = "sha-384"; }', "Names.ALG.toUpperCase()"),
        ('static String name() { return "SHA-384"; }', "name()"),
        ('String[] all = {"SHA-384"};', "all[0]"),
        ('java.util.List<String> all = java.util.List.of("SHA-384");', "all.get(0)"),
        ("", 'String.format("SHA-%d", 384)'),
        ("", '"SHA_384".replace("_", "-")'),
        ("", '"\\u0053HA-384"'),
        ("", '(("SHA" + \'-\' + "384"))'),
        ("", 'String.join("-", "SHA", "384")'),
        ("", "new StringBuilder(\"SHA\").append('-').append(384).toString()"),
        ("", 'new StringBuffer().append("SHA-384").toString()'),
    ],
)
def test_values_read_in_the_file(members: str, argument: str) -> None:
    """Constants, fields, arrays, methods and String's own methods lead to the name."""
    assert found(in_method(f"MessageDigest.getInstance({argument});", members)) == {(4, "SHA-384")}


def test_alternatives_are_all_reported() -> None:
    """A ternary, a switch and branches give every name they can give."""
    both = {(4, "MD5"), (4, "SHA-256")}
    assert found(in_method('MessageDigest.getInstance(yes ? "MD5" : "SHA-256");')) == both
    switch = 'MessageDigest.getInstance(switch (n) { case 1 -> "MD5"; default -> { yield "SHA-256"; } });'
    assert found(in_method(switch)) == both
    branches = 'String a; if (yes) { a = "MD5"; } else { a = "SHA-256"; } MessageDigest.getInstance(a);'
    assert found(in_method(branches)) == both


def test_a_later_assignment_replaces_an_earlier_one() -> None:
    """Code runs in order: what was overwritten on every path is not used."""
    assert found(in_method('String a = "MD5"; a = "SHA-256"; MessageDigest.getInstance(a);')) == {(4, "SHA-256")}


def test_variables_end_with_their_block() -> None:
    """Two blocks may call two different things by one name, and a field stands behind both."""
    body = """{ String a = "MD5"; MessageDigest.getInstance(a); }
{ String a = "SHA-1"; MessageDigest.getInstance(a); }
MessageDigest.getInstance(a);"""
    assert found(in_method(body, 'final String a = "SHA-512";')) == {(4, "MD5"), (5, "SHA-1"), (6, "SHA-512")}


def test_parameter_takes_what_callers_pass() -> None:
    """A wrapper's algorithm is what the file passes to it, at the call of the library, less surely."""
    code = in_method(
        'hash("MD5"); hash("SHA-256"); hash(1);',
        "void hash(String a) throws Exception {\nMessageDigest.getInstance(a); } void hash(int n) { }",
    )
    assert found(code) == {(3, "MD5"), (3, "SHA-256"), (5, "MD5"), (5, "SHA-256")}
    assert {r.confidence < 0.85 for r in results(code) if isinstance(r, Finding)} == {True}


@pytest.mark.parametrize(
    ("own", "below", "expected"),
    [
        ('class B { String name() { return "MD5"; }', "class C extends B", {"MD5", "SHA-1"}),
        ("abstract class B { abstract String name();", "class C extends B", {"SHA-1"}),
        ('class B { private String name() { return "MD5"; }', "class C extends B", {"MD5"}),
        ('class B { static String name() { return "MD5"; }', "class C extends B", {"MD5"}),
        ('class B { String name() { return "MD5"; }', "class C", {"MD5"}),
    ],
)
def test_methods_that_subclasses_override(own: str, below: str, expected: set[str]) -> None:
    """A class that calls its own method may run the one of a subclass of the file."""
    use = "void run() throws Exception { java.security.MessageDigest.getInstance(name()); } }"
    code = f'{own} {use}\n{below} {{ String name() {{ return "SHA-1"; }} }}'
    assert {name for _, name in found(code)} == expected


def test_enum_with_constructor_arguments() -> None:
    """Constants of an enum fill its fields; a method of it uses any of them."""
    code = """import java.security.*;
enum Kind {
    A("RSA", 2048), B("EC", 256);
    final String name;
    Kind(String name, int size) { this.name = name; }
    KeyPairGenerator make() throws Exception { return KeyPairGenerator.getInstance(name); }
}"""
    assert found(code) == {(6, "RSA"), (6, "EC")}


def test_record_components() -> None:
    """What records are created with is what their components hold."""
    code = """import java.security.*;
record R(String alg) {
    MessageDigest make() throws Exception { return MessageDigest.getInstance(alg); }
}
class B { R r = new R("SHA-224"); }"""
    assert found(code) == {(3, "SHA-224")}


def test_table_from_name_to_algorithm() -> None:
    """A map filled with put gives what its key leads to, or else everything in it."""
    members = """static final Map<String, String> M = new HashMap<>();
    static { M.put("a", "SHA-1"); M.put("b", "SHA-256"); }""".replace("\n", " ")
    assert found(in_method('MessageDigest.getInstance(M.get("b"));', members)) == {(4, "SHA-256")}
    assert found(in_method("MessageDigest.getInstance(M.get(given));", members)) == {(4, "SHA-1"), (4, "SHA-256")}


def test_objects_that_travel_through_fields_and_methods() -> None:
    """An object made in one method keeps its meaning in another, and in what is made from it."""
    code = """import java.security.*;
class A {
    private KeyPairGenerator generator;
    A() throws Exception { generator = KeyPairGenerator.getInstance("RSA"); }
    private KeyPair pair() { generator.initialize(3072); return generator.generateKeyPair(); }
    byte[] sign(byte[] data) throws Exception {
        Signature s = Signature.getInstance("SHA256withRSA");
        PrivateKey key = pair().getPrivate();
        s.initSign(key);
        return s.sign();
    }
}
"""
    assert found(code) == {(4, "RSA-3072"), (7, "RSA-PKCS1-1.5-SHA-256-3072"), (8, "RSA-3072")}
    signing = [r for r in results(code) if isinstance(r, Finding) and r.location.line == 7]
    assert signing[0].functions == ("sign",)


def test_generator_initialized_twice_gives_each_key_its_size() -> None:
    """A later size undoes an earlier one for the keys made after it."""
    body = """KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
g.initialize(1024); KeyPair old = g.generateKeyPair();
g.initialize(4096); KeyPair fresh = g.generateKeyPair();
Signature s = Signature.getInstance("SHA1withRSA"); s.initSign(fresh.getPrivate());"""
    assert (7, "RSA-PKCS1-1.5-SHA-1-4096") in found(in_method(body))
    assert (7, "RSA-PKCS1-1.5-SHA-1-1024") not in found(in_method(body))


def test_alternatives_that_may_not_go_together_are_not_multiplied() -> None:
    """Two ciphers and two key lengths are not four algorithms; the length stays unknown."""
    body = """String a; byte[] k; if (yes) { a = "AES"; k = new byte[32]; } else { a = "DES"; k = new byte[8]; }
new javax.crypto.spec.SecretKeySpec(k, a);"""
    assert found(in_method(body)) == {(5, "AES"), (5, "DES")}


def test_a_size_that_the_cipher_does_not_have_is_not_printed() -> None:
    """AES has no 64-bit key: what was read is kept as a detail only."""
    code = in_method('new javax.crypto.spec.SecretKeySpec(new byte[8], "AES");')
    assert found(code) == {(4, "AES")}
    assert [dict(r.details)["key-size"] for r in results(code) if isinstance(r, Finding)] == ["64"]


def test_size_of_an_elliptic_curve_generator_is_the_curve_that_libraries_document() -> None:
    """256 bits mean P-256 in every provider; the provenance says that it is a default."""
    code = in_method('KeyPairGenerator g = KeyPairGenerator.getInstance("EC"); g.initialize(256);')
    assert found(code) == {(4, "EC-P-256")}
    (finding,) = (r for r in results(code) if isinstance(r, Finding))
    assert ("curve", "library default") in {(p.parameter, p.how) for p in finding.provenance}


def test_a_field_that_is_set_from_elsewhere_is_a_default() -> None:
    """A setter makes the initial value one of several: found, and said to be less sure."""
    code = in_method(
        "MessageDigest.getInstance(alg);", 'String alg = "SHA-1"; void setAlg(String alg) { this.alg = alg; }'
    )
    (finding,) = (r for r in results(code) if isinstance(r, Finding))
    assert algorithms.name(finding.asset) == "SHA-1"
    assert finding.confidence < 0.85


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("Cipher.getInstance(given);", "decided at run time"),
        ("Cipher.getInstance(Constants.CIPHER);", "decided at run time"),
        ('Cipher.getInstance("ROT13/ECB/NoPadding");', "catalog does not hold"),
    ],
)
def test_what_is_not_read_is_said(statement: str, reason: str) -> None:
    """An algorithm from out of sight, or by an unknown name, is a diagnostic and never a guess."""
    (result,) = results(in_method(statement))
    assert isinstance(result, Diagnostic)
    assert result.line == 4
    assert reason in result.message
    assert "ROT13" not in result.message


@pytest.mark.parametrize(
    "statement",
    [
        'String text = "MD5 RSA AES/ECB/PKCS5Padding";',
        "MessageDigest digest = null;",
        'if (given.equals("MD5") || given == "SHA-1") { return; }',
        "Object o = given; if (o instanceof Cipher c) { c.getBlockSize(); }",
        "Class<?> c = java.security.MessageDigest.class;",
        '/* MessageDigest.getInstance("MD5") */ // Cipher.getInstance("DES")',
    ],
)
def test_mentions_are_no_uses(statement: str) -> None:
    """Prose, types, comparisons, class literals and comments use nothing."""
    assert results(in_method(statement)) == []


def test_declared_types_of_what_was_made_elsewhere() -> None:
    """A parameter of a catalog type has that type's methods, but nothing is claimed of how it was made."""
    code = """import org.bouncycastle.crypto.digests.SHA3Digest;
import org.bouncycastle.crypto.macs.HMac;
class A { HMac mac(SHA3Digest digest) {
return new HMac(digest); } }"""
    assert found(code) == {(4, "HMAC")}


def test_lambda_and_anonymous_class() -> None:
    """Values flow into lambdas and anonymous classes, and returns in them are their own."""
    body = """final String a = "SHA-256";
Runnable r = () -> { try { MessageDigest.getInstance(a); } catch (Exception e) { } };
new Thread() { public void run() { try { MessageDigest.getInstance(a); } catch (Exception e) { } } };"""
    assert found(in_method(body)) == {(5, "SHA-256"), (6, "SHA-256")}


def test_secrets_stay_inside() -> None:
    """No literal of the code but a recognized name stands in any result."""
    body = """Cipher.getInstance("hunter2-transformation");
new javax.crypto.spec.SecretKeySpec("hunter2hunter2hu".getBytes(), "AES");"""
    code = in_method(body)
    assert (5, "AES-128") in found(code)
    assert "hunter2" not in repr(results(code))


@pytest.mark.parametrize(
    "code",
    [
        "import java.security.*; class A extends A { A a = a; String b = b + c, c = b; Object o = A.of(b); }",
        "import java.security.*; class A extends B { } class B extends A { void f() { Signature.of(x); } }",
        "import java.security.*; class A { Object f() { return g(); } Object g() { return f(); } Object h = f(); }",
        "import java.security.*; class A { void f() { " + "(" * 3000 + "MessageDigest.getInstance(" + "; } }",
        "import java.security.*; class A { Object o = " + '"a" + ' * 3000 + '"b"; }',
        "import java.security.*; class A { Object o = x" + ".y()" * 3000 + '.getInstance("MD5"); }',
        "import javax.crypto.*; } } } ; class { void ( enum X { A(, ) } record R(",
        "\x00\xff import java.security.*; /* unfinished",
    ],
)
def test_circles_depth_and_broken_syntax_end(code: str) -> None:
    """Files that no compiler takes, or that refer to themselves, cost bounded work and raise nothing."""
    assert all(isinstance(result, Finding | Diagnostic) for result in results(code))


def test_overloads_are_told_apart_by_their_types() -> None:
    """A call reaches the overload whose parameters it fits."""
    code = """import java.security.*;
class A {
    MessageDigest of(String a) throws Exception { return MessageDigest.getInstance(a); }
    MessageDigest of(Object o) throws Exception { return MessageDigest.getInstance("MD2"); }
    void run() throws Exception { of("SHA-256"); }
}"""
    assert found(code) == {(3, "SHA-256"), (4, "MD2"), (5, "SHA-256")}


@pytest.mark.parametrize(
    ("imports", "argument"),
    [
        ("import com.example.names.Names;", "Names.DIGEST"),
        ("import static com.example.names.Names.DIGEST;", "DIGEST"),
        ("import com.example.names.*;", "Names.Inner.DIGEST"),
        ("import static com.example.names.Names.*;", "DIGEST"),
        ("", "com.example.names.Names.DIGEST"),
        ("", "Local.DIGEST"),
    ],
)
def test_constants_of_other_files(tmp_path: Path, imports: str, argument: str) -> None:
    """A constant of another class of the target is read there, and the provenance names that file."""
    names = 'package com.example.names;\npublic class Names { public static final String DIGEST = "SHA-" + 224;\n'
    names += 'public interface Inner { String DIGEST = "SHA-224"; } }\n'
    local = 'package com.example.app;\nclass Local { static final String DIGEST = "SHA-224"; }\n'
    code = f"package com.example.app;\nimport java.security.*; {imports}\n"
    code += f"class A {{ void f() throws Exception {{ MessageDigest.getInstance({argument}); }} }}\n"
    for path, text in {"names/Names.java": names, "app/Local.java": local, "app/A.java": code}.items():
        place = tmp_path / "src/main/java/com/example" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    result = scan([str(tmp_path)], ScanOptions(jobs=1))
    assert [(f.location.line, algorithms.name(f.asset)) for f in result.findings] == [(3, "SHA-224")]
    (provenance,) = result.findings[0].provenance
    assert provenance.path.endswith(".java")
    assert not provenance.path.endswith("A.java")


def test_a_builder_that_is_told_of_a_curve_or_else_of_a_size() -> None:
    """Settings of two branches that name different kinds of keys are alternatives, not one key."""
    code = """import java.security.*; import java.security.spec.*; import android.security.keystore.*;
class A {
  void run(boolean yes, int n) throws Exception {
    KeyGenParameterSpec.Builder builder = new KeyGenParameterSpec.Builder("alias", n);
    if (yes) { builder.setAlgorithmParameterSpec(new ECGenParameterSpec("secp256r1")); }
    else { builder.setKeySize(256); }
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC", "AndroidKeyStore");
    ec.initialize(builder.build());
    javax.crypto.KeyGenerator aes = javax.crypto.KeyGenerator.getInstance("AES", "AndroidKeyStore");
    aes.init(builder.build());
    KeyGenParameterSpec.Builder other = new KeyGenParameterSpec.Builder("alias", n)
      .setDigests(KeyProperties.DIGEST_SHA256).setKeySize(n);
    other.setAlgorithmParameterSpec(new ECGenParameterSpec("secp384r1"));
    KeyPairGenerator.getInstance("EC").initialize(other.build());
  }
}
"""
    curves = {(5, "EC-P-256"), (7, "EC-P-256"), (13, "EC-P-384"), (14, "EC-P-384")}
    assert found(code) == {*curves, (9, "AES-256"), (12, "SHA-256")}


def test_a_key_that_may_come_from_elsewhere_lends_no_size() -> None:
    """Only what every source of a key agrees on holds for what is done with it; null is no source."""
    code = """import java.security.*; import javax.crypto.*;
class A {
  private PublicKey key = null;
  void make() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA"); generator.initialize(2048);
    key = generator.generateKeyPair().getPublic();
  }
  %s
  byte[] run(byte[] data) throws Exception {
    Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
    cipher.init(Cipher.ENCRYPT_MODE, key);
    return cipher.doFinal(data);
  }
}
"""
    assert found(code % "") == {(5, "RSA-2048"), (10, "RSA-PKCS1-1.5-2048")}
    other = "void set(KeyStore.Entry e) { key = ((Certificate) e).getPublicKey(); }"
    assert found(code % other) == {(5, "RSA-2048"), (10, "RSA-PKCS1-1.5")}
    other = 'void set(byte[] b) { key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(b)); }'
    assert found(code % other) == {(5, "RSA-2048"), (8, "RSA"), (10, "RSA-PKCS1-1.5")}


@pytest.mark.parametrize(
    ("statements", "argument", "expected"),
    [
        ('StringBuilder b = new StringBuilder(); b.append("DES"); b.append("/ECB").append("/NoPadding");',
         "b.toString()", {"DES-ECB"}),
        ('StringBuffer b = new StringBuffer("RC"); b.append(2);', "b.toString()", {"RC2"}),
        ('StringBuilder b = new StringBuilder("RC2"); fill(b);', "b.toString()", set()),
        ('StringBuilder b = new StringBuilder("DES"); if (yes) b.append("/ECB/NoPadding");', "b.toString()", set()),
        ("", 'new StringBuilder("SED").reverse().toString()', {"DES"}),
        ('String s = "DE"; s += "S";', "s", {"DES"}),
        ("", '"xDESx".substring(1, 4)', {"DES"}),
        ("", '"AES:DES".split(":")[1]', {"DES"}),
        ("", '"AES|DES".split("|")[1]', set()),
        ("", '" des ".trim().toUpperCase(java.util.Locale.ROOT)', {"DES"}),
        ("", 'java.text.MessageFormat.format("{0}/{1}/NoPadding", "AES", "ECB")', {"AES-ECB"}),
        ("char[] c = {'D', 'E', 'S'};", "new String(c)", {"DES"}),
        ("", 'String.copyValueOf("RC2".toCharArray())', {"RC2"}),
        ('String[] a = new String[2]; a[0] = "RC2"; a[1] = "DES";', "a[0]", {"RC2"}),
        ('Map<Integer, String> m = new HashMap<>(); m.put(1, "RC2"); m.put(2, "DES");', "m.get(2)",
         {"DES"}),
        ('List<String> l = new ArrayList<>(); l.add("RC2");', "l.get(0)", {"RC2"}),
        ('Properties p = new Properties(); p.setProperty("c", "DES");', 'p.getProperty("c")', {"DES"}),
        ('Properties p = new Properties(); p.setProperty("c", "DES");', 'p.getProperty("d")', set()),
        ("", 'java.util.Optional.ofNullable(System.getenv("C")).orElse("DES")', {"DES"}),
        ('Config config = new Config("DES", 56);', "config.name()", {"DES"}),
        ("", "Alg.TWO.get()", {"RC2"}),
        ("Alg alg = Alg.ONE;", "alg.name", {"DES"}),
    ],
)  # fmt: skip
def test_names_that_the_code_puts_together(statements: str, argument: str, expected: set[str]) -> None:
    """Builders, cut texts, arrays, collections, holders, records and objects lead to one name, or to none."""
    members = """record Config(String name, int bits) { }
enum Alg { ONE("DES"), TWO("RC2"); final String name; Alg(String name) { this.name = name; }
  String get() { return name; } }"""
    imports = "import java.security.*; import java.util.*; import javax.crypto.*;"
    code = in_method(f"{statements}\nCipher.getInstance({argument});", members.replace("\n", " "), imports)
    assert {name for _, name in found(code)} == expected
