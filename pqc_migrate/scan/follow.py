"""The second reading: who calls the functions that other files of the target offer.

A file is read again only when it holds the name of such a function. What calls hand out may be handed on by
another function in another file, so this is repeated, a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from pqc_migrate.model.target import Offer, Offers
from pqc_migrate.scan.examine import Examined, Examiner, Follower
from pqc_migrate.targets.walk import Entry

_ROUNDS = 2
"""How many functions may stand between a call and the library, each in another file."""

Run = Callable[[Sequence[Entry], Callable[[], Examiner], int], list[Examined]]
"""Examine entries with an examiner made by a function, after so many readings; the results in their order."""


def with_callers(entries: Sequence[Entry], examined: list[Examined], run: Run) -> list[Examined]:
    """Return the results with what a second reading adds to them."""
    offers: set[Offer] = {offer for file in examined for offer in file.offers}
    languages = {file.language for file in examined if file.was_parsed}
    asked = [index for index, file in enumerate(examined) if file.language in languages]
    level = 1
    while any(offer.level == level for offer in offers) and level <= _ROUNDS:
        before = len(entries) + (level - 1) * len(asked)
        found = run([entries[index] for index in asked], partial(Follower, Offers(offers, level)), before)
        for index, file in zip(asked, found, strict=True):
            examined[index] = _with(examined[index], file)
        offers |= _new(offers, found)
        level += 1
    return examined


def _with(first: Examined, more: Examined) -> Examined:
    """Return what both readings of a file gave; what was known at a place stands."""
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
