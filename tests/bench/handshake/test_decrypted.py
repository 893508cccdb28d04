"""The messages as OpenSSL shows them, against the records of the wire, decrypted by other code."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pqc_migrate.bench.handshake.endpoints import Endpoints
from pqc_migrate.bench.handshake.exchange import handshake

HANDSHAKE, APPLICATION_DATA, CHANGE_CIPHER_SPEC = 22, 23, 20
FINISHED = 20


@pytest.mark.parametrize("chain", ["ECDSA-P-256", "ML-DSA-87"])
def test_the_server_flight_holds_what_openssl_shows(opened: Callable[..., Endpoints], chain: str) -> None:
    """RFC 8446 section 5.2: records of the server's first flight, opened with the secret from the key log."""
    plain = opened("X25519MLKEM768", chain)
    ends = Recording(plain.binding, plain.client, plain.server)
    secrets: dict[str, bytes] = {}
    ends.client.set_keylog_callback(lambda _, line: secrets.update([key_log(line.decode())]))
    shown: list[bytes] = []

    def see(sent: bool, kind: int, data: bytes) -> None:
        if kind == HANDSHAKE and not sent:
            shown.append(data)

    with ends.binding.watched(ends.client, see):
        outcome = handshake(ends)
    assert outcome.client.get_cipher_name() == "TLS_AES_256_GCM_SHA384"
    first, *rest = records(b"".join(ends.sent)[: outcome.flights[1][1]])
    assert (first[0], first[2]) == (HANDSHAKE, shown[0]), "ServerHello is in clear"
    flight = b"".join(decrypted(rest, secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"]))
    messages = shown[1 : 1 + next(n for n, message in enumerate(shown[1:], 1) if message[0] == FINISHED)]
    assert flight == b"".join(messages)


@dataclass(frozen=True)
class Recording(Endpoints):
    """Endpoints whose server keeps what it sends."""

    sent: list[bytes] = field(default_factory=list)

    def connections(self) -> tuple[Any, Any]:
        client, server = Endpoints.connections(self)
        return client, Tap(server, self.sent)


class Tap:
    """A connection that keeps what is read from its buffer."""

    def __init__(self, connection: Any, sent: list[bytes]) -> None:
        self._connection, self._sent = connection, sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def bio_read(self, size: int) -> bytes:
        piece = self._connection.bio_read(size)
        self._sent.append(piece)
        return bytes(piece)


def key_log(line: str) -> tuple[str, bytes]:
    """A line of the key log: label, client random, secret."""
    label, _, secret = line.split()
    return label, bytes.fromhex(secret)


def records(wire: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Type, header and content of each record (RFC 8446 section 5.1)."""
    while wire:
        header, length = wire[:5], int.from_bytes(wire[3:5], "big")
        yield header[0], header, wire[5 : 5 + length]
        wire = wire[5 + length :]


def decrypted(found: list[tuple[int, bytes, bytes]], secret: bytes) -> Iterator[bytes]:
    """Content of encrypted handshake records (RFC 8446 sections 5.2, 5.3 and 7.3)."""
    key, iv = expand_label(secret, "key", 32), expand_label(secret, "iv", 12)
    encrypted = [record for record in found if record[0] == APPLICATION_DATA]
    assert {record[0] for record in found} <= {APPLICATION_DATA, CHANGE_CIPHER_SPEC}
    for number, (_, header, content) in enumerate(encrypted):
        nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
        inner = AESGCM(key).decrypt(nonce, content, header).rstrip(b"\0")
        assert inner[-1] == HANDSHAKE
        yield inner[:-1]


def expand_label(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1) with SHA-384 and no context; one block is enough."""
    name = b"tls13 " + label.encode()
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha384).digest()[:length]
