"""What a plan would measure here, before anything is measured: rows for a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from tabulate import tabulate

from pqc_migrate.bench.execute import duration
from pqc_migrate.bench.plan import Job, Plan
from pqc_migrate.bench.scheme import Facts
from pqc_migrate.errors import ProviderUnavailable
from pqc_migrate.model.bench import Operation, Role

SCHEMA = "pqc-migrate/bench-list/v1"


@dataclass(frozen=True, slots=True)
class Row:
    """One algorithm through one provider; sizes are bytes, None where there is no such thing or it is not known."""

    algorithm: str
    provider: str
    role: str
    family: str
    nist_category: int | None
    public_key_bytes: int | None
    ciphertext_bytes: int | None
    signature_bytes: int | None
    status: str
    implements: str
    """What the library says it implements."""
    expected_seconds: float
    not_measured: str
    """Why it will be listed only; empty when it will be measured."""


def rows(plan: Plan) -> list[Row]:
    """Return what the plan measures, in its order, then what it leaves out."""
    return [*(_row(job, plan) for job in plan.jobs), *_left_out(plan)]


def as_table(plan: Plan) -> bytes:
    """Return the list as text, with the expected time of each algorithm and of the whole."""
    all_rows = rows(plan)
    headers = ("algorithm", "role", "cat.", "provider", "public key", "ct / sig", "seconds", "status")
    measured = [_cells(row) for row in all_rows if not row.not_measured]
    parts = [*(f"NOTE: {notice}" for notice in plan.notices), _tabulated(measured, headers)]
    left = [(row.algorithm, row.provider, row.not_measured) for row in all_rows if row.not_measured]
    if left:
        parts += ["", _tabulated(left, ("not measured", "provider", "reason"))]
    return "\n".join([*parts, "", total(plan), ""]).encode()


def total(plan: Plan) -> str:
    """Return what the run will take, in one line."""
    runs = f", {plan.repeat} runs" if plan.repeat > 1 else ""
    parts = "".join(f", {part.name} {duration(part.expected_seconds(plan))}" for part in plan.parts)
    each = f"{plan.seconds:g} s an operation{runs}{parts}"
    return f"expected time: {duration(plan.expected_seconds)} on an idle machine ({each})"


def as_json(plan: Plan) -> bytes:
    """Return the list as JSON (`SCHEMA`)."""
    content = {
        "schema": SCHEMA,
        "set": plan.selection,
        "seconds": plan.seconds,
        "repeat": plan.repeat,
        "expected_seconds": round(plan.expected_seconds, 1),
        "parts": [{"name": p.name, "expected_seconds": round(p.expected_seconds(plan), 1)} for p in plan.parts],
        "notices": list(plan.notices),
        "algorithms": [asdict(row) for row in rows(plan)],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def as_csv(plan: Plan) -> bytes:
    """Return the list as CSV, one line an algorithm and provider."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows(plan))
    return text.getvalue().encode()


def _row(job: Job, plan: Plan) -> Row:
    mechanism, facts = job.mechanism, _facts(job)
    sizes = facts.sizes if facts is not None else mechanism.sizes
    category = facts.category if facts is not None and facts.category is not None else mechanism.category
    return Row(
        algorithm=mechanism.name,
        provider=job.provider.name,
        role=mechanism.role,
        family=mechanism.group,
        nist_category=category,
        public_key_bytes=sizes.public_key if sizes else None,
        ciphertext_bytes=sizes.ciphertext if sizes else None,
        signature_bytes=sizes.signature if sizes else None,
        status=mechanism.standing,
        implements=facts.version if facts is not None else "",
        expected_seconds=round(plan.expected_of(mechanism), 2),
        not_measured=_too_long(job, plan),
    )


def _facts(job: Job) -> Facts | None:
    try:
        scheme = job.provider.open(job.mechanism)
    except ProviderUnavailable:
        return None
    try:
        return scheme.facts
    finally:
        scheme.close()


def _too_long(job: Job, plan: Plan) -> str:
    """Say what the catalog expects; the run itself asks a small tree of this machine."""
    if job.mechanism.role is not Role.STATEFUL or plan.affords(job.mechanism):
        return ""
    keygen = dict(job.mechanism.seconds)[Operation.KEYGEN]
    limit = f"{plan.longest_seconds:.0f} s"
    return (
        f"a key takes about {duration(keygen)} on a server of 2026; the limit is {limit} (raise it with --seconds)"
    )


def _left_out(plan: Plan) -> list[Row]:
    nothing: dict[str, Any] = dict.fromkeys((field.name for field in fields(Row)), None)
    texts = {"role": "", "family": "", "status": "", "implements": "", "expected_seconds": 0.0}
    return [
        Row(**{**nothing, **texts, "algorithm": s.algorithm, "provider": s.provider, "not_measured": s.reason})
        for s in plan.skipped
    ]


def _cells(row: Row) -> tuple[str, ...]:
    second = row.ciphertext_bytes if row.ciphertext_bytes is not None else row.signature_bytes
    return (
        row.algorithm,
        row.role,
        "-" if row.nist_category is None else str(row.nist_category),
        row.provider,
        str(row.public_key_bytes or ""),
        str(second or ""),
        f"{row.expected_seconds:.1f}",
        row.status,
    )


def _tabulated(cells: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    right = ("public key", "ct / sig", "seconds")
    aligned = ["right" if header in right else "left" for header in headers]
    return tabulate(cells, headers, tablefmt="simple", disable_numparse=True, colalign=aligned if cells else None)
