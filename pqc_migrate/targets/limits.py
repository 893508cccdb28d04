"""How much is read of what: safe defaults, each of them an option, each said when it is reached."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a scan reads; whoever reaches one gets a Diagnostic that names it."""

    file_bytes: int = 16 * MIB
    """A text file up to this size is read and parsed whole; of a larger one only the head."""
    binary_bytes: int = 128 * MIB
    """The same for programs and libraries, whose evidence lies anywhere, and for rpm's databases."""
    archive_depth: int = 5
    """Archives inside archives: a library inside a JAR inside a WAR inside a package inside an image."""
    archive_members: int = 250_000
    """Files of one archive, those of archives inside it counted."""
    archive_bytes: int = 8192 * MIB
    """Unpacked bytes of one archive or image."""
    archive_ratio: int = 200
    """Unpacked bytes for each packed one, above which a large archive counts as hostile."""
    nested_bytes: int = 256 * MIB
    """An archive inside an archive is unpacked in memory, up to this size."""
    file_seconds: float = 60.0
    """How long one file may take."""
