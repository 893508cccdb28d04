"""Calls of a project's own functions that hand out cryptography, in their file and from other files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms, purposes
from pqc_migrate.model.inventory import Asset, Finding, Kind
from pqc_migrate.scan import ScanOptions, scan

TOOLS = """
import hashlib, hmac, os
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
def fingerprint(data):
    return hashlib.sha256(data).hexdigest()
def hashed(data, name="sha1"):
    h = hashlib.new(name)
    h.update(data)
    return h
def check_signature(key, data, tag):
    return hmac.compare_digest(hmac.new(key, data, "sha384").digest(), tag)
def hash_host(key, host):
    digest = hmac.new(key, host, hashlib.sha1).digest()
    return "|".join(["1", digest])
def nonce():
    return bytearray(os.urandom(12))
def login(user):
    user.etag = hashlib.md5(user.name).hexdigest()
    return user
class Vault:
    def __init__(self):
        self.key = AESGCM.generate_key(bit_length=256)
    def put(self, data):
        return AESGCM(self.key).encrypt(b"", data, None)
"""
USES = """
from . import tools
from .tools import fingerprint as fp, Vault, nonce
from app import hashed
fp(b"")
hashed(b"")
hashed(b"", "sha512")
tools.hashed(name="md5", data=b"")
tools.check_signature(b"", b"", b"")
nonce()
tools.login(None)
v = Vault()
v.put(b"")
def again(data):
    return fp(data)
def unknown(thing):
    return thing.fingerprint(b"")
tools.hash_host(b"", b"")
"""
LATER = """
from app.uses import again
again(b"")
"""


def rows(root: Path, name: str) -> set[tuple[int, str]]:
    """Return (line, display name) of what is found in one file of a tree."""
    return {(f.location.line, algorithms.name(f.asset)) for f in findings(root) if f.location.path == name}


def findings(root: Path, jobs: int = 1) -> tuple[Finding, ...]:
    """Return what a scan of a tree finds."""
    return scan([str(root)], ScanOptions(jobs=jobs)).findings


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("from .tools import hashed\n")
    (tmp_path / "app/tools.py").write_text(TOOLS)
    (tmp_path / "app/uses.py").write_text(USES)
    (tmp_path / "later.py").write_text(LATER)
    return tmp_path


def test_calls_from_another_file_are_found_at_their_lines(tree: Path) -> None:
    """By alias, module, re-export, object and keyword; a function that only happens to hash is no wrapper."""
    assert rows(tree, "app/uses.py") == {
        (5, "SHA-256"), (6, "SHA-1"), (7, "SHA-512"), (8, "MD5"), (9, "HMAC-SHA-384"), (10, "CSPRNG"),
        (13, "AES-256-GCM"), (15, "SHA-256"), (18, "HMAC-SHA-1"),
    }  # fmt: skip


def test_a_wrapper_of_a_wrapper_counts_where_a_third_file_calls_it(tree: Path) -> None:
    """What a call hands out is handed on."""
    assert rows(tree, "later.py") == {(3, "SHA-256")}


def test_a_call_says_that_it_is_one_and_whose(tree: Path) -> None:
    """It is less sure than the use inside, and its origin is the definition."""
    (call,) = (f for f in findings(tree) if f.location.path == "later.py")
    assert (call.confidence, call.functions, call.location.symbol) == (0.7, ("digest",), "app.uses.again")
    assert [(p.parameter, p.path, p.line) for p in call.provenance] == [("wrapper", "app/uses.py", 14)]


def test_a_file_without_the_name_of_a_library_is_read_for_the_calls_alone(tree: Path) -> None:
    """The gate of the first reading lets no caller through."""
    (tree / "plain.py").write_text("import app.tools\napp.tools.fingerprint(1)\n")
    assert rows(tree, "plain.py") == {(2, "SHA-256")}


def test_other_functions_of_the_name_are_none(tree: Path) -> None:
    """A name alone is nothing: the import must lead to the file."""
    (tree / "plain.py").write_text("from elsewhere import fingerprint, nonce\nfingerprint(1)\nnonce()\n")
    assert rows(tree, "plain.py") == set()


def test_the_hash_that_an_hmac_takes_is_no_second_result(tmp_path: Path) -> None:
    """A call of ``sha_hmac`` hands out the HMAC; the SHA-256 object inside is said where it stands."""
    (tmp_path / "tools.py").write_text(
        "import hashlib, hmac\n"
        "def sha_hmac(key, data):\n"
        "    return hmac.new(key, data, hashlib.sha256).digest()\n"
        "def hash_both(key, data):\n"
        "    return hmac.new(key, hashlib.sha256(data).digest(), 'sha1').digest()\n"
    )
    (tmp_path / "use.py").write_text("import tools\ntools.sha_hmac(b'', b'')\ntools.hash_both(b'', b'')\n")
    assert rows(tmp_path, "use.py") == {(2, "HMAC-SHA-256"), (3, "HMAC-SHA-1"), (3, "SHA-256")}


def test_extension_methods_of_another_file_are_found_on_any_object(tmp_path: Path) -> None:
    """A C# extension counts by a name of several words, where no class in sight has a method of that name."""
    (tmp_path / "Extensions.cs").write_text(
        "using System.Security.Cryptography;\n"
        "public static class Extensions {\n"
        "    public static byte[] ToSha256(this byte[] data) => SHA256.HashData(data);\n"
        "    public static byte[] Hash(this byte[] data) => SHA512.HashData(data);\n"
        "}\n"
    )
    (tmp_path / "Use.cs").write_text(
        "class Own { public byte[] ToSha256() { return null; } }\n"
        "class Use {\n"
        "    void Run(byte[] data, Own own) {\n"
        "        data.ToSha256();\n"
        '        "text".Bytes().ToSha256();\n'
        "        data.Hash();\n"
        "        own.ToSha256();\n"
        "        new Own().ToSha256();\n"
        "    }\n"
        "}\n"
    )
    assert rows(tmp_path, "Use.cs") == {(4, "SHA-256"), (5, "SHA-256")}


def test_functions_of_several_files_that_call_each_other_end(tmp_path: Path) -> None:
    """Two wrappers that hand on each other's result are read a bounded number of times."""
    for one, other in (("a", "b"), ("b", "a")):
        code = f"import hashlib\nfrom {other} import hash_{other}\ndef hash_{one}(d):\n"
        code += f"    return hash_{other}(d) if d else hashlib.sha256(d)\n"
        (tmp_path / f"{one}.py").write_text(code)
    assert rows(tmp_path, "a.py") == {(4, "SHA-256")}


CASES = {
    "java": (
        {
            "p/Hash.java": """
            package p;
            import java.security.MessageDigest;
            public class Hash {
                public static byte[] of(byte[] b, String name) throws Exception {
                    return MessageDigest.getInstance(name).digest(b);
                }
                public byte[] strong(byte[] b) throws Exception {
                    MessageDigest d = MessageDigest.getInstance("SHA-512");
                    d.update(b);
                    return d.digest();
                }
            }
            """,
            "q/Use.java": """
            package q;
            import p.Hash;
            class Use {
                void go(byte[] b, Hash given) throws Exception {
                    Hash.of(b, "MD5");
                    new Hash().strong(b);
                    given.strong(b);
                }
            }
            """,
        },
        {(6, "MD5"), (7, "SHA-512"), (8, "SHA-512")},
    ),
    "javascript": (
        {
            "p/h.js": """
            const crypto = require('crypto');
            function sha(data, name = 'sha1') { return crypto.createHash(name).update(data).digest('hex'); }
            module.exports = { sha, sign: (k, d) => crypto.createHmac('sha512', k).update(d).digest() };
            """,
            "q/u.js": """
            const h = require('../p/h');
            const { sha: digest } = require('../p/h');
            digest('x');
            h.sha('y', 'md5');
            h.sign('k', 'z');
            """,
        },
        {(4, "SHA-1"), (5, "MD5"), (6, "HMAC-SHA-512")},
    ),
    "go": (
        {
            "go.mod": "module example.org/x\n",
            "util/h.go": """
            package util
            import "crypto/sha256"
            type Box struct{}
            func Sha(d []byte) []byte { s := sha256.Sum256(d); return s[:] }
            func (b *Box) Digest(d []byte) []byte { h := sha256.New(); h.Write(d); return h.Sum(nil) }
            """,
            "util/near.go": "package util\nfunc near(d []byte) []byte { return Sha(d) }\n",
            "main.go": """
            package main
            import "example.org/x/util"
            func main() {
                util.Sha(nil)
                b := util.Box{}
                b.Digest(nil)
            }
            """,
        },
        {(5, "SHA-256"), (7, "SHA-256")},
    ),
    "c": (
        {
            "hash.c": """
            #include <openssl/sha.h>
            int my_hash(unsigned char *o, const void *d, int n) { SHA256(d, n, o); return 1; }
            static int own_hash(unsigned char *o) { SHA1(o, 1, o); return 1; }
            int hash(unsigned char *o) { SHA1(o, 1, o); return 1; }
            """,
            "use.c": """
            void f(void) {
                my_hash(o, d, 1);
                own_hash(o);
                hash(o);
            }
            """,
        },
        {(3, "SHA-256")},
    ),
    "c-platforms": (
        {
            "gcrypt.h": """
            #define my_sha1_init(ctx) gcry_md_open(ctx, GCRY_MD_SHA1, 0)
            #define my_hmac_init(ctx, key) \\
              gcry_md_open(ctx, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC)
            #define my_digest(d) gcry_md_hash_buffer(GCRY_MD_SHA1, out, d, 1)
            """,
            "ssl.h": """
            #define my_sha1_init(ctx) SHA1_Init(ctx)
            #define my_hmac_init(ctx, key) HMAC_Init_ex(ctx, key, 1, EVP_sha256(), NULL)
            #define my_digest(d) SHA256(d, 1, out)
            """,
            "use.c": """
            void f(void) {
                my_sha1_init(&ctx);
                my_hmac_init(&ctx, key);
                my_digest(d);
            }
            """,
        },
        {(3, "SHA-1"), (4, "HMAC-SHA-256")},
    ),
    "csharp": (
        {
            "Hash.cs": """
            using System.Security.Cryptography;
            public class Hash {
                public static byte[] Of(byte[] d) { return SHA256.HashData(d); }
                public byte[] Strong(byte[] d) => SHA512.HashData(d);
            }
            """,
            "Use.cs": """
            class Use { void Go(Hash given) {
                Hash.Of(null);
                new Hash().Strong(null);
                given.Strong(null);
            } }
            """,
        },
        {(3, "SHA-256"), (4, "SHA-512"), (5, "SHA-512")},
    ),
    "swift": (
        {
            "Hash.swift": """
            import CryptoKit
            func fingerprintOf(_ d: Data) -> Data { return Data(SHA256.hash(data: d)) }
            class Box { func digest(_ d: Data) -> Data { return Data(Insecure.MD5.hash(data: d)) } }
            """,
            "Use.swift": """
            let a = fingerprintOf(x)
            let b = Box()
            b.digest(x)
            """,
        },
        {(2, "SHA-256"), (4, "MD5")},
    ),
    "php": (
        {
            "lib/Box.php": """
            <?php
            namespace App;
            class Box {
                public function digest($d) { return hash('sha256', $d); }
                public static function of($d, $name = 'md5') { return hash($name, $d); }
            }
            """,
            "use.php": """
            <?php
            use App\\Box;
            $b = new Box();
            $b->digest(1);
            Box::of(2, 'sha512');
            """,
        },
        {(5, "SHA-256"), (6, "SHA-512")},
    ),
    "ruby": (
        {
            "lib/box.rb": """
            require 'digest'
            class Box
              def digest(d)
                Digest::SHA256.hexdigest(d)
              end
              def self.of(d)
                Digest::SHA1.hexdigest(d)
              end
            end
            """,
            "use.rb": """
            b = Box.new
            b.digest(1)
            Box.of(2)
            """,
        },
        {(3, "SHA-256"), (4, "SHA-1")},
    ),
    "rust": (
        {
            "src/util.rs": """
            use sha2::{Sha256, Digest};
            pub fn sha(d: &[u8]) -> Vec<u8> { Sha256::digest(d).to_vec() }
            pub struct Boxed;
            impl Boxed { pub fn of(d: &[u8]) -> Vec<u8> { Sha256::digest(d).to_vec() } }
            """,
            "src/main.rs": """
            mod util;
            use util::Boxed;
            fn main() {
                util::sha(b"x");
                Boxed::of(b"y");
            }
            """,
        },
        {(5, "SHA-256"), (6, "SHA-256")},
    ),
    "kotlin": (
        {
            "Hash.kt": """
            import java.security.MessageDigest
            fun fingerprintOf(d: ByteArray): ByteArray {
                return MessageDigest.getInstance("SHA-256").digest(d)
            }
            class Box {
                fun digest(d: ByteArray): ByteArray {
                    return MessageDigest.getInstance("MD5").digest(d)
                }
            }
            """,
            "Use.kt": """
            fun main() {
                fingerprintOf(x)
                Box().digest(x)
            }
            """,
        },
        {(3, "SHA-256"), (4, "MD5")},
    ),
    "lua": (
        {
            "app/hash.lua": """
            local M = {}
            function M.of(x) return ngx.md5(x) end
            function M.strong(x) return ngx.sha1_bin(x) end
            return M
            """,
            "use.lua": """
            local hash = require "app.hash"
            print(hash.of(1))
            print(hash.strong(2))
            """,
        },
        {(3, "MD5"), (4, "SHA-1")},
    ),
    "perl": (
        {
            "lib/My/Hash.pm": """
            package My::Hash;
            use Digest::SHA 'sha256_hex';
            sub new { my $class = shift; return bless {}, $class; }
            sub digest { my ($self, $d) = @_; return sha256_hex($d); }
            1;
            """,
            "use.pl": """
            use My::Hash;
            my $h = My::Hash->new;
            print $h->digest(1);
            """,
        },
        {(4, "SHA-256")},
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_languages(tmp_path: Path, language: str) -> None:
    """Each language resolves the names of other files in its own way."""
    files, expected = CASES[language]
    for name, code in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(code))
    assert rows(tmp_path, name) == expected


OBJECT = """
import hashlib, os
class Signer:
    def __init__(self, old):
        self.kind = hashlib.md5 if old else hashlib.sha256
    def digest(self, data):
        return self.kind(data).hexdigest()
    def both(self, data):
        return self.digest(data) + "!"
class RandomText:
    def text(self):
        return os.urandom(8)
    def twice(self):
        return self.text() + self.text()
class Store:
    def blob(self):
        return os.urandom(8)
    def thrice(self):
        return self.blob()
"""


def test_methods_of_one_object(tmp_path: Path) -> None:
    """A method sees what its object decides, and a class's name may say what its methods hand out."""
    (tmp_path / "app.py").write_text(OBJECT)
    (tmp_path / "use.py").write_text("from app import Signer\nSigner(True).digest(b'')\n")
    assert rows(tmp_path, "app.py") == {
        (5, "MD5"), (5, "SHA-256"), (7, "MD5"), (7, "SHA-256"), (9, "MD5"), (9, "SHA-256"),
        (12, "CSPRNG"), (14, "CSPRNG"), (17, "CSPRNG"),
    }  # fmt: skip
    assert rows(tmp_path, "use.py") == set()


OPEN = """
import hashlib
class Digester:
    def __init__(self, name="md5"):
        self.name = name
    def digest(self, data):
        return hashlib.new(self.name, data).digest()
def digest_of(data, name="sha1"):
    return hashlib.new(name, data).digest()
def hash_either(data, settings):
    if settings.old:
        return hashlib.md5(data).digest()
    return hashlib.new(settings.name, data).digest()
"""


def test_what_a_call_leaves_open(tmp_path: Path) -> None:
    """A default is right for a call that leaves it; not for an object made elsewhere, nor beside an open choice."""
    (tmp_path / "app.py").write_text(OPEN)
    (tmp_path / "use.py").write_text(
        "from app import Digester, digest_of, hash_either\n"
        "def f(d: Digester, settings):\n    d.digest(b'')\n    digest_of(b'')\n    hash_either(b'', settings)\n"
    )
    assert rows(tmp_path, "use.py") == {(4, "SHA-1")}


def test_the_number_of_processes_changes_nothing(tree: Path) -> None:
    """Both readings give the same with several workers."""
    for number in range(1600):
        (tree / f"f{number}.py").write_text("from app.tools import nonce\nnonce()\n")
    assert findings(tree, 1) == findings(tree, 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("checkSignature", {"sign", "verify", "tag"}),
        ("sha256", {"digest"}),
        ("createUser", set()),
        ("generate_key_pair", {"keygen"}),
        ("HMACSha1", {"tag"}),
        ("monkey", set()),
        ("BuildTokenRequestMessage", set()),
        ("md_valid", set()),
    ],
)
def test_what_a_name_says(name: str, said: set[str]) -> None:
    """Only whole words of a name count."""
    assert purposes.said_by(name) == said


def test_progress_goes_on_through_the_second_reading(tree: Path) -> None:
    """The files that are read again count on top of all files; the bar never goes back and ends full."""
    steps: list[tuple[int, int]] = []
    scan([str(tree)], ScanOptions(jobs=1), lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1] > 4


def test_what_was_decrypted_is_plain_data_where_no_name_says_so(tmp_path: Path) -> None:
    """A getter that decrypts hands out no cryptography; one named for it, and one that encrypts, do."""
    (tmp_path / "Store.java").write_text("""
import javax.crypto.Cipher;
class Store {
    private byte[] unseal(byte[] data) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, key);
        return cipher.doFinal(data);
    }
    private String name() throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, key);
        return new String(cipher.doFinal(data));
    }
    byte[] get() throws Exception { return unseal(data); }
    byte[] load() throws Exception { return get(); }
    void show() throws Exception { print(load(), name()); }
}
""")
    assert rows(tmp_path, "Store.java") == {(5, "AES-GCM"), (10, "AES-CBC"), (14, "AES-GCM")}


@pytest.mark.parametrize(
    ("name", "asset", "fits"),
    [
        ("crypto_scrypt", Asset.of(Kind.ALGORITHM, "PBKDF2"), False),
        ("crypto_scrypt", Asset.of(Kind.ALGORITHM, "scrypt"), True),
        ("bcrypt_pbkdf", Asset.of(Kind.ALGORITHM, "bcrypt"), True),
        ("deriveKey", Asset.of(Kind.ALGORITHM, "PBKDF2"), True),
        ("hmacSha1", Asset.of(Kind.ALGORITHM, "HKDF"), False),
        ("curve25519_sha256", Asset.of(Kind.ALGORITHM, "MD5"), False),
        ("curve25519_sha256", Asset.of(Kind.ALGORITHM, "SHA-2", size=256), True),
        ("sha1sum", Asset.of(Kind.ALGORITHM, "SHA-1"), True),
        ("sha512_256", Asset.of(Kind.ALGORITHM, "SHA-2", size="512/256"), True),
    ],
)
def test_a_name_of_one_algorithm_does_not_speak_of_another(name: str, asset: Asset, fits: bool) -> None:
    """scrypt is built on PBKDF2, but a function named after it does not hand out PBKDF2."""
    assert purposes.speaks_of(name, asset) is fits


def test_a_specification_that_completes_an_object_is_said_by_the_object(tmp_path: Path) -> None:
    """The padding of a cipher stands where the cipher is made, not again where the cipher is given it."""
    (tmp_path / "Wrap.java").write_text("""
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
class Wrap {
    private static OAEPParameterSpec spec() {
        return new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT);
    }
    Cipher open(PrivateKey key) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.DECRYPT_MODE, key, spec());
        return cipher;
    }
}
""")
    assert {line for line, _ in rows(tmp_path, "Wrap.java")} == {8, 11}


def test_a_default_holds_only_where_the_call_leaves_it_out(tmp_path: Path) -> None:
    """What a call passes and could not be read is no default."""
    (tmp_path / "tools.py").write_text(
        "import hashlib\ndef digest(data, maker=hashlib.sha1):\n    return maker(data)\n"
        "digest(b'')\ndigest(b'', given)\n"
    )
    (tmp_path / "use.py").write_text("import tools\ntools.digest(b'')\ntools.digest(b'', chosen())\n")
    assert rows(tmp_path, "use.py") == {(2, "SHA-1")}
    assert (5, "SHA-1") not in rows(tmp_path, "tools.py")
