"""The schema ``pqc-migrate/register/v1``: every field a register may hold."""

from __future__ import annotations

from pqc_migrate.plan.validate import Day, Flag, Many, Number, OneOf, Record, Text

BUDGETS = (
    "tls_handshake_ms_p95",
    "added_bytes_per_handshake",
    "sign_ops_s",
    "verify_ops_s",
    "max_message_bytes",
    "max_cert_chain_bytes",
    "link_mtu",
    "cpu_headroom_pct",
    "tls_handshakes_s",
    "tls_processors",
)
"""Fields of ``budgets``: ms p95, bytes, operations per second, percent; full TLS handshakes per second at the
system's peak, and the logical processors (vCPU) that terminate them."""

POLICY_BASIS = ("title", "issuer", "number", "date", "clause")
"""Fields the institution fills in from its own copy of the notice."""

_YES_NO = OneOf(("yes", "no", "unknown"))
_YEARS = Number(words=("indefinite",))
_RANGE = Record({"low": Number(), "base": Number(), "high": Number()})
_TEXTS = Many(Text())
_MONTH_DAY = Text(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "MM-DD")

_LINK = Record(
    {
        "id": Text(),
        "to": Text(),
        "kind": OneOf(("dedicated", "leased", "mpls", "internet", "mobile")),
        "medium": Text(),
        "km": Number(),
        "carrier": Text(),
        "encryptor": Text(),
        "rekey_s": Number(),
        "tunnels": Number(whole=True),
        "qkd": OneOf(("none", "pilot", "run")),
        "qkd_product_cert": Text(),
        "trusted_nodes": OneOf(("none", "audited", "carrier", "unknown")),
        "external_keys": Flag(),
        "end_to_end": Flag(),
        "budget_approved": Flag(),
    },
    required=frozenset({"id"}),
)

_VENDOR = Record(
    {
        "name": Text(),
        "product": Text(),
        "version": Text(),
        "role": Text(),
        "pqc_statement": OneOf(("none", "roadmap", "beta", "ga")),
        "statement_date": Day(months=True),
        "target_date": Day(months=True),
        "contract_end": Day(months=True),
        "pqc_clause": Flag(),
        "pqcmm_level": Number(whole=True),
        "tier": OneOf(("low", "moderate", "high")),
    }
)

_SYSTEM = Record(
    {
        "id": Text(r"[a-z0-9-]+", "made of a-z, 0-9 and hyphens"),
        "name": Record({"zh": Text(), "en": Text()}, short=Text(), one_of=("zh", "en")),
        "owner": Record(
            {"dept": Text(), "person": Text(), "contact": Text()},
            short=Text(),
            one_of=("dept", "person", "contact"),
        ),
        "business_line": OneOf(
            (
                "deposits",
                "loans",
                "payments",
                "cards",
                "markets",
                "wealth",
                "channels",
                "risk",
                "data",
                "infra",
                "office",
                "other",
            )
        ),
        "criticality": OneOf(("systemic", "critical", "important", "normal")),
        "mlps_level": Number(least=1, most=5, whole=True),
        "cii": Flag(),
        "miping": Record({"required": Flag(), "last": Day(months=True), "result": Text()}),
        "status": OneOf(("plan", "build", "run", "retire")),
        "retire_date": Day(months=True),
        "exposure": OneOf(("internal", "partner", "internet", "physical")),
        "data": Record(
            {
                "classes": Many(
                    OneOf(
                        (
                            "customer-pii",
                            "customer-financial",
                            "transaction",
                            "payment-auth",
                            "trading",
                            "keys",
                            "logs",
                            "public",
                        )
                    )
                ),
                "secrecy_years": _YEARS,
                "signature_trust_years": _YEARS,
                "residency": Many(Text(r"[A-Z]{2}", "an ISO 3166 country code in quotes")),
                "harvest_likelihood": OneOf(("low", "medium", "high", "unknown")),
            }
        ),
        "severity": Number(least=1, most=3, whole=True),
        "migration_years": Number(),
        "change": Record(
            {"release_cadence_days": Number(whole=True), "window_hours": Number(), "rollback": _YES_NO}
        ),
        "discovery": Record(
            {"hosts": _TEXTS, "repos": _TEXTS, "images": _TEXTS, "cert_subjects": _TEXTS, "k8s": _TEXTS}
        ),
        "stack": Record(
            {"language": Text(), "runtime": Text(), "tls_termination": Text(), "os": Text(), "crypto_libs": _TEXTS}
        ),
        "crypto_uses": Many(
            Record(
                {
                    "use": Text(),
                    "layer": OneOf(("phys", "net", "dev", "app")),
                    "alg_now": Text(),
                    "source": Text(),
                    "confidence": Text(),
                }
            )
        ),
        "links": Many(_LINK, key="id"),
        "hsm": Record(
            {
                "type": OneOf(("none", "general", "payment", "cloud")),
                "vendor": Text(),
                "model": Text(),
                "firmware": Text(),
                "field_upgradable": _YES_NO,
                "pqc_statement_date": Day(months=True),
                "eol": Day(months=True),
                "cert": OneOf(("gm", "fips", "pci", "none", "unknown")),
            }
        ),
        "pki": Record(
            {
                "roots": _TEXTS,
                "issuing": Text(),
                "max_cert_days": Number(whole=True),
                "pinning": _YES_NO,
                "device_trust_store_update": OneOf(("ota", "manual", "never", "unknown")),
            }
        ),
        "vendors": Many(_VENDOR),
        "dependencies": Record({"on": _TEXTS, "external": _TEXTS}),
        "budgets": Record({name: Number() for name in BUDGETS}),
        "hardware_constraints": Record(
            {
                "terminals": Number(whole=True),
                "smartcard": Flag(),
                "fpga_asic": Flag(),
                "legacy_platform": OneOf(("none", "mainframe", "as400", "tandem", "embedded")),
            }
        ),
        "agility": Record(
            {
                name: OneOf(("yes", "partial", "no", "unknown"))
                for name in (
                    "algorithm_configurable",
                    "crypto_api_central",
                    "dual_stack_possible",
                    "key_rotation_tested",
                )
            }
        ),
        "cost": Record({"effort_days": _RANGE, "capex": _RANGE}),
        "exception": Record(
            {"reason": Text(), "mitigation": Text(), "approver": Text(), "review_date": Day(months=True)}
        ),
        "notes": Text(),
    },
    required=frozenset({"id", "name", "owner"}),
)

_YEAR = Number(least=2000, most=2200, whole=True)

REGISTER = Record(
    {
        "schema": Text(),
        "institution": Record(
            {
                "name": Text(),
                "type": Text(),
                "jurisdictions": _TEXTS,
                "profiles": _TEXTS,
                "migration_lead": Text(),
                "policy_basis": Record({name: Text() for name in POLICY_BASIS}),
                "crqc_year": Record({"early": _YEAR, "base": _YEAR, "late": _YEAR}),
                "today": Day(words=("auto",)),
                "change_freezes": Many(
                    Record({"from": _MONTH_DAY, "to": _MONTH_DAY}, required=frozenset({"from", "to"}))
                ),
                "rates": Record({"currency": Text(), "person_day": Number()}),
            }
        ),
        "systems": Many(_SYSTEM, key="id"),
    },
    required=frozenset({"schema"}),
)
"""The whole file."""
