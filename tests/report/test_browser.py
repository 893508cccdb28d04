"""The HTML document in a real browser: what a reader clicks works, nothing complains, nothing leaves the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pqc_migrate.report.plan_formats import FORMATS

HOSTILE = "src/<script>alert(1)</script>\"'&/\u202egnp.exe\n|`x`.java"
ROWS = "document.querySelectorAll('#{table} tbody tr').length"
COUNT = "document.querySelector('#zh-table-evidence .count').textContent"
FIRST = "[...document.querySelectorAll('#{table} tbody tr')].map(r => r.cells[{column}].textContent)"


@pytest.fixture(scope="module")
def page(plans: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The full plan in both languages."""
    path: Path = tmp_path_factory.mktemp("full") / "report.html"
    path.write_bytes(FORMATS["html"](plans.full_plan(), "both"))
    return path


@pytest.fixture(scope="module")
def large(plans: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand places in both languages."""
    path: Path = tmp_path_factory.mktemp("large") / "report.html"
    path.write_bytes(FORMATS["html"](plans.large_plan(20_000), "both"))
    return path


def assert_quiet(browser: Any, page: Path) -> None:
    """No error, warning or exception, and no request but for the page itself."""
    assert browser.complaints() == []
    assert [url for url in browser.requests() if url != page.as_uri() and not url.startswith("data:")] == []


def visible_text(browser: Any) -> str:
    return str(browser.evaluate("document.body.innerText"))


def test_opens_in_chinese_and_switches_to_english_and_back(browser: Any, page: Path) -> None:
    """A click changes text, title and language of the page; only one language is visible at a time."""
    browser.open(page)
    assert browser.evaluate("document.documentElement.lang") == "zh-CN"
    assert "管理层摘要" in visible_text(browser)
    assert "Executive summary" not in visible_text(browser)
    browser.click('[data-switch="en"]')
    assert browser.evaluate("document.documentElement.lang") == "en"
    assert browser.evaluate("document.title") == "Post-quantum cryptography (PQC) migration plan"
    assert "Executive summary" in visible_text(browser)
    assert "管理层摘要" not in visible_text(browser)
    assert browser.evaluate("document.querySelector('[data-switch=en]').getAttribute('aria-pressed')") == "true"
    browser.click('[data-switch="zh"]')
    assert "管理层摘要" in visible_text(browser)
    assert_quiet(browser, page)


def test_a_language_alone_has_no_switch(browser: Any, plans: ModuleType, tmp_path: Path) -> None:
    """A document in one language offers no other."""
    path = tmp_path / "en.html"
    path.write_bytes(FORMATS["html"](plans.full_plan(), "en"))
    browser.open(path)
    assert browser.evaluate("document.querySelector('[data-switch]')") is None
    assert browser.evaluate("document.documentElement.lang") == "en"
    assert_quiet(browser, path)


def test_sorting_turns_up_down_and_back(browser: Any, page: Path) -> None:
    """A column head sorts up, then down, then as the plan has it; numbers by value, and it says so to readers."""
    browser.open(page)
    head = "#zh-table-assets th:nth-child(7) button"
    cells = FIRST.format(table="zh-table-assets", column=6)
    before = browser.evaluate(cells)
    browser.click(head)
    rising = [int(text) for text in browser.evaluate(cells)]
    assert rising == sorted(rising)
    assert rising[-1] == 40
    state = "document.querySelector('#zh-table-assets th:nth-child(7)').getAttribute('aria-sort')"
    assert browser.evaluate(state) == "ascending"
    browser.click(head)
    assert [int(text) for text in browser.evaluate(cells)] == rising[::-1]
    assert browser.evaluate(state) == "descending"
    browser.click(head)
    assert browser.evaluate(cells) == before
    assert browser.evaluate(state) == "none"
    assert_quiet(browser, page)


def test_unknown_values_sort_last_both_ways(browser: Any, page: Path) -> None:
    """What is not known is neither the smallest nor the largest value."""
    browser.open(page)
    cells = FIRST.format(table="zh-table-assets", column=4)
    for _ in range(2):
        browser.click("#zh-table-assets th:nth-child(5) button")
        texts = browser.evaluate(cells)
        numbers = [text.isdigit() for text in texts]
        assert numbers == sorted(numbers, reverse=True)
        assert any(numbers)
        assert not all(numbers)


def test_sorting_works_from_the_keyboard(browser: Any, page: Path) -> None:
    """Tab reaches a column head and Enter sorts by it."""
    browser.open(page)
    browser.evaluate("document.querySelector('#zh-table-assets input').focus()")
    browser.press("Tab", 9)
    # the scrolling region is a stop of its own, so that it can be scrolled from the keyboard
    assert browser.evaluate("document.activeElement.className") == "scroll"
    browser.press("Tab", 9)
    assert browser.evaluate("document.activeElement.closest('th') !== null")
    browser.press("Enter", 13)
    assert (
        browser.evaluate("document.querySelector('#zh-table-assets th').getAttribute('aria-sort')") == "ascending"
    )


def test_filter_shows_matching_rows_and_how_many(browser: Any, page: Path) -> None:
    """Words typed into the filter must all be in the row; the count says how many of how many."""
    browser.open(page)
    browser.click("#zh-table-assets input")
    browser.type("易受 rsa")
    assert browser.evaluate(FIRST.format(table="zh-table-assets", column=0)) == [
        "RSA-2048",
        "RSA-OAEP 未读出：长度",
    ]
    assert "匹配 2 行，共 15 行" in browser.evaluate(
        "document.querySelector('#zh-table-assets .count').textContent"
    )
    browser.type(" nothing-like-it")
    assert browser.evaluate(ROWS.format(table="zh-table-assets")) == 0
    assert browser.evaluate("document.querySelector('#zh-table-assets .count').textContent") == "无匹配行"
    assert_quiet(browser, page)


def test_a_figure_leads_to_the_file_and_line_behind_it(browser: Any, page: Path) -> None:
    """From the summary to the ranking, from a use to all its places, from an asset to one place."""
    browser.open(page)
    browser.click('#zh-summary .figures a[href="#zh-ranking"]')
    assert browser.evaluate("document.querySelector('#zh-ranking').getBoundingClientRect().top") < 200
    browser.click("#zh-use-1 a[data-query]")
    found = browser.evaluate(FIRST.format(table="zh-table-evidence", column=1))
    assert len(found) == 9
    assert all(".java:" in place for place in found)
    browser.evaluate("document.querySelectorAll('#zh-table-assets tbody tr a code')[0].parentElement.click()")
    row = browser.evaluate("document.querySelector('tr.found').textContent")
    assert "src/main/java/cn/example/core/Module0.java:12" in row
    assert_quiet(browser, page)


def test_an_address_with_an_anchor_opens_at_its_row_in_its_language(
    browser: Any, page: Path, plans: ModuleType
) -> None:
    """A link to a row beyond the first page of a table finds it, and shows the language it belongs to."""
    last = plans.full_plan().evidence[-1].id
    browser.open(page)
    browser.evaluate(f"location.hash = '#en-{last}'")
    browser.evaluate("new Promise(done => setTimeout(done, 0))")
    assert browser.evaluate("document.documentElement.lang") == "en"
    assert browser.evaluate("document.querySelector('tr.found').id") == f"en-{last}"


def test_twenty_thousand_rows_stay_data(browser: Any, large: Path, plans: ModuleType, record_property: Any) -> None:
    """Only one page of rows stands in the document; filter, sort and paging reach all of them."""
    browser.open(large)
    rows = ROWS.format(table="zh-table-evidence")
    found = plans.large_plan(20_000).evidence
    total, production = len(found), sum(item.role == "production" for item in found)
    search = (
        "(() => {{ const input = document.querySelector('#zh-table-evidence input'); input.value = '{text}'; "
        "const start = performance.now(); input.dispatchEvent(new Event('input')); "
        "return performance.now() - start; }})()"
    )
    assert total > 20_000
    assert browser.evaluate(rows) == 50
    browser.evaluate("document.querySelector('#zh-table-evidence input').focus()")
    browser.type("module16.java:12")
    matched = browser.evaluate(FIRST.format(table="zh-table-evidence", column=1))
    assert 0 < len(matched) <= 50
    assert all("Module16.java:12" in place for place in matched)
    spent = browser.evaluate(search.format(text="/test/"))
    record_property("filter of 20,000 rows, ms", spent)
    assert browser.evaluate(COUNT) == f"匹配 {total - production:,} 行，共 {total:,} 行"
    browser.evaluate(search.format(text=""))
    browser.click("#zh-table-evidence th:nth-child(8) button")
    assert set(browser.evaluate(FIRST.format(table="zh-table-evidence", column=7))) == {"0.70"}
    browser.click("#zh-table-evidence .toolbar button:last-child")
    assert browser.evaluate(COUNT) == f"第 51–100 行，共 {total:,} 行"
    assert browser.evaluate(rows) == 50
    assert browser.evaluate("document.querySelectorAll('*').length") < 20_000
    assert_quiet(browser, large)


def test_hostile_names_are_text(browser: Any, plans: ModuleType, tmp_path: Path) -> None:
    """Markup, quotes, line breaks and direction controls in a file name are shown, never obeyed."""
    plan = plans.large_plan(300)
    evidence = (replace(plan.evidence[0], path=HOSTILE), *plan.evidence[1:])
    path = tmp_path / "hostile.html"
    path.write_bytes(FORMATS["html"](replace(plan, evidence=evidence), "both"))
    browser.open(path)
    shown = browser.evaluate(FIRST.format(table="zh-table-evidence", column=1))[0]
    assert shown == "src/<script>alert(1)</script>\"'&/\\u202egnp.exe\\x0a|`x`.java:12"
    assert browser.evaluate("document.querySelectorAll('script').length") == 2
    assert_quiet(browser, path)


def test_every_section_can_say_that_it_has_nothing(browser: Any, plans: ModuleType, tmp_path: Path) -> None:
    """An empty plan opens without complaint and no section is empty."""
    path = tmp_path / "bare.html"
    path.write_bytes(FORMATS["html"](plans.bare_plan(), "both"))
    browser.open(path)
    lengths = browser.evaluate("[...document.querySelectorAll('section')].map(s => s.textContent.length)")
    assert len(lengths) == 44
    assert min(lengths) > 20
    assert_quiet(browser, path)


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_makes_the_page_scroll_sideways(browser: Any, page: Path, width: int) -> None:
    """Wide tables scroll in their own frame, on a telephone as on a desk."""
    browser.open(page)
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
    for lang in ("zh", "en"):
        browser.evaluate(f"document.querySelector('[data-switch={lang}]').click()")
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
    browser.call("Emulation.setDeviceMetricsOverride", width=1400, height=1000, deviceScaleFactor=1, mobile=False)


def test_print_shows_one_language_without_controls(browser: Any, page: Path) -> None:
    """Paper has neither switch nor filter, and tables of a few hundred rows stand on it whole."""
    browser.open(page)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    try:
        shown = "[...document.querySelectorAll('{}')].filter(e => e.offsetParent !== null).length"
        assert browser.evaluate(shown.format(".switch, .toolbar, summary, .toc")) == 0
        assert browser.evaluate(shown.format("[data-edition]")) == 1
        assert browser.evaluate(ROWS.format(table="zh-table-evidence")) == 215
    finally:
        browser.evaluate("window.dispatchEvent(new Event('afterprint'))")
        browser.call("Emulation.setEmulatedMedia", media="")
    assert browser.evaluate(ROWS.format(table="zh-table-evidence")) == 50
