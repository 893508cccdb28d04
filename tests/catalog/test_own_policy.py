"""An institution's own policy file: few words, the same form, and never mistaken for an authority's."""

from datetime import date
from pathlib import Path

import pytest

from pqc_migrate.catalog.policies import own
from pqc_migrate.errors import CatalogError
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Kind, Location, Technique
from pqc_migrate.model.plan_codes import Binding, Trust
from pqc_migrate.plan.build import make_plan

SHORT = """
id = "our-bank"
name_zh = "本行密码政策"
min_kem = "ML-KEM-1024"

[[milestone]]
id = "our-tls"
document = "密码应用管理办法"
disallow_after = "2028-06"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_id_a_document_and_a_date_are_enough(tmp_path: Path) -> None:
    """It is a reference line of the institution, with its own file as the source."""
    profile = own(written(tmp_path, SHORT))
    (line,) = profile.milestones
    assert (profile.name_zh, profile.name_en, profile.min_kem) == ("本行密码政策", "本行密码政策", "ML-KEM-1024")
    assert (line.disallow_after, line.binding, line.trust) == (date(2028, 6, 30), Binding.REFERENCE, Trust.OWN)
    assert line.source == "own-policy"
    assert not profile.legal_date


def test_its_dates_count_beside_those_of_the_profiles(tmp_path: Path) -> None:
    """A use gets the earliest of all."""
    rsa = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
    found = Finding("lib/rule", rsa, Location("a.py", 1), Technique.AST, 0.9, "call", functions=("sign",))
    inventory = merge([found], Coverage(), "pay")
    plan = make_plan([inventory], None, None, [own(written(tmp_path, SHORT))], date(2026, 11, 24))
    assert [profile.id for profile in plan.profiles] == ["cn-default", "our-bank"]
    (use,) = plan.uses
    assert use.milestones[0].milestone == "our-tls"
    assert "own-policy" in {source.id for source in plan.sources}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "not valid TOML"),
        (SHORT.replace("our-bank", "eu"), "is a built-in profile"),
        (SHORT.replace("our-tls", "cn-ref-all"), "is a built-in one"),
        (SHORT.replace("2028-06", "summer"), "milestone 'our-tls': 'summer' is not YYYY"),
        (SHORT.replace("document =", "documnt ="), "document"),
        ('id = "x"\nmilestone = 3', "milestone is not a list of tables"),
    ],
)
def test_a_wrong_policy_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    """File, record and what is wrong."""
    with pytest.raises(CatalogError) as raised:
        own(written(tmp_path, text))
    assert said in str(raised.value)
    assert "policy.toml" in str(raised.value)


def test_a_missing_policy_is_refused_in_words(tmp_path: Path) -> None:
    """Not with a traceback."""
    with pytest.raises(CatalogError, match=r"none\.toml: cannot be read"):
        own(tmp_path / "none.toml")
