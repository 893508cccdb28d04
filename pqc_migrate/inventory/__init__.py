"""The inventory artefact: findings merged into components, and the CycloneDX CBOM that holds them.

* `merge`: findings → `Inventory`
* `standing`: what the catalog's facts say about each component
* `cyclonedx_write`: `Inventory` → CBOM bytes (the fields in `cyclonedx_fields`)
* `cyclonedx_read`: a CBOM, ours or another tool's → `Inventory` (names in `spelling`)
* `context`, `escape`: the reversible texts that carry what CycloneDX has no field for

``load(to_cyclonedx(x)) == x`` for every inventory that `merge` makes.
"""
