"""Appendices: evidence, compliance map, assumptions and sources, glossary."""

from __future__ import annotations

from pqc_migrate.model.plan import Assumption, Evidence, MigrationPlan
from pqc_migrate.model.plan_codes import AssumptionCode, MilestoneKind
from pqc_migrate.report.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Heading,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    Tone,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import EVIDENCE_TABLE, Words

_NUMBER = ColumnKind.NUMBER
_MAPPED_INSTRUMENTS = ("gbt-39786", "gbt-43206", "gbt-43207")
_MAPPED_KINDS = (MilestoneKind.INVENTORY_AND_REVIEW, MilestoneKind.AGILITY_POLICY)


def evidence(plan: MigrationPlan, t: Texts) -> Section:
    """Appendix A: every occurrence with its id, place, rule and confidence."""
    w = Words(plan, t)
    if not plan.evidence:
        return Section("evidence", "A", t("evidence.title"), (Notice(plain(t("evidence.empty"))),))
    uses: dict[str, list[str]] = {}
    for use in plan.uses:
        for identifier in use.evidence:
            uses.setdefault(identifier, []).append(use.id)
    several = len({item.target for item in plan.evidence}) > 1
    columns = (
        Column(t("evidence.id"), narrow=True),
        *((Column(t("evidence.target")),) if several else ()),
        Column(t("evidence.place")),
        Column(t("inventory.asset")),
        Column(t("word.use")),
        Column(t("evidence.symbol")),
        Column(t("evidence.role"), narrow=True),
        Column(t("evidence.technique"), narrow=True),
        Column(t("evidence.confidence"), _NUMBER),
        Column(t("evidence.rule")),
    )
    rows = tuple(_place(item, tuple(uses.get(item.id, ())), several, w) for item in plan.evidence)
    table = Table(EVIDENCE_TABLE, t("evidence.table"), columns, rows)
    return Section("evidence", "A", t("evidence.title"), (Paragraph(plain(t("evidence.lead"))), table))


def _place(item: Evidence, uses: tuple[str, ...], several: bool, w: Words) -> Row:
    name = w.asset(item.asset)
    return Row(
        (
            w.code_cell(item.id),
            *((w.code_cell(item.target),) if several else ()),
            w.code_cell(w.place(item)),
            Cell((Span(name, link=item.asset),), name),
            w.text_cell(w.label(item.use)),
            w.code_cell(item.symbol) if item.symbol else Cell(plain(w.t("word.dash")), None),
            w.text_cell(w.named("role", item.role)),
            w.text_cell(w.named("technique", item.technique)),
            Cell(plain(f"{item.confidence:.2f}"), item.confidence),
            w.code_cell(item.rule),
        ),
        anchor=item.id,
        keywords=(item.asset, *uses),
    )


def compliance(plan: MigrationPlan, t: Texts) -> Section:
    """Appendix B: which part of this document is evidence for which requirement; never a verdict."""
    w = Words(plan, t)
    rows: list[Row] = []
    for item in plan.instruments:
        if item.id in _MAPPED_INSTRUMENTS:
            name = f"{item.number} {item.name}"
            rows.append(_requirement(name, item.id, w.source(item.source), (w.trust(item.trust),), w))
    for profile in plan.profiles:
        for m in profile.milestones:
            if m.kind in _MAPPED_KINDS:
                marks = (w.binding(m.binding), Span(" "), w.trust(m.trust, unverified=m.unverified))
                rows.append(_requirement(w.milestone_title(m), m.kind.value, w.source(m.source), marks, w))
    if not rows:
        return Section("compliance", "B", t("compliance.title"), (Notice(plain(t("compliance.empty"))),))
    columns = (
        Column(t("compliance.instrument")),
        Column(t("compliance.asks")),
        Column(t("compliance.evidence")),
        Column(t("word.source")),
    )
    table = Table("table-compliance", t("compliance.table"), columns, tuple(rows))
    blocks: tuple[Block, ...] = (Notice(plain(t("compliance.lead")), tone=Tone.WARN), table)
    return Section("compliance", "B", t("compliance.title"), blocks)


def _requirement(name: str, key: str, source: str, marks: Line, w: Words) -> Row:
    t = w.t
    return Row(
        (
            w.text_cell(name),
            w.text_cell(t(f"compliance.asks-{key}")),
            w.text_cell(t(f"compliance.evidence-{key}")),
            w.line_cell((Span(source + " "), *marks)),
        )
    )


def assumptions(plan: MigrationPlan, t: Texts) -> Section:
    """Appendix C: every default in use with the way to replace it, and every source with its trust."""
    w = Words(plan, t)
    blocks: list[Block] = [Heading(t("assumptions.title-defaults")), Paragraph(plain(t("assumptions.lead")))]
    blocks.append(_defaults(plan, w) if plan.assumptions else Paragraph(plain(t("assumptions.none"))))
    blocks += [Heading(t("assumptions.title-sources")), Paragraph(plain(t("assumptions.sources-lead")))]
    blocks.append(_sources(plan, w) if plan.sources else Paragraph(plain(t("assumptions.no-sources"))))
    return Section("assumptions", "C", t("assumptions.title"), tuple(blocks))


def _defaults(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    rows = tuple(
        Row(
            (
                Cell((Span(w.label(a.code) + " "), w.assumed()), w.label(a.code)),
                w.text_cell(_assumed_value(a, plan, w)),
                w.text_cell(w.explain(a.code)),
                w.text_cell(_users(a.where, w)),
                w.code_cell(a.replace) if a.replace else w.text_cell(t("assumptions.fixed")),
            )
        )
        for a in plan.assumptions
    )
    columns = (
        Column(t("assumptions.what")),
        Column(t("assumptions.value")),
        Column(t("word.meaning")),
        Column(t("risks.where")),
        Column(t("assumptions.replace")),
    )
    return Table("table-assumptions", t("assumptions.title-defaults"), columns, rows)


def _assumed_value(a: Assumption, plan: MigrationPlan, w: Words) -> str:
    if a.code is AssumptionCode.ARRIVAL_YEARS:
        years = sorted(plan.scenarios.items(), key=lambda item: item[1])
        return w.listed(f"{w.named('scenario', name)} {year}" for name, year in years)
    return w.named("assumed-value", a.value) or w.t("word.dash")


def _users(where: tuple[str, ...], w: Words) -> str:
    if not where:
        return w.t("word.whole-plan")
    shown = [w.profile(i) if w.system(i) == i else w.system(i) for i in where[:6]]
    if len(where) > len(shown):
        shown.append(w.t("word.and-more", count=len(where) - len(shown)))
    return w.listed(shown)


def _sources(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    rows = tuple(
        Row(
            (
                w.code_cell(s.id),
                w.text_cell(s.citation),
                w.line_cell((w.trust(s.trust),)),
                w.text_cell(w.explain(s.trust)),
            )
        )
        for s in plan.sources
    )
    columns = (
        Column(t("assumptions.source-id"), narrow=True),
        Column(t("assumptions.citation")),
        Column(t("assumptions.trust"), narrow=True),
        Column(t("word.meaning")),
    )
    return Table("table-sources", t("assumptions.title-sources"), columns, rows)


def glossary(_plan: MigrationPlan, t: Texts) -> Section:
    """Appendix D: the terms of the document in both languages."""
    keys = [key for key in t if key.startswith("glossary.terms.") and key.endswith(".zh")]

    def row(key: str) -> Row:
        stem = key.removesuffix(".zh")
        cells = tuple(Cell(plain(t(f"{stem}.{part}")), t(f"{stem}.{part}")) for part in ("zh", "en", "note"))
        return Row(cells)

    columns = (Column(t("glossary.zh")), Column(t("glossary.en")), Column(t("word.meaning")))
    table = Table("table-glossary", t("glossary.table"), columns, tuple(map(row, keys)))
    return Section("glossary", "D", t("glossary.title"), (Paragraph(plain(t("glossary.lead"))), table))
