from collections.abc import Iterator
from pathlib import Path

import pytest

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Location, Role, Skip, Technique
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan.examine import Examiner
from pqc_migrate.scan.examined import Examined
from pqc_migrate.targets.walk import Entry

RSA = Asset.of(Kind.ALGORITHM, "RSA", size=2048)


def finding(
    file: SourceFile, offset: int, technique: Technique = Technique.AST, confidence: float = 1.0, rule: str = "r/a"
) -> Finding:
    place = Location(file.path, file.line_at(offset), offset, "rsa.generate")
    return Finding(rule, RSA, place, technique, confidence, "test")


def words(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    for hit in file.hits:
        yield finding(file, hit.offset)


def detector(detect: object = words, name: str = "words", parses: bool = True) -> Detector:
    return Detector(name, lambda: frozenset({b"RSA"}), lambda file: bool(file.hits), detect, parses)  # type: ignore[arg-type]


def examine(root: Path, path: str, data: bytes, *detectors: Detector) -> Examined:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return Examiner(detectors or (detector(),)).examine(Entry(path, str(place)))


def test_a_file_without_an_anchor_is_read_and_not_parsed(tmp_path: Path) -> None:
    """The coverage can tell the files that were looked at from those that were parsed."""
    assert examine(tmp_path, "a.py", b"x = 1\n") == Examined("a.py", "python", 6, was_read=True)
    assert examine(tmp_path, "a.py", b"RSA\n").was_parsed
    assert not examine(tmp_path, "a.py", b"RSA\n", detector(parses=False)).was_parsed


def test_findings_take_the_role_of_their_file(tmp_path: Path) -> None:
    """A detector need not know what a test is; what it calls an implementation stays one in production."""

    def implementing(file: SourceFile) -> Iterator[Finding]:
        place = Location(file.path, 1, 0)
        yield Finding("r/a", RSA, place, Technique.AST, 1.0, "test", role=Role.IMPLEMENTATION)

    for path, role in (("src/rsa.c", Role.IMPLEMENTATION), ("tests/rsa.c", Role.TEST)):
        [found] = examine(tmp_path, path, b"RSA", detector(implementing)).findings
        assert found.role == role


@pytest.mark.parametrize(
    ("data", "offset", "line"),
    [
        (b"a\nRSA", 2, 2),
        (b"\xef\xbb\xbfa\nRSA", 5, 2),
        ("\ufeffa\nRSA".encode("utf-16-le"), None, 2),
    ],
)
def test_offsets_count_in_the_file_on_the_disk(tmp_path: Path, data: bytes, offset: int | None, line: int) -> None:
    """A byte order mark moves them, transcoded text has none, lines always hold."""
    [found] = examine(tmp_path, "a.py", data).findings
    assert (found.location.offset, found.location.line) == (offset, line)


def test_one_asset_at_one_place_is_one_finding(tmp_path: Path) -> None:
    """Of two detectors' claims the more exact one stays, then the more confident one."""

    def vague(file: SourceFile) -> Iterator[Finding]:
        yield finding(file, 0, Technique.TEXT, rule="text/a")
        yield finding(file, 0, confidence=0.5, rule="ast/b")

    def exact(file: SourceFile) -> Iterator[Finding]:
        yield finding(file, 0, confidence=0.9, rule="ast/a")
        yield finding(file, 0, confidence=0.9, rule="ast/a")

    result = examine(tmp_path, "a.py", b"RSA", detector(vague, "vague"), detector(exact, "exact"))
    assert [found.rule for found in result.findings] == ["ast/a"]


def test_a_crashing_detector_costs_one_detector_on_one_file(tmp_path: Path) -> None:
    """It is named with the line of the fault; its message, which may quote a secret, is not repeated."""

    def crashing(file: SourceFile) -> Iterator[Finding]:
        yield finding(file, 1, rule="before/crash")
        raise ValueError(file.data.decode())

    data = b"RSA password = 'hunter2'"
    result = examine(tmp_path, "a.py", data, detector(crashing, "crashing"), detector())
    assert [found.rule for found in result.findings] == ["before/crash", "r/a"]
    [said] = result.diagnostics
    assert (said.skip, said.rule) == (Skip.CRASHED, "crashing")
    assert said.message.startswith("ValueError at test_examine.py:")
    assert "hunter2" not in repr(result)


def test_a_detector_that_cannot_even_decide_is_said(tmp_path: Path) -> None:
    """`wants` is a detector's code too."""
    broken = Detector("broken", frozenset, lambda file: 1 / 0 > 0, words)
    [said] = examine(tmp_path, "a.py", b"RSA", broken).diagnostics
    assert (said.skip, said.rule, said.message.split(" ")[0]) == (Skip.CRASHED, "broken", "ZeroDivisionError")


def test_of_a_huge_file_only_key_detectors_see_the_head(tmp_path: Path) -> None:
    """A truncated text is not parsed as if it were whole."""
    (tmp_path / "a.py").write_bytes(b"RSA")
    with open(tmp_path / "a.py", "r+b") as file:
        file.truncate(20_000_000)
    source, material = detector(name="source"), detector(name="material", parses=False)
    examiner = Examiner([source, material], frozenset({material}))
    result = examiner.examine(Entry("a.py", str(tmp_path / "a.py")))
    assert (len(result.findings), result.was_parsed) == (1, False)
    assert [said.skip for said in result.diagnostics] == [Skip.TOO_LARGE]
