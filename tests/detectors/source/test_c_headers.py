"""What a project's own headers define is read where C and C++ files use it."""

from __future__ import annotations

import os
from pathlib import Path

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

HEADER = """
#ifndef POLICY_H
#define POLICY_H
#include "sizes.h"
#define SEALING EVP_aes_256_gcm
#define TAG_HASH() EVP_sha512()
#define DIGEST_NAME "SHA3-384"
static const int rounds = 250000;
#endif
"""
USES = """
#include "policy.h"
#include <openssl/evp.h>
void f(void) {
    const EVP_CIPHER *sealing = SEALING();
    HMAC(TAG_HASH(), key, 32, data, n, out, &len);
    EVP_MD_fetch(NULL, DIGEST_NAME, NULL);
    RSA_generate_key_ex(rsa, ROOT_BITS, e, NULL);
    PKCS5_PBKDF2_HMAC(pw, n, salt, 16, rounds, EVP_sha256(), 32, key);
}
"""


def found(root: Path, name: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found in one file of a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    return {(f.location.line, algorithms.name(f.asset)) for f in result.findings if f.location.path == name}


def test_macros_and_constants_of_included_headers(tmp_path: Path) -> None:
    """Macros count where they are used, and a header that another one includes is read, too."""
    (tmp_path / "src").mkdir()
    (tmp_path / "include").mkdir()
    (tmp_path / "include/policy.h").write_text(HEADER)
    (tmp_path / "include/sizes.h").write_text("#define ROOT_BITS (3 * 1024)\n")
    (tmp_path / "src/uses.c").write_text(USES)
    assert found(tmp_path, "src/uses.c") == {
        (5, "AES-256-GCM"),
        (6, "HMAC-SHA-512"),
        (6, "SHA-512"),
        (7, "SHA3-384"),
        (8, "RSA-3072"),
        (9, "PBKDF2-HMAC-SHA-256"),
        (9, "SHA-256"),
    }
    details = [dict(f.details) for f in scan([str(tmp_path)], ScanOptions(jobs=1)).findings]
    assert {d["iterations"] for d in details if "iterations" in d} == {"250000"}


def test_a_header_that_is_not_included_says_nothing(tmp_path: Path) -> None:
    """A constant of the same name elsewhere in the target is not taken for the one that is meant."""
    (tmp_path / "other.h").write_text("#define ROOT_BITS 1024\n")
    (tmp_path / "uses.c").write_text("void f(void) { RSA_generate_key_ex(rsa, ROOT_BITS, e, NULL); }\n")
    assert found(tmp_path, "uses.c") == {(1, "RSA")}


def test_both_sides_of_a_condition_are_kept(tmp_path: Path) -> None:
    """A macro that is defined in two ways may be either."""
    text = '#ifdef OLD\n#define NAME "SHA1"\n#else\n#define NAME "SHA256"\n#endif\n'
    (tmp_path / "names.h").write_text(text)
    (tmp_path / "uses.c").write_text('#include "names.h"\nvoid f(void) { EVP_MD_fetch(NULL, NAME, NULL); }\n')
    assert found(tmp_path, "uses.c") == {(2, "SHA-1"), (2, "SHA-256")}


def test_headers_that_include_each_other_end(tmp_path: Path) -> None:
    """Circles end, and a link that leads out of the target is no header."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.h").write_text('#include "b.h"\n')
    (tmp_path / "in/b.h").write_text('#include "a.h"\n#include "c.h"\n')
    (tmp_path / "out.h").write_text("#define ROOT_BITS 1024\n")
    os.symlink(tmp_path / "out.h", tmp_path / "in/c.h")
    (tmp_path / "in/uses.c").write_text('#include "a.h"\nvoid f(void) { RSA_generate_key(ROOT_BITS, 3, 0, 0); }\n')
    assert found(tmp_path / "in", "uses.c") == {(2, "RSA")}


def test_aliases_and_constants_of_a_namespace(tmp_path: Path) -> None:
    """C++: an alias of a library's class with its template arguments, and a constant behind a namespace."""
    (tmp_path / "suite.hpp").write_text("""
#pragma once
namespace suite {
using PageHash = CryptoPP::SHA512;
using Tagger = CryptoPP::HMAC<PageHash>;
constexpr char kDigest[] = "SHA3-512";
}
""")
    (tmp_path / "uses.cpp").write_text("""
#include "suite.hpp"
void tag(const byte *key, size_t n) {
    suite::Tagger mac(key, n);
    EVP_MD_fetch(nullptr, suite::kDigest, nullptr);
}
""")
    assert found(tmp_path, "uses.cpp") == {(4, "HMAC-SHA-512"), (5, "SHA3-512")}
