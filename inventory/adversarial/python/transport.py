import os
import secrets
import ssl as tls
from hashlib import *

import requests
from argon2 import PasswordHasher
from cryptography.hazmat.primitives import ciphers
from cryptography.hazmat.primitives.asymmetric import x25519
from signing.service import digest as content_digest, sign_report

CIPHERS = ":".join(["ECDHE+AESGCM", "!RC4"])
LABEL = "ed25519"


class AES:
    """Average earnings statement; nothing to do with the cipher AES-128-CBC."""

    def encrypt(self, rows):
        return sum(rows) / len(rows)


class Channel:
    lowest = tls.TLSVersion.TLSv1_2

    def __init__(self, insecure=False):
        self.ctx = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        self.ctx.minimum_version = self.lowest
        if insecure:
            self.ctx.verify_mode = tls.CERT_NONE
        self.hasher = PasswordHasher()
        self.cipher = None

    def open_box(self, key, nonce):
        alg = ciphers.algorithms.ChaCha20(key, nonce)
        self.cipher = ciphers.Cipher(alg, mode=None)

    def remember(self, password):
        return self.hasher.hash(password)

    def agree(self, peer):
        return x25519.X25519PrivateKey.generate().exchange(peer)


def etag(body, strong=True):
    return (sha256 if strong else sha1)(body).hexdigest()


def summary(body, name=os.environ.get("DIGEST", "blake2b")):
    return new(name, body).hexdigest()


def publish(key, url, body):
    signature = sign_report(key, body)
    requests.put(url, verify=False, headers={"X-Sum": content_digest(body).hex()})
    return signature, secrets.token_hex(8)
