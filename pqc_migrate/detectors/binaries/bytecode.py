"""What the calls of a Java method are passed: its stack walked once, with constants (JVMS section 6.5).

Code is read from front to back. Where ways meet, a value is any of those that come together; what a loop changes is
not known at its head. Nothing is executed, and what was not read is `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pqc_migrate.detectors.binaries import opcodes
from pqc_migrate.detectors.binaries.class_file import (
    ClassFile,
    Malformed,
    Method,
    Reference,
    dotted,
    is_wide,
    parameters,
    returned,
)
from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Items, Name, Number, Octets, Value, choice
from pqc_migrate.detectors.calls.values import Text as TextValue

_MOST_STACK = 512
_MOST_LOCALS = 512
_MOST_ITEMS = 64
_LONGEST_TEXT = 4096
_MOST_HANDLERS = 200
_MOST_LOOPED = 1_000_000
"""Pairs of a loop and a store in it that are told apart; of more, every loop changes everything."""
_BYTE_ARRAY = 8
"""The element type of newarray that is byte (JVMS table 6.5.newarray-A)."""
_STATIC = 0x0008


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the stack or one local variable."""

    value: Value = UNKNOWN
    start: int = -1
    """Where the code begins that made it, -1 when it was not made in this method."""


@dataclass(frozen=True, slots=True)
class Made(Value):
    """An object between its ``new`` and its constructor."""

    at: int = -1


@dataclass(frozen=True, slots=True)
class Array(Value):
    """An array that is being filled, told apart by where it was made."""

    at: int = -1


_EMPTY = Slot()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call, as the code makes it."""

    reference: Reference
    receiver: Value | None
    """None for a static method and for a constructor."""
    args: tuple[Value, ...]
    at: int
    start: int
    end: int
    """Positions in the code: of the instruction, of the first of those that made its operands, behind it."""
    constructor: bool = False


@dataclass(slots=True)
class Asks:
    """What the walk asks of whoever knows names and fields."""

    call: Callable[[Method, Invocation], Value]
    """Return what a call gives."""
    read_field: Callable[[Method, Reference, int], Value]
    """Return what a field holds that an instruction at a position reads."""
    write_field: Callable[[Reference, Value], None]
    give_back: Callable[[Method, Value], None]
    """Take what the method returns."""
    parameter: Callable[[Method, int], Value]
    """Return what callers pass for a parameter."""


@dataclass(slots=True)
class _State:
    stack: list[Slot] = field(default_factory=list)
    locals: dict[int, Slot] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(list(self.stack), dict(self.locals))

    def push(self, slot: Slot, wide: bool = False) -> None:
        if len(self.stack) < _MOST_STACK:
            self.stack.append(slot)
            if wide:
                self.stack.append(_EMPTY)

    def pop(self, count: int = 1) -> list[Slot]:
        """Return the topmost places, the lowest first; a stack that is too short gives empty ones."""
        taken = self.stack[-count:] if count else []
        del self.stack[len(self.stack) - len(taken) :]
        return [_EMPTY] * (count - len(taken)) + taken

    def met(self, other: _State) -> _State:
        """Return what is known where two ways meet."""
        depth = min(len(self.stack), len(other.stack))
        stack = [_either(a, b) for a, b in zip(self.stack[:depth], other.stack[:depth], strict=True)]
        both = self.locals.keys() & other.locals.keys()
        return _State(stack, {at: _either(self.locals[at], other.locals[at]) for at in both})


def _either(one: Slot, other: Slot) -> Slot:
    if one.value == other.value:
        return one
    return Slot(choice([one.value, other.value]), min(one.start, other.start))


class Walk:
    """One method on its way."""

    def __init__(self, file: ClassFile, method: Method, asks: Asks) -> None:
        self.file = file
        self.method = method
        self.asks = asks
        self.code = method.code
        self.instructions = list(_instructions(method.code))
        self.arrays: dict[int, dict[int, Value]] = {}
        self.waiting: dict[int, _State] = {}
        self.stores = list(_stores(method.code, self.instructions))
        self.changed = _changed(self.code, self.instructions, self.stores)
        self.state: _State | None = self._entry()

    def run(self) -> None:
        """Read the method once."""
        tries: dict[int, list[tuple[int, int]]] = {}
        for first, behind, handler in self.method.handlers[:_MOST_HANDLERS]:
            if handler > first:  # code of a handler stands behind what it guards
                tries.setdefault(first, []).append((handler, behind))
        for at, size in self.instructions:
            self._arrive(at)
            if self.state is None:
                continue
            for handler, behind in tries.get(at, ()):
                self._throw(handler, at, behind)
            for target in opcodes.targets(self.code, at, size) if self.code[at] in opcodes.ENDS else ():
                pops = opcodes.EFFECTS.get(self.code[at], (1, 0))[0]
                self._go(target, at, pops)
            self._step(at, size)
            if self.code[at] in opcodes.ENDS:
                self.state = None
            else:
                for target in opcodes.targets(self.code, at, size):
                    self._go(target, at, 0)

    def _entry(self) -> _State:
        state = _State()
        at = 0
        if not self.method.flags & _STATIC:
            state.locals[0] = Slot(Name(name="this"))
            at = 1
        for index, type_ in enumerate(parameters(self.method.descriptor)[:_MOST_LOCALS]):
            state.locals[at] = Slot(self.asks.parameter(self.method, index))
            at += 2 if is_wide(type_) else 1
        return state

    def _arrive(self, at: int) -> None:
        waiting = self.waiting.pop(at, None)
        if waiting is not None:
            self.state = waiting if self.state is None else self.state.met(waiting)
        if self.state is not None:
            for changed in self.changed.get(at, ()):
                self.state.locals.pop(changed, None)

    def _go(self, target: int, at: int, pops: int) -> None:
        """Take the state along a branch; one that leads back was counted in before."""
        if self.state is None or target <= at:
            return
        state = self.state.copy()
        state.pop(pops)
        earlier = self.waiting.get(target)
        self.waiting[target] = state if earlier is None else earlier.met(state)

    def _throw(self, handler: int, first: int, behind: int) -> None:
        """Take to a handler the local variables that the code it guards does not set."""
        assert self.state is not None, "asked where the code is reached"
        kept = dict(self.state.locals)
        for at, local in self.stores:
            if first <= at < behind:
                kept.pop(local, None)
        state = _State([_EMPTY], kept)
        earlier = self.waiting.get(handler)
        self.waiting[handler] = state if earlier is None else earlier.met(state)

    # Instructions -----------------------------------------------------------------------------

    def _step(self, at: int, size: int) -> None:
        state, opcode = self.state, self.code[at]
        assert state is not None, "asked where the code is reached"
        if (local := opcodes.loaded(self.code, at)) is not None:
            state.push(Slot(state.locals.get(local[0], _EMPTY).value, at), local[1])
        elif (local := opcodes.stored(self.code, at)) is not None:
            self._store(state, local)
        elif (index := opcodes.counted(self.code, at)) is not None:
            state.locals.pop(index, None)
        elif 0x59 <= opcode <= 0x5F:
            _shuffle(state, opcode)
        elif 0xB2 <= opcode <= 0xBA:
            self._refer(state, opcode, at, size)
        elif opcode in _METHODS:
            _METHODS[opcode](self, state, at)
        elif opcode == 0xC5:
            state.pop(self.code[at + 3])
            state.push(Slot(UNKNOWN, at))
        else:
            self._plain(state, opcode, at)

    def _plain(self, state: _State, opcode: int, at: int) -> None:
        pops, pushes = opcodes.EFFECTS.get(opcode, (0, 0))
        taken = state.pop(pops)
        constant = _constant(self.code, at)
        if opcode == 0xB0:
            self.asks.give_back(self.method, self._settled(taken[0].value))
        elif opcode == 0xC0:
            state.push(taken[0])
        elif opcode in _KEEPS:
            for slot in taken[:pushes] + [_EMPTY] * (pushes - len(taken)):
                state.push(slot)
        else:
            value = constant if constant is not None else _arithmetic(opcode, taken)
            for number in range(pushes):
                state.push(Slot(value if number == 0 else UNKNOWN, _first(taken, at)))

    def _store(self, state: _State, local: tuple[int, bool]) -> None:
        slot = state.pop(2 if local[1] else 1)[0]
        if local[0] < _MOST_LOCALS:
            value = UNKNOWN if isinstance(slot.value, Made) else slot.value
            state.locals[local[0]] = Slot(value, slot.start)

    def _load_constant(self, state: _State, at: int) -> None:
        wide = self.code[at] == 0x14
        index = self.code[at + 1] if self.code[at] == 0x12 else _u2(self.code, at + 1)
        state.push(Slot(constant_value(self.file, index), at), wide)

    def _new(self, state: _State, at: int) -> None:
        state.push(Slot(Made(at=at), at))

    def _new_array(self, state: _State, at: int) -> None:
        count = state.pop()[0]
        known = count.value.number if isinstance(count.value, Number) else -1
        if self.code[at] == 0xBC and self.code[at + 1] == _BYTE_ARRAY:
            value: Value = Octets(1, length=known) if 0 <= known < 1 << 24 else UNKNOWN
        elif self.code[at] == 0xBD:
            self.arrays[at] = {}
            value = Array(at=at)
        else:
            value = UNKNOWN
        state.push(Slot(value, _first([count], at)))

    def _array_store(self, state: _State, at: int) -> None:
        array, index, value = state.pop(3)
        if isinstance(array.value, Array) and isinstance(index.value, Number):
            items = self.arrays.setdefault(array.value.at, {})
            if 0 <= index.value.number < _MOST_ITEMS:
                items[index.value.number] = self._settled(value.value)

    def _array_load(self, state: _State, at: int) -> None:
        array, index = state.pop(2)
        items = self._settled(array.value)
        value: Value = UNKNOWN
        if isinstance(items, Items) and isinstance(index.value, Number) and index.value.number < len(items.items):
            value = items.items[index.value.number] if index.value.number >= 0 else UNKNOWN
        state.push(Slot(value, _first([array], at)))

    def _settled(self, value: Value) -> Value:
        """Return an array as the list of what was put into it."""
        if not isinstance(value, Array):
            return value
        items = self.arrays.get(value.at, {})
        return Items(1, items=tuple(items.get(index, UNKNOWN) for index in range(max(items, default=-1) + 1)))

    # Fields and calls ---------------------------------------------------------------------------

    def _refer(self, state: _State, opcode: int, at: int, size: int) -> None:
        reference = self.file.pool.reference(_u2(self.code, at + 1))
        if opcode <= 0xB5:
            self._field(state, reference, opcode, at)
        else:
            self._invoke(state, reference, opcode, at, size)

    def _field(self, state: _State, reference: Reference, opcode: int, at: int) -> None:
        wide = is_wide(reference.descriptor)
        if opcode in (0xB3, 0xB5):
            value = state.pop(2 if wide else 1)[0].value
            self.asks.write_field(reference, self._settled(value))
        if opcode in (0xB4, 0xB5):
            state.pop()
        if opcode in (0xB2, 0xB4):
            state.push(Slot(self.asks.read_field(self.method, reference, at), at), wide)

    def _invoke(self, state: _State, reference: Reference, opcode: int, at: int, size: int) -> None:
        types = parameters(reference.descriptor)
        places = [state.pop(2 if is_wide(type_) else 1) for type_ in reversed(types)]
        passed = [taken[0] for taken in reversed(places)]
        target = state.pop()[0] if opcode in (0xB6, 0xB7, 0xB9) else None
        constructor = reference.name == "<init>"
        operands = [slot for slot in (target, *passed) if slot is not None]
        start = _first(operands, at)
        made = target.value.at if target is not None and isinstance(target.value, Made) else -1
        invocation = Invocation(
            reference,
            self._settled(target.value) if target is not None and not constructor else None,
            tuple(self._settled(slot.value) for slot in passed),
            at,
            min(start, made) if made >= 0 else start,
            at + size,
            constructor,
        )
        if opcode == 0xBA:
            value = self._dynamic(invocation, _u2(self.code, at + 1))
        else:
            value = self.asks.call(self.method, invocation)
        if constructor:
            _construct(state, made, Slot(value, invocation.start))
        elif (kind := returned(reference.descriptor)) != "V":
            state.push(Slot(value, invocation.start), is_wide(kind))

    def _dynamic(self, invocation: Invocation, index: int) -> Value:
        """Return what a joined string is (JDK's StringConcatFactory); UNKNOWN for any other dynamic call."""
        number = self.file.pool.short(index)
        if number >= len(self.file.bootstraps):
            return UNKNOWN
        handle, arguments = self.file.bootstraps[number]
        made_by = self.file.pool.handle(handle)
        if made_by is None or made_by.name != "makeConcatWithConstants" or not arguments:
            return UNKNOWN
        recipe = self.file.pool.string(arguments[0])
        return joined(recipe, invocation.args) if recipe is not None else UNKNOWN


_METHODS: dict[int, Callable[[Walk, _State, int], None]] = {
    **dict.fromkeys((0x12, 0x13, 0x14), Walk._load_constant),
    0xBB: Walk._new,
    0xBC: Walk._new_array,
    0xBD: Walk._new_array,
    0x53: Walk._array_store,
    0x32: Walk._array_load,
}
_KEEPS = frozenset({0x85, 0x88, 0x91, 0x92, 0x93})
"""Conversions between integers."""


def joined(recipe: str, args: Iterable[Value]) -> Value:
    """Return the string that a recipe makes; U+0001 stands in it for each argument (StringConcatFactory)."""
    waiting = iter(args)
    parts: list[str] = []
    for letter in recipe:
        value = next(waiting, UNKNOWN) if letter == "\1" else None
        parts.append(letter if value is None else text_of(value))
    text = "".join(parts)
    return TextValue(1, text=text) if len(text) <= _LONGEST_TEXT else UNKNOWN


def text_of(value: Value) -> str:
    """Return a value as it stands in a joined string; ``UNREAD`` when it is not known."""
    if isinstance(value, TextValue):
        return value.text
    return str(value.number) if isinstance(value, Number) else "\0"


def constant_value(file: ClassFile, index: int) -> Value:
    """Return a constant of the pool as a value."""
    text = file.pool.string(index)
    if text is not None:
        return TextValue(1, text=text)
    number = file.pool.number(index)
    if number is not None:
        return Number(1, number=number)
    name = file.pool.class_name(index)
    return Name(1, name=dotted(name)) if name else UNKNOWN


def _instructions(code: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(code):
        size = opcodes.length(code, at)
        if size <= 0 or at + size > len(code):
            raise Malformed("code is cut short or holds what is no instruction")
        yield at, size
        at += size


def _stores(code: bytes, instructions: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield (position, local variable) of each instruction that sets one."""
    for at, _ in instructions:
        stored = opcodes.stored(code, at)
        local = stored[0] if stored is not None else opcodes.counted(code, at)
        if local is not None:
            yield at, local


def _changed(
    code: bytes, instructions: list[tuple[int, int]], stores: list[tuple[int, int]]
) -> dict[int, frozenset[int]]:
    """Return the local variables that a loop sets, by the position of its head."""
    ends: dict[int, int] = {}
    for at, size in instructions:
        for target in opcodes.targets(code, at, size):
            if 0 <= target <= at:
                ends[target] = max(at, ends.get(target, -1))
    if len(ends) * len(stores) > _MOST_LOOPED:
        return dict.fromkeys(ends, frozenset(local for _, local in stores))
    return {head: frozenset(local for at, local in stores if head <= at <= end) for head, end in ends.items()}


def _construct(state: _State, made: int, slot: Slot) -> None:
    """Put an object into every place that its ``new`` was copied to."""
    if made < 0:
        return
    fresh = Made(at=made)
    state.stack[:] = [slot if one.value == fresh else one for one in state.stack]
    for index, one in state.locals.items():
        if one.value == fresh:
            state.locals[index] = slot


def _shuffle(state: _State, opcode: int) -> None:
    """Copy or swap the topmost places: dup, dup_x1, dup_x2, dup2, dup2_x1, dup2_x2, swap."""
    if opcode == 0x5F:
        one, other = state.pop(2)
        state.stack += [other, one]
        return
    copied, below = (1, opcode - 0x59) if opcode <= 0x5B else (2, opcode - 0x5C)
    top = state.pop(copied)
    under = state.pop(below)
    for slot in (*top, *under, *top):
        state.push(slot)


def _constant(code: bytes, at: int) -> Value | None:
    opcode = code[at]
    if opcode == 0x01:
        return NOTHING
    if 0x02 <= opcode <= 0x08:
        return Number(1, number=opcode - 0x03)
    if 0x09 <= opcode <= 0x0A:
        return Number(1, number=opcode - 0x09)
    if opcode == 0x10:
        return Number(1, number=int.from_bytes(code[at + 1 : at + 2], signed=True))
    if opcode == 0x11:
        return Number(1, number=int.from_bytes(code[at + 1 : at + 3], signed=True))
    return None


_OPERATORS: dict[int, Callable[[int, int], int]] = {
    0x60: lambda a, b: a + b,
    0x64: lambda a, b: a - b,
    0x68: lambda a, b: a * b,
    0x78: lambda a, b: a << (b & 31),
}


def _arithmetic(opcode: int, taken: list[Slot]) -> Value:
    values = [slot.value for slot in taken]
    operator = _OPERATORS.get(opcode)
    if operator is None or not all(isinstance(value, Number) for value in values):
        return UNKNOWN
    first, second = (value.number for value in values if isinstance(value, Number))
    result = operator(first, second)
    return Number(1, number=result) if abs(result) < 1 << 31 else UNKNOWN


def _first(slots: Iterable[Slot], at: int) -> int:
    return min((slot.start for slot in slots if slot.start >= 0), default=at)


def _u2(code: bytes, at: int) -> int:
    return int.from_bytes(code[at : at + 2])
