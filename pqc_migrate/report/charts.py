"""Charts as inline SVG: colors by class so that dark mode and print apply, words as text, numbers as titles.

Every drawing has a title and a description for readers who do not see it; the numbers stand in the table the
document holds beside each chart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pqc_migrate.report.document import Bars, Calendar, Chart, Dots, Event, Grid, Scatter, Tone, Track
from pqc_migrate.report.drawing import SMALL, WIDTH, add_label, esc, fitted, n, shape, text, text_width
from pqc_migrate.report.scatter import scatter

_Place = Callable[[date], float]


def svg(chart: Chart, prefix: str) -> str:
    """Return a chart as one ``svg`` element whose ids begin with `prefix`."""
    drawing = chart.drawing
    if isinstance(drawing, Bars):
        body, height = _bars(drawing)
    elif isinstance(drawing, Calendar):
        body, height = _calendar(drawing)
    elif isinstance(drawing, Dots):
        body, height = _dots(drawing)
    elif isinstance(drawing, Scatter):
        body, height = scatter(drawing)
    else:
        body, height = _grid(drawing)
    title, description = f"{prefix}{chart.anchor}-title", f"{prefix}{chart.anchor}-text"
    return (
        f'<svg class="chart" role="img" aria-labelledby="{title} {description}" '
        f'viewBox="0 0 {WIDTH} {n(height)}" preserveAspectRatio="xMinYMin meet">'
        f'<title id="{title}">{esc(chart.title)}</title><desc id="{description}">{esc(chart.description)}</desc>'
        f"{''.join(body)}</svg>"
    )


# Bars


def _bars(drawing: Bars) -> tuple[list[str], float]:
    label_width, right = 290, 70
    single = len(drawing.bars) == len(drawing.series) and all(len(parts) == 1 for _, parts in drawing.bars)
    body: list[str] = []
    tones = _tones([tone for _, tone in drawing.series])
    top = 6.0
    if not single:
        top = _legend(body, [(name, tones[i]) for i, (name, _) in enumerate(drawing.series)])
    most = max((sum(p.value for p in parts) for _, parts in drawing.bars), default=0) or 1
    scale = (WIDTH - label_width - right) / most
    for index, (label, parts) in enumerate(drawing.bars):
        y = top + index * 28
        add_label(body, label, label_width - 12, y + 18)
        x = float(label_width)
        for part in parts:
            width = max(part.value * scale, 1.5)
            name = drawing.series[part.series][0]
            body.append(
                f'<rect class="fill {tones[part.series]}" x="{n(x)}" y="{n(y + 4)}" width="{n(width)}" '
                f'height="20">'
                f"<title>{esc(label)} · {esc(name)}: {part.value:,.0f}</title></rect>"
            )
            x += width
        total = sum(part.value for part in parts)
        body.append(text(x + 8, y + 18.5, f"{total:,.0f}", "number"))
    return body, top + len(drawing.bars) * 28 + 6


def _tones(tones: Sequence[Tone]) -> list[str]:
    """Return a class a series; series of one tone get different steps of it."""
    seen: dict[Tone, int] = {}
    classes: list[str] = []
    for tone in tones:
        classes.append(f"{tone.value}-{min(seen.get(tone, 0), 3)}")
        seen[tone] = seen.get(tone, 0) + 1
    return classes


def _legend(body: list[str], entries: Iterable[tuple[str, str]]) -> float:
    x, y = 0.0, 14.0
    for name, tone in entries:
        width = text_width(name, SMALL) + 34
        if x + width > WIDTH:
            x, y = 0.0, y + 20
        body.append(f'<rect class="fill {tone}" x="{n(x)}" y="{n(y - 10)}" width="12" height="12"/>')
        body.append(text(x + 18, y, name, "small"))
        x += width
    return y + 14


# Calendar


def _calendar(drawing: Calendar) -> tuple[list[str], float]:
    label_width, remark_width = 330, 170 if any(t.remark for t in drawing.tracks) else 20
    days = [drawing.today, *(e.day for t in drawing.tracks for e in t.events)]
    days += [d for t in drawing.tracks if t.bar for d in t.bar if d is not None]
    first, last = min(days).year, max(days).year + 1
    left, right = float(label_width), float(WIDTH - remark_width)

    def at(day: date) -> float:
        start = date(first, 1, 1)
        return left + (right - left) * (day - start).days / ((date(last, 12, 31) - start).days or 1)

    body: list[str] = []
    top = _event_legend(body, drawing) + 22
    heights = [34.0 if track.heading else 40.0 if track.detail else 28.0 for track in drawing.tracks]
    bottom = top + sum(heights)
    _years(body, first, last, at, top, bottom)
    y = top
    for track, height in zip(drawing.tracks, heights, strict=True):
        _track(body, track, y, height, at, right)
        y += height
    x = at(drawing.today)
    body.append(f'<line class="today" x1="{n(x)}" y1="{n(top - 4)}" x2="{n(x)}" y2="{n(bottom)}"/>')
    body.append(
        text(x, bottom + 16, f"{drawing.today_label} {drawing.today.isoformat()}", "small today-label", "middle")
    )
    return body, bottom + 24


def _event_legend(body: list[str], drawing: Calendar) -> float:
    x, y = 0.0, 14.0
    for name, event in drawing.legend:
        width = text_width(name, SMALL) + 38
        if x + width > WIDTH:
            x, y = 0.0, y + 20
        body.append(_mark(x + 7, y - 4, event))
        body.append(text(x + 20, y, name, "small"))
        x += width
    return y


def _years(body: list[str], first: int, last: int, at: _Place, top: float, bottom: float) -> None:
    step = 1 if last - first <= 12 else 2
    for year in range(first, last + 1, step):
        x = at(date(year, 1, 1))
        body.append(f'<line class="grid" x1="{n(x)}" y1="{n(top)}" x2="{n(x)}" y2="{n(bottom)}"/>')
        body.append(text(x + 3, top - 7, str(year), "small"))


def _track(body: list[str], track: Track, y: float, height: float, at: _Place, right: float) -> None:
    if track.heading:
        body.append(text(0, y + 23, fitted(track.label, 600), "strong"))
        body.append(f'<line class="rule" x1="0" y1="{n(y + 30)}" x2="{WIDTH}" y2="{n(y + 30)}"/>')
        return
    middle = y + height / 2
    add_label(body, track.label, 316, middle - 3 if track.detail else middle + 4, anchor="start")
    if track.detail:
        detail = fitted(track.detail, 316, SMALL)
        body.append(text(0, middle + 13, detail, "small", title=track.detail))
    if track.bar is not None:
        body.append(_span(track, at, middle, right))
    body += [_mark(at(event.day), middle, event) for event in track.events]
    if track.remark:
        body.append(text(right + 10, middle + 4, fitted(track.remark, 158, SMALL), "small", title=track.remark))


def _span(track: Track, at: _Place, middle: float, right: float) -> str:
    assert track.bar is not None
    start, end = track.bar
    x = at(start)
    width = max((right if end is None else at(end)) - x, 2)
    kind = "open" if end is None else "fill"
    words = f"{track.label}: {start.isoformat()} – {'' if end is None else end.isoformat()}"
    return (
        f'<rect class="span {kind} {track.tone.value}-1" x="{n(x)}" y="{n(middle - 7)}" width="{n(width)}" '
        f'height="14" rx="2"><title>{esc(words)}</title></rect>'
    )


def _mark(x: float, y: float, event: Event) -> str:
    kind = "hollow" if event.hollow else "fill"
    title = f"<title>{esc(event.label)}: {event.day.isoformat()}</title>" if event.label else ""
    if event.tone is Tone.BAD:
        points = f"{n(x - 6)},{n(y)} {n(x)},{n(y - 6)} {n(x + 6)},{n(y)} {n(x)},{n(y + 6)}"
        return f'<polygon class="mark {kind} bad-0" points="{points}">{title}</polygon>'
    return f'<circle class="mark {kind} {event.tone.value}-0" cx="{n(x)}" cy="{n(y)}" r="5">{title}</circle>'


# Dots


def _dots(drawing: Dots) -> tuple[list[str], float]:
    label_width, right = 290, 40
    values = [v for _, line in drawing.rows for v in line if v is not None and v > 0]
    low = math.floor(math.log10(min(values))) if values else 0
    high = max(math.ceil(math.log10(max(values))), low + 1) if values else 1

    def at(value: float) -> float:
        return label_width + (WIDTH - label_width - right) * (math.log10(value) - low) / (high - low)

    body: list[str] = []
    x = 0.0
    for index, name in enumerate(drawing.series):
        body.append(shape(x + 7, 10, index, name))
        body.append(text(x + 20, 14, name, "small"))
        x += text_width(name, SMALL) + 40
    top = 40.0
    bottom = top + len(drawing.rows) * 26
    for power in range(low, high + 1):
        x = at(10.0**power)
        body.append(f'<line class="grid" x1="{n(x)}" y1="{n(top)}" x2="{n(x)}" y2="{n(bottom)}"/>')
        body.append(text(x, top - 6, f"{10.0**power:,g}" if power < 0 else f"{10**power:,}", "small", "middle"))
    for index, (label, line) in enumerate(drawing.rows):
        y = top + index * 26 + 13
        add_label(body, label, label_width - 14, y + 4)
        known = [(i, v) for i, v in enumerate(line) if v is not None and v > 0]
        if len(known) > 1:
            ends = sorted(at(v) for _, v in known)
            body.append(f'<line class="rule" x1="{n(ends[0])}" y1="{n(y)}" x2="{n(ends[-1])}" y2="{n(y)}"/>')
        body += [shape(at(v), y, i, f"{label} · {drawing.series[i]}: {v:,.1f}") for i, v in known]
    body.append(text(WIDTH - right, bottom + 18, drawing.axis, "small", "end"))
    return body, bottom + 26


# Grid


def _grid(drawing: Grid) -> tuple[list[str], float]:
    left, top, line, gap = 150.0, 46.0, 64.0, 6.0
    width = (WIDTH - left) / len(drawing.columns)
    body = [text(left, 14, drawing.x_axis, "small strong")]
    body.append(text(0, 14, drawing.y_axis, "small strong"))
    for x, name in enumerate(drawing.columns):
        body.append(text(left + x * width, 36, name, "small"))
    for y, name in enumerate(drawing.rows):
        middle = top + y * (line + gap) + line / 2
        body.append(text(0, middle + 4, fitted(name, left - 12)))
        for x, count in enumerate(drawing.counts[y]):
            tone = drawing.tones[y][x].value if count else "empty"
            at = left + x * width
            label = f"{drawing.columns[x]}, {name}: {drawing.names[y][x]}, {count}"
            body.append(
                f'<rect class="cell {tone}" x="{n(at)}" y="{n(middle - line / 2)}" width="{n(width - gap)}" '
                f'height="{n(line)}" rx="3"><title>{esc(label)}</title></rect>'
            )
            body.append(text(at + 16, middle + 9, str(count), "big"))
            body.append(text(at + 64, middle + 5, fitted(drawing.names[y][x], width - 90)))
    return body, top + len(drawing.rows) * (line + gap)
