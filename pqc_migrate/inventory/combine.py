"""Several inventories → one, as if their targets had been scanned together; and an inventory narrowed down.

An asset has one component however many inventories hold it. Paths get their target's name in front, as a
scan of several targets writes them, so that no two places are mistaken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pqc_migrate import __version__
from pqc_migrate.inventory.merge import component_order, unique
from pqc_migrate.model.inventory import (
    TOOL,
    Component,
    Coverage,
    Diagnostic,
    Inventory,
    LanguageCoverage,
    Occurrence,
    Provenance,
)

_BETWEEN = ", "
"""Between the names of several targets, as a scan writes them."""

Keep = Callable[[Component, Occurrence | None], bool]
"""Whether an occurrence stays; called with None for a component that has none."""


def combine(inventories: Sequence[Inventory]) -> Inventory:
    """Return one inventory of all; the order of the inventories decides the order of the targets' names only.

    Equal names of targets are told apart by a number (``src``, ``src~2``). Coverage is added up. The tool
    is the one all were written by, else this program.
    """
    if len(inventories) == 1:
        return inventories[0]
    named = _distinct([inventory.target or "inventory" for inventory in inventories])
    placed = [_placed(one, _prefix(one, name)) for one, name in zip(inventories, named, strict=True)]
    tools = {(one.tool, one.tool_version) for one in inventories}
    tool, version = tools.pop() if len(tools) == 1 else (TOOL, __version__)
    return Inventory(
        components=_united(component for one in placed for component in one.components),
        coverage=_sum([one.coverage for one in placed]),
        target=_BETWEEN.join(named),
        tool=tool,
        tool_version=version,
    )


def narrow(inventory: Inventory, keep: Keep) -> Inventory:
    """Return the inventory with only what `keep` accepts; the coverage statement stays whole."""
    kept = list(_kept(inventory.components, keep))
    refs = {component.ref for component in kept}
    return replace(
        inventory,
        components=tuple(replace(c, related=tuple(pair for pair in c.related if pair[1] in refs)) for c in kept),
    )


def _kept(components: Iterable[Component], keep: Keep) -> Iterator[Component]:
    for component in components:
        occurrences = tuple(o for o in component.occurrences if keep(component, o))
        if occurrences or (not component.occurrences and keep(component, None)):
            yield replace(component, occurrences=occurrences)


def _distinct(names: Sequence[str]) -> list[str]:
    counts: dict[str, int] = {}
    distinct = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        distinct.append(name if counts[name] == 1 else f"{name}~{counts[name]}")
    return distinct


def _prefix(inventory: Inventory, name: str) -> str:
    """Return what goes before each path: nothing where the paths already name their targets."""
    labels = inventory.target.split(_BETWEEN)
    within = tuple(f"{label}!/" for label in labels) + (
        tuple(f"{label}/" for label in labels) if len(labels) > 1 else ()
    )
    paths = {o.location.path for c in inventory.components for o in c.occurrences}
    named = all(path in labels or path.startswith(within) for path in paths)
    return "" if named and name == inventory.target else f"{name}/"


def _placed(inventory: Inventory, prefix: str) -> Inventory:
    if not prefix:
        return inventory
    return replace(
        inventory,
        components=tuple(
            replace(c, occurrences=tuple(_moved(o, prefix) for o in c.occurrences)) for c in inventory.components
        ),
        coverage=replace(
            inventory.coverage,
            skipped=tuple(_moved_note(note, prefix) for note in inventory.coverage.skipped),
        ),
    )


def _moved(occurrence: Occurrence, prefix: str) -> Occurrence:
    return replace(
        occurrence,
        location=replace(occurrence.location, path=_below(prefix, occurrence.location.path)),
        provenance=tuple(_moved_source(source, prefix) for source in occurrence.provenance),
    )


def _moved_source(source: Provenance, prefix: str) -> Provenance:
    return replace(source, path=_below(prefix, source.path)) if source.path else source


def _moved_note(note: Diagnostic, prefix: str) -> Diagnostic:
    return replace(note, path=_below(prefix, note.path))


def _below(prefix: str, path: str) -> str:
    return prefix + path if path else prefix.rstrip("/")


def _united(components: Iterable[Component]) -> tuple[Component, ...]:
    by_ref: dict[str, list[Component]] = {}
    for component in components:
        by_ref.setdefault(component.ref, []).append(component)
    return tuple(sorted((_one(group) for group in by_ref.values()), key=component_order))


def _one(group: Sequence[Component]) -> Component:
    if len(group) == 1:
        return group[0]
    return replace(
        group[0],
        occurrences=tuple(unique(o for component in group for o in component.occurrences)),
        related=tuple(sorted({pair for component in group for pair in component.related})),
        properties=tuple(dict.fromkeys(pair for component in group for pair in component.properties)),
    )


def _sum(parts: Sequence[Coverage]) -> Coverage:
    return Coverage(
        files_seen=sum(part.files_seen for part in parts),
        files_read=sum(part.files_read for part in parts),
        bytes_read=sum(part.bytes_read for part in parts),
        files_parsed=sum(part.files_parsed for part in parts),
        by_language=_languages([part.by_language for part in parts]),
        skipped=tuple(sorted({note for part in parts for note in part.skipped})),
    )


def _languages(parts: Sequence[Mapping[str, LanguageCoverage]]) -> dict[str, LanguageCoverage]:
    total: dict[str, LanguageCoverage] = {}
    for part in parts:
        for name, one in part.items():
            other = total.get(name)
            total[name] = one if other is None else _added(one, other)
    return dict(sorted(total.items()))


def _added(one: LanguageCoverage, other: LanguageCoverage) -> LanguageCoverage:
    return LanguageCoverage(
        files=one.files + other.files,
        bytes=one.bytes + other.bytes,
        parsed=one.parsed + other.parsed,
        parsed_bytes=one.parsed_bytes + other.parsed_bytes,
        supported=one.supported and other.supported,
    )
