"""What every manifest reader shares: text with places, a dependency, and how one becomes a finding.

Only packages that `catalog/packages.toml` lists are reported. A version is pinned when the manifest allows
exactly one; anything else is a constraint and stays out of the package URL. Addresses are never repeated, since
they may carry a password.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests import templates
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Location, Skip, Technique
from pqc_migrate.model.target import SourceFile

REFERENCE = "reference"
"""What is said in place of an address or a path."""
INSTALLED = "installed"
"""The scope of what lies there, ready to be used."""

_IN_TEMPLATE = 0.8
"""Confidence in an entry of a template, whose conditions are not read."""
_LONGEST_CONSTRAINT = 100
_BETWEEN_VERSIONS = re.compile(r"[\s,|()\[\]<>=~^!]+|(?<=\s)-(?=\s)")
_VERSION = re.compile(r"[vVrR]?\d[\w.+*!-]{0,60}|[xX*]|\$\{[\w.-]+\}|(?i:latest|release|next|and)")
"""What a version may look like: a word without a digit near its start could be anything, a password too."""
_DISTRIBUTION_VERSION = re.compile(r"[0-9][\w.+~:^-]{0,99}")
"""deb-version(7), rpm-version(7) and apk-package(5): read from a package manager's own database."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(ValueError):
    """The manifest is not in the notation its name promises; the message never quotes it."""


@dataclass(frozen=True)
class Text:
    """A manifest as characters, with the way back to lines and bytes."""

    path: str
    text: str
    bytewise: bool = True
    """False when characters had another encoding than UTF-8, so that byte offsets are not known."""
    neighbor: Callable[[str], SourceFile | None] | None = field(default=None, compare=False, repr=False)
    """As in `SourceFile`: read another file of the target by its path relative to this file's folder."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    def line(self, index: int) -> int:
        """Return the 1-based line of a character."""
        return bisect_right(self._starts, index)

    def start(self, line: int) -> int:
        """Return where a 1-based line begins."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    def offset(self, index: int) -> int | None:
        """Return the byte offset of a character, or None when it is not known."""
        if not self.bytewise:
            return None
        if self.text.isascii():
            return index
        row = self.line(index) - 1
        return self._byte_starts[row] + len(self.text[self._starts[row] : index].encode())

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(row) + 1 for row in self.text.split("\n"))][:-1]

    @cached_property
    def _byte_starts(self) -> list[int]:
        return [0, *accumulate(len(row.encode()) + 1 for row in self.text.split("\n"))][:-1]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of a manifest."""

    ecosystem: str
    name: str
    """As the ecosystem writes it; ``group:artifact`` for maven."""
    index: int
    """Where its name stands, in characters."""
    version: str = ""
    """The one version allowed; empty when there is a range or none."""
    constraint: str = ""
    """What the manifest says about versions, as written."""
    scope: str = ""
    """``dev``, ``test``, ``optional``, ``build``, ``peer``, ``indirect``, …; empty for what the product needs."""
    details: tuple[tuple[str, str], ...] = ()
    namespace: str = ""
    """What stands before the name in the package URL: the distribution of an operating system's package."""
    qualifiers: tuple[tuple[str, str], ...] = ()
    """Of the package URL: ``arch``, ``distro``, ``epoch``."""
    purl_version: str = ""
    """The version in the package URL where it is not the whole of `version` (rpm keeps the epoch apart)."""

    @property
    def installed(self) -> bool:
        """Whether this is what a package manager has put there, not what a project asks for."""
        return self.scope == INSTALLED


Entries = Iterator[Dependency | Diagnostic]


def detector(name: str, wants: Callable[[SourceFile], bool], read: Callable[[Text], Entries]) -> Detector:
    """Make a detector from a reader of one text notation and its templates; the reader may raise `Unreadable`."""

    def wanted(file: SourceFile) -> bool:
        return wants(file) or (bool(templates.expressions(file.name)) and wants(templates.target(file)))

    def detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
        try:
            text = decoded(file)
        except UnicodeDecodeError:
            yield Diagnostic(file.path, Skip.ENCODING, f"{name}: not UTF-8 and not UTF-16", rule=name)
        else:
            yield from (
                _filled_in(name, text, read)
                if templates.expressions(file.name)
                else _claims(name, text, lambda: read(text))
            )

    return Detector(name, frozenset, wanted, detect)


def _filled_in(name: str, text: Text, read: Callable[[Text], Entries]) -> Iterator[Finding | Diagnostic]:
    """Read a template; which of its entries stand in the file that is made of it, is decided elsewhere."""
    plain_text = replace(text, text=templates.without_tags(text.text, templates.expressions(text.name)))
    for claim in _claims(name, plain_text, lambda: read(plain_text)):
        if isinstance(claim, Diagnostic):
            yield claim
        elif templates.FILLED not in claim.asset.family:
            yield replace(claim, confidence=_IN_TEMPLATE, reason="an entry of a template of the manifest")


def binary(name: str, wants: Callable[[SourceFile], bool], read: Callable[[SourceFile], Entries]) -> Detector:
    """Make a detector from a reader of bytes; its entries stand at line 1, and `index` is a byte offset."""

    def detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
        yield from _claims(name, Text(file.path, ""), lambda: read(file))

    return Detector(name, frozenset, wants, detect)


def _claims(name: str, text: Text, read: Callable[[], Entries]) -> Iterator[Finding | Diagnostic]:
    try:
        for entry in read():
            if isinstance(entry, Diagnostic):
                yield entry
            else:
                yield from _findings(name, text, entry)
    except Unreadable as error:
        yield Diagnostic(text.path, Skip.MALFORMED, f"{name}: {error}", rule=name)


def named(*names: str) -> Callable[[SourceFile], bool]:
    """Return a test whether a file has one of these names."""
    wanted = frozenset(names)
    return lambda file: file.name in wanted


def decoded(file: SourceFile) -> Text:
    """Decode a manifest: UTF-8 with or without a mark, or UTF-16 with one; `UnicodeDecodeError` otherwise."""
    if file.data.startswith(_UTF_16):
        return Text(file.path, file.data.decode("utf-16"), False, file.neighbor)
    if file.data.startswith(b"\xef\xbb\xbf"):
        return Text(file.path, file.data.decode("utf-8-sig"), False, file.neighbor)
    return Text(file.path, file.data.decode("utf-8"), True, file.neighbor)


def stanzas(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph begins and ends: empty lines are between them."""
    start = 0
    while start < len(text):
        stop = text.find("\n\n", start)
        stop = len(text) if stop < 0 else stop
        yield start, stop
        start = stop + 1
        while text.startswith("\n", start):
            start += 1


def beside(text: Text, name: str) -> Text | None:
    """Return another file of the same folder, or None when it is not there or not text."""
    file = text.neighbor(name) if text.neighbor is not None else None
    try:
        return decoded(file) if file is not None else None
    except UnicodeDecodeError:
        return None


def plain(constraint: str) -> str:
    """Return a version constraint, or `REFERENCE` for an address, a path or anything else that is none."""
    constraint = constraint.strip()
    words = [word for word in _BETWEEN_VERSIONS.split(constraint) if word]
    known = len(constraint) <= _LONGEST_CONSTRAINT and all(_VERSION.fullmatch(word) for word in words)
    return constraint if known else REFERENCE


def reach(direct: bool) -> tuple[tuple[str, str], ...]:
    """Return the detail that says whether a project asks for a package itself, or something it asks for does."""
    return (("dependency", "direct" if direct else "transitive"),)


def _printable(entry: Dependency) -> bool:
    if entry.ecosystem in packages.DISTRIBUTIONS:
        return _DISTRIBUTION_VERSION.fullmatch(entry.version) is not None
    return plain(entry.version) == entry.version


def _findings(rule: str, text: Text, entry: Dependency) -> Iterable[Finding]:
    if packages.lookup(entry.ecosystem, entry.name) is None:
        return
    name = packages.normalized(entry.ecosystem, entry.name)
    constraint = plain(entry.constraint)
    pinned = entry.version if _printable(entry) else ""
    written = "" if constraint == REFERENCE else constraint
    in_purl = entry.purl_version if pinned and entry.purl_version else pinned
    yield Finding(
        rule=f"{rule}/dependency",
        asset=Asset.of(
            Kind.LIBRARY,
            name,
            name=name,
            purl=packages.purl(entry.ecosystem, entry.name, in_purl or None, entry.namespace, entry.qualifiers),
            version=pinned or written or None,
        ),
        location=Location(text.path, text.line(entry.index), text.offset(entry.index), name),
        technique=Technique.MANIFEST,
        confidence=1.0,
        reason="the package manager has it installed" if entry.installed else "an entry of the manifest",
        details=(
            *((("scope", entry.scope),) if entry.scope else ()),
            *((("constraint", constraint),) if constraint else ()),
            *entry.details,
        ),
    )
