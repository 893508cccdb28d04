"""What a caller may choose about how a result is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """Choices that do not change what a scan found."""

    spec_version: str = "1.6"
    """CycloneDX version: 1.6 or 1.7."""
    width: int = 100
    """Columns of the terminal, for the table."""
    color: bool = False
    """ANSI colors in the table; the caller knows whether it writes to a terminal."""
    timestamp: datetime | None = None
    """Written into the CBOM only when given: output is byte-stable without it."""
