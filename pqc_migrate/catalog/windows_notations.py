r"""How Windows spells algorithms by rule: ``ECDSA_nistP256``, keys of the registry below SCHANNEL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pqc_migrate.catalog import names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_SCHANNEL = re.compile(r"\\SecurityProviders\\SCHANNEL\\(\w+\\[^\\]+)", re.IGNORECASE)


def _certificate_key(text: str) -> Named | None:
    """Read New-SelfSignedCertificate's -KeyAlgorithm: RSA, or ECDSA_ with a curve as certutil names it."""
    if text.upper() == "RSA":
        return Named(Asset.of(Kind.ALGORITHM, "RSA"))
    prefix, _, curve = text.partition("_")
    known = names.curve(curve) if prefix.upper() == "ECDSA" else None
    return Named(Asset.of(Kind.ALGORITHM, "ECDSA", curve=known)) if known is not None else None


def _schannel(text: str) -> Named | None:
    r"""Read a registry path by the key below SCHANNEL (``…\SCHANNEL\Protocols\TLS 1.2\Server``)."""
    match = _SCHANNEL.search(text.replace("\\\\", "\\"))
    return names.named("schannel", match[1]) if match is not None else None


GRAMMARS: Mapping[str, Callable[[str], Named | None]] = {
    "schannel": _schannel,
    "windows-certificate-key": _certificate_key,
}
