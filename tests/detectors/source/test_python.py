"""Python that hides its algorithms: every value, name and object of these files is followed, and nothing more."""

from __future__ import annotations

import textwrap

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.groups import groups
from pqc_migrate.detectors.source import python
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

CASES = {
    "star import": ("from hashlib import *\nmd5(b'')", {"2 MD5"}),
    "alternatives of an import": (
        """
        try:
            from Cryptodome.Hash import SHA1 as sha
        except ImportError:
            from Crypto.Hash import SHA256 as sha
        sha.new(data)
        """,
        {"6 SHA-1", "6 SHA-256"},
    ),
    "called entries of tables": (
        """
        import hashlib
        from cryptography.hazmat.primitives.ciphers import algorithms, modes
        HASHES = {"a": hashlib.sha256, "b": hashlib.md5}
        class Session:
            _info = {"x": {"class": algorithms.AES}, "y": {"class": algorithms.TripleDES}}
            def engine(self, name, key):
                info = self._info[name]
                return info["class"](key)
            def other(self, name, key):
                self._info[name]["class"](key)
                self._counts[name](key)
        HASHES[chosen](data)
        HASHES[chosen]
        """,
        {
            "4 MD5",
            "4 SHA-256",
            "6 3DES",
            "6 AES",
            "9 3DES",
            "9 AES",
            "11 3DES",
            "11 AES",
            "13 MD5",
            "13 SHA-256",
        },
    ),
    "methods of subclasses": (
        """
        from Crypto.Cipher import AES, ChaCha20
        class Payload:
            def read(self, data):
                cipher = self.cipher_of(data)
        class First(Payload):
            def cipher_of(self, key):
                return AES.new(key, AES.MODE_CBC)
        class Second(Payload):
            def cipher_of(self, key):
                return ChaCha20.new(key=key)
        """,
        {"5 AES-CBC", "5 ChaCha20", "8 AES-CBC", "11 ChaCha20"},
    ),
    "exported names are no use": ("import hashlib\n__all__ = ['md5', 'sha1', 'hashlib.md5']", set()),
    "branches": (
        """
        import hashlib
        if strict:
            name = "sha256"
        else:
            name = "md5"
        hashlib.new(name)
        name = "sha512"
        hashlib.new(name)
        """,
        {"7 MD5", "7 SHA-256", "9 SHA-512"},
    ),
    "constant of a class": (
        """
        import hashlib
        class Config:
            NAME = "sha384"
            def digest(self):
                return hashlib.new(self.NAME)
        hashlib.new(Config.NAME)
        """,
        {"6 SHA-384", "7 SHA-384"},
    ),
    "members of an enumeration": (
        """
        import hashlib
        from enum import Enum
        class Algorithm(Enum):
            OLD = "md5"
            NEW = "sha256"
        hashlib.new(Algorithm.NEW.value)
        def digest(algorithm: Algorithm):
            return hashlib.new(algorithm.value)
        for one in Algorithm:
            hashlib.new(one.value)
        """,
        {"7 SHA-256", "9 MD5", "9 SHA-256", "11 MD5", "11 SHA-256"},
    ),
    "table with get, items and a key that is not read": (
        """
        import hashlib
        TABLE = {"a": "md5", "b": "sha512"}
        hashlib.new(TABLE["a"])
        hashlib.new(TABLE.get("b"))
        hashlib.new(TABLE.get(chosen, "sha224"))
        for label, name in TABLE.items():
            hashlib.new(name)
        """,
        {"4 MD5", "5 SHA-512", "6 MD5", "6 SHA-512", "6 SHA-224", "8 MD5", "8 SHA-512"},
    ),
    "table of functions": (
        """
        import hashlib
        TABLE = {name: getattr(hashlib, name) for name in ("sha1", "sha256")}
        TABLE["sha1"](data)
        """,
        {"3 SHA-1", "3 SHA-256"},
    ),
    "getattr by name": (
        """
        import hashlib
        getattr(hashlib, "md5")(data)
        make = getattr(hashlib, "sha" + str(224))
        make(data)
        """,
        {"3 MD5", "4 SHA-224", "5 SHA-224"},
    ),
    "partial functions": (
        """
        import hashlib
        from functools import partial
        make = partial(hashlib.new, "sha384")
        make(data)
        key = partial(hashlib.pbkdf2_hmac, hash_name="sha256", iterations=1)
        key(password=p, salt=s)
        """,
        {"4 SHA-384", "5 SHA-384", "6 PBKDF2-HMAC-SHA-256", "7 PBKDF2-HMAC-SHA-256"},
    ),
    "lambdas": (
        """
        import hashlib
        digest = lambda data, name="sha512": hashlib.new(name, data)
        digest(b"", "sha3_512")
        """,
        {"3 SHA-512", "3 SHA3-512", "4 SHA3-512"},
    ),
    "decorators and properties": (
        """
        import hashlib
        class Hasher:
            @property
            def name(self):
                return "sha384"
            def digest(self):
                return hashlib.new(self.name)
        """,
        {"8 SHA-384"},
    ),
    "fields of a data class": (
        """
        import hashlib
        from dataclasses import dataclass, field
        @dataclass
        class Options:
            name: str = "sha224"
            other: str = field(default="md5")
            def digest(self):
                return hashlib.new(self.name), hashlib.new(self.other)
        """,
        {"9 SHA-224", "9 MD5"},
    ),
    "texts put together": (
        """
        import hashlib
        bits, family = 384, "sha"
        hashlib.new(f"{family}{bits}")
        hashlib.new("{}{}".format(family, 256))
        hashlib.new("%s%d" % (family, 512))
        hashlib.new("_".join(["sha3", "256"]))
        hashlib.new("SHA-1".replace("-", "").lower())
        hashlib.new(f"{family}{unknown}")
        """,
        {"4 SHA-384", "5 SHA-256", "6 SHA-512", "7 SHA3-256", "8 SHA-1"},
    ),
    "walrus": ("import hashlib\nif name := 'md5':\n    hashlib.new(name)", {"3 MD5"}),
    "fallback of the environment": (
        """
        import hashlib, os
        hashlib.new(os.environ.get("DIGEST", "sha256"))
        hashlib.new(os.getenv("DIGEST", "sha1"))
        hashlib.new(settings.get("digest", default="md5"))
        hashlib.new(given or "sha384")
        """,
        {"3 SHA-256", "4 SHA-1", "5 MD5", "6 SHA-384"},
    ),
    "default and passed arguments": (
        """
        import hashlib
        def digest(data, *, name="md5"):
            return hashlib.new(name)
        digest(b"", name="sha512")
        """,
        {"4 MD5", "4 SHA-512", "5 SHA-512"},
    ),
    "subclasses give a base class its values": (
        """
        import hashlib
        class Base:
            ALGORITHM = None
            def digest(self):
                return hashlib.new(self.ALGORITHM)
        class One(Base):
            ALGORITHM = "md5"
        class Two(One):
            ALGORITHM = "sha256"
        """,
        {"6 MD5", "6 SHA-256"},
    ),
    "inherited and set in the constructor": (
        """
        import hashlib
        class Base:
            def __init__(self, name):
                self.name = name
        class One(Base):
            def digest(self):
                return hashlib.new(self.name)
        Base("sha1")
        """,
        {"8 SHA-1"},
    ),
    "with": (
        """
        import ssl
        with ssl.create_default_context() as context:
            context.set_ecdh_curve("secp384r1")
        """,
        {"3 TLS", "4 ECDH-P-384"},
    ),
    "types of parameters": (
        """
        from __future__ import annotations
        from typing import Optional
        from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
        def sign(key: ed25519.Ed25519PrivateKey, data):
            return key.sign(data)
        def agree(key: "x25519.X25519PrivateKey | None", peer):
            return key.exchange(peer)
        def other(key: Optional[ed25519.Ed25519PrivateKey] = None):
            return key.sign(b"")
        def loaded() -> ed25519.Ed25519PrivateKey: ...
        loaded().sign(b"")
        def listed(keys: list[ed25519.Ed25519PrivateKey]):
            return keys.sign(b"")
        """,
        {"6 Ed25519", "8 X25519", "10 Ed25519", "12 Ed25519"},
    ),
    "types that are checked": (
        """
        from cryptography.hazmat.primitives.asymmetric import ed25519, ed448
        def sign(key, data):
            if isinstance(key, ed25519.Ed25519PrivateKey):
                return key.sign(data)
            elif isinstance(key, ed448.Ed448PrivateKey) and data:
                return key.sign(data)
            return key.sign(data)
        def strict(key):
            if not isinstance(key, ed448.Ed448PrivateKey):
                raise TypeError
            return key.sign(b"")
        def asserted(key):
            assert isinstance(key, ed25519.Ed25519PrivateKey)
            key.sign(b"")
        """,
        {"5 Ed25519", "7 Ed448", "12 Ed448", "15 Ed25519"},
    ),
    "attributes with a declared type": (
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        class Signer:
            key: Ed25519PrivateKey
            def sign(self, data):
                return self.key.sign(data)
        key: Ed25519PrivateKey = load()
        key.sign(b"")
        """,
        {"6 Ed25519", "8 Ed25519"},
    ),
    "keys of known length": (
        """
        import base64, os
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        AESGCM(bytes.fromhex("00" * 16))
        AESGCM(base64.b64decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
        AESGCM(b"0123456789abcdef0123456789abcdef"[:16])
        AESGCM("0123456789abcdef0123456789abcdef".encode())
        AESGCM(bytes([0] * 3 + [1]))
        AESGCM(secret[:16])
        """,
        {"4 AES-128-GCM", "5 AES-256-GCM", "6 AES-128-GCM", "7 AES-256-GCM", "8 AES-GCM", "9 AES-GCM"},
    ),
    "comparisons, keys and checks are no use": (
        """
        import hashlib
        from cryptography.hazmat.primitives import hashes
        if kind in (hashes.MD5, hashes.SHA1) or kind == hashlib.md5:
            pass
        isinstance(kind, (hashes.SHA1, hashes.SHA256))
        table[hashes.SHA1]
        class Mine(hashes.SHA256): pass
        def f(x: hashes.SHA256) -> hashes.MD5: ...
        """,
        set(),
    ),
    "what is put into lists and tables": (
        """
        import hashlib
        names = ["md5"]
        names.append("sha1")
        names += ["sha224"]
        for name in names:
            hashlib.new(name)
        class Registry:
            def __init__(self):
                self.known = {}
            def register(self):
                self.known["new"] = "sha3_256"
                self.known.update(old="sha512", older="sha384")
                other["new"] = "md5"
            def digest(self, name):
                return hashlib.new(self.known[name])
        """,
        {"7 MD5", "7 SHA-1", "7 SHA-224", "16 SHA3-256", "16 SHA-512", "16 SHA-384"},
    ),
    "a default is one key of a table": (
        """
        import hashlib
        TABLE = {"old": "sha1", "new": "sha256"}
        def digest(name="new"):
            return hashlib.new(TABLE[name])
        def fixed():
            name = "new"
            return hashlib.new(TABLE[name])
        """,
        {"5 SHA-1", "5 SHA-256", "8 SHA-256"},
    ),
    "functions that are looked up or chosen": (
        """
        import hashlib
        from hashlib import sha1, md5
        TABLE = {"sha384": hashlib.sha384}
        def digest(name, data):
            make = TABLE[name]
            make(data)
            other = TABLE.get(name)
            other(data)
            third = sha1 if data else md5
            third(data)
        """,
        {"4 SHA-384", "7 SHA-384", "9 SHA-384", "10 SHA-1", "10 MD5", "11 SHA-1", "11 MD5"},
    ),
    "member of a library's enumeration by name": (
        """
        import argon2
        argon2.PasswordHasher(type=argon2.Type["D"])
        print(f"not {argon2.Type.I}")
        """,
        {"3 Argon2d"},
    ),
    "options of a command line": (
        """
        import argparse, hashlib
        import click
        from cryptography.hazmat.primitives.asymmetric import rsa
        parser = argparse.ArgumentParser()
        parser.add_argument("-d", "--digest", default="sha256")
        parser.add_argument("--old-digest", choices=["md5", "sha1"])
        parser.add_argument("--key-bits", type=int, dest="bits", default=3072)
        parser.add_argument("name", default="sha512")
        args = parser.parse_args()
        hashlib.new(args.digest)
        hashlib.new(args.old_digest)
        rsa.generate_private_key(65537, args.bits)
        hashlib.new(args.other)
        @click.command()
        @click.option("--algorithm", default="sha3_256", type=click.Choice(["sha3_256", "sha3_512"]))
        @click.option("--other", default="md5")
        def main(algorithm, other, third):
            hashlib.new(algorithm)
            hashlib.new(third)
        """,
        {"11 SHA-256", "12 MD5", "12 SHA-1", "13 RSA-3072", "19 SHA3-256", "19 SHA3-512"},
    ),
    "asked for its length": (
        """
        import hashlib
        make = hashlib.sha256 if strict else hashlib.md5
        size = make().digest_size
        make().digest()
        """,
        {"3 SHA-256", "3 MD5", "5 SHA-256", "5 MD5"},
    ),
    "set by a function for its module": (
        """
        _hashes = None
        def load():
            global _hashes
            import hashlib
            _hashes = hashlib
        def digest(data):
            return _hashes.sha1(data)
        """,
        {"8 SHA-1"},
    ),
    "keys on several curves, named after their use": (
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        class Exchange:
            curve = ec.SECP256R1()
            def __init__(self):
                self.key = 0
            def start(self):
                self.key = ec.generate_private_key(self.curve)
            def finish(self, point):
                peer = ec.EllipticCurvePublicKey.from_encoded_point(self.curve, point)
                return self.key.exchange(ec.ECDH(), peer)
        class Larger(Exchange):
            curve = ec.SECP384R1()
        def sign(data):
            key = ec.generate_private_key(ec.SECP521R1())
            return key.sign(data, ec.ECDSA(hashes.SHA512()))
        def keep():
            return ec.generate_private_key(ec.SECP256K1())
        """,
        {
            "5 ECDH-P-256",
            "9 ECDH-P-256",
            "9 ECDH-P-384",
            "11 ECDH-P-256",
            "11 ECDH-P-384",
            "12 ECDH-P-256",
            "12 ECDH-P-384",
            "14 ECDH-P-384",
            "16 ECDSA-P-521",
            "17 ECDSA-P-521-SHA-512",
            "17 SHA-512",
            "19 EC-secp256k1",
        },
    ),
    "keys of several sizes": (
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        def sign(large):
            size = 4096 if large else 2048
            key = rsa.generate_private_key(65537, size)
            key.sign(b"", padding.PKCS1v15(), hashes.SHA256())
        def open_size(bits=2048):
            key = rsa.generate_private_key(65537, bits)
            key.sign(b"", padding.PKCS1v15(), hashes.SHA256())
        """,
        {
            "6 RSA-4096",
            "6 RSA-2048",
            "7 RSA-PKCS1-1.5-SHA-256-4096",
            "7 RSA-PKCS1-1.5-SHA-256-2048",
            "7 SHA-256",
            "9 RSA-2048",
            "10 RSA-PKCS1-1.5-SHA-256-2048",
            "10 SHA-256",
        },
    ),
    "settings by keyword, as pairs and as defaults": (
        """
        from django.conf import settings
        settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"])
        app.config.update(JWT_ALGORITHM="RS256", OTHER="RS384")
        app.config.from_mapping({"JWT_DECODE_ALGORITHMS": ["ES256"]})
        app.config.setdefault("JWT_ALGORITHM", "HS512")
        known = ["JWT_ALGORITHM", "RS256"]
        app.config.get("JWT_ALGORITHM", "HS256")
        """,
        {"3 scrypt", "4 RSA-PKCS1-1.5-SHA-256", "5 ECDSA-P-256-SHA-256", "6 HMAC-SHA-512"},
    ),
    "key derivation with HMAC, and SRP over a group of its own module": (
        f"""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC
        def derive(key, hashed):
            KBKDFHMAC(hashed, mode, 32, 4, 4, location, label, context, None)
            return KBKDFHMAC(algorithm=hashes.SHA256(), mode=mode, length=16).derive(key)
        class Srp:
            N = int("{groups()["modp3072"].prime:x}", 16)
            def public(self):
                return pow(self.g, self.a, self.N)
        """,
        {"5 SP800-108", "6 SP800-108-HMAC-SHA-256", "6 SHA-256", "10 SRP-6-modp3072"},
    ),
    "a hash that is only asked for": (
        """
        try:
            from hashlib import md5
        except ImportError:
            md5 = None
        if not md5:
            raise ValueError
        if (x and md5) or y:
            pass
        assert md5
        size = 16 if md5 else 0
        chosen = md5 if x else other
        """,
        {"12 MD5"},
    ),
    "methods of one name of other objects": (
        """
        from Crypto.Cipher import AES, ARC4
        class Sealed:
            def encrypt(self, data):
                return AES.new(self.key, AES.MODE_GCM).encrypt(data)
            def seal_text(self, text):
                return self.encrypt(text.encode())
        def rc4(key, data):
            return ARC4.ARC4Cipher(key).encrypt(data)
        def several(box, data):
            Sealed().encrypt(data)
            box.encrypt(data)
            return box.seal_text(data)
        """,
        {"5 AES-GCM", "7 AES-GCM", "9 RC4", "11 AES-GCM", "13 AES-GCM"},
    ),
    "ciphers and modes from one table": (
        """
        from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms, modes
        TABLE = {
            "aes128-cbc": {"class": algorithms.AES, "mode": modes.CBC},
            "gcm": {"class": aead.AESGCM},
        }
        def cipher(name, key, iv):
            row = TABLE[name]
            return Cipher(row["class"](key), row["mode"](iv))
        """,
        {"4 AES", "5 AES-GCM", "9 AES-CBC"},
    ),
}


def detect(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in python.DETECTOR.detect(SourceFile("code.py", textwrap.dedent(code).encode(), "python"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[str]:
    return {f"{one.location.line} {algorithms.name(one.asset)}" for one in detect(code) if isinstance(one, Finding)}


@pytest.mark.parametrize("case", CASES)
def test_hidden_algorithms_are_found_exactly(case: str) -> None:
    """Each case lists every finding of its code; a case that finds more or less fails."""
    code, expected = CASES[case]
    assert found(code) == expected


def test_names_that_stand_for_themselves_end() -> None:
    """A parameter annotated with its own name, and classes and checks in circles, are read in bounded time."""
    code = """
        import hashlib
        def f(name: "name", other: "Optional[name]" = None):
            return hashlib.new(name)
        class A(B): pass
        class B(A):
            def g(self): return hashlib.new(self.x)
        def h(x):
            assert isinstance(x, x)
            return hashlib.new(x)
        """
    assert not [one for one in detect(code) if isinstance(one, Finding)]


def test_a_fallback_is_less_sure_than_a_constant() -> None:
    """What the environment may change is said with less confidence, and how it came is in the evidence."""
    code = "import hashlib, os\nhashlib.new(os.environ.get('X', 'md5'))\nhashlib.new('md5')\n"
    fallback, fixed = (one for one in detect(code) if isinstance(one, Finding))
    assert fallback.confidence < fixed.confidence
    assert [p.how for p in fallback.provenance] == ["default argument"]


def test_what_is_decided_at_run_time_is_said() -> None:
    """A hash taken by a name that nobody wrote down is a gap that the scan reports, not silence."""
    code = "import hashlib\ndef digest(name, data):\n    return getattr(hashlib, name)(data)\n"
    (gap,) = detect(code)
    assert isinstance(gap, Diagnostic)
    assert gap.line == 3


def test_no_literal_of_the_code_leaves_the_scanner() -> None:
    """Findings and diagnostics repeat no string of the file but names of algorithms."""
    code = """
        import hashlib, hmac
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        AESGCM(b"correct horse battery staple 123")
        hmac.new(b"hunter2", m, "sha256")
        hashlib.new("s3cret-name")
        """
    text = repr(detect(code))
    assert not [word for word in ("horse", "hunter2", "s3cret") if word in text]
