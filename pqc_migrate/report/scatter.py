"""Scatter charts: two logarithmic axes, each mark named where there is room for its name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from pqc_migrate.report.document import Point, Scatter
from pqc_migrate.report.drawing import SMALL, WIDTH, n, shape, text, text_width

_LEFT, _RIGHT, _TOP, _HEIGHT = 76.0, 24.0, 48.0, 400.0
_LINE = 13.0
"""Height of a name."""
_GAP = 9.0
"""From the middle of a mark to its name."""
_Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def scatter(drawing: Scatter) -> tuple[list[str], float]:
    """Return the elements and the height of a scatter chart."""
    body: list[str] = []
    _legend(body, drawing.series)
    right, bottom = WIDTH - _RIGHT, _TOP + _HEIGHT
    x_at, x_lines = _axis([p.x for p in drawing.points], _LEFT, right)
    y_at, y_lines = _axis([p.y for p in drawing.points], bottom, _TOP)
    for value in x_lines:
        x = x_at(value)
        body.append(f'<line class="grid" x1="{n(x)}" y1="{_TOP:g}" x2="{n(x)}" y2="{bottom:g}"/>')
        body.append(text(x, bottom + 16, _figure(value), "small", "middle"))
    for value in y_lines:
        y = y_at(value)
        body.append(f'<line class="grid" x1="{_LEFT:g}" y1="{n(y)}" x2="{right:g}" y2="{n(y)}"/>')
        body.append(text(_LEFT - 8, y + 4, _figure(value), "small", "end"))
    body.append(text(0, _TOP - 10, drawing.y_axis, "small"))
    body.append(text(right, bottom + 34, drawing.x_axis, "small", "end"))
    places = [(x_at(point.x), y_at(point.y)) for point in drawing.points]
    body += _names(drawing.points, places)
    for point, (x, y) in zip(drawing.points, places, strict=True):
        said = f"{point.label}: {_figure(point.x)} · {_figure(point.y)}"
        body.append(shape(x, y, point.series, said))
    return body, bottom + 42


def _legend(body: list[str], series: Sequence[str]) -> None:
    x = 0.0
    for index, name in enumerate(series):
        body.append(shape(x + 7, 10, index, name))
        body.append(text(x + 20, 14, name, "small"))
        x += text_width(name, SMALL) + 40


def _axis(values: Sequence[float], start: float, end: float) -> tuple[Callable[[float], float], list[float]]:
    """Return where a value stands, and the values that get a line: 1, 2 and 5 of each power of ten."""
    low, high = (math.log10(min(values)), math.log10(max(values))) if values else (0.0, 1.0)
    margin = max(0.06 * (high - low), 0.05)
    low, high = low - margin, high + margin
    few = high - low > 3
    steps = (1,) if few else (1, 2, 5)
    lines = [step * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps]

    def at(value: float) -> float:
        return start + (end - start) * (math.log10(value) - low) / (high - low)

    return at, [value for value in lines if low <= math.log10(value) <= high]


def _names(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yield the names that find room beside their mark; hovering tells the others, the table has all."""
    taken: list[_Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    for point, (x, y) in zip(points, places, strict=True):
        width = text_width(point.label, SMALL)
        own = (x - 6, y - 6, x + 6, y + 6)
        for left, base, anchor in (
            (x + _GAP, y + 4, "start"),
            (x - _GAP - width, y + 4, "end"),
            (x - width / 2, y - _GAP, "middle"),
            (x - width / 2, y + _GAP + 9, "middle"),
        ):
            box = (left, base - _LINE + 3, left + width, base + 3)
            inside = box[0] >= _LEFT and box[2] <= WIDTH - 2 and box[1] >= _TOP and box[3] <= _TOP + _HEIGHT
            if inside and not _meets(box, (other for other in taken if other != own)):
                taken.append(box)
                at = {"start": left, "end": left + width, "middle": x}[anchor]
                yield text(at, base, point.label, "small", anchor)
                break


def _meets(box: _Box, others: Iterable[_Box]) -> bool:
    return any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in others)


def _figure(value: float) -> str:
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.2g}"
