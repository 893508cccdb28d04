"""PKI and keys, and the roadmap: waves, phases, dependencies."""

from __future__ import annotations

from datetime import date

from pqc_migrate.model.inventory import Kind
from pqc_migrate.model.plan import AssessedAsset, MigrationPlan, Phase, Wave
from pqc_migrate.model.plan_codes import Use
from pqc_migrate.report.document import (
    Block,
    Calendar,
    Cell,
    Chart,
    Column,
    ColumnKind,
    Event,
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
    Track,
    joined,
    plain,
)
from pqc_migrate.report.sections.budget import freezes
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER
_DATE = ColumnKind.DATE
_PKI_USES = frozenset({Use.X509_SIGNATURE, Use.X509_KEM, Use.CODE_SIGNING})


def pki(plan: MigrationPlan, t: Texts) -> Section:
    """Section 11: certificates and keys that were read, and the order in which a PKI moves."""
    w = Words(plan, t)
    found = [a for a in plan.assets if a.kind in (Kind.CERTIFICATE, Kind.KEY)]
    blocks: list[Block] = [Paragraph(plain(t("pki.lead")))]
    blocks.append(_certificates(found, w) if found else Notice(plain(t("pki.none")), tone=Tone.WARN))
    uses = [use for use in plan.uses if use.use in _PKI_USES]
    if uses:
        rows = tuple(plain(t("ranking.use-of", use=w.use_title(u), system=w.system(u.system))) for u in uses)
        blocks += [Heading(t("pki.uses-title")), Items(rows)]
    else:
        blocks.append(Paragraph(plain(t("pki.no-uses"))))
    steps = ("private-first", "roots", "lifetimes", "code-signing", "stateful", "public")
    blocks += [Heading(t("pki.order-title")), Items(tuple(plain(t(f"pki.step-{s}")) for s in steps), ordered=True)]
    return Section("pki", "11", t("pki.title"), tuple(blocks))


def _certificates(found: list[AssessedAsset], w: Words) -> Table:
    t = w.t

    def row(asset: AssessedAsset) -> Row:
        end = Cell(plain(asset.valid_until or t("pki.end-not-read")), asset.valid_until or None)
        return Row(
            (
                w.line_cell((Span(w.asset(asset.id), link=asset.id),)),
                w.text_cell(w.named("kind", asset.kind)),
                w.mark_cell(asset.standing),
                end,
                w.number_cell(sum(asset.occurrences.values())),
                w.line_cell(w.evidence(asset.evidence, asset.id, shown=1)),
            ),
            keywords=(asset.id,),
        )

    columns = (
        Column(t("inventory.asset")),
        Column(t("inventory.kind"), narrow=True),
        Column(t("inventory.standing"), narrow=True),
        Column(t("pki.valid-until"), _DATE),
        Column(t("pki.places"), _NUMBER),
        Column(t("word.evidence")),
    )
    return Table("table-certificates", t("pki.table"), columns, tuple(map(row, found)))


def roadmap(plan: MigrationPlan, t: Texts) -> Section:
    """Section 12: waves against the calendar, what waits for what, and the programme's phases."""
    w = Words(plan, t)
    blocks: list[Block] = [Paragraph(plain(t("roadmap.lead")))]
    if plan.waves:
        blocks += [_gantt(plan, w), _waves(plan, w)]
    else:
        blocks.append(Notice(plain(t("roadmap.empty"))))
    blocks += [Heading(t("roadmap.dependencies-title")), _dependencies(plan, w)]
    blocks += [Heading(t("roadmap.phases-title")), Paragraph(plain(t("roadmap.phases-text"))), _phases(plan, w)]
    blocks += [Heading(t("roadmap.freezes-title")), Paragraph(plain(t("roadmap.freezes-text")))]
    blocks.append(freezes(plan.freezes, w))
    return Section("roadmap", "12", t("roadmap.title"), tuple(blocks))


def _gantt(plan: MigrationPlan, w: Words) -> Chart:
    t = w.t

    def track(wave: Wave) -> Track:
        events = []
        if wave.latest_start is not None:
            events.append(Event(wave.latest_start, t("roadmap.latest-start"), Tone.WARN))
        if wave.latest_finish is not None:
            events.append(Event(wave.latest_finish, t("roadmap.latest-finish"), Tone.BAD))
        bar = (wave.earliest_start, wave.latest_finish)
        return Track(w.wave(wave.id), _remark(wave, w), tuple(events), bar, Tone.BAD if wave.late else Tone.INFO)

    legend = (
        (t("roadmap.latest-start"), Event(plan.today, "", Tone.WARN)),
        (t("roadmap.latest-finish"), Event(plan.today, "", Tone.BAD)),
    )
    columns = (
        Column(t("roadmap.wave")),
        Column(t("roadmap.earliest-start"), _DATE),
        Column(t("roadmap.latest-start"), _DATE),
        Column(t("roadmap.latest-finish"), _DATE),
    )
    rows = tuple(
        Row(
            (
                w.text_cell(w.wave(wave.id)),
                w.text_cell(wave.earliest_start.isoformat()),
                _dated(wave.latest_start, wave, w),
                _dated(wave.latest_finish, wave, w),
            )
        )
        for wave in plan.waves
    )
    frozen = tuple(
        Track(
            t("roadmap.freeze", first=span.first, last=span.last),
            t("roadmap.freeze-yearly"),
            bar=(span.next_first, span.next_last),
            tone=Tone.QUIET,
        )
        for span in plan.freezes
    )
    drawing = Calendar(plan.today, t("word.today"), (*map(track, plan.waves), *frozen), legend)
    table = Table("chart-waves-data", t("roadmap.chart"), columns, rows)
    return Chart("chart-waves", t("roadmap.chart"), t("roadmap.chart-text"), drawing, table)


def _remark(wave: Wave, w: Words) -> str:
    if wave.latest_finish is None or wave.binding is None:
        return w.t("roadmap.remark-open", uses=len(wave.uses))
    key = "roadmap.remark-late" if wave.late else "roadmap.remark"
    return w.t(key, uses=len(wave.uses), day=wave.latest_finish.isoformat(), force=w.label(wave.binding))


def _dated(day: date | None, wave: Wave, w: Words) -> Cell:
    late = day is not None and day == wave.latest_start and wave.late
    return Cell(w.day(day, wave.binding, past=late), None if day is None else day.isoformat())


def _waves(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(wave: Wave) -> Row:
        deadline: Line = w.day(wave.latest_finish, wave.binding)
        if wave.deadline:
            deadline = (*deadline, Span("\n" + w.milestone(wave.deadline)))
        waits = w.listed(w.wave(other) for other in wave.waits_for) or t("word.dash")
        what = joined((plain(w.explain(wave.id)), w.reasons(wave.reasons)), "\n" if wave.reasons else "")
        return Row(
            (
                Cell(plain(w.wave(wave.id)), float(wave.number)),
                w.line_cell(what),
                w.number_cell(len(wave.uses)),
                w.text_cell(w.listed(w.system(s) for s in wave.systems)),
                _dated(wave.latest_start, wave, w),
                Cell(deadline, None if wave.latest_finish is None else wave.latest_finish.isoformat()),
                w.text_cell(waits),
            ),
            anchor=f"wave-{wave.number}",
        )

    columns = (
        Column(t("roadmap.wave")),
        Column(t("roadmap.content"), broad=True),
        Column(t("ranking.use-count"), _NUMBER),
        Column(t("roadmap.systems")),
        Column(t("roadmap.latest-start"), _DATE),
        Column(t("roadmap.latest-finish"), _DATE),
        Column(t("roadmap.waits-for")),
    )
    return Table("table-waves", t("roadmap.waves-table"), columns, tuple(map(row, plan.waves)))


def _dependencies(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    if not plan.dependencies:
        return Paragraph(plain(t("roadmap.no-dependencies")))

    def title(identifier: str) -> Cell:
        use = w.uses.get(identifier)
        if use is None:
            return w.text_cell(identifier)
        return w.text_cell(t("ranking.use-of", use=w.use_title(use), system=w.system(use.system)))

    columns = (Column(t("roadmap.first")), Column(t("roadmap.then")), Column(t("word.reason")))
    rows = tuple(
        Row((title(d.waits_for), title(d.use), w.text_cell(w.reason(d.reason)))) for d in plan.dependencies
    )
    return Table("table-dependencies", t("roadmap.dependencies-title"), columns, rows)


def _phases(plan: MigrationPlan, w: Words) -> Table:
    t = w.t

    def row(phase: Phase) -> Row:
        end = t("roadmap.phase-open") if phase.end is None else phase.end.isoformat()
        months = t("word.dash")
        if phase.months is not None:
            months = t("roadmap.months", first=str(phase.months[0]), last=str(phase.months[1]))
        return Row(
            (
                w.text_cell(f"{phase.id.value} {w.label(phase.id)}"),
                w.text_cell(w.explain(phase.id)),
                w.text_cell(months, phase.start.isoformat()),
                w.text_cell(phase.start.isoformat()),
                w.text_cell(end),
            )
        )

    columns = (
        Column(t("roadmap.phase")),
        Column(t("roadmap.deliverable")),
        Column(t("roadmap.window"), narrow=True),
        Column(t("roadmap.from"), _DATE),
        Column(t("roadmap.to"), _DATE),
    )
    return Table("table-phases", t("roadmap.phases-title"), columns, tuple(map(row, plan.phases)))
