"""Named groups are the standards' primes, to the last digit."""

import textwrap

import pytest

from pqc_migrate.catalog.groups import groups, of_hexadecimal, of_prime


def probably_prime(number: int) -> bool:
    """Miller–Rabin with fixed bases: enough to catch a wrong digit."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    for base in (2, 3, 5):
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


SAFE = [name for name, group in groups().items() if not group.subgroup]


@pytest.mark.parametrize("name", [name for name in SAFE if groups()[name].size <= 4096])
def test_group_is_a_safe_prime_of_its_size(name: str) -> None:
    """p and (p-1)/2 are prime and p has exactly the size its name says."""
    group = groups()[name]
    assert group.prime.bit_length() == group.size
    assert probably_prime(group.prime)
    assert probably_prime((group.prime - 1) // 2)


@pytest.mark.parametrize("name", [name for name in SAFE if groups()[name].size > 4096])
def test_large_group_is_prime(name: str) -> None:
    """The large groups are prime; their halves would take too long here."""
    assert pow(2, groups()[name].prime - 1, groups()[name].prime) == 1


@pytest.mark.parametrize("name", [name for name, group in groups().items() if group.subgroup])
def test_a_group_with_a_subgroup_has_one_of_that_order(name: str) -> None:
    """RFC 5114: p and q are prime, q divides p-1, and q has the size that the group's name says."""
    group = groups()[name]
    assert group.prime.bit_length() == group.size
    assert str(group.subgroup.bit_length()) == name.rpartition("s")[2]
    assert (group.prime - 1) % group.subgroup == 0
    assert probably_prime(group.prime)
    assert probably_prime(group.subgroup)


def test_a_prime_is_read_in_both_notations() -> None:
    """Decimal, and hexadecimal in any case spaced, with a prefix or zeros in front; one digit off is none."""
    prime = groups()["modp2048s256"].prime
    assert of_prime(str(prime)) == groups()["modp2048s256"]
    spaced = " ".join(textwrap.wrap(f"{prime:x}", 8))
    for text in (f"{prime:X}", f"0x{prime:x}", f"00{prime:X}", spaced, spaced.replace(" ", ":")):
        assert of_hexadecimal(text) == groups()["modp2048s256"]
    assert of_hexadecimal(f"{prime + 1:X}") is None
    assert of_prime(str(prime + 1)) is None
