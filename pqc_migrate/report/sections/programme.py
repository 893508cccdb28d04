"""Per-system plans, test and rollback, organization, indicators, risks and exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from pqc_migrate.model.escape import visible
from pqc_migrate.model.plan import CryptoUse, Kpi, MigrationPlan, PlaceOwner, Scalar, Step, SystemPlan
from pqc_migrate.model.plan_codes import UnknownCode
from pqc_migrate.report.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Facts,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Style,
    Table,
    Tone,
    joined,
    plain,
)
from pqc_migrate.report.sections.budget import budget, exceptions
from pqc_migrate.report.sections.progress import progress
from pqc_migrate.report.sections.ranking import deadline
from pqc_migrate.report.sections.routes import interim_of, targets_of, wave_cell
from pqc_migrate.report.texts import Texts
from pqc_migrate.report.words import Words

_NUMBER = ColumnKind.NUMBER
_DATE = ColumnKind.DATE


def systems(plan: MigrationPlan, t: Texts) -> Section:
    """Section 13: one part a system, headed as a cryptographic application scheme asks for it."""
    w = Words(plan, t)
    if not plan.systems:
        return Section("systems-plans", "13", t("systems.title"), (Notice(plain(t("systems.empty"))),))
    blocks: list[Block] = [Paragraph(plain(t("systems.lead")))]
    if not plan.summary.registered:
        blocks.append(Notice(plain(t("systems.no-register")), tone=Tone.WARN))
    for system in plan.systems:
        blocks += _system(system, w)
    return Section("systems-plans", "13", t("systems.title"), tuple(blocks))


def _system(system: SystemPlan, w: Words) -> list[Block]:
    t = w.t
    owner = w.listed(part for part in (system.owner_dept, system.owner_person) if part) or t("word.to-fill")
    facts: tuple[tuple[str, Line], ...] = (
        (t("ranking.owner"), plain(owner)),
        (t("ranking.criticality"), plain(w.named("criticality", system.criticality))),
        (t("ranking.mlps"), plain(w.unknown if system.mlps_level is None else str(system.mlps_level))),
        (t("systems.scanned"), plain(w.listed(system.targets) or t("systems.not-scanned"))),
    )
    if system.owners:
        facts = (*facts, (t("systems.place-owners"), plain(_owners(system.owners, w))))
    blocks: list[Block] = [Heading(w.system(system.id), f"system-{system.id}"), Facts(facts)]
    uses = [w.uses[identifier] for identifier in system.uses if identifier in w.uses]
    missing = "systems.no-uses" if system.targets else "systems.not-known"
    blocks.append(_steps(system, uses, w) if uses else Paragraph(plain(t(missing))))
    changes = [w.steps[identifier] for identifier in system.steps if identifier in w.steps]
    if changes:
        blocks += [_changes(system, changes, w), Paragraph(plain(t("steps.note")))]
    if system.without_step:
        blocks.append(Paragraph(plain(t("steps.without", count=system.without_step))))
    if system.reasons:
        blocks.append(Notice(w.reasons(system.reasons), tone=Tone.WARN))
    return blocks


def _owners(owners: tuple[PlaceOwner, ...], w: Words) -> str:
    """Return who owns how many places by CODEOWNERS; nobody and a file that can be read two ways are said."""
    t = w.t

    def name(row: PlaceOwner) -> str:
        return visible(row.owner) or t("systems.owner-ambiguous" if row.ambiguous else "systems.owner-none")

    return w.listed(t("systems.owner-places", owner=name(row), count=row.places) for row in owners)


def _steps(system: SystemPlan, uses: list[CryptoUse], w: Words) -> Table:
    t = w.t
    rows = tuple(
        Row(
            (
                w.text_cell(w.use_title(use)),
                w.line_cell(w.asset_links(use.assets, 4)),
                w.text_cell(interim_of(use, w)),
                w.text_cell(targets_of(use, w)),
                w.text_cell(w.label(use.route)),
                wave_cell(use.wave, w),
                deadline(use, w),
            ),
            keywords=(use.id,),
        )
        for use in uses
    )
    columns = (
        Column(t("word.use")),
        Column(t("systems.now")),
        Column(t("mapping.interim")),
        Column(t("mapping.target")),
        Column(t("routes.route"), narrow=True),
        Column(t("roadmap.wave"), narrow=True),
        Column(t("ranking.deadline"), _DATE),
    )
    return Table(f"table-system-{system.id}", t("systems.steps", system=w.system(system.id)), columns, rows)


def _changes(system: SystemPlan, changes: list[Step], w: Words) -> Table:
    """Return the changes that the catalog knows for this system's places, with an example and how to check it."""
    t = w.t

    def row(step: Step) -> Row:
        commands = tuple((Span(text, Style.CODE),) for text in (step.check, step.verify) if text)
        places = w.evidence(step.evidence, f"{step.system}")
        if step.owners:
            places = (*places, Span("\n" + t("steps.owners", owners=_owners(step.owners, w))))
        snippet = joined(((Span(step.before, Style.CODE),), plain("→"), (Span(step.after, Style.CODE),)), "\n")
        return Row(
            (
                w.text_cell(t(f"steps.{step.step}")),
                w.line_cell(places, float(len(step.evidence))),
                w.line_cell(snippet),
                w.line_cell(_version(step, w)),
                w.line_cell(joined(commands, "\n") or plain(t("steps.no-check"))),
                w.line_cell(plain(visible(step.source))),
            ),
            keywords=(step.id, *step.uses),
        )

    columns = (
        Column(t("steps.change"), broad=True),
        Column(t("steps.places")),
        Column(t("steps.example"), broad=True),
        Column(t("steps.version")),
        Column(t("steps.check")),
        Column(t("word.source")),
    )
    name = w.system(system.id)
    return Table(f"table-changes-{system.id}", t("steps.table", system=name), columns, tuple(map(row, changes)))


def _version(step: Step, w: Words) -> Line:
    t = w.t
    if not step.product:
        return plain(t("word.dash"))
    needed = plain(t("steps.minimum", product=w.product(step.product), version=step.minimum or w.unknown))
    found = w.listed(step.found_versions)
    return joined((needed, plain(t("steps.found", versions=found) if found else t("steps.not-found"))), "\n")


def testing(_plan: MigrationPlan, t: Texts) -> Section:
    """Section 14: what every pilot proves before roll-out; general practice, marked as such."""
    tests = ("interop", "middlebox", "hello", "load", "dual", "exit")
    fallback = ("no-silent", "switch", "keys", "drill")
    return Section(
        "testing",
        "14",
        t("testing.title"),
        (
            Notice(plain(t("testing.general"))),
            Heading(t("testing.tests-title")),
            Items(tuple(plain(t(f"testing.test-{name}")) for name in tests)),
            Heading(t("testing.fallback-title")),
            Items(tuple(plain(t(f"testing.fallback-{name}")) for name in fallback)),
        ),
    )


def organization(plan: MigrationPlan, t: Texts) -> Section:
    """Section 15: roles to fill; effort and cost from the institution's own figures, or why there is no amount."""
    lead: Line = plain(plan.institution.migration_lead)
    if not plan.institution.migration_lead:
        lead = (Span(t("word.to-fill"), tone=Tone.WARN),)
    roles = ("sponsor", "crypto", "owners", "suppliers", "audit")
    blank: Line = (Span(t("word.to-fill"), tone=Tone.WARN),)
    facts = ((t("cover.lead"), lead), *((t(f"organization.role-{name}"), blank) for name in roles))
    return Section(
        "organization",
        "15",
        t("organization.title"),
        (
            Facts(facts),
            *budget(plan.budget, Words(plan, t)),
        ),
    )


def kpis(plan: MigrationPlan, t: Texts) -> Section:
    """Section 16: computed indicators as baseline; targets belong to the institution."""
    w = Words(plan, t)

    def row(kpi: Kpi) -> Row:
        counted = t("word.dash")
        if kpi.numerator is not None and kpi.denominator is not None:
            counted = t("kpis.of", part=kpi.numerator, all=kpi.denominator)
        missing = w.reason(kpi.reason) if kpi.reason is not None else w.unknown
        value = Cell(plain(w.percent(kpi.value) if kpi.value is not None else t("kpis.not-computed")), kpi.value)
        note = w.explain(kpi.id) if kpi.value is not None else f"{w.explain(kpi.id)}\n{missing}"
        return Row(
            (
                w.text_cell(w.label(kpi.id)),
                w.text_cell(note),
                value,
                w.text_cell(counted),
                w.text_cell(t("word.to-fill")),
            )
        )

    columns = (
        Column(t("kpis.kpi")),
        Column(t("word.meaning")),
        Column(t("kpis.baseline"), _NUMBER),
        Column(t("kpis.counted"), _NUMBER),
        Column(t("kpis.target"), narrow=True),
    )
    table = Table("table-kpis", t("kpis.table"), columns, tuple(map(row, plan.kpis)))
    blocks: tuple[Block, ...] = (Paragraph(plain(t("kpis.lead"))), table)
    if not plan.kpis:
        blocks = (Notice(plain(t("kpis.empty"))),)
    if plan.progress is not None:
        blocks = (*blocks, *progress(plan.progress, w))
    else:
        blocks = (*blocks, Paragraph(plain(t("progress.none"))))
    return Section("kpis", "16", t("kpis.title"), blocks)


def risks(plan: MigrationPlan, t: Texts) -> Section:
    """Section 17: exceptions of the register, what is unknown, and what threatens the plan itself."""
    w = Words(plan, t)
    blocks: list[Block] = [Heading(t("risks.exceptions-title")), *exceptions(plan, w)]
    blocks += [Heading(t("risks.programme-title"))]
    names = ("standards", "suppliers", "sizes", "sm")
    blocks.append(Items(tuple(plain(t(f"risks.programme-{name}")) for name in names)))
    blocks += [Heading(t("risks.unknown-title")), Paragraph(plain(t("risks.unknown-text"))), _unknowns(plan, w)]
    return Section("risks", "17", t("risks.title"), tuple(blocks))


def _unknowns(plan: MigrationPlan, w: Words) -> Block:
    t = w.t
    if not plan.unknowns:
        return Paragraph(plain(t("risks.no-unknowns")))
    rows = tuple(
        Row(
            (
                w.text_cell(w.label(unknown.code)),
                w.text_cell(
                    t(
                        f"explain.unknown-code.{unknown.code.value}",
                        **_values(unknown.code, dict(unknown.params), w),
                    )
                ),
                w.text_cell(w.listed(_where(place, w) for place in unknown.where[:6]) or t("word.whole-plan")),
            )
        )
        for unknown in plan.unknowns
    )
    columns = (Column(t("risks.unknown"), narrow=True), Column(t("word.meaning")), Column(t("risks.where")))
    return Table("table-unknowns", t("risks.unknown-title"), columns, rows)


def _values(code: UnknownCode, params: Mapping[str, Scalar], w: Words) -> dict[str, object]:
    """Parameters of an unknown in words: ids become names, lists of parameter names are translated."""
    values: dict[str, object] = {}
    for name, value in params.items():
        written = w.unknown if value is None else str(value)
        if name == "asset":
            written = w.asset(written)
        elif name == "system":
            written = w.system(written)
        elif name == "field" and code is UnknownCode.POLICY_BASIS:
            written = w.named("basis", written)
        elif name == "parameters":
            written = w.listed(w.named("parameter", part.strip()) for part in written.split(","))
        values[name] = written
    return values


def _where(identifier: str, w: Words) -> str:
    return w.asset(identifier) if identifier in w.assets else w.system(identifier)
