"""nginx's includes inside a target: what a server really negotiates where another file decides it."""

from pathlib import Path

import pytest

from pqc_migrate.model.inventory import Finding, Skip
from pqc_migrate.scan import ScanResult, scan

MAIN = "http {\n ssl_protocols TLSv1.2;\n include conf.d/*.conf;\n include /etc/nginx/sites-enabled/*;\n}\n"
SERVER = "server {\n listen 443 ssl;\n}\n"


def scanned(folder: Path, files: dict[str, str]) -> ScanResult:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return scan([str(folder)])


def listening(result: ScanResult, path: str) -> Finding:
    (found,) = [one for one in result.findings if one.rule == "nginx/listen" and one.location.path.endswith(path)]
    return found


@pytest.mark.parametrize("place", ["conf.d/site.conf", "sites-enabled/site", "sites-available/site"])
def test_server_without_its_own_protocols_has_those_of_the_main_file(tmp_path: Path, place: str) -> None:
    """What http sets in nginx.conf holds in the file that it includes there; TLS 1.2 alone has no hybrid groups."""
    result = scanned(tmp_path, {"nginx.conf": MAIN, place: SERVER})
    details = dict(listening(result, place).details)
    assert details["protocols"] == "TLSv1.2"
    assert details["hybrid"].startswith("not without TLS 1.3")


def test_file_that_nothing_includes_is_not_told_what_the_main_file_sets(tmp_path: Path) -> None:
    """A folder beside conf.d is none of nginx.conf's."""
    result = scanned(tmp_path, {"nginx.conf": MAIN, "other/site.conf": SERVER})
    assert "protocols" not in dict(listening(result, "other/site.conf").details)


def test_own_protocols_hold_before_those_of_the_main_file(tmp_path: Path) -> None:
    """The innermost block decides."""
    own = SERVER.replace("listen", "ssl_protocols TLSv1.3;\n listen")
    result = scanned(tmp_path, {"nginx.conf": MAIN, "conf.d/site.conf": own})
    assert dict(listening(result, "conf.d/site.conf").details)["protocols"] == "TLSv1.3"


def test_snippet_sets_the_groups_of_the_server_that_includes_it(tmp_path: Path) -> None:
    """The groups of a snippet, through another snippet, are those of the server; nothing is left to the library."""
    files = {
        "nginx.conf": "http {\n server {\n  listen 443 ssl;\n  include snippets/tls.conf;\n }\n}\n",
        "snippets/tls.conf": "include snippets/groups.conf;\nssl_protocols TLSv1.3;\n",
        "snippets/groups.conf": "ssl_ecdh_curve X25519MLKEM768;\n",
    }
    result = scanned(tmp_path, files)
    found = listening(result, "nginx.conf")
    assert dict(found.details) == {"protocols": "TLSv1.3"}
    assert "groups are set" in found.reason
    assert Skip.UNRESOLVED not in {one.skip for one in result.coverage.skipped}


def test_include_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    """What is not in the target was not followed."""
    text = "http {\n ssl_protocols TLSv1.2;\n include gone/*.conf;\n}\n"
    result = scanned(tmp_path, {"nginx.conf": text})
    assert [one.rule for one in result.coverage.skipped] == ["nginx/include"]


def test_files_that_include_each_other_come_to_an_end(tmp_path: Path) -> None:
    """A circle is cut."""
    files = {
        "nginx.conf": "http {\n include a.conf;\n server { listen 443 ssl; }\n}\n",
        "a.conf": "include a.conf;\n" * 9,
    }
    assert listening(scanned(tmp_path, files), "nginx.conf")
