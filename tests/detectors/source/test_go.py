"""Go: constants, fields and functions that are values, of the file and of the other files of its package."""

from __future__ import annotations

from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

HEAD = """package kit

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)
"""


def found(root: Path, name: str) -> set[tuple[int, str]]:
    """Return (line, asset) of everything found in one file of a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    return {(f.location.line, algorithms.name(f.asset)) for f in result.findings if f.location.path == name}


def uses(tmp_path: Path, code: str) -> set[tuple[int, str]]:
    """Return what a file with the usual imports uses, by its line after them."""
    (tmp_path / "kit.go").write_text(HEAD + code)
    offset = HEAD.count("\n")
    return {(line - offset, name) for line, name in found(tmp_path, "kit.go")}


def test_fields_hold_what_is_put_into_them_everywhere(tmp_path: Path) -> None:
    """A field that others cannot set is what literals and assignments of the file give it."""
    code = """type signer struct {
	digest func() hash.Hash
	key    *rsa.PrivateKey
	other  *rsa.PrivateKey
}
func newSigner() *signer {
	key, _ := rsa.GenerateKey(nil, 3072)
	s := &signer{digest: sha512.New}
	s.key = key
	return s
}
func (s *signer) sign(text []byte) {
	hmac.New(s.digest, text)
	rsa.EncryptPKCS1v15(nil, &s.key.PublicKey, text)
	rsa.DecryptPKCS1v15(nil, s.other, text)
}
"""
    assert uses(tmp_path, code) == {
        (7, "RSA-3072"),
        (8, "SHA-512"),
        (13, "HMAC-SHA-512"),
        (14, "RSA-PKCS1-1.5-3072"),
        (15, "RSA-PKCS1-1.5"),
    }


def test_exported_fields_are_open(tmp_path: Path) -> None:
    """What any importer may set stays unknown, whatever this file puts in."""
    code = """type Signer struct{ Digest func() hash.Hash }
var Default = &Signer{sha256.New}
func (s *Signer) Sign(text []byte) {
	hmac.New(s.Digest, text)
}
"""
    assert uses(tmp_path, code) == {(2, "SHA-256"), (4, "HMAC")}


def test_functions_are_values(tmp_path: Path) -> None:
    """A function literal or a parameter stands for the hash it makes."""
    code = """func tag(make func() hash.Hash, text []byte) {
	hmac.New(make, text)
}
func run(text []byte) {
	tag(sha512.New384, text)
	hmac.New(func() hash.Hash { return sha256.New() }, text)
}
"""
    assert uses(tmp_path, code) == {(2, "HMAC-SHA-384"), (5, "SHA-384"), (6, "HMAC-SHA-256"), (6, "SHA-256")}


def test_maps_are_looked_up_by_the_text_of_a_constant(tmp_path: Path) -> None:
    """A table from names to hashes gives the one that is asked for; by a name that is not read it gives none."""
    code = """const strong = "strong"
var hashes = map[string]func() hash.Hash{
	strong: sha512.New,
	"weak": sha256.New,
}
func run(name string, text []byte) {
	hmac.New(hashes["strong"], text)
	hmac.New(hashes[name], text)
}
"""
    assert uses(tmp_path, code) == {
        (3, "SHA-512"),
        (4, "SHA-256"),
        (7, "HMAC-SHA-512"),
        (8, "HMAC"),
    }


def test_a_method_of_the_file_is_no_function_of_a_package(tmp_path: Path) -> None:
    """``pkg.Cipher(…)`` is not the method of that name which this file happens to have."""
    code = """type box struct{}
func (b *box) Cipher() []byte { return make([]byte, 32) }
func run() {
	aes.NewCipher(other.Cipher())
	aes.NewCipher(json.Cipher())
}
"""
    code = code.replace("json.", "remote.")
    (tmp_path / "kit.go").write_text(HEAD.replace('"hash"', '"example.com/remote"') + code)
    offset = HEAD.count("\n")
    assert {(line - offset, name) for line, name in found(tmp_path, "kit.go")} == {(4, "AES-256"), (5, "AES")}


def test_methods_go_by_the_type_they_belong_to(tmp_path: Path) -> None:
    """Of two methods of one name the object's own is meant, and an embedded struct's fields are the outer one's."""
    code = """type base struct{ bits int }
type one struct{ base }
type two struct{ base }
func (o one) size() int { return 2048 }
func (t two) size() int { return 4096 }
func run(o one, t two) {
	rsa.GenerateKey(nil, o.size())
	rsa.GenerateKey(nil, t.size())
}
func (b *base) set() { b.bits = 3072 }
func (t two) make() {
	rsa.GenerateKey(nil, t.bits)
}
"""
    assert uses(tmp_path, code) == {(7, "RSA-2048"), (8, "RSA-4096"), (12, "RSA-3072")}


def test_defaults_of_the_command_line(tmp_path: Path) -> None:
    """What an option is when nobody sets it counts, less sure than what is written."""
    (tmp_path / "kit.go").write_text(
        'package kit\n\nimport (\n\t"crypto/rsa"\n\t"flag"\n)\n\n'
        'var bits = flag.Int("bits", 2048, "key size")\n\n'
        "func run() {\n\trsa.GenerateKey(nil, *bits)\n}\n"
    )
    [one] = scan([str(tmp_path)], ScanOptions(jobs=1)).findings
    assert (algorithms.name(one.asset), one.confidence) == ("RSA-2048", 0.81)
    assert [(p.how, p.line) for p in one.provenance] == [("default argument", 8)]


SIBLING = """package kit

const keyLength = 2048
const (
	algoOne   = "ecdh-sha2-nistp256"
	AlgoTwo   = Name("rsa-sha2-512")
	suite     = "TLS_AES_128_GCM_SHA256"
	separator = "a-long-word"
)
var newHash = sha512.New
type holder struct {
	aead cipher.AEAD
	made func() hash.Hash
}
var one = &holder{made: sha256.New}
"""
USER = """package kit

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha512"
)

var offered = []string{algoOne, AlgoTwo, separator}
var forbidden = map[string]bool{algoOne: true}

func run(h *holder, algorithm string) {
	rsa.GenerateKey(nil, keyLength)
	hmac.New(newHash, key)
	hmac.New(h.made, key)
	if algorithm == AlgoTwo || use(suite) {
		return
	}
}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    head = 'import (\n\t"crypto/cipher"\n\t"crypto/sha256"\n\t"crypto/sha512"\n\t"hash"\n)\n'
    (tmp_path / "constants.go").write_text(SIBLING.replace("package kit\n", f"package kit\n{head}"))
    (tmp_path / "user.go").write_text(USER)
    return tmp_path


EXPECTED = {
    (9, "ECDH-P-256"),
    (9, "RSA-PKCS1-1.5-SHA-512"),
    (13, "RSA-2048"),
    (14, "HMAC-SHA-512"),
    (15, "HMAC-SHA-256"),
}


def test_names_of_other_files_of_the_package(package: Path) -> None:
    """Numbers, functions, fields and protocol names of a sibling count; what a table forbids does not."""
    assert found(package, "user.go") == EXPECTED
    result = scan([str(package)], ScanOptions(jobs=1))
    places = {(p.path, p.line) for f in result.findings for p in f.provenance if p.parameter == "size"}
    assert places == {("constants.go", 9)}


def test_tests_and_other_folders_are_no_siblings(package: Path) -> None:
    """What only a test file or another folder declares is out of sight."""
    (package / "constants.go").rename(package / "constants_test.go")
    (package / "inner").mkdir()
    (package / "inner" / "constants.go").write_text((package / "constants_test.go").read_text())
    assert found(package, "user.go") == {(13, "RSA"), (14, "HMAC"), (15, "HMAC")}


def test_packages_of_the_same_module(tmp_path: Path) -> None:
    """An import of the module, or of its vendor folder, is followed by go.mod."""
    (tmp_path / "go.mod").write_text("module example.com/app/v2\n\ngo 1.24\n")
    for folder, text in {"internal/alg": "RS256", "vendor/example.org/names": "PS384"}.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "alg.go").write_text(f'package alg\n\nconst Signing = "{text}"\nconst Bits = 3072\n')
    (tmp_path / "cmd").mkdir()
    (tmp_path / "cmd" / "main.go").write_text(
        """package main

import (
	"crypto/rsa"
	"example.com/app/v2/internal/alg"
	"example.org/names"
)

var header = Header{Algorithm: alg.Signing, Other: names.Signing}

func main() {
	rsa.GenerateKey(nil, alg.Bits)
}
"""
    )
    assert found(tmp_path, "cmd/main.go") == {
        (9, "RSA-PKCS1-1.5-SHA-256"),
        (9, "RSA-PSS-SHA-384"),
        (12, "RSA-3072"),
    }


def test_internal_packages_without_go_mod(tmp_path: Path) -> None:
    """A package below ``internal`` belongs to the files around it, also where the module begins out of sight."""
    (tmp_path / "internal" / "alg").mkdir(parents=True)
    (tmp_path / "internal" / "alg" / "alg.go").write_text("package alg\n\nconst Bits = 4096\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "bits.go").write_text("package other\n\nconst Bits = 1024\n")
    imports = '"crypto/rsa"\n\t"example.com/app/internal/alg"\n\t"example.com/app/other"'
    body = "func main() {\n\trsa.GenerateKey(nil, alg.Bits)\n\trsa.GenerateKey(nil, other.Bits)\n}\n"
    (tmp_path / "cmd").mkdir()
    (tmp_path / "cmd" / "main.go").write_text(f"package main\n\nimport (\n\t{imports}\n)\n\n{body}")
    assert found(tmp_path, "cmd/main.go") == {(10, "RSA-4096"), (11, "RSA")}


def test_jose_names_in_tables(tmp_path: Path) -> None:
    """A JOSE name in a literal is offered; in a comparison, a case or a message it is not."""
    code = """type method struct { Name string }
var methods = []method{{"ES384"}, {Name: "HS256"}}
func run(name string) string {
	switch name {
	case "RS256":
		return "PS256"
	}
	log("RS512")
	return name
}
"""
    assert uses(tmp_path, code) == {(2, "ECDSA-P-384-SHA-384"), (2, "HMAC-SHA-256")}


def test_settings_and_pointers(tmp_path: Path) -> None:
    """A field that a request is given counts like one in its literal, through a pointer helper, too."""
    code = """package kms

import (
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	kms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/kms/v20190118"
)

func run() {
	request := kms.NewCreateKeyRequest()
	request.KeyUsage = common.StringPtr("ASYMMETRIC_SIGN_VERIFY_SM2")
	other.KeyUsage = common.StringPtr("ASYMMETRIC_SIGN_VERIFY_SM2")
}
"""
    (tmp_path / "kms.go").write_text(code)
    assert found(tmp_path, "kms.go") == {(10, "SM2")}


def test_packages_that_refer_to_each_other_end(tmp_path: Path) -> None:
    """Two files that define a value by each other give none, and take no longer for it."""
    head = 'package kit\n\nimport "crypto/rsa"\n\n'
    (tmp_path / "a.go").write_text(f"{head}const first = second\n\nfunc a() {{ rsa.GenerateKey(nil, first) }}\n")
    (tmp_path / "b.go").write_text(f"{head}const second = first\n\nfunc b() {{ rsa.GenerateKey(nil, second) }}\n")
    assert found(tmp_path, "a.go") == {(7, "RSA")}
    assert found(tmp_path, "b.go") == {(7, "RSA")}


def test_what_is_only_forbidden_or_compared_is_no_use(tmp_path: Path) -> None:
    """A table of forbidden suites offers none; a bound that is compared with sets none."""
    (tmp_path / "kit.go").write_text(
        """package kit

import "crypto/tls"

var forbiddenSuites = map[uint16]struct{}{
	tls.TLS_RSA_WITH_AES_128_CBC_SHA: {},
}
var blocked = []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA}
var suites = []uint16{
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
}

func set(c *tls.Config) {
	if c.MaxVersion >= tls.VersionTLS12 || c.MinVersion < tls.VersionTLS11 {
		c.MinVersion = tls.VersionTLS13
	}
}
"""
    )
    assert {line for line, _ in found(tmp_path, "kit.go")} == {10, 15}
