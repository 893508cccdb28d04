"""pqc-migrate: what cryptography is there, what its replacements cost, what moves when.

::

    Target ─targets→ SourceFile ─gate→ anchors ─detectors→ Finding ─inventory→ Inventory
                         └ Diagnostic (skipped, unreadable, unparsed) ─────────────┘ coverage
    Inventory + Policy ─assess→ Assessment ─┐
    Register (what only people know) ───────┼─plan→ MigrationPlan ─report→ html md json
    BenchmarkRun (liboqs, classical) ───────┘

Each arrow is a package of that name, each noun a type in `model`. Every stage reads and writes one
artefact, and the inventory artefact is a CycloneDX CBOM, so a plan can be remade without a scan.
"""

__version__ = "0.1.0"
