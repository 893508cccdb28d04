"""Signatures, post-quantum and classical."""

from collections.abc import Callable

import pytest

from pqc_migrate.catalog import mechanisms
from pqc_migrate.model.bench import Operation, Role

STANDARD = mechanisms.selections()["standard"].algorithms
SIGNATURES = [
    m.mechanism for name in STANDARD if (m := mechanisms.lookup(name)) and m.mechanism.role is Role.SIGNATURE
]
PAIRS = [
    (m.name, provider)
    for m in SIGNATURES
    for provider, has in (("liboqs", bool(m.liboqs)), ("openssl", m.openssl), ("gmssl", m.gmssl))
    if has
]


@pytest.mark.parametrize("operation", Role.SIGNATURE.operations)
@pytest.mark.parametrize(("algorithm", "provider"), PAIRS)
def test_signature(
    measure: Callable[[str, str, Operation], None], algorithm: str, provider: str, operation: Operation
) -> None:
    measure(provider, algorithm, operation)
