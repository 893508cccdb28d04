"""What the documents of a plan say, before any format: honest, complete, traceable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from pqc_migrate.model.escape import visible
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.plan_codes import Binding, Effect, WaveId
from pqc_migrate.plan.document import load as load_plan
from pqc_migrate.report.document import (
    Block,
    Chart,
    Document,
    Facts,
    Figures,
    Items,
    Line,
    Notice,
    Paragraph,
    Quote,
    Row,
    Table,
    tables,
    text_of,
)
from pqc_migrate.report.plan_formats import document
from pqc_migrate.report.texts import load

GOLDEN = Path(__file__).parents[1] / "golden" / "plan" / "plan.json"
LANGUAGES = ("zh", "en")


def lines(block: Block) -> Iterator[Line]:
    """Every line of a block."""
    match block:
        case Paragraph() | Notice():
            yield block.content
        case Items():
            yield from block.items
        case Facts():
            yield from (value for _, value in block.rows)
        case Figures():
            yield from (figure.note for figure in block.items)
        case Quote():
            yield block.attribution
        case Table():
            yield from (cell.content for row in block.rows for cell in row.cells)
        case Chart():
            yield from lines(block.table)


def section(found: Document, anchor: str) -> str:
    """The words of one section."""
    blocks = next(s.blocks for s in found.sections if s.anchor == anchor)
    return "\n".join(text_of(line) for block in blocks for line in lines(block))


def table(found: Document, anchor: str) -> Table:
    return next(t for t in tables(found) if t.anchor == anchor)


def cells(row: Row) -> list[str]:
    return [text_of(cell.content) for cell in row.cells]


def every_plan(plans: ModuleType) -> list[MigrationPlan]:
    return [
        plans.full_plan(),
        plans.bare_plan(),
        plans.unregistered_plan(),
        load_plan(GOLDEN.read_bytes()),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_section_is_empty(plans: ModuleType, lang: str) -> None:
    """All 18 sections and 4 appendices stand in every document; one that has no data says why."""
    for plan in every_plan(plans):
        found = document(plan, lang)
        assert [s.number for s in found.sections] == [*map(str, range(18)), *"ABCD"]
        for part in found.sections:
            words = "".join(text_of(line) for block in part.blocks for line in lines(block))
            assert len(words) > 10, part.anchor


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_languages_say_the_same(plans: ModuleType, lang: str) -> None:
    """Sections, blocks, tables, rows and links are the same in every language; only words differ."""

    def shape(found: Document) -> list[object]:
        skeleton: list[object] = []
        for part in found.sections:
            for block in part.blocks:
                skeleton.append((part.anchor, type(block).__name__))
                if isinstance(block, Table):
                    skeleton.append(
                        (block.anchor, len(block.columns), [(r.anchor, r.keywords) for r in block.rows])
                    )
        return skeleton

    for plan in every_plan(plans):
        other = [item for item in shape(document(plan, "zh")) if item != ("policy", "Paragraph")]
        assert [item for item in shape(document(plan, lang)) if item != ("policy", "Paragraph")] == other


@pytest.mark.parametrize("lang", LANGUAGES)
def test_anchors_are_unique_and_every_link_leads_somewhere(plans: ModuleType, lang: str) -> None:
    """From a figure to a finding to a place: no link is dead."""
    for plan in every_plan(plans):
        found = document(plan, lang)
        anchors = [s.anchor for s in found.sections]
        links: set[str] = set()
        for part in found.sections:
            for block in part.blocks:
                anchors += [block.anchor] if isinstance(block, Table | Chart) else []
                anchors += (
                    [block.anchor] if getattr(block, "anchor", "") and not isinstance(block, Table | Chart) else []
                )
                links |= {span.link for line in lines(block) for span in line if span.link}
                if isinstance(block, Figures):
                    links |= {figure.link for figure in block.items if figure.link}
        rows = [row.anchor for t in tables(found) for row in t.rows if row.anchor]
        assert len(set(anchors + rows)) == len(anchors + rows)
        assert links <= set(anchors + rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_fit_their_columns(plans: ModuleType, lang: str) -> None:
    """Every row has one cell a column, whatever the data lacks."""
    for plan in every_plan(plans):
        for found in tables(document(plan, lang)):
            assert {len(row.cells) for row in found.rows} <= {len(found.columns)}, found.anchor


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_notice_is_quoted_verbatim_and_nothing_is_added(plans: ModuleType, lang: str) -> None:
    """The sentence stands as CAICT prints it, with its source, and what was not available is said."""
    plan = plans.full_plan()
    found = document(plan, lang)
    quotes = [block for s in found.sections for block in s.blocks if isinstance(block, Quote)]
    assert [q.text for q in quotes] == [plan.direction.quote_zh, plan.direction.routes_zh]
    assert all("中国信息通信研究院" in text_of(q.attribution) for q in quotes)
    policy = section(found, "policy")
    for name in plan.direction.unavailable:
        assert load(lang)(f"label.unavailable.{name}") in policy
    assert load(lang)("policy.to-fill") in policy


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_date_of_a_milestone_stands_without_its_force(plans: ModuleType, lang: str) -> None:
    """Each row that dates something names the binding of that date; a draft is called a draft."""
    texts = load(lang)
    forces = {texts(f"label.binding.{binding.value}") for binding in Binding}
    for plan in every_plan(plans):
        for anchor in ("table-milestones", "table-uses", "table-waves", "chart-timeline-data", "chart-waves-data"):
            for row in (r for t in tables(document(plan, lang)) if t.anchor == anchor for r in t.rows):
                for cell in row.cells:
                    tagged = {span.text for span in cell.content if span.style == "tag"}
                    dated = re.match(r"\d{4}(-\d\d-\d\d)? ", text_of(cell.content))
                    if dated:
                        assert tagged & forces, (anchor, text_of(cell.content))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unverified_pointer_is_called_one_and_not_computed_with(plans: ModuleType, lang: str) -> None:
    """A milestone of low trust says so beside its date and in its effect."""
    rows = table(document(plans.full_plan(), lang), "table-milestones").rows
    row = next(r for r in rows if r.anchor == "milestone-bis158")
    assert load(lang)("word.unverified") in cells(row)[1]
    assert load(lang)("word.unverified") in cells(row)[5]
    assert cells(row)[7] == load(lang)("policy.not-computed")


def test_a_last_recommended_day_is_no_last_allowed_day(plans: ModuleType) -> None:
    """A milestone that only deprecates has no last allowed day, in the table as in the chart."""
    plan = plans.full_plan()
    only = replace(plan.profiles[2].milestones[0], id="m", disallow_after=None, disallow_days_left=None)
    plan = replace(plan, profiles=(replace(plan.profiles[2], milestones=(only,)),))
    found = document(plan, "en")
    for anchor, recommended, allowed in (("table-milestones", 4, 5), ("chart-timeline-data", 2, 3)):
        row = cells(table(found, anchor).rows[0])
        assert row[recommended] == "2030 draft"
        assert row[allowed] == "–"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_default_is_called_assumed(plans: ModuleType, lang: str) -> None:
    """An input nobody gave carries the mark beside its value, and stands in appendix C with its replacement."""
    plan = plans.full_plan()
    found = document(plan, lang)
    inputs = table(found, "table-use-inputs")
    mark = load(lang)("word.assumed")
    for use, row in zip(plan.uses, inputs.rows, strict=True):
        for given, text in zip(use.inputs, cells(row)[2:], strict=True):
            assert (mark in text) == given.assumed
    assert len(table(found, "table-assumptions").rows) == len(plan.assumptions)
    assert all(mark in cells(row)[0] for row in table(found, "table-assumptions").rows)


def test_unknown_is_never_zero(plans: ModuleType) -> None:
    """None reads unknown or not stated, sorts last, and no sum is made over it."""
    plan = plans.full_plan()
    blind = replace(plan.coverage[0], files_seen=None, files_read=None, files_parsed=None, bytes_read=None)
    found = document(replace(plan, coverage=(*plan.coverage, blind)), "en")
    assert cells(table(found, "table-coverage").rows[1])[2:] == ["not stated"] * 4
    figures = next(b for s in found.sections for b in s.blocks if isinstance(b, Figures))
    assert figures.items[1].value == "unknown"
    assert cells(table(found, "table-sizes").rows[2])[2] == "unknown"
    unread = next(r for r in table(found, "table-assets").rows if r.anchor == "crypto/rsa-oaep")
    assert cells(unread)[0] == "RSA-OAEP not read: size"
    assert cells(unread)[4] == "unknown"
    assert unread.cells[4].order is None


def test_sm2_is_vulnerable_and_not_weak(plans: ModuleType) -> None:
    """SM2 stands in the ranking and not on the hygiene list; SM3 and SM4 are kept."""
    found = document(plans.full_plan(), "zh")
    hygiene = [cells(row)[0] for row in table(found, "table-hygiene").rows]
    assert hygiene == ["SHA-1", "3DES-CBC", "AES-128-GCM"]
    sm2 = next(r for r in table(found, "table-assets").rows if r.anchor == "crypto/sm2")
    assert cells(sm2)[2] == "易受量子攻击：数字签名"
    assert any("国密" in cells(row)[2] for row in table(found, "table-uses").rows)


def test_only_what_was_late_is_called_late(plans: ModuleType) -> None:
    """The executive page names late waves with their dates, and says so when there is none."""
    plan = plans.full_plan()
    assert "2026-06-30" in section(document(plan, "en"), "summary")
    calm = replace(
        plan,
        summary=replace(plan.summary, mosca_negative=0),
        waves=tuple(replace(wave, late=False) for wave in plan.waves),
    )
    assert load("en")("summary.late-none") in section(document(calm, "en"), "summary")


def test_three_decisions_are_asked(plans: ModuleType) -> None:
    """The page for the board asks three things, the missing lead first."""
    for plan in every_plan(plans):
        blocks = document(plan, "en").sections[1].blocks
        asked = next(b for b in blocks if isinstance(b, Items) and b.ordered)
        assert len(asked.items) == 3
        if not plan.institution.migration_lead:
            assert text_of(asked.items[0]) == load("en")("summary.decide-lead")


def test_waves_are_numbered_as_the_plan_has_them(plans: ModuleType) -> None:
    """When no quick win exists, key establishment is the first wave and is called that everywhere."""
    plan = plans.full_plan()
    waves = tuple(replace(w, number=i) for i, w in enumerate(plan.waves[1:], 1))
    plan = replace(plan, waves=waves, summary=replace(plan.summary, first_wave_id=WaveId.KEY_ESTABLISHMENT))
    found = document(plan, "zh")
    assert "第 1 批：密钥建立" in section(found, "summary")
    assert cells(table(found, "table-waves").rows[0])[0] == "第 1 批：密钥建立"
    assert "第 2 批：数字签名" in section(found, "routes")


def test_nothing_found_never_means_nothing_there(plans: ModuleType) -> None:
    """Where a plan has no rows, the document says that this proves nothing."""
    found = document(plans.bare_plan(), "en")
    for anchor in ("summary", "coverage", "inventory", "ranking", "evidence", "mapping"):
        assert "Nothing found does not mean nothing there" in section(found, anchor), anchor


def test_programme_lines_and_pointers_are_drawn_hollow(plans: ModuleType) -> None:
    """Only a completion milestone that was computed with is a filled mark."""
    plan = plans.full_plan()
    found = document(plan, "en")
    chart = next(
        b for s in found.sections for b in s.blocks if isinstance(b, Chart) and b.anchor == "chart-timeline"
    )
    drawn = [event.hollow for track in chart.drawing.tracks for event in track.events]  # type: ignore[union-attr]
    computed = [
        m.unverified or m.effect is not Effect.COMPLETION
        for p in plan.profiles
        for m in p.milestones
        for day in (m.deprecate_after, m.disallow_after)
        if day is not None
    ]
    assert drawn == computed


def test_evidence_has_its_place_and_the_uses_it_belongs_to(plans: ModuleType) -> None:
    """A row of the appendix has id, file and line, and is found by the use it supports."""
    plan = plans.full_plan()
    rows = table(document(plan, "en"), "table-evidence").rows
    assert [row.anchor for row in rows] == [item.id for item in plan.evidence]
    for row, item in zip(rows, plan.evidence, strict=True):
        assert cells(row)[1] == f"{item.path}:{item.line}"
        assert item.asset in row.keywords
    supported = {word for row in rows for word in row.keywords}
    assert {use.id for use in plan.uses} <= supported


def test_a_line_nobody_gave_is_left_out(plans: ModuleType) -> None:
    """A foreign CBOM without lines gives a path, not line 0."""
    plan = plans.full_plan()
    plan = replace(plan, evidence=(replace(plan.evidence[0], line=0), *plan.evidence[1:]))
    assert cells(table(document(plan, "en"), "table-evidence").rows[0])[1] == plan.evidence[0].path


def test_two_keys_of_one_kind_can_be_told_apart(plans: ModuleType) -> None:
    """A certificate or key carries the start of its fingerprint beside its name."""
    row = next(
        r for r in table(document(plans.full_plan(), "en"), "table-assets").rows if r.anchor == "crypto/cert"
    )
    assert cells(row)[0] == "CN=pay.example\nfingerprint abababababab"


def test_a_name_from_outside_stays_on_its_line(plans: ModuleType) -> None:
    """A line break or direction control in an asset or file name is spelled out before it can act."""
    plan = plans.full_plan()
    odd = replace(plan.assets[0], name="RSA\n\u202e8402")
    plan = replace(plan, assets=(odd, *plan.assets[1:]))
    row = table(document(plan, "en"), "table-assets").rows[0]
    assert cells(row)[0] == "RSA\\x0a\\u202e8402"


def test_visible_is_idempotent_and_keeps_ordinary_text() -> None:
    """What is printed can be searched for, and making it visible twice changes nothing."""
    odd = "a\u202eb\u200b\x07\udc80\U000e0041中文 é\\x"
    assert visible(odd) == "a\\u202eb\\u200b\\x07\\x80\\U000e0041中文 é\\x"
    assert visible(visible(odd)) == visible(odd)


def test_a_document_is_the_same_twice(plans: ModuleType) -> None:
    """No clock and no chance: the same plan gives the same document."""
    plan = replace(plans.full_plan(), today=date(2027, 1, 31))
    assert document(plan, "zh") == document(plan, "zh")
