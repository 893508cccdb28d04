"""Calls of functions that implement an algorithm in another C file of the project are uses of it."""

from __future__ import annotations

from pathlib import Path

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Role
from pqc_migrate.scan import ScanOptions, scan

# The first row of the S-box of FIPS 197 would be too little; the whole table is computed here.


def _times(a: int, b: int) -> int:
    """Multiply in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 section 4.2)."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _substituted(value: int) -> int:
    """Return a value of the S-box: the inverse, then the affine map (FIPS 197 section 5.1.1)."""
    inverse = next((x for x in range(256) if _times(value, x) == 1), 0)
    found = 0x63
    for shift in range(5):
        found ^= (inverse << shift | inverse >> (8 - shift)) & 0xFF
    return found


SBOX = ", ".join(f"0x{_substituted(value):02x}" for value in range(256))
CIPHER = f"""
static const unsigned char sbox[256] = {{ {SBOX} }};
void my_aes256_expand(const unsigned char *key, unsigned *round_keys) {{ }}
void my_aes_encrypt_block(const unsigned *rk, const unsigned char *in, unsigned char *out) {{
    my_aes256_expand(0, 0);
}}
int my_aes_selftest(void) {{ return 0; }}
static void aes_hidden(void) {{ }}
void mix_columns(unsigned char *state) {{ }}
"""
USES = """
void seal(const unsigned char *key, unsigned char *block) {
    unsigned rk[60];
    my_aes256_expand(key, rk);
    my_aes_encrypt_block(rk, block, block);
    mix_columns(block);
    if (my_aes_selftest() || my_des_encrypt(block)) return;
    aes_hidden();
}
"""


def found(root: Path, name: str) -> set[tuple[int, str, str]]:
    """Return (line, name, role) of everything found in one file of a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    at = [f for f in result.findings if f.location.path == name]
    return {(f.location.line, algorithms.name(f.asset), f.role.value) for f in at}


def test_functions_named_after_what_their_file_implements(tmp_path: Path) -> None:
    """The calls count where they stand; neither self-tests, nor helpers, nor functions of one file's own."""
    (tmp_path / "cipher.c").write_text(CIPHER)
    (tmp_path / "seal.c").write_text(USES)
    production = Role.PRODUCTION.value
    assert found(tmp_path, "seal.c") == {(4, "AES-256", production), (5, "AES", production)}
    assert {line for line, _, _ in found(tmp_path, "cipher.c")} == {2}  # the implementation itself, once


def test_a_function_that_is_only_named_so_says_nothing(tmp_path: Path) -> None:
    """Without the numbers of the algorithm in its file, a name proves nothing."""
    (tmp_path / "cipher.c").write_text(CIPHER.replace("0x63, 0x7c", "0x62, 0x7c"))
    (tmp_path / "seal.c").write_text(USES)
    assert found(tmp_path, "seal.c") == set()
