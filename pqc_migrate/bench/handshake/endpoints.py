"""The contexts of client and server for one case, set up as a browser and a web server do it.

Server name and application protocols are sent as browsers send them. Their ClientHello is a few hundred bytes
longer still: TLS 1.2, a share of a second group, values that only keep servers tolerant, and a ticket where they
have one. Host names, revocation and certificate transparency are not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.certificates import SERVER_NAME, Credentials, Identity
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.errors import BenchmarkError

PROTOCOLS = (b"h2", b"http/1.1")
"""What a browser offers in ALPN (RFC 7301), the preferred one first."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The two contexts; a connection of each makes one handshake."""

    binding: Binding
    client: Any
    server: Any

    def connections(self) -> tuple[Any, Any]:
        """Return a client and a server that have not spoken yet, each on buffers in memory."""
        ssl = self.binding.ssl
        client, server = ssl.Connection(self.client, None), ssl.Connection(self.server, None)
        client.set_connect_state()
        client.set_tlsext_host_name(SERVER_NAME.encode())
        server.set_accept_state()
        return client, server


def endpoints(binding: Binding, case: Case, credentials: Credentials) -> Endpoints:
    """Return the endpoints of a case: the client trusts the root alone, the server allows the case's group alone.

    `ProviderUnavailable` when this OpenSSL lacks the group or the cipher suites, `BenchmarkError` when it does
    not take the key or the certificates.
    """
    client, server = binding.context(), binding.context()
    offered = [case.first_share, case.group] if case.first_share else [case.group]
    binding.set_groups(client, ":".join(group.openssl for group in offered))
    binding.set_groups(server, case.group.openssl)
    if case.suites:
        binding.set_suites(client, case.suites)
        binding.set_suites(server, case.suites)
    client.set_alpn_protos(list(PROTOCOLS))
    server.set_alpn_select_callback(_select)
    # A server with many front ends keeps its state in tickets; a cache would only grow here.
    server.set_session_cache_mode(binding.ssl.SESS_CACHE_OFF)
    try:
        _load(binding, case, credentials, client, server)
    except binding.ssl.Error as error:
        raise BenchmarkError(
            f"{binding.library} does not take the {case.chain.name} certificates: {error}"
        ) from error
    return Endpoints(binding, client, server)


def _select(_: Any, offered: Sequence[bytes]) -> bytes:
    return next((name for name in PROTOCOLS if name in offered), PROTOCOLS[-1])


def _load(binding: Binding, case: Case, credentials: Credentials, client: Any, server: Any) -> None:
    ssl = binding.ssl
    # pyOpenSSL takes keys that `cryptography` does not know, such as SM2, from files only.
    with TemporaryDirectory(prefix="pqc-migrate-") as name:
        folder = Path(name)
        root = folder / "root.pem"
        root.write_bytes(credentials.root_pem)
        client.load_verify_locations(str(root))
        client.set_verify(ssl.VERIFY_PEER)
        _show(ssl, server, credentials.server, folder)
        if case.mutual:
            server.load_verify_locations(str(root))
            server.set_verify(ssl.VERIFY_PEER | ssl.VERIFY_FAIL_IF_NO_PEER_CERT)
            server.set_session_id(b"pqc-migrate")  # OpenSSL wants one wherever clients are authenticated
            _show(ssl, client, credentials.client, folder)


def _show(ssl: Any, context: Any, identity: Identity, folder: Path) -> None:
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(identity.chain_pem)
    key.write_bytes(identity.private_pem)
    context.use_certificate_chain_file(str(chain))
    context.use_privatekey_file(str(key), ssl.FILETYPE_PEM)
    context.check_privatekey()
