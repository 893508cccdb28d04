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
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Literal

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.scan.examine import Examiner, timed_out
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.walk import Entry

FILES_AT_ONCE = 64
"""Files a worker is handed at a time: large enough to hide the round trip, small enough to lose little."""
FILE_SECONDS = 60.0
"""How long one file may take alone."""

ARCHIVE_FAILURES = 20
"""Files of one archive that may crash or stall before the rest of it is given up."""
_FLUSH_FILES = 64
_FLUSH_SECONDS = 1.0

Make = Callable[[], Examiner]
"""Makes the examiner inside a worker; a module-level function, so that any start method can send it."""
Result = tuple[int, tuple[Examined, ...]]
"""The entry's number in the sequence, and what it gave: the file itself, then the files in it."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Files to examine; or, with `kind`, the files inside the one that is an archive."""

    numbers: tuple[int, ...]
    entries: tuple[Entry, ...]
    kind: str = ""
    start: int = 0
    """Position in the archive at which to begin."""
    careful: bool = False
    """Say each file of the archive before it is examined, because one of them ended an earlier try."""


def examine_all(
    entries: Sequence[Entry], make: Make, jobs: int, seconds: float = FILE_SECONDS, method: str = ""
) -> Iterator[Result]:
    """Yield the result of every entry, in any order.

    When a worker dies or takes longer than `seconds`, its files are tried again one by one; a file that
    does it alone gets a Diagnostic (`Skip.CRASHED`, `Skip.TIMED_OUT`) and costs nothing but itself. So does
    a file inside an archive, whose other files are examined all the same.
    """
    context = multiprocessing.get_context(method or _start_method())
    if context.get_start_method() == "fork":
        make()  # compiled once here, inherited by every worker
    work = _Work(entries)
    idle: list[_Worker] = []
    busy: dict[Connection, _Worker] = {}
    try:
        while work.tasks or busy:
            while work.tasks and len(busy) < jobs:
                worker = idle.pop() if idle else _start(context, make)
                busy[worker.connection] = worker  # known before it works: an interruption stops it
                worker.give(work.tasks.popleft())
            for worker in _ready(busy, seconds):
                said = worker.take()
                if said is False:
                    del busy[worker.connection]
                    worker.died = worker.process.exitcode
                    worker.stop()
                    work.failed(worker)
                elif work.take(worker, said):
                    del busy[worker.connection]
                    idle.append(worker)
            yield from work.done()
    finally:
        for worker in (*idle, *busy.values()):
            worker.stop()


class _Work:
    """What is left to do, and what is known so far of archives that are being read."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        starts = range(0, len(entries), FILES_AT_ONCE)
        chunks = [range(start, min(start + FILES_AT_ONCE, len(entries))) for start in starts]
        self.tasks = deque(_Task(tuple(chunk), tuple(entries[number] for number in chunk)) for chunk in chunks)
        self._parts: dict[int, list[Examined]] = {}
        self._failures: Counter[int] = Counter()
        self._done: list[Result] = []

    def done(self) -> list[Result]:
        """Return the results that are complete since the last time."""
        done, self._done = self._done, []
        return done

    def take(self, worker: _Worker, said: _Said) -> bool:
        """Note what a worker says; True when it has nothing more to say of its task."""
        task = worker.task
        if isinstance(said, str):
            worker.at = said
            return False
        if task.kind:
            self._parts[task.numbers[0]].extend(said or ())
            worker.count += len(said or ())
            if said is None:
                self._complete(task.numbers[0])
            return said is None
        for number, entry, file in zip(task.numbers, task.entries, said or (), strict=True):
            if file.archive:
                self._parts[number] = [file]
                self.tasks.append(_Task((number,), (entry,), file.archive))
            else:
                self._done.append((number, (file,)))
        return True

    def failed(self, worker: _Worker) -> None:
        """Try what a worker did not finish again, in smaller pieces; blame what was tried alone."""
        task = worker.task
        if task.kind:
            self._archive_failed(worker)
        elif len(task.numbers) > 1:
            pairs = zip(task.numbers, task.entries, strict=True)
            self.tasks.extendleft(_Task((number,), (entry,)) for number, entry in reversed(list(pairs)))
        else:
            [number], [entry] = task.numbers, task.entries
            self._done.append((number, (_blamed(worker, entry.path),)))

    def _archive_failed(self, worker: _Worker) -> None:
        task, [number] = worker.task, worker.task.numbers
        position = task.start + worker.count
        if not task.careful:
            self.tasks.appendleft(replace(task, start=position, careful=True))
            return
        self._failures[number] += 1
        self._parts[number].append(_blamed(worker, worker.at or task.entries[0].path))
        if worker.at and self._failures[number] < ARCHIVE_FAILURES:
            self.tasks.appendleft(replace(task, start=position + 1, careful=False))
        else:
            self._complete(number)

    def _complete(self, number: int) -> None:
        self._done.append((number, tuple(self._parts.pop(number))))


_Said = str | list[Examined] | None
"""The file of an archive that comes next; what files gave; or that an archive is done."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: _Task = _Task((), ())
    given: float = 0.0
    at: str = ""
    """The file of an archive that it said to begin."""
    count: int = 0
    """Files of an archive that it has sent."""
    died: int | None = None
    """Exit code of a process that ended by itself."""

    def give(self, task: _Task) -> None:
        self.task, self.at, self.count = task, "", 0
        self.given = time.monotonic()
        with contextlib.suppress(OSError):  # it died idle: `take` will say so
            self.connection.send(task)

    def take(self) -> _Said | Literal[False]:
        """Return what it says; False when it died or has nothing to say in time."""
        try:
            if self.connection.poll():
                said: _Said = self.connection.recv()
                self.given = time.monotonic()
                return said
        except (EOFError, OSError):
            self.process.join()
        return False

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


def _blamed(worker: _Worker, path: str) -> Examined:
    died = worker.died
    if died is None:
        return timed_out(path)
    how = f"signal {-died}" if died < 0 else f"exit code {died}"
    diagnostic = Diagnostic(path, Skip.CRASHED, f"the process that examined it ended with {how}")
    return Examined(path, diagnostics=(diagnostic,))


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
        task: _Task = connection.recv()
        if task.kind:
            _serve_archive(connection, examiner, task)
        else:
            connection.send([examiner.examine(entry) for entry in task.entries])


def _serve_archive(connection: Connection, examiner: Examiner, task: _Task) -> None:
    """Send what the files in an archive give, a few at a time, and None at the end."""
    ready: list[Examined] = []
    sent = time.monotonic()
    for path, look in examiner.inside(task.entries[0], task.kind, task.start):
        if task.careful:
            connection.send(path)
        ready.append(look())
        if task.careful or len(ready) >= _FLUSH_FILES or time.monotonic() - sent > _FLUSH_SECONDS:
            connection.send(ready)
            ready, sent = [], time.monotonic()
    connection.send(ready)
    connection.send(None)


def _start_method() -> str:
    """Fork where that is safe, for it starts at once; else spawn."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
