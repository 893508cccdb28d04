"""Detector: key stores of Java and Bouncy Castle."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import java_stores
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Place, is_key_file
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile


def _anchors() -> frozenset[bytes]:
    return frozenset()


def _wants(file: SourceFile) -> bool:
    return file.data[:4] in java_stores.MAGIC or java_stores.is_bouncy(file.data)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("java-keystore", file.path, 1, 0)
    form = java_stores.MAGIC.get(file.data[:4], "BKS")
    found = False
    try:
        for item in java_stores.store(file.data, named=is_key_file(file)):
            found = True
            yield place.finding(item)
    except Malformed as error:
        if found or is_key_file(file) or form != "BKS":
            yield place.diagnostic(error, f"{form} key store")


DETECTOR = Detector("java-keystore", _anchors, _wants, _detect)
