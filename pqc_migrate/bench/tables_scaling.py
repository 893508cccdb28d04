"""Throughput on 1…n processes as a table."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from pqc_migrate.model.scaling import Processors, Scaling, ScalingPoint
from pqc_migrate.model.verdict import Quality

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_LEGEND = """\
per second: of all processes together, measured at the same time; in brackets the share of so many times the rate
of one process. clock cpu: others used the processors too, so the rates are of the time the processes got; server
cpu: handshakes, of which only the server's time counts"""


def scaling_table(scaling: Sequence[Scaling], processors: Processors | None) -> str:
    """Return the rates of each piece of work by the number of processes."""
    tried = sorted({point.processes for one in scaling for point in one.points})
    rows = [[one.name, one.provider, one.clock, *(_cell(one, processes) for processes in tried)] for one in scaling]
    headers = ["per second with so many processes", "provider", "clock", *map(str, tried)]
    aligned = ["left"] * 3 + ["right"] * len(tried)
    table = tabulate(rows, headers, tablefmt="simple", disable_numparse=True, colalign=aligned if rows else None)
    return "\n".join([table, "", _LEGEND, *([said(processors)] if processors else [])])


def said(found: Processors) -> str:
    """Return what the rates were measured on, in one line."""
    parts = [f"processors this process may use: {found.available}"]
    if found.cores is None:
        parts.append("whether threads share a core is not told")
    elif found.cores < found.available:
        parts.append(f"threads of {found.cores} cores, so the last ones add less than the first")
    else:
        parts.append("each a core of its own as far as the system tells")
    parts.append("no quota seen" if found.quota is None else f"quota of {found.quota:g} processors")
    return "; ".join(parts)


def _cell(one: Scaling, processes: int) -> str:
    point = next((point for point in one.points if point.processes == processes), None)
    return "" if point is None else f"{_MARKS[one.verdict.quality]}{_rate(point)}"


def _rate(point: ScalingPoint) -> str:
    rate = f"{point.per_second:,.0f}".replace(",", " ")
    return rate if point.processes == 1 else f"{rate} ({point.efficiency:.0%})"
