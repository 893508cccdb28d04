"""Verify which certificate of a file was issued by which other one of it.

Only a signature that verifies makes a link here; `cryptography` verifies it. The link completes the signature's
algorithm by the size or curve of the issuer's key, which a certificate itself does not tell.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

from pqc_migrate.detectors.material import certificates
from pqc_migrate.detectors.material.item import Item, Place
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind

MOST_VERIFIED = 2_000
"""Signatures verified in one file, some tenths of a second; beyond that certificates stay unlinked."""
_MOST_ISSUERS = 4

Claim = tuple[Place, Item] | Diagnostic


@dataclass(slots=True)
class _Known:
    """The certificates of a file by their subject's name."""

    by_subject: dict[str, list[Item]] = field(default_factory=dict)
    verified: int = 0
    loaded: dict[bytes, x509.Certificate | None] = field(default_factory=dict)

    def load(self, item: Item) -> x509.Certificate | None:
        if item.encoded not in self.loaded:
            try:
                self.loaded[item.encoded] = x509.load_der_x509_certificate(item.encoded)
            except (ValueError, TypeError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion):
                self.loaded[item.encoded] = None
        return self.loaded[item.encoded]


def findings(claims: Iterable[Claim]) -> Iterator[Finding | Diagnostic]:
    """Return the claims of one file as findings, certificates with what the other certificates of it tell."""
    given = list(claims)
    known = _Known()
    for claim in given:
        if not isinstance(claim, Diagnostic) and claim[1].encoded:
            subject = dict(claim[1].details).get("subject", "")
            same = known.by_subject.setdefault(subject, [])
            if len(same) < _MOST_ISSUERS and all(claim[1].encoded != item.encoded for item in same):
                same.append(claim[1])
    for claim in given:
        if isinstance(claim, Diagnostic):
            yield claim
        else:
            yield claim[0].finding(_linked(claim[1], known))


def _linked(item: Item, known: _Known) -> Item:
    details = dict(item.details)
    if not item.encoded or details.get("self-signed") != "no":
        return item
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for issuer in known.by_subject.get(details.get("issuer", ""), ()):
            if issuer.encoded != item.encoded and _issued(item, issuer, known):
                return _by(item, issuer)
    return item


def _issued(item: Item, issuer: Item, known: _Known) -> bool:
    known.verified += 1
    if known.verified > MOST_VERIFIED:
        return False
    own, other = known.load(item), known.load(issuer)
    if own is None or other is None:
        return False
    try:
        own.verify_directly_issued_by(other)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return False
    return True


def _by(item: Item, issuer: Item) -> Item:
    key = dict(issuer.related).get("public-key")
    related = item.related
    if key is not None:
        parameters = {name: value for name, value in key.parameters if name not in ("type", "fingerprint")}
        holder = Key(Asset.of(Kind.ALGORITHM, key.family, **parameters))
        related = tuple(
            (relation, certificates.completed(asset, holder) if relation == "signature-algorithm" else asset)
            for relation, asset in item.related
        )
    fingerprint = issuer.asset.get("fingerprint") or ""
    found = (("issuer-fingerprint", fingerprint), ("issuer-match", "signature"))
    return replace(item, related=related, details=(*item.details, *found))
