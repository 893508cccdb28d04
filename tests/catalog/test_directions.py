"""The notice is quoted as CAICT prints it, with nothing added."""

from pqc_migrate.catalog.directions import direction, instruments
from pqc_migrate.catalog.sources import sources
from pqc_migrate.model.plan_codes import Trust


def test_the_sentence_is_verbatim() -> None:
    """Character for character, quotation marks included, with its source."""
    held = direction()
    assert held.quote_zh == (
        "中国人民银行下发《关于开展深化金融科技应用、推进金融数字化转型提升工作的通知》提出，"
        "要“提升金融领域密码算法抵抗潜在量子计算攻击的能力”。"
    )
    assert held.routes_zh == "应对量子信息的威胁分为量子密码分发和后量子密码算法。"
    assert held.trust is Trust.PRIMARY
    assert "赵小飞" in sources()[held.source].citation


def test_what_was_not_available_is_said() -> None:
    """Date, number, clause, algorithm and form were not available to the authors."""
    assert {"date", "number", "clause", "algorithm", "form"} <= set(direction().unavailable)


def test_no_instrument_carries_a_quantum_duty_or_a_low_trust_mark() -> None:
    """Context only: names, numbers, dates in force, each sourced."""
    for instrument in instruments():
        assert instrument.trust in (Trust.PRIMARY, Trust.SECONDARY)
        assert "量子" not in instrument.name


def test_every_source_is_cited_by_something() -> None:
    """A source that nothing cites is a leftover."""
    from pqc_migrate.catalog.policies import policies
    from pqc_migrate.catalog.products import products
    from pqc_migrate.catalog.replacements import replacements

    cited = {direction().source, *(row.source for row in instruments())}
    for profile in policies().values():
        cited |= {*profile.policy_sources, *(line.source for line in profile.milestones)}
    cited |= {row.source for row in products()} | {row.source for row in replacements().values()}
    cited |= {row.supported_source for row in products() if row.supported_source}
    cited.add("own-policy")  # cited by what `policies.own` reads
    assert set(sources()) == cited
