"""The handshakes of the benchmark, against what the rest of the catalog says of the same algorithms."""

import pytest

from pqc_migrate.catalog import algorithms, handshakes, names, replacements, toml
from pqc_migrate.catalog.handshakes import Chain, Group
from pqc_migrate.errors import CatalogError


@pytest.mark.parametrize("group", handshakes.groups().values(), ids=lambda group: group.name)
def test_key_shares_are_the_sum_of_their_parts(group: Group) -> None:
    """OpenSSL's name leads to the algorithm, whose parts have their sizes from the standards' tables."""
    asset = names.lookup("tls_groups", group.openssl)
    assert asset is not None
    size = replacements.size(algorithms.name(asset))
    assert size is not None
    assert (size.public_key, size.ciphertext) == (group.client, group.server)


@pytest.mark.parametrize("chain", handshakes.chains().values(), ids=lambda chain: chain.name)
def test_signature_schemes_are_known(chain: Chain) -> None:
    """By the IANA name; fixed lengths are those of the standards' tables."""
    asset = names.lookup("tls_signature_schemes", chain.scheme)
    assert asset is not None
    size = replacements.size(algorithms.name(asset))
    if size is not None and size.signature is not None and not chain.variable:
        assert size.signature == chain.signature
    assert 0 < chain.code <= 0xFFFF


def test_every_case_has_a_name_of_its_own() -> None:
    """By which it is listed when it cannot be measured."""
    for cases in (handshakes.standard(), handshakes.matrix()):
        named = [(case.name, case.suites) for case in cases]
        assert len(set(named)) == len(named)
        assert all(case.first_share is None or case.first_share != case.group for case in cases)


def test_a_slip_in_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case with a group that is not there, an issuer that nobody is."""
    raw = toml.read(toml.root() / "handshakes.toml")
    for change, said in (
        ({"case": [{"groups": ["X448"], "chains": ["SM2"]}]}, "no group or chain is called 'X448'"),
        ({"chain": [{**raw["chain"][0], "issuer": "me"}]}, "chain 'RSA-2048': issuer 'me'"),
        ({"group": [{"name": "X25519"}]}, "group 'X25519': missing client"),
    ):
        handshakes._catalog.cache_clear()
        monkeypatch.setattr(toml, "read", lambda _, change=change: {**raw, **change})
        with pytest.raises(CatalogError, match=said):
            handshakes.groups()
    monkeypatch.undo()
    handshakes._catalog.cache_clear()
