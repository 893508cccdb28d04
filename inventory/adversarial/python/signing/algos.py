"""Names shared by the package.  SHA-1 and MD5 were dropped in 2.0, see CHANGES."""
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384 as StrongHash
from hashlib import sha3_256 as fingerprint
from cryptography.hazmat.primitives.ciphers.aead import *

TOKEN_ALG = "ES256"
FAMILY = "sha"
DIGEST_NAME = FAMILY + "512"
ROOT_BITS = 3072
DATA_KEY_BYTES = 32
OLD_CIPHER = "3DES"  # only printed by the migration notice

DESCRIPTIONS = {
    "aes": "Advanced Encryption Standard, used by every customer",
    "md5": "a broken hash, please do not ask for it",
}

CURVES = {
    "small": ec.SECP256R1,
    "large": ec.SECP521R1,
}


class Policy:
    mac = "sha384"
    kdf_rounds = 600_000

    def describe(self, name):
        return "Signing with RSA-4096 and %s" % DESCRIPTIONS.get(name, name)
