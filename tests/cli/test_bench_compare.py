import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

import pqc_migrate
from pqc_migrate.cli import bench_compare, bench_merge
from pqc_migrate.cli.main import main
from pqc_migrate.model.compare import Difference
from pqc_migrate.report.bench import compare, merge

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/compare.v1.json").read_text(encoding="utf-8"))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A real result."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    done = invoke("run", "--algorithms", "X25519,ML-DSA-44", "--seconds", "0.005", "--output", str(path))
    assert done.exit_code == 0, done.stderr
    return path.read_text(encoding="utf-8")


class Folder:
    """Results in files, each altered from the real one to be quiet and of known times."""

    def __init__(self, folder: Path, measured: str) -> None:
        self._folder = folder
        self._measured = measured

    def put(self, name: str, factor: float = 1.0, **cpu: Any) -> str:
        content = json.loads(self._measured)
        content["verdict"] = {"quality": "quiet", "reasons": []}
        content["environment"]["control_ns"] = [100.0]
        content["environment"]["cpu"] |= cpu
        for m in content["measurements"]:
            ns = 10_000.0 * factor
            around = [ns * 0.999, ns * 1.001]
            m |= dict.fromkeys(("median_ns", "mean_ns", "representative_ns", "q1_ns", "q3_ns", "p95_ns"), ns)
            m |= {"median_interval_ns": around, "mean_interval_ns": around, "samples": 100}
            m |= {"round_medians_ns": [ns] * 5, "round_spread": 1.0, "verdict": content["verdict"]}
        path = self._folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


@pytest.fixture
def folder(tmp_path: Path, measured: str) -> Folder:
    return Folder(tmp_path, measured)


def test_what_help_spells_out_is_what_there_is() -> None:
    """Formats and differences stand in the command so that ``--help`` loads nothing."""
    assert tuple(compare.FORMATS) == bench_compare.FORMATS
    assert set(merge.FORMATS) == set(bench_merge.FORMATS)
    assert set(bench_compare.ACROSS) - {"all"} <= {kind.value for kind in Difference}


def test_json_is_valid_by_its_schema_and_complete(folder: Folder) -> None:
    """Every run against the base, every operation with its ratio, interval, limit and change."""
    files = (folder.put("a.json"), folder.put("b.json", 1.5), folder.put("c.json", 0.5))
    result = invoke("compare", *files, "--format", "json")
    assert result.exit_code == 0, result.stderr
    content = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(content, SCHEMA)
    assert content["base"]["name"] == "a.json"
    seen = {pair["run"]["name"]: {one["change"] for one in pair["operations"]} for pair in content["pairs"]}
    assert seen == {"b.json": {"slower"}, "c.json": {"faster"}}
    count = len(content["pairs"][0]["operations"])
    assert result.stderr.splitlines() == [f"b.json: {count} slower", f"c.json: {count} faster"]


def test_csv_has_one_line_an_operation_and_run(folder: Folder) -> None:
    """With the same figures as the JSON."""
    files = (folder.put("a.json"), folder.put("b.json", 1.5), folder.put("c.json", 0.5))
    lines = list(csv.DictReader(io.StringIO(invoke("compare", *files, "--format", "csv").stdout)))
    assert [line["run"] for line in lines] == ["b.json"] * (len(lines) // 2) + ["c.json"] * (len(lines) // 2)
    assert {(line["ratio"], line["change"]) for line in lines} == {("1.5", "slower"), ("0.5", "faster")}


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_text_names_machines_ratios_and_the_rule(folder: Folder, form: str) -> None:
    """Read on its own, it says what was compared and when something counts as changed."""
    files = (folder.put("a.json"), folder.put("b|`x`.json", 1.5, model="<Kunpeng>"))
    result = invoke("compare", *files, "--across", "machine", "--format", form)
    assert result.exit_code == 0, result.stderr
    for expected in ("other processor", "1.500", "slower", "3 %", "normalized"):
        assert expected in result.stdout
    assert ("&lt;Kunpeng&gt;" in result.stdout) == (form == "markdown"), "Markdown shows it, never obeys it"


@pytest.mark.parametrize(
    ("factor", "fail_on", "code"),
    [
        (1.5, None, 0),
        (1.5, "slower", 1),
        (1.5, "changed", 1),
        (0.5, "slower", 0),
        (0.5, "changed", 1),
        (1.0, "changed", 0),
    ],
)
def test_the_exit_code_is_the_gate(folder: Folder, factor: float, fail_on: str | None, code: int) -> None:
    """The result is written all the same."""
    arguments = ["compare", folder.put("a.json"), folder.put("b.json", factor)]
    result = invoke(*arguments, *(["--fail-on", fail_on] if fail_on else []))
    assert result.exit_code == code
    assert json.loads(result.stdout)["schema"] == "pqc-migrate/compare/v1"


def test_another_machine_ends_in_3_until_it_is_meant(folder: Folder) -> None:
    """With the option to give, which then shows raw and normalized."""
    files = (folder.put("a.json"), folder.put("b.json", 2.0, model="Kunpeng 920"))
    refused = invoke("compare", *files)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "Kunpeng 920 in b.json" in refused.stderr
    assert "hint: " in refused.stderr
    assert "--across machine" in refused.stderr
    content = json.loads(invoke("compare", *files, "--across", "machine").stdout)
    (pair,) = content["pairs"]
    assert pair["control"]["value"] == 2.0
    ratios = {(one["ratio"]["value"], one["normalized"]["value"], one["change"]) for one in pair["operations"]}
    assert ratios == {(2.0, 1.0, "unchanged")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a benchmark result"),
        ('{"schema": "pqc-migrate/bench/v2"}', "another version"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "merge"])
def test_a_damaged_or_newer_file_ends_in_3_and_is_named(
    folder: Folder, tmp_path: Path, command: str, text: str, said: str
) -> None:
    """Whichever place it is in."""
    (tmp_path / "wrong.json").write_text(text)
    wrong, right = str(tmp_path / "wrong.json"), folder.put("a.json")
    for files in ((wrong, right), (right, wrong)):
        result = invoke(command, *files)
        assert (result.exit_code, result.stdout) == (3, "")
        assert f"error: {wrong}: " in result.stderr
        assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--across", "machin"), "Did you mean 'machine'"),
        (("--across", ","), "names nothing"),
        (("--fail-on", "slow"), "Did you mean 'slower'"),
        (("--format", "markdwon"), "Did you mean 'markdown'"),
    ],
)
def test_slips_are_usage_errors(folder: Folder, arguments: tuple[str, ...], said: str) -> None:
    """Exit 2, with what was meant."""
    result = invoke("compare", folder.put("a.json"), folder.put("b.json"), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_merge_has_a_column_for_each_processor(folder: Folder) -> None:
    """Rows are algorithms; a row that one machine lacks stays empty there."""
    files = [folder.put("a.json"), folder.put("b.json", 2.0, model="Kunpeng 920"), folder.put("c.json", 3.0, model="Loongson")]  # fmt: skip  # noqa: E501
    content = json.loads(Path(files[2]).read_text())
    content["measurements"] = [m for m in content["measurements"] if m["algorithm"] == "X25519"]
    Path(files[2]).write_text(json.dumps(content))
    table = invoke("merge", *files, "--format", "table").stdout
    lines = table.splitlines()
    start = lines.index("derive")
    assert lines[start + 2].split()[:2] == ["algorithm", "provider"]
    assert all(name in lines[start + 2] for name in ("Kunpeng 920", "Loongson"))
    assert lines[start + 4].split() == ["X25519", "openssl", "10.0", "20.0", "30.0"]
    verify = lines[lines.index("verify") + 4].split()
    assert verify[2:] == ["10.0", "20.0"]
    assert "| X25519" in invoke("merge", *files, "--format", "markdown").stdout
    rows = list(csv.DictReader(io.StringIO(invoke("merge", *files, "--format", "csv").stdout)))
    assert {(row["run"], row["cpu_model"]) for row in rows} >= {("b.json", "Kunpeng 920"), ("c.json", "Loongson")}


def test_the_suffix_names_the_form(folder: Folder, tmp_path: Path) -> None:
    """As with every command that writes a file."""
    files = (folder.put("a.json"), folder.put("b.json"))
    for name, start in (("x.csv", "base,run"), ("x.md", "### base"), ("x.txt", "base: "), ("x.json", "{")):
        assert invoke("compare", *files, "--output", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("command", ["compare", "merge"])
def test_help_ends_in_an_example(command: str) -> None:
    """Something to copy."""
    assert f"Example: pqc-migrate bench {command}" in invoke(command, "--help").stdout
