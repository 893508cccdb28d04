"""Every error this program raises on purpose, and the exit code each one ends in.

::

    PqcMigrateError            exit 3; the message says what and why, the hint what to do next
    ├── TargetError            cannot read what was asked for
    ├── CatalogError           a TOML record of ours or the user's: file, record, key
    ├── InventoryError         a CBOM or another artefact: malformed, newer version
    ├── RegisterError          the systems register: file, path, allowed values
    └── BenchmarkError         a measurement that cannot be made or trusted
        └── ProviderUnavailable  no liboqs, or one mechanism missing: skipped and said so

A bad file inside a target is a `Diagnostic`, not an exception.
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_GATE = 1
EXIT_USAGE = 2
EXIT_FAILED = 3
EXIT_INTERRUPTED = 130


class PqcMigrateError(Exception):
    """The job could not be done; `hint` is the next thing to try."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class TargetError(PqcMigrateError):
    """What was asked for cannot be read at all."""


class CatalogError(PqcMigrateError):
    """A catalog record is malformed; the message names file, record and key."""


class InventoryError(PqcMigrateError):
    """An artefact is malformed, or was written by a newer version."""


class RegisterError(PqcMigrateError):
    """The systems register is invalid; the message names file, path and allowed values."""


class BenchmarkError(PqcMigrateError):
    """A measurement cannot be made, or cannot be trusted."""


class ProviderUnavailable(BenchmarkError):
    """A library or one of its mechanisms is missing on this machine."""
