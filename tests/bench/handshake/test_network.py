"""The network model against figures worked out by hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.bench.handshake.network import idle_ms, quic, segments, tcp, windows
from pqc_migrate.catalog.network import profiles
from pqc_migrate.model.handshake import NetworkProfile

PLAIN = NetworkProfile(
    name="plain", about="", rtt_ms=100, mbit_s=1e6, mss=1460, initcwnd=10, loss=0, rto_min_ms=1000, source="test"
)  # fmt: skip
SHORT = (("client", 250), ("server", 1400), ("client", 80))


@pytest.mark.parametrize(
    ("size", "round_trips"),
    [(1, 0), (14_600, 0), (14_601, 1), (43_800, 1), (43_801, 2), (102_200, 2), (102_201, 3)],
)
def test_a_flight_takes_a_round_trip_for_each_window(size: int, round_trips: int) -> None:
    """Ten segments of 1460 bytes, then 20, then 40: the ends of these windows are 14 600, 43 800 and 102 200."""
    found = tcp(PLAIN, [("client", 250), ("server", size), ("client", 80)], 0)
    assert found.window_round_trips == round_trips
    assert found.round_trips == 2 + round_trips
    assert found.ms == pytest.approx(100 * (2 + round_trips), rel=0.01)


@given(st.integers(0, 10**6), st.integers(1, 100), st.none() | st.integers(1, 100))
def test_every_packet_leaves_once(count: int, first: int, second: int | None) -> None:
    """Each window is full but the last, and twice the one before."""
    sent = windows(count, first, second)
    assert sum(sent) == count
    assert all(later == 2 * earlier for earlier, later in pairwise(sent[1:-1]))
    assert all(sent)


@given(st.integers(0, 10**6), st.integers(1, 65_000))
def test_segments_hold_everything(size: int, mss: int) -> None:
    assert (segments(size, mss) - 1) * mss < size <= segments(size, mss) * mss or size == 0


def test_a_slow_link_hides_round_trips() -> None:
    """While ten packets of 12 ms each leave, the first acknowledgment is back: there is nothing to wait for."""
    assert idle_ms((10, 20, 5), packet_ms=12, rtt_ms=100) == 0
    assert idle_ms((10, 20, 5), packet_ms=1, rtt_ms=100) == (1 + 100 - 10) + (1 + 100 - 20)
    assert idle_ms((10,), packet_ms=1, rtt_ms=100) == 0


def test_transmission_and_computation_add_up() -> None:
    """1730 bytes at 1 Mbit/s take 13.84 ms; TCP's handshake and TLS's take a round trip each."""
    found = tcp(replace(PLAIN, mbit_s=1), SHORT, cpu_ms=5)
    assert found.ms == pytest.approx(200 + 13.84 + 5)


def test_a_hello_retry_request_is_a_round_trip() -> None:
    retried = (("client", 250), ("server", 100), ("client", 250), ("server", 1400), ("client", 80))
    for model in (tcp, quic):
        once, twice = model(PLAIN, SHORT, 0), model(PLAIN, retried, 0)
        assert twice.round_trips - once.round_trips == 1
        assert twice.ms - once.ms == pytest.approx(100, abs=0.1)


def test_quic_needs_no_handshake_of_the_transport() -> None:
    found = quic(PLAIN, SHORT, 0)
    assert (found.round_trips, found.window_round_trips) == (1, 0)
    assert found.ms == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize(
    ("client", "server", "round_trips"),
    [
        (250, 3 * 1150, 0),
        (250, 3 * 1150 + 1, 1),  # one datagram from the client: three from the server until it is validated
        (1400, 6 * 1150, 0),
        (1400, 6 * 1150 + 1, 1),  # two datagrams, six
        (250, 13 * 1150, 1),
        (250, 13 * 1150 + 1, 2),  # three and ten: the window did not grow while the limit held the server back
        (4600, 10 * 1150 + 1, 1),  # four datagrams would allow twelve: the window of ten holds back
        (4600, 31 * 1150, 2),  # and has grown: 10, 20, 1
    ],
)
def test_quic_sends_three_times_what_it_received(client: int, server: int, round_trips: int) -> None:
    """RFC 9000 section 8.1, with 1150 bytes of TLS in a datagram."""
    assert (
        quic(PLAIN, [("client", client), ("server", server), ("client", 80)], 0).window_round_trips == round_trips
    )


def test_loss_costs_what_notices_it() -> None:
    """By hand, for TCP: SYN and SYN+ACK wait a second each; of one segment each in three flights, a second, too."""
    lossy = replace(PLAIN, loss=0.01)
    found = tcp(lossy, SHORT, 0)
    assert found.expected_ms - found.ms == pytest.approx(5 * 0.01 * 1000)
    assert found.timeout_chance == found.loss_chance == pytest.approx(1 - 0.99**5)
    # Eight segments: the last three wait for the timer, one of the five before costs a round trip.
    longer = tcp(lossy, [("client", 250), ("server", 8 * 1460), ("client", 80)], 0)
    tail, before = 1 - 0.99**3, 0.99**3 * (1 - 0.99**5)
    assert longer.expected_ms - longer.ms == pytest.approx(4 * 0.01 * 1000 + tail * 1000 + before * 100)
    assert longer.loss_chance == pytest.approx(1 - 0.99**12)
    assert longer.timeout_chance == pytest.approx(1 - 0.99**7)


def test_timers_follow_the_round_trip() -> None:
    """RFC 6298 section 2.2: the first sample R sets R + 4 · R/2; QUIC takes it without a least value once known."""
    slow = replace(PLAIN, rtt_ms=500, loss=0.001)
    found = tcp(slow, SHORT, 0)
    assert found.expected_ms - found.ms == pytest.approx(0.001 * (2 * 1000 + 3 * 1500))
    found = quic(slow, SHORT, 0)
    # The server's 1400 bytes are two datagrams; neither side has seen a round trip before.
    assert found.expected_ms - found.ms == pytest.approx(0.001 * (1000 + 2 * 1000 + 1500), rel=0.001)


@given(
    st.sampled_from(profiles()),
    st.lists(st.integers(1, 60_000), min_size=3, max_size=3),
    st.integers(1, 60_000),
)
def test_more_bytes_never_take_less(profile: NetworkProfile, sizes: list[int], more: int) -> None:
    senders = ("client", "server", "client")
    less = list(zip(senders, sizes, strict=True))
    longer = [*less[:1], ("server", sizes[1] + more), *less[2:]]
    for model in (tcp, quic):
        a, b = model(profile, less, 1), model(profile, longer, 1)
        assert a.ms <= b.ms
        assert a.window_round_trips <= b.window_round_trips
        assert a.loss_chance <= b.loss_chance
        assert a.timeout_chance <= a.loss_chance + 1e-12
        assert a.expected_ms >= a.ms
