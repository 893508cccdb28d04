"""Source code through tree-sitter: a language module reads facts, the catalog says what they mean."""

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import (
    c,
    constants,
    csharp,
    go,
    java,
    javascript,
    kotlin,
    php,
    python,
    ruby,
    rust,
    scala,
    shell,
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
    python.DETECTOR,
    ruby.DETECTOR,
    rust.DETECTOR,
    scala.DETECTOR,
    shell.DETECTOR,
    swift.DETECTOR,
    constants.DETECTOR,
    tables.DETECTOR,
)
