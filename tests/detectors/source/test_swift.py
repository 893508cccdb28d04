"""Swift: type arguments, implicit members, dictionaries, enums and initializers followed through one file."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import swift
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

IMPORTS = "import CryptoKit; import CommonCrypto; import Security\n"


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in swift.DETECTOR.detect(SourceFile("A.swift", code.encode(), "swift"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found; the code starts on line 2."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(IMPORTS + code) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("import CryptoKit", "SHA256"),
        ("import Crypto", "SHA256"),
        ("import struct Crypto.SHA256", "SHA256"),
        ("import CryptoKit", "CryptoKit.SHA256"),
        ("import CryptoKit\ntypealias Hash = SHA256", "Hash"),
    ],
)
def test_names_of_every_kind_of_import(imports: str, name: str) -> None:
    """Modules, single types, full names and type aliases lead to the same type."""
    code = f"{imports}\nlet h = {name}.hash(data: data)\n"
    assert [algorithms.name(r.asset) for r in results(code) if isinstance(r, Finding)] == ["SHA-256"]


def test_a_type_of_the_file_hides_the_librarys() -> None:
    """A struct of the file with a library's name is no use of the library."""
    code = "struct SHA256 { static func hash(data: Data) -> Data { data } }\nlet h = SHA256.hash(data: data)\n"
    assert found(code) == set()


@pytest.mark.parametrize(
    "expression",
    [
        "HMAC<SHA384>.authenticationCode(for: data, using: key)",
        "Data(HMAC<SHA384>.authenticationCode(for: data, using: key))",
        "try HMAC<SHA384>.authenticationCode(for: data, using: key).map { $0 }",
        "HMAC<SHA384>(key: key)",
        "CryptoKit.HMAC<SHA384>(key: key)",
        "compare(a, HMAC<SHA384>.authenticationCode(for: data, using: key))",
    ],
)
def test_the_type_argument_is_the_digest(expression: str) -> None:
    """``HMAC<SHA384>`` is HMAC with SHA-384, however the call is nested, and SHA-384 is no use by itself."""
    assert found(f"func run() {{\n_ = {expression}\n}}\n") == {(3, "HMAC-SHA-384")}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("SymmetricKey(size: .bits192)", "AES-192-GCM"),
        ("SymmetricKey(size: SymmetricKeySize.bits128)", "AES-128-GCM"),
        ("SymmetricKey(size: SymmetricKeySize(bitCount: 256))", "AES-256-GCM"),
        ("SymmetricKey(data: Data(count: 16))", "AES-128-GCM"),
        ("SymmetricKey(data: [UInt8](repeating: 0, count: 32))", "AES-256-GCM"),
        ('SymmetricKey(data: Data("0123456789abcdef".utf8))', "AES-128-GCM"),
        ('SymmetricKey(data: "0123456789abcdef".data(using: .utf8)!)', "AES-128-GCM"),
        ("SymmetricKey(data: given)", "AES-GCM"),
        ("given", "AES-GCM"),
        ("SymmetricKey.init(size: .bits256)", "AES-256-GCM"),
    ],
)
def test_the_size_of_a_key_reaches_the_cipher(key: str, name: str) -> None:
    """What a key was made with gives the size of the cipher that takes it; else the size is unknown."""
    body = f"let k = {key}\n_ = try AES.GCM.seal(data, using: k)\n"
    assert found(f"func run(given: SymmetricKey, data: Data) throws {{\n{body}}}\n") == {(4, name)}


def test_properties_set_in_an_initializer() -> None:
    """``self.key = …`` of an initializer holds in every method, what callers pass to it included."""
    code = (
        "final class Vault {\nprivate let key: SymmetricKey\nlet algorithm: SecKeyAlgorithm\n"
        "init(_ size: Int, algorithm: SecKeyAlgorithm) {\n"
        "self.key = SymmetricKey(size: .bits256)\nself.algorithm = algorithm\n}\n"
        "func seal(_ data: Data) throws -> Data { try AES.GCM.seal(data, using: key).combined! }\n"
        "func sign(_ k: SecKey, _ d: CFData) { SecKeyCreateSignature(k, self.algorithm, d, nil) }\n}\n"
        "let vault = Vault(3, algorithm: .rsaSignatureMessagePKCS1v15SHA512)\n"
    )
    assert found(code) == {(9, "AES-256-GCM"), (10, "RSA-PKCS1-1.5-SHA-512"), (12, "RSA-PKCS1-1.5-SHA-512")}


def test_a_case_of_an_enum_and_its_computed_property() -> None:
    """A computed property gives every value that its switch returns."""
    code = (
        "enum Kind: String { case one, two\n"
        "var hmac: CCHmacAlgorithm {\nswitch self {\ncase .one: return CCHmacAlgorithm(kCCHmacAlgSHA256)\n"
        "case .two: return CCHmacAlgorithm(kCCHmacAlgSHA1)\n}\n}\n}\n"
        "func run(_ kind: Kind) { CCHmac(kind.hmac, k, 32, d, n, &out) }\n"
    )
    assert found(code) == {(10, "HMAC-SHA-256"), (10, "HMAC-SHA-1")}


@pytest.mark.parametrize(
    "setup",
    [
        "let a = [kSecAttrKeyType as String: kSecAttrKeyTypeRSA, kSecAttrKeySizeInBits as String: 4096]",
        "let a = [kSecAttrKeyType: kSecAttrKeyTypeRSA, kSecAttrKeySizeInBits: 4096] as CFDictionary",
        "var a = [String: Any]()\na[kSecAttrKeyType] = kSecAttrKeyTypeRSA\na[kSecAttrKeySizeInBits] = size",
        "var a: [CFString: Any] = [kSecAttrKeyType: kSecAttrKeyTypeRSA]\na[kSecAttrKeySizeInBits] = size",
        "let a: NSDictionary = [String(kSecAttrKeyType): kSecAttrKeyTypeRSA, kSecAttrKeySizeInBits: Int(size)]",
    ],
)
def test_a_key_made_from_a_dictionary_of_attributes(setup: str) -> None:
    """Type and size of a key come from its attributes, also those put in later."""
    made = "guard let k = SecKeyCreateRandomKey(a as CFDictionary, nil) else { return }"
    code = f"let size = 4096\nfunc run() {{\n{setup}\n{made}\n}}\n"
    assert {name for _, name in found(code)} == {"RSA-4096"}


def test_one_function_of_the_file_calls_another() -> None:
    """Labels say which argument is which, defaults count, and unlabeled ones go by their place."""
    code = (
        "func mac(_ data: Data, with algorithm: Int = kCCHmacAlgSHA256) {\n"
        "CCHmac(CCHmacAlgorithm(algorithm), k, 32, d, n, &out) }\n"
        "func old() { mac(Data(), with: kCCHmacAlgMD5) }\n"
    )
    assert {name for line, name in found(code) if line == 3} == {"HMAC-SHA-256", "HMAC-MD5"}


def test_flags_and_sizes_of_commoncrypto() -> None:
    """Conversions, joined flags and sizes in octets reach the rules that C shares."""
    code = (
        "func run() {\nlet options = CCOptions(kCCOptionPKCS7Padding | kCCOptionECBMode)\n"
        "let length = size_t(kCCKeySizeAES128)\n"
        "CCCrypt(CCOperation(kCCEncrypt), UInt32(kCCAlgorithmAES), options, k, length, iv, d, n, &o, m, &l)\n}\n"
    )
    assert found(code) == {(5, "AES-128-ECB")}


def test_a_conditional_algorithm_is_either() -> None:
    """Both sides of a condition are reported."""
    code = (
        "let algorithm: SecKeyAlgorithm = old ? .rsaSignatureMessagePKCS1v15SHA1\n: .rsaSignatureMessagePSSSHA256\n"
        "let s = SecKeyCreateSignature(key, algorithm, data, nil)\n"
    )
    assert {name for line, name in found(code) if line == 4} == {"RSA-PKCS1-1.5-SHA-1", "RSA-PSS-SHA-256"}


def test_post_quantum_keys() -> None:
    """Keys of ML-KEM and ML-DSA, in software and in the Secure Enclave, and what is done with them."""
    code = (
        "let a = try MLKEM1024.PrivateKey()\nlet b = try a.publicKey.encapsulate()\n"
        "let c = try SecureEnclave.MLDSA87.PrivateKey()\nlet d = try c.signature(for: data)\n"
    )
    assert found(code) == {(2, "ML-KEM-1024"), (3, "ML-KEM-1024"), (4, "ML-DSA-87"), (5, "ML-DSA-87")}


def test_setting_a_property_is_a_call() -> None:
    """A lower bound of TLS is found where the session's property is set, and not where it is only read."""
    code = "c.tlsMinimumSupportedProtocolVersion = .TLSv12\nlet now = c.tlsMinimumSupportedProtocolVersion\n"
    assert found(code) == {(2, "TLSv1.2")}


def test_what_is_no_use() -> None:
    """Comments, prose, types, checks, comparisons and lookalike functions are never findings."""
    code = """
// SHA256.hash(data: data)
/* Insecure.MD5.hash(data: data) */
struct A {
  var digest: SHA256Digest?
  let hasher: SHA256
  let text = "Insecure.MD5.hash"
  func sha256(_ data: Data) -> Data { data }
  func md5() -> Data { sha256(Data()) }
  func run(_ a: SecKeyAlgorithm, _ k: SecKey) -> Bool {
    if a == .rsaEncryptionPKCS1 { return false }
    switch a { case .rsaEncryptionRaw: return true; default: break }
    return SecKeyIsAlgorithmSupported(k, .encrypt, .rsaEncryptionPKCS1)
  }
}
"""
    assert found(code) == set()


def test_an_algorithm_from_out_of_sight_is_said_to_be_so() -> None:
    """A call whose algorithm the file does not show is a diagnostic, never a guess."""
    code = "func run(_ a: SecKeyAlgorithm, _ k: SecKey) { SecKeyCreateSignature(k, a, d, nil) }\n"
    (only,) = results(IMPORTS + code)
    assert isinstance(only, Diagnostic)
    assert only.line == 2


def test_deep_nesting_ends() -> None:
    """Thousands of nested parentheses and blocks neither recurse without limit nor hang."""
    deep = "(" * 1000 + "x" + ")" * 1000
    blocks = "if x { " * 500 + "SHA256.hash(data: d)" + " }" * 500
    assert isinstance(results(f"{IMPORTS}func a() {{ let a = SHA256.hash(data: {deep})\n{blocks} }}\n"), list)


def test_dictionary_is_filled_only_where_it_is_the_same_variable() -> None:
    """What one function puts into a dictionary says nothing of another function's of that name."""
    code = """
import Security

final class Store {
    func make(_ kind: CFString) throws -> SecKey? {
        var query: [String: Any] = [kSecAttrIsPermanent as String: true]
        query[kSecAttrKeyType as String] = kind
        return SecKeyCreateRandomKey(query as CFDictionary, nil)
    }
    func load(_ data: Data) -> SecKey? {
        let query: [String: Any] = [
            kSecAttrKeyType as String: kSecAttrKeyTypeRSA,
            kSecAttrKeySizeInBits as String: 3072,
        ]
        return SecKeyCreateWithData(data as CFData, query as CFDictionary, nil)
    }
}
"""
    assert found(code) == {(13, "RSA-3072"), (16, "RSA-3072")}
