"""The handshakes of a run as tables: CPU, bytes, and time over networks."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from pqc_migrate.model.bench import BenchmarkRun, Quality
from pqc_migrate.model.handshake import Handshake, NetworkProfile, NetworkTime, SideCpu

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_CPU_LEGEND = """\
µs: median of one handshake and one side, ± half the 95 % interval; * mean, where signing is random by design
~ noisy, ! unusable; per second: handshakes one core of the server completes, tickets included
bytes: TLS records with headers; tickets follow the handshake and delay nothing; added: bytes before the first
request beyond X25519 with ECDSA-P-256, server-only"""
_PARTS_LEGEND = """\
bytes of the parts alone: key shares without headers, the certificates of the chain without the root (DER), the
signature in CertificateVerify"""
_NETWORK_LEGEND = """\
ms from the first packet until the first request can leave, computed from the bytes and CPU above, without loss;
(+n): round trips that the initial window costs, or under QUIC the limit before the client's address is validated;
loss: with the network's loss on average, and how many handshakes in a thousand wait for a retransmission timer"""


def tables(run: BenchmarkRun) -> str:
    """Return the tables of a run with handshakes."""
    parts = [f"TLS 1.3 handshakes by {run.handshakes[0].implementation}", "", _cpu(run.handshakes), "", _CPU_LEGEND]
    parts += ["", _parts(run.handshakes), "", _PARTS_LEGEND]
    if run.networks:
        parts += ["", _networks(run.networks), "", _times(run, "tcp"), "", _times(run, "quic"), "", _NETWORK_LEGEND]
    return "\n".join(parts)


def _label(one: Handshake) -> tuple[str, str]:
    chain = one.chain + (", mutual" if one.mutual else "")
    return one.group + (f" after {one.first_share}" if one.first_share else ""), chain


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
    headers = (
        "group", "certificates", "client µs", "server µs", "per second", "n", "from client", "from server",
        "tickets", "added",
    )  # fmt: skip
    return _table(rows, headers)


def _side(cpu: SideCpu) -> str:
    mark = _MARKS[cpu.verdict.quality] + f"{cpu.representative_ns / 1000:.0f}"
    if cpu.representative == "mean":
        return f"{mark}*"
    if cpu.median_interval_ns is None:
        return mark
    low, high = cpu.median_interval_ns
    return f"{mark} ±{(high - low) / 2000:.0f}"


def _parts(handshakes: Sequence[Handshake]) -> str:
    rows = []
    for one in handshakes:
        server = one.server_authentication
        certificates = _joined(server.certificates)
        rows.append(
            (
                *_label(one),
                f"{one.client_share} + {one.server_share}",
                certificates,
                str(server.signature),
                server.signature_scheme,
                one.cipher_suite,
            )
        )
    headers = ("group", "certificates", "key shares", "chain", "signature", "signed with", "cipher suite")
    return _table(rows, headers)


def _networks(profiles: Sequence[NetworkProfile]) -> str:
    rows = [
        (
            profile.name,
            f"{profile.rtt_ms:g}",
            f"{profile.mbit_s:g}",
            str(profile.mss),
            str(profile.initcwnd),
            f"{profile.loss:.2%}",
            profile.about,
        )
        for profile in profiles
    ]
    return _table(rows, ("assumed network", "RTT ms", "Mbit/s", "MSS", "initcwnd", "loss", "about"))


def _times(run: BenchmarkRun, transport: str) -> str:
    names = [profile.name for profile in run.networks]
    rows = []
    for one in run.handshakes:
        found = {time.profile: time for time in one.networks if time.transport == transport}
        rows.append((*_label(one), *(_time(found.get(name)) for name in names)))
    return _table(rows, (f"over {transport.upper()}", "certificates", *names))


def _time(time: NetworkTime | None) -> str:
    if time is None:
        return ""
    window = f" (+{time.window_round_trips})" if time.window_round_trips else ""
    lossy = f"; {_ms(time.expected_ms)}, {1000 * time.timeout_chance:.0f} ‰" if time.loss_chance else ""
    return f"{_ms(time.ms)}{window}{lossy}"


def _ms(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _joined(sizes: Sequence[int]) -> str:
    return " + ".join(str(size) for size in sizes)


def _table(rows: Sequence[tuple[str, ...]], headers: tuple[str, ...]) -> str:
    left = {
        "group",
        "certificates",
        "signed with",
        "cipher suite",
        "about",
        "assumed network",
        "over TCP",
        "over QUIC",
    }
    aligned = ["left" if header in left else "right" for header in headers]
    return tabulate(rows, headers=headers, tablefmt="simple", colalign=aligned, disable_numparse=True)
