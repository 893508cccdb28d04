"""What a scan finds, and the inventory it merges into.

A `Finding` is one claim by one detector at one place. An `Inventory` merges findings of the same
`Asset` into one component with many occurrences, beside the coverage that says what was not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an asset is; the first four are CycloneDX ``assetType`` values."""

    ALGORITHM = "algorithm"
    PROTOCOL = "protocol"
    CERTIFICATE = "certificate"
    KEY = "related-crypto-material"
    LIBRARY = "library"


LASTING = frozenset({Kind.KEY, Kind.CERTIFICATE})
"""What stays dangerous or valid after its file is gone: in old commits, in hidden files of image layers."""

NEGOTIABLE = "negotiable"


class Role(StrEnum):
    """What the file around a finding is for."""

    PRODUCTION = "production"
    TEST = "test"
    EXAMPLE = "example"
    VENDORED = "vendored"
    IMPLEMENTATION = "implementation"
    HISTORICAL = "historical"
    """In old commits only, or in files of an image that a later layer hides."""


class Technique(StrEnum):
    """How a finding was made, most exact first."""

    PARSER = "parser"
    """The bytes of a key, certificate or archive were decoded."""
    AST = "ast"
    """A syntax tree node with a resolved name."""
    CONFIG = "config"
    """A directive of a parsed configuration file."""
    MANIFEST = "manifest"
    """An entry of a dependency manifest or lock file."""
    TEXT = "text"
    """A line of text only; the file could not be parsed."""


@dataclass(frozen=True, slots=True, order=True)
class Asset:
    """One distinct cryptographic thing; two findings with equal assets are the same component.

    `parameters` are sorted (name, value) pairs of strings from a closed vocabulary:

    * ``size`` key or digest length in bits, or a parameter set that stands in a name as a number
      (``768`` of ML-KEM-768); ``512/256`` for a truncated SHA-512
    * ``curve`` (``P-256``, ``brainpoolP256r1``, ``sm2p256v1``), ``group`` (``ffdhe2048``, ``modp14``)
    * ``mode`` (``GCM``), ``padding`` (``PKCS7``), ``digest`` (``SHA-256``), ``cipher`` (for CMAC), ``prf``
    * ``variant`` a named parameter set (``SHA2-128s`` of SLH-DSA-SHA2-128s)
    * protocols: ``version``, ``suite``
    * keys and certificates: ``type`` (CycloneDX relatedCryptoMaterial type), ``size``, ``curve``,
      ``fingerprint`` (SHA-256, hex: of the SubjectPublicKeyInfo for keys, of the DER for certificates)
    * libraries: ``purl``, ``version`` (as written, may be a range)

    A parameter that was not read is absent, never guessed. The display name is derived from these by
    `catalog.algorithms.name`, never stored.
    """

    kind: Kind
    family: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, kind: Kind, family: str, /, **parameters: str | int | None) -> Asset:
        """Build an asset from keyword parameters; None means not read and is left out."""
        known = sorted((k, str(v)) for k, v in parameters.items() if v is not None)
        return cls(kind, family, tuple(known))

    def get(self, name: str) -> str | None:
        """Return one parameter, or None when it was not read."""
        return dict(self.parameters).get(name)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place inside the target."""

    path: str
    """POSIX path relative to the target; never absolute. Inside an archive: ``a.jar!/b/C.class``."""
    line: int
    """1-based line of the callee's or value's name; 1 for binary material."""
    offset: int | None = None
    """Byte offset of that name in the file."""
    symbol: str = ""
    """Resolved API or directive name (``hashlib.sha256``, ``ssl_protocols``); never a literal of the code."""


@dataclass(frozen=True, slots=True, order=True)
class Provenance:
    """Where one parameter's value was read."""

    parameter: str
    how: str
    """``literal``, ``constant``, ``default argument``, ``object``, ``library default``, ``decoded`` or
    ``runtime``."""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim: this asset is used, configured or stored at this place."""

    rule: str
    """``<library-file>/<rule>`` or ``<detector>/<directive>``, kebab-case and permanent."""
    asset: Asset
    location: Location
    technique: Technique
    confidence: float
    """0 to 1."""
    reason: str
    """Why that confidence, in half a sentence."""
    role: Role = Role.PRODUCTION
    functions: tuple[str, ...] = ()
    """CycloneDX ``cryptoFunctions``: keygen, sign, verify, encrypt, decrypt, digest, tag, keyderive, …"""
    provenance: tuple[Provenance, ...] = ()
    related: tuple[tuple[str, Asset], ...] = ()
    """Assets this one is built from or refers to, by relation: ``component`` (parts of a suite or a hybrid),
    `NEGOTIABLE` (what the words of a cipher list let a protocol negotiate here), ``signature-algorithm``,
    ``public-key``, ``issuer``, ``key-algorithm``, ``secured-by`` (what encrypts a stored key)."""
    details: tuple[tuple[str, str], ...] = ()
    """Facts that do not make it another asset: ``iterations``, ``not-valid-after``, ``subject``, ``negotiates``."""


class Skip(StrEnum):
    """Why something was not, or not wholly, looked at."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    NOT_REGULAR = "not-regular"
    BROKEN_LINK = "broken-link"
    LINK_OUTSIDE = "link-not-followed"
    EXCLUDED = "excluded"
    UNSUPPORTED = "unsupported"
    ENCODING = "encoding"
    MALFORMED = "malformed"
    CRASHED = "detector-crashed"
    TIMED_OUT = "timed-out"
    LIMIT = "limit-reached"
    HOSTILE = "hostile-archive"
    UNRESOLVED = "unresolved-value"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One thing that was not looked at, or not understood, and why."""

    path: str
    skip: Skip
    message: str
    line: int = 0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """Files of one language or notation: how far each got."""

    files: int = 0
    bytes: int = 0
    parsed: int = 0
    """Files whose syntax was parsed (the others held no anchor, or there is no parser)."""
    parsed_bytes: int = 0
    supported: bool = True
    """False: this program has no detector for the language; its files were searched for names and keys only."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at, and what was not."""

    files_seen: int = 0
    files_read: int = 0
    bytes_read: int = 0
    files_parsed: int = 0
    by_language: Mapping[str, LanguageCoverage] = field(default_factory=dict)
    skipped: tuple[Diagnostic, ...] = ()

    def skipped_by_reason(self) -> dict[str, int]:
        """Count what was skipped, by reason, sorted."""
        counts: dict[str, int] = {}
        for diagnostic in self.skipped:
            counts[diagnostic.skip.value] = counts.get(diagnostic.skip.value, 0) + 1
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place an asset was found at, as the inventory keeps it."""

    location: Location
    rule: str
    technique: Technique
    confidence: float
    reason: str
    role: Role
    functions: tuple[str, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One distinct asset with everything known about where and how it is used."""

    ref: str
    """Content hash of the asset, stable between runs: the CycloneDX ``bom-ref``."""
    asset: Asset
    name: str
    occurrences: tuple[Occurrence, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    """(relation, ref) pairs of other components."""
    properties: tuple[tuple[str, str], ...] = ()
    """Facts read from a foreign CBOM that have no field here."""


TOOL = "pqc-migrate"
"""What an inventory of our own names as its tool."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every asset of one or more targets, and the coverage behind it."""

    components: tuple[Component, ...]
    coverage: Coverage = Coverage()
    target: str = ""
    """Display name of what was scanned: the target's own folder or file name."""
    tool: str = TOOL
    tool_version: str = ""
