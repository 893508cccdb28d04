"""Solidity: built-in functions, precompiled contracts by their address, libraries attached with ``using``."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import solidity
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile


def found(code: str) -> set[tuple[int, str]]:
    file = SourceFile("A.sol", code.encode(), "solidity")
    findings = (f for f in solidity.DETECTOR.detect(file) if isinstance(f, Finding))
    return {(f.location.line, algorithms.name(f.asset)) for f in findings}


def in_function(body: str, members: str = "") -> str:
    return f"contract A {{ {members}\nfunction f(bytes32 h, bytes memory s, address who) public {{\n{body}\n}} }}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("address(1)", {(3, "ECDSA-secp256k1")}),
        ("address(0x02)", {(3, "SHA-256")}),
        ("address(uint160(3))", {(3, "RIPEMD-160")}),
        ("address(4)", set()),
        ("address(5)", set()),
        ("address(0x100)", {(3, "ECDSA-P-256")}),
        ("address(0)", set()),
        ("address(0x1234)", set()),
        ("PRE", {(3, "EC-alt_bn128")}),
        ("who", set()),
    ],
)
def test_precompile_is_known_by_its_address(address: str, expected: set[tuple[int, str]]) -> None:
    """An address that was not read, and one where no cryptography lives, are no findings."""
    body = f"(bool ok, bytes memory out) = {address}.staticcall{{gas: 5}}(s);"
    assert found(in_function(body, "address constant PRE = address(8);")) == expected


def test_assembly_reads_variables_and_constants() -> None:
    """Instructions of inline assembly call precompiles, too, and take their address from names."""
    body = (
        "assembly {\nlet p := 2\nok := staticcall(gas(), p, 0, 1, 2, 3)\np := 9\n"
        "ok := staticcall(gas(), p, 0, 1, 2, 3)\nok := call(gas(), BLS, 0, 0, 1, 2, 3)\nok := keccak256(0, 32)\n}"
    )
    assert found(in_function(body, "uint constant BLS = 0x0f;")) == {
        (5, "SHA-256"),
        (7, "BLAKE2b"),
        (8, "EC-BLS12-381"),
        (9, "Keccak-256"),
    }


def test_local_variable_hides_a_constant() -> None:
    """A parameter called like a constant is not the constant."""
    code = "contract A { address constant P = address(1);\nfunction f(address P) public { P.staticcall(''); } }"
    assert found(code) == set()


@pytest.mark.parametrize(
    ("using", "expected"),
    [
        ("using ECDSA for bytes32;", {(3, "ECDSA-secp256k1")}),
        ("using {ECDSA.recover} for bytes32;", {(3, "ECDSA-secp256k1")}),
        ("using ECDSAUpgradeable for bytes32;", {(3, "ECDSA-secp256k1")}),
        ("using Strings for bytes32;", set()),
        ("", set()),
    ],
)
def test_attached_library_is_called_on_a_value(using: str, expected: set[tuple[int, str]]) -> None:
    """``hash.recover(…)`` is ECDSA only where the file attaches the library that has it."""
    assert found(in_function("h.recover(s); // ECDSA", using)) == expected


def test_renamed_import_is_followed() -> None:
    """A library imported under another name keeps its meaning, called on it or attached."""
    head = 'import {P256 as C, ECDSA as E} from "x.sol";'
    assert found(head + in_function("C.verify(h, h, h, h, h);\nh.recover(s);", "using E for bytes32;")) == {
        (3, "ECDSA-P-256"),
        (4, "ECDSA-secp256k1"),
    }


def test_own_library_and_function_of_a_known_name_are_not_taken_for_it() -> None:
    """What the file itself defines decides, not its name."""
    code = "library P256 { function verify(uint a) internal {} }\n"
    code += "contract A { function f() public { P256.verify(1); } }"
    assert found(code) == set()


def test_contract_that_extends_a_signer_uses_its_scheme() -> None:
    """Inheriting a signer is a use of it; a mention of its type is none."""
    assert found("contract A is Account, SignerRSA { SignerP256 x; }") == {(1, "RSA-PKCS1-1.5-SHA-256")}


def test_text_and_comments_are_no_uses() -> None:
    """Strings, comments, members and events of such names say nothing."""
    code = "keccak; emit sha256E(h); x.sha256; /* ecrecover(h) */ string memory t = 'sha256(x)';"
    assert found(in_function(code)) == set()


def test_broken_code_does_not_stop_the_detector() -> None:
    """What can be parsed of a damaged file is still read."""
    assert found("contract A { function f( { } bytes32 x = keccak256('a'); }}}}") in ({(1, "Keccak-256")}, set())
