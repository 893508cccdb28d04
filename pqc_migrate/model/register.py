"""The systems register: what only people know. Everything but id, name and owner may be unknown (None).

Years are decimal, dates ISO 8601, bytes and days integers, operations per second on one core. Only what the
plan computes with has a field here; the loader validates the whole schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SCHEMA = "pqc-migrate/register/v1"
"""Value of ``schema`` in a register file."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a system."""

    dept: str = ""
    person: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Links from the register to what was scanned."""

    hosts: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()
    """Name of a scanned target, its path prefix (``monorepo/services/pay``) or a repository's URL."""
    images: tuple[str, ...] = ()
    cert_subjects: tuple[str, ...] = ()
    k8s: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing can be linked."""
        return not (self.hosts or self.repos or self.images or self.cert_subjects or self.k8s)


@dataclass(frozen=True, slots=True)
class Link:
    """One network link of a system."""

    id: str
    kind: str | None = None
    """``dedicated``, ``leased``, ``mpls``, ``internet``, ``mobile``."""
    medium: str = ""
    km: float | None = None
    rekey_s: float | None = None
    tunnels: int | None = None
    qkd: str = "none"
    """``none``, ``pilot``, ``run``."""
    trusted_nodes: str | None = None
    """``none``, ``audited``, ``carrier``."""
    external_keys: bool | None = None
    """Whether the link encryptors take keys from outside (ETSI GS QKD 014, RFC 8784, MACsec PSK)."""
    end_to_end: bool | None = None
    """Whether the traffic needs protection across intermediate parties."""
    budget_approved: bool | None = None


@dataclass(frozen=True, slots=True)
class Hsm:
    """The hardware security module a system depends on."""

    type: str | None = None
    """``none``, ``general``, ``payment``, ``cloud``."""
    field_upgradable: bool | None = None
    eol: date | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """One supplier's product and statement."""

    name: str = ""
    product: str = ""
    pqc_statement: str | None = None
    """``none``, ``roadmap``, ``beta``, ``ga``."""
    statement_date: date | None = None
    target_date: date | None = None


@dataclass(frozen=True, slots=True)
class RiskException:
    """An accepted use."""

    reason: str = ""
    mitigation: str = ""
    approver: str = ""
    review_date: date | None = None


@dataclass(frozen=True, slots=True)
class System:
    """One registered system."""

    id: str
    name_zh: str
    name_en: str
    owner: Owner
    business_line: str | None = None
    criticality: str | None = None
    """``systemic``, ``critical``, ``important``, ``normal``."""
    mlps_level: int | None = None
    cii: bool | None = None
    miping_last: date | None = None
    status: str | None = None
    retire_date: date | None = None
    """Last day of the month given."""
    exposure: str | None = None
    """``internal``, ``partner``, ``internet``, ``physical``."""
    data_classes: tuple[str, ...] = ()
    secrecy_years: float | None = None
    """X; ``indefinite`` is 50."""
    signature_trust_years: float | None = None
    """S; ``indefinite`` is 50."""
    severity: int | None = None
    migration_years: float | None = None
    """Y, when the institution sets it."""
    discovery: Discovery = Discovery()
    links: tuple[Link, ...] = ()
    hsm: Hsm | None = None
    vendors: tuple[Vendor, ...] | None = None
    depends_on: tuple[str, ...] | None = None
    external: tuple[str, ...] = ()
    budgets: Mapping[str, float] = field(default_factory=dict)
    hardware_bound: bool | None = None
    """Terminals, smart cards, FPGA or a legacy platform; None when ``hardware_constraints`` is not given."""
    exception: RiskException | None = None
    effort_days: Mapping[str, float] = field(default_factory=dict)
    """Person-days: ``low``, ``base``, ``high`` as far as given."""
    capex: Mapping[str, float] = field(default_factory=dict)
    """Hardware and licences in the register's currency: ``low``, ``base``, ``high`` as far as given."""


@dataclass(frozen=True, slots=True)
class Register:
    """A valid register."""

    institution_name: str = ""
    migration_lead: str = ""
    jurisdictions: tuple[str, ...] = ()
    currency: str = ""
    profiles: tuple[str, ...] = ()
    today: date | None = None
    policy_basis: Mapping[str, str] = field(default_factory=dict)
    """``title``, ``issuer``, ``number``, ``date``, ``clause`` as far as filled in."""
    crqc_year: Mapping[str, int] = field(default_factory=dict)
    """``early``, ``base``, ``late`` as far as given."""
    person_day: float | None = None
    """Price of one person-day in `currency`."""
    change_freezes: tuple[tuple[str, str], ...] = ()
    """First and last day of each yearly freeze, ``MM-DD``."""
    systems: tuple[System, ...] = ()
    digest: str = ""
    """SHA-256 (hex) of the file as read."""
