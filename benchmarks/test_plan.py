"""What a plan costs: from 1,000 to 20,000 findings over 300 systems, no faster than in proportion.

CPU time of this process, so that neighbors do not count; the test fails when the cost of one finding grows.
"""

import time
from datetime import date
from functools import cache
from typing import Any

import pytest

from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Inventory, Kind, Location, Technique
from pqc_migrate.model.register import SCHEMA, Register
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.document import dump
from pqc_migrate.plan.register import from_raw
from pqc_migrate.report.plan_formats import FORMATS

SYSTEMS = 300
FEW, MANY = 1_000, 20_000
LEEWAY = 1.5
"""How much more one finding may cost among many than among few: sorting, and caches that no longer hold all."""
TODAY = date(2026, 11, 24)
ASSETS = (
    (Asset.of(Kind.ALGORITHM, "RSA", size=2048), "cryptography/rsa-sign", ("sign",)),
    (Asset.of(Kind.ALGORITHM, "X25519"), "nginx/ssl-ecdh-curve", ("keyderive",)),
    (Asset.of(Kind.ALGORITHM, "ECDSA", curve="P-256"), "pem/certificate", ("verify",)),
    (Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM"), "cryptography/aesgcm", ("encrypt",)),
    (Asset.of(Kind.ALGORITHM, "SM2"), "gmssl/sign", ("sign",)),
)


@cache
def inventory(findings: int) -> Inventory:
    """One target whose first-level folders are the systems."""
    rows = []
    for number in range(findings):
        asset, rule, functions = ASSETS[number % len(ASSETS)]
        place = Location(f"s{number % SYSTEMS}/src/file{number}.py", number % 977 + 1, None, "call")
        rows.append(Finding(rule, asset, place, Technique.AST, 0.9, "call", functions=functions))
    return merge(rows, Coverage(files_seen=findings, files_read=findings), "bank")


@cache
def register() -> Register:
    """Every system claims its folder."""
    systems = [
        {
            "id": f"s{number}",
            "name": f"System {number}",
            "owner": "it",
            "exposure": ("internal", "partner", "internet")[number % 3],
            "severity": number % 3 + 1,
            "discovery": {"repos": [f"bank/s{number}"]},
            "dependencies": {"on": [f"s{number // 2}"]},
        }
        for number in range(SYSTEMS)
    ]
    return from_raw({"schema": SCHEMA, "systems": systems})


def cost(findings: int) -> float:
    """CPU seconds of a plan and its JSON, the better of two."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        dump(make_plan([inventory(findings)], register(), None, (), TODAY))
        best = min(best, time.process_time() - start)
    return best


def test_twenty_times_the_findings_cost_at_most_twenty_times(benchmark: Any) -> None:
    """Shown as the cost of one finding, in extra_info."""
    few, many = cost(FEW), cost(MANY)
    benchmark.extra_info.update(us_a_finding_few=1e6 * few / FEW, us_a_finding_many=1e6 * many / MANY)
    benchmark.pedantic(make_plan, ([inventory(FEW)], register(), None, (), TODAY), rounds=1)
    assert many / MANY <= LEEWAY * few / FEW


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_documents(benchmark: Any, name: str) -> None:
    """Write the plan of 20,000 findings in both languages."""
    plan = make_plan([inventory(MANY)], register(), None, (), TODAY)
    assert len(benchmark.pedantic(FORMATS[name], (plan, "both"), rounds=1)) > 1_000_000
