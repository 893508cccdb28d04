"""Which functions of a file others decide for: what they are called with, or what a subclass puts in their place.

A use whose algorithm, size, curve, digest or mode was not read may depend on a parameter or on an abstract
method. Whoever calls or overrides that, in another file, knows more (`callers`); the file is then read again.
"""

from __future__ import annotations

from pqc_migrate.catalog.libraries import Rule
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.values import (
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.analysis import Analysis, values_at

_MOST_USES = 60
_MOST_ALTERNATIVES = 8
_MOST_ITEMS = 32
_LONGEST = 120
"""Characters of a name, list of suites or curve; a longer text is data."""


def undecided(analysis: Analysis) -> frozenset[int]:
    """Return where the functions begin on which uses of a file depend that were not read completely."""
    interpreter, unit = analysis.interpreter, analysis.unit
    open_ones = {at for at, rule in interpreter.unresolved.items() if not _is_setting(rule)}
    places = sorted(open_ones | interpreter.missing)[:_MOST_USES]
    return unit.decided_by((offset for offset in places if offset >= 0), values_at)


def _is_setting(rule: Rule) -> bool:
    """Whether a call says what a TLS connection offers: every caller has its own, and none of them decides."""
    return rule.algorithm is not None and rule.algorithm.convert.startswith(("tls", "jsse"))


def deciding(value: Value, interpreter: Interpreter) -> Value:
    """Return what of a value can decide an algorithm or its parameters: names, numbers, keys, specifications."""
    return choice([option for option in options(value)[:_MOST_ALTERNATIVES] if _decides(option, interpreter)])


def _decides(value: Value, interpreter: Interpreter) -> bool:
    if isinstance(value, Text):
        return len(value.text) <= _LONGEST
    if isinstance(value, Items | Table):
        items = value.items if isinstance(value, Items) else tuple(value.pairs.values())
        return 0 < len(items) <= _MOST_ITEMS and all(isinstance(item, Text | Number | Name) for item in items)
    if isinstance(value, Call | Name):
        meanings = interpreter.meanings(value) if interpreter.libraries.knows(value.name) else ()
        return any(meaning.family or meaning.parameters for meaning in meanings)
    return isinstance(value, Number | Octets)
