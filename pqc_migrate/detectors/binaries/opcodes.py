"""Instructions of the Java virtual machine: how long they are and what they do to the stack (JVMS section 6.5).

Places on the stack are counted, so that a long or double takes two.
"""

from __future__ import annotations

_GROUPS: tuple[tuple[int, int, int, int, int], ...] = (
    # first, last, operand bytes, pops, pushes
    (0x00, 0x00, 0, 0, 0), (0x01, 0x08, 0, 0, 1), (0x09, 0x0A, 0, 0, 2), (0x0B, 0x0D, 0, 0, 1),
    (0x0E, 0x0F, 0, 0, 2), (0x10, 0x10, 1, 0, 1), (0x11, 0x11, 2, 0, 1), (0x12, 0x12, 1, 0, 1),
    (0x13, 0x13, 2, 0, 1), (0x14, 0x14, 2, 0, 2), (0x2E, 0x2E, 0, 2, 1), (0x2F, 0x2F, 0, 2, 2),
    (0x30, 0x30, 0, 2, 1), (0x31, 0x31, 0, 2, 2), (0x32, 0x35, 0, 2, 1), (0x4F, 0x4F, 0, 3, 0),
    (0x50, 0x50, 0, 4, 0), (0x51, 0x51, 0, 3, 0), (0x52, 0x52, 0, 4, 0), (0x53, 0x56, 0, 3, 0),
    (0x57, 0x57, 0, 1, 0), (0x58, 0x58, 0, 2, 0), (0x74, 0x74, 0, 1, 1), (0x75, 0x75, 0, 2, 2),
    (0x76, 0x76, 0, 1, 1), (0x77, 0x77, 0, 2, 2), (0x78, 0x78, 0, 2, 1), (0x79, 0x79, 0, 3, 2),
    (0x7A, 0x7A, 0, 2, 1), (0x7B, 0x7B, 0, 3, 2), (0x7C, 0x7C, 0, 2, 1), (0x7D, 0x7D, 0, 3, 2),
    (0x7E, 0x7E, 0, 2, 1), (0x7F, 0x7F, 0, 4, 2), (0x80, 0x80, 0, 2, 1), (0x81, 0x81, 0, 4, 2),
    (0x82, 0x82, 0, 2, 1), (0x83, 0x83, 0, 4, 2), (0x84, 0x84, 2, 0, 0), (0x85, 0x85, 0, 1, 2),
    (0x86, 0x86, 0, 1, 1), (0x87, 0x87, 0, 1, 2), (0x88, 0x89, 0, 2, 1), (0x8A, 0x8A, 0, 2, 2),
    (0x8B, 0x8B, 0, 1, 1), (0x8C, 0x8D, 0, 1, 2), (0x8E, 0x8E, 0, 2, 1), (0x8F, 0x8F, 0, 2, 2),
    (0x90, 0x90, 0, 2, 1), (0x91, 0x93, 0, 1, 1), (0x94, 0x94, 0, 4, 1), (0x95, 0x96, 0, 2, 1),
    (0x97, 0x98, 0, 4, 1), (0x99, 0x9E, 2, 1, 0), (0x9F, 0xA6, 2, 2, 0), (0xA7, 0xA7, 2, 0, 0),
    (0xA8, 0xA8, 2, 0, 1), (0xA9, 0xA9, 1, 0, 0), (0xAC, 0xAC, 0, 1, 0), (0xAD, 0xAD, 0, 2, 0),
    (0xAE, 0xAE, 0, 1, 0), (0xAF, 0xAF, 0, 2, 0), (0xB0, 0xB0, 0, 1, 0), (0xB1, 0xB1, 0, 0, 0),
    (0xBB, 0xBB, 2, 0, 1), (0xBC, 0xBC, 1, 1, 1), (0xBD, 0xBD, 2, 1, 1), (0xBE, 0xBE, 0, 1, 1),
    (0xBF, 0xBF, 0, 1, 0), (0xC0, 0xC1, 2, 1, 1), (0xC2, 0xC3, 0, 1, 0), (0xC6, 0xC7, 2, 1, 0),
    (0xC8, 0xC8, 4, 0, 0), (0xC9, 0xC9, 4, 0, 1),
)  # fmt: skip

EFFECTS: dict[int, tuple[int, int]] = {
    opcode: (pops, pushes) for first, last, _, pops, pushes in _GROUPS for opcode in range(first, last + 1)
}
"""(pops, pushes) of every instruction whose effect does not depend on its operands or on what lies there."""
for _opcode in range(0x60, 0x74):  # add, sub, mul, div, rem of int, long, float, double
    EFFECTS[_opcode] = (4, 2) if _opcode % 2 else (2, 1)

_LENGTHS: dict[int, int] = {
    opcode: 1 + operands for first, last, operands, _, _ in _GROUPS for opcode in range(first, last + 1)
}
_LENGTHS.update(dict.fromkeys(range(0x15, 0x1A), 2))  # load
_LENGTHS.update(dict.fromkeys(range(0x36, 0x3B), 2))  # store
_LENGTHS.update(dict.fromkeys((*range(0x1A, 0x2E), *range(0x3B, 0x4F), *range(0x59, 0x74)), 1))
_LENGTHS.update(dict.fromkeys(range(0xB2, 0xB9), 3))
_LENGTHS.update({0xB9: 5, 0xBA: 5, 0xC5: 4})

TABLE_SWITCH, LOOKUP_SWITCH, WIDE, IINC = 0xAA, 0xAB, 0xC4, 0x84
ENDS = frozenset({0xA7, 0xA9, TABLE_SWITCH, LOOKUP_SWITCH, *range(0xAC, 0xB2), 0xBF, 0xC8})
"""Instructions behind which the code goes on somewhere else."""
_SHORT_BRANCHES = frozenset({*range(0x99, 0xA9), 0xC6, 0xC7})
_LONG_BRANCHES = frozenset({0xC8, 0xC9})


def length(code: bytes, at: int) -> int:
    """Return how many bytes an instruction has; 0 when it is none."""
    opcode = code[at]
    if opcode == WIDE:
        return 6 if code[at + 1 : at + 2] == b"\x84" else 4
    if opcode in (TABLE_SWITCH, LOOKUP_SWITCH):
        start = _operands(at)
        if opcode == TABLE_SWITCH:
            low, high = (_signed(code, start + 4), _signed(code, start + 8))
            return start + 12 + 4 * (high - low + 1) - at if high >= low else 0
        pairs = _signed(code, start + 4)
        return start + 8 + 8 * pairs - at if pairs >= 0 else 0
    return _LENGTHS.get(opcode, 0)


def targets(code: bytes, at: int, size: int) -> tuple[int, ...]:
    """Return the positions that an instruction may go to, besides the next one."""
    opcode = code[at]
    if opcode in _SHORT_BRANCHES:
        return (at + int.from_bytes(code[at + 1 : at + 3], signed=True),)
    if opcode in _LONG_BRANCHES:
        return (at + _signed(code, at + 1),)
    if opcode == TABLE_SWITCH:
        start = _operands(at)
        places = (start, *range(start + 12, at + size, 4))
    elif opcode == LOOKUP_SWITCH:
        start = _operands(at)
        places = (start, *range(start + 12, at + size, 8))
    else:
        return ()
    return tuple(dict.fromkeys(at + _signed(code, place) for place in places))


def loaded(code: bytes, at: int) -> tuple[int, bool] | None:
    """Return (local variable, whether it takes two places) that an instruction loads, or None."""
    return _local(code, at, 0x15, 0x1A)


def stored(code: bytes, at: int) -> tuple[int, bool] | None:
    """Return (local variable, whether it takes two places) that an instruction stores, or None."""
    return _local(code, at, 0x36, 0x3B)


def counted(code: bytes, at: int) -> int | None:
    """Return the local variable that an instruction counts up, or None."""
    if code[at] == IINC:
        return code[at + 1]
    if code[at] == WIDE and code[at + 1] == IINC:
        return int.from_bytes(code[at + 2 : at + 4])
    return None


def _local(code: bytes, at: int, named: int, numbered: int) -> tuple[int, bool] | None:
    opcode = code[at]
    if opcode == WIDE and named <= code[at + 1] < named + 5:
        return int.from_bytes(code[at + 2 : at + 4]), (code[at + 1] - named) in (1, 3)
    if named <= opcode < named + 5:
        return code[at + 1], (opcode - named) in (1, 3)
    if numbered <= opcode < numbered + 20:
        kind, index = divmod(opcode - numbered, 4)
        return index, kind in (1, 3)
    return None


def _operands(at: int) -> int:
    """Return where the operands of a switch begin: at a multiple of four from the start of the code."""
    return (at + 4) & ~3


def _signed(code: bytes, at: int) -> int:
    return int.from_bytes(code[at : at + 4], signed=True)
