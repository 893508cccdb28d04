"""Configuration files: one module a notation, each ending in its `Detector`.

`document` turns a file's bytes into text that keeps its places, `report` says what was found, `tls` knows what TLS
settings mean; `nginx_syntax`, `openssl_syntax`, `words_syntax` and the modules of `syntax` read a syntax and know
nothing of cryptography; `embedded` hands the files inside YAML files to the notations. A product whose settings are
keys with values is data: one file ``catalog/settings/<product>.toml``, read by `settings` with the readers of
`meanings`. A notation of its own kind is a module beside them and its name in `_NOTATIONS`. Either needs a folder
of samples under tests/samples/config.
"""

from pqc_migrate.detectors.config import (
    ansible_filters,
    apache,
    bind,
    caddyfile,
    cfssl,
    crypto_policies,
    crypttab,
    dovecot,
    embedded,
    exim,
    gnupg,
    haproxy,
    ipsec,
    java_security,
    kerberos,
    known_hosts,
    lighttpd,
    luks,
    moduli,
    name_servers,
    nginx,
    opendkim,
    openssh,
    openssl_cnf,
    openvpn,
    password_hashes,
    passwords,
    postfix,
    proftpd,
    sendmail,
    settings,
    snmp,
    squid,
    stunnel,
    syslog,
    time_keys,
    wifi,
    wireguard,
    zone,
)
from pqc_migrate.detectors.registry import Detector

_NOTATIONS: tuple[Detector, ...] = (
    nginx.DETECTOR,
    apache.DETECTOR,
    haproxy.DETECTOR,
    bind.DETECTOR,
    caddyfile.DETECTOR,
    cfssl.DETECTOR,
    crypto_policies.DETECTOR,
    crypttab.DETECTOR,
    dovecot.DETECTOR,
    exim.DETECTOR,
    gnupg.DETECTOR,
    ipsec.DETECTOR,
    java_security.DETECTOR,
    kerberos.DETECTOR,
    known_hosts.DETECTOR,
    lighttpd.DETECTOR,
    luks.DETECTOR,
    moduli.DETECTOR,
    name_servers.DETECTOR,
    opendkim.DETECTOR,
    openssh.DETECTOR,
    openssl_cnf.DETECTOR,
    openvpn.DETECTOR,
    password_hashes.DETECTOR,
    passwords.DETECTOR,
    postfix.DETECTOR,
    proftpd.DETECTOR,
    sendmail.DETECTOR,
    snmp.DETECTOR,
    squid.DETECTOR,
    stunnel.DETECTOR,
    syslog.DETECTOR,
    time_keys.DETECTOR,
    wifi.DETECTOR,
    wireguard.DETECTOR,
    zone.DETECTOR,
    *settings.detectors(),
)

DETECTORS: tuple[Detector, ...] = (*_NOTATIONS, ansible_filters.DETECTOR, embedded.detector(_NOTATIONS))
