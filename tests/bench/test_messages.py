"""Signed messages: what is timed is right, by other implementations and by the bytes of the standards."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

import pqc_migrate
from pqc_migrate.bench import artefact, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.messages import cms, independent, jose, measure, payment, prepare
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.tables import run_table
from pqc_migrate.catalog import messages as catalog
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.messages import MessageCost

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
ML_DSA = {"ML-DSA-44": (1312, 2420), "ML-DSA-65": (1952, 3309), "ML-DSA-87": (2592, 4627)}
"""Public key and signature by FIPS 204 table 2."""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return schedule.plan(part_names=["messages"], seconds=0.002)


@pytest.fixture(scope="module")
def result(plan: Plan) -> BenchmarkRun:
    return runner.run(plan)


def of(result: BenchmarkRun, format_: str) -> dict[tuple[str, str], MessageCost]:
    return {(m.identifier or m.algorithm, m.provider): m for m in result.messages if m.format == format_}


def test_every_case_is_measured_or_left_out_with_a_reason(result: BenchmarkRun, plan: Plan) -> None:
    """Whatever providers this machine has; all checks that were made have passed."""
    for case in catalog.cases():
        measured = [m for m in result.messages if m.format == case.format and m.provider == case.provider]
        named = [m for m in measured if (m.algorithm, m.identifier) == (case.mechanism.name, case.identifier)]
        reasons = [s.reason for s in result.skipped if s.reason.startswith(f"message {case.label}: ")]
        assert len(named) + len(reasons) == 1
        assert len(named) == 1 or plan.available.get(case.provider) is None
    assert [check for check in result.checks if not check.passed] == []
    for message in result.messages:
        for timing in (message.sign, message.verify):
            assert (
                0
                < timing.min_ns
                <= timing.q1_ns
                <= timing.median_ns
                <= timing.q3_ns
                <= timing.p95_ns
                <= timing.p99_ns
            )
            assert timing.per_second == pytest.approx(1e9 / timing.representative_ns)
        random = message.algorithm.startswith("ML-DSA")
        assert (message.sign.representative, message.verify.representative) == (
            "mean" if random else "median",
            "median",
        )


def test_the_bytes_of_a_token_are_those_of_the_encoding(result: BenchmarkRun) -> None:
    """RFC 7515 section 7.1: three parts in base64url without padding, joined by dots."""
    signatures = {"RS256": 256, "PS256": 256, "ES256": 64, "EdDSA": 64}
    signatures |= {name: signature for name, (_, signature) in ML_DSA.items()}
    measured = of(result, "jwt")
    assert {name for name, _ in measured} == set(signatures)
    for (name, _), message in measured.items():
        parts = (len(jose.Jws(name).header), -(-8 * message.content_bytes // 6), -(-8 * signatures[name] // 6))
        assert message.signature_bytes == signatures[name]
        assert message.message_bytes == sum(parts) + 2
        assert message.added_bytes == message.message_bytes - message.content_bytes
        assert message.growth_percent == pytest.approx(100 * message.added_bytes / message.content_bytes)


def test_a_token_says_what_rfc_9068_asks_of_it() -> None:
    """Sections 2.1 and 2.2: the type, and every claim that is required; as long for one number as for another."""
    header = json.loads(base64.urlsafe_b64decode(jose.Jws("ML-DSA-65").header + b"=="))
    assert (header["alg"], header["typ"]) == ("ML-DSA-65", "at+jwt")
    claims = json.loads(jose.claims(7))
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= claims.keys()
    assert len(jose.claims(7)) == len(jose.claims(31))
    assert jose.claims(7) != jose.claims(8)


def test_a_token_is_refused_for_another_algorithm_than_it_is_read_as() -> None:
    """What RFC 8725 section 3.1 asks: the caller says what is allowed, not the header."""
    key = rsa.generate_private_key(65537, 2048)
    token = jose.Jws("RS256").signer()(key, jose.claims(1))
    assert jose.Jws("RS256").verifier()(key.public_key(), token)["client_id"] == "erp-treasury-04"
    assert jose.Jws("PS256").verifier()(key.public_key(), token) is None


def test_signed_data_has_the_sizes_of_its_parts(result: BenchmarkRun) -> None:
    """The certificate holds a key and a signature, the message that certificate and another signature."""
    for (oid, _), message in of(result, "cms").items():
        if message.algorithm not in ML_DSA:
            continue
        key, signature = ML_DSA[message.algorithm]
        assert oid.startswith("2.16.840.1.101.3.4.3.")
        assert message.signature_bytes == signature
        assert 200 < message.certificate_bytes - key - signature < 400
        rest = message.added_bytes - message.certificate_bytes - signature
        assert 200 < rest < 400


@pytest.mark.parametrize("name", list(ML_DSA))
def test_ml_dsa_signed_data_is_what_rfc_9882_asks_for(name: str) -> None:
    """Parameters absent, SHA-512 without parameters, content type and message digest among the attributes."""
    private: Any = {"44": mldsa.MLDSA44PrivateKey, "65": mldsa.MLDSA65PrivateKey, "87": mldsa.MLDSA87PrivateKey}
    key = private[name[-2:]].generate()
    (oid,) = [c.identifier for c in catalog.cases() if c.format == "cms" and c.mechanism.name == name]
    assert (
        oid
        == {"44": "2.16.840.1.101.3.4.3.17", "65": "2.16.840.1.101.3.4.3.18", "87": "2.16.840.1.101.3.4.3.19"}[
            name[-2:]
        ]
    )
    content = payment.message(1)
    encoded = cms.MlDsaSigner(cms.identity(key, None), oid).sign(content)
    absent = der_algorithm(oid)
    assert encoded.count(absent) >= 1
    assert der_algorithm("2.16.840.1.101.3.4.2.3") in encoded
    found = cms.read(encoded, content)
    assert found.attributes_fit
    key.public_key().verify(found.value, found.signed)
    assert not cms.read(encoded, content + b" ").attributes_fit
    assert cms.verify(key.public_key(), oid, encoded, content)
    assert not cms.verify(key.public_key(), "2.16.840.1.101.3.4.3.20", encoded, content)
    assert not cms.verify(key.public_key(), oid, b"\x30\x00", content)
    (certificate,) = pkcs7.load_der_pkcs7_certificates(encoded)
    assert certificate.public_key().public_bytes_raw() == key.public_key().public_bytes_raw()


def der_algorithm(oid: str) -> bytes:
    """An AlgorithmIdentifier without parameters: SEQUENCE of the OID alone."""
    encoded = x509.ObjectIdentifier(oid)
    from cryptography.hazmat import asn1

    inner = asn1.encode_der(encoded)
    return b"\x30" + bytes([len(inner)]) + inner


def test_signed_data_made_here_is_laid_out_as_the_library_lays_it_out() -> None:
    """Same attributes, same order, so that sizes and times of ML-DSA stand beside RSA's and ECDSA's."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = cms.identity(key, hashes.SHA256())
    content = payment.message(1)
    theirs = attribute_types(cms.read(cms.sign_classical(signer, content), content).signed)
    other = mldsa.MLDSA44PrivateKey.generate()
    oid = "2.16.840.1.101.3.4.3.17"
    ours = cms.read(cms.MlDsaSigner(cms.identity(other, None), oid).sign(content), content)
    assert attribute_types(ours.signed) == theirs


def attribute_types(encoded: bytes) -> list[bytes]:
    """The last octet of each PKCS #9 attribute's OID, in the order of the encoding."""
    return re.findall(rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09(.)", encoded, re.DOTALL)


def test_openssl_reads_ml_dsa_signed_data() -> None:
    """Where the program is recent enough; it also refuses another content."""
    program = independent.command()
    if program is None or program.version < (3, 5):
        pytest.skip("no openssl of version 3.5 or later on PATH")
    (case,) = [c for c in catalog.cases() if c.format == "cms" and c.mechanism.name == "ML-DSA-65"]
    prepared = prepare.prepare(case, schedule.plan(part_names=["messages"]).available)
    assert any("as a whole message" in check.details and check.passed for check in prepared.checks)


def test_a_payment_message_is_its_content_and_a_signature_in_base64(result: BenchmarkRun) -> None:
    """Two to four kilobytes, all equally long; the signature's length by its standard."""
    lengths = {len(payment.message(number)) for number in range(32)}
    assert len(lengths) == 1
    assert 2000 < lengths.pop() < 4096
    assert len({payment.message(number) for number in range(32)}) == 32
    fixed = {"RSA-2048": 256} | {name: signature for name, (_, signature) in ML_DSA.items()}
    for (name, _), message in of(result, "payment").items():
        assert message.added_bytes == 4 * -(-message.signature_bytes // 3)
        assert message.signature_bytes == fixed.get(name, message.signature_bytes)
        assert message.signature_bytes <= {"Falcon-512": 752, "SM2": 72}.get(name, 1 << 16)


def test_z_of_sm2_is_what_another_implementation_computes() -> None:
    """GmSSL's own verification takes identity and message, and computes Z by itself."""
    gmssl = pytest.importorskip("gmssl_pyx", reason="gmssl-pyx is not installed")
    signer = payment.Sm2(gmssl, 1)
    message = payment.message(3)
    signature = signer.sign(0, message)
    assert signer.verify(0, message, signature)
    assert gmssl.sm2_verify(signer.keys[0][0], message, signature)


def test_what_fails_a_check_is_reported_and_not_timed(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verifier that accepts anything must not look fast."""
    (case,) = [c for c in catalog.cases() if c.identifier == "EdDSA"]
    monkeypatch.setattr(catalog, "cases", lambda: (case,))
    monkeypatch.setattr(jose.Jws, "verifier", lambda self: lambda key, token: {"sub": "anyone"})
    result = runner.run(plan)
    assert result.messages == ()
    assert [check.check for check in result.checks if not check.passed] == ["tampering"]
    (skipped,) = result.skipped
    assert "failed check tampering" in skipped.reason


def test_a_second_implementation_that_refuses_fails_the_check(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing and verifying by one library alone could be wrong together."""
    (case,) = [c for c in catalog.cases() if c.identifier == "ES256"]
    monkeypatch.setattr(catalog, "cases", lambda: (case,))
    refusing = independent.Second("another", lambda message, signature: False)
    monkeypatch.setattr(independent, "second", lambda *arguments, **options: refusing)
    result = runner.run(plan)
    assert result.messages == ()
    assert [(c.check, c.details) for c in result.checks if not c.passed] == [
        ("agreement", "jwt ES256 (openssl): verified by another")
    ]


def test_a_call_that_stops_succeeding_is_taken_out(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at once more after timing."""
    (case,) = [c for c in catalog.cases() if c.identifier == "EdDSA"]
    monkeypatch.setattr(catalog, "cases", lambda: (case,))
    made = prepare.prepare(case, plan.available)
    spoiled = replace(made, verify=Call(lambda *_: None, [()], bool))
    monkeypatch.setattr(measure, "prepare", lambda case, found: spoiled)
    result = runner.run(plan)
    assert result.messages == ()
    assert [c.check for c in result.checks if not c.passed] == ["timed-calls"]


def test_without_a_provider_its_cases_are_listed(plan: Plan) -> None:
    """liboqs and gmssl-pyx are optional."""
    only = tuple(p for p in plan.available.providers if p.name == "openssl")
    result = runner.run(replace(plan, available=replace(plan.available, providers=only)))
    assert {m.provider for m in result.messages} == {"openssl"}
    left_out = {(s.algorithm, s.provider) for s in result.skipped}
    assert left_out == {
        ("SM2", "gmssl"),
        ("ML-DSA-44", "liboqs"),
        ("ML-DSA-65", "liboqs"),
        ("Falcon-512", "liboqs"),
    }


def test_the_artefact_keeps_messages(result: BenchmarkRun) -> None:
    """By the published schema, and read back as it was written."""
    written = artefact.dump(result)
    jsonschema.validate(json.loads(written), SCHEMA)
    again = artefact.parse(written.decode(), "bench.json")
    assert [(m.format, m.algorithm, m.message_bytes) for m in again.messages] == [
        (m.format, m.algorithm, m.message_bytes) for m in result.messages
    ]
    assert artefact.dump(again) == written


def test_the_table_shows_every_message_and_what_each_format_is(result: BenchmarkRun) -> None:
    """With the certificate's share of what is sent."""
    table = run_table(result)
    for message in result.messages:
        assert re.search(
            rf"^{message.format} .*{re.escape(message.algorithm)}.* {message.message_bytes} ", table, re.M
        )
    for one in catalog.formats():
        assert one.about in table
    assert "bytes of the certificate" in table
    assert "  RFC 9964 (proposed standard, 2026-05): jwt ML-DSA-44, jwt ML-DSA-65, jwt ML-DSA-87\n" in table


def test_the_public_key_is_read_from_its_encoding() -> None:
    """As a receiver does: an object shared with the signer could hide a wrong encoding."""
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    assert prepare._public(key).public_bytes(*form) == key.public_key().public_bytes(*form)
