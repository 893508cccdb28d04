"""Stack and heap as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from pqc_migrate.model.bench import MemoryUse

_HEADERS = ("memory of", "provider", "operation", "stack bytes", "heap bytes", "")
_LEGEND = """\
stack: peak of one call, beyond what an empty call takes; heap: peak of what the library allocates during one call
the caller's own buffers for keys, ciphertexts and signatures are in neither"""


def memory_table(memory: Sequence[MemoryUse]) -> str:
    """Return one row for each operation."""
    rows: list[tuple[str, ...]] = []
    before = ("", "")
    for use in memory:
        name = ("", "") if (use.algorithm, use.provider) == before else (use.algorithm, use.provider)
        before = (use.algorithm, use.provider)
        rows.append((*name, use.operation, _bytes(use.stack_bytes), _bytes(use.heap_bytes), use.details))
    aligned = ("left", "left", "left", "right", "right", "left")
    table = tabulate(rows, _HEADERS, tablefmt="simple", disable_numparse=True, colalign=aligned)
    return f"{table}\n\n{_LEGEND}"


def _bytes(count: int | None) -> str:
    return "-" if count is None else f"{count:,}".replace(",", " ")
