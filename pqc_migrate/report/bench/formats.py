"""Every form a benchmark run can be written in; to add one, a function here and its name in `cli.bench_show`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pqc_migrate.bench import artefact, tables
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.compare import Named
from pqc_migrate.report import html as html_page
from pqc_migrate.report import markdown as markdown_text
from pqc_migrate.report.bench import pytest_benchmark, run_csv
from pqc_migrate.report.bench.applied import messages, scaling
from pqc_migrate.report.bench.opening import cover, machine, method, missing
from pqc_migrate.report.bench.parts import handshakes, memory
from pqc_migrate.report.bench.speed import keys, signatures
from pqc_migrate.report.document import Document, Section
from pqc_migrate.report.texts import LANGUAGES, Texts, load

SECTIONS: tuple[Callable[[BenchmarkRun, Texts], Section | None], ...] = (
    cover,
    keys,
    signatures,
    memory,
    handshakes,
    messages,
    scaling,
    missing,
    machine,
    method,
)
"""Functions from run and texts to a section, or None where the run has nothing for it."""


def document(run: BenchmarkRun, lang: str) -> Document:
    """Return the run as a document in one language; sections that it has nothing for are left out."""
    t = load(lang)
    found = [section for make in SECTIONS if (section := make(run, t)) is not None]
    numbered = tuple(
        section if section.anchor == "cover" else replace(section, number=str(place))
        for place, section in enumerate(found)
    )
    return Document(lang, t("bench.title"), t("bench.subtitle"), numbered)


def _documents(run: BenchmarkRun, lang: str) -> tuple[Document, ...]:
    return tuple(document(run, one) for one in (LANGUAGES if lang == "both" else (lang,)))


def html(run: BenchmarkRun, lang: str) -> bytes:
    """Return one self-contained HTML file; with ``both`` it holds both languages and a switch."""
    return html_page.render(_documents(run, lang))


def markdown(run: BenchmarkRun, lang: str) -> bytes:
    """Return GitHub-flavored Markdown; with ``both`` one language after the other."""
    return markdown_text.render(_documents(run, lang))


FORMATS: dict[str, Callable[[BenchmarkRun, str], bytes]] = {
    "table": lambda run, lang: tables.run_table(run).encode(),
    "json": lambda run, lang: artefact.dump(run),
    "csv": lambda run, lang: run_csv.render([Named("", run)]),
    "markdown": markdown,
    "pytest-benchmark": lambda run, lang: pytest_benchmark.render(run),
    "html": html,
}
"""From run and language (``zh``, ``en``, ``both``) to the bytes of a file; HTML and Markdown alone have one."""
