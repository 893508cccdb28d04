import pytest

from pqc_migrate.bench import choice, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.choice import UnknownAlgorithm
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.catalog import mechanisms

pytestmark = pytest.mark.usefixtures("liboqs")


def names(plan: Plan) -> set[str]:
    return {job.mechanism.name for job in plan.jobs}


def test_a_family_is_taken_from_everything() -> None:
    """Without a set there is nothing to look for first; spelling does not matter."""
    assert names(schedule.plan(families=["mlkem"])) == {"ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"}
    assert len(names(schedule.plan(families=["HashSLH-DSA"]))) == 144
    assert names(schedule.plan("standard", families=["FrodoKEM"])) == {"FrodoKEM-640-AES"}


def test_what_everything_plans_really_runs() -> None:
    """Each mechanism of these families of `all` has figures for each operation, or an entry with its reason."""
    plan = schedule.plan("all", families=["NTRU", "Kyber", "MAYO", "SNOVA"], seconds=0.0005)
    result = runner.run(plan)
    planned = {(job.mechanism.name, op) for job in plan.jobs for op in job.mechanism.role.operations}
    measured = {(m.algorithm, m.operation) for m in result.measurements}
    listed = {(s.algorithm, s.operation) for s in result.skipped}
    assert len(plan.jobs) == 25
    assert {entry for entry in planned - measured if entry not in listed and (entry[0], "") not in listed} == set()
    assert all(m.algorithm_version for m in result.measurements), "the library says what it implements"


def test_a_family_stands_for_all_groups_of_its_algorithm() -> None:
    """XMSS is XMSS, whether NIST approves the parameter set or not."""
    plan = schedule.plan(families=["XMSS"])
    assert {job.mechanism.group for job in plan.jobs} == {"XMSS", "XMSS-RFC8391"}
    assert len(plan.jobs) == 37


def test_levels_are_those_the_library_claims_where_the_catalog_has_none(liboqs: LiboqsProvider) -> None:
    """CROSS has no family in the catalog of algorithms with a category; its structure says 5."""
    plan = schedule.plan(levels=[5])
    assert "ML-DSA-87" in names(plan)
    assert "cross-rsdp-256-fast" in names(plan)
    assert "ML-DSA-65" not in names(plan)
    for job in plan.jobs:
        assert choice.category(job.mechanism, plan.available) == 5
    assert any("70 parameter sets have no NIST category" in notice for notice in plan.notices)
    classical = names(schedule.plan("standard", levels=[0]))
    assert classical == {"X25519", "ECDH-P-256", "ECDSA-P-256", "Ed25519", "RSA-2048", "RSA-3072", "SM2"}


def test_what_is_excluded_is_left_out() -> None:
    """Algorithms, families and patterns; a part of a set does not carry the set's name."""
    plan = schedule.plan("standard", exclude=["ml-kem-512", "SLH-DSA", "RSA-*"])
    whole = schedule.plan("standard")
    assert names(whole) - names(plan) == {
        "ML-KEM-512", "SLH-DSA-SHA2-128s", "SLH-DSA-SHA2-128f", "RSA-2048", "RSA-3072"
    }  # fmt: skip
    assert (whole.selection, plan.selection) == ("standard", "selected")


def test_options_go_together() -> None:
    """Each one narrows what the others left."""
    assert names(schedule.plan(families=["FrodoKEM", "ML-KEM"], levels=[3], exclude=["*-SHAKE"])) == {
        "FrodoKEM-976-AES",
        "ML-KEM-768",
    }
    assert names(schedule.plan(algorithms=["ML-KEM-512", "HQC-3"], levels=[3])) == {"HQC-3"}


def test_names_of_liboqs_are_found_in_any_case() -> None:
    """Also those of families that the catalog has by a pattern."""
    assert names(schedule.plan(algorithms=["snova_24_5_4", "lms_sha256_h5_w1"])) == {
        "SNOVA_24_5_4",
        "LMS_SHA256_H5_W1",
    }


@pytest.mark.parametrize(
    ("asked", "option", "said"),
    [
        ({"families": ["ML-DSAA"]}, "--family", "did you mean ML-DSA"),
        ({"families": ["zzzz"]}, "--family", "there are BIKE"),
        ({"exclude": ["zzz*"]}, "--exclude", "bench list"),
        ({"exclude": ["ML-KEM-786"]}, "--exclude", "did you mean ML-KEM-768"),
        ({"algorithms": ["Falcon-521"]}, "--algorithms", "did you mean Falcon-512"),
        ({"algorithms": ["Rainbow-III-Classic"]}, "--algorithms", "release notes"),
    ],
)
def test_unknown_names_are_answered(asked: dict[str, list[str]], option: str, said: str) -> None:
    """With the option they stood in and what was meant."""
    with pytest.raises(UnknownAlgorithm) as raised:
        schedule.plan(**asked)  # type: ignore[arg-type]
    assert raised.value.option == option
    assert said in raised.value.hint


def test_what_a_build_leaves_out_is_listed_by_family(
    liboqs: LiboqsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distribution's liboqs has fewer algorithms switched on than ours."""
    module = liboqs.loaded.module
    enabled = [n for n in module.get_enabled_kem_mechanisms() if not n.startswith(("BIKE", "sntrup"))]
    monkeypatch.setattr(module, "get_enabled_kem_mechanisms", lambda: enabled)
    plan = schedule.plan("all")
    reasons = {s.algorithm: s.reason for s in plan.skipped}
    assert reasons["BIKE (3 parameter sets)"] == "switched off in this build of liboqs"
    assert reasons["sntrup761"] == "switched off in this build of liboqs"
    named = schedule.plan(algorithms=["BIKE-L1"])
    assert [s.reason for s in named.skipped] == ["switched off in this build of liboqs"]


def test_releases_of_old_are_known_by_their_names() -> None:
    """Each record's pattern fits names that liboqs once had, and none that it has."""
    once = {
        "SIKE-p434": "broken", "SIDH-p751-compressed": "broken", "Rainbow-III-Classic": "broken",
        "picnic3_L1": "0.8.0", "LightSaber-KEM": "0.8.0", "ntrulpr761": "0.8.0", "sntrup857": "0.8.0",
        "Kyber768-90s": "0.8.0", "Dilithium3-AES": "0.8.0", "SPHINCS+-Haraka-128f-robust": "0.8.0",
        "NewHope-512-CCA": "0.5.0", "qTesla-p-I": "0.5.0", "Dilithium3": "0.15.0",
        "SPHINCS+-SHA2-128s-simple": "0.16.0", "HQC-128": "2025-08-22",
    }  # fmt: skip
    for name, said in once.items():
        record = mechanisms.why_absent(name)
        assert record is not None, name
        assert said in record.reason
        assert "release notes" in record.source
    plan = schedule.plan("all")
    assert [m for m in names(plan) if mechanisms.why_absent(m)] == []
