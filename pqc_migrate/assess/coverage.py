"""What the inventories looked at, and what no inventory of files can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pqc_migrate.model.inventory import Inventory
from pqc_migrate.model.plan import CoverageView, Reason
from pqc_migrate.model.plan_codes import ReasonCode


def coverage(inventory: Inventory) -> CoverageView:
    """Return the coverage statement of one inventory; unknown figures where it carries none."""
    seen = inventory.coverage
    stated = seen.files_seen > 0
    return CoverageView(
        target=inventory.target,
        tool=inventory.tool,
        tool_version=inventory.tool_version,
        files_seen=seen.files_seen if stated else None,
        files_read=seen.files_read if stated else None,
        files_parsed=seen.files_parsed if stated else None,
        bytes_read=seen.bytes_read if stated else None,
        languages={name: seen.by_language[name].files for name in sorted(seen.by_language)},
        skipped=seen.skipped_by_reason(),
    )


def blind_spots(inventories: Sequence[Inventory]) -> Iterator[Reason]:
    """Yield what was not looked at, by target, then what scans of files never see."""
    for inventory in sorted(inventories, key=lambda item: (item.target, item.tool)):
        target = inventory.target
        if inventory.coverage.files_seen == 0:
            yield Reason.of(ReasonCode.TARGET_WITHOUT_COVERAGE, target=target)
        for skip, count in inventory.coverage.skipped_by_reason().items():
            yield Reason.of(ReasonCode.FILES_SKIPPED, target=target, skip=str(skip), count=count)
        for language, view in sorted(inventory.coverage.by_language.items()):
            if not view.supported:
                yield Reason.of(
                    ReasonCode.LANGUAGE_UNSUPPORTED,
                    target=target,
                    language=language,
                    files=view.files,
                    bytes=view.bytes,
                )
    yield Reason.of(ReasonCode.NOT_PROBED)
    yield Reason.of(ReasonCode.NOT_SCANNABLE_HARDWARE)
    yield Reason.of(ReasonCode.NOT_SCANNABLE_SERVICES)
