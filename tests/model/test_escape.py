import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.model.escape import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain/路径 file.py", "plain/路径 file.py"),
        ("a\nb", r"a\x0ab"),
        ("\x1b[31m", r"\x1b[31m"),
        ("evil\u202egnp.exe", r"evil\u202egnp.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), r"caf\xe9"),
        ("\ud800", r"\ud800"),
        ("\x85", r"\u0085"),
        ("\U000e0041", r"\U000e0041"),
        (r"back\slash", r"back\slash"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    """Control, direction and undecodable characters become text that a reader sees."""
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_the_result_can_be_written_anywhere_and_stays(text: str) -> None:
    """Visible text encodes as UTF-8, has no line breaks and is not changed by a second pass."""
    shown = visible(text)
    assert json.loads(json.dumps(shown).encode()) == shown
    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown
