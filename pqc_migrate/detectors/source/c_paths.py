"""Which assignments of C cannot reach a place: those of the other arm, of an ended case, of a branch that returned.

Inside a loop every arm may have run in an earlier round; there nothing is excluded.
"""

from __future__ import annotations

from tree_sitter import Node

from pqc_migrate.detectors.source.ranges import Ranges

_LOOPS = frozenset({"for_statement", "while_statement", "do_statement", "for_range_loop"})
_LEAVES = frozenset({"return_statement", "throw_statement"})
_ENDS = _LEAVES | {"break_statement", "goto_statement", "continue_statement"}


class Paths:
    """The zones of one file that an arm's assignments do not reach."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._arms: dict[tuple[int, int], tuple[int, int]] = {}
        self._loops: list[tuple[int, int]] = []
        self._zones: Ranges | None = None
        self._in_loops: Ranges | None = None

    def add(self, node: Node) -> None:
        """Take note of an ``if``, a ``case`` or a loop."""
        if node.type in _LOOPS:
            self._loops.append((node.start_byte, node.end_byte))
        elif node.type == "if_statement":
            self._add_if(node)
        elif node.type == "case_statement" and node.parent is not None and _ends(node, _ENDS):
            self._bar(node, node.end_byte, node.parent.end_byte)

    def _add_if(self, node: Node) -> None:
        arm, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        if arm is None:
            return
        if _ends(arm, _LEAVES) and node.parent is not None:
            self._bar(arm, arm.end_byte, node.parent.end_byte)
        elif other is not None:
            self._bar(arm, other.start_byte, other.end_byte)

    def _bar(self, arm: Node, start: int, end: int) -> None:
        if start < end:
            self._arms[(start, end)] = (arm.start_byte, arm.end_byte)

    def reaches(self, binding: int, offset: int) -> bool:
        """Whether what is assigned at one offset can still stand at a later one of the same function."""
        if self._zones is None or self._in_loops is None:
            self._zones = Ranges(self._size, self._arms)
            self._in_loops = Ranges(self._size, self._loops)
        if not self._arms or self._in_loops.innermost(binding):
            return True
        for index in self._zones.chain(offset):
            arm = self._arms.get((self._zones.starts[index], self._zones.ends[index]))
            if arm is not None and arm[0] <= binding <= arm[1]:
                return False
        return True


def _ends(arm: Node, kinds: frozenset[str]) -> bool:
    """Whether the last statement of an arm is one of these."""
    last = arm
    for _ in range(2):  # a case may hold a block
        if last.type not in ("compound_statement", "case_statement") or not last.named_children:
            break
        last = last.named_children[-1]
    return last.type in kinds
