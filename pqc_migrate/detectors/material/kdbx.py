"""Detector: password databases of KeePass (``.kdbx``): what encrypts them and how the key is derived.

Source: KDBX File Format Specification 4.1, keepass.info/help/kb/kdbx.html (outer header, VariantDictionary), and
its page on KDBX 4 for what version 3.1 has instead. The outer header stands in the clear; no password is asked for.
An older ``.kdb`` of KeePass 1, and one of IBM's GSKit, whose format is not published, are named only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Item, Place, Unsupported
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind
from pqc_migrate.model.target import SourceFile

_MAGIC = struct.pack("<II", 0x9AA2D903, 0xB54BFB67)
_KEEPASS_1 = struct.pack("<II", 0x9AA2D903, 0xB54BFB65)
_LONGEST_FIELD = 64 * 1024
_MOST_FIELDS = 64
_END, _CIPHER, _ROUNDS, _KDF = 0, 2, 6, 11
_CIPHERS: Mapping[str, Asset] = {
    "31c1f2e6bf714350be5805216afc5aff": Asset.of(Kind.ALGORITHM, "AES", size=256, mode="CBC"),
    "d6038a2b8b6f4cb5a524339a31dbb59a": Asset.of(Kind.ALGORITHM, "ChaCha20"),
    "ad68f29f576f4bb9a36ad47af965346c": Asset.of(Kind.ALGORITHM, "Twofish", mode="CBC"),
}
_ARGON2 = {"ef636ddf8c29444b91f7a9a403e30a0c": "d", "9e298b1956db4773b23dfc3ec6f0a1e6": "id"}
_AES_KDF = "c9d9f39a628a4460bf740d08c18a4fea"


def _wants(file: SourceFile) -> bool:
    return file.data.startswith((_MAGIC, _KEEPASS_1)) or _is_gskit(file)


def _is_gskit(file: SourceFile) -> bool:
    """Tell a key database of IBM's GSKit by its suffix and the stash or request file that is made beside it."""
    if not file.name.lower().endswith(".kdb") or b"\0" not in file.data[:1024] or file.neighbor is None:
        return False
    return any(file.neighbor(file.name[:-4] + suffix) is not None for suffix in (".sth", ".rdb"))


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("kdbx", file.path, 1, 0)
    try:
        if file.data.startswith(_MAGIC):
            for item in _items(file.data):
                yield place.finding(item)
        elif file.data.startswith(_KEEPASS_1):
            raise Unsupported("a database of KeePass 1, whose header is not read")
        else:
            raise Unsupported("an encrypted key database of IBM's GSKit, whose format is not published")
    except Malformed as error:
        yield place.diagnostic(error, "password or key database")


def _items(data: bytes) -> Iterator[Item]:
    if len(data) < 12:
        raise Malformed("the header is cut off")
    minor, major = struct.unpack_from("<HH", data, 8)
    if major not in (3, 4):
        raise Unsupported("a version of KDBX that is not known")
    form: Details = (("format", f"KDBX {major}.{minor}"),)
    fields = _fields(data, "<BH" if major == 3 else "<BI")
    cipher = _CIPHERS.get(fields.get(_CIPHER, b"").hex())
    if cipher is None:
        raise Unsupported("a cipher that is not known")
    yield Item("cipher", cipher, details=form)
    yield _derivation(fields, major, form)


def _fields(data: bytes, layout: str) -> dict[int, bytes]:
    """Read the fields of the outer header up to its end."""
    found: dict[int, bytes] = {}
    position, head = 12, struct.calcsize(layout)
    for _ in range(_MOST_FIELDS):
        if position + head > len(data):
            break
        kind, size = struct.unpack_from(layout, data, position)
        position += head
        if size > _LONGEST_FIELD or position + size > len(data):
            break
        if kind == _END:
            return found
        found[kind] = data[position : position + size]
        position += size
    raise Malformed("the header is cut off or has no end")


def _derivation(fields: Mapping[int, bytes], major: int, form: Details) -> Item:
    if major == 3:
        return _aes_kdf(fields.get(_ROUNDS, b""), form)
    values = _dictionary(fields.get(_KDF, b""))
    kind = values.get("$UUID", b"").hex()
    if kind == _AES_KDF:
        return _aes_kdf(values.get("R", b""), form)
    if kind not in _ARGON2:
        raise Unsupported("a key derivation that is not known")
    names = (("iterations", "I", 1), ("memory-KiB", "M", 1024), ("parallelism", "P", 1))
    costs = tuple((name, str(_number(values[key]) // unit)) for name, key, unit in names if key in values)
    return Item(
        "key-derivation", Asset.of(Kind.ALGORITHM, "Argon2", variant=_ARGON2[kind]), details=(*form, *costs)
    )


def _aes_kdf(rounds: bytes, form: Details) -> Item:
    """Return AES-KDF: AES-256 over the key again and again; the repetition, no mode, is what counts."""
    costs = (("iterations", str(_number(rounds))),) if rounds else ()
    asset = Asset.of(Kind.ALGORITHM, "AES", size=256)
    return Item("key-derivation", asset, details=(*form, ("key-derivation", "AES-KDF"), *costs))


def _dictionary(data: bytes) -> dict[str, bytes]:
    """Read a VariantDictionary: version, then type, name and value until type 0."""
    found: dict[str, bytes] = {}
    position = 2
    for _ in range(_MOST_FIELDS):
        if data[position : position + 1] in (b"", b"\0"):
            break
        name, position = _sized(data, position + 1)
        value, position = _sized(data, position)
        found[name.decode("ascii", "replace")] = value
    return found


def _sized(data: bytes, position: int) -> tuple[bytes, int]:
    if position + 4 > len(data):
        raise Malformed("the key derivation is cut off")
    (size,) = struct.unpack_from("<I", data, position)
    end = position + 4 + size
    if end > len(data):
        raise Malformed("the key derivation is cut off")
    return data[position + 4 : end], end


def _number(value: bytes) -> int:
    return int.from_bytes(value[:8], "little")


DETECTOR = Detector("kdbx", frozenset, _wants, _detect)
