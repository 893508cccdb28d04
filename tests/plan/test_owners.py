"""Owners of places, by the examples of the two makers' manuals.

Sources: GitHub Docs, "About code owners" (about-code-owners.md of github/docs, sections "CODEOWNERS syntax" and
"Syntax exceptions"); GitLab Docs, "Syntax of CODEOWNERS file" (doc/user/project/codeowners/reference.md, sections
"Sections", "Set default Code Owner for a section", "Path matching", "Exclusion patterns").
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.inventory import Inventory
from pqc_migrate.model.register import Register
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.owners import by_target, parse

GITHUB = b"""\
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment with @nobody
*.go docs@example.com
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/special/ @octocat
/special/github
!kept.js @wrong
[a]b.js @wrong
"""
GITLAB = b"""\
* @admin

[README Owners]
README.md @user1 @user2
internal/README.md @user4

[Documentation][2] @docs-team
docs/
/docs/*.md @writers

^[Ruby]
*.rb @ruby-team
!/config/**/*.rb
/config/routes.rb @ops
path\\ with\\ spaces/ @space-owner
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("any/file.rb", ("@global-owner1", "@global-owner2")),
        ("src/a.js", ("@js-owner",)),
        ("a.go", ("docs@example.com",)),
        ("build/logs/x/y.txt", ("@doctocat",)),
        ("other/build/logs/y.txt", ("@global-owner1", "@global-owner2")),
        ("docs/getting-started.md", ("docs@example.com",)),
        ("docs/build-app/troubleshooting.md", ("@global-owner1", "@global-owner2")),
        ("src/apps/x.txt", ("@octocat",)),
        ("special/a", ("@octocat",)),
        ("special/github/a", ()),
        ("kept.js", ("@js-owner",)),
        ("ab.js", ("@js-owner",)),
    ],
)
def test_github(path: str, owners: tuple[str, ...]) -> None:
    """The last matching line counts; what does not work there is left out."""
    assert parse(GITHUB, folder=".github").of(path) == owners


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ("@admin", "@user1", "@user2")),
        ("a/internal/README.md", ("@admin", "@user4")),
        ("docs/x/y.txt", ("@admin", "@docs-team")),
        ("docs/a.md", ("@admin", "@writers")),
        ("a.rb", ("@admin", "@ruby-team")),
        ("config/routes.rb", ("@admin",)),
        ("path with spaces/a", ("@admin", "@space-owner")),
    ],
)
def test_gitlab(path: str, owners: tuple[str, ...]) -> None:
    """Sections add up, have defaults, and exclude for good; a heading tells the dialect."""
    assert parse(GITLAB).of(path) == owners


def test_where_the_dialects_disagree_nobody_is_named() -> None:
    """A path with a slash inside starts at the root on GitHub and anywhere on GitLab."""
    held = parse(b"* @all\ninternal/a.py @deep\n")
    assert held.of("internal/a.py") == ("@deep",)
    assert held.of("x/internal/a.py") is None
    assert held.of("x/b.py") == ("@all",)


@example(b"\0", "")
@example(b"!", "a")
@example(b"[a]\n!", "a")
@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_file_and_any_path_end_in_owners_or_a_message(data: bytes, path: str) -> None:
    """No traceback, whatever stands in the file."""
    with suppress(InventoryError):
        assert isinstance(parse(data).of(path), tuple | None)


def test_many_stars_cost_no_more_than_their_length() -> None:
    """A pattern made to be slow is matched folder by folder."""
    held = parse(b"/".join([b"**/" + b"*a" * 40] * 20) + b"b @x\n")
    assert held.of("/".join(["a" * 60] * 60)) in ((), None)


def test_steps_and_systems_of_a_plan_have_the_owners_of_their_places(bank: Inventory, register: Register) -> None:
    """Counts add up to the places; a target without a file is not asked."""
    held = parse(b"* @bank/all\n/core/ @bank/core @bank/lead\n/portal/\n", folder=".github")
    made = make_plan([bank], register, None, ("cn-default",), date(2026, 11, 24), codeowners={bank.target: held})
    systems = {system.id: {row.owner: row.places for row in system.owners} for system in made.systems}
    places = {use.system: 0 for use in made.uses}
    for use in made.uses:
        places[use.system] += len(use.evidence)
    assert systems["core"] == {"@bank/core": places["core"], "@bank/lead": places["core"]}
    assert systems["portal"] == {"": places["portal"]}
    assert systems["pki"] == {"@bank/all": places["pki"]}
    assert all(step.owners for step in made.steps)
    assert [(row.kind, row.items) for row in made.inputs][-1] == ("codeowners", 3)
    other = make_plan([bank], register, None, ("cn-default",), date(2026, 11, 24), codeowners={"other": held})
    assert not any(row.owners for row in (*other.steps, *other.systems))


def test_a_file_is_given_by_target() -> None:
    """One target needs no name; several do, and a mistyped one is answered."""
    assert by_target(["CODEOWNERS"], ["pay"]) == {"pay": Path("CODEOWNERS")}
    assert by_target(["pay=a", "core=b"], ["core", "pay"]) == {"pay": Path("a"), "core": Path("b")}
    with pytest.raises(InventoryError, match="which target"):
        by_target(["CODEOWNERS"], ["core", "pay"])
    with pytest.raises(InventoryError, match="no inventory of 'pya'") as error:
        by_target(["pya=a"], ["core", "pay"])
    assert error.value.hint == "did you mean 'pay'?"
