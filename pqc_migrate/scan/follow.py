"""The second reading: who calls the functions that other files of the target offer.

A file is read again only when it holds the name of such a function. What calls hand out may be handed on by
another function in another file, so this is repeated, a bounded number of times.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pqc_migrate.model.inventory import Asset, Finding, Skip
from pqc_migrate.model.target import ANY_LEVEL, LAST_LEVEL, Given, Givens, Offer, Offers
from pqc_migrate.scan.examine import Examiner, Follower, Rules, Settler
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.walk import Entry

Results = list[tuple[Examined, ...]]
"""What each entry gave: the file itself, then the files in it if it is an archive."""
_Decided = dict[tuple[str, tuple[str, ...], str, str], Given]
"""What files decide for each other, in an order that does not depend on who read them."""
_MOST_GIVEN = 4000
_PLACE = re.compile(r"(?:line|offset|start|end)=-?\d+|path='[^']*'")
Run = Callable[[Sequence[Entry], Callable[[], Examiner], int], Results]
"""Examine entries with an examiner made by a function, after so many readings; the results in their order."""


def with_callers(entries: Sequence[Entry], examined: Results, run: Run, rules: Rules) -> Results:
    """Return the results with what a second reading adds to them."""
    offers: set[Offer] = {offer for files in examined for file in files for offer in file.offers}
    languages = {file.language for files in examined for file in files if file.was_parsed}
    asked = [index for index, files in enumerate(examined) if any(file.language in languages for file in files)]
    given: _Decided = {}
    level = 1
    while any(offer.level == level for offer in offers) and level <= LAST_LEVEL:
        before = len(entries) + (level - 1) * len(asked)
        found = run([entries[index] for index in asked], partial(Follower, Offers(offers, level), rules), before)
        for index, files in zip(asked, found, strict=True):
            more = _by_path(files)
            examined[index] = tuple(_with(file, next(more[file.path], None)) for file in examined[index])
        offers |= _new(offers, (file for files in found for file in files))
        given |= _given(file for files in found for file in files)
        level += 1
    _settle(entries, examined, asked, run, Readings(rules, offers, len(entries) + level * len(asked)), given)
    return examined


@dataclass(frozen=True, slots=True)
class Readings:
    """What further readings of a target have in common."""

    rules: Rules
    offers: set[Offer]
    before: int
    """Files examined so far, for the progress."""


def _settle(
    entries: Sequence[Entry], examined: Results, asked: Sequence[int], run: Run, readings: Readings, given: _Decided
) -> None:
    """Read files again whose functions others decide for; what that decides in turn is passed on, within bounds."""
    offers = Offers(readings.offers, ANY_LEVEL)
    fresh = given
    for _ in range(LAST_LEVEL + 1):
        if not fresh:
            return
        paths = {path for one in fresh.values() for path in one.concerned()}
        indexes = [index for index in asked if any(file.path in paths for file in examined[index])]
        told = Givens(given[key] for key in sorted(given)[:_MOST_GIVEN])
        found = run([entries[i] for i in indexes], partial(Settler, offers, told, readings.rules), readings.before)
        for index, files in zip(indexes, found, strict=True):
            more = _by_path(files)
            examined[index] = tuple(_settled(file, next(more[file.path], None)) for file in examined[index])
        more_given = _given(file for files in found for file in files)
        fresh = {key: one for key, one in more_given.items() if key not in given}
        given = given | fresh


def _given(files: Iterable[Examined]) -> _Decided:
    """Return what files decide for each other, each once; who calls matters only where a class inherits."""
    given = (one for file in files for one in file.given)
    return {
        (one.path, one.members, one.origin if one.inherits else "", _values(one)): one
        for one in sorted(given, key=lambda one: one.origin, reverse=True)
    }


def _values(given: Given) -> str:
    """Return what is decided, without the places where."""
    return _PLACE.sub("", repr((given.arguments, given.named, given.result)))


def _settled(first: Examined, more: Examined | None) -> Examined:
    """Return the findings of a file as it is read now that more is known: a use is no longer what it was before."""
    if more is None or not (more.findings or more.diagnostics):
        return first
    now: dict[tuple[str, int, int | None], set[Asset]] = {}
    for finding in more.findings:
        now.setdefault(_use(finding), set()).add(finding.asset)
    kept = tuple(one for one in first.findings if one.asset in now.get(_use(one), {one.asset}))
    gaps = {(one.rule, one.line) for one in more.diagnostics if one.skip is Skip.UNRESOLVED}
    said = tuple(
        one for one in first.diagnostics if one.skip is not Skip.UNRESOLVED or (one.rule, one.line) in gaps
    )
    return _with(replace(first, findings=kept, diagnostics=said), more)


def _use(finding: Finding) -> tuple[str, int, int | None]:
    return finding.rule, finding.location.line, finding.location.offset


def _by_path(files: Iterable[Examined]) -> Mapping[str, Iterator[Examined]]:
    """Return the results under their paths; what is said of an archive stands behind its own result."""
    found: dict[str, list[Examined]] = {}
    for file in files:
        found.setdefault(file.path, []).append(file)
    return defaultdict(lambda: iter(()), {path: iter(results) for path, results in found.items()})


def _with(first: Examined, more: Examined | None) -> Examined:
    """Return what both readings of a file gave; what was known at a place stands."""
    if more is None:
        return first
    known = {(finding.asset, finding.location.line) for finding in first.findings}
    added = [finding for finding in more.findings if (finding.asset, finding.location.line) not in known]
    if not added and not more.diagnostics:
        return first
    said = tuple(dict.fromkeys((*first.diagnostics, *more.diagnostics)))
    return replace(first, findings=(*first.findings, *added), diagnostics=said)


def _new(offers: Iterable[Offer], found: Iterable[Examined]) -> set[Offer]:
    """Return the functions that are offered for the first time; a function has the level of its shortest way."""
    known = {(offer.path, offer.members) for offer in offers}
    return {offer for file in found for offer in file.offers if (offer.path, offer.members) not in known}
