"""Which functions of a file others decide for: what they are called with, or what a subclass puts in their place.

A use whose algorithm, size, curve, digest or mode was not read may depend on a parameter or on an abstract
method. Whoever calls or overrides that, in another file, knows more (`callers`); the file is then read again.
"""

from __future__ import annotations

from pqc_migrate.detectors.source.analysis import Analysis, values_at

_MOST_USES = 60


def undecided(analysis: Analysis) -> frozenset[int]:
    """Return where the functions begin on which uses of a file depend that were not read completely."""
    interpreter, unit = analysis.interpreter, analysis.unit
    places = sorted({*interpreter.unresolved, *interpreter.missing})[:_MOST_USES]
    asked = (unit.decided_by(offset, values_at) for offset in places if offset >= 0)
    return frozenset().union(*asked)
