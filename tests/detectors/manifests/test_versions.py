"""A version slot prints versions and ranges, and never a word that could be a secret."""

import pytest

from pqc_migrate.detectors.manifests.dependency import REFERENCE, plain


@pytest.mark.parametrize(
    "constraint",
    [
        "",
        "1.0",
        ">=1.2,<2",
        "^4.17.21",
        "~> 3.1",
        ">= 1.0 || < 3",
        "[1.0,2.0)",
        "${bc.version}",
        "1.x",
        "*",
        "latest",
        "v0.31.0",
        "0.0.0-20240101000000-abcdef012345",
        "1.2.3 - 2.0",
        "2.0.0.RELEASE",
        "r239",
    ],
)
def test_versions_and_ranges_are_printed_as_written(constraint: str) -> None:
    """Every ecosystem's own spelling of a version stays as it is."""
    assert plain(constraint) == constraint


@pytest.mark.parametrize(
    "constraint", ["hunter2", "s3cret-Password", "git+https://user:pw@host/x", "../local", "correct horse"]
)
def test_anything_else_is_only_a_reference(constraint: str) -> None:
    """A password, an address or a path in the place of a version is not repeated."""
    assert plain(constraint) == REFERENCE
