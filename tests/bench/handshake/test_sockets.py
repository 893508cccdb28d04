"""The network model against handshakes over real sockets, through a proxy that behaves like a network.

The proxy knows nothing of the model: it holds packets back for the link's time and half a round trip, and lets
out only what an initial window and the acknowledgments so far allow.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from pqc_migrate.bench.handshake.endpoints import Endpoints
from pqc_migrate.bench.handshake.inspect import inspect
from pqc_migrate.bench.handshake.network import tcp
from pqc_migrate.catalog.network import profiles
from pqc_migrate.model.handshake import NetworkProfile

NETWORK = replace(profiles()[0], name="proxy", rtt_ms=120, mbit_s=20)
SETTLE = 0.004
"""How long a segment that is not full waits for more, in seconds."""


@pytest.mark.parametrize(
    ("chain", "first_share", "initcwnd", "window_round_trips"),
    [
        ("ECDSA-P-256", "", 10, 0),
        ("ML-DSA-87", "", 10, 1),
        ("ML-DSA-87", "", 4, 2),
        ("ECDSA-P-256", "X25519", 10, 0),
    ],
)
def test_sockets_take_the_time_of_the_model(
    opened: Callable[..., Endpoints], chain: str, first_share: str, initcwnd: int, window_round_trips: int
) -> None:
    """From ClientHello until the client is done, at the best of three: never less, nor another round trip more."""
    profile = replace(NETWORK, initcwnd=initcwnd)
    ends = opened("X25519MLKEM768", chain, first_share=first_share)
    flights = [(flight.sender, flight.bytes) for flight in inspect(ends).flights[:-1]]
    model = tcp(profile, flights, 0)
    assert model.window_round_trips == window_round_trips
    # Without TCP's handshake, which the proxy does not delay, and without the client's last flight, which it sends.
    expected = model.ms - profile.rtt_ms - 8 * flights[-1][1] / (profile.mbit_s * 1000)
    measured = min(over_sockets(ends, profile) for _ in range(3))
    assert 0.98 < measured / expected < 1.4


def over_sockets(ends: Endpoints, profile: NetworkProfile) -> float:
    """Milliseconds of one handshake as the client sees it."""
    ssl = ends.binding.ssl
    with listening() as server_socket, proxy(profile, server_socket.getsockname()) as address:
        thread = threading.Thread(target=serve, args=(ssl, ends.server, server_socket))
        thread.start()
        with socket.create_connection(address, timeout=10) as raw:
            raw.settimeout(None)
            client = ssl.Connection(ends.client, raw)
            client.set_connect_state()
            start = time.perf_counter()
            client.do_handshake()
            took = time.perf_counter() - start
            client.shutdown()
            thread.join(10)
    assert not thread.is_alive()
    return took * 1000


def serve(ssl: Any, context: Any, listener: socket.socket) -> None:
    raw, _ = listener.accept()
    with raw:
        connection = ssl.Connection(context, raw)
        connection.set_accept_state()
        connection.do_handshake()
        with contextlib.suppress(ssl.Error):
            connection.recv(1)


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextlib.contextmanager
def proxy(profile: NetworkProfile, target: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """Run the proxy in a thread of its own; yield where it listens."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*target)
        try:
            await asyncio.gather(Direction(profile).pump(reader, back), Direction(profile).pump(there, writer))
        finally:
            writer.close()
            back.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(connected, "127.0.0.1", 0)

    async def stop() -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class Direction:
    """One direction of a connection: a sender in slow start, a link, and acknowledgments that come back."""

    def __init__(self, profile: NetworkProfile) -> None:
        self._profile = profile
        self._window = profile.initcwnd
        self._flying = 0
        self._link_free = 0.0
        self._opened = asyncio.Event()
        self._buffer = bytearray()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while segment := await self._segment(reader):
            while self._flying >= self._window:
                self._opened.clear()
                await self._opened.wait()
            self._send(segment, writer)

    async def _segment(self, reader: asyncio.StreamReader) -> bytes:
        mss = self._profile.mss
        while len(self._buffer) < mss:
            try:
                more = await asyncio.wait_for(reader.read(65_536), SETTLE if self._buffer else None)
            except TimeoutError:
                break
            if not more:
                break
            self._buffer += more
        segment, self._buffer = bytes(self._buffer[:mss]), self._buffer[mss:]
        return segment

    def _send(self, segment: bytes, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        busy = 8 * len(segment) / (self._profile.mbit_s * 1e6)
        self._link_free = max(loop.time(), self._link_free) + busy
        self._flying += 1
        rtt = self._profile.rtt_ms / 1000
        loop.call_at(self._link_free + rtt / 2, self._arrive, segment, writer)
        loop.call_at(self._link_free + rtt, self._acknowledge)

    @staticmethod
    def _arrive(segment: bytes, writer: asyncio.StreamWriter) -> None:
        if not writer.is_closing():
            writer.write(segment)

    def _acknowledge(self) -> None:
        self._flying -= 1
        self._window += 1
        self._opened.set()
