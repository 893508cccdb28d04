import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.errors import InventoryError
from pqc_migrate.inventory import cyclonedx_read
from pqc_migrate.inventory.cyclonedx_read import load
from pqc_migrate.inventory.cyclonedx_write import SPEC_VERSIONS, to_cyclonedx
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Inventory, Kind, Location, Technique

MD5 = Asset.of(Kind.ALGORITHM, "MD5")
ONE = merge([Finding("r/r", MD5, Location("a.py", 1), Technique.AST, 1.0, "x")], Coverage(files_seen=1), "t")


def bom(**fields: Any) -> bytes:
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", **fields}).encode()


@settings(deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_what_was_written_is_restored(
    version: str, data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]
) -> None:
    """load(to_cyclonedx(x)) == x: a plan made from the file is the plan made from the scan."""
    inventory = data.draw(any_inventory)
    assert load(to_cyclonedx(inventory, version)) == inventory


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    """A UTF-8 mark, which some editors add, does not matter."""
    path = tmp_path / "cbom.json"
    path.write_bytes(b"\xef\xbb\xbf" + to_cyclonedx(ONE))
    assert load(path) == ONE
    assert load(str(path)) == ONE


def test_an_occurrence_added_by_another_tool_stands_beside_ours() -> None:
    """A CBOM that was completed elsewhere keeps our facts and the new place."""
    document = json.loads(to_cyclonedx(ONE))
    document["components"][0]["evidence"]["occurrences"].append({"location": "b.py", "line": 4})
    (component,) = load(json.dumps(document).encode()).components
    assert component.occurrences[0] == ONE.components[0].occurrences[0]
    assert component.occurrences[1].location == Location("b.py", 4)


def test_a_component_added_by_another_tool_joins_the_same_asset() -> None:
    """Equal assets are one component, whoever found them."""
    document = json.loads(to_cyclonedx(ONE))
    added = {
        "type": "cryptographic-asset",
        "bom-ref": "other-1",
        "name": "md5",
        "cryptoProperties": {"assetType": "algorithm"},
        "evidence": {"occurrences": [{"location": "z.py"}]},
    }
    document["components"].append(added)
    (component,) = load(json.dumps(document).encode()).components
    assert component.ref == ONE.components[0].ref
    assert [o.location.path for o in component.occurrences] == ["a.py", "z.py"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'<?xml version="1.0"?><bom/>', "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"{}", "bomFormat"),
        (b'{"spdxVersion": "SPDX-2.3"}', "SPDX"),
        (b'{"schema": "pqc-migrate/bench/v1"}', "pqc-migrate/bench/v1"),
        (bom(specVersion="1.8"), "newer"),
        (bom(specVersion="2.0"), "newer"),
        (bom(specVersion="1.3"), "older"),
        (bom(specVersion="1"), "not a version"),
        (bom(specVersion=1.6), "not a version"),
        (bom(specVersion=None), "not a version"),
        (bom(specVersion="9" * 99), "not a version"),
        (bom(components="x"), "components is str"),
        (bom(components=[1]), r"components\[0\] is int"),
        (bom(components=[{"name": "a", "components": [[None]]}]), r"components\[0\].components\[0\]\[0\] is None"),
        (bom(metadata={"properties": [{"name": "pqc-migrate:skipped", "value": "x"}]}), "coverage statement"),
        (
            bom(metadata={"properties": [{"name": "pqc-migrate:coverage:files-seen", "value": "-1"}]}),
            "coverage statement",
        ),
    ],
)
def test_what_cannot_be_understood_is_said(data: bytes, message: str) -> None:
    """The error says what the file is instead, and the hint what to do."""
    with pytest.raises(InventoryError, match=message) as caught:
        load(data)
    assert caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_another_encoding_has_its_own_hint(encoding: str) -> None:
    """PowerShell writes UTF-16 when asked for a file."""
    with pytest.raises(InventoryError) as caught:
        load(bom().decode().encode(encoding))
    assert "UTF-16" in caught.value.hint


def test_deep_nesting_ends_in_an_error_not_in_a_crash() -> None:
    """Neither the parser nor the walk over nested components runs out of stack."""
    with pytest.raises(InventoryError):
        load(b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":' + b"[" * 100_000)
    nested = b'{"type":"library","name":"x","components":[' * 400 + b"]}" * 400
    data = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + nested + b"]}"
    assert [c.name for c in load(data).components] == ["x"]


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    """A missing file, a folder and a pipe each end in a sentence."""
    with pytest.raises(InventoryError, match="No such file"):
        load(tmp_path / "missing.json")
    with pytest.raises(InventoryError, match="not a regular file"):
        load(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InventoryError, match="not a regular file"):
        load(pipe)
    with pytest.raises(InventoryError, match="not a file name"):
        load("a\0b")


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is looked at before the bytes."""
    monkeypatch.setattr(cyclonedx_read, "MAX_BYTES", 10)
    path = tmp_path / "big.json"
    path.write_bytes(bom())
    with pytest.raises(InventoryError, match="at most 10"):
        load(path)
    with pytest.raises(InventoryError, match="more than 10"):
        load(bom())


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [prefix] if prefix else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += _paths(child, (*prefix, key))
    return found


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_damaged_file_loads_or_says_why(data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]) -> None:
    """Any value may be of any type: the result is an inventory that can be written again, or an InventoryError."""
    document = json.loads(to_cyclonedx(data.draw(any_inventory)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_paths(document)))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = data.draw(_json)
    try:
        loaded = load(json.dumps(document).encode("utf-8", "surrogatepass"))
    except InventoryError:
        return
    assert load(to_cyclonedx(loaded)) == loaded


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_end_in_an_error(data: bytes) -> None:
    """Bytes that are no CBOM never end in another exception."""
    with pytest.raises(InventoryError):
        load(data)
