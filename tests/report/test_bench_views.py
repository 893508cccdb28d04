"""A benchmark run in every form: the same figures, nothing lost, nothing outside its frame."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pqc_migrate.bench import run as runner
from pqc_migrate.bench import schedule
from pqc_migrate.cli import bench_show
from pqc_migrate.cli.main import main
from pqc_migrate.model.bench import (
    BenchmarkRun,
    Check,
    Measurement,
    MemoryUse,
    Operation,
    Quality,
    Skipped,
    Verdict,
)
from pqc_migrate.model.handshake import (
    Authentication,
    Flight,
    Handshake,
    Message,
    NetworkProfile,
    NetworkTime,
    SideCpu,
)
from pqc_migrate.model.messages import MessageCost, Timing
from pqc_migrate.model.scaling import Processors, Scaling, ScalingPoint
from pqc_migrate.report import html, markdown
from pqc_migrate.report.bench import formats
from pqc_migrate.report.bench.formats import FORMATS, document
from pqc_migrate.report.charts import svg
from pqc_migrate.report.document import Chart, Point, Scatter, Table, text_of
from pqc_migrate.report.drawing import SMALL, WIDTH, text_width
from pqc_migrate.report.texts import Texts, load

HOSTILE = "<script>alert(1)</script>|`x`\u202e"
QUIET = Verdict(Quality.QUIET)


@pytest.fixture(scope="module")
def run() -> BenchmarkRun:
    """A real run: key encapsulation, agreement, signatures; two libraries; something left out."""
    names = ["X25519", "ML-KEM-768", "ML-KEM-1024", "ML-DSA-44", "RSA-2048", "Dilithium2"]
    return runner.run(schedule.plan(algorithms=names, seconds=0.003))


def flight(sender: str, *messages: str) -> Flight:
    return Flight(sender, 1000, tuple(Message(name, 100) for name in messages))


def handshake(group: str, chain: str, *, mutual: bool = False, first: str = "") -> Handshake:
    side = SideCpu(
        median_ns=500e3, median_interval_ns=(490e3, 510e3), mean_interval_ns=None, min_ns=480e3, mean_ns=505e3,
        q1_ns=495e3, q3_ns=505e3, representative_ns=500e3, representative="median", samples=100, disturbed=2,
        round_spread=1.01, clock="wall", verdict=QUIET,
    )  # fmt: skip
    shown = Authentication((900, 800), 1750, "ecdsa_secp256r1_sha256", 71)
    flights = (
        flight("client", "ClientHello"),
        flight("server", "ServerHello", "Certificate", "CertificateVerify", "Finished"),
        flight("client", "Finished"),
        flight("server", "NewSessionTicket"),
    )
    networks = tuple(
        NetworkTime(profile, transport, ms, ms * 1.1, 0.01, 0.005, 2, extra)
        for profile, ms, extra in (("LAN", 2.0, 0), ("mobile", 170.0, 1), ("our own <net>", 30.0, 0))
        for transport in ("tcp", "quic")
    )
    return Handshake(
        group=group, chain=chain, mutual=mutual, first_share=first, negotiated_group=group,
        cipher_suite="TLS_AES_256_GCM_SHA384", client=side, server=side, flights=flights, client_share=32,
        server_share=32, server_authentication=shown, client_authentication=shown if mutual else None,
        implementation="OpenSSL 4.0.3", networks=networks,
    )  # fmt: skip


@pytest.fixture(scope="module")
def full(run: BenchmarkRun) -> BenchmarkRun:
    """The run with every part, whatever this machine can measure."""
    memory = (
        MemoryUse("ML-KEM-768", Operation.KEYGEN, "liboqs", 14_000, 0, "allocator", ""),
        MemoryUse("ML-KEM-768", Operation.ENCAPS, "liboqs", 17_000, None, "", "no allocator seen"),
        MemoryUse("RSA-2048", Operation.SIGN, "openssl", None, None, "", "not reached"),
    )
    made = (
        handshake("X25519", "ECDSA-P-256"),
        handshake("X25519MLKEM768", "ML-DSA-65", mutual=True),
        handshake("X25519MLKEM768", "RSA-2048", first="X25519"),
    )
    networks = (NetworkProfile("LAN", "one data center", 0.5, 10_000, 1460, 10, 0.0, 1000, "assumption"),)
    skipped = (
        *run.skipped,
        Skipped("XMSS-SHA2_20_256", "liboqs", "keygen", "takes hours", 4e12),
        Skipped("BIKE-L1", "liboqs", "", "not in this build"),
    )
    checks = (*run.checks, Check("HQC-1", "liboqs", "tampering", False, "accepted a changed ciphertext"))
    timing = Timing(
        median_ns=5e4, min_ns=4e4, mean_ns=5e4, q1_ns=5e4, q3_ns=5e4, p95_ns=5e4, p99_ns=5e4,
        median_interval_ns=None, representative_ns=5e4, representative="median", samples=9, disturbed=0,
        batch_calls=1, round_spread=1.0, clock="wall", verdict=QUIET,
    )  # fmt: skip
    signed = tuple(
        MessageCost(form, "ML-DSA-65", "", "openssl", "draft", 400, 3309, 4600, 0, timing, timing)
        for form in ("jwt", "cms", "payment")
    )
    points = (
        ScalingPoint(1, 100.0, 1.0, 100.0, 100.0, 1.0, 100),
        ScalingPoint(2, 190.0, 0.95, 90.0, 100.0, 1.0, 190),
    )
    scaled = (Scaling("ML-KEM-768 decaps", "ML-KEM-768", "decaps", "", "liboqs", "wall", points, QUIET),)
    kinds = (0, 1, 3, 5, None)
    measured = tuple(replace(m, nist_category=kinds[i // 3 % 5]) for i, m in enumerate(run.measurements))
    return replace(
        run, measurements=measured, memory=memory, handshakes=made, networks=networks, skipped=skipped,
        checks=checks, messages=signed, scaling=scaled, processors=Processors(2, None, None),
    )  # fmt: skip


def charts(run: BenchmarkRun, lang: str) -> list[Chart]:
    return [b for s in document(run, lang).sections for b in s.blocks if isinstance(b, Chart)]


def test_every_format_of_help_is_there() -> None:
    """They stand in the command so that ``--help`` loads nothing."""
    assert tuple(FORMATS) == bench_show.FORMATS


# CSV


def test_csv_has_every_field_of_every_operation(run: BenchmarkRun) -> None:
    """One line an operation; a field that is added to the model has a column without anybody thinking of it."""
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](run, "both").decode())))
    assert [(x["algorithm"], x["operation"], x["provider"]) for x in lines] == [
        (m.algorithm, m.operation, m.provider) for m in run.measurements
    ]
    taken_apart = {"sizes", "verdict", "median_interval_ns", "mean_interval_ns"}
    assert {f.name for f in dataclasses.fields(Measurement)} - taken_apart <= lines[0].keys()
    for line, m in zip(lines, run.measurements, strict=True):
        assert float(line["median_ns"]) == pytest.approx(m.median_ns, abs=1e-3)
        assert [float(ns) for ns in line["round_medians_ns"].split()] == pytest.approx(m.round_medians_ns, abs=1e-3)
        assert line["public_key_bytes"] == str(m.sizes.public_key or "")
        assert line["quality"] == m.verdict.quality
        assert line["median_low_ns"] == "" if m.median_interval_ns is None else float(line["median_low_ns"]) > 0
        assert line["library_sha256"] == next(
            (one.sha256 or "" for one in run.environment.libraries if one.name.lower() == m.provider), ""
        )


def test_csv_does_not_start_a_formula(run: BenchmarkRun) -> None:
    """A spreadsheet shows what came from a file, it does not run it."""
    wrong = replace(run, measurements=(replace(run.measurements[0], algorithm="=1+1", details="@x"),))
    (line,) = csv.DictReader(io.StringIO(FORMATS["csv"](wrong, "both").decode()))
    assert (line["algorithm"], line["details"]) == ("'=1+1", "'@x")


# pytest-benchmark


def test_pytest_benchmark_compares_two_results(run: BenchmarkRun, tmp_path: Path) -> None:
    """Its own command reads the files from its storage, pairs the operations, and prints our figures."""
    program = shutil.which("pytest-benchmark", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("pytest-benchmark is not installed")
    slower = tuple(
        replace(m, **{n: getattr(m, n) * 2 for n in ("min_ns", "median_ns", "mean_ns", "p99_ns", "q1_ns", "q3_ns")})
        for m in run.measurements
    )
    folder = tmp_path / "storage" / "Linux-CPython-3.11-64bit"
    folder.mkdir(parents=True)
    for name, one in (("0001_before", run), ("0002_after", replace(run, measurements=slower))):
        (folder / f"{name}.json").write_bytes(FORMATS["pytest-benchmark"](one, "both"))

    def said(*arguments: str) -> str:
        command = [program or "", "--storage", str(tmp_path / "storage"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "Failed to load" not in done.stderr
        return done.stdout

    assert "0001_before.json" in said("list")
    between = said("compare", "0001", "0002", "--between", "median", "--group-by", "func")
    assert between.count("+100.0%") == len(run.measurements)
    assert "N/A" not in between
    table = said("compare", "0001", "0002", "--group-by", "group", "--csv", str(tmp_path / "all.csv"))
    assert f"{run.measurements[0].algorithm} {run.measurements[0].operation}" in table
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 2 * len(run.measurements)
    assert {float(row["median"]) for row in rows} >= {m.median_ns / 1e9 for m in run.measurements}


def test_pytest_benchmark_says_what_was_not_measured(run: BenchmarkRun) -> None:
    """No commit, no host name, no count of outliers: what this program does not know is not made up."""
    content = json.loads(FORMATS["pytest-benchmark"](run, "both"))
    assert content["commit_info"]["id"] == "unversioned"
    assert content["machine_info"]["node"] == ""
    assert content["machine_info"]["cpu"]["brand_raw"] == (run.environment.cpu.model or "")
    assert content["machine_info"]["python_version"] == ".".join(map(str, sys.version_info[:3]))
    for record in content["benchmarks"]:
        assert "stddev is" in record["extra_info"]["not_measured"]
        assert record["stats"]["iqr_outliers"] is None
        assert record["stats"]["min"] <= record["stats"]["median"] <= record["stats"]["max"]


# Document


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_section_stands_only_where_there_is_something(run: BenchmarkRun, full: BenchmarkRun, lang: str) -> None:
    """Without parts there are no sections of them, and numbers follow each other."""
    everything = [
        "cover",
        "keys",
        "signatures",
        "memory",
        "handshakes",
        "messages",
        "scaling",
        "missing",
        "machine",
        "method",
    ]
    assert [s.anchor for s in document(full, lang).sections] == everything
    assert [s.number for s in document(full, lang).sections] == ["", *"123456789"]
    bare = replace(run, memory=(), handshakes=(), skipped=())
    assert [s.anchor for s in document(bare, lang).sections] == [
        "cover", "keys", "signatures", "machine", "method",
    ]  # fmt: skip
    empty = replace(bare, measurements=())
    assert [s.anchor for s in document(empty, lang).sections] == ["cover", "machine", "method"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_has_words_a_table_and_stays_in_its_frame(full: BenchmarkRun, lang: str) -> None:
    """Whoever cannot see it reads title, description and numbers."""
    found = charts(full, lang)
    assert [c.anchor for c in found] == [
        "chart-exchange", "chart-key-times", "chart-sign", "chart-verify", "chart-signature-times", "chart-stack",
        "chart-handshakes",
    ]  # fmt: skip
    for item in found:
        root = ET.fromstring(svg(item, f"{lang}-"))
        assert root.find("title").text == item.title  # type: ignore[union-attr]
        assert item.table.rows
        height = float(root.get("viewBox", "").split()[3])
        for element in root.iter():
            x = float(element.get("x", element.get("cx", "0"))) + float(element.get("width", "0"))
            y = float(element.get("y", element.get("cy", "0")))
            assert -1 <= x <= WIDTH + 1, (item.anchor, element.attrib)
            assert -1 <= y <= height + 1, (item.anchor, element.attrib)


def test_an_exchange_adds_up_what_both_sides_do(run: BenchmarkRun) -> None:
    """ML-KEM: three operations and 2,272 bytes; X25519: each side makes a key and derives, 64 bytes."""
    exchange = next(c for c in charts(run, "en") if c.anchor == "chart-exchange")
    assert isinstance(exchange.drawing, Scatter)
    points = {point.label: point for point in exchange.drawing.points}

    def us(algorithm: str, provider: str, *operations: str) -> float:
        return sum(
            m.representative_ns / 1000
            for m in run.measurements
            if (m.algorithm, m.provider) == (algorithm, provider) and m.operation in operations
        )

    assert points["X25519"].x == 64
    assert points["X25519"].y == pytest.approx(2 * us("X25519", "openssl", "keygen", "derive"))
    kem = next((p for label, p in points.items() if label.startswith("ML-KEM-768") and "liboqs" not in label), None)
    assert kem is not None
    assert kem.x == 1184 + 1088
    assert kem.y == pytest.approx(us("ML-KEM-768", "openssl", "keygen", "encaps", "decaps"))


def test_handshakes_are_drawn_over_tcp_without_loss(full: BenchmarkRun) -> None:
    """One mark a network; what is mutual or retried says so; a network of the user's own keeps its name."""
    (chart,) = [c for c in charts(full, "zh") if c.anchor == "chart-handshakes"]
    rows = {text_of(row.cells[0].content): [text_of(c.content) for c in row.cells[1:]] for row in chart.table.rows}
    assert rows["X25519 · ECDSA-P-256"] == ["2", "170", "30"]
    assert {"X25519MLKEM768 · ML-DSA-65 · 双向", "X25519MLKEM768 · RSA-2048 · 重试"} < rows.keys()
    assert [column.label for column in chart.table.columns][1:] == ["局域网", "移动", "our own <net>"]
    assert "丢包" in text_of(next(
        b for s in document(full, "zh").sections if s.anchor == "handshakes" for b in s.blocks if hasattr(b, "tone")
    ).content)  # fmt: skip


class Recorder(Texts):
    """Sentences that remember which of them were asked for."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts.lang, {key: texts.raw(key) for key in texts})
        self.asked: set[str] = set()

    def __call__(self, key: str, /, **values: object) -> str:
        self.asked.add(key)
        return super().__call__(key, **values)


def test_no_sentence_is_left_over(full: BenchmarkRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence about a benchmark is printed by some run."""
    recorder = Recorder(load("zh"))
    for module in (formats, html, markdown):
        monkeypatch.setattr(module, "load", lambda _lang: recorder)
    for quality in Quality:
        verdict = Verdict(quality, ("reason",))
        measured = tuple(replace(m, verdict=verdict) for m in full.measurements)
        document(replace(full, verdict=verdict, measurements=measured), "zh")
    assert {key for key in load("zh") if key.startswith("bench.")} - recorder.asked == set()


def test_chinese_shows_no_raw_codes(full: BenchmarkRun) -> None:
    """Operations, qualities and networks stand in Chinese."""
    text = FORMATS["markdown"](full, "zh").decode()
    assert re.findall(r"(?<![\w-])(None|True|False|keygen|encaps|decaps|noisy|quiet)(?![\w-])", text) == []


def test_markdown_shows_markup_as_text(full: BenchmarkRun) -> None:
    """What a file says is shown and cannot leave its cell."""
    wrong = replace(full, measurements=tuple(replace(m, algorithm=HOSTILE) for m in full.measurements[:1]))
    text = FORMATS["markdown"](wrong, "en").decode()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\|\\`x\\`" in text


# Scatter


def scattered(*points: Point) -> ET.Element:
    chart = Chart("c", "t", "d", Scatter(("a", "b"), points, "bytes", "µs"), Table("d", "t", (), ()))
    return ET.fromstring(svg(chart, ""))


def test_ten_times_as_much_is_as_far_everywhere() -> None:
    """Both axes are logarithmic; larger stands right and up."""
    root = scattered(*(Point(f"p{i}", 0, 10.0**i, 10.0**i) for i in range(1, 4)))
    marks = [(float(e.get("cx", "0")), float(e.get("cy", "0"))) for e in root.iter("circle")][1:]
    (x1, y1), (x2, y2), (x3, y3) = marks
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2)
    assert x1 < x2
    assert y1 > y2


def test_names_never_lie_on_each_other() -> None:
    """Where there is no room a mark goes without its name; a lone one always has it."""
    near = [Point(f"Algorithm-{i}", i % 2, 1000.0 + i, 100.0 + i / 10) for i in range(12)]
    root = scattered(Point("alone", 0, 10.0, 1.0), *near)
    names = [e for e in root.iter("text") if (e.text or "").startswith(("Algorithm", "alone"))]
    assert "alone" in {e.text for e in names}
    assert len(names) < 13
    for a, b in itertools.combinations(names, 2):
        (left, top), (other, below) = sorted((_left(e), float(e.get("y", "0"))) for e in (a, b))
        width = text_width(a.text if _left(a) == left else b.text, SMALL)  # type: ignore[arg-type]
        assert left + width <= other + 0.2 or abs(top - below) >= 12.8
    assert len(list(root.iter("circle"))) + len(list(root.iter("rect"))) == 13 + 2, "every mark, and the legend"


def _left(element: ET.Element) -> float:
    width = text_width(element.text or "", SMALL)
    anchored = {"end": width, "middle": width / 2}.get(element.get("text-anchor", ""), 0.0)
    return float(element.get("x", "0")) - anchored


def test_one_point_and_none_are_drawn() -> None:
    """A run of a single algorithm has a chart, too."""
    assert len(list(scattered(Point("only", 0, 64.0, 3.0)).iter("circle"))) == 2
    assert len(list(scattered().iter("circle"))) == 1


# Browser


def test_the_page_opens_in_chinese_and_english_without_a_request(
    browser: Any, full: BenchmarkRun, tmp_path: Path
) -> None:
    """Charts, tables and switch; nothing complains, nothing is fetched, nothing scrolls sideways."""
    page = tmp_path / "bench.html"
    wrong = replace(full.measurements[0], algorithm=HOSTILE)
    page.write_bytes(FORMATS["html"](replace(full, measurements=(*full.measurements, wrong)), "both"))
    browser.open(page)
    assert browser.evaluate("document.documentElement.lang") == "zh-CN"
    assert browser.evaluate("document.title") == "密码算法性能实测"
    assert "TLS 1.3 握手" in browser.evaluate("document.body.innerText")
    browser.click('[data-switch="en"]')
    assert browser.evaluate("document.title") == "Cryptographic benchmark"
    assert browser.evaluate("document.querySelectorAll('[data-edition=en] svg.chart').length") == 7
    assert browser.evaluate("document.querySelectorAll('script').length") == 2
    widest = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.evaluate(widest) <= 0
    assert browser.complaints() == []
    requests = [url for url in browser.requests() if not url.startswith("data:")]
    assert requests == [page.as_uri()]


# Command


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "show", *arguments])


def test_show_writes_what_the_suffix_names(run: BenchmarkRun, tmp_path: Path) -> None:
    """And JSON again is the same file, byte by byte."""
    kept = tmp_path / "bench.json"
    kept.write_bytes(runner.dump(run))
    starts = {
        "x.html": "<!doctype html>",
        "x.md": "# ",
        "x.csv": "algorithm,operation,provider",
        "x.txt": ("NOTE", "VERDICT"),
    }
    for name, start in starts.items():
        assert invoke(str(kept), "--output", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert invoke(str(kept), "--output", str(tmp_path / "again.json")).exit_code == 0
    assert (tmp_path / "again.json").read_bytes() == kept.read_bytes()


def test_show_in_one_language_has_no_switch(run: BenchmarkRun, tmp_path: Path) -> None:
    """A page in one language offers no other."""
    kept = tmp_path / "bench.json"
    kept.write_bytes(runner.dump(run))
    for lang, other in (("zh", "en"), ("en", "zh")):
        page = invoke(str(kept), "--format", "html", "--lang", lang).stdout
        assert f'data-edition="{lang}"' in page
        assert f'data-edition="{other}"' not in page


@pytest.mark.parametrize(
    ("text", "said"), [("{", "not JSON"), ('{"schema": "pqc-migrate/bench/v2"}', "another version")]
)
def test_show_names_a_file_it_cannot_read(tmp_path: Path, text: str, said: str) -> None:
    """Exit 3, no traceback."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text)
    for path in (wrong, tmp_path / "missing.json"):
        result = invoke(str(path))
        assert (result.exit_code, result.stdout) == (3, "")
        assert f"error: {path}: " in result.stderr
    assert said in invoke(str(wrong)).stderr
