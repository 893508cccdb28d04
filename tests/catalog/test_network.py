"""Networks: ours, and the files of users."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import network
from pqc_migrate.errors import CatalogError

GOOD = '[[profile]]\nname = "branch"\nrtt_ms = 12.5\nmbit_s = 20\n'


def test_ours_get_slower_and_say_what_they_are() -> None:
    """Each says that it is assumed, and for what."""
    ours = network.profiles()
    assert [p.rtt_ms for p in ours[:4]] == sorted(p.rtt_ms for p in ours[:4])
    for profile in ours:
        assert profile.source.startswith("assumption")
        assert profile.about


def test_a_file_adds_and_replaces(tmp_path: Path) -> None:
    """What it leaves out is what most networks have; ours keep their order."""
    path = tmp_path / "networks.toml"
    path.write_text(GOOD + '[[profile]]\nname = "mobile"\nrtt_ms = 30\nmbit_s = 100\nloss = 0.001\ninitcwnd = 32\n')
    found = {profile.name: profile for profile in network.with_file(path)}
    assert list(found) == [profile.name for profile in network.profiles()] + ["branch"]
    branch = found["branch"]
    assert (branch.rtt_ms, branch.mbit_s, branch.mss, branch.initcwnd, branch.loss) == (12.5, 20, 1460, 10, 0)
    assert branch.source == "given by the user"
    assert (found["mobile"].rtt_ms, found["mobile"].initcwnd, found["mobile"].mss) == (30, 32, 1460)
    assert found["LAN"] == network.profiles()[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[profile]", "not valid TOML"),
        ("profile = 1", "not an array of tables"),
        ("", "missing profile"),
        ("[[network]]\n", "missing profile"),
        (GOOD + "latency = 3\n", "profile 'branch': unknown key latency"),
        (GOOD.replace("mbit_s = 20\n", ""), "profile 'branch': missing mbit_s"),
        (GOOD.replace("12.5", "-1"), "rtt_ms is -1, not a number from 0.001 to 60000"),
        (GOOD.replace("12.5", "nan"), "rtt_ms is nan"),
        (GOOD.replace("12.5", '"12"'), "rtt_ms is '12'"),
        (GOOD.replace("12.5", "true"), "rtt_ms is True"),
        (GOOD + "loss = 1\n", "loss is 1, not a number from 0 to 0.5"),
        (GOOD + "mss = 1460.5\n", "mss is 1460.5, not a whole number"),
        (GOOD + "initcwnd = 0\n", "initcwnd is 0"),
        (GOOD.replace('"branch"', '""'), "name is '', not a text"),
        (GOOD + GOOD, "profile branch stands twice"),
        (GOOD * 51, "51 networks, more than 50"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "networks.toml"
    path.write_text(content)
    with pytest.raises(CatalogError) as caught:
        network.with_file(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_or_far_too_long(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        network.with_file(tmp_path / "nowhere.toml")
    long = tmp_path / "long.toml"
    long.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(CatalogError, match="larger than"):
        network.with_file(long)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "LAN", "1"])


@given(st.dictionaries(st.sampled_from(["name", "rtt_ms", "mbit_s", "loss", "mss", "x"]), ANYTHING, min_size=3))
def test_any_record_is_a_profile_or_an_error(record: dict[str, object]) -> None:
    try:
        (profile,) = network._profiles("test", {"profile": [record]}, network._REQUIRED)
    except CatalogError:
        return
    assert profile.name
    assert profile.rtt_ms > 0
