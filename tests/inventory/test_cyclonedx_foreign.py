import json
from typing import Any

import pytest

from pqc_migrate.inventory.cyclonedx_read import load
from pqc_migrate.inventory.cyclonedx_write import to_cyclonedx
from pqc_migrate.inventory.standing import Concern, mapped, standings
from pqc_migrate.model.inventory import Asset, Component, Inventory, Kind, Location, Role, Skip, Technique


def read(*components: dict[str, Any], version: str = "1.6", **fields: Any) -> Inventory:
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "metadata": {"tools": {"components": [{"type": "application", "name": "scanner", "version": "2"}]}},
        "components": list(components),
        **fields,
    }
    inventory = load(json.dumps(document).encode())
    assert load(to_cyclonedx(inventory)) == inventory
    return inventory


def crypto(name: str, kind: str = "algorithm", ref: str = "", **section: Any) -> dict[str, Any]:
    key = {
        "algorithm": "algorithmProperties",
        "certificate": "certificateProperties",
        "protocol": "protocolProperties",
        "related-crypto-material": "relatedCryptoMaterialProperties",
    }[kind]
    return {
        "type": "cryptographic-asset",
        "name": name,
        "bom-ref": ref or name,
        "cryptoProperties": {"assetType": kind, key: section},
    }


def one(inventory: Inventory) -> Component:
    (component,) = inventory.components
    return component


@pytest.mark.parametrize(
    ("name", "section", "expected"),
    [
        ("RSA-2048", {"primitive": "pke"}, Asset.of(Kind.ALGORITHM, "RSA", size=2048)),
        ("AES256", {}, Asset.of(Kind.ALGORITHM, "AES", size=256)),
        ("AES", {"parameterSetIdentifier": "256", "mode": "gcm"},
         Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM")),
        ("SHA256withRSA", {}, Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-256")),
        ("ECDSA", {"curve": "secp256r1"}, Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-256")),
        ("ECDSA", {"ellipticCurve": "nist/P-384"}, Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-384")),
        ("ECDH", {"ellipticCurve": "other/Curve25519"}, Asset.of(Kind.ALGORITHM, "X25519")),
        ("RSA", {"padding": "oaep", "primitive": "pke"}, Asset.of(Kind.ALGORITHM, "RSAES-OAEP")),
        ("my own name", {"algorithmFamily": "ML-KEM", "parameterSetIdentifier": "768"},
         Asset.of(Kind.ALGORITHM, "ML-KEM", size=768)),
        ("x", {"algorithmFamily": "SHA-3", "primitive": "xof"}, Asset.of(Kind.ALGORITHM, "SHA-3")),
    ],
)  # fmt: skip
def test_names_families_and_fields_are_mapped(name: str, section: dict[str, str], expected: Asset) -> None:
    """What another tool says in its own words becomes the asset our scan would have made."""
    assert one(read(crypto(name, **section), version="1.7")).asset == expected


def test_an_object_identifier_names_what_the_name_does_not() -> None:
    """The OID decides when the name says nothing."""
    component = crypto("algorithm-7")
    component["cryptoProperties"]["oid"] = "1.2.156.10197.1.301"
    assert one(read(component)).asset.family == "SM2"


def test_an_unknown_name_is_kept_and_flagged_not_guessed() -> None:
    """A component the catalog lacks keeps its name and fields, and stands as unknown."""
    inventory = read(crypto("HomeBrewCipher", primitive="block-cipher", executionEnvironment="hardware"))
    component = one(inventory)
    assert component.name == "HomeBrewCipher"
    assert not mapped(component.asset)
    assert standings(inventory)[component.ref].concern is Concern.UNKNOWN
    assert ("cyclonedx:executionEnvironment", "hardware") in component.properties
    written = json.loads(to_cyclonedx(inventory))["components"][0]
    assert {"name": "pqc-migrate:unmapped", "value": "true"} in written["properties"]


def test_a_size_that_was_not_stated_stays_unknown() -> None:
    """No default is filled in for a foreign component either."""
    assert one(read(crypto("RSA"))).asset.parameters == ()


def test_a_field_that_contradicts_the_name_does_not_override_it() -> None:
    """AES128 with parameter set 256: the contradiction is kept for a person to see."""
    component = one(read(crypto("AES128", parameterSetIdentifier="256")))
    assert component.asset.get("size") == "128"
    assert ("cyclonedx:parameterSetIdentifier", "256") in component.properties


def test_equal_assets_become_one_component() -> None:
    """A tool that lists RSA-2048 once per use gives one component with every place."""
    places = [{"location": "A.java", "line": 3, "symbol": "KeyPairGenerator"}, {"location": "B.java"}]
    found = [
        crypto("RSA-2048", ref=str(i)) | {"evidence": {"occurrences": [place]}} for i, place in enumerate(places)
    ]
    component = one(read(*found))
    assert [o.location for o in component.occurrences] == [
        Location("A.java", 3, None, "KeyPairGenerator"),
        Location("B.java", 0),
    ]
    assert component.occurrences[0].role is Role.PRODUCTION


def test_confidence_and_technique_are_the_tools_or_said_to_be_missing() -> None:
    """A stated confidence is kept; without one, the reason says so."""
    evidence = {
        "identity": [{"field": "name", "confidence": 0.8, "methods": [{"technique": "source-code-analysis"}]}],
        "occurrences": [{"location": "a"}],
    }
    sure = one(read(crypto("MD5") | {"evidence": evidence})).occurrences[0]
    assert (sure.confidence, sure.technique, sure.reason) == (0.8, Technique.AST, "stated by scanner")
    unsure = one(read(crypto("MD5") | {"evidence": {"occurrences": [{"location": "a"}]}})).occurrences[0]
    assert unsure.reason == "scanner states no confidence"


def test_secrets_and_code_are_not_taken_over() -> None:
    """Key values and free context of other tools go nowhere."""
    key = crypto("token", "related-crypto-material", type="token", value="hunter2")
    key["evidence"] = {"occurrences": [{"location": "a", "additionalContext": 'password = "hunter2"'}]}
    assert b"hunter2" not in to_cyclonedx(read(key))


def test_a_key_is_of_the_algorithm_it_refers_to() -> None:
    """Two keys of one algorithm stay two, and point at it."""
    rsa = crypto("RSA-2048", ref="alg")
    keys = [
        crypto(name, "related-crypto-material", type="private-key", size=2048, algorithmRef="alg") for name in "ab"
    ]
    inventory = read(rsa, *keys)
    found = [c for c in inventory.components if c.asset.kind is Kind.KEY]
    assert [c.asset.get("name") for c in found] == ["a", "b"]
    assert {(c.asset.family, c.asset.get("size"), c.asset.get("type")) for c in found} == {
        ("RSA", "2048", "private-key")
    }
    algorithm = next(c for c in inventory.components if c.asset.kind is Kind.ALGORITHM)
    assert found[0].related == (("key-algorithm", algorithm.ref),)


def test_a_certificate_keeps_its_name_fingerprint_and_parts() -> None:
    """Signature and key are found through the references of 1.6 and of 1.7."""
    parts = [crypto("SHA256withRSA", ref="s"), crypto("RSA-2048", ref="k")]
    old = crypto("CN=a", "certificate", signatureAlgorithmRef="s", subjectPublicKeyRef="k", subjectName="CN=a")
    inventory = read(*parts, old)
    certificate = next(c for c in inventory.components if c.asset.kind is Kind.CERTIFICATE)
    assert [relation for relation, _ in certificate.related] == ["public-key", "signature-algorithm"]
    assert standings(inventory)[certificate.ref].concern is Concern.QUANTUM
    new = crypto(
        "CN=a",
        "certificate",
        fingerprint={"alg": "SHA-256", "content": "AB" * 32},
        relatedCryptographicAssets=[{"type": "publicKey", "ref": "k"}, {"type": "algorithm", "ref": "s"}],
    )
    newer = next(c for c in read(*parts, new, version="1.7").components if c.asset.kind is Kind.CERTIFICATE)
    assert newer.asset.get("fingerprint") == "ab" * 32
    assert newer.related == certificate.related


def test_a_protocol_brings_its_cipher_suites() -> None:
    """Suites become components with their algorithms, at the place of the protocol."""
    tls = crypto(
        "TLSv1.2",
        "protocol",
        type="tls",
        version="1.2",
        cipherSuites=[{"name": "TLS_RSA_WITH_AES_128_CBC_SHA", "algorithms": ["r"]}, {"name": "odd"}],
    ) | {"evidence": {"occurrences": [{"location": "nginx.conf", "line": 2}]}}
    inventory = read(crypto("RSA", ref="r"), tls)
    found = {c.name: c for c in inventory.components}
    suite = found["TLS_RSA_WITH_AES_128_CBC_SHA"]
    assert found["TLSv1.2"].asset == Asset.of(Kind.PROTOCOL, "TLS", version="1.2")
    assert found["TLSv1.2"].related == (("component", suite.ref),)
    assert ("cyclonedx:cipherSuite", "odd") in found["TLSv1.2"].properties
    assert suite.related == (("component", found["RSA"].ref),)
    assert suite.occurrences[0].location == Location("nginx.conf", 2)
    assert suite.occurrences[0].details == (("derived-from", found["TLSv1.2"].ref),)
    assert standings(inventory)[found["TLSv1.2"].ref].concern is Concern.QUANTUM


@pytest.mark.parametrize(
    ("name", "section", "expected"),
    [
        ("ssh", {"type": "ssh", "version": "2.0"}, ("SSH", "2.0")),
        ("edge", {"type": "tls", "version": "TLSv1.3"}, ("TLS", "1.3")),
        ("edge", {"type": "tls", "version": "latest"}, ("TLS", None)),
        ("SSLv3", {"type": "tls"}, ("SSL", "3")),
        ("wpa3", {"type": "wpa"}, ("unlisted", None)),
    ],
)
def test_protocol_types_are_mapped(name: str, section: dict[str, str], expected: tuple[str, str | None]) -> None:
    """A version is taken only when it is one."""
    asset = one(read(crypto(name, "protocol", **section))).asset
    assert (asset.family, asset.get("version")) == expected


@pytest.mark.parametrize("version", ["1.4", "1.5"])
def test_libraries_of_older_boms_load(version: str) -> None:
    """1.4 and 1.5 know no crypto; their libraries are libraries."""
    library = {
        "type": "library",
        "group": "org.bouncycastle",
        "name": "bcprov-jdk18on",
        "version": "1.78",
        "purl": "pkg:maven/org.bouncycastle/bcprov-jdk18on@1.78",
    }
    asset = one(read(library, version=version)).asset
    assert (asset.kind, asset.family, asset.get("version")) == (
        Kind.LIBRARY,
        "org.bouncycastle:bcprov-jdk18on",
        "1.78",
    )


def test_the_tool_list_of_1_4_names_the_tool() -> None:
    """Before 1.5 tools were a plain list."""
    inventory = read(version="1.4", metadata={"tools": [{"vendor": "v", "name": "old", "version": "3"}]})
    assert (inventory.tool, inventory.tool_version) == ("old", "3")


def test_the_early_cbom_of_1_4_loads() -> None:
    """IBM's first CBOM names the type, the variant and the places differently."""
    component = {
        "type": "crypto-asset",
        "name": "unnamed",
        "bom-ref": "1",
        "cryptoProperties": {
            "assetType": "algorithm",
            "algorithmProperties": {"primitive": "ae", "variant": "AES-128-GCM"},
            "detectionContext": [{"filePath": "Main.java", "lineNumbers": [7, 9], "additionalContext": "code"}],
        },
    }
    found = one(read(component, version="1.4-cbom-1.0"))
    assert found.name == "AES-128-GCM"
    assert [o.location for o in found.occurrences] == [Location("Main.java", 7), Location("Main.java", 9)]


def test_nested_components_are_found() -> None:
    """What a library contains is part of the inventory."""
    library = {"type": "library", "name": "lib", "bom-ref": "l", "components": [crypto("MD5", ref="m")]}
    dependencies = [{"ref": "l", "provides": ["m"], "dependsOn": ["gone"]}]
    inventory = read(library, dependencies=dependencies)
    assert {c.name for c in inventory.components} == {"lib", "MD5"}
    lib = next(c for c in inventory.components if c.name == "lib")
    assert [relation for relation, _ in lib.related] == ["provides"]
    written = json.loads(to_cyclonedx(inventory))["dependencies"]
    assert next(d["provides"] for d in written if d["ref"] == lib.ref)


def test_what_could_not_be_read_is_in_the_coverage() -> None:
    """An occurrence without a location is named, not dropped."""
    inventory = read(crypto("MD5") | {"evidence": {"occurrences": [{"line": 3}, {"location": "a"}]}})
    (diagnostic,) = inventory.coverage.skipped
    assert (diagnostic.skip, diagnostic.message) == (
        Skip.MALFORMED,
        "component 'MD5': an occurrence without a location",
    )


def test_control_characters_of_another_tool_are_made_visible() -> None:
    """Names and places of a foreign file cannot act on the terminal."""
    component = one(read(crypto("x\x1b[2J") | {"evidence": {"occurrences": [{"location": "a\u202eb"}]}}))
    assert component.name == r"x\x1b[2J"
    assert component.occurrences[0].location.path == r"a\u202eb"
