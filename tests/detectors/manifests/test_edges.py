"""Manifests that are odd, broken or hostile."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.model.inventory import Skip

NAMES = [
    "requirements.txt", "pyproject.toml", "Pipfile", "Pipfile.lock", "setup.cfg", "setup.py", "poetry.lock",
    "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "pom.xml", "build.gradle",
    "libs.versions.toml", "go.mod", "Cargo.toml", "Cargo.lock", "Gemfile", "Gemfile.lock", "x.gemspec",
    "composer.json", "composer.lock", "x.csproj", "packages.config", "packages.lock.json", "x.nuspec",
    "x.deps.json", "environment.yml", "meta.yaml", "conda-lock.yml", "conanfile.txt", "conanfile.py",
    "conan.lock", "vcpkg.json", "MODULE.bazel", "CMakeLists.txt", "meson.build", "subprojects/x.wrap",
    "Package.swift", "Package.resolved", "Podfile", "Podfile.lock", "Cartfile", "pubspec.yaml", "pubspec.lock",
    "mix.exs", "mix.lock", "rebar.config", "rebar.lock", "cpanfile", "META.json", "x.rockspec", "Dockerfile",
    "build.sbt", "gradle.lockfile", "ivy.xml", "vendor/modules.txt", "bun.lock", "var/lib/dpkg/status",
    "lib/apk/db/installed", "a.dist-info/METADATA", "META-INF/MANIFEST.MF", "META-INF/maven/a/b/pom.properties",
    "conda-meta/x.json", "vendor/composer/installed.json", "node_modules/x/package.json",
]  # fmt: skip
PIECES = st.sampled_from([
    "cryptography", "elliptic", "==1.0", "[", "]", "{", "}", '"', "'", ":", ",", "=", "\n", "  ", "dependencies",
    "[project]", "[[package]]\n", 'name = "rsa"\n', 'version = "1"\n', "packages:\n", "  /elliptic/6.5.4:\n",
    "elliptic@^6:\n", '  version "6"\n', "require (\n", ")\n", "golang.org/x/crypto v0.1.0\n", "=>", "<project>",
    "<dependencies><dependency>", "<artifactId>jsch</artifactId>", "</dependency>", "setup(install_requires=",
    "implementation 'org.bouncycastle:bcprov:1'", "/*", "//", "#", "\\", "${x}",
    "[options]\ninstall_requires =\n", "gem ", "'jwt'", "requires(", ".package(url: ",
    "https://github.com/apple/swift-crypto", "{:jose, ", '"~> 1.0"', "<<", "find_package(", "OpenSSL",
    "dependency(", "bazel_dep(name = ", "openssl", "openssl/3.0.0", "FROM nginx:1.2.3\n", "RUN apt-get install ",
    "P:libssl3\n", "V:1.0-r0\n", "Package: libssl3\n", "Status: a b installed\n", "Name: rsa\n",
    "<PackageReference Include='JWT'/>", "<dependency name='jsch' org='com.jcraft'/>", "  - openssl=1\n",
    "pod 'Sodium'\n", "-r ", "@ https://x", "\r\n", "\ufeff", "加密",
])  # fmt: skip


@given(name=st.sampled_from(NAMES), pieces=st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25))
def test_shuffled_syntax_never_raises(look, name, pieces):
    """Every reader lives with pieces of every notation in any order."""
    text = "".join(pieces)
    findings, diagnostics = look(name, text.encode("utf-8", "replace"))
    for finding in findings:
        assert 1 <= finding.location.line <= text.count("\n") + 1
        assert finding.asset.get("purl").startswith("pkg:")
    for diagnostic in diagnostics:
        assert diagnostic.message.isprintable()


@given(name=st.sampled_from(NAMES), data=st.binary(max_size=200))
def test_any_bytes_never_raise(look, name, data):
    """Also what is not text."""
    look(name, data)


@given(
    document=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("6.5.4")),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from([
                    "dependencies", "devDependencies", "packages", "default", "develop", "elliptic", "version",
                    "name", "node_modules/elliptic", "jose", "x", 'a"b', "",
                ]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=20,
    ),
    name=st.sampled_from(["package.json", "package-lock.json", "Pipfile.lock"]),
    indent=st.sampled_from([None, 0, 2]),
)  # fmt: skip
def test_json_of_any_shape_never_raises(look, document, name, indent):
    """A lock file whose parts have the wrong types is not a crash."""
    look(name, json.dumps(document, indent=indent).encode())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pyproject.toml", b"[project\n"),
        ("Pipfile", b"= 1\n"),
        ("Pipfile.lock", b"{"),
        ("package.json", b"[]"),
        ("package-lock.json", b"null"),
        ("package.json", b"[" * 100_000),
        ("pom.xml", b"<project><dependencies>"),
        ("setup.py", b"def ("),
        ("setup.py", b"(" * 5_000),
        ("libs.versions.toml", b"[libraries"),
    ],
)
def test_a_broken_manifest_is_a_diagnostic(look, name, data):
    """It says which notation was expected, and quotes nothing."""
    findings, (diagnostic,) = look(f"sub/{name}", data)
    assert findings == []
    assert (diagnostic.path, diagnostic.skip) == (f"sub/{name}", Skip.MALFORMED)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"environment.yml", "meta.yaml"}))
def test_bytes_in_another_encoding_are_a_diagnostic(look, name):
    """Latin-1 is not guessed."""
    findings, (diagnostic,) = look(name, b"# caf\xe9\nrsa==1\n")
    assert findings == []
    assert diagnostic.skip is Skip.ENCODING


def test_utf_16_requirements_are_read(look):
    """PowerShell's redirection writes them."""
    (finding,), diagnostics = look("requirements.txt", "# 加密\r\ncryptography==42.0.8\r\n".encode("utf-16"))
    assert diagnostics == []
    assert (finding.location.line, finding.location.offset) == (2, None)


def test_offsets_count_bytes(look):
    """Characters before the name may be longer than a byte."""
    data = "# 加密库\nrsa==4.9\n".encode()
    (finding,), _ = look("requirements.txt", data)
    assert data[finding.location.offset :].startswith(b"rsa")


def test_entities_in_a_pom_are_refused(look):
    """Neither expanded nor fetched."""
    bomb = (
        b'<!DOCTYPE p [<!ENTITY a "org.bouncycastle"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
        b"<project><dependencies><dependency><groupId>&a;</groupId><artifactId>bcprov</artifactId>"
        b"</dependency></dependencies></project>"
    )
    findings, (diagnostic,) = look("pom.xml", bomb)
    assert findings == []
    assert diagnostic.skip is Skip.MALFORMED
    assert "entities" in diagnostic.message


def test_properties_that_refer_to_each_other_end(look):
    """A cycle stays a placeholder."""
    pom = (
        b"<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><dependencies><dependency>"
        b"<groupId>com.jcraft</groupId><artifactId>jsch</artifactId><version>${a}</version>"
        b"</dependency></dependencies></project>"
    )
    (finding,), _ = look("pom.xml", pom)
    assert finding.asset.get("purl") == "pkg:maven/com.jcraft/jsch"


def test_a_property_that_profiles_set_is_known_only_where_they_agree(look):
    """The project's own value holds; without one, two profiles that differ leave the version open."""

    def pom(version):
        profile = "<profile><properties><a>1</a><b>{}</b><c>3</c></properties></profile>"
        return (
            f"<project><properties><a>0</a></properties><dependencies><dependency><groupId>com.jcraft</groupId>"
            f"<artifactId>jsch</artifactId><version>${{{version}}}</version></dependency></dependencies>"
            f"<profiles>{profile.format(1)}{profile.format(2)}</profiles></project>"
        ).encode()

    versions = {name: look("pom.xml", pom(name))[0][0].asset.get("version") for name in "abc"}
    assert versions == {"a": "0", "b": "${b}", "c": "3"}


def test_a_dependency_whose_name_stands_elsewhere_is_said(look):
    """A parent's property names it: that it may be a cryptographic library is not known."""
    pom = (
        b"<project><dependencies><dependency><groupId>io.netty</groupId>\n<artifactId>${tcnative}</artifactId>"
        b"</dependency></dependencies></project>"
    )
    findings, (diagnostic,) = look("pom.xml", pom)
    assert findings == []
    assert (diagnostic.skip, diagnostic.line) == (Skip.UNRESOLVED, 2)


@pytest.mark.parametrize(
    "path", ["notes.txt", "src/requirements.py", "my-package.json", "go.mod.txt", "requirements/readme.md"]
)
def test_other_files_are_not_manifests(look, path):
    """A name decides, not a word in it."""
    assert look(path, b"cryptography==1\n") == ([], [])


@pytest.mark.parametrize(
    "path",
    ["requirements.txt", "requirements-x.txt", "dev-requirements.in", "a/requirements/base.txt", "constraints.txt"],
)
def test_requirement_files_go_by_many_names(look, path):
    """As projects name them."""
    findings, _ = look(path, b"cryptography\n")
    assert [finding.asset.family for finding in findings] == ["cryptography"]


def test_a_package_named_like_an_algorithm_is_a_library(look):
    """`rsa` in a manifest says nothing about a key."""
    (finding,), _ = look("requirements.txt", b"rsa==4.9\n")
    assert (finding.asset.kind.value, finding.asset.family, finding.related) == ("library", "rsa", ())


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("envoy.yaml", b"dependencies:\n  - openssl=3\n"),
        ("cmake/FindOpenSSL.cmake", b"find_package(OpenSSL)\npkg_check_modules(X openssl)\n"),
        ("src/thing.wrap", b"directory = openssl-3.0.8\n"),
        ("foo.egg-info/PKG-INFO", b"Name: rsa\nVersion: 1\n"),
        ("node_modules/elliptic/lib/package.json", b'{"name": "elliptic", "version": "1.0.0"}'),
        ("go.sum", b"golang.org/x/crypto v0.1.0 h1:x=\n"),
        ("docs/modules.txt", b"# golang.org/x/crypto v0.1.0\n"),
        ("lib/META-INF/notes/pom.properties", b"groupId=com.jcraft\nartifactId=jsch\nversion=1\n"),
        (
            "Dockerfile",
            b"RUN echo apt-get install openssl\nCMD apt-get install openssl\nFROM example.test/nginx:1.2.3\n",
        ),
    ],
)
def test_files_that_only_look_similar_give_nothing(look, path, data):
    """Another program's file, how a library is searched, a project's own name, a list of what was looked at."""
    assert look(path, data) == ([], [])


def test_a_template_is_less_sure_and_one_that_cannot_be_read_is_said(look):
    """Its conditions are not read, and an expression may stand where the notation has none."""
    (found,), diagnostics = look("package.json.ejs", b'{"dependencies": {"jose": "<%= version %>"}}')
    assert (found.confidence, diagnostics) == (0.8, [])
    findings, (trouble,) = look("package.json.ejs", b'{"dependencies": {"jose": "1", <%- more %>}}')
    assert (findings, trouble.skip) == ([], Skip.MALFORMED)
    assert look("package.json.md", b'{"dependencies": {"jose": "1"}}') == ([], [])
