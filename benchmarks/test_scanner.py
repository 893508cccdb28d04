"""What a scan costs, stage by stage: walk, gate, one file of each language, a whole tree in one process.

`make bench` runs these; ``--benchmark-compare`` tells whether a change made one slower.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pqc_migrate
from pqc_migrate import scan as scanning
from pqc_migrate.detectors.all import DETECTORS
from pqc_migrate.gate import Engine, Gate, aho_corasick_engine, hyperscan_engine
from pqc_migrate.scan.examine import default_examiner
from pqc_migrate.targets.exclude import Exclusion
from pqc_migrate.targets.resolve import resolve
from pqc_migrate.targets.walk import Entry, Surroundings, walk

PACKAGE = Path(pqc_migrate.__file__).parent
Benchmark = Callable[..., Any]

SOURCES = {
    "Sign.java": "import java.security.*;\nclass Sign {{ void sign() throws Exception {{\n{} }} }}\n",
    "sign.py": "import hashlib\n{}",
    "sign.go": 'package sign\nimport "crypto/rsa"\nfunc sign() {{\n{} }}\n',
    "sign.c": "#include <openssl/evp.h>\nvoid sign(void) {{\n{} }}\n",
    "sign.ts": 'import * as crypto from "node:crypto";\n{}',
}
CALLS = {
    "Sign.java": 'Signature.getInstance("SHA256withRSA");\n',
    "sign.py": "hashlib.new('sha256', b'').hexdigest()\n",
    "sign.go": "rsa.GenerateKey(rand.Reader, 2048)\n",
    "sign.c": "EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);\n",
    "sign.ts": "crypto.createHash('sha256').digest();\n",
}


def test_walk(benchmark: Benchmark) -> None:
    """Find the files of this package."""
    [target] = resolve([str(PACKAGE)])
    around = Surroundings((target.root,))
    assert benchmark(lambda: len(list(walk(target, Exclusion(), around)))) > 100


@pytest.mark.parametrize("engine", [hyperscan_engine, aho_corasick_engine])
def test_gate(benchmark: Benchmark, engine: Engine) -> None:
    """Look for every anchor in one megabyte of source."""
    text = b"".join(path.read_bytes() for path in sorted(PACKAGE.rglob("*.py")))
    gate = Gate(frozenset().union(*(detector.anchors() for detector in DETECTORS)), engine)
    assert benchmark(gate.hits, (text * 10)[:1_000_000])


@pytest.mark.parametrize("name", SOURCES)
def test_one_file(benchmark: Benchmark, tmp_path: Path, name: str) -> None:
    """Read, parse and understand a file of a hundred calls."""
    place = tmp_path / name
    place.write_text(SOURCES[name].format(CALLS[name] * 100))
    examined = benchmark(default_examiner().examine, Entry(name, str(place)))
    assert len(examined.findings) >= 100


def test_whole_tree(benchmark: Benchmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan this package in one process."""
    monkeypatch.setattr(scanning, "FEW_FILES", 10_000)
    result = benchmark.pedantic(scanning.scan, ([str(PACKAGE)],), rounds=3)  # type: ignore[attr-defined]
    assert result.coverage.files_read > 100
