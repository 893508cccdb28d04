"""Charts: readable without seeing, inside their frame, true to their numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.report.charts import WIDTH, fitted, svg, text_width
from pqc_migrate.report.document import (
    Bars,
    Calendar,
    Chart,
    Dots,
    Event,
    Segment,
    Table,
    Tone,
    Track,
)
from pqc_migrate.report.plan_formats import document

EMPTY = Table("d", "data", (), ())


def chart(drawing: object) -> ET.Element:
    return ET.fromstring(svg(Chart("c", "A title", "What it shows", drawing, EMPTY), "en-"))  # type: ignore[arg-type]


def xs(root: ET.Element, tag: str, kind: str) -> list[float]:
    return [float(e.get("x", e.get("cx", "0"))) for e in root.iter(tag) if kind in (e.get("class") or "").split()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_has_words_and_numbers(plans: ModuleType, lang: str) -> None:
    """A chart is an image with title and description, and its numbers stand in a table beside it."""
    found = document(plans.full_plan(), lang)
    charts = [b for s in found.sections for b in s.blocks if isinstance(b, Chart)]
    assert [c.anchor for c in charts] == [
        "chart-summary", "chart-timeline", "chart-families", "chart-matrix", "chart-key", "chart-signature",
        "chart-waves", "chart-progress",
    ]  # fmt: skip
    for item in charts:
        root = ET.fromstring(svg(item, f"{lang}-"))
        assert root.get("role") == "img"
        named = {root.find("title").get("id"), root.find("desc").get("id")}  # type: ignore[union-attr]
        assert set((root.get("aria-labelledby") or "").split()) == named
        assert root.find("title").text == item.title  # type: ignore[union-attr]
        assert item.table.rows


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_drawn_outside_the_frame(plans: ModuleType, lang: str) -> None:
    """Marks, bars and text begin inside the drawing."""
    found = document(plans.full_plan(), lang)
    for item in (b for s in found.sections for b in s.blocks if isinstance(b, Chart)):
        root = ET.fromstring(svg(item, ""))
        height = float(root.get("viewBox", "").split()[3])
        for element in root.iter():
            x = float(element.get("x", element.get("cx", "0"))) + float(element.get("width", "0"))
            y = float(element.get("y", element.get("cy", "0")))
            assert -1 <= x <= WIDTH + 1, (item.anchor, element.attrib)
            assert -1 <= y <= height + 1, (item.anchor, element.attrib)


def test_bars_are_as_long_as_their_numbers() -> None:
    """Twice the count is twice the length, and the parts of a bar follow each other."""
    series = (("a", Tone.BAD), ("b", Tone.BAD))
    root = chart(Bars(series, (("x", (Segment(0, 40), Segment(1, 20))), ("y", (Segment(1, 30),)))))
    bars = [e for e in root.iter("rect") if e.get("height") == "20"]
    long, part, other = (float(e.get("width", "0")) for e in bars)
    assert long == pytest.approx(2 * part, abs=0.2)
    assert other == pytest.approx(1.5 * part, abs=0.2)
    assert float(bars[1].get("x", "0")) == pytest.approx(float(bars[0].get("x", "0")) + long, abs=0.2)
    assert len({e.get("class") for e in bars[:2]}) == 2, "two series of one tone can be told apart"


def test_days_stand_in_order_and_today_among_them() -> None:
    """What is past stands left of today, what is to come right of it; a hollow mark is hollow."""
    past, coming = (
        Event(date(2025, 3, 31), "past", Tone.WARN),
        Event(date(2030, 1, 1), "later", Tone.WARN, hollow=True),
    )
    root = chart(Calendar(date(2026, 11, 24), "today", (Track("t", events=(past, coming)),)))
    left, right = xs(root, "circle", "mark")
    today = float(next(e for e in root.iter("line") if e.get("class") == "today").get("x1", "0"))
    assert left < today < right
    assert len(xs(root, "circle", "hollow")) == 1


def test_a_wave_without_a_date_is_drawn_open() -> None:
    """A bar without an end is not filled, so it cannot be taken for a deadline."""
    root = chart(Calendar(date(2026, 1, 1), "today", (Track("t", bar=(date(2026, 1, 1), None)),)))
    assert len(xs(root, "rect", "open")) == 1
    assert len(xs(root, "rect", "fill")) == 0


def test_a_thousand_times_slower_is_three_steps_further() -> None:
    """Times stand on a logarithmic axis with a labeled line for each power of ten."""
    root = chart(Dots(("op",), (("a", (10.0,)), ("b", (10_000.0,)), ("c", (None,))), "µs"))
    fast, slow = xs(root, "circle", "series-0")[1:]
    lines = [float(e.get("x1", "0")) for e in root.iter("line") if e.get("class") == "grid"]
    assert (fast, slow) == (lines[0], lines[3])
    assert [e.text for e in root.iter("text") if re.fullmatch(r"[\d,]+", e.text or "")] == [
        "10",
        "100",
        "1,000",
        "10,000",
    ]


def test_a_long_benchmark_is_drawn_in_part_and_says_so(plans: ModuleType) -> None:
    """Targets of the plan and classical algorithms come first; the table beside the chart has everything."""
    plan = plans.full_plan()
    many = tuple(replace(m, algorithm=f"Scheme-{i}") for i in range(60) for m in plan.capacity.throughput[:1])
    plan = replace(plan, capacity=replace(plan.capacity, throughput=(*many, *plan.capacity.throughput)))
    found = document(plan, "en")
    drawn = next(b for s in found.sections for b in s.blocks if isinstance(b, Chart) and b.anchor == "chart-key")
    assert isinstance(drawn.drawing, Dots)
    labels = [label for label, _ in drawn.drawing.rows]
    assert len(labels) == 30
    assert {"ML-KEM-768 (liboqs)", "X25519 (OpenSSL)"} <= set(labels)
    assert len(drawn.table.rows) == 63
    assert drawn.description.startswith("30 of 63 algorithms.")


@given(st.text(max_size=80), st.floats(20, 400))
def test_a_label_fits_or_is_cut_with_an_ellipsis(text: str, width: float) -> None:
    """No label is wider than its column, in either script."""
    found = fitted(text, width)
    assert text_width(found) <= width or found == "…"
    assert found == text or found.endswith("…")
