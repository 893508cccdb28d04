"""Where an artefact goes: stdout, or a file that appears whole."""

from __future__ import annotations

import sys
from pathlib import Path


def emit(data: bytes, output: str) -> None:
    """Write an artefact to a file, or to stdout for ``-``."""
    from pqc_migrate.output import write_atomic

    if output != "-":
        write_atomic(Path(output), data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
