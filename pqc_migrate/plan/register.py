"""Read and validate the systems register, and say which system an occurrence belongs to.

Bad input ends in one `RegisterError` that lists every problem: the system's id, the field's path, what is
allowed and the nearest word. Nothing is repaired in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from pqc_migrate.catalog.policies import last_day, policies
from pqc_migrate.errors import RegisterError
from pqc_migrate.model.inventory import Component, Inventory, Occurrence
from pqc_migrate.model.plan import UNREGISTERED
from pqc_migrate.model.register import (
    SCHEMA,
    Discovery,
    Hsm,
    Link,
    Owner,
    Register,
    RiskException,
    System,
    Vendor,
)
from pqc_migrate.plan import register_xlsx
from pqc_migrate.plan.programme import STEPS
from pqc_migrate.plan.register_schema import REGISTER
from pqc_migrate.plan.scoring import SCENARIOS
from pqc_migrate.plan.validate import UNKNOWN, errors

_INDEFINITE_YEARS = 50.0
_MOST_BYTES = 64 * 1024 * 1024
_SHOWN = 50


def load(path: Path) -> Register:
    """Return the register in a YAML or XLSX file; `RegisterError` when it cannot be read or is not valid."""
    return parse(_bytes(path), path.name)


def load_raw(path: Path) -> dict[str, Any]:
    """Return the nested data of a valid register, as its file holds it; raises as `load` does."""
    data = _bytes(path)
    parse(data, path.name)
    return _raw(data, path.name)


def dump_yaml(raw: Mapping[str, Any], comments: Iterable[str] = ()) -> bytes:
    """Return nested data as YAML, fields in the order given, with comment lines first."""
    text = yaml.dump(
        dict(raw), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return "".join([*(f"# {comment}".rstrip() + "\n" for comment in comments), text]).encode()


def is_workbook(name: str) -> bool:
    """Tell from its name whether a register is a spreadsheet."""
    return name.lower().endswith((".xlsx", ".xlsm"))


def parse(data: bytes, name: str = "register") -> Register:
    """Return the register in YAML bytes, or in those of a workbook where the name says so."""
    raw = _raw(data, name)
    return from_raw(raw, name, sha256(data).hexdigest())


def from_raw(raw: Mapping[str, Any], name: str = "register", digest: str = "") -> Register:
    """Return the register in nested data; `RegisterError` lists every problem."""
    problems = list(errors(REGISTER, raw, "")) or list(_contradictions(raw))
    if problems:
        more = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise RegisterError(f"{name}: not valid\n  " + "\n  ".join(problems[:_SHOWN]) + more)
    return _register(raw, digest)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RegisterError(f"{path.name}: cannot be read: {error.strerror}") from error


def _raw(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > _MOST_BYTES:
        raise RegisterError(f"{name}: larger than {_MOST_BYTES // 1024 // 1024} MiB")
    raw = register_xlsx.load(data, name) if is_workbook(name) else _yaml(data, name)
    if not isinstance(raw, dict):
        raise RegisterError(f"{name}: not a mapping", hint=f"start it with 'schema: {SCHEMA}' and 'systems:'")
    if raw.get("schema") not in (None, SCHEMA):
        raise RegisterError(f"{name}: schema {raw['schema']!r} is not {SCHEMA!r}")
    return raw


def claimer(register: Register | None) -> Callable[[Inventory, Component, Occurrence], str]:
    """Return the function that names the system of an occurrence, by target, path prefix, host or subject."""
    repos: dict[str, str] = {}
    subjects: dict[str, str] = {}
    for system in register.systems if register else ():
        for repo in (*system.discovery.repos, *system.discovery.images, *system.discovery.hosts):
            repos[_target(repo)] = system.id
        for subject in system.discovery.cert_subjects:
            subjects[subject] = system.id

    def claim(inventory: Inventory, component: Component, occurrence: Occurrence) -> str:
        subject = dict(occurrence.details).get("subject")
        if subject is not None and subject in subjects:
            return subjects[subject]
        for place in _prefixes(inventory.target, occurrence.location.path):
            if place in repos:
                return repos[place]
        return UNREGISTERED

    return claim


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases (a file of a few bytes could unfold to gigabytes) and without repeated keys.

    Only true and false are booleans, as in YAML 1.2: ``on`` is a field of ours and ``NO`` is a country.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(problem="aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Writes what stands twice twice: the loader takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false", re.IGNORECASE), list("tTfF"))


def _yaml(data: bytes, name: str) -> object:
    try:
        return yaml.load(data.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise RegisterError(f"{name}: not UTF-8", hint="save it as UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}:" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise RegisterError(f"{name}:{where} not valid YAML: {problem}") from error


def _contradictions(raw: Mapping[str, Any]) -> Iterator[str]:
    institution = raw.get("institution") or {}
    for profile in institution.get("profiles") or ():
        if profile not in policies():
            yield f"institution.profiles: {profile!r} is not a profile; profiles: {', '.join(policies())}"
    years = {**SCENARIOS, **_crqc_years(institution)}
    if list(years.values()) != sorted(years.values()):
        written = ", ".join(f"{name} {year}" for name, year in years.items())
        yield f"institution.crqc_year: early, base and late must not decrease ({written})"
    for index, span in enumerate(institution.get("change_freezes") or (), 1):
        for end in ("from", "to"):
            if not _is_day(span[end]):
                yield f"institution.change_freezes[{index}].{end}: {span[end]!r} is no day of any year"
    claims: dict[str, str] = {}
    for system in raw.get("systems") or ():
        path = f"systems[{system['id']}]"
        yield from _cost_contradictions(system.get("cost") or {}, path)
        for link in system.get("links") or ():
            if link.get("kind") == "internet" and link.get("qkd") not in (None, "none", UNKNOWN):
                yield f"{path}.links[{link['id']}].qkd: QKD cannot run over an internet link"
        for repo in _strings((system.get("discovery") or {}).get("repos")):
            other = claims.setdefault(_target(repo), system["id"])
            if other != system["id"]:
                yield f"{path}.discovery.repos: {repo!r} is claimed by {other!r} too"


def _register(raw: Mapping[str, Any], digest: str) -> Register:
    institution = raw.get("institution") or {}
    basis = institution.get("policy_basis") or {}
    today = institution.get("today")
    return Register(
        institution_name=_text(institution.get("name")),
        migration_lead=_text(institution.get("migration_lead")),
        jurisdictions=_strings(institution.get("jurisdictions")),
        currency=_text((institution.get("rates") or {}).get("currency")),
        profiles=_strings(institution.get("profiles")),
        today=None if today == "auto" else _day(today),
        policy_basis={key: _text(value) for key, value in basis.items() if _text(value)},
        crqc_year=_crqc_years(institution),
        person_day=_number((institution.get("rates") or {}).get("person_day")),
        change_freezes=tuple((span["from"], span["to"]) for span in institution.get("change_freezes") or ()),
        systems=tuple(_system(system) for system in raw.get("systems") or ()),
        digest=digest,
    )


def _is_day(month_day: str) -> bool:
    """Tell whether ``MM-DD`` is a day of a leap year."""
    try:
        date.fromisoformat(f"2000-{month_day}")
    except ValueError:
        return False
    return True


def _cost_contradictions(cost: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, raw in cost.items():
        figures = list(_range(raw).values())
        if figures != sorted(figures):
            written = ", ".join(f"{step} {figure:g}" for step, figure in _range(raw).items())
            yield f"{path}.cost.{name}: low, base and high must not decrease ({written})"


def _crqc_years(institution: Mapping[str, Any]) -> dict[str, int]:
    given = institution.get("crqc_year") or {}
    return {name: given[name] for name in SCENARIOS if isinstance(given.get(name), int)}


def _system(raw: Mapping[str, Any]) -> System:
    data, discovery = raw.get("data") or {}, raw.get("discovery") or {}
    dependencies = raw.get("dependencies")
    name, owner = raw["name"], raw["owner"]
    names = name if isinstance(name, dict) else {"zh": name, "en": name}
    return System(
        id=raw["id"],
        name_zh=_text(names.get("zh")) or _text(names.get("en")),
        name_en=_text(names.get("en")) or _text(names.get("zh")),
        owner=Owner(**{key: _text(held) for key, held in owner.items()})
        if isinstance(owner, dict)
        else Owner(dept=_text(owner)),
        business_line=_known(raw.get("business_line")),
        criticality=_known(raw.get("criticality")),
        mlps_level=_known(raw.get("mlps_level")),
        cii=_yes_no(raw.get("cii")),
        miping_last=_day((raw.get("miping") or {}).get("last")),
        status=_known(raw.get("status")),
        retire_date=_day(raw.get("retire_date")),
        exposure=_known(raw.get("exposure")),
        data_classes=tuple(word for word in data.get("classes") or () if word != UNKNOWN),
        secrecy_years=_years(data.get("secrecy_years")),
        signature_trust_years=_years(data.get("signature_trust_years")),
        severity=_known(raw.get("severity")),
        migration_years=_years(raw.get("migration_years")),
        discovery=Discovery(**{key: _strings(held) for key, held in discovery.items()}),
        links=tuple(_link(link) for link in raw.get("links") or ()),
        hsm=_hsm(raw["hsm"]) if raw.get("hsm") else None,
        vendors=_vendors(raw.get("vendors")),
        depends_on=None if dependencies is None else _strings(dependencies.get("on")),
        external=_strings((dependencies or {}).get("external")),
        budgets={key: float(held) for key, held in (raw.get("budgets") or {}).items() if _known(held) is not None},
        hardware_bound=_hardware_bound(raw.get("hardware_constraints")),
        exception=_exception(raw["exception"]) if raw.get("exception") else None,
        effort_days=_range((raw.get("cost") or {}).get("effort_days")),
        capex=_range((raw.get("cost") or {}).get("capex")),
    )


def _link(raw: Mapping[str, Any]) -> Link:
    return Link(
        id=_text(raw["id"]),
        kind=_known(raw.get("kind")),
        medium=_text(raw.get("medium")),
        km=_known(raw.get("km")),
        rekey_s=_known(raw.get("rekey_s")),
        tunnels=_known(raw.get("tunnels")),
        qkd=_known(raw.get("qkd")) or "none",
        trusted_nodes=_known(raw.get("trusted_nodes")),
        external_keys=_yes_no(raw.get("external_keys")),
        end_to_end=_yes_no(raw.get("end_to_end")),
        budget_approved=_yes_no(raw.get("budget_approved")),
    )


def _hsm(raw: Mapping[str, Any]) -> Hsm:
    return Hsm(_known(raw.get("type")), _yes_no(raw.get("field_upgradable")), _day(raw.get("eol")))


def _vendors(raw: Any) -> tuple[Vendor, ...] | None:
    if raw is None:
        return None
    return tuple(
        Vendor(
            name=_text(vendor.get("name")),
            product=_text(vendor.get("product")),
            pqc_statement=_known(vendor.get("pqc_statement")),
            statement_date=_day(vendor.get("statement_date")),
            target_date=_day(vendor.get("target_date")),
        )
        for vendor in raw
        if _text(vendor.get("name")) or _text(vendor.get("product"))
    )


def _exception(raw: Mapping[str, Any]) -> RiskException:
    texts = {key: _text(raw.get(key)) for key in ("reason", "mitigation", "approver")}
    return RiskException(**texts, review_date=_day(raw.get("review_date")))


def _hardware_bound(raw: Mapping[str, Any] | None) -> bool | None:
    if raw is None:
        return None
    held = [_known(raw.get(key)) for key in ("terminals", "smartcard", "fpga_asic", "legacy_platform")]
    if any(value not in (None, False, 0, "no", "none") for value in held):
        return True
    return None if None in held else False


def _known(value: Any) -> Any:
    return None if value == UNKNOWN else value


def _text(value: object) -> str:
    return "" if value is None or value == UNKNOWN else str(value)


def _strings(values: Any) -> tuple[str, ...]:
    return tuple(text for text in (_text(value) for value in values or ()) if text)


def _years(value: Any) -> float | None:
    if value == "indefinite":
        return _INDEFINITE_YEARS
    return None if value is None or value == UNKNOWN else float(value)


def _number(value: Any) -> float | None:
    return None if value is None or value == UNKNOWN else float(value)


def _range(raw: Any) -> dict[str, float]:
    known = {name: _number((raw or {}).get(name)) for name in STEPS}
    return {name: value for name, value in known.items() if value is not None}


def _yes_no(value: Any) -> bool | None:
    return {"yes": True, "no": False, True: True, False: False}.get(value)


def _day(value: Any) -> date | None:
    if value is None or value == UNKNOWN:
        return None
    return value if isinstance(value, date) else last_day(str(value))


def _target(text: str) -> str:
    """Return a repository's name from its URL, or the text without a trailing slash."""
    bare = text.strip().rstrip("/")
    if "://" in bare or bare.startswith("git@"):
        bare = bare.replace(":", "/").rpartition("/")[2]
    return bare.removesuffix(".git")


def _prefixes(target: str, path: str) -> Iterator[str]:
    """Yield the places that may be claimed, the longest first."""
    for whole in (f"{target}/{path}", path):
        parts = whole.split("/")
        for count in range(len(parts), 0, -1):
            yield "/".join(parts[:count])
