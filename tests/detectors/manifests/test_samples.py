"""Every cryptographic library of a manifest and no other package: place, package URL, version and scope."""

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Kind, Skip, Technique

SAMPLES = Path(__file__).parents[2] / "samples" / "manifests"
EXPECTED = {
    "pip/requirements.txt": [
        (7, "pkg:pypi/cryptography@50.0.2", "50.0.2", ""),
        (10, "pkg:pypi/pyjwt", ">=2.8,<3", ""),
        (12, "pkg:pypi/pynacl", None, ""),
        (13, "pkg:pypi/paramiko", None, ""),
        (16, "pkg:pypi/rsa", "~=4.9", ""),
        (17, "pkg:pypi/argon2-cffi", "==23.*", ""),
    ],
    "pip/requirements-dev.txt": [
        (1, "pkg:pypi/trustme", None, "dev"),
        (2, "pkg:pypi/ecdsa@0.19.0", "0.19.0", "dev"),
    ],
    "pip/pyproject.toml": [
        (2, "pkg:pypi/cryptography", None, "build"),
        (8, "pkg:pypi/cryptography", ">=42", ""),
        (10, "pkg:pypi/bcrypt@4.1.2", "4.1.2", ""),
        (14, "pkg:pypi/paramiko", ">=3", "optional"),
        (14, "pkg:pypi/cryptography", ">=42", "optional"),
        (17, "pkg:pypi/trustme", None, "dev"),
        (18, "pkg:pypi/pyotp@2.9.0", "2.9.0", "test"),
        (21, "pkg:pypi/pyjwt", None, "docs"),
    ],
    "poetry/pyproject.toml": [
        (6, "pkg:pypi/cryptography", "^42.0", ""),
        (7, "pkg:pypi/pynacl@1.5.0", "1.5.0", "optional"),
        (8, "pkg:pypi/rsa", None, ""),
        (9, "pkg:pypi/pyjwt", "<2", ""),
        (9, "pkg:pypi/pyjwt", ">=2", ""),
        (15, "pkg:pypi/trustme", "*", "test"),
        (16, "pkg:pypi/cryptography@42.0.1", "42.0.1", "test"),
    ],
    "poetry/poetry.lock": [
        (13, "pkg:pypi/cryptography@42.0.8", "42.0.8", "locked"),
        (25, "pkg:pypi/pynacl@1.5.0", "1.5.0", "locked"),
    ],
    "uv/uv.lock": [
        (5, "pkg:pypi/paramiko@3.5.0", "3.5.0", "locked"),
        (14, "pkg:pypi/cryptography@44.0.0", "44.0.0", "locked"),
    ],
    "pipenv/Pipfile": [
        (5, "pkg:pypi/pycryptodome@3.20.0", "3.20.0", ""),
        (7, "pkg:pypi/pyopenssl", ">=24", ""),
        (10, "pkg:pypi/trustme", "*", "dev"),
    ],
    "pipenv/Pipfile.lock": [
        (5, "pkg:pypi/cryptography@42.0.8", "42.0.8", "locked"),
        (10, "pkg:pypi/pycryptodome@3.20.0", "3.20.0", "locked"),
        (13, "pkg:pypi/trustme@1.1.0", "1.1.0", "dev"),
    ],
    "setuptools/setup.cfg": [
        (9, "pkg:pypi/cryptography", ">=3.4", ""),
        (11, "pkg:pypi/pyopenssl@23.0.0", "23.0.0", ""),
        (12, "pkg:pypi/bcrypt", None, "build"),
        (14, "pkg:pypi/trustme", None, "test"),
        (17, "pkg:pypi/paramiko", ">=2", "optional"),
        (19, "pkg:pypi/rsa", None, "optional"),
        (20, "pkg:pypi/ecdsa", "<1", "optional"),
    ],
    "setuptools/setup.py": [
        (10, "pkg:pypi/cryptography", ">=2.5", ""),
        (12, "pkg:pypi/pynacl", None, ""),
        (18, "pkg:pypi/trustme", None, "test"),
        (20, "pkg:pypi/pyjwt@2.8.0", "2.8.0", "optional"),
    ],
    "npm/package.json": [
        (7, "pkg:npm/%40noble/curves@1.2.3", "1.2.3", ""),
        (8, "pkg:npm/elliptic", "^6.5.4", ""),
        (10, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", ""),
        (11, "pkg:npm/jose", None, ""),
        (12, "pkg:npm/sm-crypto", "latest", ""),
        (15, "pkg:npm/elliptic@6.5.7", "6.5.7", "dev"),
        (16, "pkg:npm/node-forge", "~1.3", "dev"),
        (18, "pkg:npm/jsonwebtoken", ">=9", "peer"),
        (19, "pkg:npm/argon2@0.40.1", "0.40.1", "optional"),
    ],
    "npm/package-lock.json": [
        (6, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (7, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
        (11, "pkg:npm/hash.js@1.1.7", "1.1.7", "dev"),
        (12, "pkg:npm/elliptic@6.5.4", "6.5.4", "locked"),
        (13, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", "locked"),
    ],
    "npm-v1/package-lock.json": [
        (6, "pkg:npm/browserify-sign@4.2.2", "4.2.2", "locked"),
        (10, "pkg:npm/elliptic@6.5.4", "6.5.4", "locked"),
        (15, "pkg:npm/elliptic@6.6.1", "6.6.1", "dev"),
    ],
    "yarn/yarn.lock": [
        (5, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (11, "pkg:npm/%40noble/secp256k1@2.0.0", "2.0.0", "locked"),
        (14, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
    ],
    "yarn-berry/yarn.lock": [
        (5, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (11, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
    ],
    "pnpm/pnpm-lock.yaml": [
        (13, "pkg:npm/%40noble/curves@1.2.0", "1.2.0", "locked"),
        (16, "pkg:npm/elliptic@6.5.7", "6.5.7", "locked"),
        (19, "pkg:npm/node-forge@1.3.1", "1.3.1", "locked"),
        (22, "pkg:npm/%40hapi/iron@7.0.1", "7.0.1", "locked"),
        (25, "pkg:npm/passport-jwt@4.0.1", "4.0.1", "locked"),
    ],
    "maven/pom.xml": [
        (17, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", "managed"),
        (27, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78.1", "1.78.1", ""),
        (33, "pkg:maven/com.jcraft/jsch", "[0.1,1.0)", "runtime"),
        (39, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", ""),
        (43, "pkg:maven/org.bouncycastle/bcpkix-jdk18on", "${revision}", "test"),
    ],
    "gradle/build.gradle": [
        (8, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.77", "1.77", ""),
        (9, "pkg:maven/com.nimbusds/nimbus-jose-jwt@9.37.3", "9.37.3", ""),
        (10, "pkg:maven/org.conscrypt/conscrypt-openjdk@2.5.2", "2.5.2", "test"),
        (11, "pkg:maven/com.github.mwiede/jsch", "0.2.+", "runtime"),
        (12, "pkg:maven/org.apache.sshd/sshd-bom@2.12.0", "2.12.0", ""),
        (13, "pkg:maven/io.jsonwebtoken/jjwt-api", "${versions.jjwt}", ""),
    ],
    "gradle/libs.versions.toml": [
        (6, "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78", "1.78", ""),
        (7, "pkg:maven/org.bouncycastle/bcpkix-jdk18on@1.78", "1.78", ""),
        (8, "pkg:maven/com.auth0/java-jwt@4.4.0", "4.4.0", ""),
        (9, "pkg:maven/com.google.crypto.tink/tink@1.13.0", "1.13.0", ""),
    ],
    "go/go.mod": [
        (5, "pkg:golang/golang.org/x/crypto@v0.31.0", "v0.31.0", ""),
        (8, "pkg:golang/github.com/golang-jwt/jwt/v5@v5.2.1", "v5.2.1", ""),
        (9, "pkg:golang/github.com/cloudflare/circl@v1.4.0", "v1.4.0", "indirect"),
        (10, "pkg:golang/github.com/protonmail/go-crypto@v1.1.3", "v1.1.3", ""),
        (18, "pkg:golang/golang.org/x/crypto@v0.30.0", "v0.30.0", "replacement"),
        (19, "pkg:golang/github.com/emmansun/gmsm@v0.29.0", "v0.29.0", "replacement"),
    ],
    "installed/var/lib/dpkg/status": [
        (9, "pkg:deb/libssl3@3.0.19-1~deb12u2?arch=amd64", "3.0.19-1~deb12u2", "installed"),
        (34, "pkg:deb/openssh-client@1:9.2p1-2%2Bdeb12u6?arch=amd64", "1:9.2p1-2+deb12u6", "installed"),
    ],
    "installed/var/lib/dpkg/status.d/libssl3": [
        (1, "pkg:deb/libssl3t64@3.5.4-1~deb13u1?arch=arm64", "3.5.4-1~deb13u1", "installed"),
    ],
    "installed/lib/apk/db/installed": [
        (11, "pkg:apk/libcrypto3@3.5.1-r0?arch=x86_64", "3.5.1-r0", "installed"),
        (22, "pkg:apk/libssl3@3.5.1-r0?arch=x86_64", "3.5.1-r0", "installed"),
    ],
}

ALIASED = {("npm/package.json", 10), ("npm/package-lock.json", 13)} | {
    ("gradle/libs.versions.toml", line) for line in range(6, 10)
}
"""Places where the manifest gives the package a name of its own."""


def row(finding):
    details = dict(finding.details)
    asset = finding.asset
    return finding.location.line, asset.get("purl"), asset.get("version"), details.get("scope", "")


@pytest.mark.parametrize("sample", EXPECTED)
def test_a_sample_gives_exactly_these_libraries(look, sample):
    """Nothing more, nothing less, at the lines of their names."""
    data = (SAMPLES / sample).read_bytes()
    findings, _ = look(sample, data)
    assert sorted(map(row, findings), key=str) == sorted(EXPECTED[sample], key=str)
    for finding in findings:
        assert finding.asset.kind is Kind.LIBRARY
        assert finding.technique is Technique.MANIFEST
        assert algorithms.name(finding.asset) == finding.asset.family == finding.location.symbol
        if (sample, finding.location.line) not in ALIASED:
            written = data[finding.location.offset :].split(b"\n", 1)[0].decode().lower().replace("_", "-")
            assert written.startswith(finding.asset.family.rsplit(":", 1)[-1].lower()), finding


def test_every_sample_is_expected():
    """A new sample without an expectation proves nothing."""
    files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()}
    assert files == set(EXPECTED)


def test_no_address_or_password_of_a_manifest_is_repeated(look):
    """Index addresses, direct references and repository URLs may hold credentials."""
    for sample in EXPECTED:
        said = repr(look(sample, (SAMPLES / sample).read_bytes()))
        for secret in ("hunter2", "s3cret", "user:", "token@", "https:", "example.invalid/"):
            assert secret not in said, (sample, secret)


def test_an_included_file_of_another_name_is_said_not_to_be_read(look):
    """``-r base.list`` is followed by pip and not by a scanner that goes by names."""
    _, diagnostics = look("requirements.txt", (SAMPLES / "pip/requirements.txt").read_bytes())
    assert [(d.line, d.skip) for d in diagnostics] == [(5, Skip.UNRESOLVED)]


def test_what_replaces_a_go_module_is_told(look):
    """By another version, or by a folder whose content has no version."""
    findings, _ = look("go.mod", (SAMPLES / "go/go.mod").read_bytes())
    told = {f.asset.family: dict(f.details).get("replaced-by") for f in findings if f.location.line < 14}
    assert told["golang.org/x/crypto"] == "golang.org/x/crypto v0.30.0"
    assert told["github.com/ProtonMail/go-crypto"] == "a local folder"
    assert told["github.com/golang-jwt/jwt/v5"] is None


def test_a_pinned_manifest_entry_and_its_lock_entry_are_one_component(look):
    """Same package URL, same version: the inventory merges them."""
    manifest, _ = look("requirements.txt", b"cryptography==42.0.8\n")
    lock, _ = look("poetry.lock", (SAMPLES / "poetry/poetry.lock").read_bytes())
    assert manifest[0].asset == lock[0].asset
