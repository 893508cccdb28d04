"""What an asset is and what a place is used for follow from the inventory, never from a guess."""

from collections.abc import Callable

import pytest

from pqc_migrate.assess import assess
from pqc_migrate.catalog.policies import policy
from pqc_migrate.model.inventory import (
    NEGOTIABLE,
    Asset,
    Component,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    LanguageCoverage,
    Role,
    Skip,
    Technique,
)
from pqc_migrate.model.plan import AssessedAsset, Assessment, Evidence
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Standing, Use

Make = Callable[..., Finding]
Build = Callable[..., Inventory]


def only(assessment: Assessment) -> AssessedAsset:
    (asset,) = assessment.assets
    return asset


def codes(asset: AssessedAsset) -> set[ReasonCode]:
    return {reason.code for reason in asset.reasons}


def place(assessment: Assessment, name: str) -> Evidence:
    ref = next(asset.id for asset in assessment.assets if asset.name == name)
    (row,) = (row for row in assessment.evidence if row.asset == ref)
    return row


@pytest.mark.parametrize(
    ("family", "parameters", "functions", "standing"),
    [
        ("ECDH", {"curve": "P-256"}, (), Standing.KEY_ESTABLISHMENT),
        ("X25519", {}, (), Standing.KEY_ESTABLISHMENT),
        ("FFDH", {"size": 2048}, (), Standing.KEY_ESTABLISHMENT),
        ("RSAES-OAEP", {}, ("encrypt",), Standing.KEY_ESTABLISHMENT),
        ("ECDSA", {"curve": "P-256"}, ("sign",), Standing.SIGNATURE),
        ("Ed25519", {}, (), Standing.SIGNATURE),
        ("RSASSA-PSS", {"size": 2048}, ("verify",), Standing.SIGNATURE),
        ("RSA", {"size": 2048}, ("keygen",), Standing.PUBLIC_KEY_UNKNOWN),
        ("RSA", {"size": 2048}, ("sign",), Standing.SIGNATURE),
        ("RSA", {"size": 2048}, ("decrypt",), Standing.KEY_ESTABLISHMENT),
        ("RSA", {"size": 2048}, ("encrypt", "sign"), Standing.PUBLIC_KEY_UNKNOWN),
        ("EC", {"curve": "P-256"}, (), Standing.PUBLIC_KEY_UNKNOWN),
        ("SM2", {}, (), Standing.PUBLIC_KEY_UNKNOWN),
        ("SM2", {"digest": "SM3"}, (), Standing.SIGNATURE),
        ("SM2", {}, ("decrypt",), Standing.KEY_ESTABLISHMENT),
        ("ML-KEM", {"size": 768}, (), Standing.POST_QUANTUM),
        ("ML-DSA", {"size": 65}, ("sign",), Standing.POST_QUANTUM),
        ("Kyber", {"size": 768}, (), Standing.PRE_STANDARD),
        ("SHA-1", {}, ("digest",), Standing.BROKEN),
        ("3DES", {"mode": "CBC"}, (), Standing.WEAK),
        ("AES", {"size": 256, "mode": "ECB"}, (), Standing.WEAK),
        ("AES", {"size": 128, "mode": "GCM"}, (), Standing.KEEP),
        ("SHA-2", {"size": 256}, (), Standing.KEEP),
        ("SM3", {}, (), Standing.KEEP),
        ("SM4", {"mode": "CBC"}, (), Standing.KEEP),
    ],
)
def test_standing_follows_family_and_function(
    finding: Make,
    inventory: Build,
    family: str,
    parameters: dict[str, str | int],
    functions: tuple[str, ...],
    standing: Standing,
) -> None:
    """Shor's algorithm decides for public keys, today's computers for the rest; an unread axis is said."""
    found = inventory(finding(family, functions=functions, **parameters))
    assert only(assess([found])).standing is standing


def test_sm_algorithms_are_never_called_weak(finding: Make, inventory: Build) -> None:
    """SM2 is quantum-vulnerable and classically approved; SM3 and SM4 are kept."""
    found = inventory(
        finding("SM2", functions=("sign",), digest="SM3"),
        finding("SM3", line=2),
        finding("SM4", line=3, mode="GCM"),
    )
    for asset in assess([found]).assets:
        assert asset.sm
        assert asset.standing not in (Standing.WEAK, Standing.BROKEN)
        wanted = ReasonCode.SM2_APPROVED if asset.family == "SM2" else ReasonCode.KEEP_CN_APPROVED
        assert wanted in codes(asset)
        assert not codes(asset) & {ReasonCode.CLASSICALLY_WEAK, ReasonCode.CLASSICALLY_BROKEN}


def test_a_hybrid_is_counted_once_and_its_classical_half_not_at_all(finding: Make, inventory: Build) -> None:
    """X25519 inside X25519MLKEM768 is no exposure; X25519 offered beside it is one."""
    inside = assess([inventory(finding("X25519MLKEM768", symbol="ssl_ecdh_curve"))])
    by_name = {asset.name: asset for asset in inside.assets}
    assert by_name["X25519"].standing is Standing.HYBRID
    assert not by_name["X25519"].drives
    assert ReasonCode.HYBRID_PART in codes(by_name["X25519"])
    assert {row.asset for row in inside.evidence} == {by_name["X25519MLKEM768"].id}
    beside = assess([inventory(finding("X25519MLKEM768"), finding("X25519", line=2))])
    assert next(a for a in beside.assets if a.name == "X25519").standing is Standing.KEY_ESTABLISHMENT


def test_a_key_is_counted_once_with_its_algorithm(finding: Make, inventory: Build) -> None:
    """The algorithm of a key file is not a second use."""
    rsa = Asset.of(Kind.ALGORITHM, "RSA", size=2048)
    key = finding(
        "RSA",
        kind=Kind.KEY,
        rule="pem/private-key",
        type="private-key",
        size=2048,
        related=(("key-algorithm", rsa),),
    )
    assessment = assess([inventory(key)])
    assert len(assessment.evidence) == 1
    algorithm = next(asset for asset in assessment.assets if asset.kind == "algorithm")
    assert ReasonCode.COUNTED_WITH_OWNER in codes(algorithm)
    assert not algorithm.drives


@pytest.mark.parametrize(
    ("family", "where", "use", "reason"),
    [
        ("X25519", {"rule": "nginx/ssl-ecdh-curve"}, Use.TLS_KEY_EXCHANGE, ReasonCode.USE_FROM_RULE),
        ("ECDSA", {"symbol": "ssl_conf_command"}, Use.TLS_AUTHENTICATION, ReasonCode.USE_FROM_SYMBOL),
        ("ECDSA", {"symbol": "jwt.encode"}, Use.JOSE, ReasonCode.USE_FROM_SYMBOL),
        ("X25519", {"symbol": "KexAlgorithms"}, Use.SSH_KEY_EXCHANGE, ReasonCode.USE_FROM_SYMBOL),
        ("Ed25519", {"symbol": "HostKeyAlgorithms"}, Use.SSH_KEYS, ReasonCode.USE_FROM_SYMBOL),
        ("mlkem768x25519-sha256", {}, Use.SSH_KEY_EXCHANGE, ReasonCode.USE_FROM_PROTOCOL),
        ("ECDSA", {"symbol": "cryptography.x509.CertificateBuilder.sign"}, Use.X509_SIGNATURE,
         ReasonCode.USE_FROM_SYMBOL),
        ("RSAES-OAEP", {"symbol": "PKCS7_encrypt"}, Use.CMS_ENCRYPT, ReasonCode.USE_FROM_SYMBOL),
        ("ECDSA", {}, Use.UNSPECIFIED, ReasonCode.USE_NOT_READ),
        ("ECDSA", {"path": "src/tls/jwt.py"}, Use.UNSPECIFIED, ReasonCode.USE_NOT_READ),
    ],
)  # fmt: skip
def test_a_use_is_read_or_unspecified(
    finding: Make, inventory: Build, family: str, where: dict[str, str], use: Use, reason: ReasonCode
) -> None:
    """Rule, symbol or family tell the use; a file's name does not."""
    row = next(row for row in assess([inventory(finding(family, **where))]).evidence if row.axis)
    assert (row.use, row.use_reason.code) == (use, reason)


def test_a_key_of_a_protocol_that_only_signs_signs(finding: Make, inventory: Build) -> None:
    """An RSA key that SSH uses establishes no key (RFC 4252, RFC 4253), so its axis is known."""
    row = assess(
        [inventory(finding("RSA", rule="paramiko/rsa-generate", functions=("keygen",), size=2048))]
    ).evidence[0]
    assert (row.axis, row.use) == (Axis.SIGNATURE, Use.SSH_KEYS)


def test_parts_of_a_certificate_are_x509(finding: Make, inventory: Build) -> None:
    """Its signature is an X.509 use, its key one whose axis was not read; it decides nothing itself."""
    signature = Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-256", digest="SHA-256")
    key = Asset.of(Kind.KEY, "EC", type="public-key", curve="P-256")
    certificate = finding(
        "X.509",
        kind=Kind.CERTIFICATE,
        rule="pem/certificate",
        name="bank.example",
        related=(("signature-algorithm", signature), ("public-key", key)),
        details=(("not-valid-after", "2037-01-01T00:00:00Z"),),
    )
    assessment = assess([inventory(certificate)])
    assert place(assessment, "ECDSA-P-256-SHA-256").use is Use.X509_SIGNATURE
    row = next(r for r in assessment.evidence if r.axis is Axis.BOTH)
    assert row.use is Use.X509_SIGNATURE
    held = next(asset for asset in assessment.assets if asset.kind == "certificate")
    assert (held.standing, held.valid_until) == (Standing.CERTIFICATE, "2037-01-01")


@pytest.mark.parametrize(
    ("usage", "axis"),
    [
        ("keyCertSign cRLSign", Axis.SIGNATURE),
        ("digitalSignature", Axis.SIGNATURE),
        ("keyEncipherment", Axis.CONFIDENTIALITY),
        ("digitalSignature keyEncipherment", Axis.BOTH),
        ("", Axis.BOTH),
    ],
)
def test_a_certificate_says_what_its_key_is_for(finding: Make, inventory: Build, usage: str, axis: Axis) -> None:
    """Key usage (RFC 5280 section 4.2.1.3) settles the axis where it names one side only."""
    key = Asset.of(Kind.KEY, "RSA", type="public-key", size=2048)
    details = (("key-usage", usage),) if usage else ()
    certificate = finding(
        "X.509",
        kind=Kind.CERTIFICATE,
        rule="pem/certificate",
        name="ca",
        related=(("public-key", key),),
        details=details,
    )
    (row,) = (row for row in assess([inventory(certificate)]).evidence if row.axis is not None)
    assert row.axis is axis
    assert row.use in (Use.X509_SIGNATURE, Use.X509_KEM)


@pytest.mark.parametrize(
    ("suite", "axis", "use"),
    [
        ("TLS_RSA_WITH_AES_128_CBC_SHA", Axis.CONFIDENTIALITY, Use.TLS_KEY_EXCHANGE),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Axis.SIGNATURE, Use.TLS_AUTHENTICATION),
        ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", Axis.SIGNATURE, Use.TLS_AUTHENTICATION),
    ],
)
def test_rsa_of_a_cipher_suite(finding: Make, inventory: Build, suite: str, axis: Axis, use: Use) -> None:
    """Alone it transports the key (RFC 5246 section 7.4.2), beside DHE or ECDHE it authenticates."""
    rsa = Asset.of(Kind.ALGORITHM, "RSA")
    held = finding("TLS-suite", kind=Kind.PROTOCOL, suite=suite, related=(("component", rsa),))
    row = place(assess([inventory(held)]), "RSA")
    assert (row.axis, row.use) == (axis, use)


def test_one_asset_used_both_ways_keeps_its_places_apart(finding: Make, inventory: Build) -> None:
    """Establishing keys is the more urgent standing; each place keeps its own axis."""
    encrypts = finding("RSA", functions=("encrypt",), size=2048)
    signs = finding("RSA", line=2, functions=("sign",), size=2048)
    assessment = assess([inventory(encrypts, signs)])
    asset = only(assessment)
    assert asset.standing is Standing.KEY_ESTABLISHMENT
    assert ReasonCode.MIXED_AXES in codes(asset)
    assert {row.axis for row in assessment.evidence} == {Axis.CONFIDENTIALITY, Axis.SIGNATURE}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRODUCTION])
def test_other_roles_drive_nothing(finding: Make, inventory: Build, role: Role) -> None:
    """A test key is listed with its role and moves no wave."""
    asset = only(assess([inventory(finding("RSA", role=role, size=1024))]))
    assert not asset.drives
    assert asset.occurrences == {role.value: 1}
    assert ReasonCode.NOT_PRODUCTION in codes(asset)


def test_an_unread_size_is_said_and_not_guessed(finding: Make, inventory: Build) -> None:
    """No size, no strength; below 112 bits only what was read."""
    asset = only(assess([inventory(finding("RSA", functions=("sign",)))]))
    assert (asset.strength, asset.unknown) == (None, ("size",))
    assert ReasonCode.SIZE_NOT_READ in codes(asset)
    small = only(assess([inventory(finding("RSA", functions=("sign",), size=1024))]))
    assert ReasonCode.BELOW_112 in codes(small)


def test_key_transport_has_no_forward_secrecy(finding: Make, inventory: Build) -> None:
    """RSA encryption is marked; whether an ECDH key is ephemeral was not read."""
    transport = only(assess([inventory(finding("RSAES-OAEP", functions=("decrypt",)))]))
    assert transport.forward_secret is False
    assert only(assess([inventory(finding("ECDH", curve="P-256"))])).forward_secret is None


def test_a_weak_digest_is_said_beside_the_quantum_standing(finding: Make, inventory: Build) -> None:
    """A SHA-1 signature is quantum-vulnerable and weak today; HMAC-SHA-1 does not rest on collisions."""
    signed = only(assess([inventory(finding("RSASSA-PKCS1", digest="SHA-1", size=2048))]))
    assert {ReasonCode.SHOR_BREAKS, ReasonCode.WEAK_DIGEST} <= codes(signed)
    assert only(assess([inventory(finding("HMAC", digest="SHA-1"))])).standing is Standing.KEEP


def test_aes_128_and_sm4_concern_only_profiles_that_ask_for_256_bits(finding: Make, inventory: Build) -> None:
    """NIST takes category 1; CNSA 2.0 and ASD get a remark each, for an unread size too."""
    found = inventory(
        finding("AES", size=128, mode="GCM"),
        finding("SM4", line=2, mode="GCM"),
        finding("AES", line=3, mode="CBC"),
        finding("AES", line=4, size=256, mode="GCM"),
    )
    profiles = [policy(name) for name in ("nist", "cnsa2", "au", "eu")]
    remarks = {asset.name: {r.profile for r in asset.remarks} for asset in assess([found], profiles).assets}
    both = {"cnsa2", "au"}
    assert remarks == {"AES-128-GCM": both, "SM4-GCM": both, "AES-CBC": both, "AES-256-GCM": set()}


def test_refused_algorithms_are_remarked_by_their_profile(finding: Make, inventory: Build) -> None:
    """ASD refuses SHA-256 and small parameter sets after 2030; others say nothing about them."""
    found = inventory(
        finding("SHA-2", size=256), finding("SHA-2", line=2, size=384), finding("ML-KEM", line=3, size=768)
    )
    profiles = [policy(name) for name in ("au", "nist", "cnsa2")]
    remarks = {a.name: {(r.profile, r.reason.code) for r in a.remarks} for a in assess([found], profiles).assets}
    assert remarks == {
        "SHA-256": {("au", ReasonCode.PROFILE_REFUSES)},
        "SHA-384": set(),
        "ML-KEM-768": {("au", ReasonCode.PROFILE_REFUSES), ("cnsa2", ReasonCode.BELOW_PROFILE_MINIMUM)},
    }


def test_a_runtime_decision_is_no_exposure(finding: Make, inventory: Build) -> None:
    """What a library version decides is said to depend on it."""
    found = finding("TLS", kind=Kind.PROTOCOL, rule="ssl/default-context", details=(("negotiates", "by version"),))
    asset = only(assess([inventory(found)]))
    assert asset.standing is Standing.RUNTIME
    assert asset.reasons[0].get("negotiates") == "by version"


def test_old_protocol_versions_are_hygiene(finding: Make, inventory: Build) -> None:
    """TLS 1.0 and 1.1 are weak (RFC 8996), SSL is broken, 1.2 and 1.3 are protocols whose parts decide."""
    standings = {
        version: only(assess([inventory(finding("TLS", kind=Kind.PROTOCOL, version=version))])).standing
        for version in ("1.0", "1.1", "1.2", "1.3")
    }
    assert standings == {
        "1.0": Standing.WEAK, "1.1": Standing.WEAK, "1.2": Standing.PROTOCOL, "1.3": Standing.PROTOCOL,
    }  # fmt: skip
    assert only(assess([inventory(finding("SSL", kind=Kind.PROTOCOL, version="3"))])).standing is Standing.BROKEN


def test_a_foreign_component_is_kept_with_what_it_says() -> None:
    """Another tool's unknown name concludes nothing; a component without a place counts once, in production."""
    strange = Component("x", Asset.of(Kind.ALGORITHM, "unlisted", name="FooCrypt"), "FooCrypt")
    rsa = Component("y", Asset.of(Kind.ALGORITHM, "RSA", size=2048), "RSA-2048")
    assessment = assess([Inventory((strange, rsa), target="other", tool="other-tool")])
    by_name = {asset.name: asset for asset in assessment.assets}
    assert by_name["FooCrypt"].standing is Standing.UNCLASSIFIED
    assert by_name["RSA-2048"].drives
    assert {row.path for row in assessment.evidence} == {""}
    assert any(spot.code is ReasonCode.TARGET_WITHOUT_COVERAGE for spot in assessment.blind_spots)


def test_what_was_not_looked_at_is_listed(inventory: Build) -> None:
    """Skipped files by reason, languages without a detector, and what scans of files never see."""
    coverage = Coverage(
        files_seen=9,
        files_read=7,
        by_language={"cobol": LanguageCoverage(2, 400, supported=False), "python": LanguageCoverage(5, 90)},
        skipped=(Diagnostic("a", Skip.TOO_LARGE, "m"), Diagnostic("b", Skip.TOO_LARGE, "m")),
    )
    spots = assess([inventory(coverage=coverage)]).blind_spots
    assert [(s.code, s.get("count") or s.get("language")) for s in spots[:2]] == [
        (ReasonCode.FILES_SKIPPED, 2), (ReasonCode.LANGUAGE_UNSUPPORTED, "cobol"),
    ]  # fmt: skip
    assert {s.code for s in spots[2:]} == {
        ReasonCode.NOT_PROBED, ReasonCode.NOT_SCANNABLE_HARDWARE, ReasonCode.NOT_SCANNABLE_SERVICES,
    }  # fmt: skip


def test_evidence_ids_survive_moved_lines_and_never_collide(finding: Make, inventory: Build) -> None:
    """The id is made of asset, rule, file and symbol; equal ones are told apart by their order."""
    rows = [finding("RSA", line=line, symbol="gen", size=2048) for line in (5, 9)]
    moved = [finding("RSA", line=line, symbol="gen", size=2048) for line in (15, 42)]
    before, after = assess([inventory(*rows)]).evidence, assess([inventory(*moved)]).evidence
    assert {row.id for row in before} == {row.id for row in after}
    assert len({row.id for row in before}) == 2
    assert all(row.technique == Technique.AST for row in before)


def test_the_same_inventory_twice_counts_once(finding: Make, inventory: Build) -> None:
    """A CBOM given twice changes nothing but the list of inputs."""
    found = inventory(finding("RSA", size=2048))
    assert assess([found, found]).evidence == assess([found]).evidence


def test_what_a_cipher_list_lets_be_negotiated_is_planned_and_leaves_tls_elsewhere_alone(
    finding: Make, inventory: Build
) -> None:
    """Each algorithm that a keyword names has a place and an axis of its own; TLS itself stays undecided."""
    families = ("RSAES-PKCS1", "ECDH", "RSA", "RC4")
    cipher_list = finding(
        "TLS",
        kind=Kind.PROTOCOL,
        technique=Technique.CONFIG,
        rule="nginx/ssl-ciphers",
        related=tuple((NEGOTIABLE, Asset.of(Kind.ALGORITHM, family)) for family in families),
    )
    found = assess([inventory(cipher_list)])
    assert {asset.name: (asset.standing, asset.axis) for asset in found.assets} == {
        "TLS": (Standing.PROTOCOL, None),
        "RSA-PKCS1-1.5": (Standing.KEY_ESTABLISHMENT, Axis.CONFIDENTIALITY),
        "ECDH": (Standing.KEY_ESTABLISHMENT, Axis.CONFIDENTIALITY),
        "RSA": (Standing.SIGNATURE, Axis.SIGNATURE),
        "RC4": (Standing.BROKEN, None),
    }
    uses = {row.use for row in found.evidence if row.axis is not None}
    assert uses == {Use.TLS_KEY_EXCHANGE, Use.TLS_AUTHENTICATION}
