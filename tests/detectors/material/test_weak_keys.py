"""Keys whose numbers give them away are told, and only those."""

import importlib.util
import math

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pqc_migrate.detectors.material import weak_keys

BADKEYS = pytest.mark.skipif(importlib.util.find_spec("badkeys") is None, reason="badkeys is not installed")


def weaknesses(look, der, modulus, exponent=65537):
    key = der.sequence(der.integer(modulus), der.integer(exponent))
    (finding,), diagnostics = look("k.der", der.spki("1.2.840.113549.1.1.1", key=key))
    assert diagnostics == []
    return dict(finding.details).get("weak-key")


def prime_after(number):
    """Return a probable prime; enough for numbers that only a test sees."""
    number |= 1
    while any(pow(base, number - 1, number) != 1 for base in (2, 3, 5, 7)):
        number += 2
    return number


@pytest.mark.parametrize("size", [1024, 2048, 3072])
def test_a_good_key_is_not_weak(look, der, size):
    """No claim that is not proven."""
    modulus = rsa.generate_private_key(65537, size).public_key().public_numbers().n
    assert weaknesses(look, der, modulus) is None


def test_parity_and_exponent_need_no_library(look, der):
    """An even modulus, an exponent of one, an even exponent."""
    assert weaknesses(look, der, 2**2047 + 2) == "even modulus"
    assert weaknesses(look, der, 2**2047 + 11, 1) == "exponent 1"
    assert weaknesses(look, der, 2**2047 + 11, 4) == "exponent without an inverse"


def test_a_small_exponent_is_a_fact_and_no_weakness(look, private_key):
    """RSA with e = 3 is told; with padding it is not broken."""
    data = private_key("RSA-3072").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (finding,), _ = look("k.der", data)
    assert dict(finding.details) == {"rsa-exponent": "3", "format": "SPKI"}


@BADKEYS
def test_factors_that_are_found_prove_a_weakness(look, der):
    """Close primes, a small factor, a small private exponent; the factors are not told."""
    p = prime_after(2**511 + 12345)
    q = prime_after(p + 10**6)
    assert weaknesses(look, der, p * q) == "close primes (Fermat)"
    assert weaknesses(look, der, p * 257) == "small factor"
    other = prime_after(3 * 2**510 + 999)
    secret = prime_after(2**200)
    assert math.gcd(secret, (p - 1) * (other - 1)) == 1
    public = pow(secret, -1, (p - 1) * (other - 1))
    assert weaknesses(look, der, p * other, public) == "small private exponent (Wiener)"


@BADKEYS
def test_the_fingerprint_of_roca_is_recognized(look, der):
    """Primes of the form k·M + 65537^a mod M, as the broken generator made them."""
    product = math.prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))

    def prime(start):
        number = start * product + pow(65537, start, product)
        while any(pow(base, number - 1, number) != 1 for base in (2, 3, 5)):
            number += product
        return number

    assert weaknesses(look, der, prime(2**290 + 5) * prime(2**291 + 77)) == "ROCA fingerprint (CVE-2017-15361)"


def test_without_the_library_only_parity_and_exponent_are_told(look, der, monkeypatch):
    """The extra is optional."""
    weak_keys.rsa.cache_clear()
    monkeypatch.setattr(weak_keys, "_functions", dict)
    p = prime_after(2**511 + 54321)
    assert weaknesses(look, der, p * prime_after(p + 10**6)) is None
    weak_keys.rsa.cache_clear()


def test_absurd_numbers_cost_nothing(look, der):
    """A modulus of a million bits is not factored."""
    assert weaknesses(look, der, 2**1000000 + 1) is None
