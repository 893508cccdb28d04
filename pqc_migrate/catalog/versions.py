"""Versions of packages beside the version of a product that a fact is about.

Distributions put an epoch before it and a revision behind it (deb-version(7), rpm-version(7), apk-package(5)); what
is left are the product's own numbers, the same in every ecosystem. Ranges are compared by their bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_EPOCH = re.compile(r"\d+[:!]")
_REVISIONS = {"deb": re.compile(r"-[^-]*$"), "rpm": re.compile(r"-[^-]*$"), "apk": re.compile(r"-r\d+$")}
_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)(.*)", re.DOTALL)
_BEFORE = re.compile(r"[~._-]?(?:alpha|beta|pre|rc|dev|snapshot|cr|ea|m|a|b|c)(?:[\d.~_+-]|$)|~", re.IGNORECASE)
"""A pre-release; ``1.1.1c`` of OpenSSL is not one and is told apart by having no number behind the letter."""
_PATCH = re.compile(
    r"[a-z]|_?p\d+|\+.*|\.(?:final|release|ga)|[.-](?:redhat|jre|android|lts).*|u\d+.*", re.IGNORECASE
)
_A_YEAR = 1900
"""Calendar versions and dates are not on one scale with counted ones."""

_CLAUSE = re.compile(r"(===|~=|~>|>=|<=|==|!=|=|>|<|\^|~)?\s*(v?\d[\w.+!*-]*|[xX*])")
_INTERVAL = re.compile(r"([\[(])\s*([^,\[\]()]*?)\s*(?:(,)\s*([^,\[\]()]*?)\s*)?([\])])")
_HYPHEN = re.compile(r"(v?\d[\w.+]*)\s+-\s+(v?\d[\w.+]*)")
_ANY = re.compile(r"\.?[xX*].*$")
_BARE_IS_CARET = frozenset({"cargo"})


@dataclass(frozen=True, slots=True)
class Release:
    """The product's own numbers of a version."""

    numbers: tuple[int, ...]
    exact: bool = True
    """False: something follows that may come before or after the numbers alone (``3.5.0-beta1``)."""

    def compared(self, other: Release) -> int | None:
        """Return -1, 0 or 1; None where the numbers do not decide."""
        if (self.numbers[0] >= _A_YEAR) != (other.numbers[0] >= _A_YEAR):
            return None
        length = max(len(self.numbers), len(other.numbers))
        mine, others = (each.numbers + (0,) * (length - len(each.numbers)) for each in (self, other))
        if mine != others:
            return 1 if mine > others else -1
        return 0 if self.exact and other.exact else None


@dataclass(frozen=True, slots=True)
class Range:
    """Every version between two; None means that there is no bound on that side."""

    low: Release | None = None
    high: Release | None = None
    """The first version that is not allowed, or with `closed` the last one that is."""
    closed: bool = False


def release(ecosystem: str, version: str) -> Release | None:
    """Return the numbers of one version, or None when it has none."""
    upstream = version.strip()
    if ecosystem in ("deb", "rpm", "pypi"):
        upstream = _EPOCH.sub("", upstream, count=1) if _EPOCH.match(upstream) else upstream
    if revision := _REVISIONS.get(ecosystem):
        upstream = revision.sub("", upstream)
    found = _NUMBERS.fullmatch(upstream)
    if found is None or len(found[1]) > 60:
        return None
    numbers = tuple(int(part) for part in found[1].split("."))
    if ecosystem == "golang" and numbers == (0, 0, 0):
        return None  # a pseudo-version of a module without tags
    return Release(numbers, exact=not found[2] or _follows(found[2]))


def _follows(rest: str) -> bool:
    """Tell whether what stands behind the numbers is a patch level or a mark of the build."""
    return _PATCH.fullmatch(rest) is not None and not (_BEFORE.match(rest) and len(rest) > 1)


def allowed(ecosystem: str, constraint: str) -> Range | None:
    """Return the range around everything that a constraint allows, or None when it is not understood."""
    ranges = [_all_of(ecosystem, part) for part in re.split(r"\|\|?|\bor\b", constraint) if part.strip()]
    known = [each for each in ranges if each is not None]
    if not known or len(known) != len(ranges):
        return None
    lows = [each.low for each in known]
    low = None if None in lows else min((each for each in lows if each), key=lambda r: r.numbers)
    highs = [each.high for each in known]
    if None in highs:
        return Range(low)
    last = max(known, key=lambda each: each.high.numbers if each.high else ())
    return Range(low, last.high, last.closed)


def _all_of(ecosystem: str, part: str) -> Range | None:
    """Return what the clauses of one alternative allow together."""
    clauses = [*_intervals(part)] or [*_hyphens(part)]
    if not clauses:
        bare = _CLAUSE.sub("", part).strip(" ,&\t").replace("and", "").strip()
        if bare:
            return None
        clauses = [_clause(ecosystem, *found) for found in _CLAUSE.findall(part)]
    low: Release | None = None
    high, closed = None, False
    for each in clauses:
        if each is None:
            return None
        if each.low and (low is None or each.low.numbers > low.numbers):
            low = each.low
        if each.high and (high is None or each.high.numbers < high.numbers):
            high, closed = each.high, each.closed
    return Range(low, high, closed) if clauses else None


def _intervals(part: str) -> Iterator[Range | None]:
    """Yield intervals as Maven and NuGet write them: ``[1.0,2.0)``, ``[1.5]``."""
    for _, low, comma, high, end in _INTERVAL.findall(part):
        first = release("", low) if low else None
        last = release("", high) if high else None
        yield Range(first, last, end == "]") if comma else (Range(first, first, True) if first else None)


def _hyphens(part: str) -> Iterator[Range | None]:
    for low, high in _HYPHEN.findall(part):
        yield Range(release("", low), release("", high), closed=True)


def _clause(ecosystem: str, operator: str, written: str) -> Range | None:
    stem = _ANY.sub("", written)
    if not stem:
        return Range()
    found = release(ecosystem, stem)
    if found is None:
        return None
    if operator in (">", ">="):
        return Range(low=found)
    if operator in ("<", "<="):
        return Range(high=found, closed=operator == "<=")
    if operator == "!=":
        return Range()
    if operator == "^" or (not operator and ecosystem in _BARE_IS_CARET):
        return Range(found, _next(found, _first_that_counts(found.numbers)))
    if operator in ("~>", "~="):
        return Range(found, _next(found, max(len(found.numbers) - 2, 0)))
    if operator == "~":
        tilde = 1 if ecosystem in ("npm", "cargo", "composer", "swift") and len(found.numbers) > 1 else 0
        return Range(found, _next(found, len(found.numbers) - 1 if ecosystem == "apk" else tilde))
    if (
        stem != written
        or (operator == "=" and ecosystem == "conda")
        or (ecosystem == "npm" and len(found.numbers) < 3)
    ):
        return Range(found, _next(found, len(found.numbers) - 1))
    return Range(found, found, closed=True)


def _first_that_counts(numbers: tuple[int, ...]) -> int:
    """Return the position of the first number that is not 0: a caret lets everything behind it change."""
    return next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)


def _next(found: Release, position: int) -> Release:
    return Release((*found.numbers[:position], found.numbers[position] + 1))
