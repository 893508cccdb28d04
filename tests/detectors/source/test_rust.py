"""Rust: paths, type arguments, macros, objects and wrappers followed through one file, and where they end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import rust
from pqc_migrate.detectors.source.rust_names import readable
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in rust.DETECTOR.detect(SourceFile("a.rs", code.encode(), "rust"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code) if isinstance(r, Finding)}


def in_function(body: str, imports: str = "", items: str = "") -> str:
    """Wrap statements into a function; the body starts on line 4."""
    return f"{imports}\n{items}\nfn run(data: &[u8], yes: bool) -> Result<(), Error> {{\n{body}\n}}\n"


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("use sha2::Sha256;", "Sha256::digest(data);"),
        ("use sha2::Sha256 as Hash;", "Hash::digest(data);"),
        ("use sha2::{self, Digest};", "sha2::Sha256::digest(data);"),
        ("use sha2::*;", "Sha256::new();"),
        ("use {sha2::{Digest, Sha256}, std::io};", "<Sha256 as Digest>::digest(data);"),
        ("extern crate sha2 as hashes; use hashes::Sha256;", "Sha256::default();"),
        ("extern crate sha2; use self::sha2::Sha256;", "Sha256::default();"),
        ("type Hash = sha2::Sha256;", "Hash::new();"),
        ("use ::sha2::Sha256;", "::sha2::Sha256::new();"),
    ],
)
def test_paths_of_every_kind(imports: str, call: str) -> None:
    """Imports, aliases, full paths and trait calls lead to the same type."""
    assert found(in_function(call, imports)) == {(4, "SHA-256")}


def test_a_type_of_the_same_name_from_elsewhere_is_no_use() -> None:
    """An import or a struct of the file decides what a name is, not the name."""
    assert found(in_function("Sha256::new(); sha2::nothing();", "use cargo_util::Sha256;")) == set()
    assert found(in_function("Sha256::new();", "use crate::sha2::Sha256;")) == set()
    local = "struct Sha256; impl Sha256 { fn new() -> u8 { 1 } }"
    assert found(in_function("Sha256::new(); sha2::nothing();", items=local)) == set()


def test_a_variable_with_a_crates_name_does_not_hide_the_crate() -> None:
    """Paths and variables are different name spaces."""
    assert found(in_function("let md5 = md5::Md5::new();\nlet again = md5::compute(data);")) == {
        (4, "MD5"),
        (5, "MD5"),
    }


def test_types_traits_attributes_strings_and_comments_are_no_uses() -> None:
    """Only what runs is a use: a declared type, a bound or a word is none."""
    code = """
use sha2::{Digest, Sha256};
/// Sha256::new()
#[doc = "Sha256::new()"]
struct Keep { hasher: Sha256, all: Vec<Sha256> }
impl From<Sha256> for Keep { fn from(hasher: Sha256) -> Self { todo!("Sha256::new()") } }
fn take(a: &Sha256, b: Option<Sha256>) -> Result<Sha256, Error> { let c: Vec<Sha256> = Vec::new(); Err(Error) }
/* Sha256::new() */
"""
    assert found(code) == set()


@pytest.mark.parametrize(
    "comparison",
    [
        "if alg == Algorithm::RS256 { }",
        "if alg != &Algorithm::RS256 { }",
        "assert_eq!(alg, Algorithm::RS256);",
        "match alg { Algorithm::RS256 => 1, _ => 2 };",
        "if let Algorithm::RS256 = alg { }",
        "matches!(alg, Algorithm::RS256);",
    ],
)
def test_comparisons_and_patterns_are_no_uses(comparison: str) -> None:
    """Asking whether something is an algorithm does not use it."""
    assert found(in_function(comparison, "use jsonwebtoken::Algorithm;")) == set()


def test_type_arguments_of_a_call_choose_an_algorithm() -> None:
    """A type given to somebody's generic function is a use; it is completed by the type around it."""
    code = in_function(
        "hash_with::<Sha256>(data);\nlet k = Key::<Aes256Gcm>::from_slice(data);\n"
        "Hmac::<Sha256>::new_from_slice(data);",
        "use aes_gcm::{Aes256Gcm, Key}; use hmac::Hmac; use sha2::Sha256;",
    )
    assert found(code) == {(4, "SHA-256"), (5, "AES-256-GCM"), (6, "HMAC-SHA-256"), (6, "SHA-256")}


def test_the_declared_type_of_a_variable_gives_missing_type_arguments() -> None:
    """``let mac: Hmac<Sha512> = Hmac::new…`` says the digest on the left."""
    code = in_function(
        "let mac: Hmac<Sha512> = Hmac::new_from_slice(data).unwrap();", "use hmac::Hmac; use sha2::Sha512;"
    )
    assert found(code) == {(4, "HMAC-SHA-512")}


@pytest.mark.parametrize(
    "statement",
    [
        'println!("{:x}", Md5::digest(data));',
        "let all = vec![Box::new(Md5::new())];",
        "assert!(Md5::digest(data).is_empty());",
        'log::debug!("{}", hex::encode(Md5::digest(data)));',
        "lazy_static! { static ref SUM: Vec<u8> = Md5::digest(KEY).to_vec(); }",
        "thread_local! { static SUM: Vec<u8> = Md5::digest(KEY).to_vec() }",
    ],
)
def test_calls_inside_well_known_macros_are_read(statement: str) -> None:
    """The arguments of a macro are tokens to the grammar, and code to us."""
    assert found(in_function(statement, "use md5::{Digest, Md5};")) == {(4, "MD5")}


def test_macros_of_unknown_syntax_hide_nothing_around_them() -> None:
    """A macro with a language of its own is left alone, and what follows it is read."""
    code = in_function(
        'tokio::select! { x = left => { 1 }, else => 2 }\njson!({ "a": [1] });\nMd5::digest(data);', "use md5::Md5;"
    )
    assert found(code) == {(6, "MD5")}


@given(st.binary(max_size=200) | st.text(alphabet='vec![](){};"ab_ref static!\n', max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_writing_macros_out_keeps_every_offset(data: bytes) -> None:
    """Lines and offsets of findings are those of the file."""
    assert len(readable(data)) == len(data)
    assert readable(data).count(b"\n") == data.count(b"\n")


@given(st.text(alphabet="fnusletimpl{}()<>:;&!|=.,#[]'\"Sha256 md5\n", max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_stops_the_detector(code: str) -> None:
    """Broken files are read as far as they go."""
    results("use md5::Md5;\n" + code)


def test_sizes_follow_constants_arithmetic_and_casts() -> None:
    """A key size is read through constants, products and casts; from out of sight it stays unknown."""
    code = in_function(
        "RsaPrivateKey::new(&mut rng, BITS)?;\nRsaPrivateKey::new(&mut rng, Self::SMALL as usize)?;\n"
        "let given = config.bits();\nRsaPrivateKey::new(&mut rng, given)?;\n"
        "RsaPrivateKey::new(&mut rng, 0x1000usize)?;",
        "use rsa::RsaPrivateKey;",
        "const HALF: usize = 1 << 10; const BITS: usize = HALF * 2;",
    )
    assert found(code) == {(4, "RSA-2048"), (5, "RSA"), (7, "RSA"), (8, "RSA-4096")}


def test_both_branches_of_a_condition_are_reported() -> None:
    """What an ``if`` or ``match`` gives is any of its branches."""
    code = in_function(
        "let alg = if yes { &digest::SHA256 } else { &digest::SHA384 };\nlet sum = digest::digest(alg, data);\n"
        "let cipher = match bits { 128 => Cipher::aes_128_cbc(), _ => return Ok(()) };\n"
        "encrypt(cipher, key, None, data)?;",
        "use openssl::symm::{encrypt, Cipher}; use ring::digest;",
    )
    expected = {
        (4, "SHA-256"),
        (4, "SHA-384"),
        (5, "SHA-256"),
        (5, "SHA-384"),
        (6, "AES-128-CBC"),
        (7, "AES-128-CBC"),
    }
    assert found(code) == expected


def test_a_parameter_takes_the_values_of_its_callers() -> None:
    """A local wrapper is read with what this file passes to it."""
    code = """
use openssl::rsa::Rsa;
fn make(bits: u32) -> Rsa<Private> { Rsa::generate(bits).unwrap() }
struct Maker;
impl Maker { fn make(&self, bits: u32) -> u32 { Rsa::generate(bits).unwrap(); bits } }
fn run(maker: Maker) { make(3072); maker.make(1024); }
"""
    names = {
        (r.location.line, algorithms.name(r.asset)): r.confidence for r in results(code) if isinstance(r, Finding)
    }
    assert set(names) == {(3, "RSA-3072"), (5, "RSA-1024"), (6, "RSA-3072")}
    assert names[3, "RSA-3072"] < 0.95


def test_objects_in_fields_are_followed_from_where_they_are_made() -> None:
    """A key that a constructor puts into a field is the same key where a method signs with it."""
    code = """
use ring::{hmac, signature::{RsaKeyPair, RSA_PSS_SHA512}};
struct Service { mac: hmac::Key, pair: RsaKeyPair, name: String }
impl Service {
    fn open(bytes: &[u8]) -> Self {
        let mac = hmac::Key::new(hmac::HMAC_SHA384, bytes);
        Self { mac, pair: RsaKeyPair::from_der(bytes).unwrap(), name: "Sha256".into() }
    }
    fn tag(&self, data: &[u8]) { hmac::sign(&self.mac, data); self.pair.sign(&RSA_PSS_SHA512, &rng, data, out); }
}
"""
    assert found(code) == {(6, "HMAC-SHA-384"), (7, "RSA"), (9, "HMAC-SHA-384"), (9, "RSA-PSS-SHA-512")}


def test_an_algorithm_decided_out_of_sight_is_a_gap_and_no_guess() -> None:
    """A digest that comes in from outside is said to be open."""
    code = "use ring::digest;\npub fn sum(alg: &'static digest::Algorithm) {\n digest::digest(alg, data);\n}\n"
    gaps = [result for result in results(code) if isinstance(result, Diagnostic)]
    assert found(code) == set()
    assert [(gap.line, gap.rule) for gap in gaps] == [(3, "ring/digest")]


def test_calls_of_a_files_own_wrapper_are_uses_too() -> None:
    """``fingerprint(x)`` is a use of SHA-256 where fingerprint returns one."""
    code = """
use sha2::{Digest, Sha256};
fn fingerprint(data: &[u8]) -> Vec<u8> { Sha256::digest(data).to_vec() }
fn run() { let sum = fingerprint(b"x"); }
"""
    assert found(code) == {(3, "SHA-256"), (4, "SHA-256")}


def test_values_of_other_files_of_the_crate(tmp_path: Path) -> None:
    """Constants and aliases of ``crate::`` and ``mod`` files are followed inside the target."""
    (tmp_path / "src" / "net").mkdir(parents=True)
    (tmp_path / "src" / "settings.rs").write_text("pub const BITS: u32 = 3072;\npub type Hash = sha2::Sha384;\n")
    (tmp_path / "src" / "net" / "keys.rs").write_text(
        "use crate::settings::BITS;\nuse openssl::rsa::Rsa;\nfn run() { Rsa::generate(BITS).unwrap(); }\n"
    )
    (tmp_path / "src" / "main.rs").write_text(
        "mod settings;\nfn main() { openssl::rsa::Rsa::generate(settings::BITS).unwrap(); }\n"
    )
    result = scan([str(tmp_path)], ScanOptions(jobs=1))
    names = {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in result.findings}
    assert names == {("src/net/keys.rs", 3, "RSA-3072"), ("src/main.rs", 2, "RSA-3072")}


def test_no_literal_of_the_code_leaves_the_scanner() -> None:
    """Secrets beside a call stand in no field of a finding."""
    code = in_function(
        'encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"hunter2hunter2"));',
        "use jsonwebtoken::{encode, Algorithm, EncodingKey, Header};",
    )
    assert found(code) == {(4, "HMAC-SHA-256")}
    assert "hunter2" not in repr(results(code))


@pytest.mark.parametrize(
    "code",
    [
        "use md5::Md5; fn f() { " + "g(" * 3000 + "Md5::new()" + ")" * 3000 + "; }",
        "use md5::Md5; fn f() { " + "&" * 5000 + "Md5::new(); }",
        "use " + "a::{" * 500 + "b" + "}" * 500 + "; fn f() { md5::Md5::new(); }",
        "use md5::Md5; type A = " + "Box<" * 2000 + "Md5" + ">" * 2000 + "; fn f() { Md5::new(); }",
        "use md5::Md5; fn f() { let x" + " = &x; let x" * 2000 + " = Md5::new(); }",
        "use md5::Md5; fn f() { x" + ".unwrap()" * 3000 + "; Md5::new(); }",
    ],
)
def test_deep_code_is_bounded(code: str) -> None:
    """Nesting that nobody writes costs bounded work and hides nothing beside it."""
    started = time.process_time()
    assert (1, "MD5") in found(code) or code.startswith("use a::{")
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("tls::SslVersion", {(5, "TLSv1.2")}),  # the library's type
        ("SslVersion", {(5, "TLSv1.2")}),
        ("super::SslVersion", set()),  # the project's own, whatever it is called
    ],
)
def test_self_is_the_type_an_impl_block_is_for(owner: str, expected: set[tuple[int, str]]) -> None:
    """``Self`` in an impl block for another crate's type is that type, and not this file's own of that name."""
    named = "use openssl::ssl::SslVersion;" if owner == "SslVersion" else "enum SslVersion { TLS1_2 }"
    code = (
        f"use openssl::ssl as tls; {named}\n"
        f"impl From<u8> for {owner} {{\n"
        "    fn from(value: u8) -> Self {\n"
        "        match value {\n"
        "            2 => Self::TLS1_2,\n"
        "            _ => unreachable!(),\n"
        "        }\n    }\n}\n"
    )
    assert found(code) == expected


def test_an_object_has_the_methods_of_its_type_under_every_name_of_its_crate() -> None:
    """aws-lc-rs is looked up as ring; what its functions make is called on all the same."""
    code = (
        "use aws_lc_rs::{agreement, kem};\n"
        "struct Pair { key: kem::DecapsulationKey }\n"
        "impl Pair {\n"
        "    fn new() -> Self { Pair { key: kem::DecapsulationKey::generate(&kem::ML_KEM_768).unwrap() } }\n"
        "    fn open(&self, text: &[u8]) { self.key.decapsulate(text.into()); }\n"
        "    fn public(&self) { self.key.algorithm(); }\n"
        "}\n"
    )
    assert found(code) == {(4, "ML-KEM-768"), (5, "ML-KEM-768")}
