"""Detector: hashed passwords in settings: users of cloud-init and Ansible, labels of Compose, values of charts.

Only a whole hash counts, as long as its scheme makes it (crypt(5); Argon2's reference encoding); neither hash nor
name is repeated. Compose doubles every ``$``.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"$1$", b"$2a$", b"$2b$", b"$2y$", b"$5$", b"$6$", b"$y$", b"$apr1$", b"$argon2"})
_LANGUAGES = frozenset({"yaml", "json", "toml", "ini", "properties", "environment", "terraform"})
_ROUNDS = r"(?:rounds=\d{4,9}\$)?"
_SCHEMES = (
    r"(?:1|apr1)\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}",
    r"2[aby]\$\d\d\$[./0-9A-Za-z]{53}",
    rf"5\${_ROUNDS}[./0-9A-Za-z]{{1,16}}\$[./0-9A-Za-z]{{43}}",
    rf"6\${_ROUNDS}[./0-9A-Za-z]{{1,16}}\$[./0-9A-Za-z]{{86}}",
    r"y\$[./0-9A-Za-z]{3,40}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43}",
    r"argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,128}\$[A-Za-z0-9+/]{16,128}",
)
_SINGLE = re.compile(rf"(?<![\w$./])\$(?:{'|'.join(_SCHEMES)})(?![\w./$])", re.ASCII)
_DOUBLED = re.compile(_SINGLE.pattern.replace(r"\$", r"\$\$"), re.ASCII)
_KIND = re.compile(r"\${1,2}(\w+)")
_ARGON2 = re.compile(r"argon2(id|i|d)")


def _wants(file: SourceFile) -> bool:
    return file.language in _LANGUAGES and any(hit.anchor in _ANCHORS for hit in file.hits)


def _detect(file: SourceFile) -> Found:
    text = file.data.decode("latin-1")
    document = Document.of(file, own_substitution=True)
    setting = Setting(document, "password-hashes/hash", "password")
    for pattern in (_SINGLE, _DOUBLED):
        for match in pattern.finditer(text):
            asset = _asset(match[0])
            if asset is not None and not _in_comment(text, match.start()):
                yield setting.finding(
                    Word("", match.start()), asset, functions=("digest",), reason="the whole hash of a password"
                )


def _in_comment(text: str, offset: int) -> bool:
    return text[text.rfind("\n", 0, offset) + 1 : offset].lstrip().startswith(("#", "//", ";"))


def _asset(text: str) -> Asset | None:
    match = _KIND.match(text)
    kind = match[1] if match is not None else ""
    if argon2 := _ARGON2.fullmatch(kind):
        return Asset.of(Kind.ALGORITHM, "Argon2", variant=argon2[1])
    return names.lookup("crypt", "$1$" if kind == "apr1" else f"${kind}$")


DETECTOR = Detector("password-hashes", lambda: _ANCHORS, _wants, _detect, parses=False)
