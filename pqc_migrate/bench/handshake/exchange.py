"""Make one handshake: let client and server take turns, move their flights by hand, time each turn.

A turn is one call of pyOpenSSL's `do_handshake`: OpenSSL's work and a few µs of Python. Making the connections
and moving the bytes between them stand outside; so does the client's reading of the tickets, though the server's
making of them is part of its last turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pqc_migrate.bench.handshake.endpoints import Endpoints
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.timing import Batch, Timer
from pqc_migrate.errors import BenchmarkError

_MOST_TURNS = 12
"""A handshake with HelloRetryRequest takes seven."""
_PIECE = 1 << 16


@dataclass(slots=True)
class Outcome:
    """A finished handshake."""

    client: Any
    server: Any
    flights: list[tuple[str, int]] = field(default_factory=list)
    """Sender and bytes, in the order sent; the tickets last."""
    turns: dict[str, list[Batch]] = field(default_factory=lambda: {"client": [], "server": []})
    """Time of every turn of each side."""

    def cpu(self, side: str) -> Batch:
        """Return the whole handshake's time of one side as one batch; disturbed if any of its turns was."""
        turns = self.turns[side]
        return Batch(
            calls=1,
            wall_ns=sum(turn.wall_ns for turn in turns),
            cpu_ns=sum(turn.cpu_ns for turn in turns),
            disturbed=any(turn.disturbed for turn in turns),
            round=turns[0].round,
        )


def handshake(endpoints: Endpoints, round_: int = 0) -> Outcome:
    """Make one handshake and read its tickets; `BenchmarkError` says why it failed, as OpenSSL does."""
    client, server = endpoints.connections()
    outcome = Outcome(client, server)
    sides = (("client", client, server), ("server", server, client))
    steps = {name: _step(endpoints.binding.ssl, name, own) for name, own, _ in sides}
    finished: set[str] = set()
    for turn in range(_MOST_TURNS):
        name, own, other = sides[turn % 2]
        if name not in finished:
            timer = Timer(steps[name].call)
            outcome.turns[name].append(timer.batch(1, round_))
            if steps[name].finished:
                finished.add(name)
        _move(endpoints, name, own, other, outcome)
        if len(finished) == len(sides) and name == "server":
            _read_tickets(endpoints, client)
            return outcome
    raise BenchmarkError("the handshake did not end")


@dataclass(slots=True)
class _Step:
    """One side's next turn, and whether it was its last."""

    call: Call
    finished: bool = False


def _step(ssl: Any, name: str, connection: Any) -> _Step:
    def turn() -> bool:
        try:
            connection.do_handshake()
        except ssl.WantReadError:
            return False
        except ssl.Error as error:
            raise BenchmarkError(f"the {name} ended the handshake: {_reasons(error)}") from error
        step.finished = True
        return True

    step = _Step(Call(turn, [()], lambda _: True))
    return step


def _move(endpoints: Endpoints, name: str, own: Any, other: Any, outcome: Outcome) -> None:
    moved = 0
    for piece in iter(_reader(endpoints, own), b""):
        other.bio_write(piece)
        moved += len(piece)
    if moved:
        outcome.flights.append((name, moved))


def _reader(endpoints: Endpoints, connection: Any) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return bytes(connection.bio_read(_PIECE))
        except endpoints.binding.ssl.WantReadError:
            return b""

    return read


def _read_tickets(endpoints: Endpoints, client: Any) -> None:
    """Let the client take in what follows the handshake; there is no application data to come."""
    try:
        client.recv(1)
    except endpoints.binding.ssl.WantReadError:
        return
    raise BenchmarkError("the server sent something that nobody asked for")


def _reasons(error: Exception) -> str:
    """Return OpenSSL's own words from pyOpenSSL's list of (library, function, reason)."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(entry[-1]) for entry in entries) or str(error) or type(error).__name__
