"""Shell: commands as calls, options as named arguments, variables and functions of the same file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import here_documents, shell
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import Hit, SourceFile


def results(code: str) -> list[Finding | Diagnostic]:
    return [
        one
        for one in shell.DETECTOR.detect(SourceFile("script", code.encode(), "shell"))
        if isinstance(one, Finding | Diagnostic)
    ]


def found(code: str) -> set[tuple[int, str]]:
    return {(f.location.line, algorithms.name(f.asset)) for f in results(code) if isinstance(f, Finding)}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("openssl genrsa ${SIZE:-2048}\n", {(1, "RSA-2048")}),
        ("openssl genrsa $SIZE\n", {(1, "RSA")}),
        ("SIZE=4096\nopenssl genrsa -out k $SIZE\n", {(2, "RSA-4096")}),
        ("SIZE=1024 openssl genrsa $SIZE\n", {(1, "RSA")}),
        ("if x; then b=2048; else b=4096; fi\nopenssl genrsa $b\n", {(2, "RSA-2048"), (2, "RSA-4096")}),
        ("b=1024\nb=2048\nopenssl genrsa $b\n", {(3, "RSA-2048")}),
        ("read -r b\nopenssl genrsa $b\n", {(2, "RSA")}),
        ("b=1024\nread -r b\nopenssl genrsa $b\n", {(3, "RSA")}),
    ],
)
def test_size_is_read_through_variables_or_unknown(code: str, expected: set[tuple[int, str]]) -> None:
    """A size from a variable of the file is read; one from the environment or the user is not guessed."""
    assert found(code) == expected


def test_script_that_sources_a_file_may_have_its_variables_set_there() -> None:
    """A value written in a script that sources its settings is a default, and less sure."""
    code = "SIZE=4096\n{}openssl genrsa $SIZE\n"
    plain, sourced = (
        [f for f in results(code.format(line)) if isinstance(f, Finding)] for line in ("", ". /etc/settings\n")
    )
    assert [algorithms.name(f.asset) for f in (*plain, *sourced)] == ["RSA-4096", "RSA-4096"]
    assert sourced[0].confidence < plain[0].confidence


def test_local_of_one_function_is_not_seen_by_another() -> None:
    """Two functions with a local of the same name do not lend each other their values."""
    code = "f() { local a=sha256; openssl dgst -$a x; }\ng() { local a=md5; openssl dgst -$a x; }\n"
    assert found(code) == {(1, "SHA-256"), (2, "MD5")}


def test_parameter_takes_what_the_callers_pass() -> None:
    """A positional parameter of a function is what the calls in the file pass at that place."""
    code = 'make() {\n  openssl genrsa -out "$2" "$1"\n}\nmake 2048 a\nmake 4096 b\n'
    assert found(code) == {(2, "RSA-2048"), (2, "RSA-4096")}


def test_parameters_after_a_shift_are_unknown() -> None:
    """After shift the numbers of parameters mean other arguments."""
    assert found("make() {\n  shift\n  openssl genrsa $1\n}\nmake 1024 2048\n") == {(3, "RSA")}


def test_options_in_a_variable_are_split_into_words() -> None:
    """An unquoted variable gives as many words as it holds; an array gives its elements."""
    assert found('O="-newkey rsa:3072 -nodes"\nopenssl req $O\n') == {(2, "RSA-3072")}
    assert found('o=(-newkey rsa:3072 -sha512)\nopenssl req "${o[@]}"\n') == {
        (2, "RSA-3072"),
        (2, "RSA-PKCS1-1.5-SHA-512-3072"),
    }


def test_loop_gives_each_of_its_words() -> None:
    """A digest that a loop runs through is each of its words."""
    assert found("for a in md5 sha256; do\nopenssl dgst -$a f\ndone\n") == {(2, "MD5"), (2, "SHA-256")}


def test_default_is_not_taken_where_options_were_not_read() -> None:
    """An option that may stand among words that were not read is not taken to be left out."""
    assert found("shasum f\n") == {(1, "SHA-1")}
    assert found('shasum "$@" f\n') == set()


def test_program_is_found_behind_folders_variables_and_other_programs() -> None:
    """A folder, a variable, sudo, xargs and find do not hide the program that runs."""
    code = 'sudo -u root /opt/ssl/bin/openssl genrsa 2048\n"$OPENSSL_BIN" genrsa 2048\nssl genrsa 2048\n'
    assert found(code) == {(1, "RSA-2048"), (2, "RSA-2048")}


def test_text_about_commands_is_no_command() -> None:
    """Quoted text, heredocs, comments, questions whether a program exists and variables' names are no uses."""
    code = (
        'echo "openssl genrsa 1024"\nprintf "%s" "run md5sum"\ncat <<X\nssh-keygen -t rsa -b 1024\nX\n'
        "# md5sum\ncommand -v md5sum\nwhich openssl\nmd5sum=1\ntype sha1sum\n[ -x /usr/bin/md5sum ]\n"
    )
    assert found(code) == set()


def test_commands_inside_heredocs_and_substitutions_run() -> None:
    """A command substitution runs wherever it stands."""
    assert found('cat <<X\n$(md5sum a)\nX\nx="$(openssl rand 32)"\n') == {(2, "MD5"), (4, "CSPRNG")}


def test_function_of_that_name_is_not_the_program() -> None:
    """A function of the file that is called like a program replaces it."""
    assert found("md5sum() { cat; }\nmd5sum x\n") == set()


def test_algorithm_that_is_not_readable_is_said() -> None:
    """A key whose algorithm comes from outside is reported as not resolved."""
    diagnostics = [r for r in results('openssl genpkey -algorithm "$ALG"\n') if isinstance(r, Diagnostic)]
    assert [(d.skip, d.line) for d in diagnostics] == [(Skip.UNRESOLVED, 1)]


def test_nothing_of_a_script_but_names_is_printed() -> None:
    """Passwords on command lines do not reach the result."""
    assert "hunter2" not in repr(results("openssl genrsa -aes256 -passout pass:hunter2 2048\n"))


@given(
    st.lists(
        st.sampled_from(
            [
                "openssl",
                "genrsa",
                "-out",
                "$x",
                '"$@"',
                "2048",
                "-",
                "--",
                "(",
                ")",
                "{",
                "}",
                "|",
                "\n",
                "x=(",
                "$(",
                "`",
                "<<E",
                "'",
                '"',
                "${y:-",
                "dgst -",
                "-sha256",
            ]
        ),
        max_size=30,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_without_an_error(words: list[str]) -> None:
    """Broken scripts give fewer findings, never an exception."""
    results(" ".join(words))


@pytest.mark.parametrize(
    "line", ["a=$b\nb=$a\nopenssl genrsa $a\n", "openssl dgst -$a $b $c f\n", 'x="$x $x"\nmd5sum $x\n']
)
def test_doubled_scripts_take_doubled_time(line: str) -> None:
    """Circular variables and many uses cost work in proportion to the file."""

    def seconds(count: int) -> float:
        started = time.process_time()
        results(line * count)
        return time.process_time() - started

    small = min(seconds(100) for _ in range(2))
    assert min(seconds(200) for _ in range(2)) < 3.5 * small + 0.05


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("openssl genrsa -out a.key 3072\nopenssl rsa -in a.key -out b.key\nopenssl x509 -signkey b.key -sha1\n",
         {(1, "RSA-3072"), (2, "RSA"), (3, "RSA-PKCS1-1.5-SHA-1-3072")}),
        ("openssl genpkey -algorithm $ALG -out a.key\nopenssl req -new -key a.key -sha256\n", {(2, "SHA-256")}),
        ("openssl req -new -key a.key -sha256\nopenssl genrsa -out a.key 512\n", {(1, "SHA-256"), (2, "RSA-512")}),
        (("if $ec\nthen openssl ecparam -genkey -name P-256 -out a.key\nelse openssl genrsa -out a.key\nfi\n"
          "openssl req -new -key a.key -sha256\n"),
         {(2, "EC-P-256"), (3, "RSA"), (5, "ECDSA-P-256-SHA-256"), (5, "RSA-PKCS1-1.5-SHA-256")}),
        ("openssl req $OPTIONS -key a.key -sha256\n", {(1, "SHA-256")}),
    ],
)  # fmt: skip
def test_a_signature_is_of_the_key_that_the_script_makes(code: str, expected: set[tuple[int, str]]) -> None:
    """The kind of a key comes from the command that wrote its file; of another key only the hash is known."""
    assert found(code) == expected


def test_every_key_type_of_a_loop_is_found() -> None:
    """EC is no part of Ed25519 where both are made."""
    code = "for t in rsa ecdsa ed25519; do\n  ssh-keygen -q -t $t -f /etc/ssh/k_$t\ndone\n"
    assert found(code) == {(2, "RSA"), (2, "EC"), (2, "Ed25519")}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("$SUDO openssl genrsa 2048\n", {(1, "RSA-2048")}),
        ("run='ssh -F config root@localhost'\n$run openssl genrsa -out k 4096\n", {(2, "RSA-4096")}),
        ("ssh -c aes128-cbc host openssl genrsa 4096\n", {(1, "AES-128-CBC"), (1, "RSA-4096")}),
        ("$ECHO uses openssl genrsa.\n", set()),
        ("$INSTALL openssl\n", set()),
        ("$INSTALL openssl ssh curl\n", set()),
        ("scp openssl host:\n", set()),
    ],
)
def test_openssl_is_found_behind_what_runs_it(code: str, expected: set[tuple[int, str]]) -> None:
    """A variable or ssh may run it; another list of words that holds its name has no subcommand behind it."""
    assert found(code) == expected


def in_here_documents(code: str) -> set[tuple[int, str]]:
    data = code.encode()
    anchors = here_documents.DETECTOR.anchors()
    hits = sorted(Hit(at, one) for one in anchors for at in range(len(data)) if data.startswith(one, at))
    file = SourceFile("script", data, "shell", hits=tuple(hits))
    if not here_documents.DETECTOR.wants(file):
        return set()
    found_there = here_documents.DETECTOR.detect(file)
    return {(f.location.line, algorithms.name(f.asset)) for f in found_there if isinstance(f, Finding)}


def test_suites_of_a_configuration_that_a_script_writes() -> None:
    """A suite counts in a here-document alone, and neither in its comments nor under a key that refuses it."""
    code = (
        "echo TLS_RSA_WITH_AES_128_CBC_SHA\n"
        "cat <<EOF > /etc/proxy.toml\n"
        "cipherSuites = [\n"
        '  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",\n'
        '  # "TLS_RSA_WITH_AES_128_CBC_SHA",\n'
        "]\n"
        "disabledCipherSuites = [\n"
        '  "TLS_RSA_WITH_AES_128_CBC_SHA"\n'
        "]\n"
        "ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:!DHE-RSA-AES128-GCM-SHA256;\n"
        "EOF\n"
    )
    assert in_here_documents(code) == {
        (4, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        (10, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    }
    assert in_here_documents(code.replace("<<EOF", "").replace("EOF", "")) == set()
