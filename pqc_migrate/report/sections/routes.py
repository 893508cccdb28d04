"""Routes, and what replaces what."""

from __future__ import annotations

from pqc_migrate.model.plan import (
    CryptoUse,
    LinkPlan,
    MigrationPlan,
    ProfileTarget,
    SizeChange,
    Spec,
    TargetMapping,
)
from pqc_migrate.model.plan_codes import SpecStatus, Trust, WaveId
from pqc_migrate.report.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    Tone,
    joined,
    plain,
    tag,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER
_SETTLED = frozenset({SpecStatus.FINAL, SpecStatus.PROPOSED_STANDARD, SpecStatus.INFORMATIONAL, SpecStatus.RFC})


def routes(plan: MigrationPlan, t: Texts) -> Section:
    """Section 7: the route of each use and link, and where QKD can and cannot serve."""
    w = Words(plan, t)
    blocks: list[Block] = [Paragraph(plain(t("routes.lead")))]
    if plan.uses:
        blocks.append(_routes(plan, w))
    else:
        blocks.append(Notice(plain(t("routes.empty"))))
    blocks += [
        Heading(t("routes.links-title")),
        _links(plan, w),
        Heading(t("routes.qkd-title")),
        Items(tuple(plain(t(f"routes.qkd-{name}")) for name in ("axis", "endpoint", "link", "counted", "combine"))),
    ]
    if any(asset.sm and asset.axis is not None for asset in plan.assets):
        blocks.append(Notice(plain(t("routes.sm-open")), t("routes.sm-open-title"), Tone.WARN))
    return Section("routes", "7", t("routes.title"), tuple(blocks))


def _routes(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(use: CryptoUse) -> Row:
        return Row(
            (
                w.number_cell(use.rank),
                w.text_cell(w.system(use.system)),
                w.text_cell(w.use_title(use)),
                w.text_cell(w.label(use.route)),
                w.text_cell(w.reason(use.route_reason)),
                w.text_cell(interim_of(use, w)),
                w.text_cell(targets_of(use, w)),
                wave_cell(use.wave, w),
            ),
            keywords=(use.id,),
        )

    columns = (
        Column(t("ranking.rank"), _NUMBER),
        Column(t("word.system")),
        Column(t("word.use")),
        Column(t("routes.route")),
        Column(t("word.reason"), broad=True),
        Column(t("mapping.interim")),
        Column(t("mapping.target")),
        Column(t("roadmap.wave"), narrow=True),
    )
    return Table("table-routes", t("routes.uses-table"), columns, tuple(map(row, plan.uses)))


def wave_cell(wave: WaveId, w: Words) -> Cell:
    """Return a wave that sorts in its own order."""
    return Cell(plain(w.wave(wave)), float(list(WaveId).index(wave)))


def targets_of(use: CryptoUse, w: Words) -> str:
    """Return the default target algorithm of each mapping of a use; open slots are named as open."""
    names = [m.targets[0] for m in w.mappings(use) if m.targets]
    open_slot = any(m.ngcc_slot and m.ngcc_algorithm is None for m in w.mappings(use))
    if open_slot:
        names.append(w.t("mapping.ngcc-open"))
    return w.listed(dict.fromkeys(names)) or w.t("mapping.no-target")


def interim_of(use: CryptoUse, w: Words) -> str:
    """Return the default interim measure of each mapping of a use."""
    return w.listed(dict.fromkeys(m.interim[0] for m in w.mappings(use) if m.interim)) or w.t("word.dash")


def _links(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    if not plan.links:
        return Paragraph(plain(t("routes.no-links" if plan.summary.registered else "routes.no-register")))

    def row(link: LinkPlan) -> Row:
        return Row(
            (
                w.text_cell(w.system(link.system)),
                w.code_cell(link.id.partition("/")[2] or link.id),
                w.text_cell(w.label(link.route)),
                w.text_cell(w.reason(link.reason)),
                w.number_cell(link.needed_keys_per_s, 2),
            )
        )

    columns = (
        Column(t("word.system")),
        Column(t("routes.link")),
        Column(t("routes.route"), narrow=True),
        Column(t("word.reason")),
        Column(t("routes.keys"), _NUMBER),
    )
    return Table("table-links", t("routes.links-title"), columns, tuple(map(row, plan.links)))


def mapping(plan: MigrationPlan, t: Texts) -> Section:
    """Section 8: classical, interim and target algorithms with the state of their specifications and sizes."""
    w = Words(plan, t)
    if not plan.targets:
        return Section("mapping", "8", t("mapping.title"), (Notice(plain(t("mapping.empty"))),))
    blocks: list[Block] = [Paragraph(plain(t("mapping.lead"))), _mappings(plan, w)]
    by_profile = _by_profile(plan, w)
    if by_profile.rows:
        blocks += [Heading(t("mapping.profiles-title")), by_profile]
    blocks += [Heading(t("mapping.sizes-title")), Paragraph(plain(t("mapping.sizes-text"))), _sizes(plan, w)]
    blocks.append(Notice(plain(t("mapping.ngcc")), t("mapping.ngcc-title")))
    return Section("mapping", "8", t("mapping.title"), tuple(blocks))


def _grouped(plan: MigrationPlan) -> list[tuple[TargetMapping, list[str]]]:
    """Return mappings that read alike, each with the assets it stands for."""
    groups: dict[tuple[object, ...], tuple[TargetMapping, list[str]]] = {}
    for m in plan.targets:
        key = (m.use, m.replacement, m.targets, m.interim, m.specs, m.notes, m.ngcc_slot, m.unverified)
        groups.setdefault(key, (m, []))[1].append(m.asset)
    return list(groups.values())


def _mappings(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(m: TargetMapping, assets: list[str]) -> Row:
        notes = tuple(plain(w.label(note)) for note in m.notes)
        return Row(
            (
                w.text_cell(w.label(m.use)),
                w.line_cell(w.asset_links(dict.fromkeys(assets))),
                w.text_cell(w.listed(m.interim) or t("word.dash")),
                w.line_cell(_target(m, w)),
                w.line_cell(joined(tuple(_spec(s, w) for s in m.specs), "\n") or plain(t("mapping.no-spec"))),
                w.line_cell(joined(notes, "\n") or plain(t("word.dash"))),
                w.line_cell((Span(w.source(m.source) + " "), w.trust(m.trust, unverified=m.unverified))),
            )
        )

    columns = (
        Column(t("word.use")),
        Column(t("mapping.now")),
        Column(t("mapping.interim")),
        Column(t("mapping.target")),
        Column(t("mapping.specs")),
        Column(t("mapping.notes"), broad=True),
        Column(t("word.source")),
    )
    rows = tuple(row(m, assets) for m, assets in _grouped(plan))
    return Table("table-mapping", t("mapping.table"), columns, rows)


def _target(m: TargetMapping, w: Words) -> Line:
    line = plain(w.listed(m.targets) or w.t("mapping.no-target"))
    if m.ngcc_slot:
        chosen = m.ngcc_algorithm or w.t("mapping.ngcc-open")
        line = (*line, Span("\n"), tag(w.t("mapping.ngcc-slot", algorithm=chosen), Tone.INFO))
    return line


def _spec(spec: Spec, w: Words) -> Line:
    tone = Tone.GOOD if spec.status in _SETTLED else Tone.WARN
    name = f"{spec.document} ({spec.date}) " if spec.date else f"{spec.document} "
    line: Line = (Span(name), tag(w.label(spec.status), tone))
    return (*line, Span(" "), w.trust(Trust.UNVERIFIED, unverified=True)) if spec.unverified else line


def _by_profile(plan: MigrationPlan, w: Words) -> Table:
    """Return the parameter set by use and timeline: one row a use and threat, one column a timeline."""
    found: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for m in plan.targets:
        title = w.t("word.use-title", use=w.label(m.use), axis=w.label(m.axis))
        for p in m.by_profile:
            cells = found.setdefault((title, m.replacement), {}).setdefault(p.profile, {})
            cells[_profile_target(p, w)] = None
    profiles = [profile.id for profile in plan.profiles]
    columns = (Column(w.t("word.use")), *(Column(w.profile(identifier)) for identifier in profiles))
    rows = tuple(
        Row((w.text_cell(title), *(w.text_cell("\n".join(cells.get(p, {})) or w.t("word.dash")) for p in profiles)))
        for (title, _), cells in found.items()
    )
    return Table("table-mapping-profiles", w.t("mapping.profiles-title"), columns, rows)


def _profile_target(target: ProfileTarget, w: Words) -> str:
    if target.hybrid_policy is None:
        return target.algorithm
    hybrid = w.named("hybrid", target.hybrid_policy)
    return w.t("mapping.profile-target", algorithm=target.algorithm, hybrid=hybrid)


def _sizes(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    distinct = list(dict.fromkeys(size for m in plan.targets for size in m.sizes))
    if not distinct:
        return Paragraph(plain(t("mapping.no-sizes")))

    def row(size: SizeChange) -> Row:
        now, then = size.classical_bytes, size.target_bytes
        more = None if now is None or then is None else then - now
        return Row(
            (
                w.text_cell(w.named("size", size.what)),
                w.text_cell(size.classical),
                w.number_cell(now),
                w.text_cell(size.target),
                w.number_cell(then),
                w.number_cell(more),
                w.text_cell(w.named("size-source", size.source) if size.source else w.unknown),
            )
        )

    columns = (
        Column(t("mapping.object")),
        Column(t("mapping.now"), narrow=True),
        Column(t("mapping.bytes-now"), _NUMBER),
        Column(t("mapping.target"), narrow=True),
        Column(t("mapping.bytes-then"), _NUMBER),
        Column(t("mapping.bytes-more"), _NUMBER),
        Column(t("word.source")),
    )
    return Table("table-sizes", t("mapping.sizes-title"), columns, tuple(map(row, distinct)))
