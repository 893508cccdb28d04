"""Is a handshake what it was meant to be? One that is not is not timed."""

from __future__ import annotations

from collections.abc import Sequence

from pqc_migrate.bench.handshake.certificates import SERVER_NAME
from pqc_migrate.bench.handshake.endpoints import PROTOCOLS
from pqc_migrate.bench.handshake.inspect import Inspected
from pqc_migrate.catalog.handshakes import Case, Chain
from pqc_migrate.model.bench import Check
from pqc_migrate.model.handshake import Authentication

_PROVIDER = "openssl"


def checks(case: Case, inspected: Inspected) -> list[Check]:
    """Return the checks ``sizes`` (against the standards) and ``agreement`` (of what was negotiated)."""
    return [
        _check(case, "sizes", [*_shares(case, inspected), *_signatures(case, inspected)]),
        _check(case, "agreement", _negotiated(case, inspected)),
    ]


def _check(case: Case, name: str, wrong: Sequence[str]) -> Check:
    return Check(case.name, _PROVIDER, name, not wrong, "; ".join(wrong))


def _shares(case: Case, inspected: Inspected) -> list[str]:
    group = case.group
    pairs = (("client", inspected.client_share, group.client), ("server", inspected.server_share, group.server))
    return [
        f"{side}'s key share has {found} bytes, not {expected} ({group.source})"
        for side, found, expected in pairs
        if found != expected
    ]


def _signatures(case: Case, inspected: Inspected) -> list[str]:
    sides = (("server", inspected.server), ("client", inspected.client))
    return [wrong for side, shown in sides if shown for wrong in _signature(side, shown, case.chain)]


def _signature(side: str, shown: Authentication, chain: Chain) -> list[str]:
    wrong = []
    if shown.signature > chain.signature or (shown.signature < chain.signature and not chain.variable):
        wrong.append(f"{side}'s signature has {shown.signature} bytes, not {chain.signature} ({chain.source})")
    if shown.signature_scheme != chain.scheme:
        wrong.append(f"{side} signed with {shown.signature_scheme}, not {chain.scheme}")
    return wrong


def _negotiated(case: Case, inspected: Inspected) -> list[str]:
    client, server = inspected.outcome.client, inspected.outcome.server
    group = inspected.group
    facts = (
        ("group", group.casefold(), case.group.openssl.casefold()),
        ("cipher suite", client.get_cipher_name(), server.get_cipher_name()),
        ("protocol of the application", server.get_alpn_proto_negotiated(), PROTOCOLS[0]),
        ("server name", server.get_servername(), SERVER_NAME.encode()),
        ("client's authentication", inspected.client is not None, case.mutual),
        ("HelloRetryRequest", inspected.retried, case.first_share is not None),
    )
    return [f"{what}: {found!r}, not {expected!r}" for what, found, expected in facts if found != expected]
