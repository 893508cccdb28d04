"""Key encapsulation and key agreement."""

from collections.abc import Callable

import pytest

from pqc_migrate.catalog import mechanisms
from pqc_migrate.model.bench import Operation, Role

STANDARD = mechanisms.selections()["standard"].algorithms
KEMS = [name for name in STANDARD if (m := mechanisms.lookup(name)) and m.mechanism.role is Role.KEM]
AGREEMENTS = [
    name for name in STANDARD if (m := mechanisms.lookup(name)) and m.mechanism.role is Role.KEY_AGREEMENT
]
Measure = Callable[[str, str, Operation], None]


@pytest.mark.parametrize("operation", Role.KEM.operations)
@pytest.mark.parametrize("provider", ["liboqs", "openssl"])
@pytest.mark.parametrize("algorithm", KEMS)
def test_kem(measure: Measure, algorithm: str, provider: str, operation: Operation) -> None:
    measure(provider, algorithm, operation)


@pytest.mark.parametrize("operation", Role.KEY_AGREEMENT.operations)
@pytest.mark.parametrize("algorithm", AGREEMENTS)
def test_key_agreement(measure: Measure, algorithm: str, operation: Operation) -> None:
    measure("openssl", algorithm, operation)
