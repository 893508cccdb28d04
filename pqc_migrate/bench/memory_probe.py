"""The process that measures stack and heap: ``python -m pqc_migrate.bench.memory_probe``.

A process of its own, because a function that digs too deep ends it. Reads what to measure from stdin and writes a
line of JSON for each operation it begins and for each it has measured, in the words of `memory`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pqc_migrate.bench import native
from pqc_migrate.bench.heap import Heap, TooManyAllocations
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.scheme import MESSAGE_BYTES, Call, Material
from pqc_migrate.bench.stack import PaintedStack
from pqc_migrate.catalog import mechanisms
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Role

_SECONDS = 0.02
_TIMES = 4
"""How often an operation is looked at while it is quick: keys, messages and random numbers differ."""


def main() -> None:
    """Answer one request; `ProviderUnavailable` ends it with its message as the only line."""
    request = json.load(sys.stdin)
    try:
        provider = LiboqsProvider(native.load(Path(request["library"])))
    except (ProviderUnavailable, BenchmarkError) as error:
        _say({"unusable": str(error)})
        return
    stack, no_stack = _tool(lambda: PaintedStack(request["stack_bytes"]))
    heap, no_heap = _tool(lambda: Heap(request["library"]))
    missing = "; ".join(reason for reason in (no_stack, no_heap) if reason)
    for job in request["jobs"]:
        for operation, call in _calls(provider, job):
            _say({"begun": [job["algorithm"], operation]})
            found = {"stack_bytes": _depth(stack, call), **_peak(heap, call)}
            details = "; ".join(part for part in (missing, found.pop("details", "")) if part)
            _say({"algorithm": job["algorithm"], "operation": operation, **found, "details": details})


def _tool(make: Callable[[], Any]) -> tuple[Any, str]:
    try:
        return make(), ""
    except ProviderUnavailable as error:
        return None, str(error)


def _calls(provider: LiboqsProvider, job: dict[str, Any]) -> Iterator[tuple[str, Call]]:
    scheme = provider.open(mechanisms.from_library(job["liboqs"], Role(job["role"])))
    messages = [bytes([number]) * MESSAGE_BYTES for number in range(_TIMES)]
    calls = scheme.calls(Material(1, messages, _TIMES if job["quick"] else 1))
    yield from ((operation, calls[operation]) for operation in calls if operation in job["operations"])
    scheme.close()


def _depth(stack: PaintedStack | None, call: Call) -> int | None:
    if stack is None or call.idle is None:
        return None
    start = stack.depth(call.function, call.idle)
    return max(stack.depth(call.function, arguments) - start for arguments in _some(call))


def _peak(heap: Heap | None, call: Call) -> dict[str, Any]:
    if heap is None:
        return {"heap_bytes": None}
    try:
        return {"heap_bytes": max(heap.peak(partial(call.function, *a)) for a in _some(call))}
    except TooManyAllocations:
        return {"heap_bytes": None, "details": "allocates too often to be counted"}


def _some(call: Call) -> Iterator[tuple[Any, ...]]:
    end = time.perf_counter() + _SECONDS
    for place, arguments in enumerate(islice(call.arguments, _TIMES)):
        if place and time.perf_counter() > end:
            return
        yield arguments


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
