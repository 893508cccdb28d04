"""The second reading: who calls the functions that other files of the target offer.

A file is read again only when it holds the name of such a function. What calls hand out may be handed on by
another function in another file, so this is repeated, a bounded number of times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pqc_migrate.model.target import Offer, Offers
from pqc_migrate.scan.examine import Examiner, Follower, Rules
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.walk import Entry

_ROUNDS = 2
"""How many functions may stand between a call and the library, each in another file."""

Results = list[tuple[Examined, ...]]
"""What each entry gave: the file itself, then the files in it if it is an archive."""
Run = Callable[[Sequence[Entry], Callable[[], Examiner], int], Results]
"""Examine entries with an examiner made by a function, after so many readings; the results in their order."""


def with_callers(entries: Sequence[Entry], examined: Results, run: Run, rules: Rules) -> Results:
    """Return the results with what a second reading adds to them."""
    offers: set[Offer] = {offer for files in examined for file in files for offer in file.offers}
    languages = {file.language for files in examined for file in files if file.was_parsed}
    asked = [index for index, files in enumerate(examined) if any(file.language in languages for file in files)]
    level = 1
    while any(offer.level == level for offer in offers) and level <= _ROUNDS:
        before = len(entries) + (level - 1) * len(asked)
        found = run([entries[index] for index in asked], partial(Follower, Offers(offers, level), rules), before)
        for index, files in zip(asked, found, strict=True):
            more = _by_path(files)
            examined[index] = tuple(_with(file, next(more[file.path], None)) for file in examined[index])
        offers |= _new(offers, (file for files in found for file in files))
        level += 1
    return examined


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
