"""A register is the same in YAML and in XLSX; a starter register is valid and says what is worth filling in."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import register_fields
from pqc_migrate.errors import RegisterError
from pqc_migrate.inventory.combine import combine
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Role,
    Technique,
)
from pqc_migrate.model.register import SCHEMA
from pqc_migrate.plan import register_xlsx
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.register import dump_yaml, from_raw, load, parse
from pqc_migrate.plan.register_check import coverage_remarks, remarks
from pqc_migrate.plan.register_schema import REGISTER
from pqc_migrate.plan.register_sheets import choices, flatten, sheets, unflatten
from pqc_migrate.plan.register_start import starter, with_uses
from pqc_migrate.plan.sensitivity import most_telling
from pqc_migrate.plan.validate import Day, Flag, Many, Node, Number, OneOf, Record, Text

TODAY = date(2026, 11, 24)
RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
X25519 = Asset.of(Kind.ALGORITHM, "X25519")

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffe\uffff"), min_size=1, max_size=12)  # fmt: skip  # noqa: E501
texts = words.filter(lambda text: text.strip() == text and text not in ("unknown", "[]"))
FORMS = {
    r"[a-z0-9-]+": st.from_regex(r"\A[a-z0-9-]{1,8}\Z"),
    r"[A-Z]{2}": st.from_regex(r"\A[A-Z]{2}\Z"),
    r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])": st.just("12-15"),
}


def values(node: Node) -> st.SearchStrategy[Any]:
    """Valid data of one node; texts with line breaks, backslashes and formula signs among them."""
    match node:
        case Text():
            return FORMS[node.pattern] if node.pattern else texts | st.sampled_from(["=1+1", "a\nb", "a\\nb", "12"])
        case Number():
            most = node.most if node.most is not None else 10**6
            numbers = st.integers(int(node.least), int(most))
            return numbers | st.just("unknown") | (st.sampled_from(node.words) if node.words else numbers)
        case OneOf():
            return st.sampled_from(choices(node))
        case Flag():
            return st.booleans()
        case Day():
            days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
            return days.map(date.isoformat) | (st.just("2027-03") if node.months else st.just("unknown"))
        case Many():
            return st.lists(values(node.of), max_size=3, unique_by=_key(node) if node.key else None)
        case Record():
            present = {name: values(inner) for name, inner in node.fields.items()}
            needed = {name: present.pop(name) for name in {*node.required, *node.one_of[:1]}}
            return st.fixed_dictionaries(needed, optional=present)


def _key(node: Many) -> Callable[[Any], str]:
    return lambda entry: str(entry[node.key])


@st.composite
def registers(draw: st.DrawFn) -> dict[str, Any]:
    raw: dict[str, Any] = draw(values(REGISTER))
    raw["schema"] = SCHEMA
    institution = raw.setdefault("institution", {})
    institution.update(profiles=["cn-default"], crqc_year={"early": 2030, "base": 2035, "late": 2040})
    for system in raw.get("systems") or ():
        system["name"] = {"en": draw(texts), "zh": draw(texts)}
        system["owner"] = {"dept": draw(texts)}
        for link in system.get("links") or ():
            link["qkd"] = "none"
        if "discovery" in system:
            system["discovery"] = {"repos": [system["id"]]}
    return raw


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=registers())
def test_both_forms_hold_the_same_register(raw: dict[str, Any]) -> None:
    """YAML → XLSX → YAML: the same register, and from then on the same bytes."""
    first = from_raw(raw)
    assert replace(parse(dump_yaml(raw)), digest="") == first
    workbook = register_xlsx.dump(raw)
    again = register_xlsx.load(workbook, "register.xlsx")
    assert from_raw(again) == first
    assert register_xlsx.dump(again) == workbook


@given(raw=registers())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_value_survives_the_sheets(raw: dict[str, Any]) -> None:
    """Also those that the plan does not compute with; an empty record says nothing and may go."""
    assert pruned(unflatten(flatten(raw))) == pruned(raw)


def pruned(value: Any) -> Any:
    """The data without what is empty, with flags as words and words as flags where both are legal."""
    if isinstance(value, dict):
        kept = {key: pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, {}, [], "")}
    if isinstance(value, list):
        return [pruned(inner) for inner in value]
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def test_a_workbook_has_labels_drop_downs_and_frozen_headers() -> None:
    """Chinese, English and the field's path above each column; closed lists can only be chosen from."""
    raw = {
        "schema": SCHEMA,
        "systems": [{"id": "core", "name": "核心账务", "owner": "科技部", "exposure": "internet"}],
    }
    book = openpyxl.load_workbook(io.BytesIO(register_xlsx.dump(raw)))
    assert book.sheetnames == [
        "systems",
        "institution",
        "links",
        "vendors",
        "crypto_uses",
        "change_freezes",
    ] or set(book.sheetnames) == {sheet.name for sheet in sheets()}
    page = book["systems"]
    column = next(cell.column for cell in page[3] if cell.value == "exposure")
    assert [page.cell(row, column).value for row in range(1, 5)] == ["暴露面", "Exposure", "exposure", "internet"]
    assert page.freeze_panes == "B4"
    letter = page.cell(3, column).column_letter
    (rule,) = [r for r in page.data_validations.dataValidation if f"{letter}4" in r]
    assert rule.formula1 == '"internal,partner,internet,physical,unknown"'


def test_every_field_has_a_label_and_every_label_a_field() -> None:
    """In both languages."""
    for sheet in sheets():
        assert set(register_fields.labels(sheet.name)) == set(sheet.columns), sheet.name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda page: page.cell(3, 1, "idd"), "sheet systems: 'idd' is not a field"),
        (lambda page: page.cell(3, 1, "notes"), "notes stands in two columns"),
        (lambda page: page.delete_rows(1, 3), "no row of field names"),
        (lambda page: setattr(page, "title", "sheet1"), "no sheet is called systems"),
        (lambda page: page.cell(4, 1, "Core!"), "systems[Core!].id: 'Core!' is not made of a-z, 0-9 and hyphens"),
    ],
)
def test_a_damaged_workbook_is_refused_in_words(change: Any, said: str) -> None:
    """Sheet, column and what is wrong."""
    raw = {"schema": SCHEMA, "systems": [{"id": "core", "name": "Core", "owner": "it"}]}
    book = openpyxl.load_workbook(io.BytesIO(register_xlsx.dump(raw)))
    change(book["systems"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(RegisterError) as raised:
        parse(out.getvalue(), "register.xlsx")
    assert said in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"not a workbook"])
def test_what_is_no_workbook_is_refused_in_words(data: bytes, tmp_path: Path) -> None:
    """The file is named."""
    path = tmp_path / "register.xlsx"
    path.write_bytes(data)
    with pytest.raises(RegisterError, match=r"register\.xlsx: not a readable XLSX workbook"):
        load(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_damage_ends_in_a_register_error_or_a_register(data: st.DataObject) -> None:
    """Whatever stands in a member of the archive."""
    raw = {"schema": SCHEMA, "systems": [{"id": "core", "name": "Core", "owner": "it"}]}
    with zipfile.ZipFile(io.BytesIO(register_xlsx.dump(raw))) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    at = data.draw(st.integers(0, len(members[name])))
    members[name] = members[name][:at] + data.draw(st.binary(max_size=4)) + members[name][at + 3 :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for member, content in members.items():
            packed.writestr(member, content)
    try:
        parse(out.getvalue(), "register.xlsx")
    except RegisterError:
        return


def scan(target: str, *findings: Finding) -> Inventory:
    language = {"python": LanguageCoverage(files=1, bytes=9, parsed=1, parsed_bytes=9)}
    return merge(findings, Coverage(files_seen=1, files_read=1, by_language=language), target)


def finding(asset: Asset, path: str, role: Role = Role.PRODUCTION, functions: tuple[str, ...] = ()) -> Finding:
    return Finding("lib/rule", asset, Location(path, 1), Technique.AST, 0.9, "call", role=role, functions=functions)


def banks() -> list[Inventory]:
    library = Asset.of(Kind.LIBRARY, "cryptography", version="44.0.0", purl="pkg:pypi/cryptography@44.0.0")
    return [
        scan("pay", finding(RSA, "a.py", functions=("sign",)), finding(library, "requirements.txt")),
        scan(
            "cards/api", finding(X25519, "x/b.py", functions=("keyderive",)), finding(RSA, "tests/t.py", Role.TEST)
        ),
    ]


def test_a_starter_register_is_valid_and_claims_what_was_scanned() -> None:
    """One system a target, with its stack; after merging the inventories, too."""
    for inventories in (banks(), [combine(banks())]):
        raw = starter(inventories)
        held = from_raw(raw)
        assert [system.id for system in held.systems] == ["cards-api", "pay"]
        plan = make_plan(inventories, held, None, (), TODAY)
        assert {row.system for row in plan.uses} == {"cards-api", "pay"}
        assert raw["systems"][1]["stack"]["crypto_libs"] == ["cryptography-44.0.0"]
        filled = with_uses(raw, plan.uses, {asset.id: asset.name for asset in plan.assets})
        assert [use["alg_now"] for use in filled["systems"][1]["crypto_uses"]] == ["RSA-2048"]
        from_raw(filled)


def test_a_monorepo_has_one_system_a_folder() -> None:
    """Files at the top belong to the target itself."""
    raw = starter([scan("mono", finding(RSA, "pay/a.py"), finding(RSA, "cards/b.py"), finding(RSA, "c.py"))],
                  by_folder=True)  # fmt: skip
    assert [(s["id"], s["discovery"]["repos"]) for s in raw["systems"]] == [
        ("mono", ["mono"]),
        ("mono-cards", ["mono/cards"]),
        ("mono-pay", ["mono/pay"]),
    ]


def test_the_most_telling_fields_are_those_that_move_the_plan() -> None:
    """What is said of a field is what a plan with that field filled in really does."""
    inventories = [
        scan(name, finding(RSA, "a.py", functions=("sign",)), finding(X25519, "b.py", functions=("keyderive",)))
        for name in ("one", "two", "three")
    ]
    raw = starter(inventories)
    for system, exposure in zip(raw["systems"], ("internal", "internet", None), strict=True):
        system.update(exposure=exposure, severity=2, criticality="normal")
    held = from_raw(raw)
    effects = most_telling(inventories, held, (), TODAY)
    assert 0 < len(effects) <= 5
    assert [effect.positions for effect in effects] == sorted((e.positions for e in effects), reverse=True)
    assert not any(effect.field in ("severity", "criticality") for effect in effects), "these are filled in"
    before = make_plan(inventories, held, None, (), TODAY)
    for effect in effects:
        priorities = []
        for index, system in enumerate(held.systems):
            if system.id != effect.system or not effect.field.endswith("_years"):
                continue
            attribute = effect.field.rpartition(".")[2]
            for value in (0.0, 50.0) if "data" in effect.field else (1.0, 4.0):
                changed = (*held.systems[:index], replace(system, **{attribute: value}), *held.systems[index + 1 :])
                after = make_plan(inventories, replace(held, systems=changed), None, (), TODAY)
                now = {row.id: row.priority for row in after.uses}
                priorities.append(sum(now[row.id] is not row.priority for row in before.uses))
        if priorities:
            assert effect.priorities <= max(priorities)


def test_what_a_register_leaves_open_is_said() -> None:
    """System and field, in words."""
    held = from_raw({
        "schema": SCHEMA,
        "systems": [
            {"id": "core", "name": "Core", "owner": "it", "mlps_level": 3, "dependencies": {"on": ["hsm"]}},
            {"id": "old", "name": "Old", "owner": "it", "status": "retire", "discovery": {"repos": ["old"]}},
        ],
    })  # fmt: skip
    assert list(remarks(held)) == [
        "systems[core].miping.last: empty, though the system is MLPS level 3",
        "systems[core].discovery: empty; no finding can belong to this system",
        "systems[core].dependencies.on: 'hsm' is no system of this register",
        "systems[old].retire_date: empty, though its status is retire",
    ]
    assert list(coverage_remarks(held, banks())) == [
        "systems[core]: no finding in these inventories",
        "systems[old]: no finding in these inventories",
        "3 production places belong to no system: name their repositories under discovery.repos",
    ]
