"""PHP: names, values, arrays and objects followed through one file, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import php
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in php.DETECTOR.detect(SourceFile("a.php", f"<?php {code}".encode(), "php"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        "namespace App; hash('md5', $d);",
        "namespace App; \\hash('md5', $d);",
        "namespace App; use function hash as digest; digest('md5', $d);",
        "HASH('MD5', $d);",
        "hash(data: $d, algo: 'md5');",
        "@hash('md5', $d);",
        "call_user_func('hash', 'md5', $d);",
        "$f = 'hash'; $f('md5', $d); hash('md5', $d);",
    ],
)
def test_functions_by_every_spelling(code: str) -> None:
    """Namespaces, aliases, letter case, named arguments and callbacks lead to the same function."""
    assert found(code) == {(1, "MD5")}


def test_a_function_of_the_same_name_in_the_file_is_no_use() -> None:
    """A polyfill or a method of that name is not the function of PHP."""
    assert found("if (!function_exists('random_bytes')) { function random_bytes($n) { return ''; } }") == set()
    assert found("class A { function md5($x) { } } $a->md5($x); A::md5($x);") == set()


@pytest.mark.parametrize(
    "imports",
    [
        "use phpseclib3\\Crypt\\AES;",
        "use phpseclib3\\Crypt\\{RSA, AES};",
        "use phpseclib3\\Crypt\\RSA, phpseclib3\\Crypt\\AES;",
    ],
)
def test_imports_of_every_kind(imports: str) -> None:
    """Single, grouped and listed imports lead to the same class."""
    assert found(f"namespace App; {imports} new AES('cbc');") == {(1, "AES-CBC")}


def test_classes_by_alias_by_relative_name_and_by_string() -> None:
    """An alias, a namespace prefix and a class name in a string lead to the same class."""
    assert found("use phpseclib3\\Crypt; new Crypt\\DES('ecb');") == {(1, "DES-ECB")}
    assert found("use phpseclib3\\Crypt\\DES as Cipher; new Cipher('ecb');") == {(1, "DES-ECB")}
    assert found("namespace App; new DES('ecb'); new \\AES('cbc'); // phpseclib") == set()


def test_a_class_declared_as_a_type_is_no_use() -> None:
    """Types, instanceof, catch and doc comments only name a class."""
    code = "use Firebase\\JWT\\JWT; use Lcobucci\\JWT\\Signer\\Rsa\\Sha256; /** @var Sha256 */"
    code += (
        " function f(Sha256 $s): ?Sha256 { return $s instanceof Sha256 ? $s : null; } try { } catch (JWT $e) { }"
    )
    assert found(code) == set()


@pytest.mark.parametrize(
    ("members", "argument"),
    [
        ("const NAME = 'sha' . '512';", "self::NAME"),
        ("const BITS = 512; const NAME = 'sha' . self::BITS;", "static::NAME"),
        ("private $name = 'sha512';", "$this->name"),
        ("private static $name = 'sha512';", "self::$name"),
        ("private array $names = ['weak' => 'md5', 'strong' => 'sha512'];", "$this->names['strong']"),
        ("function __construct() { $this->name = 'sha512'; }", "$this->name"),
        ("function __construct(private string $name = 'sha512') { }", "$this->name"),
        ("function name() { return 'sha512'; }", "$this->name()"),
        ("static function name() { return 'sha512'; }", "self::name()"),
        ("const TABLE = [1 => 'sha512'];", "'SHA' . 512"),
        ("private $bits = 512;", '"sha{$this->bits}"'),
    ],
)
def test_values_of_a_class(members: str, argument: str) -> None:
    """Constants, properties, constructors and methods of the class say what a value is."""
    assert found(f"class A {{ {members} function run($d) {{ return hash({argument}, $d); }} }}") == {(1, "SHA-512")}


def test_enum_trait_and_parent_of_the_file() -> None:
    """An enum's case, a trait's property and a parent's constant are read like the class's own."""
    assert found("enum E: string { case Strong = 'sha384'; } hash(E::Strong->value, $d);") == {(1, "SHA-384")}
    code = "trait T { protected $a = 'md5'; } class B { const C = 'sha1'; }"
    code += " class A extends B { use T; function f() { hash($this->a, 1); hash(self::C, 1); } }"
    assert found(code) == {(1, "MD5"), (1, "SHA-1")}


def test_both_sides_of_a_choice_are_reported() -> None:
    """Ternaries, match arms and branches give every value that may hold."""
    both = {(1, "MD5"), (1, "SHA-256")}
    assert found("hash($old ? 'md5' : 'sha256', $d);") == both
    assert found("hash(match($v) { 1 => 'md5', default => 'sha256' }, $d);") == both
    assert found("$a = 'md5'; if ($new) { $a = 'sha256'; } hash($a, $d);") == both
    assert found("foreach (['md5', 'sha256'] as $a) { hash($a, $d); }") == both
    assert found("foreach (['a' => 'md5', 'b' => 'sha256'] as $k => $a) { hash($a, $d); }") == both


def test_what_a_later_assignment_replaces_is_not_reported() -> None:
    """On one path only the last value holds."""
    assert found("$a = 'md5'; $a = 'sha256'; hash($a, $d);") == {(1, "SHA-256")}


def test_a_variable_of_another_function_says_nothing() -> None:
    """PHP's functions do not see the variables around them, unless they are declared global or captured."""
    assert found("$a = 'md5'; function f($d) { return hash($a, $d); }") == set()
    assert found("$a = 'md5'; function f($d) { global $a; return hash($a, $d); }") == {(1, "MD5")}
    assert found("$a = 'md5'; $f = function ($d) use ($a) { return hash($a, $d); };") == {(1, "MD5")}
    assert found("$a = 'md5'; $f = fn($d) => hash($a, $d);") == {(1, "MD5")}


def test_a_parameter_is_what_the_callers_pass() -> None:
    """Wrappers report what is handed to them, by position, by name and by default."""
    wrapper = "function digest($data, $algo = 'sha1') {\nreturn hash($algo, $data); }\n"
    assert (2, "SHA-1") in found(wrapper)
    assert (2, "SHA-384") in found(wrapper + "digest($d, 'sha384');")
    assert (2, "SHA-512") in found(wrapper + "digest(algo: 'sha512', data: $d);")
    maker = "class A { function __construct($cipher) { $this->c = $cipher; }\n"
    maker += "function f($d) { return openssl_encrypt($d, $this->c, 1); } }\nnew A('aes-192-ctr');"
    assert found(maker) == {(2, "AES-192-CTR")}


def test_arrays_filled_step_by_step() -> None:
    """Options written into an array one after the other, merged and nested, are one set of options."""
    code = "$o = []; $o['private_key_bits'] = 3072; $o['private_key_type'] = OPENSSL_KEYTYPE_RSA;\n"
    code += "openssl_pkey_new($o);"
    assert (2, "RSA-3072") in found(code)
    merged = "$o = array_merge(['private_key_bits' => 1024], ['private_key_bits' => 4096]);\nopenssl_pkey_new($o);"
    assert found(merged) == {(2, "RSA-4096")}
    assert found("openssl_pkey_new(['private_key_bits' => 4096] + ['private_key_bits' => 1024]);") == {
        (1, "RSA-4096")
    }


def test_a_size_not_read_stays_unknown_and_a_default_is_not_guessed() -> None:
    """Options out of sight give no key type and no size, and the gap is said."""
    unread = results("openssl_pkey_new($options);")
    assert [type(result) for result in unread] == [Diagnostic]
    assert found("openssl_pkey_new(['private_key_bits' => $bits]);") == {(1, "RSA")}
    assert found("use Firebase\\JWT\\JWT; JWT::encode(...$arguments);") == set()
    partly = results("$o = $given; $o['digest_alg'] = 'sha1'; openssl_pkey_new($o);")
    assert not any(isinstance(result, Finding) for result in partly)


def test_text_whose_end_is_not_known() -> None:
    """The beginning of a string can say enough; a name cut short says what is read of it."""
    assert found("crypt($p, '$6$' . $salt);") == {(1, "SHA-crypt-512")}
    assert found('fsockopen("ssl://$host", 443);') == {(1, "TLS")}
    assert found("openssl_encrypt($d, 'aes-256-' . $mode, $k);") == {(1, "AES-256")}
    assert found("openssl_encrypt($d, 'des-' . $mode, $k);") == set()


def test_objects_and_factories() -> None:
    """A method sees the object that a factory of the file made, through fields and fluent calls."""
    code = "use phpseclib3\\Crypt\\{AES, RSA}; class A { private AES $c;\n"
    code += "function make() { return new AES('gcm'); }\n"
    code += "function __construct() { $this->c = $this->make(); $this->c->setKeyLength(256); } }"
    assert (2, "AES-256-GCM") in found(code)
    fluent = "RSA::createKey(3072)\n->withPadding(RSA::SIGNATURE_PSS)->withHash('sha512')\n->sign($d);"
    assert (4, "RSA-PSS-SHA-512-3072") in found("use phpseclib3\\Crypt\\RSA;\n" + fluent)


def test_random_octets_are_no_key_that_signs() -> None:
    """What a symmetric key was made by is not what a signature is made with."""
    code = "class A { function f($n) { $this->key = random_bytes($n); }\n"
    code += "function g($d, $k) { openssl_sign($d, $s, $this->key, OPENSSL_ALGO_SHA256); } }"
    assert found(code) == {(1, "CSPRNG"), (2, "SHA-256")}


def test_a_flag_tells_a_digest_from_a_tag() -> None:
    """hash_init makes an HMAC only with its flag."""
    assert found("hash_init('sha1');") == {(1, "SHA-1")}
    assert (1, "HMAC-SHA-1") in found("hash_init('sha1', HASH_HMAC, $k);")


@pytest.mark.parametrize(
    "code",
    [
        "// md5($x)",
        "echo 'md5($x)'; echo \"hash('md5', x)\";",
        "$md5 = $sha1; $a['md5']; $o->md5;",
        "if ($a === OPENSSL_ALGO_SHA1) { } switch ($a) { case OPENSSL_ALGO_MD5: break; }",
        "in_array(PASSWORD_BCRYPT, $known); defined('CURL_SSLVERSION_TLSv1');",
        "use function md5; use const PASSWORD_BCRYPT;",
        "hash('crc32b', $d); crc32($d);",
        "hash_equals($a, $b); hash_algos(); openssl_error_string();",
    ],
)
def test_what_only_names_an_algorithm_is_no_use(code: str) -> None:
    """Comments, strings, comparisons, checks, imports and checksums are never findings."""
    assert found(code) == set()


def test_only_the_lines_of_code_in_a_page_count() -> None:
    """Text around the code of a template is not code."""
    page = b"<p>md5($x)</p>\n<?php if ($a): ?>\n<b><?= md5($x) ?></b>\n<?php endif; ?>"
    file = SourceFile("page.phtml", page, "php")
    assert [r.location.line for r in php.DETECTOR.detect(file) if isinstance(r, Finding)] == [3]


def test_a_constant_of_another_file_of_the_target(tmp_path: Path) -> None:
    """A class constant is read from the file that PSR-4 puts it in, and the finding says so."""
    (tmp_path / "src" / "Config").mkdir(parents=True)
    (tmp_path / "src" / "Config" / "Crypto.php").write_text(
        "<?php\nnamespace App\\Config;\nfinal class Crypto {\n    const CIPHER = 'aes-256-gcm';\n}\n"
    )
    (tmp_path / "src" / "Box.php").write_text(
        "<?php\nnamespace App;\nuse App\\Config\\Crypto;\nopenssl_encrypt($d, Crypto::CIPHER, $k);\n"
    )
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in report.findings}
    assert ("src/Box.php", 4, "AES-256-GCM") in named


def test_a_constant_of_the_class_that_another_file_extends(tmp_path: Path) -> None:
    """``self::NAME`` is looked for in the parent, too."""
    (tmp_path / "Base.php").write_text("<?php\nnamespace App;\nabstract class Base { const NAME = 'sha384'; }\n")
    (tmp_path / "Child.php").write_text(
        "<?php\nnamespace App;\nclass Child extends Base {\n function f($d) { return hash(self::NAME, $d); }\n}\n"
    )
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.path, f.location.line, algorithms.name(f.asset)) for f in report.findings}
    assert named == {("Child.php", 4, "SHA-384")}


def test_names_of_functions_are_found_as_they_are_written() -> None:
    """PHP ignores the case of function names; a wrapper of several words keeps its words."""
    code = "class A { function f($d) {\n return $this->hashOf($d);\n}\nfunction HashOf($d) { return MD5($d); } }\n"
    assert found(code) == {(4, "MD5")}
    assert found(code.replace("HashOf", "hashOf")) == {(2, "MD5"), (4, "MD5")}
    assert found("function signedText($d) { return hash_hmac('sha512', $d, 'k'); }\n$x = signedText(1);") == {
        (1, "HMAC-SHA-512"),
        (2, "HMAC-SHA-512"),
    }


def test_a_property_of_another_files_object_is_what_this_file_writes_into_it() -> None:
    """A field of a table goes through the property of an object that only its type names."""
    code = """class Auth {
    const KNOWN = ['a' => ['hash' => 'md5'], 'b' => ['hash' => 'sha256']];
    static function make($n) { $c = new Challenge(); $c->kind = ['name' => $n] + self::KNOWN[$n]; return $c; }
    static function of(Challenge $c, $d) { return hash($c->kind['hash'], $d); }
    static function other(Reply $r, $d) { return hash($r->kind['hash'], $d); }
}"""
    assert found(code) == {(4, "MD5"), (4, "SHA-256")}


@given(st.text(alphabet="<?php$x=(){}[];,.'\"->:\\ \nhashmd5newAfunctionclass", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Broken syntax ends in findings or in nothing."""
    results(text)
