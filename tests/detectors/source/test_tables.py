"""Protocol names count in tables and lists, and nowhere else."""

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source.tables import DETECTOR
from pqc_migrate.model.target import Hit, SourceFile


def found(code: str, language: str) -> list[tuple[int, str]]:
    """Return (line, name) of what is found, with the gate's hits made by plain search."""
    data = code.encode()
    hits = sorted(
        Hit(at, anchor) for anchor in DETECTOR.anchors() for at in range(len(data)) if data.startswith(anchor, at)
    )
    file = SourceFile("f", data, language, hits=tuple(hits))
    return sorted((f.location.line, algorithms.name(f.asset)) for f in DETECTOR.detect(file))


def test_members_of_a_python_tuple_and_map() -> None:
    """A tuple of names, and names as keys of a map, are what is offered."""
    code = 'KEX = ("curve25519-sha256", "diffie-hellman-group14-sha1")\nCIPHERS = {"aes128-ctr": 1}\n'
    assert found(code, "python") == [(1, "FFDH-modp2048"), (1, "X25519"), (2, "AES-128-CTR")]


def test_keys_that_are_set_and_named_values() -> None:
    """An entry that is put in later, a named argument, a default and a GSS exchange offer a name, too."""
    code = (
        'offered["rsa-sha2-256"] = key\n'
        'connect(key_type="ssh-ed25519")\n'
        'def f(kex="diffie-hellman-group14-sha256"): pass\n'
        'KEX = ("gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==", "gss-other-toWM5Slw5Ew8Mqkay+al2g==")\n'
        'value = offered["ssh-rsa"]\n'
    )
    assert found(code, "python") == [
        (1, "RSA-PKCS1-1.5-SHA-256"),
        (2, "Ed25519"),
        (3, "FFDH-modp2048"),
        (4, "FFDH-modp1024"),
    ]
    assert found('package p\nfunc f() {\n\tm["ssh-rsa"] = 1\n\t_ = m["ssh-rsa"]\n}\n', "go") == [
        (3, "RSA-PKCS1-1.5-SHA-1")
    ]
    assert found('m["ssh-rsa"] = 1;\nuse(m["ssh-rsa"]);\n', "javascript") == [(1, "RSA-PKCS1-1.5-SHA-1")]


def test_ruby_and_php_defaults() -> None:
    """Defaults of parameters and Ruby's percent strings offer a name."""
    code = "LIST = %(ES256 ES384).freeze\ndef f(key, name = 'HS256', kind: 'RS512')\nend\nname == 'HS384'\n"
    assert found(code, "ruby") == [
        (1, "ECDSA-P-256-SHA-256"),
        (1, "ECDSA-P-384-SHA-384"),
        (2, "HMAC-SHA-256"),
        (2, "RSA-PKCS1-1.5-SHA-512"),
    ]
    assert found("<?php function f($key, $name = 'HS256') { return $name === 'HS384'; }", "php") == [
        (1, "HMAC-SHA-256")
    ]


@pytest.mark.parametrize(
    "code",
    [
        'if name == "ssh-rsa":\n    pass\n',
        'log("using diffie-hellman-group14-sha1 with the peer")\n',
        '"""ssh-rsa"""\n',
        "# ssh-ed25519\n",
        'names = ["the ssh-rsa key of the host"]\n',
    ],
)
def test_checks_messages_and_comments_are_no_table(code: str) -> None:
    """A comparison, a message, a docstring, a comment and prose in a list offer nothing."""
    assert found(code, "python") == []


def test_list_in_one_string_and_in_a_macro() -> None:
    """C writes its proposals as one string or as a macro of strings that end in commas."""
    code = 'const char *p = "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com";\n'
    macro = '#define KEX \\\n\t"mlkem768x25519-sha256," \\\n\t"ecdh-sha2-nistp256"\n'
    assert found(code, "c") == [(1, "AES-256-GCM"), (1, "ChaCha20-Poly1305")]
    assert found(macro, "c") == [(2, "mlkem768x25519-sha256"), (3, "ECDH-P-256")]


def test_rc4_by_its_name_in_ssh() -> None:
    """``arcfour`` has no hyphen and still means nothing else."""
    assert found('package p\nvar c = []string{"arcfour256", "arcfour"}\n', "go") == [(2, "RC4-128"), (2, "RC4-256")]


def test_suites_in_go_and_javascript() -> None:
    """TLS suites by IANA and by OpenSSL name."""
    assert found('package p\nvar s = []string{"TLS_AES_128_GCM_SHA256"}\n', "go") == [(2, "TLS_AES_128_GCM_SHA256")]
    names = found('const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA";\n', "javascript")
    assert names == [(1, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"), (1, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]


def test_jose_names_of_javascript() -> None:
    """Lists, tables, enums, defaults and variables name what is offered; questions, cases and types do not."""
    code = """const supported = ["RS256", "ES384"];
const digests = { PS512: "sha512", alg: given || "HS256" };
enum Algorithm { Edwards = "EdDSA" }
function header(alg = "ES256K") { return { alg, enc: wide ? "A256GCM" : "A128CBC-HS256" }; }
let name; name = "ECDH-ES+A128KW" as const;
class Key { static algorithm = "RSA-OAEP-256"; }
if (alg === "RS512" || ["RS384"].includes(alg)) { log("PS256"); }
switch (alg) { case "PS384": break; }
type Names = "HS384" | "HS512";
jwt.verify(token, key, { algorithms: ["ES512"] });
const other = "RSA-OAEP", wrong = "RS257", text = "RS256 is used";
table["A192KW"] === 1;
"""
    assert found(code, "typescript") == [
        (1, "ECDSA-P-384-SHA-384"),
        (1, "RSA-PKCS1-1.5-SHA-256"),
        (2, "HMAC-SHA-256"),
        (2, "RSA-PSS-SHA-512"),
        (3, "EdDSA"),
        (4, "AES-128-CBC"),
        (4, "AES-256-GCM"),
        (4, "ECDSA-secp256k1-SHA-256"),
        (5, "ECDH"),
        (6, "RSA-OAEP-SHA-256"),
    ]


def test_lists_of_what_is_refused() -> None:
    """A list that is named for what it refuses offers nothing; one that is named otherwise does."""
    refused = 'const insecureAlgorithms = ["ssh-rsa"];\nconst WEAK_CIPHERS = new Set(["aes128-ctr"]);\n'
    assert found(refused + 'const ciphers = ["aes128-ctr"];', "javascript") == [(3, "AES-128-CTR")]
    assert found('DISABLED_KEX = ("curve25519-sha256",)\nKEX = ("curve25519-sha256",)', "python") == [(2, "X25519")]


def test_constants_that_a_known_call_is_given() -> None:
    """A constant whose value a library's call reads is told at the call; another stands for itself."""
    code = """const CIPHER = "chacha20-poly1305";
const ENC = "A256CBC-HS512";
const KEX = "curve25519-sha256";
crypto.createCipheriv(CIPHER, key, nonce);
jwt.setProtectedHeader({ alg, ENC });
offer(KEX);
"""
    assert found(code, "typescript") == [(3, "X25519")]


def test_jose_names_of_python() -> None:
    """A list that a membership test asks offers nothing."""
    code = 'ALGORITHMS = ["RS256"]\nif alg in ("ES256", "PS256"):\n    jwt.decode(t, k, algorithms=["HS256"])\n'
    assert found(code, "python") == [(1, "RSA-PKCS1-1.5-SHA-256")]


def test_xml_algorithms_by_their_identifiers() -> None:
    """XML Signature and Encryption name algorithms by URIs; one that names none or is compared says nothing."""
    code = """const sig = new Signed({ signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" });
sig.digestAlgorithm = "http://www.w3.org/2000/09/xmldsig#sha1";
const seal = { encryptionAlgorithm: "http://www.w3.org/2009/xmlenc11#aes256-gcm" };
const space = "http://www.w3.org/2000/09/xmldsig#";
if (uri === "http://www.w3.org/2001/04/xmlenc#sha512") { throw new Error(); }
"""
    assert found(code, "javascript") == [(1, "RSA-PKCS1-1.5-SHA-256"), (2, "SHA-1"), (3, "AES-256-GCM")]


def test_names_of_swift_and_kotlin() -> None:
    """Lists, dictionaries, values of names and entries of enums offer; membership, comparison and cases ask."""
    swift = """let offered = ["RS256", "ES256"]
let keys: [String: Int] = ["ssh-ed25519": 1]
enum Scheme: String { case strong = "PS512" }
func name() -> String { return "ES384" }
if x == "RS384" || ["RS512"].contains(x) { print("uses ssh-rsa") }
switch x { case "HS512": break; default: break }
"""
    assert found(swift, "swift") == [
        (1, "ECDSA-P-256-SHA-256"),
        (1, "RSA-PKCS1-1.5-SHA-256"),
        (2, "Ed25519"),
        (3, "RSA-PSS-SHA-512"),
        (4, "ECDSA-P-384-SHA-384"),
    ]
    kotlin = """val offered = listOf("RS256", "ES256")
const val KEY = "ssh-ed25519"
enum class Scheme(val text: String) { STRONG("PS512") }
fun name(): String { return "ES384" }
val known = x in setOf("RS384", "RS512") || setOf("HS384").contains(x) || x == "HS512"
fun tell() { log("PS256") }
"""
    assert found(kotlin, "kotlin") == [
        (1, "ECDSA-P-256-SHA-256"),
        (1, "RSA-PKCS1-1.5-SHA-256"),
        (2, "Ed25519"),
        (3, "RSA-PSS-SHA-512"),
        (4, "ECDSA-P-384-SHA-384"),
    ]


def test_a_list_of_pointers_to_method_structures() -> None:
    """Each entry offers what the structure it points to is named; elsewhere a pointer to one says nothing."""
    code = """
static const METHOD none = { "none", 0 };
static const METHOD sha2 = { "hmac-sha2-256", 32, &init };
static const METHOD md5 = { .name = "hmac-md5", .size = 16 };
static const METHOD both = { "hmac-sha1", "ssh-dss" };
static const METHOD *methods[] = {
#if SHA2
    &sha2,
#endif
    &none,
    &md5, &both,
    NULL
};
void f(void) { use(&md5); }
"""
    assert found(code, "c") == [
        (3, "HMAC-SHA-256"),
        (4, "HMAC-MD5"),
        (5, "DSA-SHA-1"),
        (5, "HMAC-SHA-1"),
        (8, "HMAC-SHA-256"),
        (11, "HMAC-MD5"),
    ]
