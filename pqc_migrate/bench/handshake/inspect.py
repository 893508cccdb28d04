"""What a handshake consists of: its messages in their flights, and the sizes of their parts.

The messages come from OpenSSL's message callback, so that encrypted ones are seen as they were before
encryption; their formats are those of RFC 8446 section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pqc_migrate.bench.handshake.binding import HANDSHAKE
from pqc_migrate.bench.handshake.endpoints import Endpoints
from pqc_migrate.bench.handshake.exchange import Outcome, handshake
from pqc_migrate.bench.handshake.wire import Reader
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.handshake import Authentication, Flight, Message

_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_VERIFY = 1, 2, 11, 15
_NAMES = {
    _CLIENT_HELLO: "ClientHello",
    _SERVER_HELLO: "ServerHello",
    4: "NewSessionTicket",
    8: "EncryptedExtensions",
    _CERTIFICATE: "Certificate",
    13: "CertificateRequest",
    _CERTIFICATE_VERIFY: "CertificateVerify",
    20: "Finished",
}
"""RFC 8446 section 4."""
_RETRY_RANDOM = hashlib.sha256(b"HelloRetryRequest").digest()
"""By this a ServerHello is told to be a HelloRetryRequest (RFC 8446 section 4.1.3)."""
_KEY_SHARE = 51
"""Extension type (RFC 8446 section 4.2)."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A handshake taken apart."""

    outcome: Outcome
    group: str
    """Negotiated, as OpenSSL names it."""
    flights: tuple[Flight, ...]
    client_share: int
    server_share: int
    server: Authentication
    client: Authentication | None
    retried: bool

    @property
    def bytes(self) -> int:
        """Bytes of all flights."""
        return sum(flight.bytes for flight in self.flights)


Seen = tuple[str, bytes]
"""Sender, and a handshake message with its header."""


def inspect(endpoints: Endpoints) -> Inspected:
    """Make a handshake that is not timed and take it apart; `BenchmarkError` when it is not as RFC 8446 says."""
    seen: list[Seen] = []

    def note(sent: bool, kind: int, data: bytes) -> None:
        if kind == HANDSHAKE:
            seen.append(("client" if sent else "server", data))

    with endpoints.binding.watched(endpoints.client, note):
        outcome = handshake(endpoints)
    try:
        return _taken_apart(outcome, endpoints.binding.group_name(outcome.client), seen)
    except (ValueError, LookupError) as error:
        raise BenchmarkError(f"the handshake's messages cannot be read: {error}") from error


def _taken_apart(outcome: Outcome, group: str, seen: Sequence[Seen]) -> Inspected:
    server_hellos = _bodies(seen, "server", _SERVER_HELLO)
    return Inspected(
        outcome=outcome,
        group=group,
        flights=_flights(outcome, seen),
        client_share=client_share(_bodies(seen, "client", _CLIENT_HELLO)[-1]),
        server_share=server_share(server_hellos[-1]),
        server=_authentication(seen, "server"),
        client=_authentication(seen, "client") if _bodies(seen, "client", _CERTIFICATE) else None,
        retried=any(_is_retry(hello) for hello in server_hellos),
    )


def _flights(outcome: Outcome, seen: Sequence[Seen]) -> tuple[Flight, ...]:
    turns = [(sender, [data for _, data in group]) for sender, group in groupby(seen, key=lambda one: one[0])]
    if [sender for sender, _ in turns] != [sender for sender, _ in outcome.flights]:
        raise ValueError("messages and flights do not go together")
    return tuple(
        Flight(sender, moved, tuple(Message(_name(data), len(data)) for data in messages))
        for (sender, moved), (_, messages) in zip(outcome.flights, turns, strict=True)
    )


def _name(message: bytes) -> str:
    if message[0] == _SERVER_HELLO and _is_retry(message[4:]):
        return "HelloRetryRequest"
    return _NAMES.get(message[0], f"type {message[0]}")


def _bodies(seen: Sequence[Seen], sender: str, kind: int) -> list[bytes]:
    bodies = []
    for who, message in seen:
        reader = Reader(message)
        if reader.number(1) == kind and who == sender:
            bodies.append(reader.vector(3))
            reader.end()
    return bodies


def _is_retry(server_hello: bytes) -> bool:
    return server_hello[2:34] == _RETRY_RANDOM


def client_share(client_hello: bytes) -> int:
    """Return the bytes of all key_exchange values of a ClientHello (RFC 8446 sections 4.1.2 and 4.2.8)."""
    reader = Reader(client_hello)
    reader.skip(2 + 32)
    reader.vector(1)
    reader.vector(2)
    reader.vector(1)
    shares = Reader(Reader(_extensions(reader)[_KEY_SHARE]).vector(2))
    total = 0
    while shares.left:
        shares.skip(2)
        total += len(shares.vector(2))
    return total


def server_share(server_hello: bytes) -> int:
    """Return the bytes of the key_exchange value of a ServerHello (RFC 8446 sections 4.1.3 and 4.2.8)."""
    reader = Reader(server_hello)
    reader.skip(2 + 32)
    reader.vector(1)
    reader.skip(2 + 1)
    share = Reader(_extensions(reader)[_KEY_SHARE])
    share.skip(2)
    return len(share.vector(2))


def _extensions(reader: Reader) -> dict[int, bytes]:
    inner = Reader(reader.vector(2))
    reader.end()
    extensions: dict[int, bytes] = {}
    while inner.left:
        kind = inner.number(2)
        extensions[kind] = inner.vector(2)
    return extensions


def _authentication(seen: Sequence[Seen], sender: str) -> Authentication:
    (certificate,), (verify,) = (_bodies(seen, sender, kind) for kind in (_CERTIFICATE, _CERTIFICATE_VERIFY))
    reader = Reader(verify)
    code = reader.number(2)
    signature = reader.vector(2)
    reader.end()
    known = {chain.code: chain.scheme for chain in catalog.chains().values()}
    return Authentication(
        certificates=certificates(certificate),
        certificate_message=len(certificate) + 4,
        signature_scheme=known.get(code, f"0x{code:04x}"),
        signature=len(signature),
    )


def certificates(body: bytes) -> tuple[int, ...]:
    """Return the bytes of each certificate in a Certificate message (RFC 8446 section 4.4.2)."""
    reader = Reader(body)
    reader.vector(1)
    entries = Reader(reader.vector(3))
    reader.end()
    lengths = []
    while entries.left:
        lengths.append(len(entries.vector(3)))
        entries.vector(2)
    return tuple(lengths)
