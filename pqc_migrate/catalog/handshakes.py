"""What the TLS handshakes of the benchmark are made of: groups, certificate chains, and the pairs measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

_FILE = "handshakes.toml"
_GROUP = {"name", "openssl", "client", "server", "source"}
_CHAIN = {"name", "scheme", "code", "signature", "source"}
_CHAIN_OPTIONAL = {"variable", "random", "issuer"}
_ISSUERS = ("cryptography", "gmssl")


@dataclass(frozen=True, slots=True)
class Group:
    """A key exchange, with the bytes of its key shares by the standard."""

    name: str
    openssl: str
    client: int
    server: int
    source: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A kind of certificate chain, with the signature of its CertificateVerify by the standard."""

    name: str
    scheme: str
    code: int
    signature: int
    """Bytes; the longest where `variable`."""
    source: str
    variable: bool = False
    random: bool = False
    """Whether signing takes a random number of attempts."""
    issuer: str = "cryptography"
    """What signs its certificates: ``cryptography`` or ``gmssl``."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of handshake that is measured."""

    group: Group
    chain: Chain
    mutual: bool = False
    first_share: Group | None = None
    """The group of a first key share that the server answers with HelloRetryRequest."""
    suites: str = ""
    """Cipher suites of TLS 1.3 as OpenSSL takes them; empty: its own."""

    @property
    def name(self) -> str:
        """Group, chain and what else is special, in one phrase."""
        parts = [self.group.name, self.chain.name, *(["mutual"] if self.mutual else [])]
        parts += [f"HelloRetryRequest after {self.first_share.name}"] if self.first_share else []
        return "TLS " + ", ".join(parts)


def groups() -> Mapping[str, Group]:
    """Return every group by name, in the order of the file."""
    return _catalog()[0]


def chains() -> Mapping[str, Chain]:
    """Return every kind of chain by name, in the order of the file."""
    return _catalog()[1]


def standard() -> tuple[Case, ...]:
    """Return what is measured by default."""
    return _catalog()[2]


def matrix() -> tuple[Case, ...]:
    """Return every group with every chain, server-only and mutual, after which come the other standard cases."""
    suites = {(case.group.name, case.chain.name): case.suites for case in standard()}
    pairs = [
        Case(group, chain, mutual, suites=suites.get((group.name, chain.name), ""))
        for mutual in (False, True)
        for group in groups().values()
        for chain in chains().values()
    ]
    return (*pairs, *(case for case in standard() if case not in pairs))


@cache
def _catalog() -> tuple[Mapping[str, Group], Mapping[str, Chain], tuple[Case, ...]]:
    raw = toml.read(toml.root() / _FILE)
    toml.check_keys(_FILE, raw, {"group", "chain", "case"}, set())
    for record in raw["group"]:
        toml.check_keys(f"{_FILE}: group {record.get('name', '?')!r}", record, _GROUP, set())
    for record in raw["chain"]:
        where = f"{_FILE}: chain {record.get('name', '?')!r}"
        toml.check_keys(where, record, _CHAIN, _CHAIN_OPTIONAL)
        if record.get("issuer", "cryptography") not in _ISSUERS:
            raise CatalogError(f"{where}: issuer {record['issuer']!r}", hint=f"one of {', '.join(_ISSUERS)}")
    known_groups = {record["name"]: Group(**record) for record in raw["group"]}
    known_chains = {record["name"]: Chain(**record) for record in raw["chain"]}
    cases = [case for record in raw["case"] for case in _cases(record, known_groups, known_chains)]
    return known_groups, known_chains, tuple(cases)


def _cases(record: Mapping[str, Any], known: Mapping[str, Group], kinds: Mapping[str, Chain]) -> list[Case]:
    toml.check_keys(f"{_FILE}: case", record, {"groups", "chains"}, {"mutual", "first_share", "suites"})
    try:
        first = known[record["first_share"]] if "first_share" in record else None
        return [
            Case(known[group], kinds[chain], record.get("mutual", False), first, record.get("suites", ""))
            for chain in record["chains"]
            for group in record["groups"]
        ]
    except KeyError as error:
        raise CatalogError(f"{_FILE}: case: no group or chain is called {error}") from error
