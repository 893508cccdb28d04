"""Configuration files: one module a notation, each ending in its `Detector`.

`document` turns a file's bytes into text that keeps its places, `report` says what was found, `tls` knows what TLS
settings mean; `nginx_syntax`, `openssl_syntax` and the modules of `syntax` read a syntax and know nothing of
cryptography; `embedded` hands the files inside YAML files to the notations. A product whose settings are keys with
values is data: one file ``catalog/settings/<product>.toml``, read by `settings` with the readers of `meanings`. A
notation of its own kind is a module beside them and its name in `_NOTATIONS`. Either needs a folder of samples
under tests/samples/config.
"""

from pqc_migrate.detectors.config import (
    ansible_filters,
    embedded,
    java_security,
    nginx,
    openssh,
    openssl_cnf,
    settings,
)
from pqc_migrate.detectors.registry import Detector

_NOTATIONS: tuple[Detector, ...] = (
    nginx.DETECTOR,
    openssh.DETECTOR,
    openssl_cnf.DETECTOR,
    java_security.DETECTOR,
    *settings.detectors(),
)

DETECTORS: tuple[Detector, ...] = (*_NOTATIONS, ansible_filters.DETECTOR, embedded.detector(_NOTATIONS))
