"""What is installed, which liboqs is mapped, what is missing and how to get it."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from tabulate import tabulate

from pqc_migrate import __version__
from pqc_migrate.bench import machine, mapped, native
from pqc_migrate.bench.library import Rejected
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import Library

SCHEMA = "pqc-migrate/doctor/v1"
_PACKAGE = "pqc-migrate"
_FOR_USERS = ("liboqs", "binaries", "bench", "history", "keys", "report", "fleet")
"""Extras whose absence is worth a word; the others are for developers or collect these."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement of this package on this interpreter and platform."""

    name: str
    wanted: str
    installed: str | None
    extra: str
    """Extra it belongs to; empty for a core dependency."""
    satisfied: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that would be of use, and what gets it: a command wherever one can."""

    what: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Native:
    """liboqs as far as it was found."""

    library: Library | None
    mechanisms: tuple[tuple[str, int], ...]
    """(kind, count) switched on in this build."""
    mapped: tuple[str, ...]
    """Every mapped file that looks like a liboqs; more than one deserves a question."""
    rejected: tuple[Rejected, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole of it."""

    python: str
    system: str
    kernel: str
    liboqs: Native
    dependencies: tuple[Dependency, ...]
    missing: tuple[Missing, ...]


def diagnose() -> Diagnosis:
    """Look at this installation; nothing is downloaded and nothing is changed."""
    liboqs, hint = _liboqs()
    dependencies = tuple(_dependencies())
    return Diagnosis(
        python=machine.python(),
        system=machine.system(),
        kernel=machine.kernel(),
        liboqs=liboqs,
        dependencies=dependencies,
        missing=tuple(_missing(liboqs, hint, dependencies)),
    )


def to_json(diagnosis: Diagnosis) -> bytes:
    """Return it as JSON; ``liboqs`` has ``path``, ``version`` and ``sha256``, null when there is none."""
    plain = dataclasses.asdict(diagnosis)
    native_part = plain.pop("liboqs")
    empty = {field.name: None for field in dataclasses.fields(Library)}
    liboqs: dict[str, Any] = {**(native_part.pop("library") or empty), **native_part}
    liboqs["mechanisms"] = dict(liboqs["mechanisms"])
    content = {"schema": SCHEMA, "tool": f"pqc-migrate {__version__}", "liboqs": liboqs, **plain}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def to_table(diagnosis: Diagnosis) -> str:
    """Return it as text: what is missing stands last, where the eye ends."""
    lines = [f"pqc-migrate {__version__}, {diagnosis.python}", f"{diagnosis.system}, {diagnosis.kernel}", ""]
    lines += [*_native_lines(diagnosis.liboqs), ""]
    rows = [
        (d.name, d.wanted or "any", d.installed or "missing", d.extra or "core", "ok" if d.satisfied else "NOT OK")
        for d in diagnosis.dependencies
    ]
    lines += [
        tabulate(rows, ("package", "wanted", "installed", "part of", ""), "simple", disable_numparse=True),
        "",
    ]
    lines += [f"missing: {m.what} ({m.why})\n  what to do: {m.command}" for m in diagnosis.missing]
    return "\n".join([*lines, "" if diagnosis.missing else "nothing is missing\n"])


def _native_lines(liboqs: Native) -> Iterator[str]:
    library = liboqs.library
    if library is None:
        yield f"liboqs: none: {liboqs.error}"
    else:
        yield f"liboqs {library.version} from {library.origin}" + (f", {library.label}" if library.label else "")
        yield f"  mapped file  {library.path}"
        yield f"  SHA-256      {library.sha256}"
        build = "; ".join(f"{name}: {value}" for name, value in library.build.items())
        yield f"  build        {build or 'unknown'}"
        yield f"  switched on  {', '.join(f'{count} {kind}' for kind, count in liboqs.mechanisms)}"
    for other in liboqs.mapped:
        if library is None or other != library.path:
            yield f"  also mapped  {other}"
    for rejected in liboqs.rejected:
        yield f"  passed over  {rejected.path} ({rejected.origin}): {rejected.reason}"


def _liboqs() -> tuple[Native, str]:
    try:
        loaded = native.load()
    except BenchmarkError as error:
        return Native(None, (), tuple(mapped.files("oqs")), (), str(error)), error.hint
    module = loaded.module
    counts = (
        ("KEMs", len(module.get_enabled_kem_mechanisms())),
        ("signatures", len(module.get_enabled_sig_mechanisms())),
        ("stateful signatures", len(module.get_enabled_stateful_sig_mechanisms())),
    )
    return Native(loaded.library, counts, tuple(mapped.files("oqs")), loaded.rejected, ""), ""


def _dependencies() -> Iterator[Dependency]:
    try:
        distribution = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:  # run from a source tree that was not installed
        return
    seen: set[tuple[str, str]] = set()
    for text in distribution.requires or []:
        requirement = Requirement(text)
        for extra in ("", *_FOR_USERS):
            key = (requirement.name, extra)
            if canonicalize_name(requirement.name) != _PACKAGE and _applies(requirement, extra) and key not in seen:
                seen.add(key)
                yield _dependency(requirement, extra)


def _applies(requirement: Requirement, extra: str) -> bool:
    if requirement.marker is None:
        return extra == ""
    try:
        plain = requirement.marker.evaluate({"extra": ""})
        return plain if extra == "" else requirement.marker.evaluate({"extra": extra}) and not plain
    except UndefinedEnvironmentName:
        return False


def _dependency(requirement: Requirement, extra: str) -> Dependency:
    try:
        installed: str | None = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        installed = None
    try:
        fits = installed is not None and requirement.specifier.contains(Version(installed), prereleases=True)
    except InvalidVersion:
        fits = False
    return Dependency(requirement.name, str(requirement.specifier), installed, extra, fits)


def _missing(liboqs: Native, hint: str, dependencies: tuple[Dependency, ...]) -> Iterator[Missing]:
    if liboqs.library is None:
        yield Missing("liboqs", "without it only OpenSSL's ML-KEM and ML-DSA can be measured", hint)
    for dependency in dependencies:
        # The liboqs extra only carries a library; where there is one already, nothing is missing.
        if dependency.satisfied or (dependency.extra == "liboqs" and liboqs.library is not None):
            continue
        why = f"wanted {dependency.wanted or 'in any version'}, installed {dependency.installed or 'not at all'}"
        yield Missing(dependency.name, why, f'pip install "{dependency.name}{dependency.wanted}"')
