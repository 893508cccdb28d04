"""How long a handshake takes over a network: from bytes, round trips and CPU to milliseconds.

Pure functions. What the model knows: propagation, the narrowest link, slow start from the initial window, loss
and its timers, QUIC's limit before the client's address is validated. What it does not: queues, delayed
acknowledgments, headers below TCP, other traffic, tail loss probes (RFC 8985), and retransmissions that are lost
in their turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pqc_migrate.model.handshake import Flight, Handshake, NetworkProfile, NetworkTime

DATAGRAM = 1200
"""Bytes of a QUIC datagram: the least a path must carry, and what the client's first ones are padded to (RFC 9000
section 14.1)."""
DATAGRAM_OVERHEAD = 50
"""Of which are not TLS: at most 28 for a long header with two connection IDs of 8 bytes and a packet number of 2,
16 for the tag, 5 to 7 for the header of a CRYPTO frame (RFC 9000 sections 17.2 and 19.6)."""
AMPLIFICATION = 3
"""Bytes a server may send for each one received until the client's address is validated (RFC 9000 section 8.1)."""
QUIC_WINDOW = 10
"""Initial window in datagrams (RFC 9002 section 7.2)."""
DUPLICATES = 3
"""Later packets that must arrive for a lost one to be noticed without a timer: three duplicate acknowledgments
(RFC 5681 section 3.2), the packet threshold of QUIC (RFC 9002 section 6.1.1)."""
FIRST_TIMER_MS = 1000.0
"""Timer before the round trip is known (RFC 6298 section 2.1; RFC 9002 section 6.2.2 comes to 999 ms)."""


def segments(size: int, mss: int) -> int:
    """Return how many segments of at most `mss` bytes `size` bytes take."""
    return -(-size // mss)


def windows(count: int, first: int, second: int | None = None) -> tuple[int, ...]:
    """Return how many packets leave in each round trip until `count` have.

    Slow start (RFC 5681 section 3.1): `first`, then twice as many each time. `second` is the window after the
    first one where something else than the window held the first one back (RFC 9002 section 7.8).
    """
    sent: list[int] = []
    window = first
    while count > 0:
        sent.append(min(window, count))
        count -= sent[-1]
        window = second if second is not None and len(sent) == 1 else 2 * window
    return tuple(sent)


def idle_ms(sent: Sequence[int], packet_ms: float, rtt_ms: float) -> float:
    """Return the time a sender waits for acknowledgments, with windows as `windows` gives them.

    A window of w packets keeps the link busy for w times a packet's time; the first acknowledgment, which opens
    the next window, is there a packet's time and a round trip after the window began. What lies between is idle.
    """
    return sum(max(0.0, packet_ms + rtt_ms - count * packet_ms) for count in sent[:-1])


def tcp(profile: NetworkProfile, flights: Sequence[tuple[str, int]], cpu_ms: float) -> NetworkTime:
    """Return the time over TCP.

    One round trip for TCP's own handshake (RFC 9293 section 3.5), then for each flight, of (sender, bytes), its
    transmission, its idle times in slow start, and half a round trip, which the last flight does not wait for: ::

        RTT + Σ (8·bytes/bandwidth + idle) + RTT/2 · (flights - 1) + CPU of both sides

    Every flight starts from the initial window (RFC 6928 section 2): the earlier flights of its sender were too
    small to open it (a sender grows a window it uses, RFC 5681 section 3.1).
    """
    counts = [segments(size, profile.mss) for _, size in flights]
    sent = [windows(count, profile.initcwnd) for count in counts]
    busy = _link_ms(sum(size for _, size in flights), profile)
    idle = sum(idle_ms(one, _link_ms(profile.mss, profile), profile.rtt_ms) for one in sent)
    trips = 1 + (len(flights) - 1) // 2
    ms = profile.rtt_ms * trips + busy + idle + cpu_ms
    timer = max(profile.rto_min_ms, 3 * profile.rtt_ms)
    # SYN and SYN+ACK first; then the round trip is known, and the timer is that plus four deviations of half of it.
    parts = [_Part(2, FIRST_TIMER_MS, lone=True), *(_Part(count, timer) for count in counts)]
    return _with_loss(profile, "tcp", ms, trips, sum(len(one) - 1 for one in sent), parts)


def quic(profile: NetworkProfile, flights: Sequence[tuple[str, int]], cpu_ms: float) -> NetworkTime:
    """Return the time over QUIC version 1, from the bytes of TLS messages without records.

    No handshake of the transport. Until the client's Handshake packets validate its address, one round trip after
    the server's first ones, the server sends at most three times what it received (RFC 9000 section 8.1), of
    which the client's first datagrams are padded to 1200 bytes. The transport parameters, some 100 bytes in each
    direction, are not counted.
    """
    room = DATAGRAM - DATAGRAM_OVERHEAD
    counts = [segments(size, room) for _, size in flights]
    sent, credit = [], 0
    for (sender, _), count in zip(flights, counts, strict=True):
        if sender == "client":
            credit += AMPLIFICATION * count
            sent.append(windows(count, QUIC_WINDOW))
        else:
            held_back = credit < min(count, QUIC_WINDOW)
            sent.append(windows(count, credit, QUIC_WINDOW) if held_back else windows(count, QUIC_WINDOW))
            credit -= sent[-1][0]
    packet_ms = _link_ms(DATAGRAM, profile)
    busy = sum(counts) * packet_ms
    idle = sum(idle_ms(one, packet_ms, profile.rtt_ms) for one in sent)
    trips = (len(flights) - 1) // 2
    ms = profile.rtt_ms * trips + busy + idle + cpu_ms
    # The first flight of either side has no round trip to go by (RFC 9002 section 6.2.2).
    timers = [FIRST_TIMER_MS] * 2 + [3 * profile.rtt_ms] * max(0, len(counts) - 2)
    parts = [_Part(count, timer) for count, timer in zip(counts, timers, strict=False)]
    return _with_loss(profile, "quic", ms, trips, sum(len(one) - 1 for one in sent), parts)


def times(handshake: Handshake, profiles: Sequence[NetworkProfile]) -> tuple[NetworkTime, ...]:
    """Return a measured handshake's time over each network, by TCP and by QUIC."""
    cpu_ms = (handshake.client.representative_ns + handshake.server.representative_ns) / 1e6
    records = [(flight.sender, flight.bytes) for flight in handshake.on_path]
    messages = [(flight.sender, _messages(flight)) for flight in handshake.on_path]
    return tuple(
        time for profile in profiles for time in (tcp(profile, records, cpu_ms), quic(profile, messages, cpu_ms))
    )


def _link_ms(size: int, profile: NetworkProfile) -> float:
    return 8 * size / (profile.mbit_s * 1000)


def _messages(flight: Flight) -> int:
    return sum(message.bytes for message in flight.messages)


@dataclass(frozen=True, slots=True)
class _Part:
    """Packets that go out together, and the timer that notices when the last of them are lost."""

    packets: int
    timer_ms: float
    lone: bool = False
    """Whether each waits for the one before: none is followed by another that would tell of its loss."""

    @property
    def tail(self) -> int:
        return self.packets if self.lone else min(self.packets, DUPLICATES)


def _with_loss(
    profile: NetworkProfile, transport: str, ms: float, trips: int, window_trips: int, parts: Sequence[_Part]
) -> NetworkTime:
    """Add what loss costs on average.

    A lost packet with three later ones behind it costs a round trip (fast retransmit, RFC 5681 section 3.2), one
    of the last three the timer (RFC 6298 section 5). A lost packet of the last flight counts, too: the request
    behind it waits at the server.
    """
    kept = 1 - profile.loss
    extra = 0.0
    for part in parts:
        no_tail_lost = kept**part.tail
        lost_before = no_tail_lost * (1 - kept ** (part.packets - part.tail))
        timed_out = part.tail * profile.loss if part.lone else 1 - no_tail_lost
        extra += timed_out * part.timer_ms + lost_before * profile.rtt_ms
    return NetworkTime(
        profile=profile.name,
        transport=transport,
        ms=ms,
        expected_ms=ms + extra,
        loss_chance=1 - kept ** sum(part.packets for part in parts),
        timeout_chance=1 - kept ** sum(part.tail for part in parts),
        round_trips=trips + window_trips,
        window_round_trips=window_trips,
    )
