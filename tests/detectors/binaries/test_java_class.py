"""Calls in compiled classes: compiled by javac where it is there, assembled by hand elsewhere."""

import struct
from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Diagnostic, Finding, Role, Skip, Technique

from .class_builder import ClassBuilder

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
GET_CIPHER = ("javax/crypto/Cipher", "getInstance", "(Ljava/lang/String;)Ljavax/crypto/Cipher;")

SAMPLE = """
import java.security.*;
import java.security.spec.*;
import javax.crypto.*;
import javax.crypto.spec.*;
import javax.net.ssl.*;

public class Sample {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private final String mac;
    Sample() { this.mac = "Hmac" + "SHA256"; }

    Cipher constant() throws Exception { return Cipher.getInstance(CIPHER); }
    Mac field() throws Exception { return Mac.getInstance(mac); }
    KeyPair builder() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        return generator.generateKeyPair();
    }
    void branch(boolean first) throws Exception { new ECGenParameterSpec(first ? "secp256r1" : "secp384r1"); }
    SecretKey password(char[] text, byte[] salt) throws Exception {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(
            new PBEKeySpec(text, salt, 210000, 256));
    }
    MessageDigest unknown(String name) throws Exception { return MessageDigest.getInstance(name); }
    private Signature signature(String name) throws Exception { return Signature.getInstance(name); }
    Signature caller() throws Exception { return signature("SHA256withECDSA"); }
    void array(SSLEngine engine) { engine.setEnabledProtocols(new String[] { "TLSv1.3" }); }
    KeyGenerator loop(int count) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("DESede");
        int size = 112;
        while (count-- > 0) size += 56;
        generator.init(size);
        return generator;
    }
    MessageDigest caught() throws Exception {
        String name = "MD5";
        try { Class.forName(name); } catch (ClassNotFoundException error) { name = "SHA-384"; }
        return MessageDigest.getInstance(name);
    }
    Cipher joined(String mode) throws Exception { return Cipher.getInstance("AES/" + mode + "/PKCS5Padding"); }
    Object comment() { return "Cipher.getInstance(\\"RC4\\")"; }
}
"""


def line(text: str) -> str:
    """Return the place of the first line of the sample that holds a text."""
    return f"Sample.java:{SAMPLE.split(text)[0].count(chr(10)) + 1}"


def test_calls_mean_what_they_mean_in_source(javac: Callable[..., bytes], look: Look, rows: Rows) -> None:
    findings, diagnostics = look("app.jar!/Sample.class", javac("Sample", SAMPLE, "-g"))
    assert rows(findings) == [
        ("3DES", "javax.crypto.KeyGenerator.getInstance"),
        ("AES", "javax.crypto.Cipher.getInstance"),  # the mode is a parameter
        ("AES-GCM", "javax.crypto.Cipher.getInstance"),
        ("EC-P-256", "java.security.spec.ECGenParameterSpec"),
        ("EC-P-384", "java.security.spec.ECGenParameterSpec"),
        ("ECDSA-SHA-256", "java.security.Signature.getInstance"),
        ("HMAC-SHA-256", "javax.crypto.Mac.getInstance"),
        ("MD5", "java.security.MessageDigest.getInstance"),
        ("PBKDF2-HMAC-SHA-512", "javax.crypto.SecretKeyFactory.getInstance"),
        ("RSA-3072", "java.security.KeyPairGenerator.getInstance"),
        ("SHA-384", "java.security.MessageDigest.getInstance"),
        ("TLSv1.3", "javax.net.ssl.SSLEngine.setEnabledProtocols"),
    ]
    places = {algorithms.name(found.asset): dict(found.details)["source-line"] for found in findings}
    assert places["AES-GCM"] == line("return Cipher.getInstance(CIPHER)")
    assert places["RSA-3072"] == line('getInstance("RSA")')
    assert {(found.technique, found.role, found.location.line) for found in findings} == {
        (Technique.PARSER, Role.PRODUCTION, 1)
    }
    gaps = [(said.rule, said.message.rpartition(" ")[2]) for said in diagnostics]
    assert gaps == [
        ("jca/message-digest", f"({line('return MessageDigest.getInstance(name); }')})"),
    ]
    assert {said.skip for said in diagnostics} == {Skip.UNRESOLVED}


def test_without_debug_information_there_is_no_line(javac: Callable[..., bytes], look: Look) -> None:
    findings, _ = look("Sample.class", javac("Sample", SAMPLE, "-g:none"))
    assert len(findings) == 12
    assert all("source-line" not in dict(found.details) for found in findings)


def cipher(transformation: str, name: str = "a/Sample") -> tuple[ClassBuilder, bytes]:
    """Return a class and the code of ``Cipher.getInstance(transformation)``."""
    made = ClassBuilder(name)
    load = b"\x13" + struct.pack(">H", made.string(transformation))
    return made, load + b"\xb8" + struct.pack(">H", made.method(*GET_CIPHER)) + b"\x57\xb1"


def test_an_assembled_class(look: Look, rows: Rows) -> None:
    made, code = cipher("AES/CBC/PKCS5Padding")
    findings, diagnostics = look("Sample.class", made.build(code))
    assert rows(findings) == [("AES-CBC", "javax.crypto.Cipher.getInstance")]
    assert diagnostics == []


def test_a_string_that_no_call_takes_is_nothing(look: Look) -> None:
    made, _ = cipher("RC4")
    assert look("Sample.class", made.build(b"\xb1")) == ([], [])


def test_the_classes_of_a_library_are_vendored(look: Look) -> None:
    made, code = cipher("DES/ECB/NoPadding", "org/bouncycastle/jce/Sample")
    assert [found.role for found in look("Sample.class", made.build(code))[0]] == [Role.VENDORED]


def test_what_is_no_instruction_is_said(look: Look) -> None:
    made, code = cipher("AES")
    _, diagnostics = look("Sample.class", made.build(code + b"\xff"))
    assert [said.skip for said in diagnostics] == [Skip.MALFORMED]


def test_code_that_never_ends_is_bounded(look: Look) -> None:
    """A jump to itself, a deep stack, strings that double: nothing is executed, so nothing grows."""
    made, code = cipher("AES")
    double = b"\x59" + b"\xba\x00\x01\x00\x00"
    for hostile in (b"\xa7\x00\x00", b"\x59" * 30_000, (b"\x01" * 3000), double * 10):
        look("Sample.class", made.build(code[:-1] + hostile))


@given(st.binary(max_size=400))
def test_any_code_is_read_or_said(look: Look, code: bytes) -> None:
    made, call = cipher("AES/GCM/NoPadding")
    _, diagnostics = look("Sample.class", made.build(call[:-1] + code))
    assert {said.skip for said in diagnostics} <= {Skip.MALFORMED, Skip.UNRESOLVED}


@given(st.data())
def test_a_class_with_any_bytes_changed_is_read_or_said(look: Look, data: st.DataObject) -> None:
    made, code = cipher("AES/GCM/NoPadding")
    whole = bytearray(made.build(code))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(whole[: data.draw(st.integers(8, len(whole)))])
    _, diagnostics = look("Sample.class", changed)
    assert {said.skip for said in diagnostics} <= {Skip.MALFORMED, Skip.UNRESOLVED}
