import random
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.merge import merge, reference
from pqc_migrate.inventory.standing import derived_from, within_hybrid
from pqc_migrate.model.inventory import (
    Asset,
    Component,
    Coverage,
    Diagnostic,
    Finding,
    Kind,
    Location,
    Skip,
    Technique,
)

RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
AES = Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM")
X25519 = Asset.of(Kind.ALGORITHM, "X25519")
ML_KEM = Asset.of(Kind.ALGORITHM, "ML-KEM", size=768)
HYBRID = Asset.of(Kind.ALGORITHM, "X25519MLKEM768")


def finding(
    asset: Asset,
    path: str = "a.py",
    line: int = 1,
    *,
    offset: int | None = None,
    symbol: str = "call",
    confidence: float = 0.9,
    functions: tuple[str, ...] = (),
    related: tuple[tuple[str, Asset], ...] = (),
    rule: str = "lib/rule",
) -> Finding:
    return Finding(
        rule,
        asset,
        Location(path, line, offset, symbol),
        Technique.AST,
        confidence,
        "resolved call",
        functions=functions,
        related=related,
    )


def merged(*findings: Finding) -> dict[Asset, Component]:
    return {c.asset: c for c in merge(findings, Coverage(), "target").components}


def test_one_component_per_asset_with_every_occurrence_in_order_of_place() -> None:
    """Findings of one asset become one component; its places are sorted by path, line and offset."""
    found = merged(
        finding(RSA, "b.py", 2),
        finding(RSA, "a.py", 9),
        finding(RSA, "a.py", 3, offset=40, symbol="x"),
        finding(RSA, "a.py", 3, offset=7, symbol="y"),
        finding(AES, "a.py", 1),
    )
    assert set(found) == {RSA, AES}
    assert [(o.location.path, o.location.line, o.location.offset) for o in found[RSA].occurrences] == [
        ("a.py", 3, 7),
        ("a.py", 3, 40),
        ("a.py", 9, None),
        ("b.py", 2, None),
    ]
    assert found[RSA].name == "RSA-2048"


def test_the_same_claim_twice_counts_once_with_the_highest_confidence() -> None:
    """Two detectors seeing one call give one occurrence, the surer one, with the functions of both."""
    found = merged(
        finding(RSA, confidence=0.5, functions=("sign",), rule="text/rsa"),
        finding(RSA, confidence=0.9, functions=("keygen",), rule="lib/rsa"),
    )
    (occurrence,) = found[RSA].occurrences
    assert (occurrence.confidence, occurrence.rule) == (0.9, "lib/rsa")
    assert occurrence.functions == ("keygen", "sign")


def test_different_symbols_on_one_line_stay_apart() -> None:
    """Two calls on one line are two uses."""
    assert len(merged(finding(RSA, symbol="a"), finding(RSA, symbol="b"))[RSA].occurrences) == 2


@given(data=st.data())
def test_the_order_of_findings_does_not_matter(
    data: st.DataObject, any_findings: st.SearchStrategy[list[Finding]]
) -> None:
    """Workers may hand in findings in any order: the inventory is the same."""
    findings = data.draw(any_findings)
    shuffled = data.draw(st.permutations(findings))
    assert merge(shuffled, Coverage(), "t") == merge(findings, Coverage(), "t")


def test_related_assets_become_components_marked_as_derived() -> None:
    """The key of a certificate is a component at the certificate's place, and says that it is only a part."""
    key = Asset.of(Kind.KEY, "RSA", size=2048, type="public-key")
    certificate = Asset.of(Kind.CERTIFICATE, "X.509", name="CN=a", fingerprint="00" * 32)
    found = merged(finding(certificate, "a.pem", related=(("public-key", key),)))
    (occurrence,) = found[key].occurrences
    assert occurrence.location == Location("a.pem", 1, None, "call")
    assert derived_from(occurrence) == found[certificate].ref
    assert found[certificate].related == (("public-key", found[key].ref),)


def test_a_hybrid_brings_the_parts_the_catalog_knows() -> None:
    """X25519MLKEM768 is listed with X25519 and ML-KEM-768, each within the hybrid."""
    found = merged(finding(HYBRID))
    assert set(found) == {HYBRID, X25519, ML_KEM}
    assert all(within_hybrid(o) for part in (X25519, ML_KEM) for o in found[part].occurrences)
    assert {ref for _, ref in found[HYBRID].related} == {found[X25519].ref, found[ML_KEM].ref}


def test_a_hybrid_inside_a_protocol_is_taken_apart_too() -> None:
    """Parts of parts are found, and still count as within the hybrid."""
    tls = Asset.of(Kind.PROTOCOL, "TLS", version="1.3")
    found = merged(finding(tls, related=(("component", HYBRID),)))
    (group,) = found[HYBRID].occurrences
    assert not within_hybrid(group)
    assert within_hybrid(found[X25519].occurrences[0])


def test_a_direct_claim_wins_over_a_derived_one_at_the_same_place() -> None:
    """`ssl_ecdh_curve X25519MLKEM768:X25519` offers X25519 itself: it is not hidden behind the hybrid."""
    found = merged(finding(HYBRID, confidence=1.0), finding(X25519, confidence=0.6))
    (occurrence,) = found[X25519].occurrences
    assert derived_from(occurrence) is None
    assert not within_hybrid(occurrence)


def test_a_plain_part_wins_over_a_part_within_a_hybrid() -> None:
    """A suite that uses X25519 alone beside the hybrid at one place must not look protected."""
    tls = Asset.of(Kind.PROTOCOL, "TLS")
    found = merged(finding(tls, related=(("component", HYBRID), ("component", X25519))))
    (occurrence,) = found[X25519].occurrences
    assert not within_hybrid(occurrence)


def test_a_reference_is_a_content_hash_with_a_readable_name() -> None:
    """The ref of an asset never changes: other files and later versions point at it."""
    assert reference(RSA) == "crypto/algorithm/rsa-2048@5d3143ea07e67f50"
    assert reference(Asset.of(Kind.LIBRARY, "中文")).startswith("crypto/library/unnamed@")


def test_every_family_has_its_own_reference() -> None:
    """Distinct assets never share a ref, whatever their names."""
    assets = [Asset.of(f.kind, f.id) for f in algorithms.families().values()]
    assets += [Asset.of(Kind.KEY, f.id) for f in algorithms.families().values()]
    assert len({reference(asset) for asset in assets}) == len(assets)


def test_parameters_cannot_forge_another_asset() -> None:
    """Where one parameter ends and the next begins is part of the hash."""
    one = Asset(Kind.LIBRARY, "x", (("a", 'b", "c": "d'),))
    two = Asset(Kind.LIBRARY, "x", (("a", "b"), ("c", "d")))
    assert reference(one) != reference(two)


def test_skipped_files_are_sorted_and_said_once() -> None:
    """Two stages may report the same file."""
    late, early = Diagnostic("b", Skip.EXCLUDED, "m"), Diagnostic("a", Skip.TOO_LARGE, "m")
    assert merge([], Coverage(skipped=(late, early, late)), "t").coverage.skipped == (early, late)


def test_an_asset_the_catalog_lacks_is_kept_under_its_family() -> None:
    """A detector ahead of the catalog loses nothing."""
    odd = Asset.of(Kind.ALGORITHM, "NoSuchFamily")
    assert merged(finding(odd))[odd].name == "NoSuchFamily"


def test_merging_is_linear() -> None:
    """Four times the findings take about four times as long, not sixteen times."""

    def seconds(count: int) -> float:
        rng = random.Random(1)
        findings = [finding(AES if i % 2 else HYBRID, f"f{rng.randrange(50)}.py", i) for i in range(count)]
        best = float("inf")
        for _ in range(3):
            start = perf_counter()
            merge(findings, Coverage(), "t")
            best = min(best, perf_counter() - start)
        return best

    assert seconds(12_000) < 9 * seconds(3_000)
