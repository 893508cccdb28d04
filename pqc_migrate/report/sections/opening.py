"""Cover and executive summary: what this document is, and the page for the board."""

from __future__ import annotations

from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.plan_codes import AssumptionCode, Standing, WaveId
from pqc_migrate.report.document import (
    Bars,
    Block,
    Chart,
    Column,
    ColumnKind,
    Facts,
    Figure,
    Figures,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Segment,
    Span,
    Table,
    Tone,
    plain,
)
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import STANDING_TONES, Words

_NUMBER = ColumnKind.NUMBER


def cover(plan: MigrationPlan, t: Texts) -> Section:
    """Section 0: institution, date, tool, inputs with their digests, and what the document is not."""
    w = Words(plan, t)
    blank: Line = (Span(t("word.to-fill"), tone=Tone.WARN),)
    given = plan.institution
    assumed_today = any(a.code is AssumptionCode.TODAY for a in plan.assumptions)
    day = (Span(plan.today.isoformat()), *((Span(" "), w.assumed()) if assumed_today else ()))
    facts: tuple[tuple[str, Line], ...] = (
        (t("cover.institution"), plain(given.name) if given.name else blank),
        (t("cover.lead"), plain(given.migration_lead) if given.migration_lead else blank),
        (t("cover.day"), day),
        (t("cover.classification"), blank),
        (t("cover.jurisdictions"), plain(w.listed(given.jurisdictions)) if given.jurisdictions else blank),
        (t("cover.profiles"), plain(w.listed(w.profile(p.id) for p in plan.profiles) or w.unknown)),
        (t("cover.tool"), plain(f"pqc-migrate {plan.tool_version}".strip())),
    )
    return Section(
        "cover",
        "0",
        t("cover.title"),
        (Facts(facts), Notice(plain(t("cover.scope")), t("cover.scope-title")), _inputs(plan, w)),
    )


def _inputs(plan: MigrationPlan, w: Words) -> Table:
    t = w.t
    rows = tuple(
        Row(
            (
                w.text_cell(w.named("input-kind", record.kind)),
                w.code_cell(record.name),
                w.number_cell(record.items),
                w.code_cell(record.digest),
            )
        )
        for record in plan.inputs
    )
    columns = (
        Column(t("cover.input-kind"), narrow=True),
        Column(t("cover.input-name")),
        Column(t("cover.input-items"), _NUMBER),
        Column(t("cover.input-digest")),
    )
    return Table("table-inputs", t("cover.inputs"), columns, rows)


def summary(plan: MigrationPlan, t: Texts) -> Section:
    """Section 1: five numbers, one chart, what is late, three decisions, how sure we are."""
    w = Words(plan, t)
    blocks: list[Block] = [
        Paragraph(plain(t("summary.lead"))),
        _figures(plan, w),
        standing_chart(plan, w, "chart-summary"),
        Heading(t("summary.late-title")),
        _late(plan, w),
        Heading(t("summary.decisions-title")),
        Items(tuple(plain(line) for line in _decisions(plan, w)[:3]), ordered=True),
        Heading(t("summary.certainty-title")),
        Paragraph(plain(_certainty(plan, w))),
    ]
    return Section("summary", "1", t("summary.title"), tuple(blocks))


def _figures(plan: MigrationPlan, w: Words) -> Figures:
    t, s = w.t, plan.summary
    threats = t("summary.vulnerable-note", key=s.key_establishment, signature=s.signatures, unknown=s.both_unknown)
    kind = "systems" if s.registered else "targets"
    found = Tone.BAD if s.quantum_vulnerable else Tone.PLAIN
    late = Tone.BAD if s.mosca_negative else Tone.PLAIN
    return Figures(
        (
            Figure(
                w.number(s.systems if s.registered else len(plan.coverage)),
                t(f"summary.{kind}"),
                plain(t(f"summary.{kind}-note")),
                link="systems" if plan.uses else "ranking",
            ),
            _read(plan, w),
            Figure(w.number(s.quantum_vulnerable), t("summary.vulnerable"), plain(threats), found, "inventory"),
            Figure(
                w.number(s.mosca_negative),
                t("summary.negative"),
                plain(t("summary.negative-note", uses=len(plan.uses))),
                late,
                "ranking",
            ),
            Figure(w.number(s.first_wave), t("summary.first-wave"), _first_wave(plan, w), link="roadmap"),
        )
    )


def _read(plan: MigrationPlan, w: Words) -> Figure:
    """Return how much was read; unknown as soon as one inventory does not say."""
    t = w.t
    read, seen = _files(plan)
    if read is None or not seen:
        return Figure(w.unknown, t("summary.coverage"), plain(t("summary.coverage-unknown")), link="coverage")
    note = t("summary.coverage-note", read=read, seen=seen, parsed=_parsed(plan, t))
    return Figure(w.percent(100 * read / seen), t("summary.coverage"), plain(note), link="coverage")


def _files(plan: MigrationPlan) -> tuple[int | None, int | None]:
    """Files read and seen over all inventories; None when one of them carries no coverage statement."""
    if not plan.coverage or any(c.files_read is None or c.files_seen is None for c in plan.coverage):
        return None, None
    return sum(c.files_read or 0 for c in plan.coverage), sum(c.files_seen or 0 for c in plan.coverage)


def _parsed(plan: MigrationPlan, t: Texts) -> str:
    """Say how many files were understood, not only read."""
    counts = [view.files_parsed for view in plan.coverage]
    if any(count is None for count in counts):
        return t("summary.coverage-parsed-unknown")
    return t("summary.coverage-parsed", parsed=sum(count or 0 for count in counts))


def _first_wave(plan: MigrationPlan, w: Words) -> Line:
    s = plan.summary
    if s.first_wave_id is None:
        return plain(w.t("summary.first-wave-none"))
    wave = next((wave for wave in plan.waves if wave.id is s.first_wave_id), None)
    name = w.wave(s.first_wave_id)
    if wave is None or wave.latest_finish is None:
        return plain(w.t("summary.first-wave-open", wave=name))
    day = w.day(wave.latest_finish, wave.binding)
    return (Span(w.t("summary.first-wave-until", wave=name)), *day)


def standing_chart(plan: MigrationPlan, w: Words, anchor: str) -> Chart:
    """Return production occurrences by standing, one bar a standing, with the same numbers as a table."""
    t = w.t
    counts = {
        standing: sum(w.production(a) for a in plan.assets if a.standing is standing) for standing in Standing
    }
    present = [standing for standing in Standing if counts[standing]]
    series = tuple((w.label(standing), STANDING_TONES[standing]) for standing in present)
    bars = tuple((w.label(s), (Segment(i, float(counts[s])),)) for i, s in enumerate(present))
    rows = tuple(Row((w.mark_cell(s), w.text_cell(w.explain(s)), w.number_cell(counts[s]))) for s in present)
    columns = (
        Column(t("inventory.standing"), narrow=True),
        Column(t("word.meaning")),
        Column(t("inventory.production"), _NUMBER),
    )
    table = Table(f"{anchor}-data", t("summary.chart"), columns, rows)
    return Chart(anchor, t("summary.chart"), t("summary.chart-text"), Bars(series, bars), table)


def _late(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    late = [wave for wave in plan.waves if wave.late]
    lines: list[Line] = [
        (
            Span(t("summary.late-wave", wave=w.wave(wave.id), uses=len(wave.uses))),
            *w.day(wave.latest_start, wave.binding, past=True),
        )
        for wave in late
    ]
    if plan.summary.mosca_negative:
        year = plan.scenarios.get("base")
        lines.append(
            plain(
                t(
                    "summary.late-margin",
                    count=plan.summary.mosca_negative,
                    year=w.unknown if year is None else str(year),
                )
            )
        )
    if not lines:
        return Paragraph(plain(t("summary.late-none")))
    return Items(tuple(lines))


def _decisions(plan: MigrationPlan, w: Words) -> list[str]:
    """Return the decisions the plan asks for, most urgent first; the page prints three."""
    t, s = w.t, plan.summary
    asked: list[str] = []
    if not plan.institution.migration_lead:
        asked.append(t("summary.decide-lead"))
    if s.first_wave_id is not None:
        asked.append(t("summary.decide-wave", wave=w.wave(s.first_wave_id), uses=s.first_wave))
    if not s.registered:
        asked.append(t("summary.decide-register"))
    if any(asset.sm and asset.drives and asset.axis is not None for asset in plan.assets):
        asked.append(t("summary.decide-sm"))
    if plan.assumptions:
        asked.append(t("summary.decide-assumptions", count=len(plan.assumptions)))
    if plan.policy_basis.to_fill:
        asked.append(t("summary.decide-basis"))
    asked.append(t("summary.decide-profile"))
    if any(wave.id is WaveId.SIGNATURES for wave in plan.waves):
        asked.append(t("summary.decide-pki"))
    return asked


def _certainty(plan: MigrationPlan, w: Words) -> str:
    t = w.t
    parts = [
        t("summary.certainty", assumptions=len(plan.assumptions), unknowns=len(plan.unknowns)),
        t("summary.certainty-unknown-use", count=plan.summary.both_unknown),
        t("summary.certainty-nothing"),
    ]
    return ("" if t.lang == "zh" else " ").join(parts)
