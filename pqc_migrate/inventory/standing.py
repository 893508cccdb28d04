"""What the catalog's facts say about each component of an inventory: one value that every output prints.

Nothing is judged here. Policies and deadlines belong to the assessment; this only carries the standing of
a family to the certificates, protocols and suites that are made of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from pqc_migrate.catalog import algorithms, names, strengths
from pqc_migrate.catalog.algorithms import Classical, Family, Quantum
from pqc_migrate.model.inventory import Asset, Component, Inventory, Kind, Occurrence, Role

UNLISTED = "unlisted"
"""Family of what has only an identifier or another tool's name (the ``variant``), not in the catalog."""

DERIVED = "derived-from"
"""Detail of an occurrence that stands there only as a part of another component; the value is its ref."""

WITHIN = "within"
"""Detail of a derived occurrence; ``hybrid``: the other half of the hybrid protects it as well; ``cipher-list``:
the words of a list let it be negotiated there."""

PARTS = frozenset({"component", "signature-algorithm", "public-key", "key-algorithm"})
"""Relations whose target decides how a certificate, protocol or suite stands."""


class Concern(IntEnum):
    """How a component stands, most urgent first."""

    QUANTUM = 0
    """Broken by Shor's algorithm."""
    BROKEN = 1
    """Broken by today's computers."""
    WEAK = 2
    """Below today's strength, or deprecated."""
    UNKNOWN = 3
    """Named by another tool, not in the catalog."""
    DEPENDS = 4
    """A protocol, certificate or library whose parts or run-time configuration decide."""
    KEEP = 5
    """Symmetric, hash and the like: at most a quadratic quantum speed-up."""
    HYBRID = 6
    """Classical and post-quantum combined, or a part of such a hybrid."""
    RESISTANT = 7
    """Designed to resist quantum attack."""

    @property
    def label(self) -> str:
        """One word for tables, properties and filters."""
        return _LABELS[self]


_LABELS = {
    Concern.QUANTUM: "quantum-vulnerable",
    Concern.BROKEN: "broken-today",
    Concern.WEAK: "weak-today",
    Concern.UNKNOWN: "unknown",
    Concern.DEPENDS: "depends",
    Concern.KEEP: "symmetric",
    Concern.HYBRID: "hybrid",
    Concern.RESISTANT: "post-quantum",
}


ROLES = (Role.PRODUCTION, Role.VENDORED, Role.IMPLEMENTATION, Role.EXAMPLE, Role.TEST, Role.HISTORICAL)
"""The order in which outputs list roles: what runs first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one component stands against quantum and today's computers."""

    concern: Concern
    quantum: Quantum | None
    """None when the catalog does not know the asset."""
    classical: Classical
    classical_source: str = ""


def mapped(asset: Asset) -> bool:
    """Tell whether the catalog makes a claim about the asset."""
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE):
        return True
    return asset.family != UNLISTED and asset.family in algorithms.families()


def display_name(asset: Asset) -> str:
    """Return the catalog's display name; the bare family where the catalog has no record of it."""
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE) or asset.family in algorithms.families():
        return algorithms.name(asset)
    return asset.family


def unknown(asset: Asset) -> tuple[str, ...]:
    """Return the parameters that were not read; none for what the catalog does not know."""
    return algorithms.unknown(asset) if mapped(asset) else ()


def derived_from(occurrence: Occurrence) -> str | None:
    """Return the ref of the component this occurrence is only a part of, or None for a direct one."""
    return next((value for key, value in occurrence.details if key == DERIVED), None)


def standings(inventory: Inventory) -> dict[str, Standing]:
    """Return the standing of every component by ref; what is made of parts takes the worst part's."""
    result = {component.ref: _own(component.asset) for component in inventory.components}
    owners: dict[str, list[Component]] = {}
    for component in inventory.components:
        for relation, ref in component.related:
            if relation in PARTS and ref in result:
                owners.setdefault(ref, []).append(component)
    queue = deque(owners)
    while queue:
        part = queue.popleft()
        for owner in owners.get(part, ()):
            worse = _worse(owner.asset, result[owner.ref], result[part])
            if worse != result[owner.ref]:
                result[owner.ref] = worse
                queue.append(owner.ref)
    return result


def concern_at(standing: Standing, occurrence: Occurrence) -> Concern:
    """Return how a component stands at one place: the classical half of a hybrid is no exposure there."""
    return Concern.HYBRID if within_hybrid(occurrence) else standing.concern


def concern_of(component: Component, standing: Standing) -> Concern:
    """Return how a component stands at its worst place."""
    return min((concern_at(standing, o) for o in component.occurrences), default=standing.concern)


def within_hybrid(occurrence: Occurrence) -> bool:
    """Tell whether the occurrence is only a part of a hybrid."""
    return (WITHIN, "hybrid") in occurrence.details


def is_part(occurrence: Occurrence) -> bool:
    """Tell whether the occurrence is a part of a whole whose standing speaks for it.

    What a cipher list lets be negotiated at one place does not: TLS elsewhere stands as it did.
    """
    return derived_from(occurrence) is not None and (WITHIN, "cipher-list") not in occurrence.details


def places(occurrences: Iterable[Occurrence]) -> int:
    """Count distinct (path, line) places."""
    return len({(o.location.path, o.location.line) for o in occurrences})


def by_role(component: Component) -> dict[Role, tuple[Occurrence, ...]]:
    """Return a component's occurrences by role, in the order of `ROLES`; roles without one are left out."""
    split: dict[Role, list[Occurrence]] = {role: [] for role in ROLES}
    for occurrence in component.occurrences:
        split[occurrence.role].append(occurrence)
    return {role: tuple(found) for role, found in split.items() if found}


def _own(asset: Asset) -> Standing:
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE):
        return Standing(Concern.DEPENDS, Quantum.NONE, Classical.OK)
    if not mapped(asset):
        return Standing(Concern.UNKNOWN, None, Classical.OK)
    record = algorithms.family(asset.family)
    facts = ((record.classical, record.classical_source), *_parameter_facts(record, asset))
    classical, source = max(facts, key=lambda fact: _CLASSICAL_ORDER[fact[0]])
    return Standing(_concern(record.quantum, classical), record.quantum, classical, source)


def _parameter_facts(record: Family, asset: Asset) -> Iterator[tuple[Classical, str]]:
    """Yield what size, version, mode and digest say about today's strength, beside the family's own record."""
    weakness = strengths.weakness(asset)
    if weakness is not None:
        yield Classical.WEAK, f"{weakness.parameter} {asset.get(weakness.parameter)}: {weakness.source}"
    bits = strengths.strength(asset)
    if bits is not None and bits < _LEAST_STRENGTH:
        yield Classical.WEAK, "below 112 bits of strength: NIST SP 800-131A Rev. 2"
    digest = asset.get("digest")
    if digest is not None and record.primitive == "signature":
        # A signature is no better than its digest's collision resistance; a MAC or a KDF does not need it.
        named = names.lookup("digests", digest)
        if named is not None:
            family = algorithms.family(named.family)
            yield family.classical, f"{family.id}: {family.classical_source}"


_LEAST_STRENGTH = 112
_CLASSICAL_ORDER = {Classical.OK: 0, Classical.WEAK: 1, Classical.BROKEN: 2}
_QUANTUM_CONCERN = {
    Quantum.SHOR: Concern.QUANTUM,
    Quantum.GROVER: Concern.KEEP,
    Quantum.RESISTANT: Concern.RESISTANT,
    Quantum.HYBRID: Concern.HYBRID,
    Quantum.NONE: Concern.DEPENDS,
}


def _concern(quantum: Quantum, classical: Classical) -> Concern:
    if quantum is Quantum.SHOR:
        return Concern.QUANTUM
    if classical is Classical.BROKEN:
        return Concern.BROKEN
    if classical is Classical.WEAK:
        return Concern.WEAK
    return _QUANTUM_CONCERN[quantum]


# Worst first, for what is made of parts: a hybrid key exchange beside AES is a hybrid.
_PART_ORDER = (
    Concern.QUANTUM, Concern.BROKEN, Concern.WEAK, Concern.UNKNOWN,
    Concern.HYBRID, Concern.RESISTANT, Concern.KEEP, Concern.DEPENDS,
)  # fmt: skip


def _worse(asset: Asset, owner: Standing, part: Standing) -> Standing:
    """Return the owner's standing with one part taken into account."""
    if owner.quantum is not Quantum.NONE or asset.kind is Kind.LIBRARY:
        return owner
    concern = min(owner.concern, part.concern, key=_PART_ORDER.index)
    if _negotiates(asset) and concern > Concern.UNKNOWN:
        concern = Concern.DEPENDS
    classical = max(owner.classical, part.classical, key=_CLASSICAL_ORDER.__getitem__)
    source = owner.classical_source if classical is owner.classical else part.classical_source
    return Standing(concern, owner.quantum, classical, source)


def _negotiates(asset: Asset) -> bool:
    # A protocol's good parts do not clear it: key exchange and authentication are settled apart, and what
    # was read may be one of them only. A cipher suite and a certificate name all their parts.
    return asset.kind is Kind.PROTOCOL and asset.family != "TLS-suite"
