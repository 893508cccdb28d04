"""Migration plans made by hand: one with everything in it, one with almost nothing, one with many rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pqc_migrate.model.plan import (
    SCHEMA,
    UNREGISTERED,
    AssessedAsset,
    Assumption,
    Capacity,
    CapacityCheck,
    CoverageView,
    CryptoUse,
    Dependency,
    Direction,
    Evidence,
    Input,
    InputRecord,
    Institution,
    Instrument,
    Kpi,
    LinkPlan,
    Margin,
    MigrationPlan,
    Milestone,
    MilestoneUse,
    Phase,
    PlaceOwner,
    PolicyBasis,
    ProductReadiness,
    ProfileRemark,
    ProfileTarget,
    ProfileView,
    Reason,
    SizeChange,
    Source,
    Spec,
    Step,
    Summary,
    SystemPlan,
    TargetMapping,
    Throughput,
    Unknown,
    Wave,
)
from pqc_migrate.model.plan_codes import (
    AssumptionCode,
    Axis,
    Binding,
    Effect,
    KpiId,
    MappingNote,
    MilestoneKind,
    Movement,
    OrderRule,
    PhaseId,
    Population,
    Priority,
    ReasonCode,
    Route,
    Scope,
    SpecStatus,
    Standing,
    Trust,
    UnknownCode,
    Use,
    Verdict,
    WaveId,
)
from pqc_migrate.model.programme import Amount, Budget, CostSum, ExceptionRecord, Freeze, SystemCost
from pqc_migrate.model.progress import (
    KpiChange,
    PassedDeadline,
    Progress,
    ProgressPoint,
    SystemChange,
    UseChange,
)

TODAY = date(2026, 11, 24)
QUOTE = (
    "中国人民银行下发《关于开展深化金融科技应用、推进金融数字化转型提升工作的通知》提出，"
    "要“提升金融领域密码算法抵抗潜在量子计算攻击的能力”。"
)
SOURCES = (
    Source("caict-deck", "中国信息通信研究院, 金融科技产业生态及数据中心重点领域解读 (赵小飞)", Trust.PRIMARY),
    Source("fips-203", "FIPS 203 (2024-08-13), table 3", Trust.PRIMARY),
    Source("g7-statement", "G7 Cyber Expert Group statement, January 2026", Trust.PRIMARY),
    Source("gmbz-39786", "gmbz.org.cn, 2021-03-25", Trust.PRIMARY),
    Source("nccoe-faq", "NIST NCCoE FAQ, whatguidance.rst, 2026-08-04", Trust.PRIMARY),
    Source("pqctoday", "pqctoday compilation", Trust.UNVERIFIED),
    Source("reference-line", "the institution's own planning line", Trust.OWN),
    Source("rfc-10024", "RFC 10024, August 2026", Trust.PRIMARY),
)


def milestone(identifier: str, profile: str, authority: str, document: str, **changes: object) -> Milestone:
    disallow = changes.pop("disallow", date(2035, 12, 31))
    assert disallow is None or isinstance(disallow, date)
    base = Milestone(
        id=identifier,
        profile=profile,
        authority=authority,
        document=document,
        document_date="2024-11-12",
        binding=Binding.GUIDANCE,
        scope=Scope.FINANCIAL_ALL,
        population=Population.ALL,
        axis=None,
        strength=None,
        kind=MilestoneKind.COMPLETE,
        effect=Effect.COMPLETION,
        deprecate_after=None,
        disallow_after=disallow,
        deprecate_written="",
        disallow_written="" if disallow is None else str(disallow.year),
        deprecate_days_left=None,
        disallow_days_left=None if disallow is None else (disallow - TODAY).days,
        targets=(),
        refuses=(),
        trust=Trust.PRIMARY,
        source="g7-statement",
        unverified=False,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def profiles() -> tuple[ProfileView, ...]:
    china = (
        milestone(
            "cn-pboc",
            "cn-default",
            "PBoC (CN)",
            "《关于开展深化金融科技应用、推进金融数字化转型提升工作的通知》",
            document_date="",
            disallow=None,
            scope=Scope.FINANCIAL_INSTITUTION,
            kind=MilestoneKind.DIRECTION,
            effect=Effect.DIRECTION,
            source="caict-deck",
        ),
        milestone(
            "cn-ref-critical",
            "cn-default",
            "",
            "",
            document_date="",
            disallow=date(2030, 12, 31),
            binding=Binding.REFERENCE,
            population=Population.CRITICAL,
            scope=Scope.CRITICAL_SYSTEMS,
            kind=MilestoneKind.REFERENCE_CRITICAL,
            trust=Trust.OWN,
            source="reference-line",
        ),
        milestone(
            "cn-ref-all",
            "cn-default",
            "",
            "",
            document_date="",
            binding=Binding.REFERENCE,
            scope=Scope.ALL,
            kind=MilestoneKind.REFERENCE_ALL,
            trust=Trust.OWN,
            source="reference-line",
        ),
    )
    g7 = (
        milestone(
            "g7-crit",
            "g7-fin",
            "G7 Cyber Expert Group",
            "Coordinated roadmap for the financial sector",
            disallow=date(2032, 12, 31),
            document_date="2026-01-12",
            population=Population.CRITICAL,
            scope=Scope.FINANCIAL_CRITICAL,
        ),
        milestone(
            "g7-all",
            "g7-fin",
            "G7 Cyber Expert Group",
            "Coordinated roadmap for the financial sector",
            document_date="2026-01-12",
        ),
        milestone(
            "bis158",
            "g7-fin",
            "BIS",
            "Paper 158 roadmap",
            disallow=date(2032, 12, 31),
            trust=Trust.UNVERIFIED,
            source="pqctoday",
            unverified=True,
        ),
    )
    nist = (
        milestone(
            "nist-8547-112",
            "nist",
            "NIST (US)",
            "IR 8547 initial public draft",
            binding=Binding.DRAFT,
            scope=Scope.FEDERAL_UNCLASSIFIED,
            strength=112,
            kind=MilestoneKind.TRANSITION,
            deprecate_after=date(2030, 12, 31),
            deprecate_written="2030",
            deprecate_days_left=(date(2030, 12, 31) - TODAY).days,
            targets=("FIPS 203", "FIPS 204", "FIPS 205"),
            source="nccoe-faq",
        ),
        milestone(
            "nist-8547-128",
            "nist",
            "NIST (US)",
            "IR 8547 initial public draft",
            binding=Binding.DRAFT,
            scope=Scope.FEDERAL_UNCLASSIFIED,
            strength=128,
            kind=MilestoneKind.TRANSITION,
            source="nccoe-faq",
        ),
    )
    pci = (
        milestone(
            "pci-1233",
            "pci",
            "PCI SSC",
            "PCI DSS 4.0.1 req. 12.3.3",
            disallow=date(2025, 3, 31),
            disallow_written="2025-03-31",
            binding=Binding.MANDATE,
            scope=Scope.CARDHOLDER_DATA,
            kind=MilestoneKind.INVENTORY_AND_REVIEW,
            effect=Effect.PROGRAMME,
            trust=Trust.SECONDARY,
            source="nccoe-faq",
        ),
    )
    return (
        ProfileView(
            "cn-default",
            "中国（默认，无法定日期）",
            "China (default, no legal date)",
            None,
            None,
            None,
            None,
            (),
            False,
            china,
        ),
        ProfileView(
            "g7-fin",
            "七国集团网络专家组（金融业）",
            "G7 Cyber Expert Group (financial sector)",
            None,
            None,
            None,
            None,
            (),
            True,
            g7,
        ),
        ProfileView(
            "nist",
            "美国国家标准与技术研究院（NIST）",
            "NIST (US)",
            "ML-KEM-768",
            "ML-DSA-65",
            "allowed",
            None,
            ("nccoe-faq",),
            True,
            nist,
        ),
        ProfileView("pci", "PCI DSS 4.0.1", "PCI DSS 4.0.1", None, None, None, None, (), True, pci),
    )


def asset(
    identifier: str,
    name: str,
    standing: Standing,
    axis: Axis | None,
    uses: tuple[Use, ...] = (),
    *,
    production: int = 1,
    test: int = 0,
    **changes: object,
) -> AssessedAsset:
    occurrences = {k: v for k, v in (("production", production), ("test", test)) if v}
    base = AssessedAsset(
        id=identifier,
        name=name,
        kind="algorithm",
        family=name.split("-")[0],
        parameters=(),
        standing=standing,
        axis=axis,
        nist_level=0 if axis else None,
        strength=112 if axis else None,
        unknown=(),
        sm=name.startswith("SM"),
        forward_secret=None,
        uses=uses,
        occurrences=occurrences,
        drives=production > 0,
        reasons=(Reason.of(ReasonCode.SHOR_BREAKS, family=name.split("-")[0]),) if axis else (),
        remarks=(),
        evidence=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


ASSETS = (
    asset(
        "crypto/rsa-2048",
        "RSA-2048",
        Standing.SIGNATURE,
        Axis.SIGNATURE,
        (Use.X509_SIGNATURE, Use.JOSE),
        production=14,
        test=31,
    ),
    asset(
        "crypto/x25519",
        "X25519",
        Standing.KEY_ESTABLISHMENT,
        Axis.CONFIDENTIALITY,
        (Use.TLS_KEY_EXCHANGE, Use.SSH_KEY_EXCHANGE),
        production=9,
        test=4,
        strength=128,
        forward_secret=True,
    ),
    asset(
        "crypto/rsa-oaep",
        "RSA-OAEP",
        Standing.KEY_ESTABLISHMENT,
        Axis.CONFIDENTIALITY,
        (Use.DATA_AT_REST,),
        production=3,
        strength=None,
        unknown=("size",),
        forward_secret=False,
        reasons=(
            Reason.of(ReasonCode.SHOR_BREAKS, family="RSA"),
            Reason.of(ReasonCode.SIZE_NOT_READ, parameters="size"),
        ),
    ),
    asset(
        "crypto/sm2",
        "SM2",
        Standing.SIGNATURE,
        Axis.SIGNATURE,
        (Use.TLCP,),
        production=6,
        strength=128,
        reasons=(Reason.of(ReasonCode.SM2_APPROVED, family="SM2"),),
    ),
    asset(
        "crypto/ecdsa",
        "ECDSA-P-256",
        Standing.SIGNATURE,
        Axis.SIGNATURE,
        (Use.TLS_AUTHENTICATION,),
        production=7,
        test=2,
        strength=128,
    ),
    asset(
        "crypto/ec",
        "EC-P-256",
        Standing.PUBLIC_KEY_UNKNOWN,
        Axis.BOTH,
        (Use.UNSPECIFIED,),
        production=2,
        strength=128,
        reasons=(Reason.of(ReasonCode.AXIS_NOT_READ),),
    ),
    asset(
        "crypto/sha1",
        "SHA-1",
        Standing.BROKEN,
        None,
        production=5,
        test=12,
        reasons=(Reason.of(ReasonCode.CLASSICALLY_BROKEN, family="SHA-1", source="nccoe-faq"),),
    ),
    asset(
        "crypto/3des",
        "3DES-CBC",
        Standing.WEAK,
        None,
        production=1,
        reasons=(Reason.of(ReasonCode.CLASSICALLY_WEAK, family="3DES", source=""),),
    ),
    asset(
        "crypto/aes128",
        "AES-128-GCM",
        Standing.KEEP,
        None,
        production=8,
        nist_level=1,
        reasons=(Reason.of(ReasonCode.KEEP_SYMMETRIC, family="AES", level=1),),
        remarks=(
            ProfileRemark("nist", Reason.of(ReasonCode.PROFILE_WANTS_256, profile="nist", bits=128, minimum=256)),
        ),
    ),
    asset(
        "crypto/sm4",
        "SM4-CBC",
        Standing.KEEP,
        None,
        production=11,
        reasons=(Reason.of(ReasonCode.KEEP_CN_APPROVED, family="SM4"),),
    ),
    asset("crypto/sha256", "SHA-256", Standing.KEEP, None, production=40, test=55),
    asset(
        "crypto/mlkem",
        "X25519MLKEM768",
        Standing.HYBRID,
        None,
        (Use.TLS_KEY_EXCHANGE,),
        production=1,
        nist_level=3,
        reasons=(Reason.of(ReasonCode.HYBRID_FOUND, family="X25519MLKEM768", level=3),),
    ),
    asset("crypto/tls", "TLS-1.2", Standing.PROTOCOL, None, production=2, kind="protocol"),
    asset(
        "crypto/cert",
        "CN=pay.example",
        Standing.CERTIFICATE,
        None,
        production=1,
        kind="certificate",
        family="X.509",
        parameters=(("fingerprint", "ab" * 32),),
        valid_until="2031-05-04",
    ),
    asset("crypto/bc", "bcprov-jdk18on", Standing.LIBRARY, None, production=1, kind="library"),
)

_TONES = ("src/main/java/cn/example/core", "gateway/conf", "services/pay/internal")
_USED = {
    "crypto/rsa-2048": Use.X509_SIGNATURE,
    "crypto/x25519": Use.TLS_KEY_EXCHANGE,
    "crypto/rsa-oaep": Use.DATA_AT_REST,
    "crypto/sm2": Use.TLCP,
    "crypto/ecdsa": Use.TLS_AUTHENTICATION,
}


def evidence_of(found: AssessedAsset, start: int) -> list[Evidence]:
    rows: list[Evidence] = []
    number = start
    for role, count in found.occurrences.items():
        for _ in range(count):
            folder = _TONES[number % 3] if role == "production" else "src/test/java/cn/example"
            rows.append(
                Evidence(
                    id=f"ev-{number:012x}",
                    asset=found.id,
                    target="core-banking",
                    path=f"{folder}/Module{number % 17}.java",
                    line=12 + 7 * (number % 90),
                    symbol="javax.crypto.Cipher.getInstance",
                    rule="jca/cipher-get-instance",
                    role=role,
                    technique="ast" if number % 4 else "config",
                    confidence=0.95 if number % 4 else 0.7,
                    axis=found.axis,
                    use=_USED.get(found.id, Use.UNSPECIFIED),
                    use_reason=Reason.of(ReasonCode.USE_FROM_SYMBOL, symbol="getInstance"),
                    system="core" if number % 3 else "gateway",
                )
            )
            number += 1
    return rows


def with_evidence(assets: tuple[AssessedAsset, ...]) -> tuple[tuple[AssessedAsset, ...], tuple[Evidence, ...]]:
    linked: list[AssessedAsset] = []
    rows: list[Evidence] = []
    for found in assets:
        own = evidence_of(found, len(rows))
        linked.append(replace(found, evidence=tuple(item.id for item in own)))
        rows += own
    return tuple(linked), tuple(rows)


def crypto_use(
    rank: int, system: str, use: Use, axis: Axis, assets: tuple[str, ...], **changes: object
) -> CryptoUse:
    confidential = axis is not Axis.SIGNATURE
    margins = tuple(
        Margin(
            name,
            year,
            z,
            round(z - 14, 1) if confidential else None,
            round(z - 11, 1) if axis is not Axis.CONFIDENTIALITY else None,
        )
        for name, year, z in (("early", 2030, 3.1), ("base", 2035, 8.1), ("late", 2040, 13.1))
    )
    inputs = (
        Input("X", 10, "years", False, "systems[core].data.secrecy_years"),
        Input("S", 7, "years", True, "default", AssumptionCode.SIGNATURE_TRUST_YEARS),
        Input("Y", 4, "years", True, "derived", AssumptionCode.MIGRATION_YEARS),
        Input("shelf", 2, "1-3", False, "derived"),
        Input("exposure", 3, "1-3", True, "default", AssumptionCode.EXPOSURE),
        Input("severity", 3, "1-3", False, "systems[core].severity"),
        Input("availability", 1, "1-3", False, "catalog"),
        Input("cost", 3, "1-3", True, "default", AssumptionCode.COST),
        Input("dependency", 2, "1-3", False, "derived"),
    )
    base = CryptoUse(
        id=f"{system}/{use.value}/{axis.value}",
        system=system,
        use=use,
        axis=axis,
        sm=False,
        assets=assets,
        evidence=(),
        inputs=inputs,
        margins=margins,
        qrs=(2, 3, 3),
        mts=(1, 3, 2),
        matrix=Priority.START_NOW,
        priority=Priority.START_NOW,
        priority_by_scenario={"early": Priority.START_NOW, "base": Priority.START_NOW, "late": Priority.PLAN},
        rank=rank,
        rank_by_scenario={"early": rank, "base": rank, "late": rank + 1},
        order_rule=OrderRule.HARVEST,
        milestones=(
            MilestoneUse(
                "nist-8547-112",
                "nist",
                date(2035, 12, 31),
                date(2030, 12, 31),
                Binding.DRAFT,
                3324,
                (
                    Reason.of(
                        ReasonCode.DEADLINE_OF_PROFILE,
                        milestone="nist-8547-112",
                        profile="nist",
                        date="2035-12-31",
                        binding="draft",
                    ),
                ),
            ),
        ),
        route=Route.PQC_HYBRID,
        route_reason=Reason.of(ReasonCode.ROUTE_HYBRID_KEM, policy="allowed"),
        targets=tuple(f"{a}/{use.value}/row" for a in assets),
        wave=WaveId.KEY_ESTABLISHMENT,
        reasons=(
            Reason.of(ReasonCode.MOSCA_NEGATIVE, axis=axis.value, margin=-5.9, scenario="base"),
            Reason.of(ReasonCode.ORDERED_BY_RULE, rule="a-harvest"),
        ),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def mapping(
    found: str, use: Use, targets: tuple[str, ...], interim: tuple[str, ...], **changes: object
) -> TargetMapping:
    base = TargetMapping(
        id=f"{found}/{use.value}/row",
        asset=found,
        use=use,
        axis=Axis.CONFIDENTIALITY,
        replacement="row",
        targets=targets,
        interim=interim,
        by_profile=(
            ProfileTarget(
                "nist",
                targets[0] if targets else "",
                "allowed",
                Reason.of(ReasonCode.TARGET_BY_USE, use=use.value, replacement="row"),
            ),
        ),
        specs=(Spec("RFC 10024", SpecStatus.PROPOSED_STANDARD, "2026-08"),),
        waits=False,
        ngcc_slot="",
        ngcc_algorithm=None,
        notes=(MappingNote.TLS13_FIRST, MappingNote.CLIENT_SHARE),
        sizes=(
            SizeChange("public-key", "X25519", 32, "ML-KEM-768", 1184, "benchmark"),
            SizeChange("signature", "RSA-2048", 256, "ML-DSA-65", 3309, "FIPS 204, table 2"),
            SizeChange("signature", "RSA", None, "ML-DSA-65", 3309, "FIPS 204, table 2"),
        ),
        trust=Trust.PRIMARY,
        unverified=False,
        source="rfc-10024",
        reasons=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def uses() -> tuple[CryptoUse, ...]:
    return (
        crypto_use(
            1,
            "gateway",
            Use.TLS_KEY_EXCHANGE,
            Axis.CONFIDENTIALITY,
            ("crypto/x25519",),
            priority=Priority.NOW,
            wave=WaveId.QUICK,
            mts=(1, 1, 1),
        ),
        crypto_use(2, "core", Use.DATA_AT_REST, Axis.CONFIDENTIALITY, ("crypto/rsa-oaep",)),
        crypto_use(
            3,
            "core",
            Use.X509_SIGNATURE,
            Axis.SIGNATURE,
            ("crypto/rsa-2048",),
            wave=WaveId.SIGNATURES,
            order_rule=OrderRule.TRUST_ANCHOR,
            route=Route.PQC_PURE,
            route_reason=Reason.of(ReasonCode.ROUTE_PURE_SIGNATURE),
        ),
        crypto_use(
            4,
            "gateway",
            Use.TLCP,
            Axis.SIGNATURE,
            ("crypto/sm2",),
            sm=True,
            wave=WaveId.SIGNATURES,
            route=Route.SM_HYBRID,
            route_reason=Reason.of(ReasonCode.ROUTE_SM),
        ),
        crypto_use(
            5,
            "core",
            Use.UNSPECIFIED,
            Axis.BOTH,
            ("crypto/ec",),
            wave=WaveId.NEXT,
            priority=Priority.PLAN,
            qrs=(1, 2, 2),
            milestones=(),
        ),
    )


def waves() -> tuple[Wave, ...]:
    def wave(identifier: WaveId, number: int, ranks: tuple[int, ...], **changes: object) -> Wave:
        every = uses()
        base = Wave(
            id=identifier,
            number=number,
            uses=tuple(every[r - 1].id for r in ranks),
            systems=tuple(dict.fromkeys(every[r - 1].system for r in ranks)),
            phase=PhaseId.KEY_ESTABLISHMENT,
            earliest_start=TODAY,
            latest_start=date(2029, 12, 31),
            latest_finish=date(2030, 12, 31),
            deadline="cn-ref-critical",
            binding=Binding.REFERENCE,
            late=False,
            waits_for=(),
            reasons=(),
        )
        return replace(base, **changes)  # type: ignore[arg-type]

    return (
        wave(WaveId.QUICK, 1, (1,)),
        wave(
            WaveId.KEY_ESTABLISHMENT,
            2,
            (2,),
            latest_start=date(2026, 6, 30),
            late=True,
            reasons=(Reason.of(ReasonCode.LATE_ALREADY, date="2026-06-30", days=147),),
        ),
        wave(
            WaveId.SIGNATURES,
            3,
            (3, 4),
            latest_start=date(2031, 12, 31),
            latest_finish=date(2035, 12, 31),
            deadline="nist-8547-112",
            binding=Binding.DRAFT,
            waits_for=(WaveId.QUICK,),
        ),
        wave(WaveId.NEXT, 4, (5,), latest_start=None, latest_finish=None, deadline="", binding=None),
    )


def capacity() -> Capacity:
    figures = (
        ("ML-KEM-768", "keygen", "liboqs", 9_800.0),
        ("ML-KEM-768", "encaps", "liboqs", 12_500.0),
        ("ML-KEM-768", "decaps", "liboqs", 14_100.0),
        ("HQC-3", "encaps", "liboqs", 7_080_000.0),
        ("X25519", "derive", "openssl", 30_000.0),
        ("RSA-2048", "sign", "openssl", 239_000.0),
        ("RSA-2048", "verify", "openssl", 22_000.0),
        ("ML-DSA-65", "sign", "liboqs", 96_000.0),
        ("ML-DSA-65", "verify", "liboqs", 25_400.0),
        ("SLH-DSA-SHA2-128s", "sign", "liboqs", 549_000_000.0),
        ("SLH-DSA-SHA2-128s", "verify", "liboqs", 433_000.0),
        ("SM2", "sign", "gmssl", 252_000.0),
    )
    checks = (
        CapacityCheck(
            "core/sign_ops_s/ML-DSA-65",
            "core",
            "sign_ops_s",
            "ML-DSA-65",
            "sign",
            10416.0,
            2000.0,
            "ops/s",
            Verdict.PASS,
            Reason.of(ReasonCode.AGAINST_BUDGET, budget="sign_ops_s", value=10416.0, limit=2000.0),
        ),
        CapacityCheck(
            "core/max_cert_chain_bytes/ML-DSA-65",
            "core",
            "max_cert_chain_bytes",
            "ML-DSA-65",
            "",
            17283.0,
            16384.0,
            "bytes",
            Verdict.FAIL,
            Reason.of(ReasonCode.CHAIN_OVER_BUDGET, system="core", estimate=17283, limit=16384),
        ),
        CapacityCheck(
            "gateway/tls/ML-KEM-768",
            "gateway",
            "added_bytes_per_handshake",
            "ML-KEM-768",
            "",
            2272.0,
            None,
            "bytes",
            Verdict.UNKNOWN,
            Reason.of(ReasonCode.NO_BUDGET, budget="added_bytes_per_handshake"),
        ),
    )
    throughput = tuple(Throughput(a, op, p, ns, 1e9 / ns) for a, op, p, ns in figures)
    return Capacity(True, "AMD EPYC 9R14", throughput, checks, ())


def change(name: str, use: CryptoUse, product: str, minimum: str, found: tuple[str, ...], check: str = "") -> Step:
    """A step of the gateway, with a snippet that would be markup elsewhere."""
    return Step(
        id=f"gateway/{name}",
        step=name,
        system="gateway",
        uses=(use.id,),
        evidence=use.evidence,
        product=product,
        minimum=minimum,
        found_versions=found,
        verdict=Verdict.FAIL if found else Verdict.UNKNOWN,
        language="text",
        before="old_value *x*|<b>;",
        after="new_value\nsecond line;",
        check=check,
        verify="",
        source="manual, section 1",
        owners=(PlaceOwner("@bank/gateway", 2), PlaceOwner("", 1)) if check else (),
    )


def moved(use: CryptoUse, movement: Movement) -> UseChange:
    """A use that is new, gone or not what it was."""
    fresh = movement is Movement.NEW
    there = movement in (Movement.NEW, Movement.CHANGED)
    return UseChange(
        id=use.id,
        system=use.system,
        system_zh="网关",
        system_en="",
        use=use.use,
        axis=use.axis,
        sm=use.sm,
        movement=movement,
        places_before=0 if fresh else 4,
        places_now=3 if there else 0,
        places_added=3 if there else 0,
        places_removed=0 if fresh else 4,
        priority_before=None if fresh else Priority.PLAN,
        priority_now=use.priority if there else None,
        wave_before=None if fresh else WaveId.NEXT,
        wave_now=use.wave if there else None,
        route_before=None if fresh else use.route,
        route_now=use.route if there else None,
    )


def progress() -> Progress:
    """Two earlier plans; one of everything that can move."""
    every = uses()
    kinds = tuple(Movement)

    def point(day: date, key: int, files: int | None) -> ProgressPoint:
        return ProgressPoint(day, "0.1.0", key + 29, key, 27, 2, 1, 6, 5, 4, 3, files)

    return Progress(
        points=(point(date(2026, 5, 24), 30, None), point(date(2026, 8, 24), 21, 1790), point(TODAY, 12, 1820)),
        since=date(2026, 8, 24),
        uses=tuple(moved(use, kind) for use, kind in zip(every, kinds, strict=True)),
        unchanged=2,
        kpis=(KpiChange(KpiId.COVERAGE, 50.0, 66.7), KpiChange(KpiId.HYBRID_ENDPOINTS, None, None)),
        systems=(
            SystemChange("archive", "档案系统", "Archive", Movement.NEW),
            SystemChange("fax", "", "Fax", Movement.GONE),
        ),
        targets_gone=("fax-gateway",),
        targets_new=("core-banking",),
        deadlines=(PassedDeadline("cn-ref-critical", "cn-default", date(2026, 9, 30), Binding.REFERENCE, ("a",)),),
    )


def quiet_progress() -> Progress:
    """One earlier plan, and nothing moved."""
    held = progress()
    return Progress(held.points[1:], held.since, (), 5, (), (), (), (), ())


def budget() -> Budget:
    """One system with every figure, one with none."""
    days, money, hardware = Amount(10, 20, 40), Amount(30000, 60000, 120000), Amount(0, 5000, 9000)
    total = Amount(30000, 65000, 129000)
    return Budget(
        currency="CNY",
        person_day=3000,
        systems=(
            SystemCost("core", days, money, hardware, total, ()),
            SystemCost("gateway", None, None, None, None, ("cost.effort_days.high", "cost.capex.low")),
        ),
        effort_days=CostSum(days, 1),
        labor=CostSum(money, 1),
        capex=CostSum(hardware, 1),
        total=CostSum(total, 1),
    )


def full_plan() -> MigrationPlan:
    """A plan with a register, a benchmark and at least one row of everything."""
    assets, evidence = with_evidence(ASSETS)
    by_asset = {a.id: tuple(i for i in a.evidence) for a in assets}
    roles = {item.id: item.role for item in evidence}
    ranked = tuple(
        replace(u, evidence=tuple(i for a in u.assets for i in by_asset[a] if roles[i] == "production"))
        for u in uses()
    )
    changes = (
        change("nginx-groups", ranked[0], "openssl", "3.5.0", ("3.0.19",), check="nginx -t -c FILE"),
        change("openssl-conf-groups", ranked[0], "openssl", "", ()),
        change("pyca-mldsa", ranked[3], "", "", ()),
    )
    systems = (
        SystemPlan(
            "gateway",
            "开放银行网关",
            "Open banking gateway",
            "渠道部",
            "",
            True,
            "critical",
            3,
            ("core-banking",),
            (ranked[0].id, ranked[3].id),
            Priority.NOW,
            -5.9,
            -2.9,
            {"key-establishment": 9, "signature": 6},
            (),
            steps=tuple(step.id for step in changes),
            without_step=3,
            owners=(PlaceOwner("@bank/gateway", 6), PlaceOwner("", 2), PlaceOwner("", 1, ambiguous=True)),
        ),
        SystemPlan(
            "core",
            "核心账务",
            "Core banking",
            "科技部",
            "王工",
            True,
            "systemic",
            4,
            ("core-banking",),
            (ranked[1].id, ranked[2].id, ranked[4].id),
            Priority.START_NOW,
            -5.9,
            -2.9,
            {"key-establishment": 3, "signature": 14, "public-key-use-unknown": 2},
            (Reason.of(ReasonCode.MIPING_MISSING, system="core"),),
        ),
        SystemPlan(
            "archive",
            "档案系统",
            "Archive",
            "运营部",
            "",
            True,
            "unknown",
            None,
            (),
            (),
            None,
            None,
            None,
            {},
            (Reason.of(ReasonCode.SYSTEM_WITHOUT_FINDINGS, system="archive"),),
        ),
    )
    targets = (
        mapping("crypto/x25519", Use.TLS_KEY_EXCHANGE, ("ML-KEM-768",), ("X25519MLKEM768",)),
        mapping(
            "crypto/rsa-oaep",
            Use.DATA_AT_REST,
            ("ML-KEM-768",),
            ("双重封装",),
            specs=(Spec("SP 800-227", SpecStatus.FINAL, "2025-09-18"),),
            notes=(MappingNote.REWRAP_KEYS,),
        ),
        mapping(
            "crypto/rsa-2048",
            Use.X509_SIGNATURE,
            ("ML-DSA-65",),
            ("composite ML-DSA",),
            specs=(Spec("RFC 9881", SpecStatus.RFC, "2025-10", unverified=True),),
            notes=(MappingNote.PRIVATE_PKI_FIRST, MappingNote.CHECK_RFC_NUMBER),
            trust=Trust.UNVERIFIED,
            unverified=True,
            source="pqctoday",
        ),
        mapping(
            "crypto/sm2",
            Use.TLCP,
            (),
            ("curveSM2MLKEM768",),
            by_profile=(),
            sizes=(),
            waits=True,
            ngcc_slot="signature",
            specs=(Spec("draft-yang-tls-hybrid-sm2-mlkem-03", SpecStatus.EXPIRED_DRAFT),),
            notes=(MappingNote.SM_HYBRID_COMPLIANCE, MappingNote.NGCC_OPEN),
        ),
        mapping("crypto/ec", Use.UNSPECIFIED, ("ML-KEM-768", "ML-DSA-65"), (), specs=(), notes=()),
    )
    production = sum(a.occurrences.get("production", 0) for a in assets)
    return MigrationPlan(
        schema=SCHEMA,
        tool_version="0.1.0",
        today=TODAY,
        institution=Institution("示例银行", "李总", ("CN", "HK"), "CNY"),
        inputs=(
            InputRecord("inventory", "inventory.cdx.json", "3f" * 32, len(assets)),
            InputRecord("register", "register.yaml", "a1" * 32, 3),
            InputRecord("benchmark", "bench.json", "07" * 32, 12),
        ),
        summary=Summary(
            systems=3,
            registered=True,
            assets=len(assets),
            occurrences=len(evidence),
            production_occurrences=production,
            quantum_vulnerable=41,
            key_establishment=12,
            signatures=27,
            both_unknown=2,
            hygiene=6,
            post_quantum=1,
            mosca_negative=4,
            first_wave=1,
            first_wave_id=WaveId.QUICK,
            next_milestone="cn-ref-critical",
            next_date=date(2030, 12, 31),
            unmapped=3,
        ),
        direction=Direction(
            "pboc-notice",
            "中国人民银行",
            "《关于开展深化金融科技应用、推进金融数字化转型提升工作的通知》",
            QUOTE,
            "raise the ability of cryptographic algorithms in the financial field to resist potential attacks by "
            "quantum computing",
            "应对量子信息的威胁分为量子密码分发和后量子密码算法。",
            "caict-deck",
            Trust.PRIMARY,
            ("date", "number", "clause", "algorithm", "form", "full-text"),
        ),
        policy_basis=PolicyBasis(
            "《关于开展深化金融科技应用、推进金融数字化转型提升工作的通知》",
            "中国人民银行",
            to_fill=("number", "date", "clause"),
            prefilled=("title", "issuer"),
        ),
        instruments=(
            Instrument("cryptography-law", "密码法", "", "", "2020-01-01", "caict-deck", Trust.SECONDARY),
            Instrument(
                "gbt-39786",
                "信息系统密码应用基本要求",
                "GB/T 39786-2021",
                "2021-03-09",
                "2021-10-01",
                "gmbz-39786",
                Trust.PRIMARY,
            ),
            Instrument(
                "gbt-43207", "密码应用设计指南", "GB/T 43207-2023", "2023-09-07", "", "gmbz-39786", Trust.SECONDARY
            ),
        ),
        profiles=profiles(),
        assets=assets,
        evidence=evidence,
        coverage=(
            CoverageView(
                "core-banking",
                "pqc-migrate",
                "0.1.0",
                1843,
                1820,
                412,
                38_200_000,
                {"Java": 902, "Go": 214, "nginx": 12, "COBOL": 64},
                {"too-large": 2, "unsupported": 64},
            ),
        ),
        blind_spots=(
            Reason.of(ReasonCode.NOT_SCANNABLE_HARDWARE),
            Reason.of(ReasonCode.NOT_PROBED),
            Reason.of(
                ReasonCode.LANGUAGE_UNSUPPORTED, target="core-banking", language="COBOL", files=64, bytes=812_000
            ),
        ),
        systems=systems,
        steps=changes,
        uses=ranked,
        links=(
            LinkPlan(
                "core/dc1-dc2",
                "core",
                Route.QKD_PLUS_PQC,
                Reason.of(ReasonCode.ROUTE_LINK_QKD_OPTIONAL, rule="3"),
                0.13,
            ),
        ),
        targets=targets,
        waves=waves(),
        phases=(
            Phase(PhaseId.PREPARE, TODAY, date(2027, 2, 24), (0, 3)),
            Phase(PhaseId.DISCOVER, date(2027, 1, 24), date(2027, 8, 24), (2, 9)),
            Phase(PhaseId.KEY_ESTABLISHMENT, date(2027, 11, 24), date(2030, 11, 24), (12, 48)),
            Phase(PhaseId.RETIRE, TODAY, None, None),
        ),
        dependencies=(
            Dependency(ranked[3].id, ranked[2].id, Reason.of(ReasonCode.WAITS_FOR_WAVE, wave="wave-3-signatures")),
        ),
        capacity=capacity(),
        products=(
            ProductReadiness(
                "openssl",
                "OpenSSL",
                "3.5",
                "3.5",
                "3.5",
                "2025-04",
                ("crypto/bc",),
                ("3.0.13",),
                Verdict.FAIL,
                Trust.PRIMARY,
                False,
                "nccoe-faq",
            ),
            ProductReadiness(
                "openssh",
                "OpenSSH",
                "9.0",
                "10.0",
                "-",
                "2022-04",
                (),
                (),
                Verdict.UNKNOWN,
                Trust.UNVERIFIED,
                True,
                "pqctoday",
            ),
        ),
        kpis=(
            Kpi(KpiId.COVERAGE, 66.7, 2, 3),
            Kpi(KpiId.QUANTUM_VULNERABLE, 97.6, 41, 42),
            Kpi(KpiId.HYBRID_ENDPOINTS, None, None, None, Reason.of(ReasonCode.KPI_NEEDS_PROBE)),
        ),
        assumptions=(
            Assumption(AssumptionCode.ARRIVAL_YEARS, "2030 / 2035 / 2040", (), "institution.crqc_year"),
            Assumption(
                AssumptionCode.SIGNATURE_TRUST_YEARS,
                "7",
                ("core", "gateway"),
                "systems[].data.signature_trust_years",
            ),
            Assumption(AssumptionCode.REFERENCE_LINE, "2030 / 2035", ("cn-default",), ""),
            Assumption(AssumptionCode.TODAY, "2026-11-24", (), "--today"),
        ),
        unknowns=(
            Unknown(UnknownCode.PARAMETER, (("asset", "crypto/rsa-oaep"), ("parameters", "size")), ("core",)),
            Unknown(UnknownCode.POLICY_BASIS, (("field", "number"),), ()),
            Unknown(UnknownCode.USE, (("asset", "crypto/ec"),), ("crypto/ec",)),
        ),
        sources=SOURCES,
        scenarios={"early": 2030, "base": 2035, "late": 2040},
        progress=progress(),
        budget=budget(),
        freezes=(Freeze("12-15", "01-10", date(2026, 12, 15), date(2027, 1, 10)),),
        exceptions=(
            ExceptionRecord("archive", "待下线", "", "风险部", date(2026, 6, 30), 147, ("mitigation",), ()),
            ExceptionRecord(
                "core", "no vendor", "isolated", "CISO", date(2027, 6, 30), None, (), (ranked[1].id, ranked[2].id)
            ),
        ),
    )


def bare_plan() -> MigrationPlan:
    """An empty inventory, no register, no benchmark, no profile: every section has to say why."""
    plan = full_plan()
    return replace(
        plan,
        institution=Institution(),
        inputs=(),
        summary=Summary(
            systems=0,
            registered=False,
            assets=0,
            occurrences=0,
            production_occurrences=0,
            quantum_vulnerable=0,
            key_establishment=0,
            signatures=0,
            both_unknown=0,
            hygiene=0,
            post_quantum=0,
            mosca_negative=0,
            first_wave=0,
            first_wave_id=None,
            next_milestone="",
            next_date=None,
            unmapped=0,
        ),
        instruments=(),
        profiles=(),
        assets=(),
        evidence=(),
        coverage=(),
        blind_spots=(),
        systems=(),
        uses=(),
        links=(),
        targets=(),
        waves=(),
        phases=(),
        dependencies=(),
        capacity=Capacity(False, "", (), (), (Reason.of(ReasonCode.NO_BENCHMARK),)),
        products=(),
        kpis=(),
        assumptions=(),
        unknowns=(),
        sources=(),
        scenarios={},
        progress=None,
        budget=None,
        freezes=(),
        exceptions=(),
    )


def large_plan(rows: int) -> MigrationPlan:
    """The full plan with `rows` places of one asset in production code."""
    plan = full_plan()
    assets, evidence = with_evidence(
        tuple(replace(a, occurrences={"production": rows}) if a.id == "crypto/rsa-2048" else a for a in ASSETS)
    )
    return replace(plan, assets=assets, evidence=evidence)


def unregistered_plan() -> MigrationPlan:
    """What a first run gives: one implicit system, no register, no benchmark."""
    plan = full_plan()
    moved = tuple(replace(u, system=UNREGISTERED, id=f"{UNREGISTERED}/{u.use}/{u.axis}") for u in plan.uses)
    system = SystemPlan(
        UNREGISTERED,
        "",
        "",
        "",
        "",
        False,
        "unknown",
        None,
        ("core-banking",),
        tuple(u.id for u in moved),
        Priority.NOW,
        -5.9,
        -2.9,
        {"signature": 27},
        (),
    )
    waves_ = tuple(replace(w, systems=(UNREGISTERED,)) for w in plan.waves)
    return replace(
        plan,
        institution=Institution(),
        summary=replace(plan.summary, registered=False, systems=1, unmapped=0),
        systems=(system,),
        uses=moved,
        links=(),
        waves=waves_,
        dependencies=(),
        capacity=Capacity(False, "", (), (), (Reason.of(ReasonCode.NO_BENCHMARK),)),
        progress=quiet_progress(),
        budget=None,
        freezes=(),
        exceptions=(),
    )
