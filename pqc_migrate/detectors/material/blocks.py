"""What a PEM block holds, by its label and its octets."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.catalog import names
from pqc_migrate.detectors.material import ber, keys, openpgp, openssh, structures
from pqc_migrate.detectors.material.armor import Block
from pqc_migrate.detectors.material.item import Item, Unsupported
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Kind

_OPENPGP = frozenset({"PGP PUBLIC KEY BLOCK", "PGP PRIVATE KEY BLOCK", "PGP SIGNATURE", "PGP MESSAGE"})
LABELS = _OPENPGP | frozenset({
    "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST",
    "X509 CRL", "PKCS7", "PKCS #7 SIGNED DATA", "CMS", "SMIME", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY",
    "ANY PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "DSA PRIVATE KEY", "EC PRIVATE KEY",
    "SM2 PRIVATE KEY", "SM2 PUBLIC KEY", "OPENSSH PRIVATE KEY", "DH PARAMETERS", "X9.42 DH PARAMETERS",
    "DSA PARAMETERS", "EC PARAMETERS", "SM2 PARAMETERS", "PKCS12",
})  # fmt: skip
"""Labels of the blocks that are decoded."""

_TRADITIONAL = {
    "RSA PRIVATE KEY": keys.RSA,
    "DSA PRIVATE KEY": keys.DSA,
    "EC PRIVATE KEY": keys.EC,
    "SM2 PRIVATE KEY": Asset.of(Kind.ALGORITHM, "SM2"),
}
_MD5 = Asset.of(Kind.ALGORITHM, "MD5")


def items(block: Block) -> Iterator[Item]:
    """Yield what a block of one of the `LABELS` holds; `Malformed` or `Unsupported` when that cannot be read."""
    body = block.body or b""
    count = 0
    for item in _items(block, body):
        count += 1
        yield item
    if not count and block.label != "PGP MESSAGE":
        raise Unsupported("a structure, but no key or certificate of a kind this program knows")


def _items(block: Block, body: bytes) -> Iterator[Item]:
    if block.cipher:
        yield _encrypted(block)
    elif block.label == "OPENSSH PRIVATE KEY":
        yield from openssh.private(body)
    elif block.label in _OPENPGP:
        yield from openpgp.block(body)
    else:
        yield from structures.decode(ber.read(body), block.label)


def _encrypted(block: Block) -> Item:
    """Report a key in OpenSSL's traditional encryption: the label tells the family, nothing tells the size.

    Its key is derived by one round of MD5 (OpenSSL EVP_BytesToKey as PEM_read_bio_PrivateKey(3) calls it).
    """
    algorithm = _TRADITIONAL.get(block.label)
    cipher = names.lookup("pem", block.cipher)
    if algorithm is None:
        raise Unsupported("encrypted, and its label does not say what is inside")
    related = tuple(("secured-by", part) for part in (cipher, _MD5) if part is not None)
    details = (
        ("format", "OpenSSL traditional"),
        ("encrypted", "yes"),
        ("kdf", "EVP_BytesToKey with MD5"),
        ("iterations", "1"),
    )
    return Key(algorithm).item("private-key", "private-key", related, details)
