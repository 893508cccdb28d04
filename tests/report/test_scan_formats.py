import csv
import io
import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pqc_migrate.inventory.cyclonedx_read import load
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import (
    Asset,
    Coverage,
    Diagnostic,
    Finding,
    Inventory,
    Kind,
    Location,
    Role,
    Skip,
    Technique,
)
from pqc_migrate.report import markdown_scan, sarif, table
from pqc_migrate.report.formats import FORMATS
from pqc_migrate.report.options import RenderOptions

TESTS = Path(__file__).parent.parent
GOLDEN = TESTS / "golden"
SUFFIXES = {"table": "txt", "sarif": "sarif", "json": "json", "csv": "csv", "markdown": "md"}
EVIL = "a\x1b[2J\u202e|`<b>\r\n=" + b"\xff".decode("utf-8", "surrogateescape") + ".py"
"""A file name that clears the screen, reverses text, breaks tables and is not UTF-8."""


@pytest.fixture(scope="module")
def small() -> Inventory:
    """The inventory of the golden CBOM."""
    return load(GOLDEN / "scan.cdx-1.6.json")


def finding(asset: Asset, path: str = "a.py", line: int = 1, role: Role = Role.PRODUCTION) -> Finding:
    return Finding("r/r", asset, Location(path, line, None, "call"), Technique.AST, 0.9, "why", role)


def inventory(*findings: Finding, coverage: Coverage | None = None) -> Inventory:
    return merge(findings, coverage or Coverage(files_seen=1, files_read=1), "t")


def rendered(name: str, found: Inventory, **options: Any) -> str:
    return FORMATS[name](found, RenderOptions(**options)).decode()


def algorithm(family: str, **parameters: str | int) -> Asset:
    return Asset.of(Kind.ALGORITHM, family, **parameters)


@pytest.mark.parametrize("name", SUFFIXES)
def test_the_output_of_a_small_scan(name: str, small: Inventory) -> None:
    """A change of a format shows as a difference; PQC_MIGRATE_UPDATE_GOLDEN=1 accepts it."""
    path = GOLDEN / f"scan.{SUFFIXES[name]}"
    written = FORMATS[name](small, RenderOptions())
    if os.environ.get("PQC_MIGRATE_UPDATE_GOLDEN"):
        path.write_bytes(written)
    assert written == path.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_equal_input_gives_equal_bytes(name: str, small: Inventory) -> None:
    """Nothing depends on a clock or on chance."""
    assert FORMATS[name](small, RenderOptions()) == FORMATS[name](small, RenderOptions())


@pytest.mark.parametrize("name", FORMATS)
def test_an_evil_file_name_is_harmless(name: str) -> None:
    """No output holds a raw control or direction character, and every output is UTF-8."""
    coverage = Coverage(skipped=(Diagnostic(EVIL, Skip.EXCLUDED, EVIL),))
    text = rendered(name, inventory(finding(algorithm("MD5"), EVIL), coverage=coverage))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e]", text)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_inventory_is_written_too(name: str) -> None:
    """Nothing found is a result."""
    assert rendered(name, inventory())


class TestTable:
    """What a person sees on a terminal."""

    def test_the_urgent_stands_first(self) -> None:
        """Quantum-vulnerable before the rest, production before tests."""
        text = rendered(
            "table",
            inventory(
                finding(algorithm("AES", size=256, mode="GCM")),
                finding(algorithm("ML-KEM", size=768)),
                finding(algorithm("RSA", size=1024), "tests/t.py", role=Role.TEST),
                finding(algorithm("SM2")),
                finding(algorithm("MD5")),
            ),
        )
        names = [line.split()[2] for line in text.splitlines()[2:7]]
        assert names == ["SM2", "RSA-1024", "MD5", "AES-256-GCM", "ML-KEM-768"]

    def test_a_row_says_place_and_how_many_more(self) -> None:
        """One line per asset and role, with the first place."""
        text = rendered("table", inventory(finding(algorithm("MD5"), line=3), finding(algorithm("MD5"), line=9)))
        assert "a.py:3 +1" in text

    def test_an_unread_parameter_is_said(self) -> None:
        """A row never looks complete when it is not."""
        text = rendered("table", inventory(finding(algorithm("RSA"))))
        assert "RSA (size?)" in text
        assert "not read: 1 asset with an unknown parameter (size 1)" in text

    def test_the_half_of_a_hybrid_is_no_finding_against_it(self) -> None:
        """X25519 within X25519MLKEM768 is not counted as vulnerable."""
        text = rendered("table", inventory(finding(algorithm("X25519MLKEM768"))))
        assert "0 quantum-vulnerable" in text
        assert "quantum-vulnerable  " not in text

    @pytest.mark.parametrize("width", [60, 80, 100, 200])
    def test_it_fits_the_terminal(self, width: int, small: Inventory) -> None:
        """No line is wider than the terminal, wide characters counted as two columns."""
        long = [finding(algorithm("SM4", mode="CBC"), "很长的目录名/" * 20 + "文件.py", line) for line in range(9)]
        for found in (small, inventory(*long)):
            lines = rendered("table", found, width=width).splitlines()
            rows = [line for line in lines if line]
            assert max(map(table.columns, rows)) <= width

    def test_a_long_path_keeps_its_end(self) -> None:
        """The file's own name and the line survive the cut."""
        text = rendered("table", inventory(finding(algorithm("MD5"), "d/" * 90 + "name.py", 12)), width=70)
        assert "/name.py:12" in text
        assert "…" in text

    def test_color_only_when_asked_for(self, small: Inventory) -> None:
        """A pipe gets no escape codes; a terminal gets red for what is vulnerable."""
        assert "\033" not in rendered("table", small)
        assert "\033[31mquantum-vulnerable\033[0m" in rendered("table", small, color=True)

    def test_the_coverage_is_always_said(self, small: Inventory) -> None:
        """Figures, reasons and languages without a detector stand under every table."""
        text = " ".join(rendered("table", small).split())
        assert "coverage: 19 files seen, 17 read (140.0 kB), 7 parsed" in text
        assert "too-large 1" in text
        assert "no detector for: cobol (3 files)" in text

    def test_an_empty_scan_says_that_it_saw_no_file(self) -> None:
        """Our own inventory always states its coverage, also where there was nothing."""
        nothing = merge([], Coverage(), "empty")
        assert "coverage: 0 files seen, 0 read" in rendered("table", nothing)

    def test_a_cbom_without_coverage_says_that(self) -> None:
        """Silence about coverage is not full coverage."""
        bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"tools": [{"name": "other"}]}}
        found = load(json.dumps(bom).encode())
        assert "coverage: not stated by other" in rendered("table", found)


class TestCsv:
    """What opens in a spreadsheet."""

    def rows(self, found: Inventory) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(rendered("csv", found), newline="")))

    def test_one_line_per_occurrence(self, small: Inventory) -> None:
        """Every place of every asset is a line."""
        assert len(self.rows(small)) == sum(len(c.occurrences) for c in small.components)

    def test_lines_end_as_rfc_4180_says(self) -> None:
        """CRLF ends every line, quotes are doubled."""
        text = rendered("csv", inventory(finding(algorithm("MD5"), 'a"b,c.py')))
        assert text.count("\r\n") == text.count("\n") == 2
        assert '"a""b,c.py"' in text

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
    def test_no_cell_can_run_as_a_formula(self, start: str) -> None:
        """A file name that a spreadsheet would run is shown as text."""
        (row,) = self.rows(inventory(finding(algorithm("MD5"), f"{start}cmd|'/c calc'!A0")))
        assert row["path"].startswith(("'", "\\x"))

    def test_a_component_without_a_place_has_a_line(self) -> None:
        """What another tool only names is not lost."""
        bom = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "components": [{"type": "cryptographic-asset", "name": "RSA-2048"}],
        }
        (row,) = self.rows(load(json.dumps(bom).encode()))
        assert (row["name"], row["path"], row["standing"]) == ("RSA-2048", "", "quantum-vulnerable")


class TestJson:
    """What scripts read."""

    def test_it_follows_its_schema(self, small: Inventory) -> None:
        """The published schema describes exactly what is written."""
        schema = json.loads((files("pqc_migrate") / "schema" / "findings.v1.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        for found in (small, inventory(), inventory(finding(Asset.of(Kind.ALGORITHM, "unlisted", variant="x")))):
            jsonschema.validate(json.loads(rendered("json", found)), schema, jsonschema.Draft202012Validator)

    def test_unknown_is_null_or_listed_never_a_number(self) -> None:
        """A level that depends on an unread size is null."""
        (component,) = json.loads(rendered("json", inventory(finding(algorithm("AES", mode="GCM")))))["components"]
        assert component["unknown"] == ["size"]
        assert component["nistLevel"] is None
        assert component["parameters"] == {"mode": "GCM"}


class TestMarkdown:
    """What a merge request shows."""

    @pytest.mark.parametrize(
        ("text", "span"),
        [("a.py:3", "`a.py:3`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a|b", "`a\\|b`"), (" ", "`   `")],
    )
    def test_a_code_span_holds_any_path(self, text: str, span: str) -> None:
        """Backticks and pipes cannot break out of the cell."""
        assert markdown_scan.code(text) == span

    def test_markup_in_a_name_is_shown_not_run(self) -> None:
        """HTML, links and emphasis in a certificate's name stay text."""
        certificate = Asset.of(Kind.CERTIFICATE, "X.509", name="CN=<img src=x>[a](b)|*c*")
        assert "CN=\\<img src=x\\>\\[a\\](b)\\|\\*c\\*" in rendered("markdown", inventory(finding(certificate)))

    def test_what_is_cut_is_counted(self) -> None:
        """More places and skipped files than shown are numbers, not silence."""
        coverage = Coverage(skipped=tuple(Diagnostic(f"{i}", Skip.EXCLUDED, "m") for i in range(25)))
        found = [finding(algorithm("MD5"), f"{i}.py") for i in range(8)]
        text = rendered("markdown", inventory(*found, coverage=coverage))
        assert "and 3 more |" in text
        assert "and 5 more: the CBOM and the JSON list every one." in text


class TestSarif:
    """What code scanning views read."""

    def run(self, found: Inventory) -> dict[str, Any]:
        return dict(json.loads(rendered("sarif", found))["runs"][0])

    def test_it_follows_the_oasis_schema(self, small: Inventory) -> None:
        """The log is valid SARIF 2.1.0, formats included."""
        schema = json.loads((TESTS / "schema" / "sarif-2.1.0-rtm.5.json").read_text())
        validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
        evil = inventory(
            finding(algorithm("MD5"), EVIL), coverage=Coverage(skipped=(Diagnostic(EVIL, Skip.EXCLUDED, ""),))
        )
        for found in (small, inventory(), evil):
            assert list(validator.iter_errors(json.loads(rendered("sarif", found)))) == []

    @pytest.mark.parametrize(
        ("asset", "role", "level"),
        [
            (algorithm("RSA"), Role.PRODUCTION, "warning"),
            (algorithm("RSA"), Role.VENDORED, "warning"),
            (algorithm("RSA"), Role.TEST, "note"),
            (algorithm("RSA"), Role.IMPLEMENTATION, "note"),
            (algorithm("MD5"), Role.PRODUCTION, "warning"),
            (algorithm("3DES"), Role.PRODUCTION, "note"),
            (algorithm("AES"), Role.PRODUCTION, "none"),
            (algorithm("ML-KEM"), Role.PRODUCTION, "none"),
            (Asset.of(Kind.LIBRARY, "cryptography"), Role.PRODUCTION, "none"),
        ],
    )
    def test_levels_follow_standing_and_role(self, asset: Asset, role: Role, level: str) -> None:
        """Code that runs and is vulnerable warns; tests and hygiene are notes; the rest only informs."""
        (result,) = self.run(inventory(finding(asset, role=role)))["results"]
        assert result["level"] == level
        assert result.get("kind") == ("informational" if level == "none" else None)

    def test_a_hybrid_is_one_result_and_no_problem(self) -> None:
        """Its parts are not reported a second time, let alone as a problem."""
        (result,) = self.run(inventory(finding(algorithm("X25519MLKEM768"))))["results"]
        assert result["level"] == "none"

    def test_a_fingerprint_survives_moved_lines(self) -> None:
        """Lines put above a finding do not make it new; another use in the file does not shift to it."""

        def fingerprints(*lines: int) -> list[str]:
            found = inventory(*(finding(algorithm("MD5"), line=line) for line in lines))
            return [r["partialFingerprints"][sarif.FINGERPRINT] for r in self.run(found)["results"]]

        assert fingerprints(3, 9) == fingerprints(13, 19)
        assert len(set(fingerprints(3, 9))) == 2

    def test_rules_are_described_once_and_unchanged(self, small: Inventory) -> None:
        """Every result points at a rule with help text, under the id that ignore comments use."""
        run = self.run(small)
        rules = run["tool"]["driver"]["rules"]
        assert len({rule["id"] for rule in rules}) == len(rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert rules[result["ruleIndex"]]["help"]["text"]
        assert "python-cryptography/rsa-generate" in {rule["id"] for rule in rules}

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("src/a b.py", "src/a%20b.py"),
            ("a:b.py", "a%3Ab.py"),
            ("国密.py", "%E5%9B%BD%E5%AF%86.py"),
            ("a.jar!/B.class", "a.jar!/B.class"),
            ("100%.py", "100%25.py"),
            (b"\xff.py".decode("utf-8", "surrogateescape"), "%FF.py"),
            ("\ud800.py", "%3F.py"),
        ],
    )
    def test_locations_are_relative_uris(self, path: str, uri: str) -> None:
        """Any path is a valid relative reference (RFC 3986 section 4.2)."""
        assert sarif.uri(path) == uri

    def test_a_place_without_a_line_has_no_region(self) -> None:
        """SARIF lines start at 1; an unknown line is left out."""
        (result,) = self.run(inventory(finding(algorithm("MD5"), line=0)))["results"]
        assert "region" not in result["locations"][0]["physicalLocation"]

    def test_what_was_skipped_is_a_notification(self, small: Inventory) -> None:
        """The coverage travels with the results."""
        run = self.run(small)
        notes = run["invocations"][0]["toolExecutionNotifications"]
        assert {note["descriptor"]["id"] for note in notes} == {"too-large", "excluded", "unresolved-value"}
        assert run["properties"]["coverage"]["withoutDetector"] == ["cobol"]
