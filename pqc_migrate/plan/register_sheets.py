r"""The register as nested data ↔ flat sheets: what its spreadsheet form holds, without any spreadsheet.

A field of a record is a column named by its path (``data.secrecy_years``). A list of words or texts is one
cell with one entry a line (a line break inside an entry is written ``\n``, a backslash ``\\``); a list of
records is a sheet of its own whose first column names the system. ``[]`` is a list known to be empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pqc_migrate.errors import RegisterError
from pqc_migrate.model.register import SCHEMA
from pqc_migrate.plan.register_schema import REGISTER
from pqc_migrate.plan.validate import Day, Flag, Many, Node, Number, OneOf, Record, Text

Cell = str | int | float | None
Rows = list[dict[str, Cell]]
Sheets = dict[str, Rows]

EMPTY_LIST = "[]"
SYSTEM = "system"
"""First column of a sheet whose rows belong to systems."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its columns by path, and what each may hold."""

    name: str
    columns: Mapping[str, Node]
    required: frozenset[str] = frozenset()


def sheets() -> tuple[Sheet, ...]:
    """Return every sheet in order; the institution has one row."""
    institution, systems = _record(REGISTER.fields["institution"]), _record(_entry(REGISTER.fields["systems"]))
    found = [_sheet("systems", systems), _sheet("institution", institution)]
    found += [_child(name, node, SYSTEM) for name, node in _lists(systems)]
    found += [_child(name, node, "") for name, node in _lists(institution)]
    return tuple(found)


def flatten(raw: Mapping[str, Any]) -> Sheets:
    """Return the rows of every sheet; short forms (a name, an owner) are written out."""
    institution, systems = _record(REGISTER.fields["institution"]), _record(_entry(REGISTER.fields["systems"]))
    result: Sheets = {sheet.name: [] for sheet in sheets()}
    held = raw.get("institution")
    if held:
        result["institution"].append(_cells(institution, held))
        for name, node in _lists(institution):
            result[name] += [_cells(_record(_entry(node)), row) for row in held.get(name) or ()]
    for system in raw.get("systems") or ():
        result["systems"].append(_cells(systems, system))
        for name, node in _lists(systems):
            rows = [_cells(_record(_entry(node)), row) for row in system.get(name) or ()]
            result[name] += [{SYSTEM: str(system["id"]), **row} for row in rows]
    return result


def unflatten(tables: Sheets) -> dict[str, Any]:
    """Return the register as nested data, not yet validated; `RegisterError` for a row of no known system."""
    institution, systems = _record(REGISTER.fields["institution"]), _record(_entry(REGISTER.fields["systems"]))
    held = _nested(institution, (tables.get("institution") or [{}])[0])
    for name, node in _lists(institution):
        rows = [_nested(_record(_entry(node)), row) for row in tables.get(name) or ()]
        held = {**held, **({name: rows} if rows else {})}
    listed = [_nested(systems, row) for row in tables.get("systems") or ()]
    by_id = {str(system.get("id")): system for system in listed}
    for name, node in _lists(systems):
        for place, row in enumerate(tables.get(name) or (), start=1):
            owner = by_id.get(str(row.get(SYSTEM)))
            if owner is None:
                raise RegisterError(
                    f"sheet {name}, row {place} of its data: no system {row.get(SYSTEM)!r} on the sheet systems",
                    hint=f"systems: {', '.join(by_id) or 'none'}",
                )
            if not isinstance(owner.get(name), list) or owner[name] == []:
                owner[name] = []
            owner[name].append(_nested(_record(_entry(node)), {k: v for k, v in row.items() if k != SYSTEM}))
    return {"schema": SCHEMA, **({"institution": held} if held else {}), "systems": listed}


def choices(node: Node) -> tuple[str, ...]:
    """Return the words a cell may hold where they are a closed list, else nothing."""
    if isinstance(node, OneOf):
        return node.values if "unknown" in node.values else (*node.values, "unknown")
    return ("yes", "no", "unknown") if isinstance(node, Flag) else ()


def wanted(node: Node) -> str:
    """Return what a cell may hold, in words."""
    match node:
        case OneOf() | Flag():
            return ", ".join(choices(node))
        case Number():
            bounds = f"{node.least:g} to {node.most:g}" if node.most is not None else f"{node.least:g} or more"
            return ", ".join((f"{'whole number' if node.whole else 'number'}, {bounds}", *node.words, "unknown"))
        case Day():
            return ", ".join(("YYYY-MM or YYYY-MM-DD" if node.months else "YYYY-MM-DD", *node.words, "unknown"))
        case Many() if isinstance(node.of, Record):
            return f"{EMPTY_LIST} for none; otherwise fill in the sheet of this name"
        case Many():
            return f"one a line: {wanted(node.of)}; {EMPTY_LIST} for none"
        case Text():
            return node.form or "text"
        case _:
            return ""


def _sheet(name: str, record: Record) -> Sheet:
    return Sheet(name, dict(_columns(record, "")), record.required)


def _child(name: str, node: Many, owner: str) -> Sheet:
    record = _record(_entry(node))
    first: dict[str, Node] = {owner: Text()} if owner else {}
    return Sheet(name, {**first, **dict(_columns(record, ""))}, record.required | set(first))


def _columns(record: Record, prefix: str) -> Iterator[tuple[str, Node]]:
    for name, node in record.fields.items():
        if isinstance(node, Record):
            yield from _columns(node, f"{prefix}{name}.")
        elif prefix or not (record is REGISTER.fields["institution"] and _is_sheet(node)):
            yield f"{prefix}{name}", node


def _lists(record: Record) -> Iterator[tuple[str, Many]]:
    yield from ((name, node) for name, node in record.fields.items() if _is_sheet(node))  # type: ignore[misc]


def _is_sheet(node: Node) -> bool:
    return isinstance(node, Many) and isinstance(node.of, Record)


def _entry(node: Node) -> Node:
    assert isinstance(node, Many)
    return node.of


def _record(node: Node) -> Record:
    assert isinstance(node, Record)
    return node


def _cells(record: Record, value: Mapping[str, Any], prefix: str = "") -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name, node in record.fields.items():
        held = value.get(name)
        if isinstance(node, Record):
            if held is not None:
                found |= _cells(node, _written_out(node, name, held), f"{prefix}{name}.")
        elif held is not None:
            found[f"{prefix}{name}"] = _cell(node, held)
    return {path: cell for path, cell in found.items() if cell is not None}


def _written_out(node: Record, name: str, held: Any) -> Mapping[str, Any]:
    if isinstance(held, dict):
        lists = [part for part, inner in node.fields.items() if isinstance(inner, Many)]
        return {lists[0]: []} if not held and lists else held
    return {"zh": held, "en": held} if name == "name" else {"dept": held}


def _cell(node: Node, value: Any) -> Cell:
    match node:
        case Many() if isinstance(node.of, Record):
            return EMPTY_LIST if value == [] else None
        case Many():
            parts = [_escaped(str(_cell(node.of, part))) for part in value if part not in (None, "")]
            return "\n".join(parts) or EMPTY_LIST
        case Flag() | OneOf() if isinstance(value, bool):
            return "yes" if value else "no"
        case Number() if isinstance(value, int | float):
            return value
        case _:
            text = value.isoformat() if isinstance(value, date) else str(value)
            return text or None


def _nested(record: Record, row: Mapping[str, Cell], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, node in record.fields.items():
        path = f"{prefix}{name}"
        if isinstance(node, Record):
            inner = _nested(node, row, f"{path}.")
            if inner:
                found[name] = inner
        elif row.get(path) not in (None, ""):
            found[name] = _value(node, row[path])
    return found


def _value(node: Node, cell: Any) -> Any:
    """Return a cell as the schema's value; what does not fit stays as it is and is refused by validation."""
    if isinstance(cell, datetime | date):
        cell = cell.date().isoformat() if isinstance(cell, datetime) else cell.isoformat()
    match node:
        case Many() if isinstance(node.of, Record):
            return [] if str(cell).strip() == EMPTY_LIST else cell
        case Many():
            if str(cell).strip() == EMPTY_LIST:
                return []
            return [_value(node.of, _plain(line)) for line in str(cell).split("\n") if line]
        case Flag() if str(cell).lower() in ("yes", "no", "true", "false"):
            return str(cell).lower() in ("yes", "true")
        case Number() if isinstance(cell, float) and cell.is_integer():
            return int(cell)
        case Number() if isinstance(cell, str):
            return _number(cell)
        case Text() | Day() if not isinstance(cell, bool):
            return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        case _:
            return cell


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _plain(line: str) -> str:
    parts = line.split("\\\\")
    return "\\".join(part.replace("\\n", "\n") for part in parts)
