"""Pathological files cost bounded work: what doubles in size must not quadruple in time."""

from __future__ import annotations

import time

import pytest

from pqc_migrate.detectors.source import c, go, java, javascript, lua, perl, php, powershell, python, ruby, sql
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile

DETECTORS = {
    "python": python.DETECTOR,
    "javascript": javascript.DETECTOR,
    "go": go.DETECTOR,
    "c": c.DETECTOR,
    "java": java.DETECTOR,
    "lua": lua.DETECTOR,
    "perl": perl.DETECTOR,
    "php": php.DETECTOR,
    "powershell": powershell.DETECTOR,
    "ruby": ruby.DETECTOR,
    "sql": sql.DETECTOR,
}


def brackets(depth: int) -> str:
    return "import hashlib\nx = " + "[" * depth + "hashlib.md5()" + "]" * depth + "\n"


def one_line(count: int) -> str:
    return "const crypto = require('crypto');" + "f(a, b); crypto.createHash('md5');" * count


def circular(count: int) -> str:
    return "import hashlib\n" + "a = b\nb = a\nh = hashlib.new(a)\n" * count


def strings(count: int) -> str:
    return "import hashlib\nt = [" + ",".join(f'"s{i}"' for i in range(count)) + "]\nhashlib.md5()\n"


def generators(count: int) -> str:
    body = 'g.initialize(1024); KeyPair k = g.generateKeyPair(); Signature s = Signature.getInstance("DSA");\n'
    body += "s.initSign(k.getPrivate());\n"
    first = 'KeyPairGenerator g = KeyPairGenerator.getInstance("DSA");'
    return "import java.security.*;\nclass A { void f() { " + first + body * count + "} }\n"


def setters(count: int) -> str:
    return "void f(void) {" + "psa_set_key_bits(&a, 256); psa_set_key_type(&a, PSA_KEY_TYPE_AES);" * count + "}"


def handed_on(count: int) -> str:
    bodies = (f"function f{i}($a) {{ f{(i + 1) % count}($a); return hash($a, 1); }}\n" for i in range(count))
    return "<?php " + "".join(bodies) + "f0('md5');"


def handed_on_in_ruby(count: int) -> str:
    bodies = (f"def f{i}(a)\nf{(i + 1) % count}(a)\nOpenSSL::Digest.new(a)\nend\n" for i in range(count))
    return "".join(bodies) + "f0('md5')"


def handed_on_in_lua(count: int) -> str:
    last = "return require('sha2').md5(a)\nend\n"
    bodies = (f"function f{i}(a)\nf{(i + 1) % count}(a)\n{last}" for i in range(count))
    return "".join(bodies) + "f0('md5')"


def handed_on_in_perl(count: int) -> str:
    bodies = (f"sub f{i} {{ my %a = @_; f{(i + 1) % count}(%a); Digest->new($a{{x}}) }}\n" for i in range(count))
    return "".join(bodies) + "f0(x => 'md5');"


SQL_SCRIPTS = (
    lambda n: "SELECT md5(" + "(" * 5_000 * n,
    lambda n: "SELECT md5(x); " + "'" * (5_000 * n + 1),
    lambda n: "SELECT md5(x) /* " + "/*" * 5_000 * n,
    lambda n: "SELECT md5(x) " + "$a$ $b$ " * 2_500 * n,
    lambda n: "SELECT " + "md5(" * 750 * n + "x" + ")" * 750 * n,
    lambda n: "INSERT INTO t VALUES (md5(x), 0x" + "ab" * 125_000 * n + ");",
    lambda n: "SET @a = @a;" * 1_250 * n + "SELECT HASHBYTES(@a, x)",
    lambda n: "a := a || a; " * 750 * n + "SELECT digest(x, a)",
)
POWERSHELL_SCRIPTS = (
    lambda n: "Get-FileHash x; " + "(" * 750 * n,
    lambda n: "Get-FileHash x; $a = '" + "x" * 125_000 * n,
    lambda n: "$a = $a + $a\n" * 500 * n + "Get-FileHash x -Algorithm $a",
    lambda n: "param(" * 500 * n + "Get-FileHash x",
    lambda n: "".join(
        f"function F{i} {{ param($a) F{(i + 1) % (50 * n)} $a; Get-FileHash x -Algorithm $a }}\n"
        for i in range(50 * n)
    ),
)
"""Unclosed quotes, deep nesting, long literals and circles, so many times as large as asked for."""


def seconds(code: str, language: str) -> float:
    file = SourceFile("f", code.encode(), language)
    started = time.process_time()
    list(DETECTORS[language].detect(file))
    return time.process_time() - started


@pytest.mark.parametrize(
    ("make", "size", "language"),
    [
        (brackets, 2000, "python"),
        (one_line, 1500, "javascript"),
        (circular, 300, "python"),
        (strings, 20000, "python"),
        (setters, 300, "c"),
        (generators, 60, "java"),
        (handed_on, 300, "php"),
        (handed_on_in_ruby, 300, "ruby"),
        (handed_on_in_lua, 300, "lua"),
        (handed_on_in_perl, 300, "perl"),
        *((made, 1, "sql") for made in SQL_SCRIPTS),
        *((made, 1, "powershell") for made in POWERSHELL_SCRIPTS),
    ],
)
def test_twice_the_size_costs_about_twice_the_time(make, size: int, language: str) -> None:
    """Four times the size may cost eight times the time at most: bounded, not quadratic."""
    seconds(make(size), language)  # grammar and catalog are loaded here
    small = min(seconds(make(size), language) for _ in range(3))
    large = min(seconds(make(size * 4), language) for _ in range(2))
    assert large < 8 * small + 0.2


@pytest.mark.parametrize("language", DETECTORS)
def test_deep_nesting_and_broken_syntax_never_raise(language: str) -> None:
    """A file that no compiler takes still ends in findings or in nothing."""
    for code in (
        "(" * 5000,
        "}" * 5000,
        "\x00\xff" * 100,
        "import hashlib\nhashlib.md5((((",
        "EVP_md5(",
        "a.b." * 5000,
    ):
        results = DETECTORS[language].detect(SourceFile("f", code.encode("latin-1"), language))
        assert all(isinstance(result, Finding) or result.path == "f" for result in results)
