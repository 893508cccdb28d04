import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.bench.handshake import sm2
from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.certificates import Credentials, Identity, issue
from pqc_migrate.bench.handshake.endpoints import endpoints
from pqc_migrate.bench.handshake.exchange import handshake
from pqc_migrate.bench.handshake.inspect import certificates, client_share, server_share
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable

Issued = Callable[[str], Credentials]


@pytest.mark.parametrize("chain", ["ECDSA-P-256", "ML-DSA-44", "SM2"])
def test_certificates_are_what_an_authority_issues(issued: Issued, chain: str) -> None:
    """RFC 5280: names, constraints, usages and key identifiers chain up; the same for SM2, whose DER is ours."""
    credentials = issued(chain)
    root = x509.load_pem_x509_certificate(credentials.root_pem)
    for identity, name, purpose in (
        (credentials.server, "bank.example", ExtendedKeyUsageOID.SERVER_AUTH),
        (credentials.client, "terminal.bank.example", ExtendedKeyUsageOID.CLIENT_AUTH),
    ):
        leaf, middle = (x509.load_der_x509_certificate(der) for der in identity.certificates)
        assert leaf.version is x509.Version.v3
        assert leaf.issuer == middle.subject
        assert middle.issuer == root.subject == root.issuer
        for below, above in ((leaf, middle), (middle, root), (root, root)):
            identifier = below.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
            assert identifier == above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        constraints = [c.extensions.get_extension_for_class(x509.BasicConstraints) for c in (leaf, middle, root)]
        assert [(one.value.ca, one.value.path_length, one.critical) for one in constraints] == [
            (False, None, True), (True, 0, True), (True, 1, True),
        ]  # fmt: skip
        usages = [c.extensions.get_extension_for_class(x509.KeyUsage).value for c in (leaf, middle)]
        assert [(one.digital_signature, one.key_cert_sign) for one in usages] == [(True, False), (False, True)]
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [name]
        assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [purpose]
        assert leaf.not_valid_before_utc < leaf.not_valid_after_utc
    serials = {x509.load_der_x509_certificate(i.certificates[0]).serial_number for i in _leaves(credentials)}
    assert len(serials) == 2
    assert all(serial.bit_length() <= 159 for serial in serials), "RFC 5280 section 4.1.2.2: at most 20 bytes"


def _leaves(credentials: Credentials) -> tuple[Identity, Identity]:
    return credentials.server, credentials.client


def test_sm2_certificates_name_sm2_with_sm3(issued: Issued) -> None:
    """GM/T 0015: the signature algorithm 1.2.156.10197.1.501."""
    leaf = x509.load_der_x509_certificate(issued("SM2").server.certificates[0])
    assert leaf.signature_algorithm_oid.dotted_string == "1.2.156.10197.1.501"


def test_openssl_itself_verifies_sm2_certificates(issued: Issued, tmp_path: Path) -> None:
    """With the identifier of GM/T 0009, and with no other: each link by itself.

    NOTE: OpenSSL before 4.0 takes the identifier for the first link of a chain only,
    https://github.com/openssl/openssl/issues/23471
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command here")
    credentials = issued("SM2")
    leaf, middle = re.findall(rb"-----BEGIN.*?END CERTIFICATE-----\n", credentials.server.chain_pem, re.DOTALL)
    files = {"root": credentials.root_pem, "middle": middle, "leaf": leaf}
    for name, pem in files.items():
        (tmp_path / name).write_bytes(pem)
    for above, below in (("root", "middle"), ("middle", "leaf")):
        for identifier, verified in (("1234567812345678", True), ("8765432187654321", False)):
            command = [openssl, "verify", "-partial_chain", "-vfyopt", f"distid:{identifier}"]
            command += ["-CAfile", str(tmp_path / above), str(tmp_path / below)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            if "unknown" in done.stderr.lower():
                pytest.skip(f"this openssl has no SM2: {done.stderr}")
            assert (done.returncode == 0) is verified, done.stdout + done.stderr


def test_an_sm2_chain_under_another_identifier_is_refused(
    binding: Binding, issued: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Z is made of matters: OpenSSL 4 verifies with the identifier of GM/T 0009."""
    issued("SM2")
    monkeypatch.setattr(sm2, "SIGNER_ID", b"8765432187654321")
    chain = catalog.chains()["SM2"]
    ends = endpoints(binding, Case(catalog.groups()["X25519"], chain), issue(chain))
    with pytest.raises(BenchmarkError, match="verify failed"):
        handshake(ends)


def test_without_gmssl_there_are_no_sm2_certificates(without: Callable[[str], None]) -> None:
    """Said with the way to get them."""
    without("gmssl_pyx")
    with pytest.raises(ProviderUnavailable, match="gmssl-pyx is not installed") as caught:
        issue(catalog.chains()["SM2"])
    assert caught.value.hint == "pip install gmssl-pyx"


@given(st.binary(max_size=200))
def test_broken_messages_are_an_error_of_their_own(data: bytes) -> None:
    """Never an endless loop, never an index out of nowhere."""
    for read in (client_share, server_share, certificates):
        try:
            read(data)
        except (ValueError, LookupError):
            continue


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_certificates_are_counted_as_they_were_written(ders: list[bytes]) -> None:
    """RFC 8446 section 4.4.2."""
    entries = b"".join(len(der).to_bytes(3, "big") + der + b"\0\0" for der in ders)
    assert certificates(b"\0" + len(entries).to_bytes(3, "big") + entries) == tuple(len(der) for der in ders)
