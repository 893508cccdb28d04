from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.inventory.combine import combine, narrow
from pqc_migrate.inventory.cyclonedx_read import load
from pqc_migrate.inventory.cyclonedx_write import to_cyclonedx
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    TOOL,
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Provenance,
    Skip,
    Technique,
)

RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
AES = Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM")


def finding(asset: Asset, path: str, line: int = 1) -> Finding:
    source = (Provenance("size", "constant", path, 9), Provenance("mode", "literal"))
    return Finding("lib/rule", asset, Location(path, line), Technique.AST, 0.9, "call", provenance=source)


def scan(target: str, *findings: Finding, **coverage: object) -> Inventory:
    return merge(findings, Coverage(files_seen=2, files_read=1, **coverage), target)  # type: ignore[arg-type]


def places(inventory: Inventory) -> dict[Asset, list[str]]:
    return {c.asset: [o.location.path for o in c.occurrences] for c in inventory.components}


def test_an_asset_of_two_inventories_stands_once_with_the_places_of_both() -> None:
    """Each path, of provenance and of notes too, has its target's name in front; coverage is added up."""
    language = {"Python": LanguageCoverage(files=1, bytes=10, parsed=1, parsed_bytes=10)}
    note = Diagnostic("b.bin", Skip.TOO_LARGE, "why")
    one = scan("pay", finding(RSA, "a.py"), by_language=language, skipped=(note,))
    two = scan("cards", finding(RSA, "a.py"), finding(AES, "c.py"), by_language=language)
    both = combine([one, two])
    assert places(both) == {RSA: ["cards/a.py", "pay/a.py"], AES: ["cards/c.py"]}
    assert both.target == "pay, cards"
    assert {p.path for c in both.components for o in c.occurrences for p in o.provenance} == {
        "pay/a.py", "cards/a.py", "cards/c.py", "",
    }  # fmt: skip
    assert (both.coverage.files_seen, both.coverage.files_read) == (4, 2)
    assert both.coverage.by_language == {"Python": LanguageCoverage(files=2, bytes=20, parsed=2, parsed_bytes=20)}
    assert [n.path for n in both.coverage.skipped] == ["pay/b.bin"]


def test_targets_of_the_same_name_stay_apart() -> None:
    """Two folders called `src` are two folders, as in a scan of both."""
    both = combine([scan("src", finding(RSA, "a.py")), scan("src", finding(RSA, "a.py"))])
    assert places(both)[RSA] == ["src/a.py", "src~2/a.py"]


def test_paths_that_name_their_targets_get_no_second_name() -> None:
    """A merged inventory can be merged again, and a single file's path is its own name."""
    first = combine([scan("a", finding(RSA, "x.py")), scan("b", finding(RSA, "y.py"))])
    assert places(combine([first, scan("c.py", finding(AES, "c.py"))])) == {
        RSA: ["a/x.py", "b/y.py"],
        AES: ["c.py"],
    }


def test_one_inventory_is_left_as_it_is() -> None:
    """There is nothing to tell apart."""
    one = scan("pay", finding(RSA, "a.py"))
    assert combine([one]) is one


def test_the_tool_is_named_only_where_it_is_the_same() -> None:
    """A merge of two tools' inventories is this program's work."""
    ours = scan("a", finding(RSA, "a.py"))
    theirs = replace(scan("b", finding(RSA, "a.py")), tool="other", tool_version="1")
    assert combine([theirs, theirs]).tool == "other"
    assert combine([ours, theirs]).tool == TOOL


@settings(deadline=None)
@given(data=st.data())
def test_no_place_is_lost_and_the_result_is_an_inventory_like_any_other(
    data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]
) -> None:
    """Merging keeps every (asset, place), does not depend on the order, and can be written and read."""
    parts = data.draw(st.lists(any_inventory, min_size=2, max_size=3))
    parts = [replace(part, target=f"t{index}") for index, part in enumerate(parts)]
    whole = combine(parts)
    count = sum(len(c.occurrences) for part in parts for c in part.components)
    assert sum(len(c.occurrences) for c in whole.components) == count
    assert combine(parts[::-1]).components == whole.components
    assert load(to_cyclonedx(whole)) == whole


def test_narrowing_keeps_no_link_to_what_is_left_out() -> None:
    """The coverage still tells what was looked at in all."""
    related = replace(finding(RSA, "a.py"), related=(("component", AES),))
    whole = scan("pay", related)
    (kept,) = narrow(whole, lambda component, _: component.asset == RSA).components
    assert (kept.asset, kept.related) == (RSA, ())
    assert narrow(whole, lambda component, _: False).coverage == whole.coverage
