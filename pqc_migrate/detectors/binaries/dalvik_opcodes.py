"""Instructions of DEX code: their length, what they write, where they go (source.android.com, dalvik-bytecode)."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.binaries.jvm import Malformed

_UNITS: dict[int, int] = {}
for _first, _last, _units in (
    (0x00, 0x01, 1), (0x02, 0x02, 2), (0x03, 0x03, 3), (0x04, 0x04, 1), (0x05, 0x05, 2), (0x06, 0x06, 3),
    (0x07, 0x07, 1), (0x08, 0x08, 2), (0x09, 0x09, 3), (0x0A, 0x12, 1), (0x13, 0x13, 2), (0x14, 0x14, 3),
    (0x15, 0x16, 2), (0x17, 0x17, 3), (0x18, 0x18, 5), (0x19, 0x1A, 2), (0x1B, 0x1B, 3), (0x1C, 0x1C, 2),
    (0x1D, 0x1E, 1), (0x1F, 0x20, 2), (0x21, 0x21, 1), (0x22, 0x23, 2), (0x24, 0x26, 3), (0x27, 0x28, 1),
    (0x29, 0x29, 2), (0x2A, 0x2C, 3), (0x2D, 0x3D, 2), (0x3E, 0x43, 1), (0x44, 0x6D, 2), (0x6E, 0x72, 3),
    (0x73, 0x73, 1), (0x74, 0x78, 3), (0x79, 0x8F, 1), (0x90, 0xAF, 2), (0xB0, 0xCF, 1), (0xD0, 0xE2, 2),
    (0xE3, 0xF9, 1), (0xFA, 0xFB, 4), (0xFC, 0xFD, 3), (0xFE, 0xFF, 2),
):  # fmt: skip
    _UNITS.update(dict.fromkeys(range(_first, _last + 1), _units))

_BYTE = frozenset({
    0x02, 0x05, 0x08, *range(0x0A, 0x0E), *range(0x13, 0x1D), 0x22, *range(0x2D, 0x32), *range(0x44, 0x4B),
    *range(0x60, 0x67), *range(0x90, 0xB0), *range(0xD8, 0xE3), 0xFE, 0xFF,
})  # fmt: skip
"""Instructions whose second byte is the register that they write."""
_NIBBLE = frozenset({0x01, 0x04, 0x07, 0x12, 0x20, 0x21, 0x23, *range(0x52, 0x59), *range(0x7B, 0x90),
                     *range(0xB0, 0xD8)})  # fmt: skip
"""Those whose second byte has it in its lower half."""
_UNIT = frozenset({0x03, 0x06, 0x09})
"""Those that name it in their second unit."""
_WIDE = frozenset({0x04, 0x05, 0x06, 0x0B, 0x16, 0x17, 0x18, 0x19, 0x45, 0x53, 0x61, 0x7D, 0x7E, 0x80, 0x81, 0x83,
                   0x86, 0x88, 0x89, 0x8B, *range(0x9B, 0xA6), *range(0xAB, 0xB0), *range(0xBB, 0xC6),
                   *range(0xCB, 0xD0)})  # fmt: skip
"""Those that write two registers."""
ENDS = frozenset({0x0E, 0x0F, 0x10, 0x11, 0x27, 0x28, 0x29, 0x2A})
"""Instructions behind which the code goes on somewhere else."""
_SWITCHES = frozenset({0x2B, 0x2C})
MOVES = frozenset({0x01, 0x02, 0x03, 0x07, 0x08, 0x09})
"""Copies of one register into another."""
_MOST_LOOPED = 1_000_000


def instructions(code: bytes) -> Iterator[tuple[int, int]]:
    """Yield (position, length) of each instruction in bytes, without the tables that stand between them."""
    at = 0
    while at + 2 <= len(code):
        table = _table(code, at)
        size = table or 2 * _UNITS[code[at]]
        if at + size > len(code):
            raise Malformed("code is cut short")
        if not table:
            yield at, size
        at += size


def _table(code: bytes, at: int) -> int:
    """Return the length of the table of a switch or an array that stands at a position; 0 for an instruction."""
    if code[at] != 0 or code[at + 1] not in (1, 2, 3):
        return 0
    count = unit(code, at + 2)
    if code[at + 1] == 1:
        return 2 * (2 * count + 4)
    if code[at + 1] == 2:
        return 2 * (4 * count + 2)
    length = int.from_bytes(code[at + 4 : at + 8], "little") * count
    return 2 * ((length + 1) // 2 + 4)


def targets(code: bytes, at: int) -> tuple[int, ...]:
    """Return the positions that an instruction may go to, besides the next one."""
    opcode = code[at]
    if opcode == 0x28:
        return (at + 2 * int.from_bytes(code[at + 1 : at + 2], signed=True),)
    if opcode == 0x29 or 0x38 <= opcode <= 0x3D or 0x32 <= opcode <= 0x37:
        return (at + 2 * int.from_bytes(code[at + 2 : at + 4], "little", signed=True),)
    if opcode == 0x2A:
        return (at + 2 * int.from_bytes(code[at + 2 : at + 6], "little", signed=True),)
    if opcode in _SWITCHES:
        return tuple(at + 2 * step for step in _switch(code, at))
    return ()


def _switch(code: bytes, at: int) -> list[int]:
    table = at + 2 * int.from_bytes(code[at + 2 : at + 6], "little", signed=True)
    if not 0 <= table <= len(code) - 4:
        return []
    count = unit(code, table + 2)
    first = table + (8 if code[at] == 0x2B else 4 + 4 * count)
    places = range(first, min(first + 4 * count, len(code) - 3), 4)
    return [int.from_bytes(code[place : place + 4], "little", signed=True) for place in places]


def written(code: bytes, at: int) -> tuple[int, ...]:
    """Return the registers that an instruction writes."""
    opcode = code[at]
    if opcode in _BYTE:
        first = code[at + 1]
    elif opcode in _NIBBLE:
        first = code[at + 1] & 0x0F
    elif opcode in _UNIT:
        first = unit(code, at + 2)
    else:
        return ()
    return (first, first + 1) if opcode in _WIDE else (first,)


def moved(code: bytes, at: int) -> int:
    """Return the register that one of the `MOVES` copies."""
    opcode = code[at]
    if opcode in (0x01, 0x07):
        return code[at + 1] >> 4
    return unit(code, at + (2 if opcode in (0x02, 0x08) else 4))


def passed(code: bytes, at: int) -> tuple[int, ...]:
    """Return the registers that a call or a new array takes, from the first one on."""
    if code[at] in (0x25, 0xFB, 0xFD) or 0x74 <= code[at] <= 0x78:
        first = unit(code, at + 4)
        return tuple(range(first, first + code[at + 1]))
    count, last = code[at + 1] >> 4, code[at + 1] & 0x0F
    packed = unit(code, at + 4)
    return (*(packed >> shift & 0x0F for shift in (0, 4, 8, 12)), last)[:count]


def changed(code: bytes, listed: list[tuple[int, int]], writes: list[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Return the registers that a loop writes, by the position of its head."""
    ends: dict[int, int] = {}
    for at, _ in listed:
        for target in targets(code, at):
            if 0 <= target <= at:
                ends[target] = max(at, ends.get(target, -1))
    if len(ends) * len(writes) > _MOST_LOOPED:
        return dict.fromkeys(ends, frozenset(register for _, register in writes))
    return {head: frozenset(r for at, r in writes if head <= at <= end) for head, end in ends.items()}


def unit(code: bytes, at: int) -> int:
    """Return one unsigned unit of two bytes."""
    return int.from_bytes(code[at : at + 2], "little")
