"""Two languages, one set of sentences: nothing missing, nothing left over, one term for each concept."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from types import ModuleType

import pytest

from pqc_migrate.catalog.steps import steps
from pqc_migrate.errors import CatalogError
from pqc_migrate.model import plan_codes
from pqc_migrate.model.inventory import Kind, Role, Skip, Technique
from pqc_migrate.model.plan import Capacity, Institution, MigrationPlan
from pqc_migrate.model.plan_codes import MilestoneKind, ReasonCode, Route, Standing, WaveId
from pqc_migrate.report import html, markdown, plan_formats
from pqc_migrate.report.document import Document, Heading, Paragraph, Table, text_of
from pqc_migrate.report.plan_formats import FORMATS, document
from pqc_migrate.report.texts import Texts, load, parse, placeholders
from pqc_migrate.report.words import group_of

ENUMS = tuple(
    kind
    for kind in (*vars(plan_codes).values(), Kind, Role, Skip, Technique)
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum and kind is not ReasonCode
)
EXPLAINED = ("Trust", "Binding", "Effect", "Standing", "Axis", "Route", "Priority", "WaveId", "PhaseId", "KpiId")
FORBIDDEN = {
    "zh": (
        "哈希", "散列", "后量子密码学", "抗量子加密", "量子安全", "量子计算机攻破", "加密算法", "加密资产", "波次",
        "现在窃取", "先收集后解密", "符合性", "已合规", "完全合规", "达标", "国产密码算法族",
    ),
    "en": (
        "compliant", "quantum-safe", "quantum-proof", "harvest now, decrypt later", "trust now, forge later",
        "store now", "post quantum", "unbreakable", "future-proof",
    ),
}  # fmt: skip
"""Variants of a concept that has one term, and claims a document never makes."""


def parameters(code: ReasonCode) -> set[str]:
    """Names in the docstring of a reason code, before its colon."""
    source = plan_codes.__file__
    assert source is not None
    with open(source, encoding="utf-8") as file:
        found = re.search(
            rf'{code.name} = "[^"]+"\n    """(.*?)"""', file.read().split("class ReasonCode")[1], re.DOTALL
        )
    assert found is not None
    head = found[1].split(":")[0] if found[1].startswith("``") else ""
    return set(re.findall(r"``(\w+)``", head))


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_has_a_name(kind: type[StrEnum], lang: str) -> None:
    """A new code without its words fails here, not in a bank's document."""
    texts = load(lang)
    group = f"label.{group_of(next(iter(kind)))}."
    assert {key.removeprefix(group) for key in texts if key.startswith(group)} == {member.value for member in kind}
    if kind.__name__ in EXPLAINED:
        assert all(f"explain.{group_of(member)}.{member.value}" in texts for member in kind)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_reason_has_a_sentence_and_no_other_exists(lang: str) -> None:
    """One sentence a reason code; variants for an unread parameter belong to a code that has the parameter."""
    keys = {key.removeprefix("reason.") for key in load(lang) if key.startswith("reason.")}
    codes = {code.value for code in ReasonCode}
    assert codes <= keys
    variants = {f"{code.value}-without-{name}" for code in ReasonCode for name in parameters(code)}
    assert keys - codes <= variants


@pytest.mark.parametrize("code", ReasonCode, ids=lambda code: code.value)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_reason_uses_only_the_parameters_its_code_has(code: ReasonCode, lang: str) -> None:
    """A sentence never waits for a value the plan does not give."""
    texts = load(lang)
    assert placeholders(texts.raw(f"reason.{code.value}")) <= parameters(code)


def test_both_languages_have_the_same_keys_and_values() -> None:
    """No sentence exists in one language only, and both say the same values."""
    zh, en = load("zh"), load("en")
    assert list(zh) == list(en)
    assert {key for key in zh if placeholders(zh.raw(key)) != placeholders(en.raw(key))} == set()


def test_no_sentence_stands_twice_in_its_own_language_by_mistake() -> None:
    """A sentence that was copied and not translated would read the same in both files."""
    zh, en = load("zh"), load("en")
    same = {key for key in zh if zh.raw(key) == en.raw(key) and re.search("[a-z]{4}", zh.raw(key))}
    names = {"label.use.openpgp", "label.use.wireguard", "label.use.dnssec", "label.use.kerberos-pkinit", "kpis.of"}
    assert {k for k in same if not k.startswith(("label.provider.", "label.language.", "glossary.terms."))} <= names


class Recorder(Texts):
    """Sentences that remember which of them were asked for."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts.lang, {key: texts.raw(key) for key in texts})
        self.asked: set[str] = set()

    def __call__(self, key: str, /, **values: object) -> str:
        self.asked.add(key)
        return super().__call__(key, **values)

    def raw(self, key: str) -> str:
        self.asked.add(key)
        return super().raw(key)


def test_no_sentence_is_left_over(plans: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence that belongs to no code is printed by some plan; a dead one only misleads."""
    recorder = Recorder(load("zh"))
    for module in (plan_formats, html, markdown):
        monkeypatch.setattr(module, "load", lambda _lang: recorder)
    full, calm = plans.full_plan(), plans.bare_plan()
    empty_table = replace(full, assets=tuple(a for a in full.assets if a.standing is Standing.SIGNATURE))
    no_uses = replace(full, uses=(), waves=(), dependencies=())
    for plan in (full, calm, no_uses, plans.unregistered_plan(), plans.large_plan(300), empty_table, *sparse(full)):
        for render in ("html", "markdown"):
            FORMATS[render](plan, "both")
    coded = ("label.", "explain.", "reason.", "bench.")  # those of a benchmark: test_bench_views
    left = {key for key in load("zh") if not key.startswith(coded)} - recorder.asked - {"policy.paraphrase"}
    left -= {f"steps.{step.id}" for step in steps()}
    assert sorted(left) == []


def sparse(plan: MigrationPlan) -> list[MigrationPlan]:
    """The plan with one thing missing at a time."""
    no_finish = tuple(replace(w, latest_start=None, latest_finish=None, binding=None) for w in plan.waves)
    accepted = tuple(replace(use, route=Route.ACCEPT_RISK) for use in plan.uses)
    undated = tuple(replace(p, milestones=p.milestones[:1]) for p in plan.profiles)
    mixed = replace(plan.coverage[0], skipped={}, languages={}, files_parsed=None)
    return [
        replace(plan, waves=no_finish, uses=accepted, profiles=undated, links=(), dependencies=(), exceptions=()),
        replace(
            plan,
            assets=(*plan.assets, replace(plan.assets[0], id="cert", kind="certificate", evidence=())),
            evidence=(replace(plan.evidence[0], target="other"), *plan.evidence[1:]),
            systems=(replace(plan.systems[2], targets=("other",)),),
            profiles=(replace(plan.profiles[0], min_symmetric_bits=256),),
            assumptions=(replace(plan.assumptions[1], where=tuple("abcdefgh")),),
        ),
        replace(plan, coverage=(mixed,), unknowns=(), assumptions=(), blind_spots=()),
        replace(
            plan,
            institution=Institution(),
            capacity=replace(plan.capacity, checks=()),
            targets=tuple(replace(m, sizes=()) for m in plan.targets),
            instruments=(replace(plan.instruments[1], id="gbt-43206"),),
            profiles=(
                replace(
                    plan.profiles[0],
                    milestones=(replace(plan.profiles[0].milestones[1], kind=MilestoneKind.AGILITY_POLICY),),
                ),
            ),
            summary=replace(plan.summary, first_wave_id=None, mosca_negative=0),
            waves=tuple(w for w in plan.waves if not w.late and w.id is not WaveId.SIGNATURES),
            assets=tuple(replace(a, sm=False) for a in plan.assets),
            assumptions=(),
            policy_basis=replace(plan.policy_basis, to_fill=()),
        ),
        replace(
            plan,
            capacity=Capacity(False, "", (), (), ()),
            policy_basis=replace(plan.policy_basis, to_fill=()),
            assumptions=(),
            coverage=(),
        ),
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_term_for_each_concept(lang: str) -> None:
    """Variants the glossary does not have, and words such as "compliant", stand in no sentence."""
    texts = load(lang)
    found = {(key, word) for key in texts for word in FORBIDDEN[lang] if word in texts.raw(key).casefold()}
    assert {(key, word) for key, word in found if not key.startswith("glossary.terms.")} == set()


def test_chinese_says_the_short_term_only_after_the_full_one(plans: ModuleType) -> None:
    """抗量子密码 comes in full form first; its other name stands only inside that form and inside quotations."""
    for plan in (plans.full_plan(), plans.bare_plan()):
        text = FORMATS["markdown"](plan, "zh").decode()
        for full, short in (
            ("抗量子密码（后量子密码，PQC）", "抗量子密码"),
            ("密码资产清单（CBOM）", "CBOM"),
            ("商用密码应用安全性评估（密评）", "密评"),
            ("网络安全等级保护（等保）", "等保"),
            ("具有密码破解能力的量子计算机（CRQC）", "CRQC"),
            ("先存储后解密（HNDL）", "先存储后解密"),
            ("先信任后伪造（TNFL）", "先信任后伪造"),
            ("量子密钥分发（QKD）", "QKD"),
        ):
            assert text.index(full) + full.index(short) == text.index(short), short
        rest = text.replace("抗量子密码（后量子密码，PQC）", "").replace(plan.direction.routes_zh, "")
        assert "后量子" not in rest


def test_english_says_the_short_term_only_after_the_full_one(plans: ModuleType) -> None:
    """Abbreviations are spelled out where they stand first."""
    text = FORMATS["markdown"](plans.full_plan(), "en").decode()
    for full, short in (
        ("Post-quantum cryptography (PQC)", "PQC"),
        ("cryptography bill of materials (CBOM)", "CBOM"),
        ("cryptographically relevant quantum computer (CRQC)", "CRQC"),
        ("harvest now decrypt later (HNDL)", "HNDL"),
        ("trust now forge later (TNFL)", "TNFL"),
        ("quantum key distribution (QKD)", "QKD"),
        ("multi-level protection scheme (MLPS", "MLPS"),
    ):
        assert text.index(full) + full.index(short) == text.index(short), short


def shown(document: Document) -> str:
    """Every word of a document outside its evidence appendix."""
    parts = []
    for section in document.sections:
        if section.anchor in ("evidence", "glossary", "assumptions"):
            continue
        for block in section.blocks:
            if isinstance(block, Table):
                parts += [text_of(cell.content) for row in block.rows for cell in row.cells]
            elif isinstance(block, Paragraph):
                parts.append(text_of(block.content))
            elif isinstance(block, Heading):
                parts.append(block.text)
    return "\n".join(parts)


def test_chinese_shows_no_raw_codes(plans: ModuleType) -> None:
    """A code of the plan never reaches a Chinese reader as it is."""
    text = shown(document(plans.full_plan(), "zh"))
    codes = {member.value for kind in ENUMS for member in kind} | {code.value for code in ReasonCode}
    codes = {code for code in codes if "-" in code or "_" in code}
    assert {code for code in codes if re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text)} == set()
    assert re.findall(r"(?<![\w-])(None|True|False|unregistered|confidentiality|ops/s)(?![\w-])", text) == []


def test_a_value_meets_chinese_text_without_a_stray_space() -> None:
    """Between two Chinese words there is no space, between Chinese and Latin there is one."""
    texts = parse("zh", 'a = "{name} 没有要求"\nb = "{name}要求"\nc = "（{name}，{name}）"')
    assert texts("a", name="核心账务") == "核心账务没有要求"
    assert texts("a", name="core") == "core 没有要求"
    assert parse("zh", 'a = "共 {count} 处"')("a", count=4) == "共 4 处"
    assert texts("b", name="PCI DSS 4.0.1") == "PCI DSS 4.0.1 要求"
    assert texts("c", name="12") == "（12，12）"


def test_english_counts_in_singular_and_plural() -> None:
    """One file, two files, and thousands separated."""
    texts = parse("en", 'a = "{count} {count:file|files}"')
    assert [texts("a", count=count) for count in (0, 1, 1234)] == ["0 files", "1 file", "1,234 files"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("a = ", "not valid TOML"),
        ("a = 3", "'a' is no text"),
        ('a = "{missing}"', "cannot be filled in"),
        ('a = "{0}"', "cannot be filled in"),
        ('a = "{"', "cannot be filled in"),
        ('b = "other"', "no text 'a'"),
    ],
)
def test_a_broken_text_is_named(source: str, complaint: str) -> None:
    """The error says language, key and what is wrong; no half-filled sentence is written."""
    with pytest.raises(CatalogError, match=complaint) as error:
        parse("zh", source)("a", name="x")
    assert "report/texts/zh.toml" in str(error.value)


def test_an_unknown_language_is_refused() -> None:
    """Only languages with a file of sentences exist."""
    with pytest.raises(CatalogError, match="no texts in language 'fr'"):
        load("fr")
