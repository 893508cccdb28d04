import pytest

from pqc_migrate.inventory.merge import merge
from pqc_migrate.inventory.standing import Concern, concern_of, display_name, mapped, standings
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Kind, Location, Technique

RSA_KEY = Asset.of(Kind.KEY, "RSA", size=2048, type="public-key")
ML_DSA_KEY = Asset.of(Kind.KEY, "ML-DSA", size=65, type="public-key")
CERTIFICATE = Asset.of(Kind.CERTIFICATE, "X.509", name="CN=a")
TLS = Asset.of(Kind.PROTOCOL, "TLS", version="1.3")
SUITE = Asset.of(Kind.PROTOCOL, "TLS-suite", suite="TLS_AES_256_GCM_SHA384")
AES = Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM")
SHA = Asset.of(Kind.ALGORITHM, "SHA-2", size=384)
HYBRID = Asset.of(Kind.ALGORITHM, "X25519MLKEM768")


def concern(asset: Asset, *related: tuple[str, Asset]) -> Concern:
    finding = Finding("r/r", asset, Location("a", 1), Technique.AST, 1.0, "", related=related)
    inventory = merge([finding], Coverage(), "t")
    component = next(c for c in inventory.components if c.asset == asset)
    return concern_of(component, standings(inventory)[component.ref])


@pytest.mark.parametrize(
    ("family", "parameters", "expected"),
    [
        ("RSA", {"size": "15360"}, Concern.QUANTUM),
        ("SM2", {}, Concern.QUANTUM),
        ("DSA", {}, Concern.QUANTUM),
        ("MD5", {}, Concern.BROKEN),
        ("3DES", {"mode": "CBC"}, Concern.WEAK),
        ("AES", {"size": "128"}, Concern.KEEP),
        ("SM4", {}, Concern.KEEP),
        ("X25519MLKEM768", {}, Concern.HYBRID),
        ("ML-DSA", {"size": "65"}, Concern.RESISTANT),
        ("Kyber", {"size": "768"}, Concern.WEAK),
        ("unlisted", {"variant": "1.2.3"}, Concern.UNKNOWN),
    ],
)
def test_an_algorithm_stands_as_its_family_does(family: str, parameters: dict[str, str], expected: Concern) -> None:
    """The catalog's fact about a family decides, and no size saves what Shor breaks."""
    assert concern(Asset.of(Kind.ALGORITHM, family, **parameters)) is expected


def test_a_signature_over_a_broken_digest_says_so() -> None:
    """SHA-1 under ECDSA is broken today as well as by a quantum computer; under HMAC it is not."""
    signed = Asset.of(Kind.ALGORITHM, "ECDSA", digest="SHA-1")
    inventory = merge([Finding("r/r", signed, Location("a", 1), Technique.AST, 1.0, "")], Coverage(), "t")
    standing = standings(inventory)[inventory.components[0].ref]
    assert (standing.concern, standing.classical.value) == (Concern.QUANTUM, "broken")
    assert standing.classical_source.startswith("SHA-1: ")
    assert concern(Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-1")) is Concern.KEEP


@pytest.mark.parametrize(
    ("asset", "source"),
    [
        (Asset.of(Kind.ALGORITHM, "RSA", size=1024), "below 112 bits"),
        (Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-192"), "below 112 bits"),
        (Asset.of(Kind.ALGORITHM, "AES", size=256, mode="ECB"), "mode ECB"),
        (Asset.of(Kind.PROTOCOL, "TLS", version="1.0"), "version 1.0"),
    ],
)
def test_a_weak_size_version_or_mode_is_weak_today(asset: Asset, source: str) -> None:
    """What the catalog says about a value counts beside what it says about the family."""
    inventory = merge([Finding("r/r", asset, Location("a", 1), Technique.AST, 1.0, "")], Coverage(), "t")
    standing = standings(inventory)[inventory.components[0].ref]
    assert standing.classical.value == "weak"
    assert standing.classical_source.startswith(source)


def test_a_certificate_stands_as_its_worst_part() -> None:
    """An ML-DSA key signed by an RSA authority is still quantum-vulnerable."""
    rsa = Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-256")
    ml_dsa = Asset.of(Kind.ALGORITHM, "ML-DSA", size=65)
    assert concern(CERTIFICATE, ("public-key", ML_DSA_KEY), ("signature-algorithm", rsa)) is Concern.QUANTUM
    assert concern(CERTIFICATE, ("public-key", ML_DSA_KEY), ("signature-algorithm", ml_dsa)) is Concern.RESISTANT
    assert concern(CERTIFICATE) is Concern.DEPENDS


def test_the_issuer_of_a_certificate_is_not_a_part_of_it() -> None:
    """Who signed is another asset; only how it was signed counts."""
    assert concern(CERTIFICATE, ("issuer", RSA_KEY)) is Concern.DEPENDS


def test_good_parts_do_not_clear_a_protocol() -> None:
    """TLS with an AES suite, or with a hybrid group, still depends on what else is negotiated."""
    assert concern(TLS, ("component", AES)) is Concern.DEPENDS
    assert concern(TLS, ("component", HYBRID)) is Concern.DEPENDS
    assert concern(TLS, ("component", HYBRID), ("component", RSA_KEY)) is Concern.QUANTUM


def test_a_suite_stands_as_the_parts_it_names() -> None:
    """A TLS 1.3 suite names symmetric parts only; an older one with RSA is quantum-vulnerable."""
    assert concern(SUITE, ("component", AES), ("component", SHA)) is Concern.KEEP
    rsa = Asset.of(Kind.ALGORITHM, "RSA")
    assert concern(SUITE, ("component", AES), ("component", rsa)) is Concern.QUANTUM


def test_a_broken_protocol_is_broken_whatever_its_parts() -> None:
    """SSL 3.0 with AES stays broken."""
    assert concern(Asset.of(Kind.PROTOCOL, "SSL", version="3.0"), ("component", AES)) is Concern.BROKEN


def test_the_classical_half_of_a_hybrid_is_no_exposure() -> None:
    """X25519 that stands only in X25519MLKEM768 counts as hybrid; used alone it is vulnerable."""
    finding = Finding("r/r", HYBRID, Location("a", 1), Technique.AST, 1.0, "")
    alone = Finding("r/r", Asset.of(Kind.ALGORITHM, "X25519"), Location("b", 1), Technique.AST, 1.0, "")
    for findings, expected in (([finding], Concern.HYBRID), ([finding, alone], Concern.QUANTUM)):
        inventory = merge(findings, Coverage(), "t")
        component = next(c for c in inventory.components if c.name == "X25519")
        assert concern_of(component, standings(inventory)[component.ref]) is expected


def test_what_the_catalog_lacks_is_not_judged() -> None:
    """A family the catalog does not hold, or only an identifier, makes no claim and does not fail."""
    odd = Asset.of(Kind.ALGORITHM, "NoSuchFamily")
    assert not mapped(odd)
    assert display_name(odd) == "NoSuchFamily"
    assert concern(odd) is Concern.UNKNOWN
