"""Version texts, Go build information and Rust crates, wherever they stand in a program."""

import json
import random
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pqc_migrate.catalog import binaries
from pqc_migrate.model.inventory import Diagnostic, Finding, Role

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
PADDING = bytes(64)


def found_in(look: Look, text: bytes, path: str = "firmware.bin") -> list[tuple[str | None, str | None]]:
    findings, _ = look(path, PADDING + text + PADDING)
    return [(found.asset.get("name"), found.asset.get("version")) for found in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"OpenSSL 3.0.13 30 Jan 2024", ("openssl", "3.0.13")),
        (b"OpenSSL 1.1.1k  FIPS 25 Mar 2021", ("openssl", "1.1.1k")),
        (b"OpenSSL 1.1.1 (compatible; AWS-LC 1.30.0)", ("aws-lc", "1.30.0")),
        (b"OpenSSL 1.1.1 (compatible; BoringSSL)", ("boringssl", None)),
        (b"LibreSSL 3.8.2", ("libressl", "3.8.2")),
        (b"Enabled GnuTLS 3.7.9 logging...", ("gnutls", "3.7.9")),
        (b"This is Libgcrypt 1.10.1 - The GNU Crypto Library", ("libgcrypt", "1.10.1")),
        (b"$Header: Version: NSS 3.87.1  $", ("nss", "3.87.1")),
        (b"mbed TLS 2.28.3", ("mbedtls", "2.28.3")),
        (b"Mbed TLS 3.6.0", ("mbedtls", "3.6.0")),
        (b"wolfSSL 5.5.4", ("wolfssl", "5.5.4")),
        (b"SSH-2.0-libssh2_1.10.0", ("libssh2", "1.10.0")),
        (b"SSH-2.0-libssh_0.10.6", ("libssh", "0.10.6")),
        (b"OpenSSH_9.2p1 Debian-2+deb12u6", ("openssh", "9.2p1")),
    ],
)
def test_version_texts(look: Look, text: bytes, expected: tuple[str, str | None]) -> None:
    assert found_in(look, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        b"OpenSSL default",
        b"built with OpenSSL 3.0.13 or later",
        b"OpenSSH_2.*,OpenSSH_3.0*,OpenSSH_3.1*",
        b"Use the wolfSSL 5.5.4 manual",
        b"TLS 1.2.3",
    ],
)
def test_other_texts_are_no_versions(look: Look, text: bytes) -> None:
    assert found_in(look, text) == []


def test_prose_about_a_version_is_no_program(look: Look) -> None:
    assert look("NEWS.txt", b"\0OpenSSL 3.0.13 30 Jan 2024\0") == ([], [])


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("libcrypto.so.3", "openssl"),
        ("libssl-8bd944e8.so.3", "openssl"),
        ("libcrypto-64b40125.so.1.1.1k", "openssl"),
        ("libcrypto-3-x64-06217ffaed09e173cea5c90d7d073a13.dll", "openssl"),
        ("@loader_path/libssl.3.dylib", "openssl"),
        ("libcrypto.so.53", "libcrypto"),
        ("libssl3.so", "nss"),
        ("NSS3.dll", "nss"),
        ("libgnutls.so.30", "gnutls"),
        ("libssh2.so.1", "libssh2"),
        ("libssh.so.4", "libssh"),
        ("BCRYPT.DLL", "windows-cng"),
        ("/System/Library/Frameworks/Security.framework/Versions/A/Security", "apple-security"),
        ("libcryptsetup.so.12", None),
        ("bcryptprimitives.dll", None),
        ("libc.so.6", None),
    ],
)
def test_libraries_are_known_by_their_file_names(file: str, expected: str | None) -> None:
    library = binaries.library_of(file)
    assert (library.name if library is not None else None) == expected


# Go -----------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    encoded = b""
    while number >= 0x80:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def go_program(version: str, modules: str, functions: bytes = b"crypto/tls.(*Conn).Handshake") -> bytes:
    """Return the build information of a Go program as `cmd/link` lays it out, in a file that is nothing else."""
    text = b"0123456789abcdef" + modules.encode() + b"fedcba9876543210"
    header = b"\xff Go buildinf:" + b"\x08\x02" + bytes(16)
    written = version.encode()
    return PADDING + header + varint(len(written)) + written + varint(len(text)) + text + b"\0" + functions + b"\0"


MODULES = (
    "path\texample.com/app\nmod\texample.com/app\t(devel)\t\n"
    "dep\tgithub.com/golang-jwt/jwt/v5\tv5.2.1\th1:x\n"
    "dep\tgithub.com/spf13/cobra\tv1.8.0\th1:x\n"
    "dep\tgolang.org/x/crypto\tv0.17.0\th1:x\n=>\texample.com/fork\tv0.31.0\th1:x\n"
)


def test_go_modules_and_the_toolchain(look: Look) -> None:
    """A replacement's version counts, and only cryptographic modules are reported."""
    data = go_program("go1.24.1", MODULES)
    findings, diagnostics = look("app", data)
    assert diagnostics == []
    assert [(found.asset.get("purl"), found.asset.get("version")) for found in findings] == [
        ("pkg:golang/stdlib@1.24.1", "1.24.1"),
        ("pkg:golang/github.com/golang-jwt/jwt/v5@v5.2.1", "v5.2.1"),
        ("pkg:golang/golang.org/x/crypto@v0.31.0", "v0.31.0"),
    ]
    assert dict(findings[0].details)["negotiates"].startswith("X25519MLKEM768 by default")
    offset = findings[1].location.offset
    assert offset is not None
    assert data[offset:].startswith(b"dep\tgithub.com/golang-jwt/jwt/v5")


@pytest.mark.parametrize(
    ("version", "settings", "begins"),
    [
        ("go1.22.12", "", "no post-quantum group"),
        ("go1.23.4", "", "at most X25519Kyber768Draft00"),
        ("go1.25rc1", "", "X25519MLKEM768 by default"),
        ("go1.24", "build\tDefaultGODEBUG=asynctimerchan=1,tlsmlkem=0\n", "no post-quantum group by default"),
        ("go1.26.5 X:nodwarf5", "build\tDefaultGODEBUG=tlssha1=1\n", "X25519MLKEM768 by default"),
    ],
)
def test_go_decides_by_version_and_settings_what_tls_offers(
    look: Look, version: str, settings: str, begins: str
) -> None:
    findings, _ = look("app", go_program(version, f"path\tx\n{settings}"))
    assert [dict(found.details)["negotiates"].startswith(begins) for found in findings] == [True]


def test_go_without_build_information_is_told_by_its_runtime(look: Look) -> None:
    """A program whose build information was taken out still says which Go it was built with."""
    names = b"\0crypto/tls.(*Conn).Handshake\0"
    findings, _ = look("app", PADDING + b"go1.26.5\0" + names)
    assert [found.asset.get("version") for found in findings] == ["1.26.5"]
    assert look("app", PADDING + b"go1.26.5\0 no function") == ([], [])
    assert look("app", PADDING + b"needs go1.26.5 or later\0" + names) == ([], [])


def test_go_without_cryptography_is_no_library(look: Look) -> None:
    assert look("app", go_program("go1.24.1", "path\tx\n", b"golang.org/x/crypto/tls.fake fmt.Println")) == ([], [])


def test_broken_build_information_is_read_as_far_as_it_goes(look: Look) -> None:
    data = go_program("go1.24.1", MODULES)
    for size in range(len(data)):
        look("app", data[:size])


# Rust ---------------------------------------------------------------------------------------------


def test_rust_crates_by_the_paths_of_their_sources(look: Look) -> None:
    text = (
        b"/root/.cargo/registry/src/index-6f17d22bba15001f/ring-0.17.8/src/aead.rs"
        b"/usr/share/cargo/registry/rustls-0.23.5/src/lib.rs"
        b"C:\\Users\\x\\.cargo\\registry\\src\\index-1\\ed25519-dalek-2.1.1\\src\\lib.rs"
        b"/root/.cargo/registry/src/index-6f17d22bba15001f/memchr-2.7.4/src/lib.rs"
        b"/root/.cargo/registry/src/index-6f17d22bba15001f/ring-0.17.8/src/agreement.rs"
    )
    assert found_in(look, text) == [("ring", "0.17.8"), ("rustls", "0.23.5"), ("ed25519-dalek", "2.1.1")]


def test_a_crate_that_is_one_algorithm_is_that_algorithm(look: Look, rows: Rows) -> None:
    """Once each, whatever its versions; a crate of several says nothing of which of them is used."""
    text = (
        b"/cargo/registry/src/index-1/aes-0.8.4/src/soft.rs"
        b"/cargo/registry/src/index-1/aes-0.7.5/src/soft.rs"
        b"/cargo/registry/src/index-1/sha2-0.10.8/src/lib.rs"
    )
    findings, diagnostics = look("firmware.bin", PADDING + text)
    assert rows(findings) == [("AES", "aes"), ("aes", "aes"), ("aes", "aes"), ("sha2", "sha2")]
    assert [found.role for found in findings if found.asset.family == "AES"] == [Role.IMPLEMENTATION]
    assert diagnostics == []


def test_the_list_of_cargo_auditable(gcc: Callable[..., bytes], look: Look, tmp_path: Path) -> None:
    """Crates of the list are what the program was built with; a path says that one of them is in it."""
    pytest.importorskip("lief", reason="lief is not installed")
    crates = [
        {"name": "rustls", "version": "0.23.5", "source": "registry"},
        {"name": "ring", "version": "0.17.8", "source": "registry"},
        {"name": "sha2", "version": "0.10.8", "source": "registry", "kind": "build"},
        {"name": "memchr", "version": "2.7.4", "source": "registry"},
    ]
    (tmp_path / "list").write_bytes(zlib.compress(json.dumps({"packages": crates}).encode()))
    section = f'asm(".section .dep-v0\\n .incbin \\"{tmp_path / "list"}\\"\\n .text");'
    path = 'const char *path = "/cargo/registry/src/index-1/ring-0.17.8/src/aead.rs";'
    findings, _ = look("bin/program", gcc("program", f"{section} {path} int main(void) {{ return 0; }}"))
    assert [(found.asset.get("purl"), dict(found.details)["relation"]) for found in findings] == [
        ("pkg:cargo/ring@0.17.8", "contains"),
        ("pkg:cargo/rustls@0.23.5", "built-with"),
    ]


def test_random_bytes_hold_nothing(look: Look) -> None:
    data = b"\0" + random.Random(20261124).randbytes(2_000_000)
    assert look("data.bin", data) == ([], [])
