"""Detector: packages that rpm has installed, from its database in any of its three forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests import rpm_header, rpm_stores
from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Unreadable, binary
from pqc_migrate.detectors.manifests.os_release import Distribution, distribution
from pqc_migrate.detectors.manifests.rpm_header import Header
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile

_PATH = re.compile(r"(?:.*/)?((?:var|usr)/lib/(?:sysimage/)?rpm/)(rpmdb\.sqlite|Packages\.db|Packages)")
_STORES: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "rpmdb.sqlite": rpm_stores.sqlite,
    "Packages.db": rpm_stores.ndb,
    "Packages": rpm_stores.berkeley,
}


def _wants(file: SourceFile) -> bool:
    return file.name in _STORES and _PATH.fullmatch(file.path) is not None


def _read(file: SourceFile) -> Entries:
    if not file.data:
        return
    found = _PATH.fullmatch(file.path)
    where = distribution(file.neighbor, "../" * found[1].count("/") if found else "")
    read = 0
    for blob in _STORES[file.name](file.data):
        header = rpm_header.parse(blob)
        read += header is not None
        if header is not None and packages.lookup("rpm", header.name) is not None:
            yield _installed(header, where)
    if not read:
        raise Unreadable("no header of a package in it")
    log = file.neighbor("rpmdb.sqlite-wal") if file.neighbor and file.name == "rpmdb.sqlite" else None
    if log is not None and log.data:
        message = "rpm: the last changes stand in the database's write-ahead log, which is not read"
        yield Diagnostic(file.path, Skip.UNSUPPORTED, message, rule="rpm")


def _installed(header: Header, where: Distribution) -> Dependency:
    version = f"{header.version}-{header.release}" if header.release else header.version
    full = f"{header.epoch}:{version}" if header.epoch else version
    epoch = "" if header.epoch is None else str(header.epoch)
    return Dependency(
        "rpm", header.name, 0, full, scope=INSTALLED, namespace=where.namespace, purl_version=version,
        details=(("source-package", header.source),) if header.source else (),
        qualifiers=(("arch", header.arch), ("distro", where.distro), ("epoch", epoch)),
    )  # fmt: skip


RPM = binary("rpm", _wants, _read)
