"""The comparison with a C loop as text for a terminal."""

from __future__ import annotations

from tabulate import tabulate

from pqc_migrate.bench.proof import LIMIT, Compared, Proof
from pqc_migrate.bench.tables import microseconds

_HEADERS = (
    "algorithm", "operation", "C µs", "Python µs", "call ns", "ratio", "95 % interval", "C/C", "blocks", "outcome",
)  # fmt: skip
_ALIGNED = ("left", "left", *("right",) * 7, "left")
_LEGEND = f"""\
C: a loop compiled here ({{compiler}}) over the same function, file and buffers
Python: the same calls as `bench run` times them, call overhead ("call") taken off
ratio: Python / C, median of blocks in which both alternate; passed: its interval reaches {LIMIT} or below
C/C: the same C loop a second time, where 1.00 means that the machine was steady enough to tell
# by the CPU clock: hardly any block ran undisturbed"""


def proof_table(proof: Proof) -> str:
    """Return the comparison of every operation, the verdict first."""
    parts = [_verdict(proof), ""]
    if proof.compared:
        rows = [_row(one) for one in proof.compared]
        parts += [tabulate(rows, _HEADERS, tablefmt="simple", disable_numparse=True, colalign=_ALIGNED), ""]
        parts += [_LEGEND.format(compiler=proof.compiler), ""]
    parts += [f"not compared: {s.algorithm} {s.operation}: {s.reason}" for s in proof.skipped]
    library = proof.library
    named = ", ".join(part for part in (f"liboqs {library.version}", library.label) if part)
    return "\n".join([*parts, f"library: {named}", f"  {library.path}", f"  SHA-256 {library.sha256}", ""])


def _verdict(proof: Proof) -> str:
    outcomes = [one.outcome for one in proof.compared]
    passed, skipped = outcomes.count("passed"), outcomes.count("skipped")
    if proof.failed:
        named = ", ".join(f"{one.algorithm} {one.operation}" for one in proof.failed)
        return f"PROOF: FAILED, slower from Python than {LIMIT} × C: {named}"
    if not passed:
        return "PROOF: NOT MADE, no operation could be compared"
    said = f"PROOF: passed, no operation is shown to cost more than {LIMIT} × C from Python: {passed} compared"
    return f"{said}, {skipped} not judged" if skipped else said


def _row(one: Compared) -> tuple[str, ...]:
    low, high = one.interval
    return (
        one.algorithm,
        one.operation,
        microseconds(one.c_ns),
        microseconds(one.net_ns) + ("" if one.clock == "wall" else "#"),
        f"{one.overhead_ns:.0f}",
        f"{one.ratio:.3f}",
        f"{low:.3f} – {high:.3f}",
        f"{one.control:.3f}",
        str(one.blocks),
        f"{one.outcome}: {one.reason}" if one.reason else one.outcome,
    )
