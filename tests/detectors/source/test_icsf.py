"""z/OS ICSF calls in languages without a parser: services by their names, rule arrays where they are literals."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import icsf
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import Hit, SourceFile

COBOL = """\
       01  RULE-ARRAY           PIC X(8)  VALUE 'SHA-256 '.
       01  SIGN-RULES.
           05  FILLER           PIC X(8)  VALUE 'PKCS-1.1'.
      *    CALL 'CSNBOWH' USING X.
           CALL 'CSNBOWH' USING RC RS EXIT-LEN EXIT-DATA RULE-COUNT
                RULE-ARRAY TEXT-LEN TEXT-DATA CHAIN-LEN CHAIN HASH-LEN HASH.
           CALL "CSNBENC" USING RC, RS.
           CALL 'CSNDDSG' USING RC RS EXIT-LEN EXIT-DATA RULE-COUNT SIGN-RULES.
           MOVE 'PKCSOAEP' TO PKA-RULES.
           CALL 'CSNDPKE' USING BY REFERENCE RC RS EXIT-LEN EXIT-DATA RULE-COUNT PKA-RULES.
           CALL 'CSNBRNGL' USING RC RS.
           CALL 'CSNBPVR' USING RC RS.
           DISPLAY 'CALL CSNBSAE FAILED'.
           MOVE CSNBSAE TO NAME.
"""
PLI = """\
 DCL RULE CHAR(24) INIT('AES     CBC     KEY-CLR ');
 /* CALL CSNBENC(RC); */
 CALL CSNBSYE(RC, RS, EDL, ED, COUNT, RULE, KL, KEY);
 OTHER = 'MD5     ';
 OTHER = 'SHA-1   ';
 CALL CSNEOWH(RC, RS, EDL, ED, COUNT, OTHER, TL, TX);
"""
ASSEMBLER = """\
* CALL CSNBSAE,(RC)
         CALL  CSNBOWH,(RC,RS,EDL,ED,COUNT,RULE,TL,TX)
RULE     DC    CL8'SHA-512'
"""


def read(code: str, language: str) -> tuple[set[tuple[int, str]], list[tuple[int, str]]]:
    file = SourceFile("PROGRAM", code.encode(), language, hits=(Hit(0, b"CSNB"),))
    claims = list(icsf.DETECTOR.detect(file)) if icsf.DETECTOR.wants(file) else []
    found = {(c.location.line, algorithms.name(c.asset)) for c in claims if isinstance(c, Finding)}
    return found, [(c.line, c.message.split(":")[0]) for c in claims if isinstance(c, Diagnostic)]


@pytest.mark.parametrize(
    ("code", "language", "found", "unresolved"),
    [
        (
            COBOL,
            "cobol",
            {(5, "SHA-256"), (10, "RSA-OAEP"), (11, "CSPRNG")},
            [(7, "CSNBENC"), (8, "CSNDDSG"), (12, "CSNBPVR")],
        ),
        (PLI, "pl-i", {(3, "AES-CBC")}, [(6, "CSNEOWH")]),
        (ASSEMBLER, "assembly", {(2, "SHA-512")}, []),
        ("address linkpgm 'CSNBSAE' 'rc' 'rs'\n", "rexx", {(1, "AES")}, []),
        (COBOL, "prose", set(), []),
    ],
)
def test_services_are_found_by_name(
    code: str, language: str, found: set[tuple[int, str]], unresolved: list[tuple[int, str]]
) -> None:
    """What a name or one literal rule array says is found; what a key decides is said to be unresolved."""
    assert read(code, language) == (found, unresolved)


def test_language_stays_unparsed() -> None:
    """Reading calls line by line does not count as parsing: the coverage statement still says so."""
    assert not icsf.DETECTOR.parses
