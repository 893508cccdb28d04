"""The numbers of `constants.toml` are those their standards compute, where they are computed."""

import math
from collections.abc import Iterator

import pytest

from pqc_migrate.catalog.constants import constants, spots


def values(name: str) -> tuple[int, ...]:
    """Return the values of a table as the standard prints them."""
    return constants()[name].sequences[0].values


def primes() -> Iterator[int]:
    number = 2
    while True:
        if all(number % divisor for divisor in range(2, math.isqrt(number) + 1)):
            yield number
        number += 1


def root_fraction(number: int, power: int, bits: int) -> int:
    """Return the first bits of the fraction of a square (2) or cube (3) root."""
    low, high = 0, number << bits
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**power <= number << (power * bits) else (low, middle - 1)
    return low % (1 << bits)


def roots(count: int, power: int, bits: int, skip: int = 0) -> list[int]:
    source = primes()
    numbers = [next(source) for _ in range(skip + count)][skip:]
    return [root_fraction(number, power, bits) for number in numbers]


@pytest.mark.parametrize(
    ("name", "power", "bits", "skip"),
    [
        ("sha-256-round-constants", 3, 32, 0),
        ("sha-512-round-constants", 3, 64, 0),
        ("sha-256-initial-value", 2, 32, 0),
        ("sha-512-initial-value", 2, 64, 0),
        ("sha-384-initial-value", 2, 64, 8),
    ],
)
def test_sha_2(name: str, power: int, bits: int, skip: int) -> None:
    """FIPS 180-4: fractions of the roots of the first primes; SHA-384 takes the ninth prime on."""
    assert list(values(name)) == roots(len(values(name)), power, bits, skip)


def test_sha_224_is_the_second_half_of_sha_384() -> None:
    """FIPS 180-4 section 5.3.2: the low words of the fractions that SHA-384 takes."""
    assert list(values("sha-224-initial-value")) == [value % (1 << 32) for value in roots(8, 2, 64, skip=8)]


def test_md5() -> None:
    """RFC 1321: the fractions of sines."""
    assert list(values("md5-sines")) == [int(abs(math.sin(i + 1)) * (1 << 32)) for i in range(8)]


def test_sha_1_and_ripemd() -> None:
    """FIPS 180-4: square roots of 2, 3, 5, 10 with two bits before the point; RIPEMD-160 has cube roots."""
    assert list(values("sha-1-round-constants")) == [math.isqrt(n << 60) for n in (2, 3, 5, 10)]
    cubes = [((1 << 30) * n ** (1 / 3)) for n in (2, 3, 5, 7)]
    assert [abs(a - b) <= 1 for a, b in zip(values("ripemd-round-constants"), cubes, strict=True)] == [True] * 4


def test_aes() -> None:
    """FIPS 197 section 5.1.1: inverse in GF(2^8), then an affine map; the round table is MixColumns of it."""
    boxes = [s_box(x) for x in range(256)]
    assert list(values("aes-s-box")) == boxes[:16]
    assert list(values("aes-inverse-s-box")) == [boxes.index(x) for x in range(16)]
    mixed = [(times(2, s) << 24) | (s << 16) | (s << 8) | times(3, s) for s in boxes[:8]]
    assert list(values("aes-round-table")) == mixed
    inverse = [boxes.index(x) for x in range(8)]
    unmixed = [(times(14, s) << 24) | (times(9, s) << 16) | (times(13, s) << 8) | times(11, s) for s in inverse]
    assert list(values("aes-inverse-round-table")) == unmixed


def times(one: int, other: int) -> int:
    product = 0
    for bit in range(8):
        product ^= (other << bit) if one >> bit & 1 else 0
    for bit in range(14, 7, -1):
        product ^= (0x11B << (bit - 8)) if product >> bit & 1 else 0
    return product


def s_box(x: int) -> int:
    inverse = next((y for y in range(256) if times(x, y) == 1), 0)
    turned = [((inverse << n) | (inverse >> (8 - n))) & 255 for n in range(5)]
    return turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63


def test_blowfish_is_pi() -> None:
    """Schneier 1993: the digits of pi, the P-array first."""
    from pqc_migrate.catalog.groups import _pi

    digits = _pi(32 * 26) - (3 << (32 * 26))
    words = [(digits >> (32 * (25 - i))) % (1 << 32) for i in range(26)]
    assert list(values("blowfish-p-array")) == words[:18]
    assert list(values("blowfish-s-box")) == words[18:]


def test_keccak() -> None:
    """FIPS 202 section 3.2.5: bits of a linear feedback shift register."""
    state, found = 1, []
    for _ in range(8):
        constant = 0
        for j in range(7):
            constant |= (state & 1) << ((1 << j) - 1)
            state = (state << 1) ^ (0x171 if state & 0x80 else 0)
        found.append(constant)
    assert list(values("keccak-round-constants")) == found[2:]


@pytest.mark.parametrize(
    ("name", "root", "modulus", "bits", "factor", "centered"),
    [
        ("kyber-zetas", 17, 3329, 7, 1, False),
        ("kyber-zetas-montgomery", 17, 3329, 7, 1 << 16, False),
        ("kyber-zetas-signed", 17, 3329, 7, 1 << 16, True),
        ("dilithium-zetas", 1753, 8380417, 8, 1, False),
        ("dilithium-zetas-montgomery", 1753, 8380417, 8, 1 << 32, False),
        ("dilithium-zetas-signed", 1753, 8380417, 8, 1 << 32, True),
    ],
)
def test_zetas(name: str, root: int, modulus: int, bits: int, factor: int, centered: bool) -> None:
    """FIPS 203 and 204: powers of a root of unity, their exponents with reversed bits."""
    sequence = constants()[name].sequences[0]
    exponents = [int(f"{i:0{bits}b}"[::-1], 2) for i in range(1, len(sequence.values) + 1)]
    powers = [pow(root, exponent, modulus) * factor % modulus for exponent in exponents]
    signed = [power - modulus if centered and power > modulus // 2 else power for power in powers]
    assert list(sequence.values) == [number % (1 << sequence.width) for number in signed]


def test_base_points_lie_on_their_curves() -> None:
    """SEC 2: x³ + ax + b has a root modulo p, which half of all x have not."""
    curves = {
        "p-256": (2**256 - 2**224 + 2**192 + 2**96 - 1, -3),
        "p-384": (2**384 - 2**128 - 2**96 + 2**32 - 1, -3),
        "p-521": (2**521 - 1, -3),
        "sm2p256v1": (2**256 - 2**224 - 2**96 + 2**64 - 1, -3),
    }
    for name, (p, a) in curves.items():
        x, order, b = (int(digits, 16) for digits in constants()[f"curve-{name}"].digits)
        assert pow(x**3 + a * x + b, (p - 1) // 2, p) == 1, name
        assert pow(2, order - 1, order) == 1, name
        assert abs(order - p) < 2 ** (p.bit_length() // 2 + 2), name  # Hasse
    x, order = (int(digits, 16) for digits in constants()["curve-secp256k1"].digits)
    p = 2**256 - 2**32 - 977
    assert pow(x**3 + 7, (p - 1) // 2, p) == 1
    assert pow(2, order - 1, order) == 1


def test_edwards_curve() -> None:
    """RFC 8032: d is −121665/121666, its limbs are its parts, the order is prime."""
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    assert int(constants()["curve-ed25519"].digits[0], 16) == d
    assert list(values("edwards25519-d-51")) == [(d >> (51 * i)) % (1 << 51) for i in range(5)]
    signed = [v - (1 << 32) if v >> 31 else v for v in values("edwards25519-d-25")]
    places = [0, 26, 51, 77, 102, 128, 153, 179]
    total = sum(value << place for value, place in zip(signed, places, strict=True))
    assert (d - p - total) % (1 << 204) == 0  # the two limbs left out are above
    order = int(constants()["order-ed25519"].digits[0], 16)
    assert order == 2**252 + 27742317777372353535851937790883648493


def test_the_gate_looks_for_few_literals() -> None:
    """Anchors are a few per table, and none is so short that it stands everywhere."""
    assert len(spots()) < 560
    assert min(len(anchor) for anchor in spots()) >= 3
