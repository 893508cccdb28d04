import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pqc_migrate.model.inventory import Skip
from pqc_migrate.scan.examine import default_examiner
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.walk import Entry

NAMES = (
    "a.py", "A.java", "a.go", "a.c", "a.h", "a.cpp", "a.js", "a.ts", "a.tsx", "nginx.conf", "sshd_config",
    "ssh_config", "openssl.cnf", "java.security", "key.pem", "key.der", "id_rsa", "known_hosts",
    "requirements.txt", "pyproject.toml", "package.json", "package-lock.json", "pom.xml", "go.mod", "notes.txt",
    "setup.py",
)  # fmt: skip
FRAGMENTS = st.sampled_from(
    [
        b"import hashlib\n", b"hashlib.new(", b"from cryptography.hazmat.primitives.asymmetric import rsa\n",
        b"rsa.", b"Cipher.getInstance(", b'"RSA"', b"'sha1'", b'"AES/GCM/NoPadding"', b"KeyPairGenerator",
        b"EVP_aes_256_gcm()", b"SSL_CTX_set_cipher_list(ctx, ", b"#include <openssl/evp.h>\n",
        b'import "crypto/rsa"\n', b"rsa.GenerateKey(", b'require("crypto")', b"createHash(", b"ssl_ciphers ",
        b"ssl_protocols TLSv1.2;", b"Ciphers aes256-ctr,", b"-----BEGIN CERTIFICATE-----\n",
        b"-----END CERTIFICATE-----\n", b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nMIIB\n", b"ssh-rsa AAAAB3NzaC1yc2E", b"0\x82\x01\x01\x02\x01\x00",
        b"0\x80", b"cryptography==", b"\ncryptography>=41; python_version < '3'\n", b'{"dependencies": {"jose": ',
        b"[project]\n", b"<dependency><groupId>org.bouncycastle</groupId>", b"require golang.org/x/crypto v0",
        b"\\\n", b"\r\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"(", b")", b"{", b"}", b'"', b"'", b"`",
        b";", b",", b"=", b":", b"$", b"#", b"/*", b"*/", b"2048", b"-1", b"0x", b"1e999",
        b"99999999999999999999", b"\xf0\x9f\x94\x91", b"\n", b" ", b"\t",
    ]
)  # fmt: skip


def examine(name: str, data: bytes) -> Examined:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.write_bytes(data)
        return default_examiner().examine(Entry(name, str(place)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.one_of(st.binary(), st.lists(st.one_of(FRAGMENTS, st.binary(max_size=4)), max_size=24).map(b"".join))
)
def test_no_bytes_make_a_detector_crash(name: str, data: bytes) -> None:
    """Whatever a file of any name holds, detectors find things or say why not; lines lie inside the file."""
    result = examine(name, data)
    assert [said for said in result.diagnostics if said.skip is Skip.CRASHED] == []
    for found in result.findings:
        assert found.location.path == name
        assert 1 <= found.location.line <= data.count(b"\n") + 1
        assert 0 < found.confidence <= 1
