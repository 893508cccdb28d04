"""Detector: packages that apk has installed (``lib/apk/db/installed``).

One letter and a value a line, an empty line after each package (apk-package(5)): ``P`` name, ``V`` version, ``A``
architecture, ``o`` the source package ("origin").
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector
from pqc_migrate.detectors.manifests.os_release import distribution
from pqc_migrate.model.target import SourceFile

_PATH = re.compile(r"(?:.*?/)??((?:usr/)?lib/apk/db/)installed")
_NAME = re.compile(r"^P:([A-Za-z0-9][\w.+-]*)[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"^([VAo]):([^\n]*)$", re.MULTILINE)


def _wants(file: SourceFile) -> bool:
    return file.name == "installed" and _PATH.fullmatch(file.path) is not None


def _read(text: Text) -> Entries:
    found = _PATH.fullmatch(text.path)
    where = distribution(text.neighbor, "../" * found[1].count("/") if found else "")
    for match in _NAME.finditer(text.text):
        if packages.lookup("apk", match[1]) is None:
            continue
        start = text.text.rfind("\n\n", 0, match.start()) + 1
        stop = text.text.find("\n\n", match.end())
        fields = dict(_FIELD.findall(text.text, start, stop if stop >= 0 else len(text.text)))
        origin = fields.get("o", "").strip()
        yield Dependency(
            "apk", match[1], match.start(1), fields.get("V", "").strip(), scope=INSTALLED,
            namespace=where.namespace,
            details=(("source-package", origin),) if origin and origin != match[1] else (),
            qualifiers=(("arch", fields.get("A", "").strip()), ("distro", where.distro)),
        )  # fmt: skip


APK = detector("apk", _wants, _read)
