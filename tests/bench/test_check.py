import hashlib
from dataclasses import replace
from typing import Any

import pytest

from pqc_migrate.bench import check
from pqc_migrate.bench.providers.gmssl import GmSslProvider
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.bench.scheme import Provider
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Check, Sizes

QUICK = (
    "ML-KEM-512", "ML-KEM-768", "ML-KEM-1024", "Kyber-768", "HQC-1", "BIKE-L1", "FrodoKEM-640-AES",
    "eFrodoKEM-640-SHAKE", "NTRU-HPS-2048-509", "sntrup761", "Classic-McEliece-348864f",
    "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "SLH-DSA-SHA2-128f", "Falcon-512", "Falcon-padded-512",
    "MAYO-1", "MAYO-2",
)  # fmt: skip


def known(name: str) -> Mechanism:
    match = mechanisms.lookup(name)
    assert match is not None
    return match.mechanism


def outcomes(provider: Provider, mechanism: Mechanism) -> dict[str, Check]:
    scheme = provider.open(mechanism)
    try:
        return {c.check: c for c in check.check(scheme, mechanism, provider.name)}
    finally:
        scheme.close()


class Altered:
    """A real scheme with one method or property of ours."""

    def __init__(self, scheme: Any, **changes: Any) -> None:
        self._scheme = scheme
        self.__dict__.update(changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scheme, name)


@pytest.mark.parametrize("name", QUICK)
def test_liboqs_does_what_the_standards_say(liboqs: LiboqsProvider, name: str) -> None:
    """Round trip, tampering and the sizes of the standard's table, for one of each family."""
    found = outcomes(liboqs, known(name))
    assert set(found) == {"round-trip", "tampering", "sizes"}
    assert all(c.passed for c in found.values()), found


@pytest.mark.parametrize("mechanism", [m for m in mechanisms.mechanisms() if m.openssl and m.name != "RSA-4096"])
def test_openssl_does_what_the_standards_say(openssl: OpenSslProvider, mechanism: Mechanism) -> None:
    """The baselines are held to the same checks."""
    assert all(c.passed for c in outcomes(openssl, mechanism).values())


def test_gmssl_does_what_the_standard_says(capfd: pytest.CaptureFixture[str]) -> None:
    """SM2 refuses a tampered signature, and GmSSL's own messages about it stay off the terminal."""
    assert all(c.passed for c in outcomes(GmSslProvider(), known("SM2")).values())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["ML-KEM-768", "ML-KEM-1024", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
def test_liboqs_and_openssl_understand_each_other(
    liboqs: LiboqsProvider, openssl: OpenSslProvider, name: str
) -> None:
    """Keys, ciphertexts and signatures of one are used by the other, both ways."""
    mechanism = known(name)
    assert check.agree(liboqs.open(mechanism), openssl.open(mechanism), mechanism, "liboqs", "OpenSSL").passed


def test_disagreement_is_seen(liboqs: LiboqsProvider) -> None:
    """ML-KEM and Kyber have the same sizes and are not the same algorithm."""
    one, other = liboqs.open(known("ML-KEM-768")), liboqs.open(known("Kyber768"))
    assert not check.agree(one, other, known("ML-KEM-768"), "liboqs", "liboqs").passed


def test_a_kem_that_ignores_tampering_fails(liboqs: LiboqsProvider) -> None:
    """Implicit rejection must give another secret."""
    real: Any = liboqs.open(known("ML-KEM-512"))
    secrets: dict[str, bytes] = {}

    def encaps(public: bytes) -> tuple[bytes, bytes]:
        ciphertext, secrets["shared"] = real.encaps(public)
        return ciphertext, secrets["shared"]

    careless: Any = Altered(real, encaps=encaps, decaps=lambda secret, ciphertext: secrets["shared"])
    found = {c.check: c.passed for c in check.check(careless, known("ML-KEM-512"), "liboqs")}
    assert found == {"round-trip": True, "tampering": False, "sizes": True}


def test_a_signature_scheme_that_accepts_anything_fails(openssl: OpenSslProvider) -> None:
    """A verifier that says yes to everything is fast, and worthless."""
    careless: Any = Altered(openssl.open(known("Ed25519")), verify=lambda *_: True)
    found = {c.check: c.passed for c in check.check(careless, known("Ed25519"), "openssl")}
    assert found == {"round-trip": True, "tampering": False, "sizes": True}


def test_a_refusing_library_fails_the_check_and_not_the_run(liboqs: LiboqsProvider) -> None:
    """What the library says is kept as the reason."""

    def refuse(public: bytes) -> tuple[bytes, bytes]:
        raise BenchmarkError("encaps failed in liboqs")

    broken: Any = Altered(liboqs.open(known("ML-KEM-512")), encaps=refuse)
    (failed,) = check.check(broken, known("ML-KEM-512"), "liboqs")
    assert (failed.passed, failed.details) == (False, "encaps failed in liboqs")


def test_sizes_that_differ_from_the_standard_fail(liboqs: LiboqsProvider) -> None:
    """The message names the part, both numbers and the standard."""
    mechanism = replace(known("ML-KEM-768"), sizes=Sizes(1184, 2400, 1089, 32))
    found = outcomes(liboqs, mechanism)["sizes"]
    assert not found.passed
    assert found.details == "ciphertext 1088 bytes by the library, 1089 by FIPS 203 table 3"


def test_signatures_may_be_shorter_only_where_the_format_says_so(liboqs: LiboqsProvider) -> None:
    """Falcon compresses; a short ML-DSA signature would be a mistake."""
    falcon = known("Falcon-512")
    assert outcomes(liboqs, falcon)["sizes"].passed
    assert not outcomes(liboqs, replace(falcon, variable=False))["sizes"].passed


@pytest.mark.parametrize("name", ["ML-KEM-768", "ML-KEM-1024", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
def test_a_seed_makes_the_same_key_in_both_libraries(
    liboqs: LiboqsProvider, openssl: OpenSslProvider, name: str
) -> None:
    """A known answer from an implementation of other people; afterwards keys are random again."""
    mechanism = known(name)
    one: Any = liboqs.open(mechanism)
    (found,) = check.known_answer(one, openssl.open(mechanism), mechanism, "liboqs", "OpenSSL")
    assert found.passed
    assert found.check == "known-answer"
    assert one.keypair()[0] != one.keypair()[0]


@pytest.mark.parametrize(("name", "rank"), [("ML-KEM-512", 2), ("ML-KEM-768", 3), ("ML-KEM-1024", 4)])
def test_keys_are_those_of_the_final_standard(liboqs: LiboqsProvider, name: str, rank: int) -> None:
    """FIPS 203 algorithm 13 hashes the rank along with d; its draft did not, and nothing else would show it."""
    one: Any = liboqs.open(known(name))
    d, z = bytes(range(32)), bytes(32)
    public, _ = one.from_seed(d + z)
    assert public[-32:] == hashlib.sha3_512(d + bytes([rank])).digest()[:32]


def test_another_key_from_the_seed_is_a_wrong_answer(liboqs: LiboqsProvider, openssl: OpenSslProvider) -> None:
    """Kyber makes keys of the same length from other bytes; a key of chance fails as well."""
    mechanism = known("ML-KEM-768")
    real: Any = liboqs.open(mechanism)
    careless: Any = Altered(real, from_seed=lambda seed: real.keypair())
    (found,) = check.known_answer(careless, openssl.open(mechanism), mechanism, "liboqs", "OpenSSL")
    assert not found.passed


def test_without_a_seed_there_is_no_answer(liboqs: LiboqsProvider, openssl: OpenSslProvider) -> None:
    """HQC's keys are not compared with anything, and a library without the entry points is not blamed."""
    assert (
        check.known_answer(liboqs.open(known("HQC-1")), openssl.open(known("X25519")), known("HQC-1"), "", "") == []
    )
    mechanism = known("ML-KEM-768")

    def none(seed: bytes) -> tuple[bytes, bytes]:
        raise ProviderUnavailable("this liboqs has no OQS_KEM_keypair_derand")

    without: Any = Altered(liboqs.open(mechanism), from_seed=none)
    assert check.known_answer(without, openssl.open(mechanism), mechanism, "liboqs", "OpenSSL") == []
