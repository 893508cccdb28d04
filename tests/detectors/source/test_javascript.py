"""JavaScript and TypeScript: names, values and objects followed through files, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import javascript
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan

IMPORT = 'const crypto = require("crypto");\n'


def results(code: str, name: str = "a.js") -> list[Finding | Diagnostic]:
    language = "typescript" if name.endswith(("ts", "tsx")) else "javascript"
    return [
        one
        for one in javascript.DETECTOR.detect(SourceFile(name, code.encode(), language))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str, name: str = "a.js") -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code, name) if isinstance(r, Finding)}


def names(code: str, name: str = "a.js") -> set[str]:
    return {text for _, text in found(code, name)}


@pytest.mark.parametrize(
    "code",
    [
        'const crypto = require("crypto"); crypto.createHash("md5");',
        'const { createHash } = require("node:crypto"); createHash("md5");',
        'const { createHash: digest } = require("crypto"); digest("md5");',
        'const digest = require("crypto").createHash; digest("md5");',
        'import crypto from "crypto"; crypto.createHash("md5");',
        'import * as c from "node:crypto"; c.createHash("md5");',
        'import { createHash as digest } from "crypto"; digest("md5");',
        'import { default as c } from "crypto"; c.createHash("md5");',
        'const c = await import("crypto"); c.createHash("md5");',
        'import("crypto").then((c) => c.createHash("md5"));',
        'let c; c = require("crypto"); c.createHash("md5");',
        'const a = require("crypto"), b = a; const { createHash } = b; createHash("md5");',
        'require("crypto")["createHash"]("md5");',
        'require("crypto")?.createHash?.("md5");',
        '(0, require("crypto").createHash)("md5");',
        'const c = __importDefault(require("crypto")); c.default.createHash("md5");',
        'var _c = _interopRequireWildcard(require("crypto")); _c.createHash("md5");',
        'const t = tslib_1.__importStar(require("crypto")); t.createHash("md5");',
        'define(["crypto"], function (c) { c.createHash("md5"); });',
        '(function (c) { c.createHash("md5"); })(require("crypto"));',
        'process.getBuiltinModule("node:crypto").createHash("md5");',
    ],
)
def test_ways_to_reach_a_module(code: str) -> None:
    """Every import form, compilers' glue and aliases lead to the same function."""
    assert found(code) == {(1, "MD5")}


def test_a_universal_module_hands_its_dependency_to_its_factory() -> None:
    """The factory of a UMD file is called with what the file requires."""
    code = """(function (global, factory) {
typeof exports === "object" ? factory(exports, require("crypto")) : define(["exports", "crypto"], factory);
})(this, (function (exports, c) {
c.createHash("md5"); }));"""
    assert found(code) == {(4, "MD5")}


def test_typescript_reaches_modules_its_own_way() -> None:
    """`import x = require(…)` binds; a type import and a type query are no uses."""
    code = """import crypto = require("crypto");
import type { Hash } from "crypto";
type Make = typeof crypto.createHash;
const hash: Hash = crypto.createHash("md5");"""
    assert found(code, "a.ts") == {(4, "MD5")}


@pytest.mark.parametrize(
    "code",
    [
        'const util = require("util"); util.promisify(crypto.pbkdf2)(p, s, 1000, 32, "sha256");',
        'const derive = require("util").promisify(crypto.pbkdf2); await derive(p, s, 1000, 32, "sha256");',
        'const derive = promisify(crypto.pbkdf2).bind(crypto); derive(p, s, 1000, 32, "sha256");',
        'const derive = crypto.pbkdf2Sync.bind(crypto); derive(p, s, 1000, 32, "sha256");',
        'const derive = crypto.pbkdf2Sync; derive(p, s, 1000, 32, "sha256");',
        'const args = [p, s, 1000, 32, "sha256"]; crypto.pbkdf2Sync(...args);',
    ],
)
def test_functions_handed_on(code: str) -> None:
    """A promisified, bound or renamed function is called, and its arguments are read where it is."""
    assert names(IMPORT + code) == {"PBKDF2-HMAC-SHA-256"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('const A = "sha" + 256; H(A);', {"SHA-256"}),
        ("const n = 384; H(`sha${n}`);", {"SHA-384"}),
        ('H("SHA".concat("-", "512").toLowerCase());', {"SHA-512"}),
        ('H(["sha", "384"].join(""));', {"SHA-384"}),
        ('H("sha_1".replace("_", ""));', {"SHA-1"}),
        ('H("x,sha1".split(",")[1]);', {"SHA-1"}),
        ('H(yes ? "md5" : "sha1");', {"MD5", "SHA-1"}),
        ('H(given || "sha1");', {"SHA-1"}),
        ('H(given ?? "sha1");', {"SHA-1"}),
        ('let a; if (yes) a = "md5"; else { a = "sha1"; } H(a);', {"MD5", "SHA-1"}),
        ('let a = "sha"; a += "1"; H(a);', {"SHA-1"}),
        ('let a = "sha1"; a = "md5"; H(a);', {"MD5"}),
        ('const T = { weak: "md5", good: "sha512" }; H(T[kind]);', {"MD5", "SHA-512"}),
        ('const T = { weak: "md5", good: "sha512" }; H(T.good);', {"SHA-512"}),
        ('const T = Object.freeze({ weak: "md5" }); H(T["weak"]);', {"MD5"}),
        ('const T = new Map([["a", "md5"], ["b", "sha1"]]); H(T.get("b"));', {"SHA-1"}),
        ('const K = "k"; const T = { [K]: "md5" }; H(T.k);', {"MD5"}),
        ('for (const a of ["md5", "sha1"]) H(a);', {"MD5", "SHA-1"}),
        ('["md5", "sha1"].forEach((a) => H(a));', {"MD5", "SHA-1"}),
        ('Object.values({ a: "md5" }).map((a) => H(a));', {"MD5"}),
        ('switch (x) { case 1: var a = "md5"; break; default: a = "sha1"; } H(a);', {"MD5", "SHA-1"}),
        ('const { hash = "sha1" } = options; H(hash);', {"SHA-1"}),
        ('const { a: { b: c } } = { a: { b: "md5" } }; H(c);', {"MD5"}),
        ('const [, a] = ["sha1", "md5"]; H(["md5"][0]);', {"MD5"}),
        ('function name() { return "md5"; } H(name());', {"MD5"}),
        ('const name = () => "md5"; H(name());', {"MD5"}),
        ('const o = {}; o.hash = "md5"; H(o.hash);', {"MD5"}),
        ('H("\\x6dd\\u0035");', {"MD5"}),
        ('const f = () => ["x", "md5"]; const [, a] = f(); H(a);', {"MD5"}),
        ('const [, a] = await Promise.all([x(), "md5"]); H(a);', {"MD5"}),
        ('const [{ a }] = [{ a: "md5" }]; H(a);', {"MD5"}),
        ('for (const [, a] of Object.entries({ x: "md5", y: "sha1" })) H(a);', {"MD5", "SHA-1"}),
        ('for (const { a } of [{ a: "md5" }]) H(a);', {"MD5"}),
        ('Object.entries({ x: "md5" }).forEach(([key, a]) => H(a));', {"MD5"}),
        ('const o = { a: { b: "md5" } }; if (yes) o.a.b = "sha1"; H(o.a.b); use(o);', {"MD5", "SHA-1"}),
        ('const T = new Map(); T.set("a", "md5"); T.set("b", "sha1"); H(T.get(kind));', {"MD5", "SHA-1"}),
        ('const T = new Map(); T.set("a", "md5"); T.set("b", "sha1"); H(T.get("b"));', {"SHA-1"}),
        ('H("SHA-256".replace(/-/g, "").toLowerCase());', {"SHA-256"}),
        ('const { createHash: digest } = crypto; digest("md5");', {"MD5"}),
        ('const { createHmac, ...rest } = crypto; rest.createHash("md5");', {"MD5"}),
        ('var E; (function (E) { E["A"] = "md5"; E["B"] = "sha1"; })(E || (E = {})); H(E.B);', {"SHA-1"}),
        ('var E; (function (E) { E["A"] = "md5"; })(E || (exports.E = E = {})); H(E.A);', {"MD5"}),
        ('class A { constructor() { this.o = {}; this.o.a = "md5"; } h() { H(this.o.a); } }', {"MD5"}),
        ("H(unknown);", set()),
        ('H("sha" + unknown);', set()),
        ('H({ sha1: "md5", x: "sha512" }["sha" + unknown]);', {"MD5", "SHA-512"}),
    ],
)
def test_values(code: str, expected: set[str]) -> None:
    """A name is put together, chosen, looked up or returned; what is not known stays unknown."""
    assert names(IMPORT + code.replace("H(", "crypto.createHash(")) == expected


def test_a_name_of_which_a_part_is_not_known() -> None:
    """What is written of a cipher's name counts; a size or a mode that is not written stays unknown."""
    code = (
        IMPORT
        + """crypto.createCipheriv(`aes-${bits}-gcm`, k, i);
crypto.createCipheriv("aes-256-" + mode, k, i);
crypto.createCipheriv("des-" + mode, k, i);
crypto.createCipheriv(name + "-256-cbc", k, i);
crypto.createCipheriv("aes-128-cbc", Buffer.from(`${a}00`, "utf8"), i);"""
    )
    assert found(code) == {(2, "AES-GCM"), (3, "AES-256"), (6, "AES-128-CBC")}


def test_members_of_two_objects_never_go_together() -> None:
    """Of several algorithm objects each is read by itself, however they were chosen."""
    both = {(2, "ECDSA-P-256"), (2, "HMAC-SHA-384")}
    one, other = '{ name: "ECDSA", namedCurve: "P-256" }', '{ name: "HMAC", hash: "SHA-384" }'
    for chosen in (
        f"kind ? {one} : {other}",
        f'new Map([["a", {one}], ["b", {other}]]).get(kind)',
        f"({{ a: {one}, b: {other} }})[kind]",
        f"((k) => {{ switch (k) {{ case 1: return {one}; default: return {other}; }} }})(kind)",
    ):
        assert found(f"const a = {chosen};\ncrypto.subtle.generateKey(a, true, uses);") == both


def test_members_set_under_one_condition_go_together() -> None:
    """An object changed in nested branches is one of the objects that these make, and no other."""
    code = """const a = { name: "RSASSA-PKCS1-v1_5", hash: { name: "SHA-256" } };
if (curve) {
  a.name = "ECDSA";
  if (large) { a.hash.name = "SHA-384"; }
  if (huge) a.hash.name = "SHA-512";
}
crypto.subtle.importKey("pkcs8", data, a, true, ["sign"]);"""
    expected = {"RSA-PKCS1-1.5-SHA-256", "ECDSA-SHA-256", "ECDSA-SHA-384", "ECDSA-SHA-512"}
    assert found(code) == {(7, name) for name in expected}


def test_an_object_is_told_where_no_call_in_sight_reads_it() -> None:
    """An algorithm that is kept or handed to own code is found where it is written, and not twice."""
    code = """import * as x509 from "@peculiar/x509";
const read = { name: "ECDSA", namedCurve: "P-256" };
crypto.subtle.generateKey(read, true, uses);
export const kept = [{ name: "RSA-PSS", hash: "SHA-384" }];
class Keys { static algorithm = { name: "HMAC", hash: "SHA-512" }; }
own.make({ options: { minVersion: "TLSv1.3" } });
function make(curve = "P-521") { return { name: "ECDH", namedCurve: curve }; }
type Options = { name: "ECDSA"; namedCurve: "P-384" };
const { name = "ECDSA", namedCurve } = given;"""
    assert found(code, "a.ts") == {
        (3, "ECDSA-P-256"), (4, "RSA-PSS-SHA-384"), (5, "HMAC-SHA-512"), (6, "TLSv1.3"), (7, "ECDH-P-521"),
    }  # fmt: skip


def test_a_namespace_of_typescript() -> None:
    """What a namespace exports is known by its name."""
    code = IMPORT + 'namespace Names { export const HASH = "md5"; }\ncrypto.createHash(Names.HASH);'
    assert found(code, "a.ts") == {(3, "MD5")}


def test_a_choice_says_that_it_is_one() -> None:
    """Alternatives of one call are less sure than a single value."""
    code = IMPORT + 'crypto.createCipheriv(yes ? "aes-128-gcm" : "aes-256-gcm", k, i); crypto.createHash("md5");'
    sure = {algorithms.name(r.asset): r.confidence for r in results(code) if isinstance(r, Finding)}
    assert sure == {"AES-128-GCM": 0.8, "AES-256-GCM": 0.8, "MD5": 0.95}


@pytest.mark.parametrize(
    "code",
    [
        'function make(a = "md5") { return H(a); }',
        'function make({ a = "md5" } = {}) { return H(a); } make();',
        'function make({ a }) { return H(a); } make({ a: "md5" });',
        'const make = (a) => H(a); make("md5");',
        'module.exports = { make(a) { return H(a); } }; module.exports.make("md5");',
        'exports.make = function (a) { return H(a); }; exports.make("md5");',
        'function each(f) { f("md5"); } each((a) => H(a));',
        'class A { constructor(a) { this.a = a; } run() { return H(this.a); } } new A("md5");',
        'class A { a = "md5"; run() { return H(this.a); } }',
        'class A { #a = "md5"; run() { return H(this.#a); } }',
        'class A { static NAME = "md5"; run() { return H(A.NAME); } }',
        'class A { get a() { return "md5"; } run() { return H(this.a); } }',
        'class A { run() { return H(this.a); } } class B extends A { a = "md5"; }',
        'class A { constructor(a) { H(a); } } class B extends A { constructor() { super("md5"); } }',
        'class A { name() { return "md5"; } run() { return H(this.name()); } }',
        'function A() { this.a = "md5"; } A.prototype.run = function () { H(this.a); };',
        'function A(a) { this.a = a; } A.prototype = { run: function () { H(this.a); } }; new A("md5");',
        'const o = { a: "md5", run() { return H(this.a); } };',
    ],
)
def test_parameters_fields_and_prototypes(code: str) -> None:
    """A value reaches a call through parameters, fields, constructors, prototypes and overriding classes."""
    found_here = names(IMPORT + code.replace("H(", "crypto.createHash("))
    assert found_here == {"MD5"}


def test_typescript_fields_enums_and_constructor_properties() -> None:
    """TypeScript's ways to hold a constant: enum, parameter property, typed field, assertion."""
    code = """import { createHash, Hash } from "crypto";
enum Name { A = "sha1", B = "sha512" }
class A {
  private readonly name: string = "md5";
  constructor(private hash: Hash, private other = "sha384") {}
  run() { createHash(this.name); createHash(this.other); createHash(Name.B); createHash("sha224" as const); }
}"""
    assert found(code, "a.ts") == {(6, "MD5"), (6, "SHA-384"), (6, "SHA-512"), (6, "SHA-224")}


def test_an_object_of_a_declared_type() -> None:
    """A parameter's type says whose method is called."""
    code = """import { JwtService } from "@nestjs/jwt";
export class Tokens {
  constructor(private readonly jwt: JwtService) {}
  sign(user: object) { return this.jwt.signAsync(user, { algorithm: "ES256" }); }
}"""
    assert found(code, "a.ts") == {(4, "ECDSA-P-256-SHA-256")}


def test_a_class_of_a_library_is_made_by_its_subclass() -> None:
    """`super(…)` passes a library's constructor its arguments, through a mixin, too."""
    code = """import { Strategy } from "passport-jwt";
import { PassportStrategy } from "@nestjs/passport";
import { Agent } from "node:https";
export class Jwt extends PassportStrategy(Strategy) {
  constructor() { super({ secretOrKey: key, algorithms: ["RS256"] }); }
}
class Own extends Agent { constructor() { super({ minVersion: "TLSv1.3" }); } }
class Other extends Jwt { constructor() { super("md5"); } }"""
    assert found(code, "a.ts") == {(5, "RSA-PKCS1-1.5-SHA-256"), (7, "TLSv1.3")}


def test_a_key_is_followed_into_its_signature() -> None:
    """Size and curve of a generated key reach the signature: destructured, in a callback, in an option."""
    code = """const crypto = require("crypto");
const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 3072 });
crypto.createSign("sha256").update(data).sign(privateKey);
crypto.generateKeyPair("ec", { namedCurve: "P-384" }, (error, pub, key) => {
  crypto.sign("sha384", data, { key });
});
const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-521" }, true, ["sign"]);
await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-512" }, pair.privateKey, data);"""
    signatures = {(3, "RSA-PKCS1-1.5-SHA-256-3072"), (5, "ECDSA-P-384-SHA-384"), (8, "ECDSA-P-521-SHA-512")}
    assert signatures <= found(code)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('{ algorithm: "RS512" }', {"RSA-PKCS1-1.5-SHA-512"}),
        ("{ ...base, expiresIn: 1 }", {"RSA-PKCS1-1.5-SHA-256"}),
        ('Object.assign({}, base, { algorithm: "PS256" })', {"RSA-PSS-SHA-256"}),
        ("patched", {"ECDSA-P-384-SHA-384"}),
        ("{ expiresIn: 1 }", {"HMAC-SHA-256"}),
        ("{ ...given }", set()),
        ("given", set()),
    ],
)
def test_options_objects(options: str, expected: set[str]) -> None:
    """Options are read from variables, spreads and later assignments; a default holds only where none can hide."""
    code = f"""const jwt = require("jsonwebtoken");
const base = {{ algorithm: "RS256" }};
const patched = {{}};
patched.algorithm = "ES384";
jwt.sign(claims, key, {options});"""
    assert names(code) == expected


def test_spread_arguments_of_unknown_length_hide_a_default() -> None:
    """`sign(...args)` may hold an algorithm: nothing is assumed, and the gap is said."""
    code = 'const jwt = require("jsonwebtoken");\njwt.sign(...args);\n'
    assert [type(r) for r in results(code)] == [Diagnostic]


def test_what_is_no_use() -> None:
    """Comments, prose, types, comparisons, questions, own functions and names that only contain a word."""
    code = """import crypto, { createHash } from "crypto";
// crypto.createHash("md5")
const text = "call crypto.createHash('md5') for MD5";
if (typeof createHash === "function" && crypto.createHash !== undefined) { log("createHash"); }
[crypto.constants.RSA_PKCS1_PADDING, crypto.constants.RSA_PKCS1_OAEP_PADDING].includes(padding);
function md5(value) { return value; }
md5("x");
const options = { createHash: "md5", sha1: true };
export { createHash };
universal.traversal("rsa");
"""
    assert found(code) == set()


def test_a_function_of_the_same_name_is_not_its_own_caller() -> None:
    """A wrapper named like the function it wraps takes its values from its own callers only."""
    code = IMPORT + 'function createHash(a) {\nreturn crypto.createHash(a); }\ncreateHash("sha1");\n'
    code += 'crypto.createHash("md5");\n'
    assert found(code) == {(3, "SHA-1"), (4, "SHA-1"), (5, "MD5")}


def test_byte_keys_give_sizes() -> None:
    """The length of a key is read from how it is written, never guessed."""
    code = """import { gcm } from "@noble/ciphers/aes.js";
gcm(new Uint8Array(16), nonce);
gcm(Buffer.from("000102030405060708090a0b0c0d0e0f1011121314151617", "hex"), nonce);
gcm(Buffer.from("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "base64"), nonce);
gcm(new TextEncoder().encode("0123456789abcdef"), nonce);
gcm(require("crypto").randomBytes(32), nonce);
gcm(key, nonce);
gcm(key.slice(0, 16), nonce);"""
    ciphers = {(line, name) for line, name in found(code) if name.startswith("AES")}
    expected = {2: "128-", 3: "192-", 4: "256-", 5: "128-", 6: "256-", 7: "", 8: ""}
    assert ciphers == {(line, f"AES-{size}GCM") for line, size in expected.items()}


CONFIG = """
const HASH = "sha384";
module.exports = { HASH, bits: 3072, tables: { weak: "md5" }, digest };
module.exports.LATE = "sha512";
function digest(data) { return require("crypto").createHash("sha256").update(data).digest("hex"); }
"""
NAMES = """
export const CURVE = "secp384r1";
export enum Cipher { A = "aes-256-gcm" }
export default { cipher: "aes-128-cbc" };
const hidden = "sha1";
export { hidden as shown };
"""
USES_JS = """const crypto = require("crypto");
const config = require("../config");
const { HASH, digest } = require("../config.js");
crypto.createHash(HASH);
crypto.createHash(config.tables.weak);
crypto.generateKeyPairSync("rsa", { modulusLength: config.bits });
digest(data);
crypto.createHash(config.LATE);
crypto.createHash(config.absent);
"""
USES_TS = """import crypto from "node:crypto";
import names, { CURVE, Cipher, shown } from "../names.js";
import * as all from "../names";
crypto.createECDH(CURVE);
crypto.createCipheriv(Cipher.A, key, iv);
crypto.createCipheriv(names.cipher, key, iv);
crypto.createHash(shown);
crypto.createHash(all.shown);
"""


def test_values_of_other_files(tmp_path: Path) -> None:
    """Constants, enums, default exports and functions of a neighbor count where they are used."""
    (tmp_path / "lib").mkdir()
    for name, text in {
        "config.js": CONFIG, "names.ts": NAMES, "lib/uses.js": USES_JS, "lib/uses.ts": USES_TS,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    here = {
        (f.location.path, f.location.line, algorithms.name(f.asset))
        for f in scan([str(tmp_path)], ScanOptions(jobs=1)).findings
        if f.location.path.startswith("lib/")
    }
    assert here == {
        ("lib/uses.js", 4, "SHA-384"), ("lib/uses.js", 5, "MD5"), ("lib/uses.js", 6, "RSA-3072"),
        ("lib/uses.js", 7, "SHA-256"), ("lib/uses.js", 8, "SHA-512"),
        ("lib/uses.ts", 4, "ECDH-P-384"), ("lib/uses.ts", 5, "AES-256-GCM"), ("lib/uses.ts", 6, "AES-128-CBC"),
        ("lib/uses.ts", 7, "SHA-1"), ("lib/uses.ts", 8, "SHA-1"),
    }  # fmt: skip


HANDING_ON = {
    "lib/index.ts": """export * from "./hash.js"
export * from './names.js'
""",
    "lib/hash.ts": """import { createHash } from "crypto"
export function fingerprint(data) { return createHash("sha384").update(data).digest() }
export const tools = { mark: (data) => createHash("md5").update(data).digest("hex") }
""",
    "lib/names.ts": """export const ALGORITHM = "sha224"
export type Name = "sha1" | "sha512"
""",
    "lib/node.ts": 'export { randomBytes } from "crypto"',
    "in/use.ts": """import { createHash } from "crypto"
import { fingerprint, tools, ALGORITHM, type Name } from "../lib/index.js"
import { randomBytes as bytes } from "../lib/node.js"
fingerprint(1)
tools.mark(1)
createHash(ALGORITHM)
const named = (n: Name) => createHash(n)
bytes(4)
""",
}


def test_files_that_hand_on_what_others_export(tmp_path: Path) -> None:
    """`export *`, re-exports of a library, functions of an object and types of another file are followed."""
    for name, text in HANDING_ON.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found_here = scan([str(tmp_path)], ScanOptions(jobs=1)).findings
    assert {(f.location.line, algorithms.name(f.asset)) for f in found_here if f.location.path == "in/use.ts"} == {
        (4, "SHA-384"),
        (5, "MD5"),
        (6, "SHA-224"),
        (7, "SHA-1"),
        (7, "SHA-512"),
        (8, "CSPRNG"),
    }


CLASSES = {
    "key.ts": """import { createHash, createSign } from "crypto"
export class Key {
  static digest(x) { return createHash("sha384").update(x).digest() }
  hash(x) { return createHash("sha512").update(x).digest() }
}
export default class Other { static mark(x) { return createHash("md5").update(x).digest() } }
""",
    "tool.js": """const crypto = require("crypto")
class Tool { static sha(x) { return crypto.createHash("sha1").update(x).digest() } }
module.exports = Tool
""",
    "digest.ts": """import { createHash } from "crypto"
export default function digest(x) { return createHash("sha224").update(x).digest() }
""",
    "index.ts": 'export { Key } from "./key.js"',
    "use.ts": """import { Key } from "./index.js"
import Other from "./key.js"
import summed from "./digest.ts"
Key.digest(1)
new Key().hash(2)
Other.mark(3)
Other.digest(4)
const sum = summed(5) // digest
""",
    "use.js": """const Tool = require("./tool")
Tool.sha(1)
""",
}


def test_methods_of_classes_and_default_exports_of_other_files(tmp_path: Path) -> None:
    """A class is followed by its name, as a default export and as a whole module; a default function, too."""
    for name, text in CLASSES.items():
        (tmp_path / name).write_text(text)
    found_there = {
        (f.location.path, f.location.line, algorithms.name(f.asset))
        for f in scan([str(tmp_path)], ScanOptions(jobs=1)).findings
        if f.location.path.startswith("use.")
    }
    assert found_there == {
        ("use.ts", 4, "SHA-384"), ("use.ts", 5, "SHA-512"), ("use.ts", 6, "MD5"), ("use.ts", 8, "SHA-224"),
        ("use.js", 2, "SHA-1"),
    }  # fmt: skip


def test_types_that_list_their_values() -> None:
    """A parameter whose type is a union of literals takes each of them; an open type says nothing."""
    code = """import crypto from "crypto";
type Curve = "P-256" | "P-384";
type Open = "sha1" | string;
function f(curve: Curve, hash: "SHA1" | "SHA512" | undefined, open: Open, given: "md5" | "sha256" = "sha256") {
  crypto.subtle.generateKey({ name: "ECDH", namedCurve: curve }, true, []);
  crypto.createHmac(hash.toLowerCase(), key);
  crypto.createHash(open);
  crypto.createHash(given);
}
function g(one: "md5" | "sha1") { crypto.createHash(one); }
g("md5");"""
    assert found(code, "a.ts") == {
        (5, "ECDH-P-256"), (5, "ECDH-P-384"), (6, "HMAC-SHA-1"), (6, "HMAC-SHA-512"), (8, "MD5"), (8, "SHA-256"),
        (10, "MD5"),
    }  # fmt: skip


def test_functions_under_other_names_and_in_objects() -> None:
    """A variable set to a function and a member of an object are that function; other members are not."""
    code = """const crypto = require("crypto");
const native = function (data) { return crypto.createHash("sha256").update(data).digest(); };
let hash = native;
function set(other) { hash = other; }
function use() { hash("a"); }
const tool = { md: (data) => crypto.createHash("md5").update(data).digest() };
tool.md("b");
thing.md("c");
function sign(data) { return crypto.createHmac("sha1", key).update(data).digest(); }
sign("d");
thing.sign("e");"""
    assert found(code) == {
        (2, "SHA-256"), (5, "SHA-256"), (6, "MD5"), (7, "MD5"), (9, "HMAC-SHA-1"), (10, "HMAC-SHA-1"),
    }  # fmt: skip


def test_a_signature_says_its_hash_itself() -> None:
    """The hash that a scheme names is no second finding; alone it is one, where only the key decides the scheme."""
    code = """const crypto = require("crypto");
crypto.createSign("RSA-SHA256");
crypto.createSign("sha512");
function hashAndSign(data) { return crypto.sign("RSA-SHA1", crypto.createHash("sha1").update(data).digest(), key); }
hashAndSign(1);"""
    assert found(code) == {
        (2, "RSA-PKCS1-1.5-SHA-256"), (3, "SHA-512"), (4, "SHA-1"), (4, "RSA-PKCS1-1.5-SHA-1"),
        (5, "RSA-PKCS1-1.5-SHA-1"),
    }  # fmt: skip


def test_details_of_tls_options() -> None:
    """A client that does not check its peer says so beside the protocol it speaks."""
    code = """const https = require("https");
new https.Agent({ minVersion: "TLSv1.2", rejectUnauthorized: false });"""
    details = {algorithms.name(r.asset): dict(r.details) for r in results(code) if isinstance(r, Finding)}
    assert details == {"TLSv1.2": {"rejects-unauthorized": "false"}}


def test_no_text_of_the_code_leaves_through_a_flag_or_a_count() -> None:
    """A string where a number or a flag is expected is not repeated."""
    code = IMPORT + 'crypto.pbkdf2Sync(p, s, "secret", 32, "sha1");\n'
    code += 'require("https").get(url, { minVersion: "TLSv1.2", rejectUnauthorized: "secret" });'
    assert "secret" not in repr(results(code))


@pytest.mark.parametrize(
    "code",
    [
        "f(" * 3000 + ")" * 3000,
        "a=" * 3000 + '"md5"',
        "const x = " + "[" * 2000 + "]" * 2000,
        "class A extends A { m() { return this.m(); } } new A().m();",
        "class A extends B {} class B extends A {} new A().m();",
        "function f(a) { return f(a); } const b = f(b);",
        "x => " * 1000 + "crypto.createHash(x)",
        "const o = { ...o, a: o.a };",
        "`${" * 500 + "}`" * 500,
    ],
)
def test_hostile_code_ends(code: str) -> None:
    """Deep nesting, cycles of classes, calls and names end without a finding and without an error."""
    assert names(IMPORT + code) == set()
