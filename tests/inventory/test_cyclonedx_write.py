import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cyclonedx.schema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.inventory import cyclonedx_fields as fields
from pqc_migrate.inventory.cyclonedx_write import SPEC_VERSIONS, to_cyclonedx
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Location,
    Role,
    Skip,
    Technique,
)

RESOURCES = Path(cyclonedx.schema.__file__).parent / "_res"
VALIDATORS = {version: JsonStrictValidator(SchemaVersion.from_version(version)) for version in SPEC_VERSIONS}
SCHEMAS = {v: json.loads((RESOURCES / f"bom-{v}.SNAPSHOT.schema.json").read_text()) for v in SPEC_VERSIONS}
REGISTRY = json.loads((RESOURCES / "cryptography-defs.SNAPSHOT.schema.json").read_text())["definitions"]


def finding(asset: Asset, *related: tuple[str, Asset], details: tuple[tuple[str, str], ...] = ()) -> Finding:
    return Finding(
        "r/r", asset, Location("a.py", 3), Technique.AST, 0.9, "why", functions=("sign",), related=related,
        details=details,
    )  # fmt: skip


def document(*findings: Finding, version: str = "1.6", coverage: Coverage | None = None) -> dict[str, Any]:
    inventory = merge(findings, coverage or Coverage(), "target")
    text = to_cyclonedx(inventory, version)
    assert VALIDATORS[version].validate_str(text.decode()) is None
    return dict(json.loads(text))


def crypto(asset: Asset, *related: tuple[str, Asset], version: str = "1.6", **details: str) -> dict[str, Any]:
    """Return the cryptoProperties of one asset."""
    stated = tuple((key.replace("_", "-"), value) for key, value in details.items())
    found = document(finding(asset, *related, details=stated), version=version)
    name = merge([finding(asset)], Coverage(), "t").components[0].ref
    return next(dict(c["cryptoProperties"]) for c in found["components"] if c["bom-ref"] == name)


def enumeration(version: str, section: str, field: str) -> set[str]:
    found = SCHEMAS[version]["definitions"]["cryptoProperties"]["properties"][section]["properties"][field]
    return set(found.get("enum") or found["items"]["enum"])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_every_inventory_is_valid_under_the_strict_validator(
    version: str, data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]
) -> None:
    """Whatever was found, the CBOM satisfies the published schema without an unknown field."""
    inventory = data.draw(any_inventory)
    text = to_cyclonedx(inventory, version, datetime(2026, 1, 1, tzinfo=UTC))
    assert VALIDATORS[version].validate_str(text.decode()) is None


@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_every_family_of_the_catalog_is_valid(version: str) -> None:
    """No record of the catalog has a primitive, family or level that the schema does not know."""
    found = [finding(Asset.of(f.kind, f.id)) for f in algorithms.families().values()]
    document(*found, version=version)


def test_registry_families_are_in_the_registry() -> None:
    """`algorithmFamily` is a closed enumeration; "RSA" is not in it."""
    stated = {family.registry for family in algorithms.families().values()} - {""}
    assert stated <= set(REGISTRY["algorithmFamiliesEnum"]["enum"])


def test_registry_curves_are_in_the_registry() -> None:
    """`ellipticCurve` is a closed enumeration."""
    canonical = {curve for name in names.curves() if (curve := names.curve(name))}
    stated = {found for curve in canonical if (found := names.curve_registry(curve))}
    assert stated <= set(REGISTRY["ellipticCurvesEnum"]["enum"])
    assert "nist/P-256" in stated


@pytest.mark.parametrize("version", SPEC_VERSIONS)
def test_the_words_of_closed_enumerations_exist(version: str) -> None:
    """Modes, paddings, functions and material types are the schema's own words."""
    assert set(fields._MODES.values()) <= enumeration(version, "algorithmProperties", "mode")
    paddings = set(fields._PADDINGS.values()) | set(fields._FAMILY_PADDINGS.values())
    assert paddings <= enumeration(version, "algorithmProperties", "padding")
    assert set(fields.FUNCTIONS) == enumeration(version, "algorithmProperties", "cryptoFunctions")
    assert enumeration(version, "relatedCryptoMaterialProperties", "type") == fields.MATERIAL_TYPES


@given(data=st.data())
def test_equal_inventories_are_equal_bytes(
    data: st.DataObject, any_inventory: st.SearchStrategy[Inventory]
) -> None:
    """No clock and nothing random: the same input gives the same file, serial number included."""
    inventory = data.draw(any_inventory)
    assert to_cyclonedx(inventory) == to_cyclonedx(inventory)


def test_another_content_has_another_serial_number() -> None:
    """The serial number identifies the content, as a UUID of version 8."""
    one = document(finding(Asset.of(Kind.ALGORITHM, "MD5")))["serialNumber"]
    two = document(finding(Asset.of(Kind.ALGORITHM, "MD4")))["serialNumber"]
    assert one != two
    assert one.startswith("urn:uuid:")
    assert one.split("-")[2].startswith("8")
    assert one.split("-")[3][0] in "89ab"


def test_a_timestamp_is_written_only_when_given() -> None:
    """It is in UTC, to the second."""
    inventory = merge([], Coverage(), "t")
    assert "timestamp" not in json.loads(to_cyclonedx(inventory))["metadata"]
    moment = datetime(2026, 1, 1, 8, 0, 0, 9, tzinfo=timezone(timedelta(hours=8)))
    assert json.loads(to_cyclonedx(inventory, timestamp=moment))["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"


def test_an_unknown_spec_version_is_refused() -> None:
    """1.5 has no cryptoProperties, 1.8 does not exist."""
    with pytest.raises(ValueError, match=r"1\.5"):
        to_cyclonedx(merge([], Coverage(), "t"), "1.5")


def test_an_algorithm_has_its_fields_and_identifier() -> None:
    """RSA-2048 as a 1.6 consumer reads it: primitive, size, level 0, OID and use."""
    assert crypto(Asset.of(Kind.ALGORITHM, "RSA", size=2048)) == {
        "assetType": "algorithm",
        "algorithmProperties": {
            "primitive": "pke",
            "parameterSetIdentifier": "2048",
            "cryptoFunctions": ["sign"],
            "classicalSecurityLevel": 112,
            "nistQuantumSecurityLevel": 0,
        },
        "oid": "1.2.840.113549.1.1.1",
    }


def test_version_1_7_names_family_and_curve_from_the_registry() -> None:
    """The enumerated fields appear where the registry has the family and the curve."""
    asset = Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-256", digest="SHA-256")
    properties = crypto(asset, version="1.7")["algorithmProperties"]
    assert properties["algorithmFamily"] == "ECDSA"
    assert properties["ellipticCurve"] == "nist/P-256"
    assert "curve" not in properties
    assert crypto(asset)["algorithmProperties"]["curve"] == "P-256"
    rsa = crypto(Asset.of(Kind.ALGORITHM, "RSA"), version="1.7")["algorithmProperties"]
    assert "algorithmFamily" not in rsa


@pytest.mark.parametrize(("size", "level"), [(None, None), (512, None), (1024, 80), (3072, 128)])
def test_the_classical_level_follows_sp_800_57(size: int | None, level: int | None) -> None:
    """A size that was not read, or is below the table, claims no strength."""
    properties = crypto(Asset.of(Kind.ALGORITHM, "RSA", size=size))["algorithmProperties"]
    assert properties.get("classicalSecurityLevel") == level


def test_an_unread_size_is_absent_and_said() -> None:
    """Nothing stands for a size that was not read, and a property names what is missing."""
    (component,) = document(finding(Asset.of(Kind.ALGORITHM, "AES", mode="GCM")))["components"]
    properties = component["cryptoProperties"]["algorithmProperties"]
    assert "parameterSetIdentifier" not in properties
    assert "nistQuantumSecurityLevel" not in properties
    assert {"name": "pqc-migrate:unknown", "value": "size"} in component["properties"]
    assert component["name"] == "AES-GCM"


@pytest.mark.parametrize(
    ("parameters", "mode", "primitive"),
    [
        ({"mode": "GCM"}, "gcm", "ae"),
        ({"mode": "CFB8"}, "cfb", "block-cipher"),
        ({"mode": "XTS"}, "other", "block-cipher"),
        ({"mode": "KW"}, "other", "other"),
        ({}, "unknown", "block-cipher"),
    ],
)
def test_a_mode_is_the_schemas_word_or_other(parameters: dict[str, str], mode: str, primitive: str) -> None:
    """A mode the enumeration lacks is "other" there, and exact in our own property."""
    properties = crypto(Asset.of(Kind.ALGORITHM, "AES", size=256, **parameters))["algorithmProperties"]
    assert (properties["mode"], properties["primitive"]) == (mode, primitive)


def test_key_wrap_has_its_own_primitive_in_1_7() -> None:
    """1.6 has no word for it."""
    wrap = Asset.of(Kind.ALGORITHM, "AES", size=256, mode="KW")
    assert crypto(wrap, version="1.7")["algorithmProperties"]["primitive"] == "key-wrap"


@pytest.mark.parametrize(
    ("family", "padding"), [("RSAES-OAEP", "oaep"), ("RSASSA-PKCS1", "pkcs1v15"), ("RSASSA-PSS", "other")]
)
def test_an_rsa_scheme_is_its_padding(family: str, padding: str) -> None:
    """The scheme of RFC 8017 fixes the padding."""
    assert crypto(Asset.of(Kind.ALGORITHM, family))["algorithmProperties"]["padding"] == padding


def test_a_certificate_points_at_its_key_and_signature() -> None:
    """1.6 has one field for each, 1.7 a list; dates are instants, or left out when they are none."""
    certificate = Asset.of(Kind.CERTIFICATE, "X.509", name="CN=a", fingerprint="ab" * 32)
    key = Asset.of(Kind.KEY, "RSA", size=2048, type="public-key", fingerprint="cd" * 32)
    signature = Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-256")
    related = (("public-key", key), ("signature-algorithm", signature))
    dates = {"not_valid_before": "2025-01-01T00:00:00Z", "not_valid_after": "soon", "subject": "CN=a"}
    old = crypto(certificate, *related, **dates)["certificateProperties"]
    assert old["subjectName"] == "CN=a"
    assert old["notValidBefore"] == "2025-01-01T00:00:00Z"
    assert "notValidAfter" not in old
    assert old["certificateFormat"] == "X.509"
    assert old["subjectPublicKeyRef"].startswith("crypto/related-crypto-material/rsa-2048@")
    assert old["signatureAlgorithmRef"].startswith("crypto/algorithm/rsa-pkcs1-1-5-sha-256@")
    new = crypto(certificate, *related, version="1.7", **dates, serial="0a")["certificateProperties"]
    assert new["fingerprint"] == {"alg": "SHA-256", "content": "ab" * 32}
    assert new["serialNumber"] == "0a"
    assert {r["type"] for r in new["relatedCryptographicAssets"]} == {"publicKey", "algorithm"}


def test_a_key_has_type_size_and_algorithm_but_never_a_value() -> None:
    """Key bytes do not travel."""
    key = Asset.of(Kind.KEY, "RSA", size=2048, type="private-key", fingerprint="cd" * 32)
    rsa = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
    properties = crypto(key, ("key-algorithm", rsa))["relatedCryptoMaterialProperties"]
    assert properties == {
        "type": "private-key",
        "id": "cd" * 32,
        "algorithmRef": "crypto/algorithm/rsa-2048@5d3143ea07e67f50",
        "size": 2048,
    }


def test_a_protocol_lists_its_suites_with_their_algorithms() -> None:
    """The cipher suites of a TLS configuration stand where consumers look for them."""
    tls = Asset.of(Kind.PROTOCOL, "TLS", version="1.3")
    suite = Asset.of(Kind.PROTOCOL, "TLS-suite", suite="TLS_AES_128_GCM_SHA256")
    inventory = merge([finding(tls, ("component", suite)), finding(suite)], Coverage(), "t")
    found = {c["name"]: c for c in json.loads(to_cyclonedx(inventory))["components"]}
    properties = found["TLSv1.3"]["cryptoProperties"]["protocolProperties"]
    assert properties["type"] == "tls"
    assert properties["version"] == "1.3"
    assert properties["cipherSuites"] == [
        {
            "name": "TLS_AES_128_GCM_SHA256",
            "algorithms": [found["AES-128-GCM"]["bom-ref"], found["HKDF-SHA-256"]["bom-ref"]],
        }
    ]
    assert crypto(Asset.of(Kind.PROTOCOL, "DTLS"), version="1.7")["protocolProperties"]["type"] == "dtls"


@pytest.mark.parametrize(("version", "written"), [("50.0.0", "50.0.0"), (">=42", None), ("1.x || 2", None)])
def test_a_library_is_a_library_and_a_range_no_version(version: str, written: str | None) -> None:
    """A range is kept as a parameter; the version field promises one version."""
    asset = Asset.of(Kind.LIBRARY, "cryptography", purl="pkg:pypi/cryptography", version=version)
    (component,) = document(finding(asset))["components"]
    assert component["type"] == "library"
    assert component["purl"] == "pkg:pypi/cryptography"
    assert component.get("version") == written
    assert {"name": "pqc-migrate:parameter:version", "value": version} in component["properties"]


def test_evidence_tells_place_confidence_technique_and_role() -> None:
    """A reader can go to the line and knows how sure the finding is."""
    (component,) = document(finding(Asset.of(Kind.ALGORITHM, "MD5")))["components"]
    assert component["evidence"]["identity"] == [
        {
            "field": "name",
            "confidence": 0.9,
            "methods": [{"technique": "source-code-analysis", "confidence": 0.9, "value": "ast"}],
        }
    ]
    (place,) = component["evidence"]["occurrences"]
    assert (place["location"], place["line"]) == ("a.py", 3)
    assert "role=production" in place["additionalContext"]
    assert {"name": "pqc-migrate:role:production", "value": "1"} in component["properties"]


def test_the_coverage_statement_is_in_the_document() -> None:
    """Figures, languages without a detector, and every skipped file; nothing is called complete."""
    coverage = Coverage(
        9, 7, 1000, 5,
        {"cobol": LanguageCoverage(2, 90, 0, 0, supported=False)},
        (Diagnostic("big.bin", Skip.TOO_LARGE, "2 GB"), Diagnostic("k.py", Skip.UNRESOLVED, "size", 4, "r/x")),
    )  # fmt: skip
    found = document(coverage=coverage)
    properties = [(p["name"], p["value"]) for p in found["metadata"]["properties"]]
    assert ("pqc-migrate:coverage:files-seen", "9") in properties
    assert ("pqc-migrate:coverage:skipped:too-large", "1") in properties
    cobol = "files=2; bytes=90; parsed=0; parsed-bytes=0; supported=false"
    assert ("pqc-migrate:coverage:language:cobol", cobol) in properties
    assert ("pqc-migrate:skipped", "reason=too-large; path=big.bin; message=2 GB") in properties
    unresolved = "reason=unresolved-value; path=k.py; line=4; rule=r/x; message=size"
    assert ("pqc-migrate:skipped", unresolved) in properties
    assert found["compositions"] == [{"aggregate": "incomplete", "assemblies": ["target"]}]
    assert document()["compositions"][0]["aggregate"] == "unknown"


def test_dependencies_hold_only_what_is_in_the_document() -> None:
    """Every component has an entry; the target depends on all of them."""
    suite = Asset.of(Kind.PROTOCOL, "TLS-suite", suite="TLS_AES_128_GCM_SHA256")
    found = document(finding(suite))
    refs = {c["bom-ref"] for c in found["components"]}
    graph = {d["ref"]: d.get("dependsOn", []) for d in found["dependencies"]}
    assert set(graph) == refs | {"target"}
    assert set(graph["target"]) == refs
    assert sum(len(needed) for ref, needed in graph.items() if ref != "target") == 2


def test_names_that_attack_the_reader_are_written_visibly() -> None:
    """Escape sequences, direction overrides and broken bytes in a path come out as text."""
    path = "\x1b[2J\u202e" + b"\xff".decode("utf-8", "surrogateescape")
    odd = Finding("r/r", Asset.of(Kind.ALGORITHM, "MD5"), Location(path, 1), Technique.AST, 1.0, "", Role.TEST)
    (component,) = document(odd)["components"]
    assert component["evidence"]["occurrences"][0]["location"] == r"\x1b[2J\u202e\xff"
