"""Detector: PEM blocks in any text."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.catalog import names
from pqc_migrate.detectors.material import armor, ber, keys, openpgp, openssh, structures
from pqc_migrate.detectors.material.armor import Block
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Item, Place, Unsupported, condensed, is_key_file
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

MOST_BLOCKS = 10_000
"""Blocks decoded in one file; the rest is reported as not looked at."""

_LABELS = frozenset({
    "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST",
    "X509 CRL", "PKCS7", "PKCS #7 SIGNED DATA", "CMS", "SMIME", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY",
    "ANY PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "DSA PRIVATE KEY", "EC PRIVATE KEY",
    "SM2 PRIVATE KEY", "SM2 PUBLIC KEY", "OPENSSH PRIVATE KEY", "DH PARAMETERS", "X9.42 DH PARAMETERS",
    "DSA PARAMETERS", "EC PARAMETERS", "SM2 PARAMETERS", "PKCS12",
})  # fmt: skip
_OPENPGP = frozenset({"PGP PUBLIC KEY BLOCK", "PGP PRIVATE KEY BLOCK", "PGP SIGNATURE", "PGP MESSAGE"})
_TRADITIONAL = {
    "RSA PRIVATE KEY": keys.RSA,
    "DSA PRIVATE KEY": keys.DSA,
    "EC PRIVATE KEY": keys.EC,
    "SM2 PRIVATE KEY": Asset.of(Kind.ALGORITHM, "SM2"),
}
_MD5 = Asset.of(Kind.ALGORITHM, "MD5")


def _anchors() -> frozenset[bytes]:
    return frozenset({armor.BEGIN})


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor == armor.BEGIN for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    telling = is_key_file(file) or file.data[:64].lstrip().startswith(armor.BEGIN)
    blocks = armor.blocks(file, MOST_BLOCKS)
    yield from condensed(claim for block in blocks for claim in _findings(file, block, telling))
    markers = sum(hit.anchor == armor.BEGIN for hit in file.hits)
    if markers > MOST_BLOCKS:
        message = f"{markers - MOST_BLOCKS:,} of {markers:,} PEM blocks were not decoded"
        yield Diagnostic(file.path, Skip.TOO_LARGE, message, rule="pem")


def _findings(file: SourceFile, block: Block, telling: bool) -> Iterator[Finding | Diagnostic]:
    """Decode one block; one that cannot be decoded is worth a word where it was meant to be a key."""
    place = Place("pem", file.path, block.line, block.offset, block.label)
    if block.label not in _LABELS and block.label not in _OPENPGP:
        return
    if block.body is None:
        if telling:
            yield place.diagnostic(Malformed(block.problem), block.label)
        return
    count = 0
    try:
        for item in _items(block):
            count += 1
            yield place.finding(item)
        if not count and block.label != "PGP MESSAGE":
            raise Unsupported("a structure, but no key or certificate of a kind this program knows")
    except Malformed as error:
        yield place.diagnostic(error, block.label)


def _items(block: Block) -> Iterator[Item]:
    body = block.body or b""
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


DETECTOR = Detector("pem", _anchors, _wants, _detect)
