"""Inventory × profiles → `Assessment`: how each asset stands, what each place is used for, what was not seen.

Knows model and catalog only: no register, no benchmark, no dates beyond the profiles' own. Production, test,
example, vendored and implementation places are told apart by the inventory; nothing here guesses a use, a
size or an axis that the inventory does not state.
"""

from __future__ import annotations

from collections.abc import Sequence

from pqc_migrate.assess.coverage import blind_spots, coverage
from pqc_migrate.assess.places import Claim, Sighting, evidence, key_usages, sightings
from pqc_migrate.assess.standing import assessed
from pqc_migrate.model.inventory import Component, Inventory, Occurrence
from pqc_migrate.model.plan import UNREGISTERED, Assessment, ProfileView
from pqc_migrate.model.plan_codes import Standing

_STANDING_ORDER = {standing: place for place, standing in enumerate(Standing)}


def no_register(inventory: Inventory, component: Component, occurrence: Occurrence) -> str:
    """Claim nothing: every place belongs to the implicit system."""
    return UNREGISTERED


def assess(
    inventories: Sequence[Inventory], profiles: Sequence[ProfileView] = (), claim: Claim = no_register
) -> Assessment:
    """Return every asset of the inventories with its standing, and every place with its use and system.

    The result does not depend on the order of the inventories or their components.
    """
    seen: dict[str, list[Sighting]] = {}
    components: dict[str, Component] = {}
    for inventory in inventories:
        by_ref = {component.ref: component for component in inventory.components}
        usages = key_usages(inventory)
        for component in inventory.components:
            known = components.setdefault(component.ref, component)
            components[component.ref] = min(known, component, key=lambda c: (c.name, c.properties))
            seen.setdefault(component.ref, []).extend(sightings(inventory, component, by_ref, usages, claim))
    rows = {ref: evidence(ref, found) for ref, found in seen.items()}
    assets = [assessed(components[ref], rows[ref], seen[ref], profiles) for ref in components]
    assets.sort(key=lambda asset: (_STANDING_ORDER[asset.standing], asset.name, asset.id))
    return Assessment(
        assets=tuple(assets),
        evidence=tuple(sorted((row for found in rows.values() for row in found), key=lambda row: row.id)),
        coverage=tuple(sorted(map(coverage, inventories), key=lambda view: (view.target, view.tool))),
        blind_spots=tuple(blind_spots(inventories)),
    )
