"""Every library file proves itself on code of ours: all that its examples hold, and nothing else."""

from __future__ import annotations

import importlib

import pytest

from pqc_migrate.catalog import algorithms, libraries
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile

EXAMPLES = [
    pytest.param(example, id=f"{language}-{example.library}-{index}")
    for language in libraries.languages()
    for index, example in enumerate(libraries.examples(language))
]


def found(code: str, language: str) -> set[tuple[int, str]]:
    """Return (line, display name) of everything one language's detector finds in a piece of code."""
    module = importlib.import_module(f"pqc_migrate.detectors.source.{language}")
    file = SourceFile("example", code.encode(), language)
    return {
        (finding.location.line, algorithms.name(finding.asset))
        for finding in module.DETECTOR.detect(file)
        if isinstance(finding, Finding)
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_is_found_exactly(example: libraries.Example) -> None:
    """A library's rules find every use of its example at its line, and nothing else."""
    expected = {(int(line), name) for line, _, name in (text.partition(" ") for text in example.finds)}
    assert found(example.code, example.language) == expected


@pytest.mark.parametrize("language", libraries.languages())
def test_every_library_has_examples_that_find_something(language: str) -> None:
    """A library file without a must-find example proves nothing."""
    proven = {example.library for example in libraries.examples(language) if example.finds}
    stems = {rule.id.split("/")[0] for rules in libraries.load(language).rules.values() for rule in rules}
    assert stems == proven


@pytest.mark.parametrize("language", libraries.languages())
def test_rule_ids_are_kebab_case(language: str) -> None:
    """Rule ids are permanent and stand in URLs and ignore comments."""
    ids = {rule.id for rules in libraries.load(language).rules.values() for rule in rules}
    assert all(part.replace("-", "").isalnum() and part == part.lower() for i in ids for part in i.split("/"))


_VERSIONS = {
    "SSL": {"2", "3"},
    "TLS": {"1.0", "1.1", "1.2", "1.3"},
    "DTLS": {"1.0", "1.2", "1.3"},
    "SSH": {"1", "2.0"},
}


@pytest.mark.parametrize("language", libraries.languages())
def test_one_protocol_version_has_one_spelling(language: str) -> None:
    """SSL 3 found by one library and by another is the same asset."""
    rules = [rule for named in libraries.load(language).rules.values() for rule in named]
    spelled = {(rule.family, value) for rule in rules for key, value in rule.constants if key == "version"}
    assert {(family, version) for family, version in spelled if version not in _VERSIONS[family]} == set()


@pytest.mark.parametrize("language", libraries.languages())
def test_anchors_alone_are_the_anchors_of_all_rules(language: str) -> None:
    """The gate looks for what the rules need, though it has not read them."""
    assert libraries.anchors(language) == libraries.load(language).anchors
