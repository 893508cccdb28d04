"""Detector: OpenSSH's ``moduli``: the finite-field groups that a server picks from for a group exchange.

Source: moduli(5). Seven fields a line; sshd takes only safe primes (type 2), and the modulus tells its size, which
the size field gives one bit short. One finding a size says how many groups there are, and with which generators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"moduli(?:[._-].*)?|.*[._-]moduli", re.IGNORECASE)
_GROUP = re.compile(
    r"^(?P<time>\d{8,14}) (?P<type>\d) (?P<tests>\d{1,3}) (?P<trials>\d{1,6}) (?P<size>\d{3,5}) "
    r"(?P<generator>[0-9A-Fa-f]{1,8}) (?P<modulus>[0-9A-Fa-f]{128,8192})[ \t\r]*$",
    re.MULTILINE | re.ASCII,
)
_SAFE_PRIME = "2"
_COMPOSITE = 0x01
"""The bit of the tests field that says the modulus is no prime."""
_MOST_GROUPS = 20_000


@dataclass(slots=True)
class _Size:
    first: Word
    count: int = 0
    generators: set[int] = field(default_factory=set)


def _wants(file: SourceFile) -> bool:
    return _NAMES.fullmatch(file.name) is not None and file.language in ("", "other-text")


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    document = Document.of(file)
    setting = Setting(document, "ssh-moduli/group", "moduli")
    sizes: dict[int, _Size] = {}
    for count, match in enumerate(_GROUP.finditer(document.text)):
        if count == _MOST_GROUPS:
            message = f"groups after the first {_MOST_GROUPS:,} were not read"
            yield Diagnostic(file.path, Skip.TOO_LARGE, message, document.line(match.start()), "ssh-moduli/group")
            break
        if match["type"] == _SAFE_PRIME and not int(match["tests"]) & _COMPOSITE:
            bits = int(match["modulus"], 16).bit_length()
            size = sizes.setdefault(bits, _Size(Word(match["modulus"], match.start("modulus"))))
            size.count += 1
            size.generators.add(int(match["generator"], 16))
    for bits, size in sorted(sizes.items()):
        generators = ", ".join(map(str, sorted(size.generators)[:8]))
        yield setting.finding(
            size.first,
            Asset.of(Kind.ALGORITHM, "FFDH", size=bits),
            reason="safe primes of this size for the group exchange of SSH",
            details=(("groups", str(size.count)), ("generators", generators)),
        )


DETECTOR = Detector("ssh-moduli", frozenset, _wants, _detect)
