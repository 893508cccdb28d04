"""A small bank: one inventory of everything a plan distinguishes, a register, a benchmark run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pqc_migrate.model.bench import (
    BenchmarkRun,
    Cpu,
    Environment,
    Measurement,
    Operation,
    Quality,
    Sizes,
    Verdict,
)
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Role,
    Skip,
    Technique,
)
from pqc_migrate.model.register import Register
from pqc_migrate.plan.register import parse

REGISTER = """\
schema: pqc-migrate/register/v1
institution:
  name: 示例银行
  migration_lead: 信息科技部
  policy_basis: {number: 银发〔样例〕}
systems:
- id: core
  name: {zh: 核心账务, en: Core banking}
  owner: {dept: 核心系统部}
  criticality: systemic
  business_line: payments
  mlps_level: 3
  exposure: internet
  severity: 3
  data: {secrecy_years: 10, signature_trust_years: 12}
  discovery: {repos: [demo/core]}
  dependencies: {on: [pki], external: [cips]}
  hardware_constraints: {terminals: 0, smartcard: false, fpga_asic: false, legacy_platform: none}
  links: [{id: dc1-dc2, kind: dedicated, medium: dark-fibre, km: 62, tunnels: 8, rekey_s: 60}]
  budgets: {sign_ops_s: 2000, verify_ops_s: 90000, added_bytes_per_handshake: 4000, max_cert_chain_bytes: 4096}
- id: portal
  name: {zh: 门户, en: Portal}
  owner: {dept: 渠道部}
  criticality: normal
  exposure: internal
  severity: 1
  data: {secrecy_years: 1, signature_trust_years: 1}
  discovery: {repos: [demo/portal]}
  dependencies: {on: []}
  vendors: [{name: V, product: P, pqc_statement: ga, statement_date: 2026-05}]
  hardware_constraints: {terminals: 0, smartcard: false, fpga_asic: false, legacy_platform: none}
- id: pki
  name: {zh: 证书系统, en: PKI}
  owner: {person: 李}
  discovery: {repos: [demo/pki]}
- id: mainframe
  name: 主机
  owner: 主机组
  exception: {reason: 待下线, approver: 风险部, review_date: 2026-06-30}
"""


@pytest.fixture
def register() -> Register:
    return parse(REGISTER.encode())


@pytest.fixture
def bank(finding: Callable[..., Finding], inventory: Callable[..., Inventory]) -> Inventory:
    rsa = Asset.of(Kind.KEY, "RSA", type="public-key", size=2048)
    signature = Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-256", size=2048)
    nginx = {"rule": "nginx/ssl-ecdh-curve", "symbol": "ssl_ecdh_curve", "technique": Technique.CONFIG}
    return inventory(
        finding("X25519", path="portal/nginx.conf", line=4, **nginx),
        finding("X25519MLKEM768", path="core/nginx.conf", line=4, **nginx),
        finding("ECDH", path="core/nginx.conf", line=4, curve="P-256", **nginx),
        finding("ECDSA", path="core/token.py", line=9, rule="pyjwt/encode", symbol="jwt.encode",
                functions=("sign",), curve="P-256", digest="SHA-256"),
        finding("RSAES-OAEP", path="core/wrap.py", line=7, functions=("encrypt",), digest="SHA-256"),
        finding("SM2", path="core/sm.py", line=3, functions=("sign",), digest="SM3"),
        finding("SM4", path="core/sm.py", line=8, mode="GCM"),
        finding("AES", path="core/old.py", line=2, size=128, mode="ECB"),
        finding("X.509", kind=Kind.CERTIFICATE, path="pki/root.pem", rule="pem/certificate", name="Root",
                technique=Technique.PARSER, related=(("signature-algorithm", signature), ("public-key", rsa)),
                details=(("not-valid-after", "2040-01-01T00:00:00Z"),)),
        finding("RSA", path="lab/keys.py", line=5, functions=("keygen",)),
        finding("RSA", path="core/tests/test_keys.py", line=5, role=Role.TEST, size=1024),
        finding("TLS", kind=Kind.PROTOCOL, path="core/net.py", line=2, rule="ssl/default-context",
                details=(("negotiates", "by the OpenSSL version"),)),
        finding("cryptography", kind=Kind.LIBRARY, path="core/requirements.txt", rule="pip/requirement",
                technique=Technique.MANIFEST, name="cryptography", purl="pkg:pypi/cryptography@43.0.0",
                version="43.0.0"),
        coverage=Coverage(
            files_seen=20, files_read=19, bytes_read=4000, files_parsed=9,
            by_language={
                "python": LanguageCoverage(12, 3000, 9, 2500), "cobol": LanguageCoverage(2, 500, supported=False),
            },
            skipped=(Diagnostic("big.bin", Skip.TOO_LARGE, "larger than the limit"),),
        ),
    )  # fmt: skip


def measurement(algorithm: str, operation: str, nanoseconds: float, sizes: Sizes) -> Measurement:
    """Return a measurement whose every figure is the same; only the fields capacity reads matter."""
    return Measurement(
        algorithm=algorithm, operation=Operation(operation), provider="liboqs", median_ns=nanoseconds,
        raw_median_ns=nanoseconds, min_ns=nanoseconds, mean_ns=nanoseconds, q1_ns=nanoseconds, q3_ns=nanoseconds,
        p95_ns=nanoseconds, p99_ns=nanoseconds, median_interval_ns=None, representative_ns=nanoseconds,
        representative="median", overhead_ns=0.0, samples=9, disturbed=0, batch_calls=1, round_spread=1.0,
        clock="wall", verdict=Verdict(Quality.QUIET), sizes=sizes, nist_category=3, claimed_security="", status="",
        family="", parameters={}, implementation="", algorithm_version="",
    )  # fmt: skip


@pytest.fixture
def bench() -> BenchmarkRun:
    mldsa = Sizes(public_key=1952, secret_key=4032, signature=3309)
    mlkem = Sizes(public_key=1184, secret_key=2400, ciphertext=1088, shared_secret=32)
    return BenchmarkRun(
        environment=Environment(
            measured_at="2026-11-20T00:00:00Z", tool="", cpu=Cpu(model="Example CPU"), system="", kernel="",
            python="", libraries=(), load_before=None, load_after=None, overhead={}, control_ns=(), steal=None,
        ),
        verdict=Verdict(Quality.QUIET),
        selection="default",
        seconds=1.0,
        measurements=(
            measurement("ML-DSA-65", "sign", 100_000.0, mldsa),
            measurement("ML-DSA-65", "verify", 25_000.0, mldsa),
            measurement("ML-KEM-768", "encaps", 8_000.0, mlkem),
        ),
    )  # fmt: skip
