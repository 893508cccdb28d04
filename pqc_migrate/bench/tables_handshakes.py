"""The handshakes of a run as tables: CPU, bytes, and time over networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tabulate import tabulate

from pqc_migrate.model.bench import BenchmarkRun, Quality
from pqc_migrate.model.handshake import Handshake, NetworkProfile, NetworkTime, SideCpu

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_CPU_LEGEND = """\
µs: median of one handshake and one side, ± half the 95 % interval; * mean, where signing is random by design
~ noisy, ! unusable; per second: what one core of the server completes by that time; n: handshakes behind it
bytes: flights in the order sent, TLS records with headers; tickets follow the handshake and delay nothing, and
carry the client's certificates where it has shown some; added: bytes before the first request beyond X25519 with
ECDSA-P-256, server-only; HRR: HelloRetryRequest, since the first key share is of a group the server refuses"""
_PARTS_LEGEND = """\
bytes of the parts alone: key shares without headers, certificates without the root (DER), signature in
CertificateVerify"""
_NETWORK_LEGEND = """\
ms from the first packet until the first request can leave, computed from the bytes and CPU above, without loss;
(+n): round trips that the initial window costs, or under QUIC the limit before the client's address is validated"""
_LOSS_LEGEND = """\
ms on average with the network's loss; in brackets how many handshakes wait for a retransmission timer"""


def tables(run: BenchmarkRun) -> str:
    """Return the tables of a run with handshakes."""
    parts = [f"TLS 1.3 handshakes by {run.handshakes[0].implementation}", "", _cpu(run.handshakes), "", _CPU_LEGEND]
    parts += ["", _parts(run.handshakes), "", _PARTS_LEGEND]
    if run.networks:
        parts += ["", _networks(run.networks), ""]
        parts += [_times(run, "TCP", _time), "", _times(run, "QUIC", _time), "", _NETWORK_LEGEND]
        if any(profile.loss for profile in run.networks):
            parts += ["", _times(run, "TCP with loss", _lossy), "", _LOSS_LEGEND]
    return "\n".join(parts)


def _label(one: Handshake) -> tuple[str, str]:
    chain = one.chain + (", mutual" if one.mutual else "")
    return one.group + (f" (HRR, {one.first_share} first)" if one.first_share else ""), chain


def _cpu(handshakes: Sequence[Handshake]) -> str:
    rows = [
        (
            *_label(one),
            _side(one.client),
            _side(one.server),
            f"{1e9 / one.server.representative_ns:,.0f}".replace(",", " "),
            str(min(one.client.samples, one.server.samples)),
            _joined(one.sent_by("client")),
            _joined(one.sent_by("server")),
            str(one.tickets),
            "" if one.added_bytes is None else f"{one.added_bytes:+d}",
        )
        for one in handshakes
    ]
    bytes_from = ("from client", "from server", "tickets", "added")
    headers = ("group", "certificates", "client µs", "server µs", "per second", "n", *bytes_from)
    return _table(rows, headers, left=2)


def _side(cpu: SideCpu) -> str:
    star = "*" if cpu.representative == "mean" else ""
    interval = cpu.mean_interval_ns if star else cpu.median_interval_ns
    within = f" ±{(interval[1] - interval[0]) / 2000:.0f}" if interval else ""
    return f"{_MARKS[cpu.verdict.quality]}{cpu.representative_ns / 1000:.0f}{star}{within}"


def _parts(handshakes: Sequence[Handshake]) -> str:
    rows = [
        (
            *_label(one),
            one.server_authentication.signature_scheme,
            one.cipher_suite,
            f"{one.client_share} + {one.server_share}",
            _joined(one.server_authentication.certificates),
            str(one.server_authentication.signature),
        )
        for one in handshakes
    ]
    headers = ("group", "certificates", "signed with", "cipher suite", "key shares", "chain", "signature")
    return _table(rows, headers, left=4)


def _networks(profiles: Sequence[NetworkProfile]) -> str:
    rows = [
        (
            profile.name,
            profile.about,
            f"{profile.rtt_ms:g}",
            f"{profile.mbit_s:g}",
            str(profile.mss),
            str(profile.initcwnd),
            f"{profile.loss:.2%}",
        )
        for profile in profiles
    ]
    return _table(rows, ("assumed network", "about", "RTT ms", "Mbit/s", "MSS", "initcwnd", "loss"), left=2)


def _times(run: BenchmarkRun, transport: str, said: Callable[[NetworkTime], str]) -> str:
    names = [profile.name for profile in run.networks]
    rows = []
    for one in run.handshakes:
        found = {
            time.profile: said(time) for time in one.networks if time.transport == transport.split()[0].lower()
        }
        rows.append((*_label(one), *(found.get(name, "") for name in names)))
    return _table(rows, (f"over {transport}", "certificates", *names), left=2)


def _time(time: NetworkTime) -> str:
    return f"{_ms(time.ms)} (+{time.window_round_trips})" if time.window_round_trips else _ms(time.ms)


def _lossy(time: NetworkTime) -> str:
    return f"{_ms(time.expected_ms)} ({time.timeout_chance:.1%})" if time.loss_chance else _ms(time.ms)


def _ms(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _joined(sizes: Sequence[int]) -> str:
    return " + ".join(str(size) for size in sizes)


def _table(rows: Sequence[tuple[str, ...]], headers: tuple[str, ...], left: int) -> str:
    """Return a table whose first `left` columns are text and whose others are numbers."""
    aligned = ["left" if place < left else "right" for place in range(len(headers))]
    return tabulate(rows, headers=headers, tablefmt="simple", colalign=aligned, disable_numparse=True)
