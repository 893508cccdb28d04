"""What the reading of one file gave."""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import Given, Offer


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file gave."""

    path: str = ""
    language: str = ""
    size: int = 0
    """Bytes read."""
    was_read: bool = False
    was_parsed: bool = False
    """A detector that parses wanted it."""
    archive: str = ""
    """Which kind of archive it is; what it holds is examined by itself."""
    findings: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    offers: tuple[Offer, ...] = ()
    given: tuple[Given, ...] = ()
