from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x25519

from pqc_migrate.bench import run as runner
from pqc_migrate.bench import schedule
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.catalog import mechanisms
from pqc_migrate.errors import BenchmarkError


def opened(openssl: OpenSslProvider, name: str) -> Any:
    match = mechanisms.lookup(name)
    assert match is not None
    return openssl.open(match.mechanism)


def test_ml_kem_comes_first_with_x25519(openssl: OpenSslProvider) -> None:
    """RFC 10024: client share, server share and shared secret, each opened by hand."""
    scheme = opened(openssl, "X25519MLKEM768")
    own, kem = x25519.X25519PrivateKey.generate(), mlkem.MLKEM768PrivateKey.generate()
    client = kem.public_key().public_bytes_raw() + own.public_key().public_bytes_raw()
    server, shared = scheme.encaps(client)
    assert (len(client), len(server), len(shared)) == (1216, 1120, 64)
    agreed = own.exchange(x25519.X25519PublicKey.from_public_bytes(server[1088:]))
    assert shared == kem.decapsulate(server[:1088]) + agreed


def test_the_curve_comes_first_with_p_256(openssl: OpenSslProvider) -> None:
    """The other two groups of RFC 10024 put ECDHE before ML-KEM."""
    scheme = opened(openssl, "SecP256r1MLKEM768")
    client, (own, kem) = scheme.keypair()
    server, shared = scheme.encaps(client)
    assert (len(client), len(server), len(shared), client[0]) == (1249, 1153, 64, 4)
    peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server[:65])
    assert shared == own.exchange(ec.ECDH(), peer) + kem.decapsulate(server[65:])
    assert scheme.decaps((own, kem), server) == shared
    with pytest.raises(BenchmarkError, match="key share refused"):
        scheme.decaps((own, kem), b"\5" + server[1:])


def test_hybrids_are_measured_as_one_operation() -> None:
    """At the category of their ML-KEM, saying what is and what is not in the figure."""
    result = runner.run(schedule.plan(algorithms=["SecP384r1MLKEM1024"], seconds=0.01))
    assert [(m.operation, m.provider) for m in result.measurements] == [
        ("keygen", "openssl"),
        ("encaps", "openssl"),
        ("decaps", "openssl"),
    ]
    assert {m.nist_category for m in result.measurements} == {5}
    assert "key shares already decoded" in result.measurements[0].details
