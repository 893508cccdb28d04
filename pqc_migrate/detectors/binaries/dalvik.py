"""What the calls of a DEX method are passed: its registers walked once, with constants.

As in `bytecode`, code is read from front to back, values that come together are alternatives, and what a loop
changes is not known at its head. Nothing is executed, and what was not read is `UNKNOWN`.
"""

from __future__ import annotations

from pqc_migrate.detectors.binaries import dalvik_opcodes as opcodes
from pqc_migrate.detectors.binaries.dex_file import DexFile, DexMethod, internal
from pqc_migrate.detectors.binaries.jvm import (
    STATIC,
    Array,
    Asks,
    Invocation,
    Made,
    Malformed,
    Reference,
    dotted,
    is_wide,
    parameters,
)
from pqc_migrate.detectors.calls.values import UNKNOWN, Items, Name, Number, Octets, Text, Value, choice

_MOST_ITEMS = 64
_MOST_HANDLERS = 200
_MOST_CARRIED = 300_000
"""Values that are taken along the branches of one method; beyond, nothing is known where ways meet."""
_CALLS = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79)})
_STATIC_CALLS = frozenset({0x71, 0x77})
_RESULTS = frozenset({0x0A, 0x0B, 0x0C})
_INSTANCE_GETS, _INSTANCE_PUTS = range(0x52, 0x59), range(0x59, 0x60)
_STATIC_GETS, _STATIC_PUTS = range(0x60, 0x67), range(0x67, 0x6E)

Registers = dict[int, Value]


class Walk:
    """One method on its way."""

    def __init__(self, file: DexFile, method: DexMethod, asks: Asks) -> None:
        self.file = file
        self.method = method
        self.asks = asks
        self.code = file.data[method.offset : method.offset + method.size]
        self.instructions = list(opcodes.instructions(self.code))
        self.writes = [(at, one) for at, _ in self.instructions for one in opcodes.written(self.code, at)]
        self.changed = opcodes.changed(self.code, self.instructions, self.writes)
        self.arrays: dict[int, dict[int, Value]] = {}
        self.waiting: dict[int, Registers] = {}
        self.carried = 0
        self.result: Value = UNKNOWN
        self.registers: Registers | None = self._entry()

    def run(self) -> None:
        """Read the method once."""
        tries: dict[int, list[tuple[int, int]]] = {}
        for first, behind, handler in self.method.handlers[:_MOST_HANDLERS]:
            if handler > first:  # code of a handler stands behind what it guards
                tries.setdefault(first, []).append((handler, behind))
        for at, _ in self.instructions:
            self._arrive(at)
            if self.registers is None:
                continue
            for handler, behind in tries.get(at, ()):
                self._throw(handler, at, behind)
            self._step(at, self.registers)
            for target in opcodes.targets(self.code, at):
                self._go(target, at)
            if self.code[at] in opcodes.ENDS:
                self.registers = None

    def _entry(self) -> Registers:
        """Return what the caller passes, which lies in the last registers."""
        types = parameters(self.method.descriptor)
        receiver = 0 if self.method.flags & STATIC else 1
        at = self.method.registers - receiver - sum(2 if is_wide(type_) else 1 for type_ in types)
        known: Registers = {at: Name(name="this")} if receiver else {}
        at += receiver
        for index, type_ in enumerate(types):
            known[at] = self.asks.parameter(self.method, index)
            at += 2 if is_wide(type_) else 1
        return known

    def _arrive(self, at: int) -> None:
        waiting = self.waiting.pop(at, None)
        if waiting is not None:
            self.registers = waiting if self.registers is None else _met(self.registers, waiting)
        if self.registers is not None:
            for changed in self.changed.get(at, ()):
                self.registers.pop(changed, None)

    def _go(self, target: int, at: int) -> None:
        """Take what is known along a branch; one that leads back was counted in before."""
        if self.registers is not None and target > at:
            self.carried += len(self.registers)
            self._leave(target, dict(self.registers) if self.carried < _MOST_CARRIED else {})

    def _throw(self, handler: int, first: int, behind: int) -> None:
        """Take to a handler the registers that the code it guards does not write."""
        assert self.registers is not None, "asked where the code is reached"
        kept = dict(self.registers)
        for at, register in self.writes:
            if first <= at < behind:
                kept.pop(register, None)
        self._leave(handler, kept)

    def _leave(self, target: int, known: Registers) -> None:
        earlier = self.waiting.get(target)
        self.waiting[target] = known if earlier is None else _met(earlier, known)

    # Instructions -----------------------------------------------------------------------------

    def _step(self, at: int, known: Registers) -> None:
        opcode = self.code[at]
        if opcode in _CALLS:
            self.result = self._invoke(at, known)
        elif opcode == 0x11:
            self.asks.give_back(self.method, self._settled(known.get(self.code[at + 1], UNKNOWN)))
        elif opcode == 0x4D:
            self._array_store(at, known)
        elif opcode in _INSTANCE_PUTS or opcode in _STATIC_PUTS:
            self._put(at, known)
        elif opcode in (0x24, 0x25):
            items = tuple(known.get(register, UNKNOWN) for register in opcodes.passed(self.code, at))
            self.result = Items(1, items=items)
        elif written := opcodes.written(self.code, at):
            value = self._value(at, known)
            for register in written:
                known.pop(register, None)
            if value != UNKNOWN:
                known[written[0]] = value

    def _value(self, at: int, known: Registers) -> Value:
        """Return what an instruction writes into its register."""
        code, opcode = self.code, self.code[at]
        if opcode in _RESULTS:
            return self.result
        if opcode in opcodes.MOVES:
            source = opcodes.moved(code, at)
            return known.get(source, UNKNOWN)
        if 0x12 <= opcode <= 0x19:
            return _number(code, at)
        if opcode in (0x1A, 0x1B):
            size = 2 if opcode == 0x1A else 4
            return Text(1, text=self.file.string(int.from_bytes(code[at + 2 : at + 2 + size], "little")))
        if opcode == 0x1C:
            return Name(1, name=dotted(internal(self.file.type_(opcodes.unit(code, at + 2)))))
        if opcode == 0x22:
            return Made(at=at)
        if opcode == 0x23:
            return self._new_array(at, known)
        if opcode == 0x46:
            return self._array_load(at, known)
        if opcode in _INSTANCE_GETS or opcode in _STATIC_GETS:
            return self.asks.read_field(self.method, self._field(at), at)
        return UNKNOWN

    def _new_array(self, at: int, known: Registers) -> Value:
        count = known.get(self.code[at + 1] >> 4, UNKNOWN)
        length = count.number if isinstance(count, Number) else -1
        kind = self.file.type_(opcodes.unit(self.code, at + 2))
        if kind == "[B":
            return Octets(1, length=length) if 0 <= length < 1 << 24 else UNKNOWN
        if kind.startswith(("[L", "[[")):
            self.arrays[at] = {}
            return Array(at=at)
        return UNKNOWN

    def _array_store(self, at: int, known: Registers) -> None:
        value, array, index = (known.get(self.code[at + shift], UNKNOWN) for shift in (1, 2, 3))
        if isinstance(array, Array) and isinstance(index, Number) and 0 <= index.number < _MOST_ITEMS:
            self.arrays.setdefault(array.at, {})[index.number] = self._settled(value)

    def _array_load(self, at: int, known: Registers) -> Value:
        array, index = (known.get(self.code[at + shift], UNKNOWN) for shift in (2, 3))
        items = self._settled(array)
        if isinstance(items, Items) and isinstance(index, Number) and 0 <= index.number < len(items.items):
            return items.items[index.number]
        return UNKNOWN

    def _settled(self, value: Value) -> Value:
        """Return an array as the list of what was put into it."""
        if not isinstance(value, Array):
            return value
        items = self.arrays.get(value.at, {})
        return Items(1, items=tuple(items.get(index, UNKNOWN) for index in range(max(items, default=-1) + 1)))

    # Fields and calls ---------------------------------------------------------------------------

    def _field(self, at: int) -> Reference:
        return _reference(self.file.members[0], opcodes.unit(self.code, at + 2))

    def _put(self, at: int, known: Registers) -> None:
        static = self.code[at] in _STATIC_PUTS
        register = self.code[at + 1] if static else self.code[at + 1] & 0x0F
        self.asks.write_field(self._field(at), self._settled(known.get(register, UNKNOWN)))

    def _invoke(self, at: int, known: Registers) -> Value:
        reference = _reference(self.file.members[1], opcodes.unit(self.code, at + 2))
        waiting = list(opcodes.passed(self.code, at))
        static = self.code[at] in _STATIC_CALLS
        target = known.get(waiting.pop(0), UNKNOWN) if waiting and not static else None
        args: list[Value] = []
        for type_ in parameters(reference.descriptor):
            args.append(self._settled(known.get(waiting[0], UNKNOWN)) if waiting else UNKNOWN)
            del waiting[: 2 if is_wide(type_) else 1]
        constructor = reference.name == "<init>"
        receiver = self._settled(target) if target is not None and not constructor else None
        made = Invocation(reference, receiver, tuple(args), at, at, at + 6, constructor)
        value = self.asks.call(self.method, made)
        if constructor and isinstance(target, Made):
            for register, held in known.items():
                if held == target:
                    known[register] = value
        return value


def _reference(references: dict[int, Reference], index: int) -> Reference:
    if index not in references:
        raise Malformed("code names a member that there is not")
    return references[index]


def _met(one: Registers, other: Registers) -> Registers:
    """Return what is known where two ways meet."""
    both = one.keys() & other.keys()
    return {at: one[at] if one[at] == other[at] else choice([one[at], other[at]]) for at in both}


def _number(code: bytes, at: int) -> Value:
    """Return the number that an instruction loads (const and const-wide in all their sizes)."""
    opcode = code[at]
    if opcode == 0x12:
        nibble = code[at + 1] >> 4
        return Number(1, number=nibble - 16 if nibble > 7 else nibble)
    size = {0x13: 2, 0x14: 4, 0x15: 2, 0x16: 2, 0x17: 4, 0x18: 8, 0x19: 2}[opcode]
    number = int.from_bytes(code[at + 2 : at + 2 + size], "little", signed=True)
    return Number(1, number=number << {0x15: 16, 0x19: 48}.get(opcode, 0))
