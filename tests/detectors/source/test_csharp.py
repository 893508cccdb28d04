"""C#: usings, properties, initializers, overloads and objects followed through one file, and where they end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import csharp
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

CRYPTOGRAPHY = "using System.Security.Cryptography;"


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in csharp.DETECTOR.detect(SourceFile("A.cs", code.encode(), "csharp"))
        if isinstance(one, Finding | Diagnostic)
    ]


def findings(code: str) -> list[Finding]:
    return [result for result in results(code) if isinstance(result, Finding)]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(finding.location.line, algorithms.name(finding.asset)) for finding in findings(code)}


def in_method(body: str, members: str = "", usings: str = CRYPTOGRAPHY) -> str:
    """Wrap statements into a method; the body starts on line 4."""
    return f"{usings}\nclass A {{ {members}\nvoid Run(byte[] data, string given, bool yes) {{\n{body}\n}}\n}}\n"


@pytest.mark.parametrize(
    ("usings", "call"),
    [
        ("using System.Security.Cryptography;", "MD5.Create();"),
        ("global using System.Security.Cryptography;", "MD5.Create();"),
        ("using static System.Security.Cryptography.MD5;", "HashData(data);"),
        ("using Digest = System.Security.Cryptography.MD5;", "Digest.HashData(data);"),
        ("using System;", "System.Security.Cryptography.MD5.HashData(data);"),
        ("using System;", "global::System.Security.Cryptography.MD5.HashData(data);"),
        ("using System.Security.Cryptography;", "new MD5CryptoServiceProvider();"),
        ("using System;", "new System.Security.Cryptography.MD5CryptoServiceProvider();"),
        ("using System.Security.Cryptography;", "System.Func<HashAlgorithm> make = MD5.Create;"),
    ],
)
def test_names_of_every_kind(usings: str, call: str) -> None:
    """Usings, static and aliased usings and full names lead to the same class."""
    assert found(in_method(call, usings=usings)) == {(4, "MD5")}


def test_a_class_of_the_same_name_from_elsewhere_is_no_use() -> None:
    """A class of the file is meant before one of a library; without a using, nothing is."""
    local = "class MD5 { public static byte[] HashData(byte[] d) => d; }"
    assert found(in_method("MD5.HashData(data);", local)) == set()
    assert found(in_method("MD5.HashData(data);", usings="// System.Security.Cryptography")) == set()


def test_types_attributes_patterns_strings_and_comments_are_no_uses() -> None:
    """Only what runs is a use: a declared type, a pattern, an attribute or a word is none."""
    code = f"""{CRYPTOGRAPHY}
[Algorithm(typeof(MD5), "MD5.Create()")]
class A : HMACMD5, IDisposable where T : MD5 {{
    private MD5 field; public MD5 Property {{ get; set; }} // MD5.Create()
    MD5 Run(MD5 parameter, List<MD5> all) {{
        if (parameter is MD5 other) {{ }} var kind = typeof(MD5); var name = nameof(MD5) + "MD5.Create()";
        switch (mode) {{ case CipherMode.ECB: break; }}
        return null;
    }}
}}
"""
    assert found(code) == set()


@pytest.mark.parametrize(
    "comparison",
    [
        "if (name == HashAlgorithmName.MD5) { }",
        "var same = name.Equals(HashAlgorithmName.MD5);",
        "var x = name switch { HashAlgorithmName.MD5 => 1, _ => 2 };",
        "if (name is HashAlgorithmName.MD5) { }",
        "Assert.AreEqual(HashAlgorithmName.MD5, name);",
        "Debug.Assert((object)HashAlgorithmName.MD5 == (object)name);",
    ],
)
def test_comparisons_and_patterns_are_no_uses(comparison: str) -> None:
    """Asking whether something is an algorithm does not use it."""
    assert found(in_method(comparison)) == set()


def test_set_properties_and_initializers_complete_an_object() -> None:
    """What is assigned to an object after its creation, or in its initializer, belongs to its creation."""
    code = in_method(
        "var aes = Aes.Create();\naes.KeySize = Bits;\naes.Mode = yes ? CipherMode.CBC : CipherMode.ECB;\n"
        "var des = new TripleDESCryptoServiceProvider { Mode = CipherMode.CFB };\n"
        "Aes other = new AesManaged() { Key = new byte[24] };\nother.EncryptCbc(data, iv);",
        "const int Bits = 2 * 64;",
    )
    assert found(code) == {(4, "AES-128-CBC"), (4, "AES-128-ECB"), (7, "3DES-CFB"), (8, "AES-192-CBC")}


def test_a_field_made_in_a_constructor_is_known_in_a_method() -> None:
    """The key of a field is the same key where another method signs with it."""
    code = f"""{CRYPTOGRAPHY}
class Signer {{
    private readonly RSA rsa; private readonly HashAlgorithmName hash = HashAlgorithmName.SHA512;
    public Signer() {{ this.rsa = RSA.Create(3072); }}
    public byte[] Sign(byte[] data) => rsa.SignData(data, hash, RSASignaturePadding.Pss);
}}
"""
    assert found(code) == {(3, "SHA-512"), (4, "RSA-3072"), (5, "RSA-PSS-SHA-512-3072")}


def test_loading_a_key_makes_the_size_of_the_generated_one_void() -> None:
    """``new RSACryptoServiceProvider(2048)`` says nothing of a key that is loaded over it."""
    code = in_method(
        "var rsa = new RSACryptoServiceProvider(2048);\nrsa.FromXmlString(given);\nrsa.Encrypt(data, true);\n"
        "var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);\nec.ImportFromPem(given);\nec.SignHash(data);"
    )
    assert found(code) == {(4, "RSA"), (6, "RSA-OAEP-SHA-1"), (7, "ECDSA"), (9, "ECDSA")}


def test_a_parameter_takes_the_values_of_its_callers() -> None:
    """A local wrapper is read with what this file passes to it, by position and by name."""
    code = f"""{CRYPTOGRAPHY}
class A {{
    RSA Make(int bits = 1024, string label = null) => RSA.Create(bits);
    void Run() {{ Make(4096); Make(label: "x", bits: 2048); }}
}}
"""
    made = {algorithms.name(f.asset): f.confidence for f in findings(code) if f.location.line == 3}
    assert set(made) == {"RSA-1024", "RSA-2048", "RSA-4096"}
    assert max(made.values()) < 0.95


def test_constructors_pass_their_arguments_on() -> None:
    """``new``, ``this(…)`` and ``base(…)`` reach the constructor that fits."""
    code = f"""{CRYPTOGRAPHY}
class Base {{ protected Base(int bits) {{ RSA.Create(bits); }} }}
class A : Base {{ A(string name) : base(3072) {{ }} A() : this("x") {{ }} }}
class B {{ B(int bits) {{ RSA.Create(bits); }} static B Of() => new B(2048); }}
"""
    assert found(code) >= {(2, "RSA-3072"), (4, "RSA-2048")}
    assert not any(line == 2 and name == "RSA-2048" for line, name in found(code))


def test_an_overload_that_only_types_could_tell_is_left_open() -> None:
    """A call that may reach a DSA or an RSA method is attributed to neither."""
    code = f"""{CRYPTOGRAPHY}
class A {{
    byte[] Sign(DSA key) => new DSASignatureFormatter(key).CreateSignature(hash);
    byte[] Sign(RSA key) => new RSAPKCS1SignatureFormatter(key).CreateSignature(hash);
    void Run(Certificate c, RSA known) {{
        Sign(c.Key);
        Sign(known);
    }}
}}
"""
    assert found(code) == {(3, "DSA"), (4, "RSA-PKCS1-1.5"), (7, "RSA-PKCS1-1.5")}


def test_a_value_that_may_be_set_from_outside_is_a_default() -> None:
    """Next to a value from out of sight, one in sight is only one of those it may have."""
    code = in_method(
        "HashAlgorithm.Create(Name);",
        'string name = "SHA1"; string Name { get => name; set { name = value.Trim(); } }',
    )
    assert [(algorithms.name(f.asset), f.confidence < 0.9) for f in findings(code)] == [("SHA-1", True)]


def test_strings_are_put_together() -> None:
    """Concatenations, templates, formats and case changes give the name that is looked up."""
    code = in_method(
        'HashAlgorithm.Create("SHA" + 256);\nHashAlgorithm.Create($"SHA{Bits}");\n'
        'HashAlgorithm.Create(string.Format("{0}{1:D}", "SHA", 512));\n'
        'HashAlgorithm.Create("md5".ToUpperInvariant());\n'
        'HashAlgorithm.Create(@"SHA1");\nHashAlgorithm.Create(names["a"]);',
        "const int Bits = 384;"
        'Dictionary<string, string> names = new Dictionary<string, string> { ["a"] = "RIPEMD160" };',
    )
    expected = {(4, "SHA-256"), (5, "SHA-384"), (6, "SHA-512"), (7, "MD5"), (8, "SHA-1"), (9, "RIPEMD-160")}
    assert found(code) == expected


def test_key_sizes_follow_literals_encodings_and_derivations() -> None:
    """A cipher has the size of the key it is given, where that can be read; else it stays unknown."""
    code = in_method(
        "new AesGcm(new byte[16]);\n"
        'new AesGcm(Convert.FromHexString("00112233445566778899aabbccddeeff0011223344556677"));\n'
        'new AesGcm(Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdef"));\nnew AesGcm(data);\n'
        "new AesGcm(Rfc2898DeriveBytes.Pbkdf2(data, data, 1000, HashAlgorithmName.SHA256, 32));"
    )
    sizes = {(line, name) for line, name in found(code) if name.startswith("AES")}
    assert sizes == {(4, "AES-128-GCM"), (5, "AES-192-GCM"), (6, "AES-256-GCM"), (7, "AES-GCM"), (8, "AES-256-GCM")}


def test_extension_methods_local_functions_lambdas_and_generics() -> None:
    """Code is read wherever it stands."""
    code = f"""{CRYPTOGRAPHY}
static class Ext {{
    static byte[] Seal(this RSA rsa, byte[] d) => rsa.Encrypt(d, RSAEncryptionPadding.Pkcs1);
    static void Run(List<byte[]> all) {{
        byte[] Local(byte[] d) => SHA1.HashData(d);
        all.ForEach(d => SHA256.HashData(d));
        Func<byte[], byte[]> f = delegate (byte[] b) {{ return SHA384.HashData(b); }};
        foreach (var n in new[] {{ HashAlgorithmName.SHA512, HashAlgorithmName.MD5 }})
            IncrementalHash.CreateHash(n);
    }}
}}
"""
    once = {(3, "RSA-PKCS1-1.5"), (5, "SHA-1"), (6, "SHA-256"), (7, "SHA-384")}
    assert found(code) == once | {(line, name) for line in (8, 9) for name in ("SHA-512", "MD5")}


def test_an_algorithm_decided_out_of_sight_is_a_gap_and_no_guess() -> None:
    """A name that comes in from outside is said to be open."""
    code = in_method("HashAlgorithm.Create(given);")
    gaps = [result for result in results(code) if isinstance(result, Diagnostic)]
    assert found(code) == set()
    assert [(gap.line, gap.rule) for gap in gaps] == [(4, "system-security-cryptography/hash-by-name")]


def test_both_sides_of_a_conditional_compilation_are_read() -> None:
    """What is compiled for one framework or the other is in the code all the same."""
    assert found(in_method("#if NET\nSHA256.HashData(data);\n#else\nSHA1.Create();\n#endif")) == {
        (5, "SHA-256"),
        (7, "SHA-1"),
    }


def test_no_literal_of_the_code_leaves_the_scanner() -> None:
    """Secrets beside a call stand in no field of a finding."""
    code = in_method('new Rfc2898DeriveBytes("hunter2hunter2", data, 1000);')
    assert found(code) == {(4, "PBKDF2-HMAC-SHA-1")}
    assert "hunter2" not in repr(results(code))


@given(st.text(alphabet="claspubinewvord{}()<>:;.=,[]?\"'@$ MD5Create\n", max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_stops_the_detector(code: str) -> None:
    """Broken files are read as far as they go."""
    results(f"{CRYPTOGRAPHY}\n{code}")


@pytest.mark.parametrize(
    "body",
    [
        "f(" * 3000 + "MD5.Create()" + ")" * 3000 + ";",
        "x" + ".Foo()" * 3000 + "; MD5.Create();",
        "x = " * 2000 + "y; MD5.Create();",
        "var a = b; var b = a; " * 500 + "MD5.Create();",
        "{" * 1500 + "}" * 1500 + "MD5.Create();",
        'var s = "a"' + ' + "b"' * 3000 + "; MD5.Create();",
    ],
)
def test_deep_code_is_bounded(body: str) -> None:
    """Nesting that nobody writes costs bounded work and hides nothing beside it."""
    started = time.process_time()
    assert (4, "MD5") in found(in_method(body))
    assert time.process_time() - started < 20
