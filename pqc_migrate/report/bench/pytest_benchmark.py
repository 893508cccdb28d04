"""A benchmark run in the JSON that pytest-benchmark saves, so that ``pytest-benchmark compare`` reads it.

Its storage, version 5: ``machine_info``, ``commit_info`` and one record an operation with ``stats`` in seconds. A
round there is a batch here. What this program does not keep is not made up: the standard deviation is that of a
normal distribution with the same quartiles, ``max`` is the 99th percentile, outliers are not counted, and each
record says so in ``extra_info``. ``fullname`` names algorithm, operation and provider alike in every run, so that
``compare --between`` and ``--group-by fullname`` find the pairs.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from pqc_migrate.bench.fingerprint import library
from pqc_migrate.model.bench import BenchmarkRun, Environment, Measurement

_IQR_BY_SIGMA = 1.348980
_MADE_UP = "stddev is the interquartile range / 1.349, max the 99th percentile; outliers are not counted"


def render(run: BenchmarkRun) -> bytes:
    """Return the run as one file of pytest-benchmark's storage."""
    content = {
        "machine_info": _machine(run.environment),
        "commit_info": _commit(run),
        "benchmarks": [_benchmark(run, measurement) for measurement in run.measurements],
        "datetime": run.environment.measured_at,
        "version": run.environment.tool,
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _machine(environment: Environment) -> dict[str, Any]:
    """Return what pytest-benchmark calls the machine; the host's name is not part of a result."""
    interpreter, _, rest = environment.python.partition(" ")
    version, _, compiler = rest.partition(" ")
    system, _, release = environment.kernel.partition(" ")
    cpu = environment.cpu
    return {
        "node": "",
        "processor": cpu.model or "",
        "machine": cpu.architecture or "",
        "python_compiler": compiler.strip("()"),
        "python_implementation": interpreter,
        "python_implementation_version": version,
        "python_version": version,
        "python_build": [],
        "release": release,
        "system": system,
        "cpu": {"brand_raw": cpu.model or "", "arch": cpu.architecture or "", "flags": list(cpu.flags)},
        "libraries": [dataclasses.asdict(one) for one in environment.libraries],
        "governor": cpu.governor,
        "hypervisor": cpu.hypervisor,
    }


def _commit(run: BenchmarkRun) -> dict[str, Any]:
    """Return that no working copy was measured: what was, the libraries tell."""
    return {
        "id": "unversioned",
        "time": None,
        "author_time": None,
        "dirty": False,
        "project": run.environment.tool,
        "branch": "(unknown)",
    }


def _benchmark(run: BenchmarkRun, m: Measurement) -> dict[str, Any]:
    params = {"algorithm": m.algorithm, "operation": m.operation.value, "provider": m.provider}
    name = f"{m.operation.value}[{m.algorithm}-{m.provider}]"
    return {
        "group": f"{m.algorithm} {m.operation.value}",
        "name": name,
        "fullname": f"pqc_migrate::{name}",
        "params": params,
        "param": f"{m.algorithm}-{m.provider}",
        "extra_info": _extra(run, m),
        "options": {"disable_gc": True, "timer": m.clock, "warmup": True},
        "stats": _stats(m),
    }


def _extra(run: BenchmarkRun, m: Measurement) -> dict[str, Any]:
    found = library(run, m.provider)
    return {
        "implementation": m.implementation,
        "sha256": found.sha256 if found else None,
        "run_quality": run.verdict.quality.value,
        "quality": m.verdict.quality.value,
        "representative": m.representative,
        "representative_s": m.representative_ns / 1e9,
        "call_overhead_s": m.overhead_ns / 1e9,
        "nist_category": m.nist_category,
        "not_measured": _MADE_UP,
    }


def _stats(m: Measurement) -> dict[str, Any]:
    """Return the figures in seconds; `ops` is one by the mean, as there."""
    seconds = {
        "min": m.min_ns,
        "max": m.p99_ns,
        "mean": m.mean_ns,
        "stddev": (m.q3_ns - m.q1_ns) / _IQR_BY_SIGMA,
        "median": m.median_ns,
        "iqr": m.q3_ns - m.q1_ns,
        "q1": m.q1_ns,
        "q3": m.q3_ns,
        "ld15iqr": max(m.min_ns, m.q1_ns - 1.5 * (m.q3_ns - m.q1_ns)),
        "hd15iqr": min(m.p99_ns, m.q3_ns + 1.5 * (m.q3_ns - m.q1_ns)),
        "total": m.mean_ns * m.samples,
    }
    return {
        **{name: ns / 1e9 for name, ns in seconds.items()},
        "rounds": m.samples,
        "iterations": m.batch_calls,
        "iqr_outliers": None,
        "stddev_outliers": None,
        "outliers": "?;?",
        "ops": 1e9 / m.mean_ns if m.mean_ns > 0 else 0.0,
    }
