"""Cryptographic inventory: counts, every asset, and the hygiene list apart."""

from __future__ import annotations

from collections import Counter

from pqc_migrate.model.plan import AssessedAsset, MigrationPlan
from pqc_migrate.model.plan_codes import Layer, Standing
from pqc_migrate.report.document import (
    Bars,
    Block,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Heading,
    Paragraph,
    Row,
    Section,
    Segment,
    Span,
    Style,
    Table,
    Tone,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import ASSETS_TABLE, STANDING_TONES, Words

_NUMBER = ColumnKind.NUMBER
_BROKEN_BY_SHOR = (Standing.KEY_ESTABLISHMENT, Standing.SIGNATURE, Standing.PUBLIC_KEY_UNKNOWN)
_DIGITS = 12
"""Digits of a fingerprint that tell two keys of one kind apart."""
_SHOWN_FAMILIES = 14
"""Families drawn; the table behind the chart has all of them."""


def inventory(plan: MigrationPlan, t: Texts) -> Section:
    """Section 5: what was found, by family and standing; SM algorithms are never listed as weak."""
    w = Words(plan, t)
    s = plan.summary
    if not plan.assets:
        blocks: tuple[Block, ...] = (Paragraph(plain(t("inventory.empty"))),)
        return Section("inventory", "5", t("inventory.title"), blocks)
    others = s.occurrences - s.production_occurrences
    lead = t("inventory.lead", assets=s.assets, occurrences=s.occurrences, production=s.production_occurrences)
    blocks = (
        Paragraph(plain(lead)),
        Paragraph(plain(t("inventory.others", count=others))),
        _chart(plan, w),
        _assets(plan, w),
        Heading(t("inventory.hygiene-title")),
        Paragraph(plain(t("inventory.hygiene-text"))),
        _hygiene(plan, w),
        Heading(t("inventory.layers-title")),
        Paragraph(plain(t("inventory.layers-text"))),
        _layers(plan, w) if plan.uses else Paragraph(plain(t("inventory.layers-empty"))),
    )
    return Section("inventory", "5", t("inventory.title"), blocks)


def _chart(plan: MigrationPlan, w: Words) -> Chart:
    t = w.t
    counts: dict[str, Counter[Standing]] = {}
    for asset in plan.assets:
        if w.production(asset) and asset.standing is not Standing.LIBRARY:
            counts.setdefault(_family(asset), Counter())[asset.standing] += w.production(asset)
    families = sorted(counts, key=lambda name: (-counts[name].total(), name))
    present = [standing for standing in Standing if any(standing in c for c in counts.values())]
    series = tuple((w.label(standing), STANDING_TONES[standing]) for standing in present)
    bars = tuple(
        (family, tuple(Segment(i, float(counts[family][s])) for i, s in enumerate(present) if counts[family][s]))
        for family in families[:_SHOWN_FAMILIES]
    )
    columns = (Column(t("inventory.family")), *(Column(w.label(s), _NUMBER) for s in present))
    rows = tuple(
        Row((w.text_cell(family), *(w.number_cell(counts[family][s]) for s in present))) for family in families
    )
    table = Table("chart-families-data", t("inventory.chart"), columns, rows)
    text = t("inventory.chart-text", shown=len(bars), families=len(families))
    return Chart("chart-families", t("inventory.chart"), text, Bars(series, bars), table)


def _family(asset: AssessedAsset) -> str:
    """Return the family as readers know it, or the name where there is none."""
    return asset.family or asset.name


def _assets(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    columns = (
        Column(t("inventory.asset")),
        Column(t("inventory.kind"), narrow=True),
        Column(t("inventory.standing")),
        Column(t("inventory.uses")),
        Column(t("inventory.strength"), _NUMBER),
        Column(t("inventory.level"), _NUMBER),
        Column(t("inventory.production"), _NUMBER),
        Column(t("inventory.other-roles"), _NUMBER),
        Column(t("word.evidence")),
    )
    return Table(ASSETS_TABLE, t("inventory.assets-table"), columns, tuple(_asset(a, w) for a in plan.assets))


def _asset(asset: AssessedAsset, w: Words) -> Row:
    t = w.t
    name: list[Span] = [Span(w.asset(asset.id))]
    if asset.unknown:
        unread = w.listed(w.named("parameter", name) for name in asset.unknown)
        name += [Span(" "), Span(t("inventory.unread", parameters=unread), tone=Tone.WARN)]
    fingerprint = dict(asset.parameters).get("fingerprint", "")
    if fingerprint:
        name += [Span("\n"), Span(t("inventory.fingerprint", digits=fingerprint[:_DIGITS]), Style.QUIET)]
    others = sum(count for role, count in asset.occurrences.items() if role != "production")
    return Row(
        (
            Cell(tuple(name), asset.name),
            w.text_cell(w.named("kind", asset.kind)),
            w.mark_cell(asset.standing),
            w.text_cell(w.listed(w.label(use) for use in asset.uses) or t("word.dash")),
            _strength(asset, w),
            _level(asset, w),
            w.number_cell(w.production(asset)),
            w.number_cell(others),
            w.line_cell(w.evidence(asset.evidence, asset.id)),
        ),
        anchor=asset.id,
        keywords=(asset.id, asset.family),
    )


def _level(asset: AssessedAsset, w: Words) -> Cell:
    """Return the claimed NIST category; 0 is the inventory's way of writing that there is none."""
    if asset.nist_level is None:
        return Cell(plain(w.t("word.dash")), None)
    return Cell(plain(str(asset.nist_level) if asset.nist_level else w.t("word.none")), asset.nist_level)


def _strength(asset: AssessedAsset, w: Words) -> Cell:
    if asset.strength is not None:
        return Cell(plain(str(asset.strength)), asset.strength)
    return Cell(plain(w.unknown if asset.standing in _BROKEN_BY_SHOR else w.t("word.dash")), None)


def _layers(plan: MigrationPlan, w: Words) -> Table:
    """Count quantum-vulnerable production places by layer and by the MLPS level of their system."""
    t = w.t
    level_of = {system.id: system.mlps_level for system in plan.systems}
    counts = Counter((use.layer, level_of.get(use.system)) for use in plan.uses for _ in use.evidence)
    levels = sorted({level for _, level in counts}, key=lambda level: (level is None, level))
    layers = [layer for layer in Layer if any(found is layer for found, _ in counts)]
    names = [w.unknown if level is None else t("inventory.mlps", level=level) for level in levels]
    columns = (
        Column(t("inventory.layer")),
        *(Column(name, _NUMBER) for name in names),
        Column(t("inventory.layer-total"), _NUMBER),
    )
    rows = tuple(
        Row(
            (
                w.text_cell(w.label(layer), float(list(Layer).index(layer))),
                *(w.number_cell(counts[layer, level]) for level in levels),
                w.number_cell(sum(counts[layer, level] for level in levels)),
            )
        )
        for layer in layers
    )
    return Table("table-layers", t("inventory.layers-table"), columns, rows)


def _hygiene(plan: MigrationPlan, w: Words) -> Block:
    listed = [a for a in plan.assets if a.standing in (Standing.BROKEN, Standing.WEAK) or a.remarks]
    if not listed:
        return Paragraph(plain(w.t("inventory.hygiene-empty")))
    columns = (
        Column(w.t("inventory.asset")),
        Column(w.t("inventory.standing"), narrow=True),
        Column(w.t("inventory.production"), _NUMBER),
        Column(w.t("word.reason")),
    )
    rows = tuple(
        Row(
            (
                w.line_cell((Span(w.asset(a.id), link=a.id),)),
                w.mark_cell(a.standing),
                w.number_cell(w.production(a)),
                w.line_cell(w.reasons((*a.reasons, *(remark.reason for remark in a.remarks)))),
            )
        )
        for a in listed
    )
    return Table("table-hygiene", w.t("inventory.hygiene-title"), columns, rows)
