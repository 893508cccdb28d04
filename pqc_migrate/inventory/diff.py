"""Two inventories of the same thing → what came, what is gone, and what nobody looked at again.

A place is the same when path, rule and symbol are: an edit above it moves its line and changes nothing. What
stood in a file that the later scan skipped is not called gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pqc_migrate.inventory.standing import Concern, concern_at, standings
from pqc_migrate.model.changes import Change, InventoryDiff
from pqc_migrate.model.inventory import Component, Coverage, Inventory, Occurrence, Skip

_LOOKED_AT = frozenset({Skip.UNRESOLVED, Skip.UNSUPPORTED, Skip.ENCODING})
"""Reasons of a note on a file that was read to its end all the same."""
_Same = tuple[str, str, str]
_Split = Mapping[tuple[str, Concern], Component]


def diff(before: Inventory, after: Inventory) -> InventoryDiff:
    """Return what changed from `before` to `after`, worst standing first.

    The half of a hybrid counts apart from the same algorithm used alone, so a move into a hybrid shows as
    one place gone and one come.
    """
    old, new = _split(before), _split(after)
    unseen = _unseen(after.coverage)
    found = {key: _change(old.get(key), new.get(key), key[1], unseen) for key in {**old, **new}}
    changes = [(key[1], change) for key, change in found.items() if change is not None]
    changes.sort(key=lambda pair: (pair[0], pair[1].component.name.lower(), pair[1].component.ref))
    return InventoryDiff(
        before=before.target,
        after=after.target,
        changes=tuple(change for _, change in changes),
        places_before=_places(old),
        places_after=_places(new),
        files_before=before.coverage.files_read,
        files_after=after.coverage.files_read,
    )


def _split(inventory: Inventory) -> _Split:
    """Return components and their occurrences by ref and standing."""
    standing = standings(inventory)
    found: dict[tuple[str, Concern], Component] = {}
    for component in inventory.components:
        own = standing[component.ref]
        groups: dict[Concern, list[Occurrence]] = {} if component.occurrences else {own.concern: []}
        for occurrence in component.occurrences:
            groups.setdefault(concern_at(own, occurrence), []).append(occurrence)
        for concern, group in groups.items():
            found[component.ref, concern] = replace(component, occurrences=tuple(group))
    return found


def _change(
    old: Component | None, new: Component | None, concern: Concern, unseen: frozenset[str]
) -> Change | None:
    component = new or old
    assert component is not None
    came, gone = _apart(old.occurrences if old else (), new.occurrences if new else ())
    if old is not None and new is not None and not came and not gone:
        return None
    return Change(
        component=component,
        standing=concern.label,
        came=tuple(came),
        gone=tuple(o for o in gone if not _within(o.location.path, unseen)),
        unseen=tuple(o for o in gone if _within(o.location.path, unseen)),
        kept=len(new.occurrences) - len(came) if new else 0,
    )


def _apart(old: Sequence[Occurrence], new: Sequence[Occurrence]) -> tuple[list[Occurrence], list[Occurrence]]:
    """Return what only the new and what only the old ones have; equal lines are paired before moved ones."""
    before, after = _grouped(old), _grouped(new)
    came, gone = [], []
    for key in {**before, **after}:
        was, now = before.get(key, []), after.get(key, [])
        lines = {o.location.line for o in was} & {o.location.line for o in now}
        was = [o for o in was if o.location.line not in lines]
        now = [o for o in now if o.location.line not in lines]
        moved = min(len(was), len(now))
        gone += was[moved:]
        came += now[moved:]
    return sorted(came, key=_place), sorted(gone, key=_place)


def _grouped(occurrences: Iterable[Occurrence]) -> Mapping[_Same, list[Occurrence]]:
    groups: dict[_Same, list[Occurrence]] = {}
    for occurrence in occurrences:
        place = occurrence.location
        groups.setdefault((place.path, occurrence.rule, place.symbol), []).append(occurrence)
    return groups


def _place(occurrence: Occurrence) -> tuple[str, int, str, str]:
    return occurrence.location.path, occurrence.location.line, occurrence.rule, occurrence.location.symbol


def _unseen(coverage: Coverage) -> frozenset[str]:
    return frozenset(note.path for note in coverage.skipped if note.skip not in _LOOKED_AT)


def _within(path: str, folders: frozenset[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:count]).removesuffix("!") in folders for count in range(1, len(parts) + 1))


def _places(split: _Split) -> tuple[tuple[str, int], ...]:
    counts = Counter(dict.fromkeys(Concern, 0))
    for (_, concern), component in split.items():
        counts[concern] += len(component.occurrences)
    return tuple((concern.label, counts[concern]) for concern in Concern)
