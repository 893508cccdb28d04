"""What drawings are made of: text that fits, marks, escaped attributes."""

from __future__ import annotations

import unicodedata
from html import escape

from pqc_migrate.model.escape import visible

WIDTH = 960
"""Units of every drawing's width; the page scales it."""
SIZE = 13
SMALL = 11.5
_SHAPES = ("circle", "square", "diamond", "triangle", "wedge")


def text_width(text: str, size: float = SIZE) -> float:
    """Return the width of a text in drawing units: a full-width character is one em, others about half."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.56 for c in text)


def fitted(text: str, width: float, size: float = SIZE) -> str:
    """Return the text, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text, size) + size > width:
        text = text[:-1]
    return text.rstrip() + "…"


def shape(x: float, y: float, index: int, title: str) -> str:
    """Return the mark of a series: told apart by form as well as by color."""
    kind = _SHAPES[index % len(_SHAPES)]
    words = f"<title>{esc(title)}</title>"
    if kind == "circle":
        return f'<circle class="fill series-{index}" cx="{n(x)}" cy="{n(y)}" r="5.5">{words}</circle>'
    if kind == "square":
        at = f'x="{n(x - 5)}" y="{n(y - 5)}" width="10" height="10"'
        return f'<rect class="fill series-{index}" {at}>{words}</rect>'
    points = {
        "diamond": ((-6.5, 0), (0, -6.5), (6.5, 0), (0, 6.5)),
        "triangle": ((-6, 5), (0, -6), (6, 5)),
        "wedge": ((-6, -5), (0, 6), (6, -5)),
    }[kind]
    at = " ".join(f"{n(x + dx)},{n(y + dy)}" for dx, dy in points)
    return f'<polygon class="fill series-{index}" points="{at}">{words}</polygon>'


def add_label(body: list[str], words: str, width: float, y: float, anchor: str = "end") -> None:
    """Add a label that ends at `width`, or begins at 0, cut to fit."""
    x = width if anchor == "end" else 0
    body.append(text(x, y, fitted(words, width), "", anchor, title=words))


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start", title: str = "") -> str:
    """Return a text element; `title` is shown on hovering where it says more than the words."""
    css = f' class="{kind}"' if kind else ""
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    hint = f"<title>{esc(title)}</title>" if title and title != words else ""
    return f'<text{css} x="{n(x)}" y="{n(y)}"{end}>{esc(words)}{hint}</text>'


def esc(words: str) -> str:
    """Return text for an element or an attribute."""
    return escape(visible(words))


def n(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
