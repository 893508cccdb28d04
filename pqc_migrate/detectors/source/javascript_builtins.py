"""What JavaScript's own functions and methods make of known values: texts, bytes, lists and maps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice, product

from pqc_migrate.detectors.calls.values import (
    REST,
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)

_CHANGES: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower, "toLocaleLowerCase": str.lower,
    "toUpperCase": str.upper, "toLocaleUpperCase": str.upper,
    "trim": str.strip, "toString": str, "valueOf": str,
}  # fmt: skip
_PLAIN = frozenset({"utf8", "utf-8", "ascii", "latin1", "binary"})
_TYPED_ARRAYS = frozenset({"Uint8Array", "Uint8ClampedArray"})
_ALLOCATORS = frozenset({"alloc", "allocUnsafe", "allocUnsafeSlow"})
_ITERATORS = frozenset({"forEach", "map", "flatMap", "filter", "find", "some", "every"})
_DECODERS: Mapping[str, str] = {
    "Utf8.parse": "utf8", "Latin1.parse": "latin1", "Hex.parse": "hex", "Base64.parse": "base64",
    "hexToBytes": "hex", "utf8ToBytes": "utf8", "decode64": "base64", "fromHex": "hex",
}  # fmt: skip
"""Libraries' functions that give the bytes a text spells, by their last words, and the encoding they read."""
_MOST_TEXTS = 16


def joined(parts: list[Value], separator: str = "") -> Value:
    """Return every text that parts give one after another; what was not read of them stays `UNREAD` in it."""
    shown = ([_shown(option) for option in options(part)] for part in parts)
    texts = [[text for text in part if text is not None] or [UNREAD] for part in shown]
    if not any(text not in ("", UNREAD) for part in texts for text in part):
        return UNKNOWN
    line = next((part.line for part in parts if part.line), 0)
    found = (separator.join(combination) for combination in islice(product(*texts), _MOST_TEXTS))
    return choice([Text(line, text=text) for text in dict.fromkeys(found)])


def _shown(value: Value) -> str | None:
    if isinstance(value, Number):
        return str(value.number)
    return value.text if isinstance(value, Text) else None


def method(owner: Value, name: str, args: list[Value]) -> Value | None:
    """Return what a method of a text, a list or a table gives; None when it is none of those."""
    if isinstance(owner, Text):
        return _of_text(owner, name, args)
    if isinstance(owner, Items):
        return _of_list(owner, name, args)
    if isinstance(owner, Table) and name == "get" and len(args) == 1:  # of a Map
        return element(owner, args[0])
    if isinstance(owner, Call) and owner.name == "TextEncoder" and name == "encode":
        return encoded(args[0] if args else UNKNOWN, Text(text="utf8"))
    if isinstance(owner, Number) and name == "toString":
        return Text(owner.line, owner.how, str(owner.number))
    return None


def _of_text(owner: Text, name: str, args: list[Value]) -> Value | None:
    if name in _CHANGES:
        return Text(owner.line, owner.how, _CHANGES[name](owner.text))
    if name == "concat":
        return joined([owner, *args])
    if name in ("replace", "replaceAll") and len(args) == 2:
        old, new = _plain_pattern(args[0]), args[1]
        if isinstance(old, Text) and isinstance(new, Text) and old.text:
            once = name == "replace" and not _is_global(args[0])
            return Text(owner.line, owner.how, owner.text.replace(old.text, new.text, 1 if once else -1))
        return UNKNOWN
    if name in ("slice", "substring") and args and all(isinstance(arg, Number) for arg in args[:2]):
        first, *rest = [arg.number for arg in args[:2] if isinstance(arg, Number)]
        if first >= 0 and all(number >= first for number in rest):
            return Text(owner.line, owner.how, owner.text[first : rest[0] if rest else None])
        return UNKNOWN
    if name == "split" and args and isinstance(args[0], Text):
        parts = (owner.text.split(args[0].text) if args[0].text else list(owner.text))[:64]
        return Items(owner.line, items=tuple(Text(owner.line, owner.how, part) for part in parts))
    return None


def _plain_pattern(value: Value) -> Value:
    """Return the text that a regular expression without any operator matches (``/-/g``)."""
    if not isinstance(value, Call) or value.name != "RegExp" or not value.args:
        return value
    pattern = value.args[0]
    plain = isinstance(pattern, Text) and re.fullmatch(r"(?:[\w\s:,/-]|\\[^\w])+", pattern.text)
    return Text(text=re.sub(r"\\(.)", r"\1", pattern.text)) if plain and isinstance(pattern, Text) else UNKNOWN


def _is_global(value: Value) -> bool:
    flags = value.args[1] if isinstance(value, Call) and len(value.args) == 2 else UNKNOWN
    return isinstance(flags, Text) and "g" in flags.text


def _of_list(owner: Items, name: str, args: list[Value]) -> Value | None:
    if name == "join":
        separator = args[0] if args else Text(text=",")
        return joined(list(owner.items), separator.text) if isinstance(separator, Text) else UNKNOWN
    if name == "concat":
        items = [item for arg in args for item in (arg.items if isinstance(arg, Items) else (arg,))]
        return Items(owner.line, items=(*owner.items, *items))
    if name == "reverse":
        return Items(owner.line, items=owner.items[::-1])
    return owner if name in ("filter", "slice", "sort") else None


def iterates(name: str) -> bool:
    """Whether a method of a list calls its callback with each of the list's members."""
    return name in _ITERATORS


def function(name: str, args: list[Value]) -> Value | None:
    """Return what a built-in function or constructor gives; None when it is none."""
    first = args[0] if args else UNKNOWN
    owner, _, last = name.rpartition(".")
    if name in ("String", "Symbol.for", "Object.freeze", "Object.seal", "structuredClone", "Array.from", "Set"):
        return first if args else None
    if name in ("Promise.all", "Promise.resolve") and args:
        return first
    if name in ("Number", "parseInt", "Number.parseInt"):
        return _number(first)
    if name == "Object.assign":
        return merged(args)
    if name in ("Map", "Object.fromEntries"):
        return _from_entries(first) if args else Table()
    if owner == "Object" and last in ("values", "keys", "entries") and isinstance(first, Table):
        return _listed(first, last)
    return _octets(name, owner, last, args)


def _listed(table: Table, what: str) -> Value:
    items: list[Value] = []
    for name, held in table.pairs.items():
        key = Text(table.line, text=name)
        if name != REST:
            items.append({"values": held, "keys": key}.get(what, Items(table.line, items=(key, held))))
    return Items(table.line, items=tuple(items))


def _octets(name: str, owner: str, last: str, args: list[Value]) -> Value | None:
    first = args[0] if args else UNKNOWN
    if (owner == "Buffer" and last in _ALLOCATORS) or name in _TYPED_ARRAYS:
        if isinstance(first, Number):
            return Octets(first.line, first.how, first.number)
        return _copied(first) if name in _TYPED_ARRAYS else UNKNOWN
    if (owner == "Buffer" or owner in _TYPED_ARRAYS) and last == "from":
        return encoded(first, args[1] if len(args) > 1 else Text(text="utf8"))
    if owner == "new TextEncoder()" and last == "encode":
        return encoded(first, Text(text="utf8"))
    spelled = _DECODERS.get(f"{owner.rsplit('.', 1)[-1]}.{last}") or _DECODERS.get(last)
    return encoded(first, Text(text=spelled)) if spelled is not None and isinstance(first, Text) else None


def _copied(value: Value) -> Value:
    if isinstance(value, Items):
        return Octets(value.line, length=len(value.items))
    return value if isinstance(value, Octets | Call) else UNKNOWN


def encoded(value: Value, encoding: Value) -> Value:
    """Return the bytes that a text spells in an encoding, by their number; bytes stay as they are."""
    if not isinstance(value, Text) or not isinstance(encoding, Text):
        return _copied(value)
    if UNREAD in value.text:
        return UNKNOWN
    how, text = encoding.text.lower(), value.text
    if how in _PLAIN:
        return Octets(value.line, value.how, len(text.encode("utf-8", "replace")))
    if how == "hex":
        return Octets(value.line, value.how, len(text) // 2)
    if how in ("base64", "base64url"):
        return Octets(value.line, value.how, len(re.sub(r"[^A-Za-z0-9+/_-]", "", text)) * 3 // 4)
    return UNKNOWN


def _number(value: Value) -> Value:
    if isinstance(value, Text) and value.text.isascii() and value.text.isdigit():
        return Number(value.line, value.how, int(value.text))
    return value if isinstance(value, Number) else UNKNOWN


def merged(tables: list[Value]) -> Value:
    """Return the table that several make, the later ones first; what was not read is marked."""
    pairs: dict[str, Value] = {}
    line = 0
    for table in tables:
        line = line or table.line
        pairs.update(table.pairs if isinstance(table, Table) else {REST: UNKNOWN})
    return Table(line, pairs=pairs)


def _from_entries(value: Value) -> Value:
    if not isinstance(value, Items):
        return UNKNOWN
    pairs: dict[str, Value] = {}
    for item in value.items:
        key = item.items[0] if isinstance(item, Items) and len(item.items) == 2 else UNKNOWN
        if isinstance(item, Items) and isinstance(key, Text):
            pairs[REST if UNREAD in key.text else key.text] = item.items[1]
    return Table(value.line, pairs=pairs)


def element(owner: Table | Items, key: Value) -> Value:
    """Return what stands under a key or an index; one that was not read may be any of them."""
    found: list[Value] = []
    for wanted in options(key):
        if isinstance(owner, Table):
            if isinstance(wanted, Text) and UNREAD not in wanted.text:
                found += [owner.pairs[wanted.text]] if wanted.text in owner.pairs else []
            else:
                found += [held for name, held in owner.pairs.items() if name != REST]
        elif isinstance(wanted, Number):
            found += owner.items[wanted.number : wanted.number + 1] if wanted.number >= 0 else []
        else:
            found += owner.items
    return choice(found)


def is_name(value: Value) -> bool:
    """Whether a value may name something that the catalog knows."""
    return isinstance(value, Name | Call)
