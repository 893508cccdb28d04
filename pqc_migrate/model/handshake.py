"""What a TLS 1.3 handshake costs: CPU of each side, bytes of each flight, and the time over a network.

CPU times are nanoseconds of one handshake and of one side. Bytes are those on the wire above TCP: TLS records
with their headers, except where a field says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class SideCpu:
    """The time one side spends in one handshake."""

    median_ns: float
    median_interval_ns: tuple[float, float] | None
    """95 % interval of the median from order statistics; None below six handshakes."""
    min_ns: float
    mean_ns: float
    mean_interval_ns: tuple[float, float] | None
    """95 % interval of the mean by its standard error; None below six handshakes."""
    q1_ns: float
    q3_ns: float
    representative_ns: float
    """What capacity is computed from: the median, but the mean where this side's signing is random by design."""
    representative: str
    """``median`` or ``mean``."""
    samples: int
    """Handshakes the figures rest on."""
    disturbed: int
    """Handshakes left out because the scheduler interrupted this side."""
    round_spread: float
    """Largest divided by smallest median of a round."""
    clock: str
    """``wall``, or ``thread-cpu`` where hardly any handshake ran undisturbed."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Message:
    """One handshake message (RFC 8446 section 4)."""

    name: str
    """``ClientHello``, ``ServerHello``, ``HelloRetryRequest``, ``EncryptedExtensions``, ``CertificateRequest``,
    ``Certificate``, ``CertificateVerify``, ``Finished``, ``NewSessionTicket``; ``type 24`` for another."""
    bytes: int
    """With the header of four bytes, before encryption and without the record around it."""


@dataclass(frozen=True, slots=True)
class Flight:
    """What one side sends before it waits for the other."""

    sender: str
    """``client`` or ``server``."""
    bytes: int
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Authentication:
    """What one side sends to prove who it is; bytes of the parsed parts."""

    certificates: tuple[int, ...]
    """DER bytes of each certificate, the leaf first; the root is not sent."""
    certificate_message: int
    """The Certificate message (RFC 8446 section 4.4.2)."""
    signature_scheme: str
    """Scheme of CertificateVerify by its IANA name; the code point in hexadecimal where it is not known."""
    signature: int
    """The signature in CertificateVerify alone (RFC 8446 section 4.4.3)."""


@dataclass(frozen=True, slots=True)
class NetworkTime:
    """The handshake over one network by the model of `bench.handshake.network`; times in milliseconds.

    From the client's first packet until its first request can leave: it has verified the server and sent its
    last flight.
    """

    profile: str
    transport: str
    """``tcp`` or ``quic``."""
    ms: float
    """Without loss."""
    expected_ms: float
    """On average with the profile's loss."""
    loss_chance: float
    """Chance that at least one packet of the handshake is lost."""
    timeout_chance: float
    """Chance that one is lost that only a timer notices."""
    round_trips: int
    """All of them, with that of TCP's own handshake."""
    window_round_trips: int
    """Those of them that a congestion window costs, or QUIC's limit before the client's address is validated."""


@dataclass(frozen=True, slots=True)
class NetworkProfile:
    """A network that the model computes with: named assumptions, not a measurement."""

    name: str
    about: str
    rtt_ms: float
    mbit_s: float
    """Of the narrowest link, in either direction, 10⁶ bit/s."""
    mss: int
    """Bytes of TLS in one TCP segment."""
    initcwnd: int
    """Segments that may leave before the first acknowledgment."""
    loss: float
    """Chance of a packet to be lost, independent of the others."""
    rto_min_ms: float
    """What a retransmission timer is at least."""
    source: str


@dataclass(frozen=True, slots=True)
class Handshake:
    """One kind of handshake: a group, a certificate chain, one or both sides authenticated."""

    group: str
    chain: str
    """Algorithm of the keys of leaf, intermediate and root."""
    mutual: bool
    """Whether the client shows a certificate, too."""
    first_share: str
    """The group of the client's first key share where the server refuses it with HelloRetryRequest; else empty."""
    negotiated_group: str
    """As OpenSSL names it."""
    cipher_suite: str
    client: SideCpu
    server: SideCpu
    flights: tuple[Flight, ...]
    """In the order they were sent; the last one holds the tickets, which no request waits for."""
    client_share: int
    """Bytes of the key share in ClientHello, without its header of four bytes."""
    server_share: int
    server_authentication: Authentication
    client_authentication: Authentication | None
    implementation: str
    """The TLS library, its version and the binding it was called through."""
    added_bytes: int | None = None
    """Bytes before the first request beyond those of X25519 with ECDSA-P-256, server-only; None without that."""
    networks: tuple[NetworkTime, ...] = ()

    @property
    def on_path(self) -> tuple[Flight, ...]:
        """The flights that the first request waits for."""
        return tuple(f for f in self.flights if all(m.name != "NewSessionTicket" for m in f.messages))

    @property
    def tickets(self) -> int:
        """Bytes of the flight of NewSessionTickets."""
        return sum(f.bytes for f in self.flights) - sum(f.bytes for f in self.on_path)

    @property
    def bytes_before_request(self) -> int:
        """Bytes of the flights that the first request waits for."""
        return sum(flight.bytes for flight in self.on_path)

    def sent_by(self, sender: str) -> tuple[int, ...]:
        """Bytes of the flights of one side that the first request waits for."""
        return tuple(f.bytes for f in self.on_path if f.sender == sender)
