"""What was decoded, before it has a place in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Location, Provenance, Skip, Technique
from pqc_migrate.model.target import SourceFile

Details = tuple[tuple[str, str], ...]
Related = tuple[tuple[str, Asset], ...]

_DECODED = frozenset({"size", "curve", "group", "digest", "variant", "mode", "cipher", "prf"})


class Unsupported(Malformed):
    """Recognized, and not read: a container that needs a password or a format of a later version."""


@dataclass(frozen=True, slots=True)
class Item:
    """One key, certificate, request, revocation list or parameter set."""

    what: str
    """Second half of the rule id: ``certificate``, ``private-key``, …"""
    asset: Asset
    related: Related = ()
    details: Details = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block of bytes begins, and under which detector and name it was found."""

    detector: str
    path: str
    line: int
    offset: int
    symbol: str = ""

    def finding(self, item: Item) -> Finding:
        """Claim an item at this place."""
        return Finding(
            rule=f"{self.detector}/{item.what}",
            asset=item.asset,
            location=Location(self.path, self.line, self.offset, self.symbol),
            technique=Technique.PARSER,
            confidence=1.0,
            reason="decoded from its bytes",
            provenance=tuple(Provenance(key, "decoded") for key, _ in item.asset.parameters if key in _DECODED),
            related=item.related,
            details=item.details,
        )

    def diagnostic(self, error: Malformed, what: str) -> Diagnostic:
        """Say why the bytes at this place gave nothing."""
        skip = Skip.UNSUPPORTED if isinstance(error, Unsupported) else Skip.MALFORMED
        return Diagnostic(self.path, skip, f"{what}: {error}", self.line, self.detector)


def condensed(claims: Iterable[Finding | Diagnostic]) -> Iterator[Finding | Diagnostic]:
    """Pass findings on, and say the same trouble of one file once, with a count."""
    troubles: dict[str, list[Diagnostic]] = {}
    for claim in claims:
        if isinstance(claim, Diagnostic):
            troubles.setdefault(claim.message, []).append(claim)
        else:
            yield claim
    for first, *others in troubles.values():
        more = f" (and {len(others):,} more of this file)" if others else ""
        yield replace(first, message=first.message + more)


_KEY_FILES = frozenset({"key-material", "pkcs7", "keystore", "openpgp"})


def is_key_file(file: SourceFile) -> bool:
    """Return whether the name promises a key or certificate, so that one that cannot be read is worth saying."""
    return file.language in _KEY_FILES
