"""Source code through tree-sitter: a language module reads facts, the catalog says what they mean."""

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import (
    c,
    csharp,
    go,
    java,
    javascript,
    kotlin,
    php,
    powershell,
    primes,
    python,
    ruby,
    rust,
    scala,
    shell,
    solidity,
    sql,
    swift,
    tables,
)

DETECTORS: tuple[Detector, ...] = (
    c.DETECTOR,
    csharp.DETECTOR,
    go.DETECTOR,
    java.DETECTOR,
    javascript.DETECTOR,
    kotlin.DETECTOR,
    php.DETECTOR,
    powershell.DETECTOR,
    python.DETECTOR,
    ruby.DETECTOR,
    rust.DETECTOR,
    scala.DETECTOR,
    shell.DETECTOR,
    solidity.DETECTOR,
    sql.DETECTOR,
    swift.DETECTOR,
    primes.DETECTOR,
    tables.DETECTOR,
)
