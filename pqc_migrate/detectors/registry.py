"""The detector contract and the one list of detectors.

A detector is one module that reads one language or notation. It ends in
``DETECTOR = Detector(name, anchors, wants, detect)``; its name in `DETECTORS` below is all the
registration there is. Detectors never import each other; what they share lies in the package's
own modules (`source.engine`, `config.blocks`) or in the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import Given, Offer, SourceFile

Claim = Finding | Diagnostic | Offer | Given
"""What a detector may say of a file; what files offer and decide for each other comes from source only."""


@dataclass(frozen=True, slots=True)
class Detector:
    """How one language or notation is recognized and read."""

    name: str
    """Kebab-case; the first half of its rule ids unless a library file gives one."""
    anchors: Callable[[], frozenset[bytes]]
    """Literals the gate must look for; exact bytes, case-sensitive. May be empty when the file name decides."""
    wants: Callable[[SourceFile], bool]
    """Cheap: path, language, the first bytes and the hits, nothing parsed."""
    detect: Callable[[SourceFile], Iterable[Claim]]
    """Findings with production role (the scan sets the file's role) and other claims; never raises on bad input."""
    parses: bool = True
    """False when the detector only reads names and bytes; its files do not count as parsed."""
