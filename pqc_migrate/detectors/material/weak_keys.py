"""Numbers of RSA keys that give the key away, each proven by what is checked here.

Exponent and parity are looked at here; what needs more is asked of `badkeys`, where it is installed (extra
``keys``): its checks that run offline and either yield a factor of the modulus or match ROCA's fingerprint
(CVE-2017-15361). The factors themselves are dropped at once.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from pqc_migrate.detectors.material.item import Details

_SMALLEST_BITS, _LARGEST_BITS = 256, 16384
_USUAL_EXPONENT = 65537
_CHECKS = {
    "fermat": "close primes (Fermat)",
    "smallfactors": "small factor",
    "sharedprimes": "prime shared with a published key",
    "smalld": "small private exponent (Wiener)",
    "roca": "ROCA fingerprint (CVE-2017-15361)",
}


@lru_cache(maxsize=4096)
def rsa(modulus: int, exponent: int) -> Details:
    """Return the details ``rsa-exponent`` (below the usual one) and ``weak-key`` (one each), where they hold."""
    found: list[str] = []
    if not modulus & 1:
        found.append("even modulus")
    if exponent == 1 or not exponent & 1:
        found.append("exponent without an inverse" if exponent != 1 else "exponent 1")
    if not found and _SMALLEST_BITS <= modulus.bit_length() <= _LARGEST_BITS and exponent < modulus:
        found += [name for check, name in _CHECKS.items() if _holds(check, modulus, exponent)]
    small = (("rsa-exponent", str(exponent)),) if exponent < _USUAL_EXPONENT else ()
    return (*small, *((("weak-key", "; ".join(found)),) if found else ()))


def _holds(check: str, modulus: int, exponent: int) -> bool:
    function = _functions().get(check)
    if function is None:
        return False
    result = function(modulus, exponent)
    if not result:
        return False
    if check in ("roca", "smalld"):
        return True
    factor = result.get("p")
    return factor is None or (1 < factor < modulus and not modulus % factor)


@cache
def _functions() -> dict[str, Callable[[int, int], Any]]:
    """Return the checks of `badkeys`, none when it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module("badkeys.rsakeys")
    except ImportError:
        return {}
    return {name: getattr(module, name) for name in _CHECKS if hasattr(module, name)}
