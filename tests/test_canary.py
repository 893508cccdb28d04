"""No secret leaves the source: what is planted in a tree is looked for in everything that comes out."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from pqc_migrate.cli.inventories import FORMATS

CANARY = "c4n4ry-Tr0ub4dor"
"""Stands in every planted password, token and literal."""
TOKEN = base64.b64encode(CANARY.encode()).decode().rstrip("=")
HEX = CANARY.encode().hex()

FILES = {
    "app/tokens.py": f'''
import hashlib, hmac, jwt, ssl
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
SECRET = "{CANARY}-jwt"
KEY = b"{CANARY}"  # password {CANARY}
ALGORITHM = "{CANARY}"
jwt.encode({{}}, "{CANARY}", algorithm="HS256")
jwt.encode({{}}, SECRET, algorithm=ALGORITHM)
hmac.new(b"{CANARY}", b"", "{CANARY}")
hashlib.new("{CANARY}")
hashlib.pbkdf2_hmac("sha256", b"{CANARY}", b"{CANARY}-salt", 100000)
Cipher(algorithms.AES(b"{CANARY}"), modes.CBC(bytes.fromhex("{HEX}")))
Fernet("{TOKEN}")
ssl.create_default_context().set_ciphers("{CANARY}")
''',
    "app/Pay.java": f'''
import javax.crypto.*; import javax.crypto.spec.*; import java.security.*;
class Pay {{
  static final String PASSWORD = "{CANARY}";
  void pay() throws Exception {{
    Cipher.getInstance("{CANARY}");
    Cipher.getInstance("AES/CBC/PKCS5Padding", "{CANARY}");
    new SecretKeySpec("{CANARY}".getBytes(), "AES");
    MessageDigest.getInstance(PASSWORD);
    KeyStore.getInstance("PKCS12").load(null, "{CANARY}".toCharArray());
  }}
}}
''',
    "app/pay.go": f'''
package pay
import ("crypto/hmac"; "crypto/sha256"; "crypto/aes")
func pay() {{ hmac.New(sha256.New, []byte("{CANARY}")); aes.NewCipher([]byte("{CANARY}")) }}
''',
    "app/pay.c": f'''
#include <openssl/evp.h>
void pay(void) {{ EVP_CIPHER_fetch(NULL, "{CANARY}", NULL); HMAC(EVP_sha256(), "{CANARY}", 16, d, n, m, l);
EVP_get_digestbyname("{CANARY}"); SSL_CTX_set_cipher_list(ctx, "{CANARY}"); }}
''',
    "app/pay.ts": f'''
import * as crypto from "node:crypto";
crypto.createHmac("sha256", "{CANARY}"); crypto.createHash("{CANARY}");
crypto.createCipheriv("aes-256-cbc", Buffer.from("{TOKEN}", "base64"), "{CANARY}");
''',
    "etc/nginx.conf": f'''
http {{ server {{ listen 443 ssl; ssl_protocols TLSv1.2 {CANARY}; ssl_ciphers "{CANARY}:HIGH";
proxy_set_header Authorization "Bearer {CANARY}"; ssl_ecdh_curve {CANARY}; }} }}
''',
    "etc/ssh/sshd_config": f"Ciphers aes256-ctr,{CANARY}\nBanner {CANARY}\nMACs {CANARY}\n",
    "etc/openssl.cnf": f"[req]\ndefault_bits = 2048\ninput_password = {CANARY}\ndefault_md = {CANARY}\n",
    "etc/java.security": f"keystore.password={CANARY}\njdk.tls.disabledAlgorithms=SSLv3, {CANARY}\n",
    "requirements.txt": f"cryptography==41.0 --hash=sha256:{HEX}\nhttps://user:{CANARY}@index.test/jwt-{CANARY}.whl\n"
    f"--extra-index-url https://user:{CANARY}@index.test/simple\npyjwt @ git+https://{CANARY}@host.test/x.git\n",
    "package.json": '{"dependencies": {'
    f'"jsonwebtoken": "git+https://{CANARY}@host.test/x.git", "jose": "https://user:{CANARY}@index.test/jose.tgz"}}}}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"node_modules/jose": {"version": "5.0.0", '
    f'"resolved": "https://user:{CANARY}@index.test/jose.tgz", "integrity": "sha512-{TOKEN}"}}}}}}',
    "pom.xml": "<project><dependencies><dependency><groupId>org.bouncycastle</groupId>"
    f"<artifactId>bcprov-jdk18on</artifactId><version>1.78</version></dependency></dependencies>"
    f"<properties><db.password>{CANARY}</db.password></properties></project>",
    "go.mod": f"module pay\nrequire golang.org/x/crypto v0.17.0 // {CANARY}\nreplace x => ./{CANARY}\n",
    ".env": f"AES_KEY={CANARY}\nJWT_SECRET={TOKEN}\n",
    "broken.pem": f"-----BEGIN PRIVATE KEY-----\n{TOKEN}\n-----END PRIVATE KEY-----\n",
    "broken.key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}\n",
    "broken.json": f'{{"{CANARY}": "RSA", ',
}


def keys() -> Iterator[tuple[str, bytes, list[bytes]]]:
    """Yield private keys as (file name, content, what of it must not be seen)."""
    traditional, pkcs8, openssh = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH
    curve = ec.generate_private_key(ec.SECP256R1())
    modulus = rsa.generate_private_key(65537, 2048)
    edwards = ed25519.Ed25519PrivateKey.generate()
    secrets = {
        id(curve): curve.private_numbers().private_value,
        id(modulus): modulus.private_numbers().d,
        id(edwards): int.from_bytes(edwards.private_bytes_raw()),
    }
    for name, key, form in (
        ("rsa1", modulus, traditional),
        ("rsa8", modulus, pkcs8),
        ("rsas", modulus, openssh),
        ("ec1", curve, traditional),
        ("ec8", curve, pkcs8),
        ("ecs", curve, openssh),
        ("ed8", edwards, pkcs8),
        ("eds", edwards, openssh),
    ):
        secret = secrets[id(key)]
        pem = key.private_bytes(Encoding.PEM, form, NoEncryption())
        lines = [line for line in pem.splitlines()[1:-1] if len(line) > 20]
        hidden = [*lines, f"{secret:x}"[4:36].encode(), str(secret)[4:36].encode()]
        yield f"{name}.pem", pem, hidden
        if form is not openssh:
            yield f"{name}.der", key.private_bytes(Encoding.DER, form, NoEncryption()), hidden


def stores() -> Iterator[tuple[str, bytes, list[bytes]]]:
    """Yield key stores and other notations of keys as (file name, content, what of it must not be seen)."""
    curve, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    modulus = rsa.generate_private_key(65537, 2048)
    raw, secret = edwards.private_bytes_raw(), f"{curve.private_numbers().private_value:064x}"
    d = modulus.private_numbers().d
    hidden = [raw.hex().encode(), base64.b64encode(raw)[:40], secret[4:40].encode(), f"{d:x}"[4:36].encode()]
    clear = curve.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    text = base64.b64encode(clear)
    hidden += [text[40:80], base64.b64encode(bytes.fromhex(secret))[4:36]]
    password = BestAvailableEncryption(CANARY.encode())
    yield (
        "empty.p12",
        pkcs12.serialize_key_and_certificates(CANARY.encode(), curve, None, None, NoEncryption()),
        hidden,
    )
    yield "closed.p12", pkcs12.serialize_key_and_certificates(CANARY.encode(), curve, None, None, password), hidden
    field = CANARY.encode()
    named = len(field).to_bytes(2, "big") + field + b"\0" * 8
    bks = (
        b"\0\0\0\2\0\0\0\x14"
        + b"s" * 20
        + (1500).to_bytes(4, "big")
        + b"\2"
        + named
        + b"\0" * 5
        + b"\0\6PKCS#8\0\2EC"
    )
    yield "clear.bks", bks + len(clear).to_bytes(4, "big") + clear + b"\0" + b"m" * 20, hidden
    jks = b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\1" + named
    scheme = bytes.fromhex("300c060a2b060104012a02110101") + b"\4\x20" + field + field
    entry = b"\x30\x2e" + scheme
    yield "closed.jks", jks + len(entry).to_bytes(4, "big") + entry + b"\0\0\0\0" + b"d" * 20, hidden
    url = base64.urlsafe_b64encode
    public = edwards.public_key().public_bytes_raw()
    members = f'"crv": "Ed25519", "x": "{url(public).decode()}", "d": "{url(raw).decode()}"'
    okp = f'{{"kty": "OKP", "kid": "{CANARY}", {members}}}'
    oct_key = f'{{"kty": "oct", "alg": "HS256", "k": "{TOKEN}"}}'
    yield "keys.jwks", f'{{"keys": [{okp}, {oct_key}]}}'.encode(), [*hidden, url(raw)[:40]]
    yield "secret.yaml", b"kind: Secret\ndata:\n  k: " + text + b"\n  password: " + TOKEN.encode() + b"\n", hidden
    n = modulus.public_key().public_numbers().n.to_bytes(256, "big")
    inside = b"<Modulus>" + base64.b64encode(n) + b"</Modulus><Exponent>AQAB</Exponent><D>" + text + b"</D>"
    yield "key.xml", b"<RSAKeyValue>" + inside + b"</RSAKeyValue>", hidden
    line = edwards.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1]
    head = (
        b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: " + field + b"\nPublic-Lines: 1\n" + line
    )
    yield "id.ppk", head + b"\nPrivate-Lines: 1\n" + base64.b64encode(raw) + b"\nPrivate-MAC: 00\n", hidden
    body = b"\4time\x1b" + public + b"\0" + raw + b"xx"
    user = b"\xcd" + bytes([len(field)]) + field
    yield "secret.gpg", b"\xc5" + bytes([len(body)]) + body + user, hidden


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A tree full of secrets, and every spelling of them."""
    root = tmp_path_factory.mktemp("bank")
    hidden = [CANARY.encode(), TOKEN.encode(), HEX.encode(), CANARY.upper().encode(), CANARY.lower().encode()]
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "keys").mkdir()
    for name, content, of_it in keys():
        (root / "keys" / name).write_bytes(content)
        hidden += of_it
    for name, content, of_it in stores():
        (root / "keys" / name).write_bytes(content)
        hidden += of_it
    (root / "keys/all.pem").write_bytes(b"".join(content for name, content, _ in keys() if name.endswith(".pem")))
    return root, hidden


def assert_nothing_leaked(what: str, data: bytes, hidden: list[bytes]) -> None:
    for secret in hidden:
        at = data.find(secret)
        assert at == -1, f"{what} shows a secret: …{data[max(0, at - 120) : at + 60]!r}…"


COMMANDS = [("scan", "--format", name, "--output", "result") for name in FORMATS]
COMMANDS += [("run", "--no-bench", "--output", "result")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command[0]}-{command[2]}")
def test_no_output_shows_a_secret(
    planted: tuple[Path, list[bytes]], tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Nor does what is said while it works, nor anything written to the user's folders."""
    root, hidden = planted
    home = tmp_path / "home"
    home.mkdir()
    folders = {key: str(home) for key in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-m", "pqc_migrate", *command, "--verbose", str(root)],
        cwd=tmp_path,
        env={**os.environ, **folders},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert_nothing_leaked("what is said", done.stdout + done.stderr, hidden)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("result" in path.parts for path in written)
    for path in written:
        assert_nothing_leaked(path.name, path.read_bytes(), hidden)


def test_the_canary_would_be_seen(planted: tuple[Path, list[bytes]]) -> None:
    """The files that hold the secrets are read and give findings, so that silence means discretion."""
    from pqc_migrate.scan import scan

    root, hidden = planted
    result = scan([str(root)])
    places = {finding.location.path for finding in result.findings}
    assert {"app/tokens.py", "app/Pay.java", "app/pay.go", "app/pay.c", "app/pay.ts", "etc/nginx.conf"} <= places
    assert {"requirements.txt", "package.json", "pom.xml", "go.mod", "etc/ssh/sshd_config"} <= places
    assert {f"keys/{name}" for name, _, _ in (*keys(), *stores())} <= places
    assert_nothing_leaked("a finding", repr(result).encode(), hidden)
