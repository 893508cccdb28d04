import pytest

from pqc_migrate.bench import native
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.catalog import algorithms, liboqs, mechanisms, toml
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import CatalogError, ProviderUnavailable
from pqc_migrate.model.bench import Role

ALL = mechanisms.mechanisms()


@pytest.fixture(scope="module")
def provider() -> LiboqsProvider:
    try:
        return LiboqsProvider(native.load())
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")


@pytest.mark.parametrize("mechanism", ALL, ids=lambda m: m.name)
def test_a_mechanism_is_complete(mechanism: Mechanism) -> None:
    """It can be measured through something, its sizes have a source, and its family exists."""
    assert mechanism.liboqs or mechanism.openssl or mechanism.gmssl
    assert (mechanism.sizes is None) == (not mechanism.source)
    assert mechanism.document
    if mechanism.family:
        assert algorithms.family(mechanism.family)
    if mechanism.status == "classical":
        assert mechanism.category == 0
    if mechanism.sizes is not None:
        middle = {Role.KEM: "ciphertext", Role.SIGNATURE: "signature", Role.KEY_AGREEMENT: "shared_secret"}
        assert getattr(mechanism.sizes, middle[mechanism.role])


def test_sizes_agree_with_the_table_on_the_wire() -> None:
    """`sizes.toml` says what the plan adds up, `mechanisms.toml` what the benchmark checks: the same numbers."""
    by_name = {m.name: m.sizes for m in ALL}
    seen = 0
    for record in toml.read(toml.root() / "sizes.toml")["size"]:
        for name, lengths in record["algorithms"].items():
            for column, length in zip(record["columns"], lengths, strict=True):
                known = by_name.get(name)
                value = getattr(known, column) if known is not None else None
                if value is not None:
                    assert value == length, f"{name} {column}"
                    seen += 1
    assert seen > 40


def test_every_mechanism_of_the_library_has_a_family(provider: LiboqsProvider) -> None:
    """liboqs 0.16 holds nothing whose standing the catalog does not know."""
    unknown = [m.name for m in provider.mechanisms() if not m.group]
    assert unknown == []


def test_the_catalogs_categories_are_those_the_library_claims(provider: LiboqsProvider) -> None:
    """A wrong category in front of a bank's cryptographer costs more than a missing one."""
    for mechanism in provider.mechanisms():
        if mechanism.category is not None:
            assert provider.open(mechanism).facts.category == mechanism.category, mechanism.name


def test_what_the_library_calls_standard_is_standard(provider: LiboqsProvider) -> None:
    """liboqs names the FIPS it implements in the version of a mechanism."""
    for mechanism in provider.mechanisms():
        version = provider.open(mechanism).facts.version
        assert version.startswith("FIPS20") == mechanism.document.startswith("FIPS 20"), mechanism.name


def test_parameter_sets_that_iso_left_out_are_not_called_standard() -> None:
    """ISO/IEC 18033-2 Amd 2 has FrodoKEM from 976 and Classic McEliece from 460896 on, by their designers."""
    status = {m.name: m.status for m in ALL}
    assert status["FrodoKEM-640-AES"] == status["Classic-McEliece-348864"] == "not-selected"
    assert status["FrodoKEM-976-SHAKE"] == status["Classic-McEliece-6688128f"] == "standard"


@pytest.mark.parametrize(
    ("asked", "name", "former"),
    [
        ("ML-KEM-768", "ML-KEM-768", False),
        ("ml_kem_768", "ML-KEM-768", False),
        ("Dilithium5", "ML-DSA-87", True),
        ("P-256", "ECDSA-P-256", False),
        ("Kyber1024", "Kyber-1024", False),
    ],
)
def test_names_are_found_by_any_spelling(asked: str, name: str, former: bool) -> None:
    """And an older release's name is known to be another algorithm's."""
    match = mechanisms.lookup(asked)
    assert match is not None
    assert (match.mechanism.name, match.former) == (name, former)


def test_names_that_nobody_has_are_not_found() -> None:
    """Nor is the empty one."""
    assert mechanisms.lookup("ROT13") is None
    assert mechanisms.lookup("") is None


def test_a_mechanism_unknown_to_the_catalog_has_no_standing() -> None:
    """It can be measured; nothing is said about it."""
    found = mechanisms.from_library("Brand-New-1", Role.KEM)
    assert (found.name, found.sizes, found.standing, found.category) == ("Brand-New-1", None, "", None)


def test_the_sets_hold_what_they_promise() -> None:
    """One of each kind in the standard set; only standards and baselines at categories a bank takes in finance."""
    assert set(mechanisms.selections()) == {"standard", "finance"}
    families = {mechanisms.lookup(n).mechanism.group for n in mechanisms.selections()["standard"].algorithms}  # type: ignore[union-attr]
    assert families >= {"ML-KEM", "HQC", "FrodoKEM", "Classic-McEliece", "ML-DSA", "SLH-DSA", "Falcon", "MAYO"}
    assert families >= {"X25519", "ECDH", "ECDSA", "Ed25519", "RSA", "SM2"}
    finance = mechanisms.selections()["finance"].algorithms
    assert {"X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "SM2", "Falcon-512"} <= set(finance)


def test_a_pre_hash_variant_is_as_long_and_as_slow_as_its_pure_one() -> None:
    """FIPS 205 section 10.2.2: one more hash of the message, the same signature."""
    pure = mechanisms.from_library("SLH_DSA_PURE_SHAKE_192S", Role.SIGNATURE)
    hashed = mechanisms.from_library("SLH_DSA_SHA3_256_PREHASH_SHAKE_192S", Role.SIGNATURE)
    assert (hashed.sizes, hashed.seconds, hashed.source) == (pure.sizes, pure.seconds, pure.source)
    assert hashed.group == "HashSLH-DSA"


@pytest.mark.parametrize(
    ("name", "group", "standing"),
    [
        ("XMSS-SHA2_10_256", "XMSS", "standard: RFC 8391, NIST SP 800-208"),
        ("XMSS-SHAKE256_20_192", "XMSS", "standard: RFC 8391, NIST SP 800-208"),
        ("XMSSMT-SHA2_40/8_256", "XMSS", "standard: RFC 8391, NIST SP 800-208"),
        ("LMS_SHA256_H20_W8_H10_W8", "LMS", "standard: RFC 8554, NIST SP 800-208"),
        ("XMSS-SHA2_10_512", "XMSS-RFC8391", "not-selected: RFC 8391; with SHAKE128 or 512-bit hashes"),
        ("XMSS-SHAKE_16_256", "XMSS-RFC8391", "not-selected: RFC 8391; with SHAKE128 or 512-bit hashes"),
        ("XMSSMT-SHAKE_60/12_256", "XMSS-RFC8391", "not-selected: RFC 8391; with SHAKE128 or 512-bit hashes"),
    ],
)
def test_nist_approves_some_stateful_sets_and_not_others(name: str, group: str, standing: str) -> None:
    """SP 800-208 section 5; IANA's registry names the document of each."""
    found = mechanisms.from_library(name, Role.STATEFUL)
    assert found.group == group
    assert found.standing.startswith(standing)
    assert found.category is None


def test_a_wheel_is_known_for_each_platform_that_has_one() -> None:
    """With digests of the library and of everything it is linked to; nothing for the others."""
    for system, machine in (("Linux", "x86_64"), ("Darwin", "arm64"), ("Windows", "AMD64")):
        found = liboqs.wheel(system, machine)
        assert found is not None
        assert all(len(digest) == 64 for digest in found.files.values())
        assert liboqs.label(found.files[found.library]) == found.label
    assert liboqs.wheel("Linux", "riscv64") is None
    assert liboqs.wheel("Darwin", "x86_64") is None


def test_a_record_with_a_typo_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """File, record and key are named."""
    family = {"id": "X", "algorithm": "ML-KEM", "role": "kem", "status": "fine", "document": ""}
    with pytest.raises(CatalogError, match=r"mechanisms.toml: X .*status 'fine'"):
        mechanisms._mechanism(family, {"parameters": {"size": "1"}})
    with pytest.raises(CatalogError, match=r"mechanisms.toml: X .*unknown key bites"):
        mechanisms._mechanism(family | {"status": "standard"}, {"bites": [1]})
    with pytest.raises(CatalogError, match=r"bytes \[1\]"):
        mechanisms._mechanism(
            family | {"status": "standard", "sizes": ["public_key", "ciphertext"]}, {"bytes": [1]}
        )
