"""Many files over several processes, each file's fate known even when a process dies or hangs.

Processes and not threads, because tree-sitter holds the interpreter's lock while it parses. Not
`concurrent.futures`, because there one dead process fails every pending file and none can be stopped
for taking too long.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.scan.examine import Examined, Examiner
from pqc_migrate.targets.walk import Entry

FILES_AT_ONCE = 64
"""Files a worker is handed at a time: large enough to hide the round trip, small enough to lose little."""
FILE_SECONDS = 60.0
"""How long one file may take alone."""

Make = Callable[[], Examiner]
"""Makes the examiner inside a worker; a module-level function, so that any start method can send it."""
Result = tuple[int, Examined]
"""The file's number in the sequence, and what it gave."""
_Chunk = Sequence[tuple[int, Entry]]


def examine_all(
    entries: Sequence[Entry], make: Make, jobs: int, seconds: float = FILE_SECONDS, method: str = ""
) -> Iterator[Result]:
    """Yield the result of every file, in any order.

    When a worker dies or takes longer than `seconds`, its files are tried again one by one; a file that
    does it alone gets a Diagnostic (`Skip.CRASHED`, `Skip.TIMED_OUT`) and costs nothing but itself.
    """
    numbered = list(enumerate(entries))
    chunks: deque[_Chunk] = deque(
        numbered[start : start + FILES_AT_ONCE] for start in range(0, len(numbered), FILES_AT_ONCE)
    )
    context = multiprocessing.get_context(method or _start_method())
    if context.get_start_method() == "fork":
        make()  # compiled once here, inherited by every worker
    idle: list[_Worker] = []
    busy: dict[Connection, _Worker] = {}
    try:
        while chunks or busy:
            while chunks and len(busy) < jobs:
                worker = idle.pop() if idle else _start(context, make)
                busy[worker.connection] = worker  # known before it works: an interruption stops it
                worker.give(chunks.popleft())
            for worker in _ready(busy, seconds):
                del busy[worker.connection]
                results = worker.take()
                if results is None:
                    results = _blame_or_retry(worker, chunks)
                else:
                    idle.append(worker)
                yield from results
    finally:
        for worker in (*idle, *busy.values()):
            worker.stop()


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    chunk: _Chunk = ()
    given: float = 0.0

    def give(self, chunk: _Chunk) -> None:
        self.chunk = chunk
        self.given = time.monotonic()
        with contextlib.suppress(OSError):  # it died idle: `take` will say so
            self.connection.send([entry for _, entry in chunk])

    def take(self) -> list[Result] | None:
        """Return the results of the chunk, or None when the worker died or has nothing to say in time."""
        try:
            if self.connection.poll():
                examined = self.connection.recv()
                return [(number, file) for (number, _), file in zip(self.chunk, examined, strict=True)]
        except (EOFError, OSError):
            self.process.join()
        return None

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _start(context: BaseContext, make: Make) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, make, os.getpid()), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    worker = _Worker(process, ours)
    with contextlib.ExitStack() as unless_ready:
        unless_ready.callback(worker.stop)
        try:
            ours.recv()
        except (EOFError, OSError) as error:
            process.join()
            raise PqcMigrateError(
                f"a scanning process could not start (exit code {process.exitcode})",
                hint="what it printed says why; where memory is short, a smaller --jobs helps",
            ) from error
        unless_ready.pop_all()
    return worker


def _ready(busy: dict[Connection, _Worker], seconds: float) -> list[_Worker]:
    """Wait for the first worker to answer, die or run out of time; return all that did."""
    deadline = min(worker.given for worker in busy.values()) + seconds
    answered = wait(list(busy), max(0.0, deadline - time.monotonic()))
    now = time.monotonic()
    return [worker for key, worker in busy.items() if key in answered or now - worker.given >= seconds]


def _blame_or_retry(worker: _Worker, chunks: deque[_Chunk]) -> list[Result]:
    died = worker.process.exitcode
    worker.stop()
    if len(worker.chunk) > 1:
        chunks.extendleft([pair] for pair in reversed(worker.chunk))
        return []
    [(number, entry)] = worker.chunk
    if died is None:
        diagnostic = Diagnostic(entry.path, Skip.TIMED_OUT, "took too long; nothing of it is in the results")
    else:
        how = f"signal {-died}" if died < 0 else f"exit code {died}"
        diagnostic = Diagnostic(entry.path, Skip.CRASHED, f"the process that examined it ended with {how}")
    return [(number, Examined(diagnostics=(diagnostic,)))]


def _serve(connection: Connection, make: Make, parent: int) -> None:
    """Answer chunks until told to stop, or until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    examiner = make()
    connection.send(None)
    while True:
        while not connection.poll(1.0):
            if os.getppid() != parent:
                return
        connection.send([examiner.examine(entry) for entry in connection.recv()])


def _start_method() -> str:
    """Fork where that is safe, for it starts at once; else spawn."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
