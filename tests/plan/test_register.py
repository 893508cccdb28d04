"""A register is valid or refused with every problem named; links to the scan are by name and path."""

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.errors import RegisterError
from pqc_migrate.model.inventory import Asset, Component, Inventory, Kind, Location, Occurrence, Role, Technique
from pqc_migrate.model.plan import UNREGISTERED
from pqc_migrate.model.register import Register
from pqc_migrate.plan.register import claimer, load, parse

HEAD = "schema: pqc-migrate/register/v1\n"
ONE = HEAD + "systems:\n- {id: core, name: 核心, owner: 核心系统部%s}\n"


def read(text: str) -> Register:
    return parse(text.encode(), "register.yaml")


def complaint(text: str) -> str:
    with pytest.raises(RegisterError) as caught:
        read(text)
    return str(caught.value)


def test_the_shortest_register() -> None:
    """Id, name and owner are enough; everything else is unknown."""
    (system,) = read(ONE % "").systems
    assert (system.name_zh, system.name_en, system.owner.dept) == ("核心", "核心", "核心系统部")
    assert system.exposure is system.secrecy_years is system.severity is system.criticality is None


def test_unknown_is_legal_and_means_not_known() -> None:
    """The word and an empty value read alike."""
    fields = (
        "exposure: {0}, criticality: {0}, severity: {0}, cii: {0}, mlps_level: {0}, data: {{secrecy_years: {0}}}"
    )
    words = [fields.format(word) for word in ("unknown", "null")]
    first, second = (read(ONE % f", {text}").systems[0] for text in words)
    assert first == second
    assert first.exposure is None


def test_every_problem_in_one_message() -> None:
    """System, field, what is allowed and the nearest word, for all problems at once."""
    message = complaint(
        HEAD + "systems:\n"
        "- {id: a, name: A, owner: o, exposure: internett, data: {secrecy_years: -1}}\n"
        "- {id: a, name: A}\n"
        "- {id: c, name: C, owner: {dept: ''}, exposur: internal, severity: 4, cii: perhaps}\n"
    )
    for part in (
        "systems[a].exposure: 'internett' is not allowed; allowed: internal, partner, internet, physical, unknown",
        "did you mean 'internet'?",
        "systems[a].data.secrecy_years: -1 is not a number of at least 0 or indefinite",
        "systems[a].id: stands twice",
        "systems[a].owner: required",
        "systems[c].owner: give at least one of dept, person, contact",
        "systems[c].exposur: unknown field",
        "did you mean 'exposure'?",
        "systems[c].severity: 4 is not a whole number from 1 to 3",
        "systems[c].cii: expected true or false",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not a mapping"),
        ("- 1", "not a mapping"),
        ("a: &x 1\nb: *x", "aliases are not allowed"),
        ("schema: pqc-migrate/register/v1\nschema: x", "'schema' stands twice"),
        ("{", "not valid YAML"),
        ("schema: pqc-migrate/register/v2", "is not 'pqc-migrate/register/v1'"),
        ("systems: []", "schema: required"),
        (HEAD + "systems: {a: 1}", "systems: expected a list"),
        (HEAD + "systems: [1]", "systems[0]: expected a mapping"),
        (HEAD + "institution: {crqc_year: {early: 2041}}", "must not decrease (early 2041, base 2035, late 2040)"),
        (HEAD + "institution: {profiles: [cn]}", "'cn' is not a profile"),
        (HEAD + "institution: {today: 2026-02-30x}", "is not a date"),
        (ONE % ", links: [{id: l, kind: internet, qkd: run}]", "systems[core].links[l].qkd: QKD cannot run"),
        (ONE % ", retire_date: soon", "is not a date (YYYY-MM or YYYY-MM-DD)"),
        (ONE % ", data: {classes: [state-secret]}", "'state-secret' is not allowed"),
        (ONE % ", id: x", "'id' stands twice"),
    ],
)  # fmt: skip
def test_bad_registers(text: str, part: str) -> None:
    """Each ends in one clear error."""
    assert part in complaint(text)


def test_words_that_yaml_reads_as_truth_values_stay_words() -> None:
    """``on`` is a field, ``NO`` is Norway, yes and no are answers."""
    (system,) = read(
        ONE % ", dependencies: {on: [pki]}, data: {residency: [NO]}, hsm: {field_upgradable: no}, cii: yes"
    ).systems
    assert system.depends_on == ("pki",)
    assert system.cii is True
    assert system.hsm is not None
    assert system.hsm.field_upgradable is False


def test_values_are_typed() -> None:
    """Indefinite is 50 years, a month its last day, terminals bind hardware."""
    (system,) = read(
        ONE % ", data: {secrecy_years: indefinite}, retire_date: 2027-02, hardware_constraints: {terminals: 4000}"
    ).systems
    assert (system.secrecy_years, system.retire_date, system.hardware_bound) == (50.0, date(2027, 2, 28), True)


@pytest.mark.parametrize(
    ("constraints", "bound"),
    [
        ("{terminals: 0, smartcard: false, fpga_asic: false, legacy_platform: none}", False),
        ("{terminals: 0, smartcard: unknown, fpga_asic: false, legacy_platform: none}", None),
        ("{legacy_platform: mainframe}", True),
        ("{}", None),
    ],
)
def test_hardware_is_bound_free_or_not_known(constraints: str, bound: bool | None) -> None:
    """Only four clear answers free a system; one unknown leaves it open."""
    assert read(ONE % f", hardware_constraints: {constraints}").systems[0].hardware_bound is bound


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file, a folder and other encodings are register errors."""
    with pytest.raises(RegisterError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    with pytest.raises(RegisterError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "gbk.yaml").write_bytes((ONE % "").encode("gb18030"))
    with pytest.raises(RegisterError, match="UTF-8"):
        load(tmp_path / "gbk.yaml")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another exception."""
    with contextlib.suppress(RegisterError):
        parse((HEAD + text).encode())


def place(target: str, path: str, **details: str) -> tuple[Inventory, Component, Occurrence]:
    occurrence = Occurrence(
        Location(path, 1), "r", Technique.AST, 1.0, "", Role.PRODUCTION, details=tuple(details.items())
    )
    component = Component("c", Asset.of(Kind.ALGORITHM, "RSA"), "RSA", (occurrence,))
    return Inventory((component,), target=target), component, occurrence


@pytest.mark.parametrize(
    ("target", "path", "system"),
    [
        ("core", "src/a.py", "core"),
        ("mono", "services/pay/a.py", "pay"),
        ("mono", "services/payments/a.py", UNREGISTERED),
        ("mono", "other/a.py", UNREGISTERED),
        ("cards", "a.py", "cards"),
        ("a, b", "core/src/a.py", "core"),
        ("hosts", "pay.example.cn:443", "pay"),
    ],
)
def test_places_are_claimed_by_target_path_or_host(target: str, path: str, system: str) -> None:
    """A repository by name or URL, a folder of one by its path; a longer name is another one."""
    register = read(
        HEAD + "systems:\n"
        "- {id: core, name: c, owner: o, discovery: {repos: [core]}}\n"
        "- {id: pay, name: p, owner: o, discovery: {repos: [mono/services/pay], hosts: ['pay.example.cn:443']}}\n"
        "- {id: cards, name: c, owner: o, discovery: {repos: ['https://git.example.cn/retail/cards.git']}}\n"
    )
    assert claimer(register)(*place(target, path)) == system


def test_a_certificate_is_claimed_by_its_subject() -> None:
    """Wherever the file lies."""
    register = read(ONE % ", discovery: {cert_subjects: ['CN=pay.example.cn']}")
    assert claimer(register)(*place("x", "a.pem", subject="CN=pay.example.cn")) == "core"


def test_two_systems_cannot_claim_one_repository() -> None:
    """The same name, as name and as URL."""
    message = complaint(
        HEAD + "systems:\n"
        "- {id: a, name: a, owner: o, discovery: {repos: [core]}}\n"
        "- {id: b, name: b, owner: o, discovery: {repos: ['git@git.example.cn:x/core.git']}}\n"
    )
    assert "claimed by 'a' too" in message
