"""Correct first: what is not right is not timed.

A round trip, a tampered ciphertext or signature, the sizes of the standard's table, and, where two
providers have the same algorithm, keys and messages of one used by the other, and keys made from one seed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import cast

from pqc_migrate.bench.scheme import (
    MESSAGE_BYTES,
    Kem,
    KeyAgreement,
    Scheme,
    Seeded,
    SeededKem,
    Signer,
    StatefulSigner,
)
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Check, Role, Sizes

_Outcome = tuple[str, bool, str]

_SEEDS = {"ML-KEM": 64, "ML-DSA": 32}
"""Bytes of the seed a key is made from: d and z of FIPS 203 section 6.1, ξ of FIPS 204 section 6.1."""


def check(scheme: Scheme, mechanism: Mechanism, provider: str) -> list[Check]:
    """Run the checks of one scheme; a refusal by the library is a failed check."""
    checks: dict[Role, Callable[..., Iterator[_Outcome]]] = {
        Role.KEM: _kem,
        Role.SIGNATURE: _signer,
        Role.STATEFUL: _stateful,
        Role.KEY_AGREEMENT: _agreement,
    }
    try:
        outcomes = list(checks[mechanism.role](scheme, mechanism))
    except (BenchmarkError, ValueError) as error:
        outcomes = [("round-trip", False, str(error))]
    return [Check(mechanism.name, provider, *outcome) for outcome in outcomes]


def agree(one: Scheme, other: Scheme, mechanism: Mechanism, provider: str, with_provider: str) -> Check:
    """Use keys and messages of each provider with the other: both must implement the same algorithm."""
    agreed: Callable[..., bool] = _kems_agree if mechanism.role is Role.KEM else _signers_agree
    details = f"with {with_provider}, both ways"
    try:
        passed = agreed(one, other) and agreed(other, one)
    except (BenchmarkError, ValueError) as error:
        passed, details = False, f"{details}: {error}"
    return Check(mechanism.name, provider, "agreement", passed, details)


def known_answer(
    one: Scheme, other: Scheme, mechanism: Mechanism, provider: str, with_provider: str
) -> list[Check]:
    """Make a key, and a ciphertext of a KEM, from a fixed seed in `one` and hold it against that of `other`.

    Nothing when the standard's keys are not made from one seed, or a library does not take it.
    """
    length = _SEEDS.get(mechanism.group)
    if length is None:
        return []
    seed = hashlib.shake_256(mechanism.name.encode()).digest(length)
    details = (
        f"the same key{' and shared secret' if mechanism.role is Role.KEM else ''} from a seed as {with_provider}"
    )
    try:
        public, _ = cast(Seeded, one).from_seed(seed)
        expected, secret = cast(Seeded, other).from_seed(seed)
        passed = public == expected
        if mechanism.role is Role.KEM:
            ciphertext, shared = cast(SeededKem, one).encaps_from_seed(public, seed[:32])
            passed = passed and cast(Kem, other).decaps(secret, ciphertext) == shared
    except ProviderUnavailable:
        return []
    except BenchmarkError as error:
        passed, details = False, f"{details}: {error}"
    return [Check(mechanism.name, provider, "known-answer", passed, details)]


def _kem(kem: Kem, mechanism: Mechanism) -> Iterator[_Outcome]:
    public, secret = kem.keypair()
    ciphertext, shared = kem.encaps(public)
    yield "round-trip", kem.decaps(secret, ciphertext) == shared, ""
    yield "tampering", _rejects(lambda tampered: kem.decaps(secret, tampered) == shared, ciphertext), ""
    made = Sizes(public_key=len(public), ciphertext=len(ciphertext), shared_secret=len(shared))
    yield "sizes", *_sizes(kem.facts.sizes, made, mechanism)


def _signer(signer: Signer, mechanism: Mechanism) -> Iterator[_Outcome]:
    public, secret = signer.keypair()
    message = os.urandom(MESSAGE_BYTES)
    yield from _signed(signer, mechanism, public, message, signer.sign(secret, message))


def _stateful(signer: StatefulSigner, mechanism: Mechanism) -> Iterator[_Outcome]:
    public, secret = signer.keypair()
    message, before = os.urandom(MESSAGE_BYTES), signer.state(secret)
    signature = signer.sign(secret, message)
    yield "state", signer.state(secret) != before, "the private key changes with the signature"
    yield from _signed(signer, mechanism, public, message, signature)


def _signed(
    signer: Signer, mechanism: Mechanism, public: bytes, message: bytes, signature: bytes
) -> Iterator[_Outcome]:
    yield "round-trip", signer.verify(public, message, signature), ""
    other = hashlib.sha512(message).digest()[:MESSAGE_BYTES]
    rejected = not signer.verify(public, other, signature)
    rejected = rejected and _rejects(lambda tampered: signer.verify(public, message, tampered), signature)
    yield "tampering", rejected, ""
    yield "sizes", *_sizes(signer.facts.sizes, Sizes(len(public), signature=len(signature)), mechanism)


def _agreement(scheme: KeyAgreement, mechanism: Mechanism) -> Iterator[_Outcome]:
    (public, secret), (other_public, other_secret) = scheme.keypair(), scheme.keypair()
    shared = scheme.derive(secret, other_public)
    yield "round-trip", scheme.derive(other_secret, public) == shared, ""
    yield "tampering", scheme.derive(secret, public) != shared, "another public key gives another secret"
    yield "sizes", *_sizes(scheme.facts.sizes, Sizes(len(public), shared_secret=len(shared)), mechanism)


def _rejects(accepts: Callable[[bytes], bool], good: bytes) -> bool:
    """Flip the lowest bit of the first and of the middle byte; a refusal by the library counts as rejected."""
    for place in (0, len(good) // 2):
        tampered = bytearray(good)
        tampered[place] ^= 1
        try:
            if accepts(bytes(tampered)):
                return False
        except BenchmarkError:
            continue
    return True


def _sizes(declared: Sizes, made: Sizes, mechanism: Mechanism) -> tuple[bool, str]:
    """Compare what the library says, what it made, and the standard's table."""
    table = mechanism.sizes
    wrong = []
    for part in ("public_key", "secret_key", "ciphertext", "shared_secret", "signature"):
        says, is_, should = getattr(declared, part), getattr(made, part), getattr(table, part, None)
        if should is not None and says != should and not _is_seed(part, says):
            wrong.append(f"{part} {says} bytes by the library, {should} by {mechanism.source}")
        shorter = part == "signature" and (mechanism.variable or table is None)
        if is_ is not None and is_ != says and not (shorter and is_ < says):
            wrong.append(f"{part} of {is_} bytes was made, {says} declared")
    if wrong:
        return False, "; ".join(wrong)
    return True, mechanism.source if table is not None else "the library's own lengths; no table in the catalog"


def _is_seed(part: str, length: int) -> bool:
    """FIPS 203 section 3.3 and FIPS 204 section 3.6.3 let a private key be kept as its seed."""
    return part == "secret_key" and length in (32, 64)


def _kems_agree(one: Kem, other: Kem) -> bool:
    public, secret = one.keypair()
    ciphertext, shared = other.encaps(public)
    return one.decaps(secret, ciphertext) == shared


def _signers_agree(one: Signer, other: Signer) -> bool:
    public, secret = one.keypair()
    message = os.urandom(MESSAGE_BYTES)
    return other.verify(public, message, one.sign(secret, message))
