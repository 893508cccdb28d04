"""HTML, Markdown and JSON of one plan: the same content, each by itself, nothing of the scanned world obeyed."""

from __future__ import annotations

import base64
import hashlib
import html as entities
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.escape import visible
from pqc_migrate.plan.document import load as load_plan
from pqc_migrate.report import html as html_page
from pqc_migrate.report import plan_formats, texts
from pqc_migrate.report.document import Document, Paragraph, Section, Table, plain, tables, text_of
from pqc_migrate.report.markdown import render as render_markdown
from pqc_migrate.report.plan_formats import FORMATS, document

VOID = {"meta", "link", "br", "wbr", "input"}


class Balance(HTMLParser):
    """Walks a page and notes every element that is closed by another's end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: bytes) -> Balance:
    walk = Balance()
    walk.feed(page.decode("utf-8"))
    return walk


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_the_page_is_well_formed_with_unique_ids(plans: ModuleType, lang: str) -> None:
    """Every element is closed in order, and no id stands twice, also with both languages in one file."""
    for plan in (plans.full_plan(), plans.bare_plan(), plans.large_plan(300)):
        walk = parsed(FORMATS["html"](plan, lang))
        assert walk.wrong == []
        assert walk.open == []
        assert len(set(walk.ids)) == len(walk.ids)


def test_the_page_names_no_address_and_no_style_outside_its_own(plans: ModuleType) -> None:
    """No attribute loads anything, no inline style or handler escapes the policy, no link leaves the page."""
    walk = parsed(FORMATS["html"](plans.full_plan(), "both"))
    for tag, name, value in walk.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "srcset", "style", "action"), (tag, name)
        if name in ("href", "xlink:href"):
            assert value is not None
            assert value.startswith("#") or value == "data:,"
    assert re.search(r"https?://", FORMATS["html"](plans.full_plan(), "both").decode()) is None


def test_the_policy_admits_exactly_the_style_and_script_of_the_file(plans: ModuleType) -> None:
    """The digests in the content security policy are those of the two blocks, and nothing else may run."""
    page = FORMATS["html"](plans.full_plan(), "zh").decode()
    policy = entities.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for name, block in (("style", r"<style>(.*?)</style>"), ("script", r"<script>(.*?)</script>")):
        source = re.search(block, page, re.DOTALL)
        assert source is not None
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_the_script_never_reads_data_as_markup() -> None:
    """Rows become elements by text alone, and nothing is stored outside the page."""
    script = (Path(html_page.__file__).parent / "assets" / "page.js").read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "localStorage",
        "cookie",
        "fetch(",
    ):
        assert word not in script


def html_cells(page: bytes, lang: str) -> dict[str, list[list[str]]]:
    """Text of every table of one language, from its elements or from its data."""
    source = page.decode()
    data = json.loads(re.search(r'id="data">(.*?)</script>', source, re.DOTALL)[1])  # type: ignore[index]
    found = {}
    for figure in re.finditer(r'<figure class="data[^"]*" id="([^"]+)">(.*?)</figure>', source, re.DOTALL):
        identifier = figure[1]
        if not identifier.startswith(f"{lang}-"):
            continue
        if identifier in data["tables"]:
            rows = [[words(data["pool"][i]) for i in row[2:]] for row in data["tables"][identifier]["rows"]]
        else:
            body = re.search(r"<tbody>(.*?)</tbody>", figure[2], re.DOTALL)
            assert body is not None
            rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body[1].split("</tr>") if row]
            rows = [[flat(cell) for cell in row] for row in rows]
        found[identifier.removeprefix(f"{lang}-")] = rows
    return found


def words(cell: str | list[str | list[str]]) -> str:
    return cell if isinstance(cell, str) else "".join(part if isinstance(part, str) else part[0] for part in cell)


def flat(markup: str) -> str:
    return entities.unescape(re.sub(r"<[^>]+>", "", markup.replace("<br>", "\n").replace("<wbr>", "")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_format_has_every_row(plans: ModuleType, lang: str) -> None:
    """HTML and Markdown hold the same tables with the same words, long tables included."""
    plan = plans.large_plan(250)
    found = document(plan, lang)
    in_html = html_cells(FORMATS["html"](plan, "both"), lang)
    in_markdown = FORMATS["markdown"](plan, lang).decode()
    for table in tables(found):
        expected = [[text_of(cell.content) for cell in row.cells] for row in table.rows]
        assert in_html[table.anchor] == expected, table.anchor
    counted = sum(len(table.rows) for table in tables(found))
    lines = [line for line in in_markdown.splitlines() if line.startswith("| ")]
    assert len(lines) == counted + 2 * len(list(tables(found)))


def test_markdown_rows_have_as_many_cells_as_their_heads(plans: ModuleType) -> None:
    """No text of a scanned name can open or close a cell."""
    plan = plans.full_plan()
    odd = "a|b`c\n| x |<b>*_[l](u)\\"
    plan = replace(
        plan,
        evidence=tuple(replace(item, path=odd, symbol=odd, target=odd) for item in plan.evidence),
        assets=tuple(replace(asset, name=odd) for asset in plan.assets),
    )
    width = None
    for line in FORMATS["markdown"](plan, "en").decode().splitlines():
        if not line.startswith("|"):
            width = None
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        width = cells if width is None else width
        assert cells == width, line
        assert "<b>" not in line


@given(st.text(min_size=1, max_size=40))
def test_no_text_breaks_out_of_a_page(name: str) -> None:
    """Whatever a name holds, HTML stays well formed with the name in it, and Markdown on its line."""
    found = Document("en", "t", "s", (Section("cover", "0", "c", (Paragraph(plain(name)),)),))
    walk = parsed(html_page.render((found,)))
    assert (walk.wrong, walk.open) == ([], [])
    shown = "".join(visible(part) for part in name.split("\n"))
    assert shown in "".join(walk.text).replace("\r", "")
    assert len(render_markdown((found,)).decode().splitlines()) == 9


def test_both_languages_follow_each_other_in_markdown(plans: ModuleType) -> None:
    """Chinese first, then English, each whole."""
    plan = plans.full_plan()
    both = FORMATS["markdown"](plan, "both")
    assert both == FORMATS["markdown"](plan, "zh") + b"\n---\n\n" + FORMATS["markdown"](plan, "en")


def test_json_is_the_plan_itself(plans: ModuleType) -> None:
    """The JSON can be read back, and has no language."""
    plan = plans.full_plan()
    assert load_plan(FORMATS["json"](plan, "zh")) == load_plan(FORMATS["json"](plan, "both"))
    assert load_plan(FORMATS["json"](plan, "en")).evidence == plan.evidence


def test_the_same_plan_gives_the_same_bytes(plans: ModuleType) -> None:
    """No clock, no chance."""
    for render in FORMATS.values():
        assert render(plans.full_plan(), "both") == render(plans.full_plan(), "both")


@pytest.mark.parametrize("name", FORMATS)
def test_a_language_that_does_not_exist_is_refused(plans: ModuleType, name: str) -> None:
    """The error names the languages there are."""
    with pytest.raises(PqcMigrateError, match="no language 'fr'") as error:
        FORMATS[name](plans.bare_plan(), "fr")
    assert error.value.hint == "languages: zh, en, both"


def test_a_broken_template_costs_one_format_only(plans: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be filled in is an error with a name; the other formats are written."""
    asset = html_page._asset
    monkeypatch.setattr(html_page, "_asset", lambda name: "$nothing" if name == "page.html" else asset(name))
    with pytest.raises(PqcMigrateError, match=r"page\.html cannot be filled in"):
        FORMATS["html"](plans.full_plan(), "both")
    assert FORMATS["markdown"](plans.full_plan(), "both")
    assert FORMATS["json"](plans.full_plan(), "both")


def test_a_broken_sentence_names_itself_and_leaves_json(plans: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text error stops the documents that need the text, never the data."""
    zh = texts.load("zh")
    sentences = {key: zh.raw(key) for key in zh} | {"summary.lead": "{oops}"}
    monkeypatch.setattr(plan_formats, "load", lambda lang: texts.Texts(lang, sentences))
    for name in ("html", "markdown"):
        with pytest.raises(PqcMigrateError, match=r"'summary\.lead' cannot be filled in"):
            FORMATS[name](plans.full_plan(), "zh")
    assert FORMATS["json"](plans.full_plan(), "zh")


def test_a_missing_asset_is_an_error_with_advice(plans: ModuleType) -> None:
    """An incomplete installation says so."""
    with pytest.raises(PqcMigrateError, match=r"report/assets/absent\.css cannot be read") as error:
        html_page._asset("absent.css")
    assert error.value.hint == "install pqc-migrate again"


def test_long_tables_are_stored_once_for_both_languages(plans: ModuleType) -> None:
    """A path stands in the data once, however many languages and rows show it."""
    page = FORMATS["html"](plans.large_plan(2000), "both").decode()
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert {"zh-table-evidence", "en-table-evidence"} <= data["tables"].keys()
    pool = [json.dumps(value) for value in data["pool"]]
    assert len(set(pool)) == len(pool)


def test_tables_keep_their_words_in_order_of_columns() -> None:
    """A table without rows still has its head in every format."""
    table = Table("t", "caption", (), ())
    found = Document("en", "t", "s", (Section("x", "1", "c", (table,)),))
    assert b"caption" in html_page.render((found,))
    assert b"caption" in render_markdown((found,))
