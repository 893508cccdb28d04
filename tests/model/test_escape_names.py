import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.model.escape import visible


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b.py", "a b.py"),
        ("支付.java", "支付.java"),
        ("全角\u3000空格", "全角\u3000空格"),
        ("new\nline", "new\\x0aline"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("evil\u202egnp.py", "evil\\u202egnp.py"),
        ("latin\udce9", "latin\\xe9"),
    ],
)
def test_only_the_unprintable_is_spelled_out(name: str, expected: str) -> None:
    """Chinese names stay as they are; what could turn a terminal round does not."""
    assert visible(name) == expected


@given(st.binary())
def test_any_name_of_a_disk_can_be_written_anywhere(raw: bytes) -> None:
    """The spelling encodes as UTF-8, stands on one line and survives JSON."""
    shown = visible(raw.decode("utf-8", "surrogateescape"))
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= 1
    assert json.loads(json.dumps(shown)) == shown
