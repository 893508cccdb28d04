import os
from pathlib import Path

import pytest

from pqc_migrate.errors import TargetError
from pqc_migrate.targets.resolve import resolve


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_target_has_its_own_name_and_no_prefix(inside: Path) -> None:
    """Locations are relative to the only target there is, however it was typed."""
    (inside / "bank").mkdir()
    for typed in ("bank", "./bank/", str(inside / "bank")):
        [target] = resolve([typed])
        assert (target.label, target.prefix) == ("bank", "")
    os.chdir("bank")
    assert resolve(["."])[0].label == "bank"


def test_several_targets_are_told_apart_as_typed(inside: Path) -> None:
    """Relative paths stand as typed, absolute ones by their last name, equal names get a number."""
    for folder in ("pay/src", "auth/src"):
        (inside / folder).mkdir(parents=True)
    (inside / "one.py").touch()
    typed = ["pay/src/", str(inside / "auth/src"), "pay/../auth/../one.py", str(inside / "pay")]
    assert [target.label for target in resolve(typed)] == ["pay/src", "src", "one.py", "pay"]
    labels = [target.label for target in resolve([str(inside / "pay/src"), str(inside / "auth/src")])]
    assert labels == ["src", "src~2"]
    assert [target.prefix for target in resolve(["pay", "auth"])] == ["pay/", "auth/"]


def test_a_place_given_twice_is_looked_at_once(inside: Path) -> None:
    """Nothing is counted twice because it was typed twice."""
    (inside / "a").mkdir()
    assert len(resolve(["a", "./a", str(inside / "a")])) == 1


def test_a_mistyped_path_is_answered_with_the_right_one(inside: Path) -> None:
    """The hint names the sibling that was meant, also when only the capitals differ."""
    (inside / "Payments").mkdir()
    with pytest.raises(TargetError, match="no such file or folder: payment") as caught:
        resolve(["payment"])
    assert caught.value.hint == "did you mean Payments?"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("https://example.test/repo.git", "an address, not a path"),
        ("broken", "a link that leads nowhere"),
        ("loop", "a link that leads nowhere"),
        ("pipe", "a named pipe"),
        (os.devnull, "a device"),
        ("a\0b", "not a path"),
        ("file/inside", "not a directory"),
    ],
)
def test_what_is_no_folder_or_file_is_refused_with_its_reason(inside: Path, typed: str, message: str) -> None:
    """The message says what it is; the scan does not hang on it."""
    (inside / "broken").symlink_to("nowhere")
    (inside / "loop").symlink_to("loop")
    (inside / "file").touch()
    os.mkfifo(inside / "pipe")
    with pytest.raises(TargetError, match=message):
        resolve([typed])
