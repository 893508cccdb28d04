"""One inventory with everything in it, kept as tests/golden/scan.cdx-*.json; the formats' goldens start from it."""

import os
from pathlib import Path

import pytest

from pqc_migrate.inventory.cyclonedx_read import load
from pqc_migrate.inventory.cyclonedx_write import SPEC_VERSIONS, to_cyclonedx
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Provenance,
    Role,
    Skip,
    Technique,
)

GOLDEN = Path(__file__).parent.parent / "golden"

RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
RSA_KEY = Asset.of(Kind.KEY, "RSA", size=2048, type="public-key", fingerprint="3c" * 32)
SIGNATURE = Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-256", size=2048)
SUITE = Asset.of(Kind.PROTOCOL, "TLS-suite", suite="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
AES_128 = Asset.of(Kind.ALGORITHM, "AES", size=128, mode="GCM")


def source(asset: Asset, path: str, line: int, symbol: str, rule: str, *functions: str, role: Role) -> Finding:
    known = (Provenance("size", "constant", "src/settings.py", 4),) if asset.get("size") else ()
    place = Location(path, line, line * 40, symbol)
    return Finding(rule, asset, place, Technique.AST, 0.95, "resolved call", role, functions, known)


def config(asset: Asset, line: int, directive: str, *related: tuple[str, Asset]) -> Finding:
    place = Location("deploy/nginx.conf", line, line * 30, directive)
    rule = f"nginx/{directive.replace('_', '-')}"
    return Finding(rule, asset, place, Technique.CONFIG, 1.0, "directive of a parsed file", related=related)


def findings() -> list[Finding]:
    certificate = Asset.of(Kind.CERTIFICATE, "X.509", name="CN=支付网关,O=Example", fingerprint="7a" * 32)
    dates = (("not-valid-before", "2025-01-01T00:00:00Z"), ("not-valid-after", "2035-01-01T00:00:00Z"))
    details = (("subject", "CN=支付网关,O=Example"), ("issuer", "CN=Example CA"), ("serial", "0a1b"), *dates)
    parts = (("public-key", RSA_KEY), ("signature-algorithm", SIGNATURE))
    place = Location("certs/gateway.pem", 1, 0)
    production, generate = Role.PRODUCTION, "python-cryptography/rsa-generate"
    return [
        source(RSA, "src/keys.py", 14, "rsa.generate_private_key", generate, "keygen", role=production),
        source(RSA, "src/keys.py", 40, "rsa.generate_private_key", generate, "keygen", role=production),
        source(RSA, "tests/test_keys.py", 9, "rsa.generate_private_key", generate, "keygen", role=Role.TEST),
        source(
            Asset.of(Kind.ALGORITHM, "AES", mode="CBC"), "src/store.py", 7, "Cipher",
            "python-cryptography/cipher", "encrypt", "decrypt", role=production,
        ),
        source(
            Asset.of(Kind.ALGORITHM, "MD5"), "vendor/=cmd|x/sum.py", 3, "hashlib.md5", "python-hashlib/md5",
            "digest", role=Role.VENDORED,
        ),
        source(Asset.of(Kind.ALGORITHM, "SM4", mode="CBC"), "src/国密.py", 5, "SM4", "python-gmssl/sm4", "encrypt",
               role=production),
        source(Asset.of(Kind.ALGORITHM, "ML-DSA", size=65), "src/sign.py", 2, "oqs.Signature", "liboqs/signature",
               "sign", role=production),
        config(Asset.of(Kind.PROTOCOL, "TLS", version="1.3"), 3, "ssl_protocols"),
        config(SUITE, 4, "ssl_ciphers", ("component", AES_128), ("component", Asset.of(Kind.ALGORITHM, "RSA"))),
        config(Asset.of(Kind.ALGORITHM, "X25519MLKEM768"), 5, "ssl_ecdh_curve"),
        config(Asset.of(Kind.ALGORITHM, "3DES", mode="CBC"), 6, "ssl_ciphers"),
        Finding("x509/certificate", certificate, place, Technique.PARSER, 1.0, "decoded from its bytes",
                related=parts, details=details),
        Finding(
            "pip/requirement",
            Asset.of(Kind.LIBRARY, "cryptography", purl="pkg:pypi/cryptography@42.0.0", version="42.0.0"),
            Location("requirements.txt", 2), Technique.MANIFEST, 1.0, "entry of a lock file",
        ),
    ]  # fmt: skip


def inventory() -> Inventory:
    languages = {
        "cobol": LanguageCoverage(3, 91_000, 0, 0, supported=False),
        "nginx": LanguageCoverage(1, 800, 1, 800),
        "python": LanguageCoverage(12, 48_210, 6, 30_000),
    }
    skipped = (
        Diagnostic("core.img", Skip.TOO_LARGE, "2,147,483,648 bytes; at most 64 MB are read"),
        Diagnostic("node_modules", Skip.EXCLUDED, "excluded by default"),
        Diagnostic(
            "src/store.py", Skip.UNRESOLVED, "the key's size is not in this file", 7, "python-cryptography/cipher"
        ),
    )
    return merge(findings(), Coverage(19, 17, 140_010, 7, languages, skipped), "payments")


@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_the_cbom_of_a_small_scan(version: str) -> None:
    """A change of the CBOM shows as a difference; PQC_MIGRATE_UPDATE_GOLDEN=1 accepts it."""
    path = GOLDEN / f"scan.cdx-{version}.json"
    written = to_cyclonedx(inventory(), version)
    # The tool's own version is not a change of the format.
    written = written.replace(f'"version": "{inventory().tool_version}"'.encode(), b'"version": "0"', 1)
    lines = written.splitlines(keepends=True)
    stable = b"".join(line for line in lines if b'"serialNumber"' not in line)
    if os.environ.get("PQC_MIGRATE_UPDATE_GOLDEN"):
        path.write_bytes(stable)
    assert stable == path.read_bytes()
    assert load(to_cyclonedx(inventory(), version)) == inventory()
