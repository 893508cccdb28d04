"""The assessment and the migration plan: structured data and codes, never a sentence.

Place in the flow: ``assess`` turns an `Inventory` into an `Assessment`; ``plan.build`` adds profiles, register and
benchmark and returns a `MigrationPlan`; ``report`` turns that into documents. Every human sentence belongs to
the report: where a plan needs to say *why*, it carries a `Reason`, a code with named parameters, and
the report holds one sentence a code and language. Codes are permanent; a new one needs a new sentence.

How the parts refer to each other (all ids are stable between runs on the same input)::

    Evidence.id   ev-<12 hex>                       one place in the scanned material
    AssessedAsset.id  the component's ref           one distinct algorithm, key, certificate, protocol, library
    CryptoUse.id  <system>/<use>/<axis>[/sm]        what is migrated, scored and put into a wave
    SystemPlan.id the register's id, or `UNREGISTERED`
    Milestone.id  the row id of the catalog's timeline (``nist-8547-128``)
    Source.id     cited by milestones, replacements, products, directions

Rules for whoever prints a plan:

* A date never stands without its `Binding`; a `Milestone` with ``unverified`` set is printed as an
  "unverified pointer" and was never used in a calculation (`MilestoneUse` rows never come from one).
* An `Input` with ``assumed`` set is printed with that flag beside its value, wherever it is printed.
* A number that is None is unknown, not zero.
* Only ``CryptoUse`` rows made of production occurrences exist; everything found in tests, examples, vendored
  code or implementations of cryptography stays on its `AssessedAsset` and never drives a wave.

The codes (`Standing`, `Use`, `ReasonCode`, …) stand in `model.plan_codes`; import them from there.
``plan.document`` writes and reads a plan's JSON (``dump(plan) -> bytes``, ``load(bytes) -> MigrationPlan``);
``tests/golden/plan/plan.json`` is a complete example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pqc_migrate.model.plan_codes import (
    AssumptionCode,
    Axis,
    Binding,
    Effect,
    KpiId,
    Layer,
    MappingNote,
    MilestoneKind,
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
from pqc_migrate.model.programme import Budget, ExceptionRecord, Freeze
from pqc_migrate.model.progress import Progress

SCHEMA = "pqc-migrate/plan/v1"
"""Value of ``schema`` in the JSON form of a plan."""

UNREGISTERED = "unregistered"
"""Id of the implicit system that holds every finding no registered system claims."""

Scalar = str | int | float | bool | None
"""What a `Reason` parameter can be. Dates are ISO strings."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with its parameters, sorted by name."""

    code: ReasonCode
    params: tuple[tuple[str, Scalar], ...] = ()

    @classmethod
    def of(cls, code: ReasonCode, /, **params: Scalar) -> Reason:
        """Build a reason from keyword parameters."""
        return cls(code, tuple(sorted(params.items())))

    def get(self, name: str) -> Scalar:
        """Return one parameter, or None."""
        return dict(self.params).get(name)


# Facts carried into the plan


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a fact comes from."""

    id: str
    citation: str
    """As recorded in the catalog, verbatim; proper names, not translated."""
    trust: Trust


@dataclass(frozen=True, slots=True)
class Direction:
    """The sentence of the PBoC notice as CAICT prints it, and what was not available."""

    id: str
    issuer: str
    title: str
    quote_zh: str
    """Verbatim; quoted unchanged in every language."""
    paraphrase_en: str
    """A paraphrase, printed as such."""
    routes_zh: str
    """CAICT's own words on the two technical routes, not the notice's."""
    source: str
    trust: Trust
    unavailable: tuple[str, ...]
    """Not available to the authors: ``date``, ``number``, ``clause``, ``algorithm``, ``form``, ``full-text``."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law or standard a Chinese reader maps the plan onto; context, no deadline follows from it."""

    id: str
    name: str
    """Official Chinese title."""
    number: str
    issued: str
    in_force: str
    """As written in the source (``2020-01-01``); empty when not recorded."""
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class PolicyBasis:
    """The institution's own reference to the notice; empty fields are for the institution to fill in."""

    title: str
    issuer: str
    number: str = ""
    date: str = ""
    clause: str = ""
    to_fill: tuple[str, ...] = ()
    """Names of the fields above that are still empty."""
    prefilled: tuple[str, ...] = ()
    """Fields filled by this program and not by the institution."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One dated (or undated) line of a profile's timeline."""

    id: str
    profile: str
    authority: str
    document: str
    document_date: str
    """As recorded (``2026-01-12``, ``2024-12``, empty)."""
    binding: Binding
    scope: Scope
    population: Population
    axis: Axis | None
    """What the source limits it to; None when it covers every public-key use."""
    strength: int | None
    """Classical strength in bits it is about (112, 128), None when it covers every strength."""
    kind: MilestoneKind
    effect: Effect
    deprecate_after: date | None
    """Last day of unrestricted use; a bare year in the source is its 31 December."""
    disallow_after: date | None
    """Last allowed day; a bare year in the source is its 31 December."""
    deprecate_written: str
    disallow_written: str
    """As the catalog's row writes it: ``2035`` or ``2030-12-31``."""
    deprecate_days_left: int | None
    disallow_days_left: int | None
    """Days from today; negative when past."""
    targets: tuple[str, ...]
    """Target algorithms or standards the source names; proper names."""
    refuses: tuple[str, ...]
    """Symmetric, hash and small post-quantum algorithms the source no longer approves after the date."""
    trust: Trust
    source: str
    """`Source` id."""
    unverified: bool
    """True for trust L: print as an unverified pointer; never computed with."""


@dataclass(frozen=True, slots=True)
class ProfileView:
    """One chosen timeline profile."""

    id: str
    name_zh: str
    name_en: str
    min_kem: str | None
    min_sig: str | None
    hybrid_policy: str | None
    """``required``, ``allowed``, ``discouraged``; None: no source says."""
    min_symmetric_bits: int | None
    policy_sources: tuple[str, ...]
    """`Source` ids behind the four values above."""
    legal_date: bool
    """False: no date of this profile comes from an authority (``cn-default``)."""
    milestones: tuple[Milestone, ...]


# Assessment


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One occurrence of one asset."""

    id: str
    asset: str
    """`AssessedAsset` id."""
    target: str
    """Display name of the inventory it comes from."""
    path: str
    line: int
    """1-based; 0 when a foreign CBOM gave none."""
    symbol: str
    rule: str
    role: str
    """A `Role` value."""
    technique: str
    confidence: float
    axis: Axis | None
    """What a quantum attack on this place threatens; None where no public key stands here."""
    use: Use
    use_reason: Reason
    system: str
    """`SystemPlan` id."""


@dataclass(frozen=True, slots=True)
class ProfileRemark:
    """What one profile says about one asset that others do not."""

    profile: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class AssessedAsset:
    """One distinct asset with its standing."""

    id: str
    name: str
    kind: str
    """A `Kind` value."""
    family: str
    parameters: tuple[tuple[str, str], ...]
    standing: Standing
    axis: Axis | None
    """None when no quantum attack on a public key concerns it."""
    nist_level: int | None
    strength: int | None
    """Classical strength in bits; None when the size was not read."""
    unknown: tuple[str, ...]
    """Parameters that were not read."""
    sm: bool
    """An SM algorithm (SM2, SM3, SM4, SM9, ZUC)."""
    forward_secret: bool | None
    """False for key transport and static keys; None when it does not apply or was not read."""
    uses: tuple[Use, ...]
    occurrences: Mapping[str, int]
    """Occurrences by role, only roles that occur."""
    drives: bool
    """True when at least one occurrence is in production code."""
    reasons: tuple[Reason, ...]
    remarks: tuple[ProfileRemark, ...]
    evidence: tuple[str, ...]
    """`Evidence` ids, production first."""
    valid_until: str = ""
    """End of a certificate's validity (ISO date) when it was read."""


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What one inventory looked at."""

    target: str
    tool: str
    tool_version: str
    files_seen: int | None
    files_read: int | None
    files_parsed: int | None
    bytes_read: int | None
    """None: the inventory carries no coverage statement."""
    languages: Mapping[str, int]
    """Files by language or notation."""
    skipped: Mapping[str, int]
    """Files by `Skip` reason."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Inventories in the light of the catalog and the chosen profiles; no register, no benchmark."""

    assets: tuple[AssessedAsset, ...]
    """Quantum-vulnerable first, then hygiene, then the rest; by name inside."""
    evidence: tuple[Evidence, ...]
    coverage: tuple[CoverageView, ...]
    blind_spots: tuple[Reason, ...]


# Targets


@dataclass(frozen=True, slots=True)
class Spec:
    """One specification a replacement rests on."""

    document: str
    """Proper name: ``RFC 10024``, ``draft-ietf-tls-mldsa-03``, ``FIPS 203``."""
    status: SpecStatus
    date: str = ""
    """As recorded (``2026-08``)."""
    unverified: bool = False
    """True: number or status stands in a low-trust compilation only; print as an unverified pointer."""


@dataclass(frozen=True, slots=True)
class SizeChange:
    """Bytes of one object now and with the target."""

    what: str
    """``public-key`` (or the initiator's key share), ``ciphertext`` (or the responder's), ``signature``."""
    classical: str
    classical_bytes: int | None
    target: str
    target_bytes: int | None
    source: str
    """``benchmark``, or the standard and table the sizes stand in; empty when unknown."""


@dataclass(frozen=True, slots=True)
class ProfileTarget:
    """The parameter set one profile leads to."""

    profile: str
    algorithm: str
    hybrid_policy: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class TargetMapping:
    """What replaces one asset in one use."""

    id: str
    """``<asset id>/<use>/<replacement>``; a use whose axis was not read has one for each axis."""
    asset: str
    use: Use
    axis: Axis
    replacement: str
    """Row id in the catalog of replacements."""
    targets: tuple[str, ...]
    """Algorithms, the default first: ``ML-KEM-768``. Empty: none yet (NGCC, no standard)."""
    interim: tuple[str, ...]
    """Hybrids or measures for the time between, the default first."""
    by_profile: tuple[ProfileTarget, ...]
    specs: tuple[Spec, ...]
    waits: bool
    """True: no deployable standard was found; prepare and track, set no date."""
    ngcc_slot: str
    """``kem`` or ``signature`` where a Chinese national algorithm will go; empty elsewhere."""
    ngcc_algorithm: str | None
    """None: no NGCC algorithm is chosen."""
    notes: tuple[MappingNote, ...]
    sizes: tuple[SizeChange, ...]
    trust: Trust
    unverified: bool
    """True for trust L: print as an unverified pointer."""
    source: str
    reasons: tuple[Reason, ...]


# Risk


@dataclass(frozen=True, slots=True)
class Input:
    """One number that went into a score."""

    name: str
    """``X``, ``S``, ``Y``, ``shelf``, ``exposure``, ``severity``, ``availability``, ``cost``, ``dependency``."""
    value: float
    unit: str
    """``years`` or ``1-3``."""
    assumed: bool
    origin: str
    """Register path (``systems[core].data.secrecy_years``), ``catalog``, ``derived`` or ``default``."""
    assumption: AssumptionCode | None = None


@dataclass(frozen=True, slots=True)
class Margin:
    """Mosca margins of one arrival scenario, in years with one decimal; negative means already late."""

    scenario: str
    """``early``, ``base``, ``late``."""
    arrival_year: int
    z: float
    """Years from today to 1 January of the arrival year."""
    mc: float | None
    """Z - (X + Y); None when the use does not protect confidentiality."""
    ms: float | None
    """Z - (S + Y); None when the use does not sign."""


@dataclass(frozen=True, slots=True)
class MilestoneUse:
    """One completion milestone that applies to one use."""

    milestone: str
    profile: str
    day: date
    """The last allowed day (``disallow_after``)."""
    deprecated: date | None
    """Last day before the source calls the algorithm deprecated; None where it does not (P-256 in IR 8547)."""
    binding: Binding
    days_left: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CryptoUse:
    """One system's use of public-key cryptography on one axis: what is scored, routed and put into a wave.

    SM algorithms of a use stand apart (`sm`), because their route and target differ.
    """

    id: str
    system: str
    use: Use
    axis: Axis
    sm: bool
    assets: tuple[str, ...]
    """`AssessedAsset` ids."""
    evidence: tuple[str, ...]
    """Production `Evidence` ids."""
    inputs: tuple[Input, ...]
    """Every input, in the order of `Input.name`'s list."""
    margins: tuple[Margin, ...]
    """Early, base, late."""
    qrs: tuple[int, int, int]
    """Shelf, exposure, severity, each 1 to 3; print as a triple, in-house."""
    mts: tuple[int, int, int]
    """Availability, cost, dependency, each 1 to 3; print as a triple, in-house."""
    matrix: Priority
    """Cell of the matrix before overrides."""
    priority: Priority
    """After overrides."""
    priority_by_scenario: Mapping[str, Priority]
    """Priority if the scenario were the base: how sensitive the rank is to Z."""
    rank: int
    """1 is most urgent, over the whole plan."""
    rank_by_scenario: Mapping[str, int]
    order_rule: OrderRule
    milestones: tuple[MilestoneUse, ...]
    """Earliest first; empty when no chosen profile dates this use."""
    route: Route
    route_reason: Reason
    targets: tuple[str, ...]
    """`TargetMapping` ids."""
    wave: WaveId
    reasons: tuple[Reason, ...]
    layer: Layer = Layer.UNKNOWN
    """Technical layer of GB/T 39786-2021, by this project's own table."""


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """Route of one link of a registered system."""

    id: str
    """``<system>/<link>``."""
    system: str
    route: Route
    reason: Reason
    needed_keys_per_s: float | None
    """tunnels / rekey interval; None when not given."""


@dataclass(frozen=True, slots=True)
class PlaceOwner:
    """Who owns how many places, by the repository's CODEOWNERS file."""

    owner: str
    """As written (``@org/team``); empty: the file names nobody."""
    places: int
    """A place with several owners counts for each."""
    ambiguous: bool = False
    """GitHub and GitLab read the file differently there, and it does not say which of them it is for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What changes at the places of one system that one record of the catalog fits."""

    id: str
    """``<system>/<record>``."""
    step: str
    """Record of the catalog's steps; its sentence stands in the texts."""
    system: str
    uses: tuple[str, ...]
    """`CryptoUse` ids."""
    evidence: tuple[str, ...]
    """Places to change, in the order of target, path and line."""
    product: str
    """`ProductReadiness` id of what decides; empty: nothing does."""
    minimum: str
    """The version from which the product can do it, as its source writes it; empty where none is recorded."""
    found_versions: tuple[str, ...]
    """Versions of that product in the inventories; of any system, since packages are not told apart by system."""
    verdict: Verdict
    """The product's verdict: pass, fail or unknown."""
    language: str
    """Notation of the two snippets."""
    before: str
    """What such a place looks like: an example, not the place itself."""
    after: str
    check: str
    """The product's own check of a change; ``FILE`` and ``HOST`` are to be filled in. Empty: none is known."""
    verify: str
    source: str
    owners: tuple[PlaceOwner, ...] = ()
    """Of its places; empty without a CODEOWNERS file."""


@dataclass(frozen=True, slots=True)
class SystemPlan:
    """One system of the register, or the implicit one."""

    id: str
    name_zh: str
    name_en: str
    owner_dept: str
    owner_person: str
    registered: bool
    criticality: str
    """Register value, or ``unknown``."""
    mlps_level: int | None
    targets: tuple[str, ...]
    """Scanned targets linked to it."""
    uses: tuple[str, ...]
    """`CryptoUse` ids, by rank."""
    priority: Priority | None
    """Its most urgent use; None when no quantum-vulnerable use was found."""
    worst_mc: float | None
    worst_ms: float | None
    """Base scenario, over its uses."""
    occurrences: Mapping[str, int]
    """Production occurrences by `Standing`."""
    reasons: tuple[Reason, ...]
    """Warnings: no findings, no discovery, no assessment date, chain over budget."""
    steps: tuple[str, ...] = ()
    """`Step` ids, the step of most places first."""
    without_step: int = 0
    """Production places of its uses that no step of the catalog fits."""
    owners: tuple[PlaceOwner, ...] = ()
    """Of all places of its uses; empty without a CODEOWNERS file."""


# Roadmap, capacity, indicators


@dataclass(frozen=True, slots=True)
class Phase:
    """One programme phase with the in-house default window from today."""

    id: PhaseId
    start: date
    end: date | None
    """None: to the target date, or yearly."""
    months: tuple[int, int] | None
    """Default window in months from today, in-house."""


@dataclass(frozen=True, slots=True)
class Wave:
    """What moves together."""

    id: WaveId
    number: int
    uses: tuple[str, ...]
    """`CryptoUse` ids, by rank."""
    systems: tuple[str, ...]
    phase: PhaseId
    earliest_start: date
    """Today: no input puts it later."""
    latest_start: date | None
    """Earliest of (last allowed day - migration years) over its uses; None without a deadline."""
    latest_finish: date | None
    """Earliest last allowed day over its uses; None without a deadline."""
    deadline: str
    """`Milestone` id behind `latest_finish`; empty without one."""
    binding: Binding | None
    """Binding of that milestone."""
    late: bool
    """The latest start lies before today."""
    waits_for: tuple[WaveId, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One use that must move before another."""

    use: str
    waits_for: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Throughput:
    """One candidate or baseline operation as measured on the benchmark's machine."""

    algorithm: str
    operation: str
    provider: str
    representative_ns: float
    ops_per_second: float
    """One core; 1e9 / representative_ns."""


@dataclass(frozen=True, slots=True)
class CapacityCheck:
    """One budget of one system against a number."""

    id: str
    """``<system>/<budget>/<algorithm>``, and what else tells rows of one budget apart."""
    system: str
    budget: str
    """Register field: ``sign_ops_s``, ``added_bytes_per_handshake``, ``max_cert_chain_bytes``…"""
    algorithm: str
    operation: str
    value: float | None
    limit: float | None
    unit: str
    """``ops/s``, ``bytes``, ``ms`` or ``processors``; empty without a value."""
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the benchmark says about the candidates."""

    measured: bool
    machine: str
    """CPU as the benchmark names it; empty when unknown."""
    throughput: tuple[Throughput, ...]
    checks: tuple[CapacityCheck, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ProductReadiness:
    """Minimum versions of one product, and what was found of it."""

    id: str
    product: str
    kem_since: str
    kem_default_since: str
    sig_since: str
    """As recorded; empty or ``-``: none."""
    released: str
    found: tuple[str, ...]
    """`AssessedAsset` ids of libraries that are this product."""
    found_versions: tuple[str, ...]
    verdict: Verdict
    """pass: at or above ``kem_since``; fail: below; unknown: a range, no version, or not comparable."""
    trust: Trust
    unverified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator."""

    id: KpiId
    value: float | None
    """Percent, one decimal; None with a reason."""
    numerator: int | None
    denominator: int | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """One default in use."""

    code: AssumptionCode
    value: str
    where: tuple[str, ...]
    """Ids of systems (or profiles) that use it; empty: the whole plan."""
    replace: str
    """Register path or option that replaces it; empty when nothing can."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing not known, and where it matters."""

    code: UnknownCode
    params: tuple[tuple[str, Scalar], ...]
    where: tuple[str, ...]
    """Ids of assets, systems or products."""


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One artefact the plan was made from."""

    kind: str
    """``inventory``, ``register``, ``benchmark``, ``codeowners``, ``plan`` (an earlier one)."""
    name: str
    """Display name, never an absolute path."""
    digest: str
    """SHA-256 (hex) of its content as read."""
    items: int
    """Components, systems, measurements, rules or uses."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of page one; each is a count over the rows of this plan."""

    systems: int
    registered: bool
    assets: int
    occurrences: int
    production_occurrences: int
    quantum_vulnerable: int
    """Production occurrences broken by Shor's algorithm."""
    key_establishment: int
    signatures: int
    both_unknown: int
    """The three add up to `quantum_vulnerable`."""
    hygiene: int
    """Production occurrences on the hygiene list (broken or weak)."""
    post_quantum: int
    """Production occurrences that are post-quantum or hybrid."""
    mosca_negative: int
    """Uses late in the base scenario."""
    first_wave: int
    """Uses in the first wave of the plan."""
    first_wave_id: WaveId | None
    next_milestone: str
    """Id of the next completion milestone that dates a use; empty when none."""
    next_date: date | None
    unmapped: int
    """Production occurrences no registered system claims (0 without a register)."""


@dataclass(frozen=True, slots=True)
class Institution:
    """Header of the register; empty without one."""

    name: str = ""
    migration_lead: str = ""
    jurisdictions: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """Everything a document of the plan prints; the module's docstring says how its parts refer to each other."""

    schema: str
    tool_version: str
    today: date
    institution: Institution
    inputs: tuple[InputRecord, ...]
    summary: Summary
    direction: Direction
    policy_basis: PolicyBasis
    instruments: tuple[Instrument, ...]
    profiles: tuple[ProfileView, ...]
    assets: tuple[AssessedAsset, ...]
    """Every asset; hygiene rows are those with standing broken or weak, or with remarks."""
    evidence: tuple[Evidence, ...]
    coverage: tuple[CoverageView, ...]
    blind_spots: tuple[Reason, ...]
    systems: tuple[SystemPlan, ...]
    uses: tuple[CryptoUse, ...]
    """By rank."""
    links: tuple[LinkPlan, ...]
    targets: tuple[TargetMapping, ...]
    waves: tuple[Wave, ...]
    phases: tuple[Phase, ...]
    dependencies: tuple[Dependency, ...]
    capacity: Capacity
    products: tuple[ProductReadiness, ...]
    kpis: tuple[Kpi, ...]
    assumptions: tuple[Assumption, ...]
    unknowns: tuple[Unknown, ...]
    sources: tuple[Source, ...]
    """Every source cited above, by id."""
    scenarios: Mapping[str, int] = field(default_factory=dict)
    """Arrival years: early, base, late."""
    steps: tuple[Step, ...] = ()
    """By system, the step of most places first."""
    progress: Progress | None = None
    """What moved since earlier plans; None when none was given."""
    budget: Budget | None = None
    """Effort and cost; None when the register gives no figure."""
    freezes: tuple[Freeze, ...] = ()
    exceptions: tuple[ExceptionRecord, ...] = ()
    """By the register's order; uses they cover have the route ``accept-risk``."""
