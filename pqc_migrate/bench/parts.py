"""The parts of a run beyond single operations, in the order they are measured and shown.

To add one: a module with `plan.Part`'s answers, a field of `BenchmarkRun` with a default, its name here and in
`cli.bench.PARTS`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pqc_migrate.bench import memory
from pqc_migrate.bench.handshake.part import HANDSHAKES
from pqc_migrate.bench.messages.measure import PART as MESSAGES
from pqc_migrate.bench.plan import Part
from pqc_migrate.bench.scaling.measure import PART as SCALING

OPERATIONS = "operations"
"""The part that is always there: keygen, encaps, sign and so on of the algorithms that were chosen."""

PARTS: tuple[Part, ...] = (memory.PART, HANDSHAKES, MESSAGES, SCALING)


def names() -> tuple[str, ...]:
    """Return what ``--parts`` takes."""
    return (OPERATIONS, *(part.name for part in PARTS))


def chosen(wanted: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts with these names, in the order of `PARTS`."""
    return tuple(part for part in PARTS if part.name in wanted)
