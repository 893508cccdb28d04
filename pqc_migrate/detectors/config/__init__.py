"""Configuration files: one module a notation, each ending in its `Detector`.

`document` turns a file's bytes into text that keeps its places, `report` says what was found, `tls` knows what TLS
settings mean; `nginx_syntax`, `openssl_syntax`, `words_syntax` and the modules of `syntax` read a syntax and know
nothing of cryptography. A product whose settings are keys with values is data: one file
``catalog/settings/<product>.toml``, read by `settings` with the readers of `meanings`. A notation of its own kind
is a module beside them and its name in `DETECTORS`. Either needs a folder of samples under tests/samples/config.
"""

from pqc_migrate.detectors.config import (
    apache,
    caddyfile,
    haproxy,
    java_security,
    lighttpd,
    nginx,
    openssh,
    openssl_cnf,
    settings,
    squid,
)
from pqc_migrate.detectors.registry import Detector

DETECTORS: tuple[Detector, ...] = (
    nginx.DETECTOR,
    apache.DETECTOR,
    haproxy.DETECTOR,
    caddyfile.DETECTOR,
    lighttpd.DETECTOR,
    squid.DETECTOR,
    openssh.DETECTOR,
    openssl_cnf.DETECTOR,
    java_security.DETECTOR,
    *settings.detectors(),
)
