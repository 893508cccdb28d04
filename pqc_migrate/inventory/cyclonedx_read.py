"""A CBOM file, ours or another tool's → `Inventory`.

What this program wrote is restored exactly; other components go through `cyclonedx_foreign`, one by one, so
that a CBOM edited or merged elsewhere still loads. A document that cannot be understood is an
`InventoryError` that says where; a leaf of the wrong type is ignored and named in the coverage.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from pqc_migrate.errors import InventoryError
from pqc_migrate.inventory.context import read_occurrence, read_pairs
from pqc_migrate.inventory.cyclonedx_foreign import (
    Entry,
    Json,
    foreign_entries,
    integer,
    items,
    stated_occurrence,
    text,
)
from pqc_migrate.inventory.cyclonedx_write import NAMESPACE
from pqc_migrate.inventory.merge import component_order, reference, unique
from pqc_migrate.inventory.standing import DERIVED, derived_from
from pqc_migrate.model.inventory import (
    Asset,
    Component,
    Coverage,
    Diagnostic,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Occurrence,
    Skip,
)

MAX_BYTES = 1 << 30
"""A CBOM of a million occurrences has about 500 MB; more than this is taken for a mistake."""
_OLDEST, _NEWEST = (1, 4), (1, 7)
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})(?:-[\w.-]+)?", re.ASCII)
"""IBM's early CBOM says 1.4-cbom-1.0."""
_READABLE = "CycloneDX JSON 1.4 to 1.7 can be read"


def load(source: str | os.PathLike[str] | bytes) -> Inventory:
    """Read a CBOM from a path or from its bytes; `InventoryError` says what is wrong and what to do.

    The inventory of another tool has the tool's name; a component that the catalog does not know keeps its
    name, as an asset of family ``unlisted``.
    """
    if isinstance(source, bytes):
        return _inventory(_document(source, "CBOM"), "CBOM")
    name = Path(source).name
    return _inventory(_document(_read(Path(source)), name), name)


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InventoryError(f"{path}: not a regular file", hint=_READABLE)
        if status.st_size > MAX_BYTES:
            raise InventoryError(
                f"{path}: {status.st_size:,} bytes, and at most {MAX_BYTES:,} are read",
                hint="split the CBOM by target and give the parts one after another",
            )
        return path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InventoryError(f"not a file name: {error}") from error


def _document(data: bytes, name: str) -> Json:
    if len(data) > MAX_BYTES:
        raise InventoryError(f"{name}: more than {MAX_BYTES:,} bytes", hint="split the CBOM by target")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InventoryError(f"{name}: not JSON: {error}", hint=_hint(data)) from error
    if not isinstance(document, dict):
        raise InventoryError(f"{name}: not a CycloneDX document: the JSON is not an object", hint=_READABLE)
    if document.get("bomFormat") != "CycloneDX":
        raise InventoryError(f"{name}: not a CycloneDX document: {_kind(document)}", hint=_READABLE)
    _check_version(document.get("specVersion"), name)
    return document


def _hint(data: bytes) -> str:
    if data.lstrip()[:1] == b"<":
        return f"this looks like XML; {_READABLE}"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return "this looks like UTF-16; save it as UTF-8"
    return _READABLE


def _kind(document: Json) -> str:
    if isinstance(document.get("spdxVersion"), str) or "@graph" in document:
        return "it is an SPDX document"
    schema = document.get("schema")
    if isinstance(schema, str) and schema.startswith("pqc-migrate/"):
        return f"it is {schema[:60]}, another artefact of this program"
    return 'there is no "bomFormat": "CycloneDX"'


def _check_version(version: object, name: str) -> None:
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise InventoryError(f"{name}: specVersion is {version!r:.40}, not a version", hint=_READABLE)
    stated = (int(match[1]), int(match[2]))
    if not _OLDEST <= stated <= _NEWEST:
        age = "older than 1.4" if stated < _OLDEST else "newer than this program"
        raise InventoryError(f"{name}: written for CycloneDX {match[1]}.{match[2]}, which is {age}", hint=_READABLE)


def _inventory(document: Json, name: str) -> Inventory:
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tool, version = _tool(metadata)
    flat = list(_flat(document.get("components", []), name))
    own = [_own_entry(raw, tool) for raw in flat]
    foreign = [raw for raw, entry in zip(flat, own, strict=True) if entry is None]
    others = iter(foreign_entries(foreign, document, tool))
    entries = [entry or next(others) for entry in own]
    entries.extend(others)
    components = _components(entries)
    if foreign:
        components = sorted(components, key=component_order)
    root = metadata.get("component")
    return Inventory(
        components=tuple(components),
        coverage=_coverage(metadata, entries, name),
        target=(text(root, "name") or "") if isinstance(root, dict) else "",
        tool=tool,
        tool_version=version,
    )


def _tool(metadata: Json) -> tuple[str, str]:
    """Return name and version of the first tool, from the object of 1.5 and later or the list of 1.4."""
    tools = metadata.get("tools")
    if isinstance(tools, dict):
        tools = [*items(tools, "components"), *items(tools, "services")]
    first = next((tool for tool in tools if isinstance(tool, dict)), {}) if isinstance(tools, list) else {}
    name = text(first, "name") or ""
    return name, (text(first, "version") or "") if name else ""


def _flat(components: object, name: str) -> Iterator[Json]:
    """Yield components and those nested in them, in the order of the document."""
    pending: list[tuple[object, str]] = [(components, "components")]
    while pending:
        found, where = pending.pop()
        if isinstance(found, dict):
            yield found
            if "components" in found:
                pending.append((found["components"], f"{where}.components"))
        elif isinstance(found, list):
            pending.extend((found[i], f"{where}[{i}]") for i in range(len(found) - 1, -1, -1))
        else:
            raise InventoryError(
                f"{name}: {where} is {type(found).__name__}, not a component",
                hint="validate the file against the CycloneDX schema",
            )


def _own_entry(raw: Json, tool: str) -> Entry | None:
    """Restore a component this program wrote; None for any other."""
    properties = [(text(p, "name") or "", text(p, "value") or "") for p in items(raw, "properties")]
    families = [value for key, value in properties if key == f"{NAMESPACE}family"]
    ref, name, kind = text(raw, "bom-ref"), text(raw, "name"), _own_kind(raw)
    if len(families) != 1 or ref is None or name is None or kind is None:
        return None
    return Entry(
        ref=ref,
        asset=Asset(kind, families[0], tuple(_named(properties, "parameter:"))),
        name=name,
        occurrences=[_occurrence(raw, place, tool) for place in items(raw.get("evidence"), "occurrences")],
        related=_named(properties, "related:"),
        properties=[(key, value) for key, value in properties if not key.startswith(NAMESPACE)],
        own=True,
    )


def _own_kind(raw: Json) -> Kind | None:
    if raw.get("type") == "library":
        return Kind.LIBRARY
    crypto = raw.get("cryptoProperties")
    try:
        return Kind(text(crypto, "assetType") or "") if isinstance(crypto, dict) else None
    except ValueError:
        return None


def _named(properties: list[tuple[str, str]], group: str) -> list[tuple[str, str]]:
    prefix = NAMESPACE + group
    return [(key.removeprefix(prefix), value) for key, value in properties if key.startswith(prefix)]


def _occurrence(raw: Json, place: Json, tool: str) -> Occurrence:
    """Restore an occurrence this program wrote, or read one that was added to its CBOM."""
    location = Location(
        path=text(place, "location") or "",
        line=integer(place, "line") or 0,
        offset=integer(place, "offset"),
        symbol=text(place, "symbol") or "",
    )
    try:
        return read_occurrence(text(place, "additionalContext") or "", location)
    except ValueError:
        return stated_occurrence(raw, place, tool)


def _components(entries: list[Entry]) -> list[Component]:
    """Build one component per asset; foreign refs become ours."""
    by_asset: dict[Asset, list[Entry]] = {}
    for entry in entries:
        by_asset.setdefault(entry.asset, []).append(entry)
    refs: dict[str, str] = {}
    for asset, group in by_asset.items():
        ref = group[0].ref if group[0].own else reference(asset)
        refs.update((entry.ref, ref) for entry in group)
    known = set(refs.values())
    return [_restored(group[0]) if _is_whole(group) else _merged(group, refs, known) for group in by_asset.values()]


def _is_whole(group: list[Entry]) -> bool:
    return len(group) == 1 and group[0].own


def _restored(entry: Entry) -> Component:
    return Component(
        ref=entry.ref,
        asset=entry.asset,
        name=entry.name,
        occurrences=tuple(entry.occurrences),
        related=tuple(entry.related),
        properties=tuple(entry.properties),
    )


def _merged(group: list[Entry], refs: dict[str, str], known: set[str]) -> Component:
    ref = refs[group[0].ref]
    related = {(relation, refs.get(old, old)) for entry in group for relation, old in entry.related}
    occurrences = (_with_refs(occurrence, refs) for entry in group for occurrence in entry.occurrences)
    return Component(
        ref=ref,
        asset=group[0].asset,
        name=group[0].name,
        occurrences=tuple(unique(occurrences)),
        related=tuple(sorted(pair for pair in related if pair[1] in known and pair[1] != ref)),
        properties=tuple(dict.fromkeys(pair for entry in group for pair in entry.properties)),
    )


def _with_refs(occurrence: Occurrence, refs: dict[str, str]) -> Occurrence:
    owner = derived_from(occurrence)
    if owner is None or refs.get(owner, owner) == owner:
        return occurrence
    details = tuple((k, refs[owner] if k == DERIVED else v) for k, v in occurrence.details)
    return replace(occurrence, details=details)


def _coverage(metadata: Json, entries: list[Entry], name: str) -> Coverage:
    properties = [(text(p, "name") or "", text(p, "value") or "") for p in items(metadata, "properties")]
    figures = dict(_named(properties, "coverage:"))
    unread = tuple(Diagnostic(name, Skip.MALFORMED, note) for entry in entries for note in entry.ignored)
    try:
        return Coverage(
            files_seen=_count(figures.get("files-seen", "0")),
            files_read=_count(figures.get("files-read", "0")),
            bytes_read=_count(figures.get("bytes-read", "0")),
            files_parsed=_count(figures.get("files-parsed", "0")),
            by_language={key: _language(value) for key, value in _named(properties, "coverage:language:")},
            skipped=(*(_diagnostic(v) for key, v in properties if key == f"{NAMESPACE}skipped"), *unread),
        )
    except (ValueError, KeyError) as error:
        raise InventoryError(
            f"{name}: the coverage statement in metadata.properties is damaged: {error}",
            hint="scan again, or use a CBOM that was not edited",
        ) from error


def _count(figure: str) -> int:
    if not figure.isascii() or not figure.isdigit() or len(figure) > 18:
        raise ValueError(f"{figure[:20]!r} is not a count")
    return int(figure)


def _language(value: str) -> LanguageCoverage:
    pairs = dict(read_pairs(value))
    return LanguageCoverage(
        files=_count(pairs["files"]),
        bytes=_count(pairs["bytes"]),
        parsed=_count(pairs["parsed"]),
        parsed_bytes=_count(pairs["parsed-bytes"]),
        supported=pairs["supported"] == "true",
    )


def _diagnostic(value: str) -> Diagnostic:
    pairs = dict(read_pairs(value))
    return Diagnostic(
        path=pairs["path"],
        skip=Skip(pairs["reason"]),
        message=pairs["message"],
        line=_count(pairs.get("line", "0")),
        rule=pairs.get("rule", ""),
    )
