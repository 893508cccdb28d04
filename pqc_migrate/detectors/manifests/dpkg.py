"""Detector: packages that dpkg has installed (``var/lib/dpkg/status``, and ``status.d`` of images without dpkg).

A stanza is one package (deb-control(5)); one whose third status word is not ``installed`` has left only its
configuration, or is not unpacked yet (dpkg(1)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector
from pqc_migrate.detectors.manifests.os_release import Distribution, distribution
from pqc_migrate.model.target import SourceFile

_PATH = re.compile(r"(?:.*/)?var/lib/dpkg/(?:status|status\.d/[^/]+)")
_PACKAGE = re.compile(r"^Package:[ \t]*([a-z0-9][a-z0-9+.-]*)[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r"^(Version|Status|Architecture|Source|Provides):[ \t]*([^\n]*)$", re.MULTILINE)
_PRESENT = frozenset({"installed", "triggers-awaited", "triggers-pending"})


def _wants(file: SourceFile) -> bool:
    return _PATH.fullmatch(file.path) is not None and not file.name.endswith(".md5sums")


def _read(text: Text) -> Entries:
    alone = not text.path.endswith("/status")
    where: Distribution | None = None
    for match in _PACKAGE.finditer(text.text):
        if packages.lookup("deb", match[1]) is None:
            continue
        fields = dict(_FIELD.findall(text.text, *_stanza(text.text, match)))
        status = fields.get("Status", "").split()
        if (status[2:] and status[2] not in _PRESENT) or not (status or alone):
            continue
        where = where or distribution(text.neighbor, "../../../../" if alone else "../../../")
        yield _installed(match, fields, where)


def _stanza(text: str, match: re.Match[str]) -> tuple[int, int]:
    start = text.rfind("\n\n", 0, match.start())
    stop = text.find("\n\n", match.end())
    return start + 1 if start >= 0 else 0, stop if stop >= 0 else len(text)


def _installed(match: re.Match[str], fields: dict[str, str], where: Distribution) -> Dependency:
    version = fields.get("Version", "").strip()
    return Dependency(
        "deb", match[1], match.start(1), version, scope=INSTALLED, namespace=where.namespace,
        details=tuple(_details(fields)),
        qualifiers=(("arch", fields.get("Architecture", "").strip()), ("distro", where.distro)),
    )  # fmt: skip


def _details(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    source = fields.get("Source", "").split(" ")[0]
    if source:
        yield "source-package", source


DPKG = detector("dpkg", _wants, _read)
