"""Make keys and messages of a case, check them, and hand out the calls that are timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from pqc_migrate.bench.messages import cms, independent, jose, payment
from pqc_migrate.bench.messages.independent import Second
from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.providers.gmssl import quiet
from pqc_migrate.bench.scheme import Call, Material, Signer
from pqc_migrate.catalog.messages import Case
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Check, Operation

_KEYS = 2
_CONTENTS = 32
_SIGNATURES = 8
_GENERATE: dict[str, Callable[[], Any]] = {
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "ECDSA-P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "ML-DSA-44": mldsa.MLDSA44PrivateKey.generate,
    "ML-DSA-65": mldsa.MLDSA65PrivateKey.generate,
    "ML-DSA-87": mldsa.MLDSA87PrivateKey.generate,
}
_DER = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
_IN_PYTHON = "with the encoding, done in Python, and the digest"


@dataclass(slots=True)
class Prepared:
    """A case ready to be timed once its checks have passed."""

    case: Case
    content: bytes
    signatures: list[bytes]
    """Signature values by themselves."""
    lengths: list[int]
    """Bytes of whole messages."""
    sign: Call
    verify: Call
    checks: list[Check]
    certificate_bytes: int = 0
    details: str = ""
    close: Callable[[], None] = lambda: None


def prepare(case: Case, found: Available) -> Prepared:
    """Return what is to be timed; `ProviderUnavailable` when this machine does not have it."""
    provider = found.get(case.provider)
    if provider is None:
        raise ProviderUnavailable(f"{case.provider} is not available on this machine")
    if case.mechanism.name not in {m.name for m in provider.mechanisms()}:
        raise ProviderUnavailable(f"{provider.library.name} {provider.library.version} does not have it")
    makers = {"jwt": _jwt, "cms": _cms, "payment": _payment}
    prepared = makers[case.format](case, found)
    prepared.checks.append(_sizes(case, prepared.signatures))
    return prepared


def _jwt(case: Case, found: Available) -> Prepared:
    jws = jose.Jws(case.identifier)
    sign, verify = jws.signer(), jws.verifier()
    keys = _keys(case)
    contents = [jose.claims(number) for number in range(_CONTENTS)]
    jobs = list(zip(cycle(keys), contents, strict=False))
    tokens = [(_public(key), sign(key, content)) for key, content in jobs[:_SIGNATURES]]
    public, token = tokens[0]

    signed, signature = jose.parts(token)
    if case.identifier == "ES256":
        signature = jose.der(signature)
    other = independent.second(case.mechanism, public, found, pss=case.identifier == "PS256")
    checks = [
        *_accepting(
            case,
            lambda changed: verify(public, changed) is not None,
            (token,),
            [(_flipped(token, token.index(b".") + 20),), (_flipped(token, len(token) - 8),)],
        ),
        *_agreeing(case, other, signed, signature),
    ]
    return Prepared(
        case, contents[0], [jose.parts(t)[1] for _, t in tokens], [len(t) for _, t in tokens],
        Call(sign, jobs, bool), Call(verify, tokens, bool), checks, details=_IN_PYTHON,
    )  # fmt: skip


def _cms(case: Case, found: Available) -> Prepared:
    oid, ml_dsa = case.identifier, case.mechanism.group == "ML-DSA"
    identities = [cms.identity(key, None if ml_dsa else hashes.SHA256()) for key in _keys(case)]
    makers: list[Callable[[bytes], bytes]] = [_cms_maker(one, oid, ml_dsa) for one in identities]
    contents = [payment.message(number) for number in range(_CONTENTS)]
    jobs = list(zip(cycle(makers), contents, strict=False))
    publics = cycle([_public(one.key) for one in identities])
    made = [
        (public, oid, maker(content), content)
        for public, (maker, content) in zip(publics, jobs[:_SIGNATURES], strict=False)
    ]
    public, _, encoded, content = made[0]

    both = [(encoded, _flipped(content, 0)), (_flipped(encoded, len(encoded) - 20), content)]
    parts = [cms.read(encoded, content) for _, _, encoded, content in made]
    other = independent.second(case.mechanism, public, found, pss=False)
    checks = [
        *_accepting(case, lambda *changed: cms.verify(public, oid, *changed), (encoded, content), both),
        *_agreeing(case, other, parts[0].signed, parts[0].value),
        *_by_program(case, encoded, content),
    ]
    return Prepared(
        case, contents[0], [part.value for part in parts], [len(m[2]) + len(m[3]) for m in made],
        Call(lambda maker, content: maker(content), jobs, bool), Call(cms.verify, made, bool), checks,
        certificate_bytes=len(identities[0].der),
        details="the content's digest, attributes and encoding included; verified without its certificate chain",
    )  # fmt: skip


def _cms_maker(signer: cms.Identity, oid: str, ml_dsa: bool) -> Callable[[bytes], bytes]:
    if ml_dsa:
        return cms.MlDsaSigner(signer, oid).sign
    return lambda content: cms.sign_classical(signer, content)


def _payment(case: Case, found: Available) -> Prepared:
    contents = [payment.message(number) for number in range(_CONTENTS)]
    if case.provider == "gmssl":
        return _payment_sm2(case, contents)
    provider = found.get(case.provider)
    assert provider is not None
    scheme = cast(Signer, provider.open(case.mechanism))
    public, secret = scheme.keypair()
    signatures = [scheme.sign(secret, content) for content in contents[:_SIGNATURES]]

    if case.mechanism.group == "RSA":
        key = serialization.load_der_public_key(public)
        other = independent.second(case.mechanism, key, found)
    else:
        name = "openssl" if case.provider == "liboqs" else "liboqs"
        other = independent.by_scheme(name, case.mechanism, found, public)
    checks = [
        *_accepting(case, lambda *changed: scheme.verify(public, *changed), *_changed(contents[0], signatures[0])),
        *_agreeing(case, other, contents[0], signatures[0]),
    ]
    calls = scheme.calls(Material(_KEYS, contents, _SIGNATURES))
    return Prepared(
        case, contents[0], signatures, [payment.with_signature(contents[0], s) for s in signatures],
        calls[Operation.SIGN], calls[Operation.VERIFY], checks, details=scheme.facts.details, close=scheme.close,
    )  # fmt: skip


def _payment_sm2(case: Case, contents: Sequence[bytes]) -> Prepared:
    import gmssl_pyx

    signer = payment.Sm2(gmssl_pyx, _KEYS)
    sign, verify = signer.calls(contents, _SIGNATURES)
    signatures = [signature for _, _, signature in verify.arguments]
    content, public = contents[0], signer.keys[0][0]

    # It computes Z by itself, so that ours is confirmed.
    other = Second("sm2_verify of gmssl-pyx", lambda message, value: gmssl_pyx.sm2_verify(public, message, value))
    with quiet():
        checks = [
            *_accepting(case, lambda *changed: signer.verify(0, *changed), *_changed(content, signatures[0])),
            *_agreeing(case, other, content, signatures[0]),
        ]
    return Prepared(
        case, content, signatures, [payment.with_signature(content, s) for s in signatures], sign, verify, checks,
        details="SM3 over Z and the message, Z kept with the key; signature as DER",
    )  # fmt: skip


def _keys(case: Case) -> list[Any]:
    return [_GENERATE[case.mechanism.name]() for _ in range(_KEYS)]


def _public(key: Any) -> Any:
    """Read the public key anew from its encoding, as a receiver does."""
    return serialization.load_der_public_key(key.public_key().public_bytes(*_DER))


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _changed(content: bytes, signature: bytes) -> tuple[tuple[bytes, bytes], list[tuple[bytes, bytes]]]:
    """Return what a verifier must accept, and what it must refuse."""
    spoiled = _flipped(signature, len(signature) // 2)
    return (content, signature), [(_flipped(content, 0), signature), (content, spoiled)]


def _accepting(
    case: Case, accepts: Callable[..., bool], good: tuple[bytes, ...], changed: Sequence[tuple[bytes, ...]]
) -> list[Check]:
    """Check what is about to be timed: it accepts the message and nothing else."""

    def refuses(arguments: tuple[bytes, ...]) -> bool:
        try:
            return not accepts(*arguments)
        except (BenchmarkError, ValueError):
            return True

    return [
        _check(case, "round-trip", accepts(*good), case.label),
        _check(case, "tampering", all(map(refuses, changed)), case.label),
    ]


def _agreeing(case: Case, other: Second | None, message: bytes, signature: bytes) -> list[Check]:
    if other is None:
        return []
    try:
        passed = other.verify(message, signature) and not other.verify(_flipped(message, 0), signature)
    except BenchmarkError as error:
        return [_check(case, "agreement", False, f"{case.label}: {error}")]
    return [_check(case, "agreement", passed, f"{case.label}: verified by {other.name}")]


def _by_program(case: Case, encoded: bytes, content: bytes) -> list[Check]:
    """Let the program openssl read the whole message where it knows the algorithm."""
    program, needed = independent.command(), (3, 5) if case.mechanism.group == "ML-DSA" else (3, 0)
    if program is None or program.version < needed:
        return []
    options = ["-inform", "DER", "-in", "{signed}", "-content", "{content}", "-binary", "-noverify"]
    arguments = ["cms", "-verify", *options]

    def verify(message: bytes, signed: bytes) -> bool:
        return program.accepts(arguments, signed=signed, content=message)

    other = Second(f"{program.name} as a whole message", verify)
    return _agreeing(case, other, content, encoded)


def _sizes(case: Case, signatures: Sequence[bytes]) -> Check:
    """Compare with the standard's table; DER of two integers may be up to eight bytes longer than both."""
    sizes = case.mechanism.sizes
    should = sizes.signature if sizes is not None else None
    der = 8 if case.mechanism.group in ("ECDSA", "SM2") and case.format != "jwt" else 0
    made = sorted({len(signature) for signature in signatures})
    if should is None:
        return _check(case, "sizes", True, f"{case.label}: no table in the catalog")
    varies = der or case.mechanism.variable
    passed = made[-1] <= should + der if varies else made == [should]
    told = f"signatures of {made[0]} to {made[-1]} bytes, {should} by {case.mechanism.source}"
    return _check(case, "sizes", passed, f"{case.label}: {told}")


def _check(case: Case, check: str, passed: bool, details: str) -> Check:
    return Check(case.mechanism.name, case.provider, check, passed, details)
