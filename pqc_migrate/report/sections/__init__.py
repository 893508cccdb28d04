"""The sections of a migration plan, in order; a new one is one function and one line here."""

from __future__ import annotations

from collections.abc import Callable

from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.report.document import Section
from pqc_migrate.report.sections.appendices import assumptions, compliance, evidence, glossary
from pqc_migrate.report.sections.assets import inventory
from pqc_migrate.report.sections.coverage import coverage
from pqc_migrate.report.sections.opening import cover, summary
from pqc_migrate.report.sections.performance import performance, products
from pqc_migrate.report.sections.policy import policy, threat
from pqc_migrate.report.sections.programme import kpis, organization, risks, systems, testing
from pqc_migrate.report.sections.ranking import ranking
from pqc_migrate.report.sections.roadmap import pki, roadmap
from pqc_migrate.report.sections.routes import mapping, routes
from pqc_migrate.report.texts import Texts

SECTIONS: tuple[Callable[[MigrationPlan, Texts], Section], ...] = (
    cover,
    summary,
    policy,
    threat,
    coverage,
    inventory,
    ranking,
    routes,
    mapping,
    performance,
    products,
    pki,
    roadmap,
    systems,
    testing,
    organization,
    kpis,
    risks,
    evidence,
    compliance,
    assumptions,
    glossary,
)
"""Functions from plan and texts to a section; none returns an empty one."""
