"""How labels would say a finding: `certificate:RSA-2048`, `library:openssl`, `links:libssl.so.3`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.spelling import spelled
from pqc_migrate.model.inventory import Finding, Kind

_CONTAINERS = {
    "PKCS#12": "PKCS12", "JKS": "JKS", "JCEKS": "JKS", "JWK": "JWK", "PKCS#10": "CSR", "CMS SignedData": "PKCS7",
}  # fmt: skip
_MATERIAL = (
    "certificate", "private-key", "public-key", "secret-key", "CSR", "CRL", "PKCS12", "PKCS7", "JKS", "PGP", "JWK",
)  # fmt: skip
_HOLDERS = frozenset({"PKCS12", "PKCS7", "JKS", "PGP"})
"""Containers have one label; what lies in them may be reported and need not."""
_PERMUTATIONS = {"Keccak": "SHA-3"}
"""Round constants say no more than that a program has Keccak-p, of which SHA-3 is made (FIPS 202, 3.4)."""
_SEPARATORS = re.compile(r"[-_.]+")


def forms(finding: Finding, folder: str) -> frozenset[str]:
    """Return every way in which labels may say a finding; nothing for what labels do not speak of."""
    asset = finding.asset
    if asset.kind is Kind.LIBRARY:
        return _library(finding) if folder in ("manifests", "binaries") else frozenset()
    if asset.kind not in (Kind.CERTIFICATE, Kind.KEY):
        name = algorithms.name(asset)
        return frozenset({f"TLS-suite:{name}", name} if asset.get("suite") else {name, *_carriers(finding)})
    if asset.kind is Kind.CERTIFICATE and not asset.get("fingerprint"):
        return frozenset({algorithms.name(asset)})  # a setting that names a certificate
    if finding.rule.endswith("certificate-key"):
        return frozenset()  # part of the certificate's label
    return frozenset(f"{kind}:{key}" for kind in _kinds(finding) for key in _keys(finding))


def _carriers(finding: Finding) -> set[str]:
    """Return the list or message that an algorithm was read of: a label has no more of it than its kind and key."""
    if finding.rule.endswith("/revocation-list"):
        return {"CRL"}
    if finding.rule.endswith("/key-transport") and dict(finding.details).get("format") == "OpenPGP":
        return {f"PGP:{name}" for name in (algorithms.name(finding.asset), _base(algorithms.name(finding.asset)))}
    if finding.rule == "dns-zone/dkim":
        return {f"public-key:{algorithms.name(finding.asset)}"}
    return set()


def _library(finding: Finding) -> frozenset[str]:
    details = dict(finding.details)
    if files := details.get("files", ""):
        return frozenset(f"links:{file.strip()}" for file in files.split(","))
    names = {finding.asset.get("name") or "", finding.location.symbol}
    purl = (finding.asset.get("purl") or "").partition("@")[0].removeprefix("pkg:").partition("/")[2]
    names |= {purl, purl.replace("/", ":"), purl.rpartition("/")[2]}
    return frozenset(f"library:{name}" for name in names if name)


def _kinds(finding: Finding) -> set[str]:
    details, asset = dict(finding.details), finding.asset
    kinds = {asset.get("type") or "", _CONTAINERS.get(details.get("format", ""), "")}
    if "pgp" in finding.rule or "PGP" in details.get("format", ""):
        kinds.add("PGP")
    if asset.kind is Kind.CERTIFICATE:
        kinds.add("certificate")
    return kinds - {""}


def _keys(finding: Finding) -> set[str]:
    """Return the key that a certificate or key is of, as labels spell it.

    An encrypted private key has the label ``?``, whether or not its public half stands beside it in the clear.
    """
    for relation, asset in finding.related:
        if finding.asset.kind is Kind.CERTIFICATE and relation == "public-key":
            return {algorithms.name(asset)}
    name = algorithms.name(finding.asset) if finding.asset.family else "?"
    closed = finding.asset.get("type") == "private-key" and dict(finding.details).get("encrypted") == "yes"
    return {name, "?"} if closed else {name}


def is_material(asset: str) -> bool:
    """Whether a label is of a key, a certificate or a container of them."""
    return asset.partition(":")[0] in _MATERIAL


def covers_contents(assets: Iterable[str]) -> bool:
    """Whether one of the labels of a line is of a container, whose contents may be reported too."""
    return any(asset.partition(":")[0] in _HOLDERS for asset in assets)


def same(label: str, names: Iterable[str]) -> bool:
    """Whether one of the names says exactly what a label says."""
    return any(_plain(label) == _plain(name) for name in names)


def alike(label: str, names: Iterable[str]) -> bool:
    """Whether one of the names is of the label's family (and, for material, of its kind)."""
    return any(_family(label) == _family(name) for name in names)


def _plain(text: str) -> str:
    kind, _, name = text.partition(":")
    return f"{kind}:{_SEPARATORS.sub('-', name.lower())}" if kind in ("library", "links") else text


def _family(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind in ("library", "links"):
        return _plain(text)
    if kind in _MATERIAL or kind == "TLS-suite":
        return f"{kind}:{_base(name)}"
    return _base(text)


def _base(name: str) -> str:
    """Return what a name is at the level of the family: RSA for every RSA scheme, EC for every curve."""
    asset = spelled(name)
    base = algorithms.family(asset.family).base if asset is not None else name
    return _PERMUTATIONS.get(base, base)
