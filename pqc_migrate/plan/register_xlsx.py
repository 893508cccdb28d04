"""The register's spreadsheet form (XLSX, ECMA-376): sheets with two header rows, drop-downs and a row of names.

Each sheet has the Chinese labels, the English ones and the field's path, then one row an entry. Reading goes
by the paths, so labels may be translated and columns moved.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pqc_migrate.catalog import register_fields
from pqc_migrate.errors import RegisterError
from pqc_migrate.plan.register_sheets import Cell, Rows, Sheet, Sheets, choices, flatten, sheets, unflatten, wanted

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER_ROWS = 3
_LOOKED_FOR_HEADER = 10
_MOST_ROWS = 20_000
_MOST_UNPACKED = 256 * 1024 * 1024
_WIDE, _NARROW = 60, 14
_UNREADABLE = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, SyntaxError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl lets through of a damaged file; errors of XML are SyntaxErrors."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_FILL = "DDE6F0"
_FILL_REQUIRED = "FBE5C8"


def dump(raw: Mapping[str, Any]) -> bytes:
    """Return the workbook of a register; `RegisterError` when openpyxl is missing or a text cannot be written."""
    openpyxl = _openpyxl()
    tables = flatten(raw)
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created = datetime(2000, 1, 1)
    for sheet in sheets():
        _write(book.create_sheet(sheet.name), sheet, tables[sheet.name])
    out = io.BytesIO()
    book.save(out)
    return _stable(out.getvalue())


def load(data: bytes, name: str) -> dict[str, Any]:
    """Return the nested data of a workbook, not yet validated; `RegisterError` names sheet and column."""
    openpyxl = _openpyxl()
    _check_size(data, name)
    known = {sheet.name: sheet for sheet in sheets()}
    tables: Sheets = {}
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for worksheet in book.worksheets:
            sheet = known.get(worksheet.title)
            if sheet is not None:
                tables[sheet.name] = list(_rows(worksheet, sheet, name))
    except _UNREADABLE as error:
        raise RegisterError(f"{name}: not a readable XLSX workbook: {error}") from error
    if "systems" not in tables:
        raise RegisterError(f"{name}: no sheet is called systems", hint="pqc-migrate register init writes one")
    return unflatten(tables)


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise RegisterError("openpyxl is not installed: XLSX registers are not read or written",
                            hint="pip install 'pqc-migrate[report]', or use YAML") from error  # fmt: skip
    return openpyxl


def _check_size(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise RegisterError(f"{name}: not a readable XLSX workbook: {error}") from error
    if unpacked > _MOST_UNPACKED:
        raise RegisterError(f"{name}: unpacks to more than {_MOST_UNPACKED // 1024 // 1024} MiB")


def _rows(worksheet: Any, sheet: Sheet, name: str) -> Iterator[dict[str, Cell]]:
    header: list[str] | None = None
    for number, values in enumerate(worksheet.iter_rows(values_only=True), start=1):
        if number > _MOST_ROWS:
            raise RegisterError(f"{name}: sheet {sheet.name} has more than {_MOST_ROWS} rows")
        texts = ["" if value is None else str(value).strip() for value in values]
        if header is None:
            if _is_header(texts, sheet):
                header = _checked(texts, sheet, name)
            elif number == _LOOKED_FOR_HEADER:
                break
            continue
        row = {path: value for path, value in zip(header, values, strict=False) if path and value not in (None, "")}
        if row:
            yield row
    if header is None:
        wanted_here = ", ".join(list(sheet.columns)[:3])
        raise RegisterError(
            f"{name}: sheet {sheet.name} has no row of field names in its first {_LOOKED_FOR_HEADER} rows",
            hint=f"one row must hold {wanted_here} and so on, as pqc-migrate register init writes it",
        )


def _is_header(texts: list[str], sheet: Sheet) -> bool:
    known = sum(text in sheet.columns for text in texts)
    return known > 0 and known >= sum(bool(text) for text in texts) / 2


def _checked(texts: list[str], sheet: Sheet, name: str) -> list[str]:
    for text in texts:
        if text and text not in sheet.columns:
            near = get_close_matches(text, sheet.columns, n=1)
            hint = f"did you mean {near[0]}?" if near else f"fields: {', '.join(sheet.columns)}"
            raise RegisterError(f"{name}: sheet {sheet.name}: {text!r} is not a field", hint=hint)
        if text and texts.count(text) > 1:
            raise RegisterError(f"{name}: sheet {sheet.name}: {text} stands in two columns")
    return texts


def _write(worksheet: Worksheet, sheet: Sheet, rows: Rows) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    labels = register_fields.labels(sheet.name)
    for column, (path, node) in enumerate(sheet.columns.items(), start=1):
        chinese, english = labels[path]
        fill = PatternFill("solid", fgColor=_FILL_REQUIRED if path.partition(".")[0] in sheet.required else _FILL)
        for row, text in enumerate((chinese, english, path), start=1):
            cell = worksheet.cell(row, column, text)
            named = row < _HEADER_ROWS
            cell.fill, cell.font = fill, Font(bold=named, color=None if named else "808080")
            cell.alignment = Alignment(wrap_text=named, vertical="top")
        for row, found in enumerate(rows, start=_HEADER_ROWS + 1):
            _put(worksheet, row, column, found.get(path), sheet.name, path)
        letter = get_column_letter(column)
        longest = max((len(str(found.get(path) or "").partition("\n")[0]) for found in rows), default=0)
        worksheet.column_dimensions[letter].width = min(_WIDE, max(_NARROW, longest + 2))
        _validate(worksheet, letter, choices(node), english, wanted(node))
    worksheet.freeze_panes = f"B{_HEADER_ROWS + 1}"
    last = get_column_letter(len(sheet.columns))
    worksheet.auto_filter.ref = f"A{_HEADER_ROWS}:{last}{max(_HEADER_ROWS + len(rows), _HEADER_ROWS + 1)}"


def _put(worksheet: Worksheet, row: int, column: int, value: Cell, sheet: str, path: str) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils.exceptions import IllegalCharacterError

    if value is None:
        return
    cell = worksheet.cell(row, column)
    try:
        cell.value = value
    except (IllegalCharacterError, ValueError) as error:
        said = f"sheet {sheet}, {path}: a text holds a character that XLSX cannot"
        raise RegisterError(said, hint="keep this register in YAML") from error
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = is no formula
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")


def _validate(worksheet: Worksheet, letter: str, words: tuple[str, ...], title: str, told: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(
        type="list" if words else None,
        formula1=f'"{",".join(words)}"' if words else None,
        allow_blank=True,
        showErrorMessage=bool(words),
        showInputMessage=True,
        promptTitle=title[:32],
        prompt=told[:255],
        errorTitle="pqc-migrate",
        error=told[:255] if words else None,
    )
    rule.add(f"{letter}{_HEADER_ROWS + 1}:{letter}{_MOST_ROWS}")
    worksheet.add_data_validation(rule)


def _stable(data: bytes) -> bytes:
    """Return the workbook with the same time in and on every member, so that equal registers give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fresh:
        for entry in packed.infolist():
            member = zipfile.ZipInfo(entry.filename, (2000, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            content = packed.read(entry)
            if entry.filename == "docProps/core.xml":  # openpyxl writes the time of saving
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            fresh.writestr(member, content)
    return out.getvalue()
