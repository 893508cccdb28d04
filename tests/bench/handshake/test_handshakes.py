"""Real handshakes: every group, every chain, both sides, and the sizes of the parts by the standards."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.certificates import Credentials
from pqc_migrate.bench.handshake.endpoints import Endpoints, endpoints
from pqc_migrate.bench.handshake.exchange import handshake
from pqc_migrate.bench.handshake.inspect import inspect
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable

Opened = Callable[..., Endpoints]
Issued = Callable[[str], Credentials]

# Key shares: X25519 32 (RFC 7748), points 1 + 2 · 32 and 1 + 2 · 48 (SEC 1 section 2.3.3), ML-KEM-768 1184 and
# 1088, ML-KEM-1024 1568 and 1568 (FIPS 203 table 3); hybrids are their sums.
SHARES = {
    "X25519": (32, 32, "x25519"),
    "P-256": (65, 65, "secp256r1"),
    "P-384": (97, 97, "secp384r1"),
    "X25519MLKEM768": (1184 + 32, 1088 + 32, "X25519MLKEM768"),
    "SecP256r1MLKEM768": (65 + 1184, 65 + 1088, "SecP256r1MLKEM768"),
    "SecP384r1MLKEM1024": (97 + 1568, 97 + 1568, "SecP384r1MLKEM1024"),
    "ML-KEM-768": (1184, 1088, "MLKEM768"),
    "ML-KEM-1024": (1568, 1568, "MLKEM1024"),
    "curveSM2": (65, 65, "curveSM2"),
    "curveSM2MLKEM768": (65 + 1184, 65 + 1088, "curveSM2MLKEM768"),
}
# Signatures of CertificateVerify: RSA the size of the modulus (RFC 8017), Ed25519 64 (RFC 8032), ML-DSA by FIPS 204
# table 2. DER of two integers (RFC 3279 section 2.2.3) is shorter where they begin with zeros: 6 + 2 · 33 and
# 6 + 2 · 49 at most, and by more than four bytes less once in millions.
SIGNATURES = {
    "RSA-2048": ("rsa_pss_rsae_sha256", range(256, 257)),
    "RSA-3072": ("rsa_pss_rsae_sha256", range(384, 385)),
    "ECDSA-P-256": ("ecdsa_secp256r1_sha256", range(68, 73)),
    "ECDSA-P-384": ("ecdsa_secp384r1_sha384", range(100, 105)),
    "Ed25519": ("ed25519", range(64, 65)),
    "ML-DSA-44": ("mldsa44", range(2420, 2421)),
    "ML-DSA-65": ("mldsa65", range(3309, 3310)),
    "ML-DSA-87": ("mldsa87", range(4627, 4628)),
    "SM2": ("sm2sig_sm3", range(68, 73)),
}
# A certificate holds a key and a signature of its own kind, and at most some 500 bytes of names and extensions.
KEY_AND_SIGNATURE = {
    "RSA-2048": 256 + 256, "RSA-3072": 384 + 384, "ECDSA-P-256": 65 + 68, "ECDSA-P-384": 97 + 100,
    "Ed25519": 32 + 64, "ML-DSA-44": 1312 + 2420, "ML-DSA-65": 1952 + 3309, "ML-DSA-87": 2592 + 4627,
    "SM2": 65 + 68,
}  # fmt: skip
SERVER = ["ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished"]


def test_these_are_all_groups_and_chains() -> None:
    """What is measured by default is what is tested here."""
    assert SHARES.keys() == catalog.groups().keys() == {case.group.name for case in catalog.standard()}
    assert SIGNATURES.keys() == catalog.chains().keys() == {case.chain.name for case in catalog.standard()}


@pytest.mark.parametrize("group", SHARES)
def test_every_group_completes_with_key_shares_of_the_standard(opened: Opened, group: str) -> None:
    client, server, name = SHARES[group]
    found = inspect(opened(group, "ECDSA-P-256"))
    assert (found.client_share, found.server_share, found.group) == (client, server, name)
    assert [flight.sender for flight in found.flights] == ["client", "server", "client", "server"]
    assert [m.name for m in found.flights[0].messages] == ["ClientHello"]
    assert [m.name for m in found.flights[1].messages] == SERVER
    assert [m.name for m in found.flights[2].messages] == ["Finished"]
    assert {m.name for m in found.flights[3].messages} == {"NewSessionTicket"}
    assert found.client is None
    assert not found.retried


@pytest.mark.parametrize("chain", SIGNATURES)
def test_every_chain_completes_with_signatures_of_the_standard(opened: Opened, chain: str) -> None:
    """Leaf and intermediate are sent, the root is not; the client has verified them against it."""
    found = inspect(opened("X25519MLKEM768", chain)).server
    scheme, lengths = SIGNATURES[chain]
    assert found.signature_scheme == scheme
    assert found.signature in lengths
    assert len(found.certificates) == 2
    least = KEY_AND_SIGNATURE[chain]
    assert all(least < size < least + 500 for size in found.certificates)
    # RFC 8446 section 4.4.2: header 4, empty context 1, list 3, and for each certificate length 3 and extensions 2.
    assert found.certificate_message == 4 + 1 + 3 + sum(size + 3 + 2 for size in found.certificates)


@pytest.mark.parametrize("chain", ["ECDSA-P-256", "ML-DSA-65", "SM2"])
def test_both_sides_can_be_authenticated(opened: Opened, chain: str) -> None:
    found = inspect(opened("X25519MLKEM768", chain, mutual=True))
    assert found.client is not None
    assert found.client.signature_scheme == SIGNATURES[chain][0]
    assert found.client.signature in SIGNATURES[chain][1]
    assert [m.name for m in found.flights[1].messages] == [*SERVER[:2], "CertificateRequest", *SERVER[2:]]
    assert [m.name for m in found.flights[2].messages] == SERVER[2:]
    shown = found.outcome.server.get_peer_certificate(as_cryptography=True)
    assert "terminal.bank.example" in shown.subject.rfc4514_string()


def test_shangmi_throughout(opened: Opened) -> None:
    """RFC 8998: curveSM2, sm2sig_sm3 and SM4-GCM with SM3, and the same with ML-KEM-768 added."""
    for group in ("curveSM2", "curveSM2MLKEM768"):
        found = inspect(opened(group, "SM2", suites="TLS_SM4_GCM_SM3"))
        assert found.outcome.client.get_cipher_name() == "TLS_SM4_GCM_SM3"
        assert (found.group, found.server.signature_scheme) == (group, "sm2sig_sm3")


def test_the_server_sees_what_a_browser_sends(opened: Opened) -> None:
    """The name of the server (RFC 6066) and the protocols of the application (RFC 7301), h2 preferred."""
    ends = opened("X25519MLKEM768", "ECDSA-P-256")
    offered: list[list[bytes]] = []

    def select(_: object, protocols: list[bytes]) -> bytes:
        offered.append(list(protocols))
        return protocols[0]

    ends.server.set_alpn_select_callback(select)
    outcome = handshake(ends)
    assert outcome.server.get_servername() == b"bank.example"
    assert offered == [[b"h2", b"http/1.1"]]
    assert outcome.client.get_alpn_proto_negotiated() == b"h2"
    assert outcome.client.get_protocol_version_name() == "TLSv1.3"


def test_a_share_that_the_server_does_not_want_costs_two_flights(opened: Opened) -> None:
    """HelloRetryRequest (RFC 8446 section 4.1.4): the second ClientHello has the share that counts."""
    found = inspect(opened("X25519MLKEM768", "ECDSA-P-256", first_share="X25519"))
    assert found.retried
    assert [[m.name for m in flight.messages] for flight in found.flights[:4]] == [
        ["ClientHello"], ["HelloRetryRequest"], ["ClientHello"], SERVER,
    ]  # fmt: skip
    first, second = found.flights[0].messages[0].bytes, found.flights[2].messages[0].bytes
    assert second - first == 1216 - 32
    assert (found.client_share, found.server_share) == (1216, 1120)


@pytest.mark.parametrize("chain", ["ECDSA-P-256", "ML-DSA-87"])
@pytest.mark.parametrize("mutual", [False, True])
def test_flights_are_their_messages_and_records(opened: Opened, chain: str, mutual: bool) -> None:
    """Nothing is lost between what was seen in clear and what went over the wire.

    Headers of 5 bytes for what is in clear, 6 for the change_cipher_spec that each side sends (RFC 8446 appendix
    D.4), and for each encrypted record 5 + 1 for its inner type + 16 for its tag.
    """
    found = inspect(opened("X25519MLKEM768", chain, mutual))
    for flight, extra in zip(found.flights, (5, 5 + 6, 6, 0), strict=True):
        records, rest = divmod(flight.bytes - sum(m.bytes for m in flight.messages) - extra, 5 + 1 + 16)
        assert rest == 0
        assert records == 0 if flight is found.flights[0] else 1 <= records <= 2 * len(flight.messages)


def test_each_side_is_timed_by_itself(opened: Opened) -> None:
    """Two turns each: ClientHello and the answer to the server's flight; that flight, and the end with tickets."""
    outcome = handshake(opened("X25519MLKEM768", "ML-DSA-65"), round_=3)
    assert [len(outcome.turns[side]) for side in ("client", "server")] == [2, 2]
    for side in ("client", "server"):
        whole = outcome.cpu(side)
        assert (whole.calls, whole.round) == (1, 3)
        assert whole.wall_ns == sum(turn.wall_ns for turn in outcome.turns[side]) > 0
        assert whole.disturbed == any(turn.disturbed for turn in outcome.turns[side])


@pytest.mark.parametrize("chain", ["ECDSA-P-256", "ML-DSA-44", "SM2"])
def test_a_wrong_root_ends_the_handshake(binding: Binding, issued: Issued, chain: str) -> None:
    """The client really verifies the chain."""
    other = issued("Ed25519")
    wrong = replace(issued(chain), root_pem=other.root_pem)
    ends = endpoints(binding, _case("X25519", chain), wrong)
    with pytest.raises(BenchmarkError, match=r"client ended the handshake: .*verify failed"):
        handshake(ends)


def test_a_client_without_a_trusted_certificate_is_refused(binding: Binding, issued: Issued) -> None:
    """So does the server, where clients are authenticated."""
    mine, other = issued("ECDSA-P-256"), issued("Ed25519")
    ends = endpoints(
        binding, replace(_case("X25519", "ECDSA-P-256"), mutual=True), replace(mine, client=other.client)
    )
    with pytest.raises(BenchmarkError, match=r"server ended the handshake: .*verify failed"):
        handshake(ends)


def test_an_unknown_group_is_unavailable(binding: Binding, issued: Issued) -> None:
    """A system's OpenSSL may lack one: that is said, and OpenSSL's list of errors is left empty."""
    case = _case("X25519", "ECDSA-P-256")
    lacking = replace(case, group=replace(case.group, openssl="X25519MLKEM9999"))
    with pytest.raises(ProviderUnavailable, match=r"OpenSSL .* has no group X25519MLKEM9999"):
        endpoints(binding, lacking, issued("ECDSA-P-256"))
    with pytest.raises(ProviderUnavailable, match="has no cipher suite TLS_ROT13"):
        endpoints(binding, replace(case, suites="TLS_ROT13"), issued("ECDSA-P-256"))
    handshake(endpoints(binding, case, issued("ECDSA-P-256")))


def _case(group: str, chain: str) -> Case:
    return Case(catalog.groups()[group], catalog.chains()[chain])
