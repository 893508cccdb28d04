"""Named groups are the standards' primes, to the last digit."""

import pytest

from pqc_migrate.catalog.groups import groups


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


@pytest.mark.parametrize("name", [name for name, group in groups().items() if group.size <= 4096])
def test_group_is_a_safe_prime_of_its_size(name: str) -> None:
    """p and (p-1)/2 are prime and p has exactly the size its name says."""
    group = groups()[name]
    assert group.prime.bit_length() == group.size
    assert probably_prime(group.prime)
    assert probably_prime((group.prime - 1) // 2)


@pytest.mark.parametrize("name", [name for name, group in groups().items() if group.size > 4096])
def test_large_group_is_prime(name: str) -> None:
    """The large groups are prime; their halves would take too long here."""
    assert pow(2, groups()[name].prime - 1, groups()[name].prime) == 1
