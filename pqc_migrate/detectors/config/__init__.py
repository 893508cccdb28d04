"""Configuration files: one module a notation, each ending in its `Detector`.

`document` turns a file's bytes into text that keeps its places, `lines` into lines and settings, `report` says what
was found; `tls`, `gnutls` and `dns` know what settings mean, `installed` which release is beside them.
`nginx_syntax`, `openssh_syntax`, `openssl_syntax` and `properties` read a syntax and know nothing of cryptography.
A new notation is a module beside them, its name in `DETECTORS` and a folder of samples under tests/samples/config.
"""

from pqc_migrate.detectors.config import (
    bind,
    cfssl,
    crypto_policies,
    crypttab,
    dovecot,
    exim,
    gnupg,
    ipsec,
    java_security,
    kerberos,
    known_hosts,
    luks,
    moduli,
    name_servers,
    nginx,
    opendkim,
    openssh,
    openssl_cnf,
    openvpn,
    passwords,
    postfix,
    sendmail,
    snmp,
    stunnel,
    syslog,
    time_keys,
    wifi,
    wireguard,
    zone,
)
from pqc_migrate.detectors.registry import Detector

DETECTORS: tuple[Detector, ...] = (
    nginx.DETECTOR,
    openssh.DETECTOR,
    openssl_cnf.DETECTOR,
    java_security.DETECTOR,
    moduli.DETECTOR,
    known_hosts.DETECTOR,
    postfix.DETECTOR,
    dovecot.DETECTOR,
    exim.DETECTOR,
    sendmail.DETECTOR,
    ipsec.DETECTOR,
    openvpn.DETECTOR,
    wireguard.DETECTOR,
    kerberos.DETECTOR,
    passwords.DETECTOR,
    crypttab.DETECTOR,
    gnupg.DETECTOR,
    stunnel.DETECTOR,
    bind.DETECTOR,
    name_servers.DETECTOR,
    zone.DETECTOR,
    luks.DETECTOR,
    cfssl.DETECTOR,
    time_keys.DETECTOR,
    snmp.DETECTOR,
    opendkim.DETECTOR,
    wifi.DETECTOR,
    crypto_policies.DETECTOR,
    syslog.DETECTOR,
)
