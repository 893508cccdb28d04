import sys
from collections.abc import Callable
from functools import cache

import pytest

from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.certificates import Credentials, issue
from pqc_migrate.bench.handshake.endpoints import Endpoints, endpoints
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.errors import ProviderUnavailable


@pytest.fixture(scope="session")
def binding() -> Binding:
    """The pyOpenSSL of this environment, from the extra `bench`."""
    try:
        return Binding()
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")


@cache
def _issued(chain: str) -> Credentials:
    return issue(catalog.chains()[chain])


@pytest.fixture(scope="session")
def issued() -> Callable[[str], Credentials]:
    """Certificates of a kind, made once; the test is skipped where nothing here can make them."""

    def get(chain: str) -> Credentials:
        try:
            return _issued(chain)
        except ProviderUnavailable as error:
            pytest.skip(f"{error}; {error.hint}")

    return get


@pytest.fixture(scope="session")
def opened(binding: Binding, issued: Callable[[str], Credentials]) -> Callable[..., Endpoints]:
    """Endpoints for a group and a chain; the test is skipped where this OpenSSL lacks the group."""

    def get(group: str, chain: str, mutual: bool = False, first_share: str = "", suites: str = "") -> Endpoints:
        groups = catalog.groups()
        first = groups[first_share] if first_share else None
        wanted = Case(groups[group], catalog.chains()[chain], mutual, first, suites)
        try:
            return endpoints(binding, wanted, issued(chain))
        except ProviderUnavailable as error:
            pytest.skip(str(error))

    return get


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make a module look as if it were not installed."""

    def hide(module: str) -> None:
        monkeypatch.setitem(sys.modules, module, None)

    return hide
