"""Detector: ``crypttab``: volumes that are mapped without a LUKS header, whose cipher stands in the table.

Source: crypttab(5) of cryptsetup 2.6: cipher, hash and size are options of plain volumes; in LUKS mode the
header of the volume decides and they are ignored.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import dm_crypt, names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"crypttab(?:[._-].*)?")
_FIELD = re.compile(r"\S+")
_OPTION = re.compile(r"[^,\s]+")


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "crypttab") and _NAMES.fullmatch(file.name) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "crypttab", "crypttab")
        return
    for line in lines.physical(document):
        fields = line.split(_FIELD)
        if len(fields) > 3:
            yield from _volume(document, fields[3].split(_OPTION))


def _volume(document: Document, options: list[Word]) -> Found:
    values = {}
    for option in options:
        name, sign, text = option.text.partition("=")
        values[name] = option.part(len(name) + len(sign), text)
    if "luks" in values or "cipher" not in values:
        return
    setting = Setting(document, "crypttab/cipher", "cipher")
    size = values["size"].text if "size" in values else ""
    cipher = values["cipher"]
    if asset := dm_crypt.cipher(cipher.text, int(size) if size.isascii() and size.isdigit() else None):
        yield setting.finding(cipher, asset)
    else:
        yield setting.unresolved(cipher, "not a known cipher")
    if "hash" in values and values["hash"].text != "plain":
        setting = Setting(document, "crypttab/hash", "hash")
        if digest := names.lookup("digests", values["hash"].text):
            yield setting.finding(values["hash"], digest, functions=("keyderive",))
        else:
            yield setting.unresolved(values["hash"], "not a known hash")


DETECTOR = Detector("crypttab", frozenset, _wants, _detect)
