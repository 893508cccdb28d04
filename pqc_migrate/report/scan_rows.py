"""What the scan's table and Markdown print: rows in order of urgency, a headline and the coverage statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.inventory.capability import statements
from pqc_migrate.inventory.standing import (
    ROLES,
    Concern,
    Standing,
    by_role,
    concern_at,
    mapped,
    places,
    standings,
    unknown,
)
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import TOOL, Asset, Component, Coverage, Inventory, Kind, Occurrence, Role


@dataclass(frozen=True, slots=True)
class Row:
    """One component in one role: what a person has to look at."""

    concern: Concern
    role: Role | None
    """None: another tool's CBOM names the component without a place."""
    component: Component
    occurrences: tuple[Occurrence, ...]

    @property
    def label(self) -> str:
        """Name, what kind of thing it is where the name does not say so, and what was not read."""
        return label(self.component)

    @property
    def short(self) -> str:
        """The label for a narrow column: ``RSA (size?)``."""
        missing = unknown(self.component.asset)
        return _kind_name(self.component) + (f" ({', '.join(missing)}?)" if missing else "")

    @property
    def places(self) -> list[str]:
        """Distinct ``path:line`` places, in order."""
        return list(dict.fromkeys(place(o) for o in self.occurrences))


def rows(inventory: Inventory) -> list[Row]:
    """Return the rows of an inventory, quantum-vulnerable first, production before tests."""
    standing = standings(inventory)
    found = [row for component in inventory.components for row in _rows(component, standing[component.ref])]
    return sorted(found, key=_order)


def label(component: Component) -> str:
    """Return the component's name with its kind and, where something was not read, what."""
    missing = unknown(component.asset)
    return _kind_name(component) + (f" (unknown: {', '.join(missing)})" if missing else "")


def place(occurrence: Occurrence) -> str:
    """Return ``path:line``; the path alone where no line is known."""
    where = visible(occurrence.location.path)
    return f"{where}:{occurrence.location.line}" if occurrence.location.line else where


def headline(inventory: Inventory, found: list[Row]) -> str:
    """Return one sentence: what matters, and of how much."""
    assets = [c for c in inventory.components if c.asset.kind is not Kind.LIBRARY]
    target = visible(inventory.target or "inventory")
    if not assets:
        return f"{target}: no cryptography found in what was read"
    count = places(o for c in assets for o in c.occurrences)
    vulnerable = _components(found, Concern.QUANTUM)
    production = {r.component.ref for r in found if r.concern is Concern.QUANTUM and r.role in _RUNS}
    weak = _components(found, Concern.BROKEN, Concern.WEAK) - vulnerable
    ready = _components(found, Concern.HYBRID, Concern.RESISTANT) - vulnerable
    return (
        f"{target}: {len(vulnerable)} quantum-vulnerable ({len(production)} in production or vendored code), "
        f"{len(weak)} broken or weak today, {len(ready)} hybrid or post-quantum, "
        f"of {_many(len(assets), 'asset')} at {_many(count, 'place')}"
    )


def unknowns(inventory: Inventory) -> str:
    """Return how many assets lack a parameter, or an empty string."""
    lacking: dict[str, int] = {}
    assets = 0
    for component in inventory.components:
        missing = unknown(component.asset)
        assets += bool(missing)
        for parameter in missing:
            lacking[parameter] = lacking.get(parameter, 0) + 1
    if not assets:
        return ""
    listed = ", ".join(f"{key} {count}" for key, count in sorted(lacking.items()))
    return f"not read: {_many(assets, 'asset')} with an unknown parameter ({listed})"


def coverage_lines(inventory: Inventory) -> Iterator[str]:
    """Yield the coverage statement: what was looked at, and what was not."""
    coverage = inventory.coverage
    if coverage.files_seen == 0 and not coverage.skipped and inventory.tool != TOOL:
        stated = f"by {visible(inventory.tool)}" if inventory.tool else "in this CBOM"
        yield f"coverage: not stated {stated}"
        return
    skipped = len(coverage.skipped)
    line = (
        f"coverage: {_many(coverage.files_seen, 'file')} seen, {coverage.files_read:,} read "
        f"({size(coverage.bytes_read)}), {coverage.files_parsed:,} parsed"
    )
    if skipped:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in coverage.skipped_by_reason().items())
        line += f"; {skipped:,} not or not wholly looked at ({reasons})"
    yield line
    unsupported = unsupported_languages(coverage)
    if unsupported:
        yield f"no detector for: {unsupported}"


def unsupported_languages(coverage: Coverage) -> str:
    """Return languages without a detector and their files, the most files first."""
    lacking = [(name, found) for name, found in coverage.by_language.items() if not found.supported]
    lacking.sort(key=lambda pair: (-pair[1].files, pair[0]))
    return ", ".join(f"{visible(name)} ({_many(found.files, 'file')})" for name, found in lacking)


def size(count: int) -> str:
    """Return a number of bytes in decimal units."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


_RUNS = frozenset({Role.PRODUCTION, Role.VENDORED, None})
_ROLE_ORDER: dict[Role | None, int] = {None: 0, **{role: index for index, role in enumerate(ROLES)}}
_KIND_ORDER = {kind: index for index, kind in enumerate(Kind)}


def _kind_name(component: Component) -> str:
    asset = component.asset
    name = component.name
    if asset.kind is Kind.KEY:
        name = f"{name} {asset.get('type') or 'key'}"
    elif asset.kind is Kind.CERTIFICATE:
        name = f"{name} ({asset.family} certificate)"
    elif asset.kind is Kind.LIBRARY:
        told = "; ".join(statements(asset))
        name = f"{name} {asset.get('version') or '(version not read)'}" + (f": {told}" if told else "")
    elif not mapped(asset):
        name = f"{name} (not in the catalog)"
    return visible(name)


def _rows(component: Component, standing: Standing) -> Iterator[Row]:
    """Yield one row per role and concern: the half of a hybrid apart from the same algorithm used alone."""
    if not component.occurrences:
        yield Row(standing.concern, None, component, ())
    for role, occurrences in by_role(component).items():
        split: dict[Concern, list[Occurrence]] = {}
        for occurrence in occurrences:
            split.setdefault(concern_at(standing, occurrence), []).append(occurrence)
        for concern, found in split.items():
            yield Row(concern, role, component, tuple(found))


def _order(row: Row) -> tuple[int, int, int, str, str]:
    asset: Asset = row.component.asset
    return row.concern, _ROLE_ORDER[row.role], _KIND_ORDER[asset.kind], row.label.lower(), row.component.ref


def _components(found: list[Row], *concerns: Concern) -> set[str]:
    return {r.component.ref for r in found if r.concern in concerns and r.component.asset.kind is not Kind.LIBRARY}


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
