"""Count what was looked at while it happens; the coverage statement is the sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pqc_migrate.catalog import languages
from pqc_migrate.model.inventory import Coverage, Diagnostic, LanguageCoverage
from pqc_migrate.scan.examined import Examined


def coverage(skipped: Iterable[Diagnostic], examined: Iterable[Examined]) -> Coverage:
    """Sum up what the walk left out and what each file gave.

    A folder that was left out (its path ends in a slash) counts as no file: what lies in it was not seen. What is
    said of an archive as a whole is no file either: the archive was counted.
    """
    said = list(skipped)
    seen = sum(not diagnostic.path.endswith("/") for diagnostic in said)
    read = bytes_read = parsed = 0
    counts: dict[str, _Count] = {}
    archives: set[str] = set()
    for file in examined:
        seen += file.path not in archives
        said.extend(file.diagnostics)
        if file.archive:
            archives.add(file.path)
        if file.was_read:
            read += 1
            bytes_read += file.size
            parsed += file.was_parsed
            counts.setdefault(file.language, _Count()).add(file)
    return Coverage(
        seen,
        read,
        bytes_read,
        parsed,
        {name: count.of(name) for name, count in sorted(counts.items())},
        tuple(sorted(said)),
    )


@dataclass(slots=True)
class _Count:
    files: int = 0
    bytes: int = 0
    parsed: int = 0
    parsed_bytes: int = 0

    def add(self, file: Examined) -> None:
        self.files += 1
        self.bytes += file.size
        if file.was_parsed:
            self.parsed += 1
            self.parsed_bytes += file.size

    def of(self, language: str) -> LanguageCoverage:
        supported = languages.language(language).supported
        return LanguageCoverage(self.files, self.bytes, self.parsed, self.parsed_bytes, supported)
