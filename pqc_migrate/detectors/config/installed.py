"""Which version of a program is installed beside its configuration, when the target is a whole system's tree.

Sources: Debian Policy section 5 and dpkg's ``status`` file, dpkg-query(1); ``lib/apk/db/installed`` of Alpine
(apk-installed(5)). RPM's database is a binary of its own and not read here.
"""

from __future__ import annotations

import re

from pqc_migrate.model.target import SourceFile

_SYSTEM_FOLDERS = frozenset({"etc", "usr", "var", "root", "home"})
_UPSTREAM = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")


def version(file: SourceFile, *packages: str) -> str:
    """Return the upstream version (``9.2`` of ``1:9.2p1-2+deb12u3``) of the first package installed, or ``""``."""
    if file.neighbor is None or "!/" in file.path:
        return ""
    up = _way_up(file.path)
    if up is None:
        return ""
    for path, first, second in (
        ("var/lib/dpkg/status", rb"^Package: %s$", rb"^Version: (\S+)$"),
        ("lib/apk/db/installed", rb"^P:%s$", rb"^V:(\S+)$"),
    ):
        database = file.neighbor(up + path)
        if database is not None:
            return next((found for name in packages if (found := _find(database.data, name, first, second))), "")
    return ""


def _way_up(path: str) -> str | None:
    """Return the way from a file's folder to the root of the system that it belongs to (``../../``)."""
    folders = path.split("/")[:-1]
    for depth, folder in enumerate(folders):
        if folder in _SYSTEM_FOLDERS:
            return "../" * (len(folders) - depth)
    return None


def _find(data: bytes, package: str, name: bytes, version_line: bytes) -> str:
    start = re.search(name % re.escape(package.encode()), data, re.MULTILINE)
    if start is None:
        return ""
    end = data.find(b"\n\n", start.end())
    found = re.search(version_line, data[start.end() : end if end != -1 else len(data)], re.MULTILINE)
    upstream = _UPSTREAM.match(found[1].decode("ascii", "replace")) if found else None
    return upstream[1] if upstream else ""
