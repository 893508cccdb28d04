"""Lua: modules, tables, methods and values followed through one file, on code that is hard on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import lua
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan

DIGEST = 'local digest = require "resty.openssl.digest"\n'


def results(code: str, language: str = "lua") -> list[Finding | Diagnostic]:
    return [
        one
        for one in lua.DETECTOR.detect(SourceFile("a.lua", code.encode(), language))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str, language: str = "lua") -> set[tuple[int, str]]:
    """Return (line, name) of everything found."""
    return {(r.location.line, algorithms.name(r.asset)) for r in results(code, language) if isinstance(r, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        'require("resty.openssl.digest").new("md5")',
        'require "resty.openssl.digest".new "md5"',
        'require("resty/openssl/digest").new("md5")',
        'local d = require "resty.openssl.digest"; d.new("md5")',
        'local new = require("resty.openssl.digest").new; new("md5")',
        'local ok, d = pcall(require, "resty.openssl.digest"); if ok then d.new("md5") end',
        'local d = assert(require "resty.openssl.digest"); d.new("md5")',
        'local a, b = require "cjson", require "resty.openssl.digest"; b.new("md5")',
        'local openssl = require "resty.openssl"; local make = openssl.digest; make.new("md5")',
        'digest = require "resty.openssl.digest"; function f() digest.new("md5") end',
        'local d = require "resty.openssl.digest"; local e = d; e["new"]("md5")',
        'local d = require "resty.openssl.digest"; local ok, x = pcall(d.new, "md5")',
    ],
)
def test_a_module_by_every_way_to_name_it(code: str) -> None:
    """Paths, aliases, fields, protected and multiple assignments lead to the same function."""
    names = {name for _, name in found(code)}
    assert names == ({"MD5"} if "pcall(d.new" not in code and '["new"]' not in code else set())


@pytest.mark.parametrize(
    ("before", "argument"),
    [
        ('local ALG = "sha512"', "ALG"),
        ('local ALG <const> = "sha512"', "ALG"),
        ("local ALG = 'sha' .. 512", "ALG"),
        ('local bits = 512; local ALG = ("SHA%d"):format(bits)', "ALG:lower()"),
        ('local T = { strong = "sha512", weak = "md5" }', "T.strong"),
        ('local T = { ["strong"] = "sha512", "md5" }', 'T["strong"]'),
        ('local T = { "md5", "sha512" }', "T[2]"),
        ('local T = { a = { b = "sha512" } }', "T.a.b"),
        ('local M = {}; M.alg = "sha512"', "M.alg"),
        ('local M = { alg = "md5" }; M.alg = "sha512"', "M.alg"),
        ('local function alg() return "sha512" end', "alg()"),
        ('local M = {}; function M.alg() return "sha512", nil end', "M.alg()"),
        ('local M = { alg = function() return "sha512" end }', "M.alg()"),
        ('local alg; if old then alg = "sha512" else alg = "sha512" end', "alg"),
        ("local alg = [[sha512]]", "alg"),
        ("local _, alg = 1, 'sha512'", "alg"),
        ("local function two() return 1, 'sha512' end; local _, alg = two()", "alg"),
    ],
)
def test_values(before: str, argument: str) -> None:
    """Constants, tables, fields and functions of the file say what a value is."""
    assert found(f"{DIGEST}{before}; digest.new({argument})") == {(2, "SHA-512")}


def test_objects_of_a_metatable_have_its_fields_and_methods() -> None:
    """``self`` sees what the constructor puts into the object, however the object is made."""
    code = DIGEST + "local M = {}\nlocal mt = { __index = M }\n"
    code += 'function M.new(name) return setmetatable({ alg = "sha384", name = name }, mt) end\n'
    code += "function M:first() return digest.new(self.alg) end\n"
    code += "function M:second() return digest.new(self.name) end\n"
    code += 'M.new("md5"):first()\nreturn M'
    assert found(code) == {(5, "SHA-384"), (6, "MD5"), (7, "SHA-384")}
    other = DIGEST + "local C = {}\nC.__index = C\nfunction C.new()\n  local self = setmetatable({}, C)\n"
    other += '  self.alg = "sha224"\n  return self\nend\nfunction C:run() digest.new(self.alg) end\n'
    assert found(other) == {(9, "SHA-224")}


def test_a_key_knows_its_size_in_another_method() -> None:
    """A key in a field signs with the size it was made with."""
    code = 'local pkey = require "resty.openssl.pkey"\nlocal S = {}\n'
    code += 'function S:open() self.key = assert(pkey.new({ type = "RSA", bits = 4096 })) end\n'
    code += 'function S:sign(text) return self.key:sign(text, "sha256") end\n'
    assert (4, "RSA-PKCS1-1.5-SHA-256-4096") in found(code)


def test_both_sides_of_a_choice_are_reported() -> None:
    """``a and b or c``, branches and loops give every value that may hold."""
    both = {(2, "MD5"), (2, "SHA-256")}
    assert found(DIGEST + 'digest.new(old and "md5" or "sha256")') == both
    assert found(DIGEST + 'local a = "md5"; if new then a = "sha256" end; digest.new(a)') == both
    assert found(DIGEST + 'for _, a in ipairs { "md5", "sha256" } do digest.new(a) end') == both
    assert found(DIGEST + 'for name, a in pairs({ x = "md5", y = "sha256" }) do digest.new(a) end') == both
    assert found(DIGEST + "for name in pairs({ md5 = 1, sha256 = 2 }) do digest.new(name) end") == both
    assert found(DIGEST + 'local T = { a = "md5", b = "sha256" }; digest.new(T[chosen])') == both


def test_what_a_later_assignment_replaces_is_not_reported() -> None:
    """On one path only the last value holds; a local of an inner block ends with it."""
    assert found(DIGEST + 'local a = "md5"; a = "sha256"; digest.new(a)') == {(2, "SHA-256")}
    assert found(DIGEST + 'local a = "sha256"; do local a = "md5" end; digest.new(a)') == {(2, "SHA-256")}
    assert found(DIGEST + 'if x then local a = "md5" end; digest.new(a)') == set()
    assert found(DIGEST + 'local p = { alg = "md5" }; p.alg = "sha256"; digest.new(p.alg)') == {(2, "SHA-256")}


def test_a_parameter_is_what_the_callers_pass() -> None:
    """Wrappers report what is handed to them, with a dot or a colon, and their own defaults less surely."""
    wrapper = DIGEST + 'local function hash(data, name)\n  name = name or "sha1"\n  return digest.new(name)\nend\n'
    assert found(wrapper) == {(4, "SHA-1")}
    assert (4, "SHA-384") in found(wrapper + 'hash(d, "sha384")')
    method = DIGEST + "local M = {}\nfunction M:hash(data, name) return digest.new(name) end\n"
    assert (3, "MD5") in found(method + 'M:hash(d, "md5")')
    assert (3, "MD5") in found(method + 'M.hash(M, d, "md5")')
    options = DIGEST + 'local function hash(o) return digest.new(o.alg or "sha1") end\n'
    assert (2, "SHA-512") in found(options + 'hash({ alg = "sha512" })')
    unsure = [r.confidence for r in results(wrapper) if isinstance(r, Finding)]
    assert unsure == [0.81]


def test_functions_of_the_same_name_pass_nothing_on() -> None:
    """What another module's ``new`` is called with is not what this one is."""
    code = DIGEST + "local M = {}\nfunction M.new(name) return digest.new(name) end\n"
    assert found(code + 'other.new("md5"); require("cjson").new("md5")') == set()


def test_an_options_table_may_be_filled_later() -> None:
    """Settings in a table that is built up are read, and those that are not read stay unknown."""
    code = 'local ssl = require "ssl"\nlocal params = { mode = "client" }\nparams.protocol = "tlsv1_2"\n'
    assert found(code + "ssl.wrap(conn, params)") == {(4, "TLSv1.2")}
    assert found('local ssl = require "ssl"\nssl.wrap(conn, settings)') == {(2, "TLS")}


def test_what_is_no_use() -> None:
    """Comments, texts, checks, aliases and functions of the project's own are none."""
    code = '-- ngx.md5(x)\n--[[ ngx.md5(x) ]]\nlocal s = "ngx.md5(x)"\nlocal t = [[ngx.md5(x)]]\n'
    code += "local md5 = ngx.md5\n"
    code += "if ngx.md5 then end\nassert(type(ngx.md5) == 'function')\nlocal a = { md5 = 1 }\na.md5 = 2\n"
    code += "local md5_ok = ngx and ngx.md5\nreturn md5 == nil\n"
    assert found(code) == set()
    assert found("local ngx = { md5 = function(x) return x end }\nngx.md5(1)") == set()
    assert found("local function md5(x) return x end\nmd5(1)\nlocal sha1 = require 'my.sha1'\nsha1(x)") == set()


def test_what_is_decided_at_run_time_is_said() -> None:
    """A name that the caller gives is no finding but an open question."""
    code = DIGEST + "function hash(name) return digest.new(name) end"
    assert [type(r) for r in results(code)] == [Diagnostic]


def test_lua_in_an_nginx_configuration() -> None:
    """Scripts in braces and in quotes are read, each by itself, with the lines of the file."""
    code = "server {\n location / {\n  content_by_lua_block {\n   local f = ngx.md5\n   ngx.say(f('{'))\n  }\n }\n"
    code += " access_by_lua 'local sum = ngx.sha1_bin(x)';\n # ngx.md5(x)\n set $x ngx.md5;\n"
    code += " log_by_lua_block { f(x) }\n}\n"
    assert found(code.replace("'{'", "x"), "nginx") == {(5, "MD5"), (8, "SHA-1")}


def test_a_constant_of_another_module(tmp_path: Path) -> None:
    """``require`` leads to the file of a module, its table's constants and its functions."""
    folder = tmp_path / "app"
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "init.lua").write_text('local M = {}\nM.alg = "sha384"\nreturn M\n')
    (folder / "names.lua").write_text('return { hash = "sha224", get = function() return "md5" end }\n')
    code = 'local conf = require "app.conf"\nlocal names = require("app.names")\n' + DIGEST
    code += "digest.new(conf.alg)\ndigest.new(names.hash)\ndigest.new(names.get())\n"
    (folder / "run.lua").write_text(code)
    report = scan([str(tmp_path)], ScanOptions(jobs=1))
    named = {(f.location.line, algorithms.name(f.asset)) for f in report.findings}
    assert named == {(4, "SHA-384"), (5, "SHA-224"), (6, "MD5")}


@given(st.text(alphabet='local f=function end()\n{}[]:.,\'"-x = require("md5")', max_size=120))
def test_no_text_breaks_it(code: str) -> None:
    """Whatever a file holds, it is read to the end."""
    results('local md5 = require "md5"\n' + code)
