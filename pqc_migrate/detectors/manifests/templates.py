"""Manifests that a generator fills in first: what stands in them already, without the generator's own tags.

Only tags whose ends cannot be mistaken are known: those of EJS (its docs/syntax.md) and of ERB (class
ERB of Ruby's documentation, "Recognized Tags").
"""

from __future__ import annotations

from dataclasses import replace

from pqc_migrate.model.target import SourceFile

FILLED = "?"
"""Stands for each character that the generator decides; no package's name has it."""

_EXPRESSIONS = {".ejs": ("<%=", "<%-"), ".erb": ("<%=",)}
_OPEN, _CLOSE = "<%", "%>"


def expressions(name: str) -> tuple[str, ...]:
    """Return what opens an expression in a template of this file name; nothing for what is no template."""
    return _EXPRESSIONS.get(name[-4:], ())


def target(file: SourceFile) -> SourceFile:
    """Return a template under the name of the file that is made of it."""
    return replace(file, path=file.path[:-4]) if expressions(file.name) else file


def without_tags(text: str, openers: tuple[str, ...]) -> str:
    """Blank out statements and comments, and put `FILLED` for expressions; every place stays where it is."""
    pieces: list[str] = []
    done = 0
    while (start := text.find(_OPEN, done)) != -1:
        end = text.find(_CLOSE, start)
        if end == -1:
            break
        end += len(_CLOSE)
        filler = FILLED if text.startswith(openers, start) else " "
        pieces += [text[done:start], "\n".join(filler * len(row) for row in text[start:end].split("\n"))]
        done = end
    return "".join((*pieces, text[done:]))
