"""Whether two runs were made on the same machine with the same libraries, and what else tells them apart."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.model.bench import BenchmarkRun, Cpu, Library, Quality
from pqc_migrate.model.compare import Contrast, Difference, Named

_LIBRARY_OF = {"liboqs": "liboqs", "openssl": "OpenSSL", "gmssl": "gmssl-pyx"}
"""By provider, the library that `Environment.libraries` holds for it."""
_DIGITS = 12
"""Of a SHA-256 digest, as many as tell two builds apart to a reader; the artefacts have all."""


def contrasts(base: Named, other: Named) -> tuple[Contrast, ...]:
    """Return what makes two runs incomparable, each difference in words."""
    return (*_machine(base, other), *_libraries(base, other), *_quality(base, other))


def remarks(base: Named, other: Named) -> tuple[str, ...]:
    """Return what else differs: it may move times, but is no reason not to compare."""
    before, after = base.run.environment, other.run.environment
    pairs = (
        ("kernel", before.kernel, after.kernel),
        ("interpreter", before.python, after.python),
        ("frequency governor", before.cpu.governor, after.cpu.governor),
        ("number of processors", before.cpu.logical, after.cpu.logical),
        ("measured by", before.tool, after.tool),
        ("seconds for an operation", base.run.seconds, other.run.seconds),
    )
    return tuple(f"{what}: {_said(a)}, then {_said(b)}" for what, a, b in pairs if a != b)


def library(run: BenchmarkRun, provider: str) -> Library | None:
    """Return the library a provider's figures come from; None when the run does not hold it."""
    name = _LIBRARY_OF.get(provider, provider)
    return next((one for one in run.environment.libraries if one.name == name), None)


def _machine(base: Named, other: Named) -> Iterator[Contrast]:
    before, after = base.run.environment.cpu, other.run.environment.cpu
    traits = zip(_NAMES, _traits(before), _traits(after), strict=True)
    differing = [(what, a, b) for what, a, b in traits if a != b]
    if differing:
        said = "; ".join(
            f"{what} {_said(a)} in {base.name}, {_said(b)} in {other.name}" for what, a, b in differing
        )
        yield Contrast(Difference.MACHINE, f"other processor: {said}")


_NAMES = ("model", "family, model and stepping", "architecture", "hypervisor", "extensions")


def _traits(cpu: Cpu) -> tuple[object, ...]:
    return cpu.model, cpu.family, cpu.architecture, cpu.hypervisor, " ".join(cpu.flags)


def _libraries(base: Named, other: Named) -> Iterator[Contrast]:
    shared = {m.provider for m in base.run.measurements} & {m.provider for m in other.run.measurements}
    for provider in sorted(shared):
        before, after = library(base.run, provider), library(other.run, provider)
        if _identity(before) != _identity(after):
            said = f"{_build(before)} in {base.name}, {_build(after)} in {other.name}"
            yield Contrast(Difference.LIBRARY, f"other library: {said}")


def _identity(one: Library | None) -> tuple[object, ...]:
    return () if one is None else (one.version, one.sha256, one.label if one.sha256 is None else "")


def _build(one: Library | None) -> str:
    if one is None:
        return "unknown library"
    digest = f"SHA-256 {one.sha256[:_DIGITS]}…" if one.sha256 else one.label
    return " ".join(part for part in (one.name, one.version, f"({digest})" if digest else "") if part)


def _quality(base: Named, other: Named) -> Iterator[Contrast]:
    for one in (base, other):
        if one.run.verdict.quality is Quality.UNUSABLE:
            reasons = "; ".join(one.run.verdict.reasons)
            yield Contrast(Difference.QUALITY, f"{one.name} is unusable: {reasons}")


def _said(value: object) -> str:
    return "unknown" if value is None or value == "" else str(value)
