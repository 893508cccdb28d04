"""Connections to the page store.  The old list held arcfour128 and hmac-md5."""
import logging

import paramiko
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import SignatureOID as Oids
from signing.algos import Policy

log = logging.getLogger("aes")

OFFER = {
    "kex": (
        "curve25519-sha256@libssh.org",
        "diffie-hellman-group14-sha256",
    ),
    "ciphers": (
        "aes256-ctr",
        "3des-cbc",
    ),
    "digests": ("hmac-sha2-512",),
}

BY_OID = {
    Oids.RSA_WITH_SHA256: hashes.SHA256(),
    Oids.ECDSA_WITH_SHA384: hashes.SHA384(),
}

TITLES = {
    "ssh-rsa": "The RSA team",
    "ssh-dss": "The department of social services",
}


def connect(sock):
    transport = paramiko.Transport(sock)
    options = transport.get_security_options()
    for name, values in OFFER.items():
        setattr(options, name, values)
    log.info("offering %s instead of ssh-ed25519", TITLES["ssh-rsa"])
    return transport


def key_for(legacy):
    if legacy:
        return paramiko.RSAKey.generate(bits=2048)
    return paramiko.ECDSAKey.generate(bits=384)


def test_sha1_is_gone(policy=Policy()):
    assert policy.describe("md5") != "sha1"
