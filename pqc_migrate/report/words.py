"""A plan's codes, ids and numbers in the words of one language.

Knows the plan (an id becomes the name behind it) and the texts; knows no section and no format. The rules a
printed plan must keep are kept here, so that no section can forget them: a date comes with its binding, an
assumed value with its mark, an unverified pointer says so, and None reads "unknown", never zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pqc_migrate.model.escape import visible
from pqc_migrate.model.plan import (
    AssessedAsset,
    CryptoUse,
    Evidence,
    MigrationPlan,
    Milestone,
    Reason,
    Scalar,
    TargetMapping,
)
from pqc_migrate.model.plan_codes import Binding, Movement, Priority, ReasonCode, Standing, Trust, Verdict, WaveId
from pqc_migrate.report.document import Cell, Line, Section, Span, Style, Tone, code, joined, plain, tag
from pqc_migrate.report.texts import Texts

MINUS = "\N{MINUS SIGN}"
EVIDENCE_TABLE = "table-evidence"
ASSETS_TABLE = "table-assets"

STANDING_TONES: dict[StrEnum, Tone] = {
    Standing.KEY_ESTABLISHMENT: Tone.BAD,
    Standing.SIGNATURE: Tone.BAD,
    Standing.PUBLIC_KEY_UNKNOWN: Tone.BAD,
    Standing.BROKEN: Tone.WARN,
    Standing.WEAK: Tone.WARN,
    Standing.KEEP: Tone.PLAIN,
    Standing.POST_QUANTUM: Tone.GOOD,
    Standing.HYBRID: Tone.GOOD,
    Standing.PRE_STANDARD: Tone.WARN,
    Standing.RUNTIME: Tone.INFO,
    Standing.PROTOCOL: Tone.INFO,
    Standing.CERTIFICATE: Tone.INFO,
    Standing.LIBRARY: Tone.QUIET,
    Standing.UNCLASSIFIED: Tone.QUIET,
}
_TONES: dict[StrEnum, Tone] = {
    **STANDING_TONES,
    Priority.NOW: Tone.BAD,
    Priority.START_NOW: Tone.BAD,
    Priority.PLAN: Tone.WARN,
    Priority.RENEWAL: Tone.QUIET,
    Verdict.PASS: Tone.GOOD,
    Verdict.TIGHT: Tone.WARN,
    Verdict.FAIL: Tone.BAD,
    Verdict.UNKNOWN: Tone.QUIET,
    Movement.NEW: Tone.INFO,
    Movement.GONE: Tone.GOOD,
    Movement.NOT_LOOKED_AT: Tone.WARN,
}
_SHORT_PATH = 26
"""Characters of a path beside a row; longer ones lose their leading folders, then the start of the name."""
_COUNTS = frozenset(
    {"added", "before", "bytes", "content", "count", "days", "estimate", "files", "limit", "peak", "rate", "value"}
)
"""Parameters that are counts and get thousands separators; sizes, years and levels are written as they are."""
_LABELS = {
    "axis": "axis",
    "binding": "binding",
    "budget": "budget",
    "format": "message-format",
    "language": "language",
    "network": "network",
    "operation": "operation",
    "policy": "hybrid",
    "priority": "priority",
    "quality": "quality",
    "relation": "relation",
    "scenario": "scenario",
    "skip": "skip",
    "use": "use",
}
"""Parameters whose value is a code, by the group of labels it stands in."""
_LISTS = {"roles": "role", "parameters": "parameter"}


def group_of(member: StrEnum) -> str:
    """Return the label group of an enumeration: ``plan-codes.WaveId`` is ``wave-id``."""
    name = type(member).__name__
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def chapter(section: Section, t: Texts) -> str:
    """Return a section's number as its heading shows it; the cover has none."""
    if section.anchor == "cover":
        return ""
    return t("document.appendix" if section.number.isalpha() else "document.section", number=section.number)


class Words:
    """How one plan is put into the words of one language."""

    def __init__(self, plan: MigrationPlan, texts: Texts) -> None:
        self.plan = plan
        self.t = texts
        self.assets = {asset.id: asset for asset in plan.assets}
        self.evidence_by_id = {evidence.id: evidence for evidence in plan.evidence}
        self.uses = {use.id: use for use in plan.uses}
        self.targets = {target.id: target for target in plan.targets}
        self.steps = {step.id: step for step in plan.steps}
        self._products = {product.id: product.product for product in plan.products}
        self._profiles = {profile.id: profile for profile in plan.profiles}
        self._milestones = {m.id: m for profile in plan.profiles for m in profile.milestones}
        self._systems = {system.id: system for system in plan.systems}
        self._waves = {wave.id: wave.number for wave in plan.waves}
        self._sources = {source.id: source for source in plan.sources}

    # Codes

    def label(self, member: StrEnum) -> str:
        """Return the short name of a code."""
        return self.t(f"label.{group_of(member)}.{member.value}")

    def named(self, group: str, value: str) -> str:
        """Return the short name of a value written as a string; a value of no known code stands for itself."""
        key = f"label.{group}.{value}"
        return self.t(key) if key in self.t else value

    def explain(self, member: StrEnum) -> str:
        """Return the sentence behind a code."""
        return self.t(f"explain.{group_of(member)}.{member.value}")

    def mark(self, member: StrEnum) -> Span:
        """Return a code as a mark in its tone."""
        return tag(self.label(member), _TONES.get(member, Tone.PLAIN))

    def reason(self, reason: Reason) -> str:
        """Return the sentence of a reason; an unread parameter has its own wording where the texts hold one."""
        key = f"reason.{reason.code.value}"
        for name, value in reason.params:
            if value in (None, "") and f"{key}-without-{name}" in self.t:
                key = f"{key}-without-{name}"
        values = {name: self._value(reason.code, name, value) for name, value in reason.params}
        return self.t(key, **values)

    def reasons(self, reasons: Iterable[Reason]) -> Line:
        """Return several reasons as one line."""
        separator = "" if self.t.lang == "zh" else " "
        return plain(separator.join(dict.fromkeys(self.reason(reason) for reason in reasons)))

    def _value(self, why: ReasonCode, name: str, value: Scalar) -> object:
        if value is None or value == "":
            return self.unknown
        if name in _COUNTS and isinstance(value, int):
            return value
        written = self.decimal(value) if isinstance(value, float) else str(value)
        if name in _LABELS:
            return self.named(_LABELS[name], written)
        if name in _LISTS:
            return self.listed(self.named(_LISTS[name], part.strip()) for part in written.split(","))
        return self._resolved(why, name, written)

    def _resolved(self, why: ReasonCode, name: str, written: str) -> str:
        if name == "rule" and why is ReasonCode.ORDERED_BY_RULE:
            return self.named("order-rule", written)
        if name == "wave" and written in {wave.value for wave in WaveId}:
            return self.wave(WaveId(written))
        if name in ("profile", "milestone", "system", "source", "asset"):
            return str(getattr(self, name)(written))
        return written

    # Ids

    def profile(self, identifier: str) -> str:
        """Return a profile's name."""
        profile = self._profiles.get(identifier)
        if profile is None:
            return identifier
        return profile.name_zh if self.t.lang == "zh" else profile.name_en

    def milestone(self, identifier: str) -> str:
        """Return a milestone as authority and document."""
        milestone = self._milestones.get(identifier)
        return identifier if milestone is None else self.milestone_title(milestone)

    def milestone_title(self, milestone: Milestone) -> str:
        """Return authority and document; a line of the institution itself by what it says."""
        title = f"{milestone.authority} {milestone.document}".strip()
        return title or self.label(milestone.kind)

    def system(self, identifier: str) -> str:
        """Return a system's name in this language, else in the other, else its id."""
        system = self._systems.get(identifier)
        if system is None:
            return identifier
        if not system.registered:
            return self.t("word.unregistered")
        names = (system.name_zh, system.name_en) if self.t.lang == "zh" else (system.name_en, system.name_zh)
        return names[0] or names[1] or identifier

    def source(self, identifier: str) -> str:
        """Return a source's citation as recorded; a choice of our own in the language of the document."""
        source = self._sources.get(identifier)
        if source is None:
            return identifier
        return self.named("source", identifier) if f"label.source.{identifier}" in self.t else source.citation

    def product(self, identifier: str) -> str:
        """Return a product's name, or the id of one the plan does not list."""
        return self._products.get(identifier, identifier)

    def asset(self, identifier: str) -> str:
        """Return an asset's display name."""
        asset = self.assets.get(identifier)
        return visible(identifier if asset is None else asset.name)

    def wave(self, identifier: WaveId) -> str:
        """Return a wave's name with its place among the waves of this plan."""
        number = self._waves.get(identifier)
        name = self.label(identifier)
        return name if number is None else self.t("word.wave", number=str(number), name=name)

    def use_title(self, use: CryptoUse) -> str:
        """Return what is migrated, in words: use and axis."""
        key = "word.use-title-sm" if use.sm else "word.use-title"
        return self.t(key, use=self.label(use.use), axis=self.label(use.axis))

    # Values

    @property
    def unknown(self) -> str:
        """The word for a value that was not read or not given."""
        return self.t("word.unknown")

    def listed(self, parts: Iterable[str]) -> str:
        """Return an enumeration."""
        return self.t("word.list-separator").join(parts)

    def number(self, value: float | int | None, digits: int = 1) -> str:
        """Return a number with thousands separators and a real minus sign, or the word for unknown."""
        if value is None:
            return self.unknown
        written = f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"
        return written.replace("-", MINUS)

    def decimal(self, value: float) -> str:
        """Return a number with the decimals it has, two at most."""
        return f"{value:,.2f}".rstrip("0").rstrip(".").replace("-", MINUS)

    def percent(self, value: float | None) -> str:
        """Return a percentage with one decimal."""
        return self.unknown if value is None else f"{value:.1f}%"

    def day(self, value: date | None, binding: Binding | None, *, past: bool = False) -> Line:
        """Return a date with the force it has; `past` marks it as gone by."""
        if value is None:
            return plain(self.t("word.no-date"))
        spans = [Span(value.isoformat(), Style.STRONG if past else Style.PLAIN, Tone.BAD if past else Tone.PLAIN)]
        if binding is not None:
            spans += [Span(" "), self.binding(binding)]
        return tuple(spans)

    def binding(self, binding: Binding) -> Span:
        """Return the mark that stands beside every date."""
        tone = Tone.WARN if binding in (Binding.DRAFT, Binding.REFERENCE) else Tone.PLAIN
        return tag(self.label(binding), tone)

    def trust(self, trust: Trust, *, unverified: bool = False) -> Span:
        """Return how far a fact can be relied on."""
        if unverified:
            return tag(self.t("word.unverified"), Tone.WARN)
        return tag(self.label(trust), Tone.QUIET)

    def assumed(self) -> Span:
        """Return the mark of a value nobody gave."""
        return tag(self.t("word.assumed"), Tone.WARN)

    # Links

    def place(self, evidence: Evidence, *, short: bool = False) -> str:
        """Return path and line as printed; `short` keeps the last folders only, the evidence has them all."""
        path = visible(evidence.path)
        while short and len(path) > _SHORT_PATH and "/" in path.removeprefix("…/"):
            path = "…/" + path.removeprefix("…/").split("/", 1)[1]
        if short and len(path) > _SHORT_PATH:
            path = "…" + path[-_SHORT_PATH:]
        return f"{path}:{evidence.line}" if evidence.line else path

    def evidence(self, ids: tuple[str, ...], query: str, shown: int = 2) -> Line:
        """Return the first places, linked to their rows, and a link to all of them."""
        if not ids:
            return plain(self.t("word.no-evidence"))
        named: dict[str, str] = {}
        for identifier in ids:
            found = self.evidence_by_id.get(identifier)
            named.setdefault(self.place(found, short=True) if found else identifier, identifier)
            if len(named) == shown:
                break
        lines: list[Line] = [(Span(name, Style.CODE, link=link),) for name, link in named.items()]
        if len(ids) > shown:
            rest = self.t("word.all-evidence", count=len(ids))
            lines.append((Span(rest, link=EVIDENCE_TABLE, query=query),))
        return joined(tuple(lines), "\n")

    def asset_links(self, ids: Iterable[str], shown: int = 6) -> Line:
        """Return asset names linked to their rows; beyond `shown` only how many more."""
        known = [self.assets[i] for i in ids if i in self.assets]
        lines = tuple((Span(visible(asset.name), link=asset.id),) for asset in known[:shown])
        line = joined(lines, self.t("word.list-separator"))
        if len(known) > shown:
            line = (*line, Span(self.t("word.and-more", count=len(known) - shown)))
        return line

    def mappings(self, use: CryptoUse) -> tuple[TargetMapping, ...]:
        """Return the target mappings of a use."""
        return tuple(self.targets[i] for i in use.targets if i in self.targets)

    def production(self, asset: AssessedAsset) -> int:
        """Return how often an asset stands in production code."""
        return asset.occurrences.get("production", 0)

    # Cells

    def text_cell(self, text: str, order: str | float | None = None) -> Cell:
        """Return a cell of plain text that sorts by itself unless told otherwise."""
        return Cell(plain(text), text if order is None else order)

    def line_cell(self, line: Line, order: str | float | None = None) -> Cell:
        """Return a cell of marked text."""
        return Cell(line, "".join(span.text for span in line) if order is None else order)

    def number_cell(self, value: float | int | None, digits: int = 1) -> Cell:
        """Return a right-aligned number that sorts by its value, unknown last."""
        return Cell(plain(self.number(value, digits)), None if value is None else float(value))

    def code_cell(self, text: str) -> Cell:
        """Return a name of the scanned world."""
        return Cell((code(text),), text)

    def mark_cell(self, member: StrEnum) -> Cell:
        """Return a code as a mark that sorts in the order of its enumeration."""
        return Cell((self.mark(member),), float(list(type(member)).index(member)))
