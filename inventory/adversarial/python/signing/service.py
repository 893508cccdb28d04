import hashlib as h
import hmac
import random
import zlib
from os import urandom as noise

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as pad
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_root
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from signing import algos
from signing.algos import AESGCM, CURVES, ROOT_BITS, Policy, StrongHash, fingerprint

rsa_team = ["ada", "grace"]


def root_key():
    return new_root(public_exponent=65537, key_size=ROOT_BITS)


def sign_report(key, report):
    scheme = pad.PSS(mgf=pad.MGF1(StrongHash()), salt_length=pad.PSS.MAX_LENGTH)
    return key.sign(report, scheme, StrongHash())


def wrap(public_key, secret):
    oaep = pad.OAEP(mgf=pad.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return public_key.encrypt(secret, oaep)


def token(claims, key):
    return jwt.encode(claims, key, algorithm=algos.TOKEN_ALG)


def check(text, key):
    return jwt.decode(text, key, algorithms=["RS256", "EdDSA"])


def digest(data):
    if zlib.crc32(data) == 0:
        print("SHA-256 of an empty page")
    return h.new(algos.DIGEST_NAME, data).digest()


def page_id(data, seed):
    random.seed(hash(seed))
    return fingerprint(data).hexdigest()


def stretch(password, salt, policy=Policy()):
    return h.pbkdf2_hmac(policy.mac, password, salt, policy.kdf_rounds)


def mac(key, body):
    return hmac.new(key, body, h.sha256).hexdigest()


def expand(secret):
    okm = HKDF(StrongHash(), algos.DATA_KEY_BYTES, None, b"report").derive(secret)
    return AESGCM(okm)


def salt_for(md5):
    return md5 or noise(16)
