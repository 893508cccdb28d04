"""Which providers this machine has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pqc_migrate.bench import native
from pqc_migrate.bench.providers.gmssl import GmSslProvider
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.bench.scheme import Provider
from pqc_migrate.errors import ProviderUnavailable


@dataclass(frozen=True, slots=True)
class Available:
    """The providers found, and what to tell about those that were not."""

    providers: tuple[Provider, ...]
    notices: tuple[str, ...]

    def get(self, name: str) -> Provider | None:
        """Return a provider by name, or None."""
        return next((provider for provider in self.providers if provider.name == name), None)


def find(liboqs: Path | None = None) -> Available:
    """Load what there is; liboqs first.

    `BenchmarkError` when `liboqs` or ``OQS_INSTALL_PATH`` names something that is not a usable liboqs.
    """
    providers: list[Provider] = []
    notices: list[str] = []
    try:
        loaded = native.load(liboqs)
    except ProviderUnavailable as error:
        notices.append(
            f"measured WITHOUT liboqs ({error}): post-quantum figures are those of OpenSSL's ML-KEM and ML-DSA; "
            f"to get liboqs: {error.hint}"
        )
    else:
        providers.append(LiboqsProvider(loaded))
        notices += [f"liboqs from {r.origin} passed over: {r.path}: {r.reason}" for r in loaded.rejected]
        notices += loaded.warnings
        if loaded.library.label:
            label = f"liboqs {loaded.library.version} is a {loaded.library.label}"
            notices.append(f"{label}; a build of your own may be faster or slower")
    providers.append(OpenSslProvider())
    try:
        providers.append(GmSslProvider())
    except ProviderUnavailable as error:
        notices.append(f"{error}; to get it: {error.hint}")
    return Available(tuple(providers), tuple(notices))
