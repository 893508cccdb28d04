"""Strategies for findings and inventories over the whole catalog."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.algorithms import Family
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Provenance,
    Role,
    Skip,
    Technique,
)

_VALUES = {
    "size": ["1024", "2048", "256", "128", "512/256", "9999999999999"],
    "curve": ["P-256", "sm2p256v1", "brainpoolP256r1", "Curve25519", "made-up"],
    "mode": ["GCM", "CBC", "XTS", "CFB8", "KW", "CMAC", "made-up"],
    "digest": ["SHA-256", "SHA-1", "SM3"],
    "padding": ["PKCS7", "OAEP", "made-up"],
    "group": ["ffdhe2048", "modp14"],
    "version": ["1.0", "1.3"],
    "suite": ["TLS_AES_128_GCM_SHA256", "ECC_SM4_GCM_SM3"],
}

texts = st.text(max_size=12).map(visible)
confidences = st.floats(0, 1)


@st.composite
def catalog_assets(draw: st.DrawFn) -> Asset:
    family = draw(st.sampled_from(list(algorithms.families().values())))
    known = {key: draw(st.none() | _values(family, key)) for key in _keys(family)}
    kind = family.kind
    if kind is Kind.ALGORITHM and draw(st.booleans()):
        kind = draw(st.sampled_from([Kind.ALGORITHM, Kind.KEY]))
    if kind is Kind.KEY:
        known["type"] = draw(st.sampled_from(["public-key", "private-key", "made-up"]))
        known["fingerprint"] = draw(st.none() | st.just("ab" * 32) | st.just("not hex"))
    return Asset.of(kind, family.id, **known)


def _keys(family: Family) -> set[str]:
    extra = {"padding"} if family.primitive in ("block-cipher", "pke") else set()
    return {*re.findall(r"\{(\w+)\}", family.name), *family.parameters, *extra}


def _values(family: Family, key: str) -> st.SearchStrategy[str]:
    levels = list(family.level) if isinstance(family.level, Mapping) and family.parameters[:1] == (key,) else []
    return st.sampled_from([*levels, *_VALUES.get(key, ["128s", "d", "SHA2_10_256"])])


libraries = st.builds(
    lambda name, purl, version: Asset.of(Kind.LIBRARY, name or "x", purl=purl, version=version),
    texts,
    st.none() | st.just("pkg:pypi/cryptography@50.0.0"),
    st.none() | st.sampled_from(["50.0.0", ">=1, <2", "^1.2"]),
)
certificates = st.builds(
    lambda name: Asset.of(Kind.CERTIFICATE, "X.509", name=name or "CN=x", fingerprint="cd" * 32), texts
)
unlisted = st.builds(
    lambda kind, name: Asset.of(kind, "unlisted", variant=name or "x"),
    st.sampled_from([Kind.ALGORITHM, Kind.PROTOCOL, Kind.KEY]),
    texts,
)
assets = st.one_of(catalog_assets(), catalog_assets(), libraries, certificates, unlisted)

locations = st.builds(
    Location,
    path=st.sampled_from(["src/a.py", "tests/b.py", "a.jar!/C.class"]) | texts,
    line=st.integers(0, 50),
    offset=st.none() | st.integers(0, 2**40),
    symbol=st.sampled_from(["", "hashlib.sha256"]) | texts,
)
functions = st.lists(st.sampled_from(["sign", "keygen", "made-up"]), max_size=2).map(tuple)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
dates = st.sampled_from(["2030-01-02T03:04:05Z", "2030-01-02", "never", "0001-01-01T00:00:00+14:00"])
relations = st.sampled_from(
    ["component", "signature-algorithm", "public-key", "issuer", "key-algorithm", "secured-by"]
)
provenances = st.lists(
    st.builds(Provenance, parameter=texts, how=texts, path=texts, line=st.integers(0, 99)), max_size=2
).map(tuple)
findings = st.builds(
    Finding,
    rule=st.sampled_from(["lib/call", "nginx/ssl-protocols"]) | texts,
    asset=assets,
    location=locations,
    technique=st.sampled_from(Technique),
    confidence=confidences,
    reason=texts,
    role=st.sampled_from(Role),
    functions=functions,
    provenance=provenances,
    related=st.lists(st.tuples(relations, assets), max_size=2).map(tuple),
    details=pairs | dates.map(lambda date: (("not-valid-after", date), ("subject", "CN=x"))),
)
languages = st.builds(
    LanguageCoverage,
    files=st.integers(0, 9),
    bytes=st.integers(0, 10**15),
    parsed=st.integers(0, 9),
    parsed_bytes=st.integers(0, 9),
    supported=st.booleans(),
)
diagnostics = st.builds(
    Diagnostic, path=texts, skip=st.sampled_from(Skip), message=texts, line=st.integers(0, 9), rule=texts
)
coverages = st.builds(
    Coverage,
    files_seen=st.integers(0, 10**12),
    files_read=st.integers(0, 9),
    bytes_read=st.integers(0, 9),
    files_parsed=st.integers(0, 9),
    by_language=st.dictionaries(texts, languages, max_size=3),
    skipped=st.lists(diagnostics, max_size=4).map(tuple),
)
finding_lists = st.lists(findings, max_size=6)


@st.composite
def _inventories(draw: st.DrawFn) -> Inventory:
    return merge(draw(finding_lists), draw(coverages), draw(texts))


@pytest.fixture(scope="session")
def any_findings() -> st.SearchStrategy[list[Finding]]:
    """Lists of findings of every kind, with equal places and equal assets among them."""
    return finding_lists


@pytest.fixture(scope="session")
def any_inventory() -> st.SearchStrategy[Inventory]:
    """Inventories as `merge` makes them, over every family of the catalog."""
    return _inventories()
