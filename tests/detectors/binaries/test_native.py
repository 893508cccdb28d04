"""What ELF files link, import and define."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pqc_migrate.detectors.binaries import image
from pqc_migrate.model.inventory import Diagnostic, Finding, Kind, Role, Skip

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
Compile = Callable[..., bytes]

LIBRARY = """
int EVP_aes_256_gcm(void) { return 1; }
int RSA_generate_key_ex(void) { return 1; }
int EVP_PKEY_CTX_new(void) { return 1; }
int EVP_CIPHER_get_mode(void) { return 1; }
"""
PROGRAM = """
int EVP_aes_256_gcm(void); int RSA_generate_key_ex(void);
int EVP_PKEY_CTX_new(void); int EVP_CIPHER_get_mode(void);
int main(void) {
    return EVP_aes_256_gcm() + RSA_generate_key_ex() + EVP_PKEY_CTX_new() + EVP_CIPHER_get_mode();
}
"""
LIEF = pytest.importorskip("lief", reason="lief is not installed")


@pytest.fixture
def program(gcc: Compile, tmp_path: Path) -> bytes:
    gcc("libcrypto.so.3", LIBRARY, "-shared", "-fPIC", "-Wl,-soname,libcrypto.so.3")
    return gcc("program", PROGRAM, str(tmp_path / "libcrypto.so.3"))


def test_imports_prove_what_their_names_say(program: bytes, look: Look, rows: Rows) -> None:
    """A size that an argument decides stays unknown, and a function that takes any algorithm proves none."""
    findings, diagnostics = look("bin/program", program)
    assert rows(findings) == [
        ("AES-256-GCM", "EVP_aes_256_gcm"),
        ("RSA", "RSA_generate_key_ex"),
        ("openssl", "libcrypto.so.3"),
    ]
    assert diagnostics == []
    assert {found.role for found in findings} == {Role.PRODUCTION}
    for found in findings:
        offset = found.location.offset
        assert offset is not None
        assert program[offset:].startswith(found.location.symbol.encode() + b"\0")


def test_functions_that_a_library_holds_are_its_implementation(gcc: Compile, look: Look, rows: Rows) -> None:
    data = gcc("libown.so", LIBRARY, "-shared", "-fPIC")
    findings, _ = look("lib/libown.so", data)
    assert rows(findings) == [("AES-256-GCM", "EVP_aes_256_gcm"), ("RSA", "RSA_generate_key_ex")]
    assert {found.role for found in findings} == {Role.IMPLEMENTATION}


def test_the_random_numbers_of_the_system_say_nothing(gcc: Compile, look: Look) -> None:
    text = (
        "int getrandom(void *, unsigned long, unsigned); int main(void) { char b[4]; return getrandom(b, 4, 0); }"
    )
    assert look("bin/program", gcc("program", text))[0] == []


def test_version_text_beside_the_linked_library_is_that_of_its_headers(
    gcc: Compile, look: Look, tmp_path: Path
) -> None:
    gcc("libcrypto.so.3", LIBRARY, "-shared", "-fPIC", "-Wl,-soname,libcrypto.so.3")
    text = PROGRAM + 'const char *built = "OpenSSL 3.0.13 30 Jan 2024";'
    findings, _ = look("bin/program", gcc("program", text, str(tmp_path / "libcrypto.so.3")))
    libraries = [found for found in findings if found.asset.kind is Kind.LIBRARY]
    relations = {found.asset.get("version"): dict(found.details)["relation"] for found in libraries}
    assert relations == {None: "linked", "3.0.13": "built-against"}

    alone = gcc("static", 'const char *built = "OpenSSL 3.0.13 30 Jan 2024"; int main(void) { return 0; }')
    findings, _ = look("bin/static", alone)
    assert [(found.asset.get("purl"), dict(found.details)) for found in findings] == [
        ("pkg:generic/openssl@3.0.13", {"relation": "contains"})
    ]


def test_without_the_reader_the_file_is_named(program: bytes, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lief", None)
    image._lief.cache_clear()
    try:
        findings, diagnostics = look("bin/program", program)
    finally:
        image._lief.cache_clear()
    assert findings == []
    assert [(said.path, said.skip) for said in diagnostics] == [("bin/program", Skip.UNSUPPORTED)]
    assert "pqc-migrate[binaries]" in diagnostics[0].message


def test_a_file_that_is_cut_short_is_said_or_read(program: bytes, look: Look) -> None:
    for size in (4, 16, 40, 64, 200, len(program) // 2):
        findings, diagnostics = look("bin/program", program[:size])
        assert {said.skip for said in diagnostics} <= {Skip.MALFORMED}
        assert all(found.location.path == "bin/program" for found in findings)


def test_a_real_program_imports_what_its_symbol_table_says(look: Look) -> None:
    """Debian's ssh: each reported function is undefined in its dynamic symbol table, once."""
    ssh = Path("/usr/bin/ssh")
    if not ssh.exists():
        pytest.skip("openssh-client is not installed")
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed")
    listed = subprocess.run(["nm", "-D", str(ssh)], check=True, capture_output=True, text=True).stdout
    undefined = {line.split()[-1].partition("@")[0] for line in listed.splitlines() if " U " in line}
    findings, _ = look("usr/bin/ssh", ssh.read_bytes())
    used = [f for f in findings if f.role is Role.PRODUCTION and f.asset.kind is not Kind.LIBRARY]
    assert used
    assert {found.location.symbol for found in used} <= undefined
    assert len({found.asset for found in used}) == len(used)


def test_functions_of_small_libraries(gcc: Compile, look: Look, rows: Rows) -> None:
    """Names that other libraries have as well (``SHA1_init``) prove nothing."""
    names = ["SHA1_init", "SHA1_pbkdf1_assist", "SHA512_pbkdf2_hmac_assist", "MD5_pbkdf1_assist",
             "EKSBlowfish_bcrypt", "poly1305_init", "poly1305_destroy", "curve25519_new_point",
             "curve25519_cmp", "curve448_new_point", "c_siphash_init", "c_siphash_append"]  # fmt: skip
    text = "\n".join(f"int {name}(void) {{ return 1; }}" for name in names)
    findings, _ = look("lib/libown.so", gcc("libown.so", text, "-shared", "-fPIC"))
    assert rows(findings) == [
        ("MD5", "MD5_pbkdf1_assist"),
        ("Poly1305", "poly1305_destroy"),
        ("SHA-1", "SHA1_pbkdf1_assist"),
        ("SHA-2", "SHA512_pbkdf2_hmac_assist"),
        ("SipHash", "c_siphash_init"),
        ("X25519", "curve25519_new_point"),
        ("X448", "curve448_new_point"),
        ("bcrypt", "EKSBlowfish_bcrypt"),
    ]
