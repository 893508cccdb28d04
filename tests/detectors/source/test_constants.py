"""Implementations are recognized by their numbers, however they are written, and nothing else is."""

import base64
import random
import zlib
from collections.abc import Callable

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.constants import constants
from pqc_migrate.detectors.source import digits
from pqc_migrate.detectors.source.constants import DETECTOR
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Finding, Role
from pqc_migrate.model.target import SourceFile

GATE = Gate(DETECTOR.anchors())


def scanned(code: str, language: str = "c", path: str = "f") -> list[Finding]:
    """Return every finding in a text."""
    data = code.encode()
    file = SourceFile(path, data, language, hits=GATE.hits(data))
    return [f for f in DETECTOR.detect(file) if isinstance(f, Finding)] if DETECTOR.wants(file) else []


def found(code: str, language: str = "c", path: str = "f") -> list[tuple[int, str]]:
    """Return (line, name) of what is found."""
    return [(f.location.line, algorithms.name(f.asset)) for f in scanned(code, language, path)]


def table(name: str, spelled: Callable[[int], str], joint: str = ", ") -> str:
    """Return the values of a table on lines of eight."""
    values = [spelled(value) for value in constants()[name].sequences[0].values]
    return (joint.rstrip(" ") + "\n").join(joint.join(values[i : i + 8]) for i in range(0, len(values), 8))


OCTETS: dict[str, Callable[[int], str]] = {
    "lower": lambda v: f"0x{v:02x}",
    "upper": lambda v: f"0x{v:02X}",
    "short": lambda v: f"0x{v:x}",
    "decimal": str,
    "cast": lambda v: f"(byte)0x{v:02x}",
    "cast decimal": lambda v: f"(byte){v}",
    "suffix": lambda v: f"0x{v:02x}u8",
    "commented": lambda v: f"0x{v:02x} /* {v ^ 1} */",
}
WORDS: dict[str, Callable[[int], str]] = {
    "lower": lambda v: f"0x{v:08x}",
    "upper": lambda v: f"0X{v:08X}",
    "decimal": str,
    "signed": lambda v: str(v - (1 << 32) if v >> 31 else v),
    "long": lambda v: f"0x{v:08x}UL",
    "rust": lambda v: f"0x{v:08x}_u32",
    "macro": lambda v: f"UINT32_C(0x{v:08x})",
    "assembly": lambda v: f".long 0x{v:08x}",
}


@pytest.mark.parametrize("spelling", OCTETS)
@pytest.mark.parametrize("name", ["aes-s-box", "sm4-s-box", "rc2-pi-table", "zuc-s-box-0", "md2-s-box"])
def test_bytes(name: str, spelling: str) -> None:
    """A table of bytes in every spelling is one finding at its first value."""
    code = "int x;\nstatic const box[] = {\n" + table(name, OCTETS[spelling]) + "\n};\n"
    asset = constants()[name].asset
    assert found(code, "java") == [(3, algorithms.name(asset))]


@pytest.mark.parametrize("name", ["aes-s-box", "camellia-s-box"])
def test_bytes_in_strings(name: str) -> None:
    """Escapes and plain hexadecimal are read as well."""
    family = constants()[name].asset.family
    assert found('s = b"' + table(name, lambda v: f"\\x{v:02x}", "").replace("\n", "") + '"\n', "python") == [
        (1, family)
    ]
    assert found('s = "' + table(name, lambda v: f"{v:02x}", "").replace("\n", "") + '"\n', "python") == [
        (1, family)
    ]


def test_signed_bytes() -> None:
    """Java and C# write the upper half of the bytes with a sign."""
    code = "byte[] box = {" + table("sm4-s-box", lambda v: str(v - 256 if v > 127 else v)) + "};"
    assert found(code, "java") == [(1, "SM4")]


@pytest.mark.parametrize("spelling", WORDS)
@pytest.mark.parametrize("name", ["sha-256-round-constants", "md5-sines", "sm3-initial-value", "blowfish-s-box"])
def test_words(name: str, spelling: str) -> None:
    """A table of words in every spelling of a number is one finding."""
    code = "\nK = [\n" + table(name, WORDS[spelling]) + "\n]\n"
    expected = "BLOWFISH" if name.startswith("blow") else algorithms.name(constants()[name].asset)
    assert [(line, text.upper()) for line, text in found(code)] == [(3, expected.upper())]


def test_words_apart_in_code() -> None:
    """The words of one table may stand with indices and shifts between them, in calls or assignments."""
    sines = constants()["md5-sines"].sequences[0].values
    calls = "\n".join(f"  FF(a, b, c, d, x[{i}], {7 + 5 * i}, 0x{value:x});" for i, value in enumerate(sines))
    assert found("void f() {\n" + calls + "\n}\n") == [(2, "MD5")]
    words = constants()["sm3-initial-value"].sequences[0].values
    lines = "\n".join(f"  ctx->state[{i}] = {value};" for i, value in enumerate(words))
    assert found("void f() {\n" + lines + "\n}\n") == [(2, "SM3")]


def test_long_words_as_halves() -> None:
    """JavaScript has no integers of 64 bits and writes them as pairs, the high or the low half first."""
    words = constants()["sha-384-initial-value"].sequences[0].values
    pairs = ", ".join(f"[0x{v >> 32:08x}, 0x{v & 0xFFFFFFFF:08x}]" for v in words)
    assert found(f"const H = [{pairs}];", "javascript") == [(1, "SHA-384")]
    lanes = constants()["keccak-round-constants"].sequences[0].values
    pairs = ", ".join(f"{v & 0xFFFFFFFF}, {v >> 32}" for v in (1, 0x8082, *lanes))
    assert found(f"var RC = [{pairs}];", "javascript") == [(1, "Keccak")]


@pytest.mark.parametrize("name", [name for name, c in constants().items() if c.asset.get("curve")])
def test_curves(name: str) -> None:
    """A number of a curve as one literal or as a string is the curve, once a file."""
    curve = constants()[name].asset.get("curve")
    first = constants()[name].digits[0]
    both = f'g = new BigInteger("{first}", 16);\nn = BigInteger("{constants()[name].digits[-1]}", 16);\n'
    assert found(both, "java") == [(1, f"EC-{curve}")]
    assert found(f"p = 0x{first.lower()}\n", "python") == [(1, f"EC-{curve}")]


def test_large_numbers_in_parts() -> None:
    """Digits in pieces, in bytes, as limbs from the lowest on and in decimal are the same number."""
    number = int(constants()["curve-p-256"].digits[0], 16)
    pieces = " ".join(f"{number:064X}"[i : i + 8] for i in range(0, 64, 8))
    assert found(f'gx = "{pieces}"', "python") == [(1, "EC-P-256")]
    octets = ", ".join(f"0x{octet:02x}" for octet in number.to_bytes(32, "big"))
    assert found(f"static const uint8_t gx[] = {{ {octets} }};") == [(1, "EC-P-256")]
    limbs = ", ".join(f"0x{(number >> at) % (1 << 64):x}ULL" for at in range(0, 256, 64))
    assert found(f"static const uint64_t gx[] = {{ {limbs} }};") == [(1, "EC-P-256")]
    assert found(f"gx = {number}\n", "python") == [(1, "EC-P-256")]
    assert found(f"gx = {number + 1}\n", "python") == []
    assert found(f"gx = {number ^ 1:#x}\n", "python") == []


def hexadecimal(name: str, width: int = 8) -> str:
    return ", ".join(f"0x{value:0{width}x}" for value in constants()[name].sequences[0].values)


def test_sizes_of_sha_2() -> None:
    """The round constants are shared; the one initial value of the file decides the size, two leave it open."""
    k, iv_512, iv_384 = (
        hexadecimal(name, 16)
        for name in ("sha-512-round-constants", "sha-512-initial-value", "sha-384-initial-value")
    )
    assert found(f"K = [{k}]\n", "python") == [(1, "SHA-2")]
    assert found(f"K = [{k}]\nH = [{iv_384}]\n", "python") == [(1, "SHA-384"), (2, "SHA-384")]
    assert found(f"K = [{k}]\nH = [{iv_384}]\nI = [{iv_512}]\n", "python") == [
        (1, "SHA-2"),
        (2, "SHA-384"),
        (3, "SHA-512"),
    ]
    assert found(f"K = [{hexadecimal('sha-256-round-constants')}]\n", "python") == [(1, "SHA-256")]


def test_shared_initial_values() -> None:
    """BLAKE2 begins with the words of SHA-2; its schedule tells, and then nothing else is reported."""
    iv = hexadecimal("sha-512-initial-value", 16)
    schedule = ", ".join(str(value) for value in constants()["blake2-schedule"].sequences[0].values)
    rows = ", ".join(str(value) for value in range(16))
    assert found(f"iv = [{iv}]\nsigma = [[{rows}],\n[{schedule}]]\n", "python") == [(3, "BLAKE2b")]
    assert found(f"# blake\niv = [{iv}]\n", "python") == []
    assert found(f"sigma = [{schedule}]\n", "python") == []


def test_md4_sha_1_and_ripemd_share_words() -> None:
    """The initial value of four of them tells nothing; the constants of the rounds do."""
    iv = "0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476"
    first, second = "x += 0x5a827999;\n", "x += 0x6ed9eba1;\n"
    assert found(f"h = {iv}, 0xc3d2e1f0;\n") == []
    assert found(f"h = {iv};\n{first}{second}") == [(2, "MD4")]
    assert found(f"{first}{second}x += 0x8f1bbcdc;\nx += 0xca62c1d6;\n") == [(1, "SHA-1")]
    ripemd = "x += 0x50a28be6;\nx += 0x5c4dd124;\nx += 0x6d703ef3;\nx += 0x7a6d76e9;\n"
    assert found(f"{first}{second}x += 0x8f1bbcdc;\nx += 0xa953fd4e;\n{ripemd}") == [(5, "RIPEMD-160")]


def test_chacha_and_salsa_share_a_string() -> None:
    """A word of the file tells, else the rotations of the round do, else nothing is said."""
    text = 'static const char sigma[16] = "expand 32-byte k";\n'
    assert found(text) == []
    assert found(text, path="chacha.c") == [(1, "ChaCha20")]
    assert found(text + "void salsa20(void);\n") == [(1, "Salsa20")]
    both = "// chacha, from salsa\n" + text
    chacha = "d = R(d ^ a, 16); b = R(b ^ c, 12); d = R(d ^ a, 8); b = R(b ^ c, 7);\n"
    salsa = "b ^= R(a + d, 7); c ^= R(b + a, 9); d ^= R(c + b, 13); a ^= R(d + c, 18);\n"
    assert found(both) == []
    assert found(both + chacha) == [(2, "ChaCha20")]
    assert found(both + salsa) == [(2, "Salsa20")]


def test_zetas_say_what_the_file_calls_them() -> None:
    """ML-KEM and Kyber have the same numbers; only their names differ."""
    zetas = ", ".join(str(value) for value in constants()["kyber-zetas-montgomery"].sequences[0].values)
    assert found(f"zetas = [{zetas}]\n", "python") == []
    assert found(f"# Kyber\nzetas = [{zetas}]\n", "python") == [(2, "Kyber")]
    assert found(f"# ML-KEM, once Kyber\nzetas = [{zetas}]\n", "python") == [(2, "ML-KEM")]


def test_other_algorithms_with_the_same_box() -> None:
    """ARIA has the S-box of AES as one of four; BLAKE the digits of pi that Blowfish begins with."""
    aria = f"s1 = [{hexadecimal('aes-s-box', 2)}]\ns2 = [{hexadecimal('aria-s-box', 2)}]\n"
    assert found(aria, "python") == [(2, "ARIA")]
    assert found(f"blake_c = [{hexadecimal('blowfish-p-array')}]\n", "python") == []


def test_the_role_is_implementation() -> None:
    """Nobody's library: the project's own code."""
    (finding,) = scanned(f"box = [{hexadecimal('aes-s-box', 2)}]\n", "python")
    assert (finding.role, finding.functions, finding.rule) == (
        Role.IMPLEMENTATION,
        ("other",),
        "constants/aes-s-box",
    )
    assert finding.location.offset == 7


def test_what_is_no_implementation() -> None:
    """A wrong or missing value, comments, prose, checksums, alphabets and chance."""
    box = hexadecimal("aes-s-box", 2)
    words = hexadecimal("sha-256-round-constants")
    assert found(box.replace("0xab", "0xac"), "python") == []
    assert found(box.rsplit(", ", 3)[0], "python") == []
    assert found(words.replace("0xe9b5dba5", "0xe9b5dba6")) == []
    assert found(words.replace("0xe9b5dba5", "0xdeadbeef, 0xe9b5dba5")) == []
    assert found(f"# {box}\n", "python") == []
    assert found(f"/*\n{box}\n*/\n") == []
    assert found(box, "prose") == []
    assert found(box, "yaml") == []
    crc = [zlib.crc32(bytes([i])) for i in range(256)]
    assert found(", ".join(f"0x{value:08x}" for value in crc)) == []
    assert found('t = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"', "python") == []


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of numbers, and one made of nothing but beginnings of tables, cost few looks at each byte."""
    seen = 0
    plain = digits.read

    def counted(data: bytes, start: int, end: int, bare: bool) -> object:
        nonlocal seen
        for number in plain(data, start, end, bare):
            seen += 1
            yield number

    monkeypatch.setattr(digits, "read", counted)
    chance = random.Random(1)
    numbers = ", ".join(f"0x{chance.randrange(256):02x}" for _ in range(160_000))
    assert found(f"int a[] = {{ {numbers} }};") == []
    assert seen < 160_000
    seen = 0
    assert found("int a[] = {" + "0x63, 0x7c, 0x77, 0x428a2f98, 0xc90fdaa2, 0x5a827999, " * 20_000 + "};") == []
    assert seen < 160_000
    seen = 0
    assert found('s = "' + base64.b16encode(chance.randbytes(500_000)).decode().lower() + '"\n', "python") == []
    assert seen < 160_000
