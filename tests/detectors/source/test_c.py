"""C and C++ where values travel: filled-in arguments, structs, macros, function tables, namespaces, templates."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import c
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile


def results(code: str, language: str = "c") -> list[Finding | Diagnostic]:
    path = "example.c" if language == "c" else "example.cpp"
    return [
        one
        for one in c.DETECTOR.detect(SourceFile(path, code.encode(), language))
        if isinstance(one, Finding | Diagnostic)
    ]


def names(code: str, language: str = "c") -> list[str]:
    """Return ``line name`` of every finding, in the order of the file."""
    found = [result for result in results(code, language) if isinstance(result, Finding)]
    return [f"{finding.location.line} {algorithms.name(finding.asset)}" for finding in found]


def test_a_context_is_what_was_last_done_to_it() -> None:
    """A key set on one path and another on the other: both ciphers, told apart at the call that uses them."""
    code = """
int f(int strong) {
    mbedtls_aes_context aes;
    if (strong)
        mbedtls_aes_setkey_enc(&aes, key, 256);
    else
        mbedtls_aes_setkey_enc(&aes, key, 128);
    mbedtls_aes_crypt_cbc(&aes, 1, n, iv, in, out);
    mbedtls_aes_setkey_enc(&aes, key, 192);
    return mbedtls_aes_crypt_ctr(&aes, n, &at, iv, block, in, out);
}
"""
    assert names(code) == [
        "5 AES-256-CBC",
        "7 AES-128-CBC",
        "8 AES-256-CBC",
        "8 AES-128-CBC",
        "9 AES-192-CTR",
        "10 AES-192-CTR",
    ]


@pytest.mark.parametrize(
    "mechanism",
    [
        "CK_MECHANISM m = { CKM_AES_GCM, &params, sizeof(params) };",
        "CK_MECHANISM m = { .mechanism = CKM_AES_GCM, .pParameter = &params };",
        "CK_MECHANISM m; m.mechanism = CKM_AES_GCM; m.pParameter = NULL;",
    ],
)
def test_a_struct_is_read_in_every_way_of_filling_it(mechanism: str) -> None:
    """Positional, designated and assigned members of a struct mean the same."""
    code = f"void f(void) {{\n{mechanism}\n(*list->C_EncryptInit)(session, &m, key);\n}}"
    assert names(code) == ["2 AES-GCM", "3 AES-GCM"]


def test_a_size_changed_in_a_loop_is_unknown() -> None:
    """``bits += 64`` does not make a key of 64 bits."""
    code = """
void bench(void) {
    int bits;
    for (bits = start(); bits <= 256; bits += 64)
        mbedtls_aria_setkey_enc(&aria, key, bits);
}
"""
    assert names(code) == ["5 ARIA"]


def test_lengths_of_arrays_of_octets_are_sizes() -> None:
    """``sizeof`` of an array of octets is a length; of a pointer or of words it is not."""
    code = """
void f(unsigned char *given) {
    unsigned char key[32]; uint32_t words[8];
    wc_AesGcmSetKey(&a, key, sizeof(key));
    wc_AesGcmSetKey(&b, given, sizeof(given));
    wc_AesGcmSetKey(&c, words, sizeof(words));
}
"""
    assert names(code) == ["4 AES-256-GCM", "5 AES-GCM", "6 AES-GCM"]


def test_constants_that_are_asked_about_are_no_uses() -> None:
    """Comparisons, switches, sizes, names and questions about an algorithm are not its use."""
    code = """
#define GCRY_MD_OLD GCRY_MD_MD5
static const struct { int id; const char *name; } names[] = { { CKM_RC4, "CKM_RC4" }, { CKM_DES_CBC, "DES-CBC" } };
int f(int algo, const char *wanted) {
    switch (algo) { case GCRY_MD_MD5: return 1; }
    if (algo == GCRY_MD_SHA1 || gcry_md_get_algo_dlen(GCRY_MD_SHA256) > 20) return 2;
    if (method == (SSL_METHOD *)SSLv3_method()) return 4;
    if (IN_SET(algo, TPM2_ALG_SHA1, TPM2_ALG_RSA)) return 3;
    return sizeof(BCRYPT_AES_ALGORITHM) + EVP_MD_size(EVP_md5());
}
"""
    assert names(code) == []


def test_a_header_repeated_in_the_file_keeps_its_constants() -> None:
    """``#define SGD_SM4_CBC 0x402`` in the file itself does not hide which algorithm is meant."""
    code = """
#define SGD_SM4_CBC 0x00000402
int f(void) { return SDF_Encrypt(s, k, SGD_SM4_CBC, iv, in, n, out, &m); }
"""
    assert names(code) == ["3 SM4-CBC"]


def test_both_definitions_of_a_macro_count() -> None:
    """What stands in ``#if`` and in ``#else`` may both be built."""
    code = """
#ifdef FIPS
#define HASH EVP_sha256()
#else
#define HASH EVP_md5()
#endif
void f(void) { HMAC(HASH, key, n, in, m, out, &len); }
"""
    assert names(code) == ["3 SHA-256", "5 MD5", "7 HMAC-SHA-256", "7 HMAC-MD5"]


def test_what_another_file_decides_is_said() -> None:
    """An algorithm that arrives from elsewhere is a diagnostic, not a guess."""
    found = results("void f(int algo) { gcry_md_open(&h, algo, 0); }")
    assert [type(result) for result in found] == [Diagnostic]


def test_a_wrapper_passes_on_what_its_callers_give() -> None:
    """A local wrapper's parameter has the values of its callers, and says so by its confidence."""
    code = """
static int digest(int algo) { return gcry_md_open(&h, algo, 0); }
int f(void) { return digest(GCRY_MD_SHA384); }
"""
    assert names(code) == ["2 SHA-384", "3 SHA-384"]


@pytest.mark.parametrize(
    ("before", "construction"),
    [
        ("using namespace CryptoPP;", "CBC_Mode<AES>::Encryption e(key, 32, iv);"),
        ("", "CryptoPP::CBC_Mode<CryptoPP::AES>::Encryption e(key, 32, iv);"),
        ("namespace C = CryptoPP;", "auto e = new C::CBC_Mode<C::AES>::Encryption(key, 32, iv);"),
        ("using CryptoPP::AES; typedef CryptoPP::CBC_Mode<AES>::Encryption E;", "E e{key, 32, iv};"),
        ("using E = CryptoPP::CBC_Mode<CryptoPP::AES>::Encryption;", "auto e = std::make_unique<E>(key, 32, iv);"),
    ],
)
def test_a_class_of_a_namespace_is_known_by_every_name(before: str, construction: str) -> None:
    """Using directives, aliases of namespaces and types, new, braces and make_unique name one class."""
    assert names(f"{before}\nvoid f() {{ {construction} }}", "cpp") == ["2 AES-256-CBC"]


def test_an_object_that_reads_like_a_function_is_an_object() -> None:
    """``Signer signer(key);`` inside a function constructs; a parameter, a return type or a pointer does not."""
    code = """
using namespace CryptoPP;
void f() {
    RSA::PrivateKey key;
    key.GenerateRandomWithKeySize(rng, 4096);
    RSASS<PSS, SHA256>::Signer signer(key);
}
RSA::PrivateKey *load(const RSA::PrivateKey &given, SHA1 *hash);
"""
    assert names(code, "cpp") == ["4 RSA-4096", "6 RSA-PSS-SHA-256-4096"]


def test_a_member_set_in_one_method_is_known_in_another() -> None:
    """A member declared with a class keeps it in every method of the file."""
    code = """
class Vault {
    CryptoPP::GCM<CryptoPP::AES>::Encryption seal_;
    void open() { seal_.SetKeyWithIV(key, 32, iv); }
    void reset() { hash_ = Botan::HashFunction::create("SHA-256"); }
    std::unique_ptr<Botan::HashFunction> hash_;
};
"""
    assert names(code, "cpp") == ["4 AES-256-GCM", "5 SHA-256"]


def test_headers_of_c_plus_plus_are_read_as_such() -> None:
    """A header may be either language: what it says decides."""
    code = b'#pragma once\nclass A {\n void f() { Botan::HashFunction::create("MD5"); }\n};'
    file = SourceFile("hash.h", code, "c")
    assert [algorithms.name(f.asset) for f in c.DETECTOR.detect(file) if isinstance(f, Finding)] == ["MD5"]


def test_no_text_of_the_code_leaves_with_a_finding() -> None:
    """Passwords beside an algorithm stay in the code."""
    code = 'void f() { crypt("hunter2", "$6$saltsalt"); BCryptOpenAlgorithmProvider(&h, L"AES", L"hunter2", 0); }'
    shown = repr(results(code))
    assert "hunter2" not in shown
    assert "saltsalt" not in shown


def test_the_other_arm_of_a_condition_does_not_reach() -> None:
    """What another arm, an ended case or a branch that returned assigned is not there; in a loop it may be."""
    code = """
int f(int a) {
    const EVP_MD *md = NULL;
    if (a == 1) md = EVP_sha1();
    else if (a == 2) { md = EVP_sha256(); HMAC(md, key, n, in, m, out, &len); }
    else HMAC(md, key, n, in, m, out, &len);
    if (a > 7) { md = EVP_sha512(); return use(md); }
    return HMAC(md, key, n, in, m, out, &len);
}
int g(int a) {
    const EVP_MD *md;
    switch (a) {
    case 1: md = EVP_sha224(); break;
    case 2: md = EVP_sha384(); HMAC(md, key, n, in, m, out, &len); break;
    }
    for (;;) { if (a) md = EVP_md4(); else HMAC(md, key, n, in, m, out, &len); }
}
"""
    assert [name for name in names(code) if "HMAC" in name] == [
        "5 HMAC-SHA-256",
        "6 HMAC",
        "8 HMAC-SHA-1",
        "8 HMAC-SHA-256",
        "14 HMAC-SHA-384",
        "16 HMAC-SHA-224",
        "16 HMAC-SHA-384",
        "16 HMAC-MD4",
    ]


def test_a_field_that_holds_a_function_is_that_function() -> None:
    """A function pointer set by name is called as that function; where a table gives it many, the rows say so."""
    few = """
static struct ops first = { .digest = SHA256 };
void set(struct ops *o) { o->digest = SHA1; o->md = EVP_md5; }
void run(struct ops *o) { o->digest(in, n, out); o->other(in, n, out); }
"""
    assert names(few) == ["2 SHA-256", "3 SHA-1", "3 MD5", "4 SHA-256", "4 SHA-1"]
    rows = ["MD4", "MD5", "SHA1", "SHA224", "SHA256", "SHA512"]
    many = "\n".join(f"static struct ops {name}_ops = {{ .digest = {name} }};" for name in rows)
    assert len(names(f"{many}\nvoid run(struct ops *o) {{ o->digest(in, n, out); }}")) == len(rows)


def test_words_of_the_file_itself_are_no_library_functions() -> None:
    """Enumerators, printed constants and words of strings that the grammar lost its way in are no uses."""
    code = """
#include <openssl/sha.h>
enum { MD5, SHA1 = 4 };
int f(int a) {
    if (a == MD5) a = SHA1;
#ifdef ONE
    if (a > 1 {
#else
    if (a > 2 {
#endif
        name = "FILS-SHA256";
    fprintf(stderr, "expected NID_ED25519 (%d)", NID_ED25519);
    return a;
}
"""
    assert names(code) == []


def test_objective_c_is_read_as_such() -> None:
    """Methods pass values on to each other, dictionaries hold attributes; selectors and receivers are no uses."""
    code = """
#import <Security/Security.h>
@interface Keys : NSObject
@end
@implementation Keys
- (void)mac:(NSData *)data with:(CCHmacAlgorithm)algorithm { CCHmac(algorithm, k, n, data.bytes, m, out); }
- (void)all:(NSData *)data {
    [self mac:data with:kCCHmacAlgSHA512];
    [other mac:data then:kCCHmacAlgMD5];
    NSDictionary *pair = [NSDictionary dictionaryWithObjectsAndKeys:(id)kSecAttrKeyTypeRSA, (id)kSecAttrKeyType,
                          [NSNumber numberWithInt:4096], (id)kSecAttrKeySizeInBits, nil];
    SecKeyGeneratePair((CFDictionaryRef)pair, &public, &private);
    [SHA1 digest:data]; [data SHA256];
}
@end
"""
    file = SourceFile("Keys.m", code.encode(), "objective-c")
    found = [result for result in c.DETECTOR.detect(file) if isinstance(result, Finding)]
    shown = [f"{finding.location.line} {algorithms.name(finding.asset)}" for finding in found]
    assert shown == ["6 HMAC-SHA-512", "10 RSA-4096", "12 RSA-4096"]


def test_constants_of_namespaces_and_classes_are_followed() -> None:
    """Qualified constants, members, enumerators, strings and casts of C++ say what they hold."""
    code = """
namespace crypto {
constexpr const char *kDigest = "SHA384";
const std::string kCipher{"aes-256-gcm"};
enum class Bits : int { Strong = 4096 };
constexpr int kKey = 256 / 8;
}
class Maker {
    static constexpr int bits_ = 2048;
    void go() {
        EVP_get_digestbyname(crypto::kDigest);
        EVP_get_cipherbyname(kCipher.c_str());
        RSA_generate_key_ex(rsa, bits_, e, nullptr);
        RSA_generate_key_ex(rsa, static_cast<int>(crypto::Bits::Strong), e, nullptr);
        unsigned char key[crypto::kKey];
        AES_set_encrypt_key(key, sizeof(key) * 8, &schedule);
        std::array<uint8_t, 16> small;
        AES_set_encrypt_key(small.data(), small.size() * 8, &schedule);
    }
};
"""
    expected = ["11 SHA-384", "12 AES-256-GCM", "13 RSA-2048", "14 RSA-4096", "16 AES-256", "18 AES-128"]
    assert names(code, "cpp") == expected


def test_an_object_made_of_a_call_reads_like_a_function() -> None:
    """``Pointer<T> p(make(TYPE, nullptr));`` declares a function only outside of functions."""
    code = """
void f() {
    std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
    EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 3072);
    EVP_PKEY_keygen(context.get(), &key);
}
EVP_MD context(EVP_PKEY_CTX_new_id(EVP_PKEY_DSA));
"""
    assert names(code, "cpp") == ["3 RSA-3072", "4 RSA-3072", "5 RSA-3072"]


def test_flags_that_are_compared_are_no_uses() -> None:
    """``case A | B:`` and ``(flags & A) == A`` only ask; flags that are passed on are used."""
    code = """
int f(long version) {
    switch (version) { case CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_1: break; }
    if ((version & CURL_SSLVERSION_TLSv1_2) == (CURL_SSLVERSION_TLSv1_2 | 1)) return 1;
    return g(CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_DEFAULT);
}
"""
    assert names(code) == ["5 TLSv1.3"]


def test_a_variable_is_what_the_case_of_its_switch_says() -> None:
    """Not behind the default, nor in a case that another runs into or that sets it."""
    code = """
void f(int kind) {
    switch (kind) {
    case EVP_PKEY_ED25519:
    case EVP_PKEY_X25519:
        a = EVP_PKEY_CTX_new_id(kind, NULL);
        break;
    case EVP_PKEY_RSA: {
        a = EVP_PKEY_CTX_new_id(kind, NULL);
    }
    case EVP_PKEY_EC:
        a = EVP_PKEY_CTX_new_id(kind, NULL);
        break;
    case EVP_PKEY_DSA:
        kind = other();
        a = EVP_PKEY_CTX_new_id(kind, NULL);
        break;
    case EVP_PKEY_DH:
    default:
        a = EVP_PKEY_CTX_new_id(kind, NULL);
    }
}
"""
    assert names(code) == ["6 Ed25519", "6 X25519", "9 RSA"]


def test_a_table_of_some_names_before_a_general_lookup_decides_nothing() -> None:
    """What else the lookup may give is not known; where it gives nothing else, the call can take each."""
    code = """
int of(const char *name) {
    if (strcmp(name, "P-256") == 0) return NID_X9_62_prime256v1;
    if (strcmp(name, "P-384") == 0) return NID_secp384r1;
    %s
}
EC_KEY *make(const char *name) {
    return EC_KEY_new_by_curve_name(of(name));
}
"""
    listed = ["3 EC-P-256", "4 EC-P-384"]
    assert names(code % "return OBJ_txt2nid(name);") == [*listed, "8 EC"]
    assert set(names(code % "return NID_undef;")) == {*listed, "8 EC-P-256", "8 EC-P-384"}
