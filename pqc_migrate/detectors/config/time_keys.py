"""Detector: symmetric keys of NTP (``chrony.keys``, ``ntp.keys``): what authenticates the packets.

Sources: chrony.conf(5) 4.3, keyfile (a type, MD5 where none is given); ntp.keys(5). One finding a type counts
the keys.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"(?P<chrony>chrony\.keys)(?:\..*)?|ntp\.keys(?:\..*)?")
_KEY = re.compile(r"\d{1,10}[ \t]+(?:(?P<type>[A-Za-z0-9-]+)[ \t]+)?\S+")
_CMAC = re.compile(r"AES-?(128|256)(?:-?CMAC)?|AES", re.IGNORECASE)


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "time-keys") and _NAMES.fullmatch(file.name) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    setting = Setting(document, "time-keys/type", "keyfile")
    chrony = bool((match := _NAMES.fullmatch(file.name)) and match["chrony"])
    found: dict[str, list[Word]] = {}
    for line in lines.physical(document, comments="#!;%"):
        line = lines.without_comment(line)
        if key := _KEY.fullmatch(line.text.strip()):
            kind = key["type"] or ("MD5" if chrony else "")
            start = line.text.find(line.text.strip()) + (key.start("type") if key["type"] else 0)
            found.setdefault(kind.upper(), []).append(line.part(start, ""))
    for kind, words in found.items():
        asset = _meaning(kind)
        if asset is None:
            yield setting.unresolved(words[0], "not a known type of key")
        else:
            yield setting.finding(words[0], asset, functions=("tag",), details=(("keys", str(len(words))),))


def _meaning(kind: str) -> Asset | None:
    if match := _CMAC.fullmatch(kind):
        return Asset.of(Kind.ALGORITHM, "CMAC", cipher=f"AES-{match[1] or 128}")
    return names.lookup("digests", kind)


DETECTOR = Detector("time-keys", frozenset, _wants, _detect)
