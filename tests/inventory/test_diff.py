from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.inventory.diff import diff
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    Location,
    Skip,
    Technique,
)

RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
MD5 = Asset.of(Kind.ALGORITHM, "MD5")
X25519 = Asset.of(Kind.ALGORITHM, "X25519")
HYBRID = Asset.of(Kind.ALGORITHM, "X25519MLKEM768")


def finding(asset: Asset, path: str = "a.py", line: int = 1, symbol: str = "call") -> Finding:
    return Finding("lib/rule", asset, Location(path, line, None, symbol), Technique.AST, 0.9, "call")


def scan(*findings: Finding, skipped: tuple[Diagnostic, ...] = ()) -> Inventory:
    return merge(findings, Coverage(files_seen=1, files_read=1, skipped=skipped), "t")


def changes(
    before: Inventory, after: Inventory
) -> dict[tuple[str, str], tuple[list[str], list[str], list[str], int]]:
    return {
        (change.component.name, change.standing): (
            [f"{o.location.path}:{o.location.line}" for o in change.came],
            [f"{o.location.path}:{o.location.line}" for o in change.gone],
            [f"{o.location.path}:{o.location.line}" for o in change.unseen],
            change.kept,
        )
        for change in diff(before, after).changes
    }


def test_what_came_and_what_is_gone() -> None:
    """Worst standing first; what stayed is counted, what did not change is not listed."""
    before = scan(finding(RSA, line=1), finding(RSA, "b.py"), finding(MD5))
    after = scan(finding(RSA, line=1), finding(RSA, "c.py"), finding(MD5), finding(X25519, "d.py"))
    assert changes(before, after) == {
        ("RSA-2048", "quantum-vulnerable"): (["c.py:1"], ["b.py:1"], [], 1),
        ("X25519", "quantum-vulnerable"): (["d.py:1"], [], [], 0),
    }
    found = diff(before, after)
    assert dict(found.places_before)["quantum-vulnerable"] == 2
    assert dict(found.places_after)["quantum-vulnerable"] == 3
    assert dict(found.places_after)["broken-today"] == 1


def test_a_moved_line_is_no_change_but_one_more_call_is() -> None:
    """An edit above a call moves it; of two calls of which one is new, the one at the old line is the old one."""
    assert changes(scan(finding(RSA, line=10)), scan(finding(RSA, line=12))) == {}
    (change,) = changes(scan(finding(RSA, line=10)), scan(finding(RSA, line=10), finding(RSA, line=4))).values()
    assert change == (["a.py:4"], [], [], 1)


def test_another_call_in_the_same_file_is_a_change() -> None:
    """`symbol` tells two uses of one algorithm apart."""
    (change,) = changes(scan(finding(RSA, symbol="one")), scan(finding(RSA, symbol="two"))).values()
    assert change == (["a.py:1"], ["a.py:1"], [], 0)


def test_a_file_that_was_not_looked_at_again_has_lost_nothing() -> None:
    """Its folder or archive may be the one that was left out; an unresolved value is no such reason."""
    before = scan(finding(RSA, "lib/a.py"), finding(MD5, "b.py"), finding(X25519, "c.jar!/D.class"))
    after = scan(
        skipped=(
            Diagnostic("lib", Skip.EXCLUDED, "excluded"),
            Diagnostic("b.py", Skip.UNRESOLVED, "a value", 3),
            Diagnostic("c.jar", Skip.TIMED_OUT, "slow"),
        )
    )
    assert changes(before, after) == {
        ("RSA-2048", "quantum-vulnerable"): ([], [], ["lib/a.py:1"], 0),
        ("X25519", "quantum-vulnerable"): ([], [], ["c.jar!/D.class:1"], 0),
        ("MD5", "broken-today"): ([], ["b.py:1"], [], 0),
    }


def test_moving_into_a_hybrid_is_progress_at_the_same_place() -> None:
    """X25519 used alone is gone, X25519 as the half of a hybrid has come."""
    found = changes(scan(finding(X25519)), scan(finding(HYBRID)))
    assert found["X25519", "quantum-vulnerable"] == ([], ["a.py:1"], [], 0)
    assert found["X25519", "hybrid"] == (["a.py:1"], [], [], 0)
    assert found["X25519MLKEM768", "hybrid"] == (["a.py:1"], [], [], 0)


@settings(deadline=None)
@given(data=st.data())
def test_nothing_changes_against_itself_and_both_directions_mirror(
    data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]
) -> None:
    """What came one way is what is gone the other way, where everything was looked at."""
    one, two = (replace(data.draw(any_inventory), coverage=Coverage()) for _ in range(2))
    assert diff(one, one).changes == ()
    there, back = diff(one, two), diff(two, one)
    assert sum(len(c.came) for c in there.changes) == sum(len(c.gone) for c in back.changes)
    for (label, before), (_, after) in zip(there.places_before, there.places_after, strict=True):
        moved = [c for c in there.changes if c.standing == label]
        assert after - before == sum(len(c.came) - len(c.gone) for c in moved)
