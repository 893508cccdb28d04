"""What replaces a classical public-key algorithm, by use; with sizes from the standards' tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.catalog.sources import source
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset
from pqc_migrate.model.plan import Spec
from pqc_migrate.model.plan_codes import Axis, MappingNote, SpecStatus, Trust, Use

_REQUIRED = {"id", "use", "axis", "targets", "interim", "specs", "notes", "trust", "source"}
_OPTIONAL = {"sm", "ngcc", "waits", "products"}


@dataclass(frozen=True, slots=True)
class Replacement:
    """One record of `replacements.toml`."""

    id: str
    use: Use
    axis: Axis
    sm: bool
    targets: tuple[str, ...]
    interim: tuple[str, ...]
    specs: tuple[Spec, ...]
    ngcc: str
    waits: bool
    """No deployable standard: prepare and wait, no date."""
    products: tuple[str, ...]
    """Products that do it today."""
    notes: tuple[MappingNote, ...]
    trust: Trust
    source: str

    def interim_for(self, asset: Asset) -> tuple[str, ...]:
        """Return the interim hybrids, the one that holds this classical algorithm first."""
        return tuple(sorted(self.interim, key=lambda name: not _holds(name, asset)))


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one algorithm's objects; None where it has no such object."""

    public_key: int | None
    ciphertext: int | None
    signature: int | None
    source: str


def choose(use: Use, axis: Axis, sm: bool) -> tuple[Replacement, ...]:
    """Return the records for one use: one to compute with, then an unverified pointer where there is one.

    `axis` is confidentiality or signature. A use without a sourced record takes the generic one; an SM
    algorithm takes only SM records.
    """
    table = replacements()
    generic = table[(Use.UNSPECIFIED, axis, sm)]
    own = table.get((use, axis, sm))
    if own is None or own is generic:
        return (generic,)
    return (generic, own) if own.trust is Trust.UNVERIFIED else (own,)


@cache
def replacements() -> Mapping[tuple[Use, Axis, bool], Replacement]:
    """Return every record by (use, axis, sm)."""
    loaded: dict[tuple[Use, Axis, bool], Replacement] = {}
    for raw in toml.read(toml.root() / "replacements.toml")["replacement"]:
        record = _replacement(raw)
        key = (record.use, record.axis, record.sm)
        if key in loaded:
            raise CatalogError(f"replacements.toml: {record.id!r} repeats {loaded[key].id!r}")
        loaded[key] = record
    return loaded


def size(algorithm: str) -> Size | None:
    """Return the sizes of an algorithm by its display name; a hybrid is the sum of its parts."""
    known = _sizes().get(algorithm)
    if known is not None:
        return known
    return _hybrid_size(algorithm)


def classical_size(asset: Asset, axis: Axis) -> tuple[str, Size | None]:
    """Return the name and sizes of a classical algorithm on one axis; None when curve or length was not read."""
    if asset.family in ("X25519", "X448", "Ed25519", "Ed448"):
        return asset.family, size(asset.family)
    if asset.family in ("SM2", "SM9") and axis is Axis.SIGNATURE:
        return asset.family, size(asset.family)
    record = algorithms.families().get(asset.family)
    curve = (record.curve if record else "") or asset.get("curve")
    if record is not None and record.base == "EC":
        name = f"{'ECDSA' if axis is Axis.SIGNATURE else 'ECDH'}-{curve}" if curve else algorithms.name(asset)
        return name, size(name)
    return algorithms.name(asset), _modulus_size(asset)


def _replacement(raw: Mapping[str, Any]) -> Replacement:
    where = f"replacements.toml: {raw.get('id', '?')!r}"
    toml.check_keys(where, raw, _REQUIRED, _OPTIONAL)
    source(raw["source"])
    try:
        return Replacement(
            id=raw["id"],
            use=Use(raw["use"]),
            axis=Axis(raw["axis"]),
            sm=raw.get("sm", False),
            targets=tuple(raw["targets"]),
            interim=tuple(raw["interim"]),
            specs=tuple(_spec(where, spec) for spec in raw["specs"]),
            ngcc=raw.get("ngcc", ""),
            waits=raw.get("waits", False),
            products=tuple(raw.get("products", ())),
            notes=tuple(MappingNote(note) for note in raw["notes"]),
            trust=Trust(raw["trust"]),
            source=raw["source"],
        )
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error


def _spec(where: str, raw: Mapping[str, Any]) -> Spec:
    toml.check_keys(f"{where}: specs", raw, {"document", "status"}, {"date", "unverified"})
    return Spec(raw["document"], SpecStatus(raw["status"]), raw.get("date", ""), raw.get("unverified", False))


def _holds(hybrid: str, asset: Asset) -> bool:
    record = algorithms.families().get(hybrid)
    curve = asset.get("curve")
    return record is not None and any(
        part.get("curve") == curve if part.get("curve") else part.family == asset.family
        for part in record.components
    )


@cache
def _sizes() -> Mapping[str, Size]:
    loaded: dict[str, Size] = {}
    for raw in toml.read(toml.root() / "sizes.toml")["size"]:
        where = f"sizes.toml: {raw.get('source', '?')!r}"
        toml.check_keys(where, raw, {"algorithms", "columns", "source"}, set())
        for name, values in raw["algorithms"].items():
            by_column = dict(zip(raw["columns"], values, strict=True))
            loaded[name] = Size(
                by_column.get("public_key"), by_column.get("ciphertext"), by_column.get("signature"), raw["source"]
            )
    return loaded


def _hybrid_size(name: str) -> Size | None:
    record = algorithms.families().get(name)
    if record is None or record.primitive != "combiner" or not record.components:
        return None
    parts = [part for part in record.components if algorithms.primitive(part) in ("kem", "key-agree")]
    sizes = [_sizes().get(algorithms.name(part)) for part in parts]
    shares = [(part.public_key, part.ciphertext) for part in sizes if part is not None]
    if len(shares) != len(parts):
        return None
    public = sum(share or 0 for share, _ in shares)
    return Size(public, sum(share or 0 for _, share in shares), None, record.source)


def _modulus_size(asset: Asset) -> Size | None:
    # RSA and finite-field DH: every object has the length of the modulus.
    bits = asset.get("size") or ""
    record = algorithms.families().get(asset.family)
    if record is None or not bits.isdecimal() or record.base not in ("RSA", "FFDH"):
        return None
    octets = (int(bits) + 7) // 8
    if record.base == "FFDH":
        return Size(octets, octets, None, "RFC 7919 section 3")
    return Size(octets, octets, octets, "RFC 8017 section 4")
