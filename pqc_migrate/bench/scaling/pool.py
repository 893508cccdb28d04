"""Worker processes that start a piece of work together; one that dies is reported, never waited for."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Barrier
from typing import Any, NoReturn

from pqc_migrate.bench.scaling import work as worker
from pqc_migrate.bench.scaling.work import Count, Work
from pqc_migrate.errors import BenchmarkError

_START_SECONDS = 90.0
_ANSWER_SECONDS = 90.0
"""Longer than workers wait for one another, so that they tell of it themselves."""
_END_SECONDS = 3.0
_BROKEN = "another worker could not start"


class WorkerLost(BenchmarkError):
    """A worker died or did not answer; the others are of no use any more."""


class Pool:
    """`size` processes, spawned: a fork would copy libraries in the middle of something.

    Entering it starts them; `WorkerLost` when one does not come up.
    """

    def __init__(self, size: int, counts: Sequence[int]) -> None:
        self._size, self._counts = size, counts
        self._barriers: dict[int, Barrier] = {}
        self._workers: list[tuple[SpawnProcess, Connection]] = []

    def __enter__(self) -> Pool:
        try:
            self._start()
            self._answers(self._size, _START_SECONDS)
        except OSError as error:  # no semaphores, no more processes
            self.close()
            raise WorkerLost(f"worker processes cannot be started: {error}") from error
        except WorkerLost:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, work: Work, processes: int, seconds: float) -> list[Count]:
        """Let so many processes do the work at once.

        `WorkerLost` when one dies, after which the pool is of no use; `BenchmarkError` when they cannot do it.
        """
        for process, connection in self._workers[:processes]:
            try:
                connection.send((work, seconds, processes))
            except OSError:
                self._dead(process)
        answers = self._answers(processes, seconds + _ANSWER_SECONDS)
        refused = [answer for answer in answers if isinstance(answer, str)]
        if refused:
            self._barriers[processes].reset()
            raise BenchmarkError(next((said for said in refused if said != _BROKEN), _BROKEN))
        return answers

    def close(self) -> None:
        """End all processes."""
        for _, connection in self._workers:
            with suppress(OSError):
                connection.send(None)
        for process, connection in self._workers:
            process.join(_END_SECONDS)
            if process.is_alive():
                process.kill()
                process.join(_END_SECONDS)
            connection.close()
        self._workers = []

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._barriers = {count: context.Barrier(count) for count in self._counts}
        for _ in range(self._size):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self._barriers), daemon=True)
            process.start()
            theirs.close()
            self._workers.append((process, ours))

    def _answers(self, processes: int, seconds: float) -> list[Any]:
        answers: dict[int, Any] = {}
        asked = self._workers[:processes]
        while len(answers) < processes:
            open_ = {connection: place for place, (_, connection) in enumerate(asked) if place not in answers}
            found = wait(list(open_), seconds)
            if not found:
                self._lost(f"a worker process did not answer within {seconds:.0f} seconds")
            for connection in found:
                place = open_[connection]  # type: ignore[index]
                try:
                    answers[place] = asked[place][1].recv()
                except (EOFError, OSError):
                    self._dead(asked[place][0])
        return [answers[place] for place in range(processes)]

    def _dead(self, process: SpawnProcess) -> NoReturn:
        process.join(_END_SECONDS)
        self._lost(f"a worker process died ({_ending(process.exitcode)})")

    def _lost(self, said: str) -> NoReturn:
        for barrier in self._barriers.values():
            barrier.abort()
        raise WorkerLost(said)


def serve(connection: Connection, barriers: Mapping[int, Barrier]) -> None:
    """Do what is asked for until None comes or the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    with suppress(EOFError, BrokenPipeError):
        connection.send("ready")
        prepared: dict[Work, worker.Loop] = {}
        while (asked := connection.recv()) is not None:
            work, seconds, processes = asked
            try:
                if work not in prepared:
                    prepared[work] = worker.prepare(work)
                connection.send(worker.run(prepared[work], seconds, barriers[processes]))
            except threading.BrokenBarrierError:
                connection.send(_BROKEN)
            except (BenchmarkError, ValueError) as error:
                barriers[processes].abort()
                connection.send(str(error) or type(error).__name__)


def _ending(code: int | None) -> str:
    if code is None:
        return "still ending"
    if code < 0:
        with suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
