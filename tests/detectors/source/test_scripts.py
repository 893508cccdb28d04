"""Shell commands inside other notations are found where they stand, and nothing around them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import engine, scripts, shell, yaml_scripts
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile

GATE = Gate(engine.anchors("shell"))


def found(text: str, language: str) -> list[str]:
    data = text.encode()
    file = SourceFile("x", data, language, hits=GATE.hits(data))
    said = shell.DETECTOR.detect(file) if shell.DETECTOR.wants(file) else ()
    claims = [one for one in said if isinstance(one, Finding)]
    assert all(one.location.line == file.line_at(one.location.offset or 0) for one in claims)
    return sorted({f"{one.location.line} {algorithms.name(one.asset)}" for one in claims})


def test_workflow_steps() -> None:
    """Blocks, folded and quoted texts; a comment, another shell and prose are nothing."""
    text = r"""
on: push
description: openssl genrsa 512
jobs:
  a:
    steps:
      - run: openssl genrsa -out ca.key 4096
      - run: |
          # openssl genrsa 1024
          openssl genrsa ${{ matrix.bits }}
          ssh-keygen -t ed25519 -f id
      - shell: pwsh
        run: openssl genrsa 1024
      - run: >
          openssl
          ecparam -name prime256v1 -genkey
      - run: "openssl dgst -sha256 -out \"a b\" f"
"""
    assert found(text, "yaml") == ["10 RSA", "11 Ed25519", "16 EC-P-256", "17 SHA-256", "7 RSA-4096"]


def test_commands_of_containers() -> None:
    """Words on one line or many, with a shell that is given a script or without."""
    text = """
spec:
  command: ["openssl", "req", "-newkey", "rsa:3072", "-subj", "/CN=a b", "-nodes"]
  other:
    entrypoint:
      - openssl
      - genrsa
      - "4096"
  init:
    command: ["sh", "-c", "openssl dhparam -out dh.pem 2048"]
  healthcheck: {test: ["CMD", "openssl", "dgst", "-md5", "f"]}
"""
    assert found(text, "yaml") == ["10 FFDH-2048", "11 MD5", "3 RSA-3072", "7 RSA-4096"]


def test_tasks_of_ansible_and_cloud_init() -> None:
    """Modules that run commands; a value that a template fills in is unknown."""
    text = """
- shell: openssl genrsa {{ bits }}
- ansible.builtin.command: {argv: [openssl, genrsa, "2048"]}
- name: openssl genrsa 1024
- runcmd:
    - [openssl, ecparam, -genkey, -name, secp384r1]
    - openssl genrsa 3072
"""
    assert found(text, "yaml") == ["2 RSA", "3 RSA-2048", "6 EC-P-384", "7 RSA-3072"]


def test_dockerfile() -> None:
    """Continued lines with comments in between, lists, options, heredocs; ARG has a default."""
    text = """# RUN openssl genrsa 512
FROM debian
ARG BITS=2048
RUN true && \\
    # openssl genrsa 1024
    openssl genrsa $BITS
RUN --mount=type=cache,target=/x ["openssl", "genpkey", "-algorithm", "ed25519"]
RUN <<EOF
ssh-keygen -t rsa -b 4096
EOF
RUN python3 <<EOF
openssl genrsa 512
EOF
LABEL x="openssl genrsa 512"
CMD openssl ecparam -name prime256v1 -genkey
"""
    assert found(text, "dockerfile") == ["15 EC-P-256", "6 RSA-2048", "7 Ed25519", "9 RSA-4096"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ini", "[Service]\nExecStartPre=-/usr/bin/openssl genrsa \\\n  2048\n", ["2 RSA-2048"]),
        ("ini", "[other]\nExecStart=/usr/bin/openssl genrsa 2048\n", []),
        ("make", "X = openssl genrsa 512\nk:\n\t@openssl genrsa -out $@ $(BITS) # a\n", ["3 RSA"]),
        ("groovy", "// openssl\nsh 'openssl genrsa 2048'\n", ["2 RSA-2048"]),
        ("groovy", "sh(script: '''\nopenssl genrsa 3072\n''')", ["2 RSA-3072"]),
        ("terraform", 'x {\n  command = "openssl genrsa ${var.bits}"\n  y = "openssl genrsa 512"\n}\n', ["2 RSA"]),
        ("terraform", 'inline = [\n  "openssl genrsa 2048",\n  "openssl dgst -md5",\n]', ["2 RSA-2048", "3 MD5"]),
        ("terraform", "user_data = <<-EOT\n  #!/bin/bash\n  openssl genrsa 3072\nEOT\n", ["3 RSA-3072"]),
        ("terraform", "description = <<EOT\nopenssl genrsa 3072\nEOT\n", []),
        ("yaml", "data:\n  make.sh: |\n    openssl genrsa 2048\n  note: |\n    openssl genrsa 512", ["3 RSA-2048"]),
        ("yaml", "- content: |\n    #!/bin/sh\n    openssl genrsa 2048\n", ["3 RSA-2048"]),
        ("yaml", "{% if x %}\nsetup_commands:\n  - |\n    {%- if y %}\n    ssh-keygen -t rsa\n", ["5 RSA"]),
        ("yaml", "{{- if .x }}\na: {{ .y }}\ncommand: [sh, -c, openssl genrsa 2048]\n{{ end }}", ["3 RSA-2048"]),
    ],
)  # fmt: skip
def test_units_recipes_and_pipelines(language: str, text: str, expected: list[str]) -> None:
    """What systemd, make and Jenkins run."""
    assert found(text, language) == expected


TEXTS = st.lists(
    st.sampled_from(
        ["run: ", "- ", "|", ">", "\n", "  ", "openssl genrsa 2048", '"', "'", "[", "]", ",", "RUN ", "\\", "<<EOF",
         "EOF", "command: ", "args:", "{{ x }}", "&a", "*a", "? ", ": ", "\t", "sh '''", "Exec=", "[Service]", "\0"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("language", [*scripts.PIECES, "yaml"])
@given(text=TEXTS)
def test_a_script_is_as_long_as_its_file(language: str, text: str) -> None:
    """Whatever the file holds, every command keeps its offset."""
    file = SourceFile("x", text.encode(), language)
    pieces = yaml_scripts.pieces if language == "yaml" else scripts.PIECES[language]
    script = scripts.script(file, pieces)
    assert script is None or len(script.file.data) == len(file.data)
    list(shell.DETECTOR.detect(file))
