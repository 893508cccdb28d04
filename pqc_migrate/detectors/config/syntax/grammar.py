"""The syntaxes that a tree-sitter grammar reads."""

from __future__ import annotations

from tree_sitter import Node, Parser

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.config.document import PLACEHOLDER


def root(text: str, grammar: str, filler: str) -> Node:
    """Parse a document's text; offsets of the nodes are those of the text.

    `filler` is a character that may stand for what a template fills in wherever the grammar wants a value.
    """
    source = text.replace(PLACEHOLDER, filler).encode("latin-1")
    return Parser(grammars.load(grammar)).parse(source).root_node
