"""What a switch says about its variable: in ``case A: case B: f(x)`` x is A or B."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

_ENDING = frozenset(
    {"break_statement", "return_statement", "goto_statement", "continue_statement", "throw_statement"}
)


def cases(body: Node) -> Iterator[tuple[int, int, list[Node]]]:
    """Yield (start, end, labels) of the cases of a switch whose every label is known.

    Not the default, nor a case that the statements of another run into.
    """
    labels: list[Node] = []
    entered = False  # by the statements before, or as the default
    for case in body.named_children:
        if case.type != "case_statement":
            continue
        value = case.child_by_field_name("value")
        statements = [child for child in case.named_children if child != value and child.type != "comment"]
        entered = entered or value is None
        labels = [*labels, value] if value is not None else labels
        if statements:
            if not entered:
                yield case.start_byte, case.end_byte, labels
            labels, entered = [], not _ends(statements[-1])


def _ends(statement: Node) -> bool:
    """Whether nothing runs on behind a statement."""
    while statement.type == "compound_statement" and statement.named_children:
        statement = statement.named_children[-1]
    return statement.type in _ENDING
