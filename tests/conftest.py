"""Inventories made as the scanner makes them: findings through the real merge."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Finding,
    Inventory,
    Kind,
    Location,
    Role,
    Technique,
)

Make = Callable[..., Finding]


@pytest.fixture
def finding() -> Make:
    """Return a maker of findings: algorithm family and parameters, then where and how it was found."""

    def make(
        family: str,
        /,
        path: str = "src/a.py",
        line: int = 1,
        rule: str = "cryptography/call",
        symbol: str = "",
        functions: tuple[str, ...] = (),
        role: Role = Role.PRODUCTION,
        technique: Technique = Technique.AST,
        kind: Kind = Kind.ALGORITHM,
        related: tuple[tuple[str, Asset], ...] = (),
        details: tuple[tuple[str, str], ...] = (),
        **parameters: str | int,
    ) -> Finding:
        asset = Asset.of(kind, family, **parameters)
        place = Location(path, line, None, symbol)
        return Finding(rule, asset, place, technique, 0.9, "resolved", role, functions, (), related, details)

    return make


@pytest.fixture
def inventory() -> Callable[..., Inventory]:
    """Return a maker of inventories from findings."""

    def make(*findings: Finding, target: str = "demo", coverage: Coverage | None = None) -> Inventory:
        return merge(findings, coverage or Coverage(files_seen=3, files_read=3), target)

    return make
