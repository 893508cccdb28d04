"""Policy basis, and threat with assumptions."""

from __future__ import annotations

from datetime import date

from pqc_migrate.model.plan import MigrationPlan, Milestone, ProfileView
from pqc_migrate.model.plan_codes import AssumptionCode, Effect
from pqc_migrate.report.document import (
    Block,
    Calendar,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Event,
    Facts,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Quote,
    Row,
    Section,
    Span,
    Table,
    Tone,
    Track,
    joined,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_DATE = ColumnKind.DATE
_NUMBER = ColumnKind.NUMBER


def policy(plan: MigrationPlan, t: Texts) -> Section:
    """Section 2: the direction verbatim, the law frame, and the dated lines of the chosen profiles."""
    w = Words(plan, t)
    blocks: list[Block] = [
        Heading(t("policy.direction-title")),
        *_direction(plan, w),
        Heading(t("policy.basis-title")),
        _basis(plan, w),
        Heading(t("policy.instruments-title")),
        Paragraph(plain(t("policy.instruments-text"))),
        _instruments(plan, w),
        Heading(t("policy.profiles-title")),
    ]
    if not plan.profiles:
        blocks.append(Notice(plain(t("policy.no-profile")), tone=Tone.WARN))
    else:
        blocks += [Paragraph(plain(t("policy.profiles-text"))), _profiles(plan, w), _timeline(plan, w)]
        blocks.append(_milestones(plan, w))
    return Section("policy", "2", t("policy.title"), tuple(blocks))


def _direction(plan: MigrationPlan, w: Words) -> list[Block]:
    t, direction = w.t, plan.direction
    attribution = (Span(t("policy.quoted-from", source=w.source(direction.source)) + " "), w.trust(direction.trust))
    blocks: list[Block] = [
        Paragraph(plain(t("policy.direction-text"))),
        Quote(direction.quote_zh, "zh-CN", attribution),
    ]
    if t.lang == "en":
        blocks.append(Paragraph(plain(t("policy.paraphrase", text=direction.paraphrase_en))))
    missing = w.listed(w.named("unavailable", name) for name in direction.unavailable)
    blocks += [
        Notice(plain(t("policy.unavailable", missing=missing)), t("policy.unavailable-title"), Tone.WARN),
        Paragraph(plain(t("policy.routes"))),
        Quote(direction.routes_zh, "zh-CN", attribution),
    ]
    return blocks


def _basis(plan: MigrationPlan, w: Words) -> Facts:
    t, basis = w.t, plan.policy_basis

    def line(name: str, value: str) -> Line:
        if not value or name in basis.to_fill:
            return (Span(t("policy.to-fill"), tone=Tone.WARN),)
        if name in basis.prefilled:
            return (Span(value), Span(t("policy.prefilled"), tone=Tone.QUIET))
        return plain(value)

    names = ("title", "issuer", "number", "date", "clause")
    return Facts(tuple((w.named("basis", name), line(name, getattr(basis, name))) for name in names))


def _instruments(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def given(value: str) -> Cell:
        return Cell(plain(value), value) if value else Cell(plain(t("word.not-recorded")), None)

    rows = tuple(
        Row(
            (
                w.text_cell(item.name),
                given(item.number),
                given(item.issued),
                given(item.in_force),
                w.line_cell((Span(w.source(item.source) + " "), w.trust(item.trust))),
            )
        )
        for item in plan.instruments
    )
    columns = (
        Column(t("policy.instrument")),
        Column(t("policy.number"), narrow=True),
        Column(t("policy.issued"), _DATE),
        Column(t("policy.in-force"), _DATE),
        Column(t("word.source")),
    )
    return Table("table-instruments", t("policy.instruments-title"), columns, rows)


def _profiles(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def given(value: str | int | None) -> Cell:
        return w.text_cell(t("policy.no-source-says") if value is None else str(value))

    def row(profile: ProfileView) -> Row:
        hybrid = None if profile.hybrid_policy is None else w.named("hybrid", profile.hybrid_policy)
        bits = profile.min_symmetric_bits
        return Row(
            (
                w.text_cell(w.profile(profile.id)),
                given(profile.min_kem),
                given(profile.min_sig),
                given(hybrid),
                given(None if bits is None else t("word.bits", bits=str(bits))),
                w.text_cell(t("policy.dated" if profile.legal_date else "policy.undated")),
                w.text_cell(w.listed(w.source(i) for i in profile.policy_sources) or t("word.dash")),
            )
        )

    columns = (
        Column(t("policy.profile")),
        Column(t("policy.min-kem"), narrow=True),
        Column(t("policy.min-sig"), narrow=True),
        Column(t("policy.hybrid")),
        Column(t("policy.symmetric")),
        Column(t("policy.dates")),
        Column(t("word.source")),
    )
    return Table("table-profiles", t("policy.profiles-table"), columns, tuple(map(row, plan.profiles)))


def _timeline(plan: MigrationPlan, w: Words) -> Chart:
    t = w.t
    tracks: list[Track] = []
    for profile in plan.profiles:
        tracks.append(Track(w.profile(profile.id), heading=True))
        dated = [m for m in profile.milestones if m.deprecate_after or m.disallow_after]
        tracks += [_track(m, w) for m in dated]
        if not dated:
            tracks.append(Track(t("policy.no-dated-line")))
    legend = (
        (t("policy.legend-disallow"), Event(plan.today, "", Tone.BAD)),
        (t("policy.legend-deprecate"), Event(plan.today, "", Tone.WARN)),
        (t("policy.legend-hollow"), Event(plan.today, "", Tone.BAD, hollow=True)),
    )
    columns = (
        Column(t("policy.profile")),
        Column(t("policy.document")),
        Column(t("policy.deprecate"), _DATE),
        Column(t("policy.last-day"), _DATE),
    )
    rows = tuple(
        Row((w.text_cell(w.profile(p.id)), w.text_cell(w.milestone_title(m)), _deprecated(m, w), _last_day(m, w)))
        for p in plan.profiles
        for m in p.milestones
    )
    table = Table("chart-timeline-data", t("policy.timeline"), columns, rows)
    drawing = Calendar(plan.today, t("word.today"), tuple(tracks), legend)
    return Chart("chart-timeline", t("policy.timeline"), t("policy.timeline-text"), drawing, table)


def _track(milestone: Milestone, w: Words) -> Track:
    hollow = milestone.unverified or milestone.effect is not Effect.COMPLETION
    events = []
    if milestone.deprecate_after:
        events.append(Event(milestone.deprecate_after, w.t("policy.deprecate"), Tone.WARN, hollow))
    if milestone.disallow_after:
        events.append(Event(milestone.disallow_after, w.t("policy.disallow"), Tone.BAD, hollow))
    written = milestone.disallow_written or milestone.deprecate_written
    force = w.t("word.unverified") if milestone.unverified else w.label(milestone.binding)
    kind = w.label(milestone.kind)
    title = w.milestone_title(milestone)
    detail = "" if title == kind else kind
    return Track(title, detail, tuple(events), remark=w.t("policy.track-remark", day=written, force=force))


def _last_day(milestone: Milestone, w: Words) -> Cell:
    return _dated(milestone, milestone.disallow_after, milestone.disallow_written, w)


def _deprecated(milestone: Milestone, w: Words) -> Cell:
    return _dated(milestone, milestone.deprecate_after, milestone.deprecate_written, w)


def _dated(milestone: Milestone, day: date | None, written: str, w: Words) -> Cell:
    """Return a date as its source writes it, with its binding and, for a pointer, that it is unverified."""
    if day is None:
        return Cell(plain(w.t("word.dash")), None)
    line: list[Span] = [Span(written + " "), w.binding(milestone.binding)]
    if milestone.unverified:
        line += [Span(" "), w.trust(milestone.trust, unverified=True)]
    return Cell(tuple(line), day.isoformat())


def _milestones(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(profile: ProfileView, m: Milestone) -> Row:
        days = m.disallow_days_left if m.disallow_after is not None else m.deprecate_days_left
        effect = t("policy.not-computed") if m.unverified else w.label(m.effect)
        about = [w.label(m.scope)]
        if m.axis is not None:
            about.append(w.label(m.axis))
        if m.strength is not None:
            about.append(t("word.strength", bits=str(m.strength)))
        dated = f"{w.milestone_title(m)} ({m.document_date})" if m.document_date else w.milestone_title(m)
        return Row(
            (
                w.text_cell(w.profile(profile.id)),
                w.line_cell((Span(dated + " "), w.trust(m.trust, unverified=m.unverified))),
                w.line_cell((Span(w.label(m.kind) + " "), w.binding(m.binding))),
                w.text_cell(w.listed(about)),
                _deprecated(m, w),
                _last_day(m, w),
                Cell(plain(t("word.no-date") if days is None else w.number(days)), days),
                w.text_cell(effect),
                w.text_cell(w.source(m.source)),
            ),
            anchor=f"milestone-{m.id}",
        )

    columns = (
        Column(t("policy.profile")),
        Column(t("policy.document")),
        Column(t("policy.demand")),
        Column(t("policy.scope")),
        Column(t("policy.deprecate"), _DATE),
        Column(t("policy.last-day"), _DATE),
        Column(t("policy.days-left"), _NUMBER),
        Column(t("policy.effect")),
        Column(t("word.source")),
    )
    rows = tuple(row(p, m) for p in plan.profiles for m in p.milestones)
    return Table("table-milestones", t("policy.milestones-table"), columns, rows)


def threat(plan: MigrationPlan, t: Texts) -> Section:
    """Section 3: the two threats, when a quantum computer is taken to arrive, and what is not broken."""
    w = Words(plan, t)
    assumed = any(a.code is AssumptionCode.ARRIVAL_YEARS for a in plan.assumptions)
    rows = tuple(
        Row(
            (
                w.text_cell(w.named("scenario", name)),
                Cell(joined((plain(str(year)), *(((w.assumed(),),) if assumed else ()))), float(year)),
                w.number_cell(
                    sum(1 for u in plan.uses for m in u.margins if m.scenario == name and _late(m.mc, m.ms))
                ),
            )
        )
        for name, year in sorted(plan.scenarios.items(), key=lambda item: item[1])
    )
    columns = (
        Column(t("threat.scenario")),
        Column(t("threat.year"), _NUMBER),
        Column(t("threat.late-uses"), _NUMBER),
    )
    blocks: tuple[Block, ...] = (
        Paragraph(plain(t("threat.lead"))),
        Items((plain(t("threat.hndl")), plain(t("threat.tnfl")))),
        Heading(t("threat.arrival-title")),
        Paragraph(plain(t("threat.arrival"))),
        Table("table-scenarios", t("threat.scenarios"), columns, rows),
        Heading(t("threat.keep-title")),
        Items((plain(t("threat.keep-symmetric")), plain(t("threat.keep-sm")), plain(t("threat.keep-hygiene")))),
    )
    return Section("threat", "3", t("threat.title"), blocks)


def _late(*margins: float | None) -> bool:
    return any(margin is not None and margin < 0 for margin in margins)
