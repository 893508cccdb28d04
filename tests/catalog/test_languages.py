import pytest

from pqc_migrate.catalog import languages
from pqc_migrate.catalog.languages import OTHER_BINARY, OTHER_TEXT
from pqc_migrate.detectors import grammars


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.py", b"", "python"),
        ("A.JAVA", b"", "java"),
        ("x.hpp", b"", "cpp"),
        ("archive.tar.gz", b"", "archive"),
        ("pom.xml", b"", "maven"),
        ("other.xml", b"", "xml"),
        ("requirements-dev.txt", b"", "pip"),
        ("notes.txt", b"", "prose"),
        ("my.cnf", b"", "mysql"),
        ("req.cnf", b"", "openssl-cnf"),
        ("nginx.conf.j2", b"", "nginx"),
        ("sshd_config.bak", b"", "openssh"),
        (".env", b"", "environment"),
        ("tool", b"#!/usr/bin/env -S python3.12 -u\n", "python"),
        ("tool", b"#! /bin/bash -e\nx", "shell"),
        ("tool", b"#!/usr/bin/env LANG=C node\n", "javascript"),
        ("tool", b"#!/opt/unheard-of\n", OTHER_TEXT),
        ("tool", b"\x7fELF\0", "elf"),
        ("libcrypto.so.3", b"\x7fELF\x02\x01\x01", "elf"),
        ("tool.exe", b"MZ" + bytes(58) + b"\x80\0\0\0", "pe"),
        ("notes.txt", b"MZ is a Czech ministry" + b" " * 60, "prose"),
        ("tool", b"\xcf\xfa\xed\xfe\x07\0\0\x01", "mach-o"),
        ("tool", b"\xca\xfe\xba\xbe\0\0\0\x02", "mach-o"),
        ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x41", "java-class"),
        ("classes.dex", b"dex\n035\0", "dex"),
        ("lib.so", b"not one", "program"),
        ("tool", b"\0\1\2", OTHER_BINARY),
        ("plain", b"text", OTHER_TEXT),
        ("", b"", OTHER_TEXT),
        (".in", b"", OTHER_TEXT),
    ],
)
def test_language_of_a_file(name: str, head: bytes, expected: str) -> None:
    """Whole names win over suffixes, template suffixes are looked through, then the first line decides."""
    assert languages.of(name, head) == expected


def test_languages_with_a_grammar_are_the_supported_ones() -> None:
    """The coverage statement calls a language supported exactly when a parser is there; components hold scripts."""
    code = {entry.name for entry in languages.languages() if entry.kind == "code" and entry.supported} - {
        "sql",
        "vue",
        "svelte",
    }
    other_names = {"bash": "shell", "objc": "objective-c", "tsx": "typescript"}
    assert code == {other_names.get(name, name) for name in grammars.LANGUAGES}


def test_code_without_a_parser_is_named_and_unsupported() -> None:
    """A bank's COBOL is named with its bytes, not lost among unknown files."""
    assert languages.of("PAYMENT.CBL", b"") == "cobol"
    assert not languages.language("cobol").supported
