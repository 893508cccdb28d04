"""A variable of a Terraform module is what the module sets it to, wherever in the folder that stands."""

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.config import settings
from pqc_migrate.model.inventory import Finding, Provenance
from pqc_migrate.model.target import Hit, SourceFile

(TERRAFORM,) = (one for one in settings.detectors() if one.name == "terraform")
MAIN = b'resource "tls_private_key" "ca" {\n  algorithm = var.kind\n  rsa_bits = "${local.bits}"\n}\n'


def findings(files: dict[str, str], main: bytes = MAIN) -> list[Finding]:
    around = {name: SourceFile(f"m/{name}", text.encode()) for name, text in files.items()}
    names = ("main.tf", *around)
    file = SourceFile(
        "m/main.tf", main, hits=(Hit(10, b"tls_private_key"),), neighbor=around.get, listing=lambda _folder: names
    )
    assert TERRAFORM.wants(file)
    return [one for one in TERRAFORM.detect(file) if isinstance(one, Finding)]


def test_variables_and_locals_of_other_files() -> None:
    """Their values count where they are used; the provenance says where they stand."""
    variables = 'variable "kind" {\n  default = "RSA"\n}\nvariable "bits" {\n  default = 3072\n}\n'
    (found,) = findings({"variables.tf": variables, "locals.tf": "locals {\n  bits = var.bits\n}\n"})
    assert algorithms.name(found.asset) == "RSA-3072"
    assert (found.location.path, found.location.line) == ("m/main.tf", 2)
    assert found.provenance == (Provenance("size", "constant", "m/variables.tf", 5),)
    assert found.confidence == 0.8


def test_what_the_module_sets_is_sure() -> None:
    """A value in terraform.tfvars wins over the default; one in another environment's file is not read."""
    variables = 'variable "kind" {\n  default = "RSA"\n}\n'
    (found,) = findings({"variables.tf": variables, "terraform.tfvars": 'kind = "ED25519"\n'})
    assert algorithms.name(found.asset) == "Ed25519"
    assert found.confidence == 0.95
    (found,) = findings({"variables.tf": variables, "prod.tfvars": 'kind = "ED25519"\n'})
    assert algorithms.name(found.asset) == "RSA"


@pytest.mark.parametrize(
    "text", ["", 'variable "kind" {}', "locals { kind = var.kind }", 'variable "kind" { default = x }']
)
def test_a_variable_without_a_value_is_unknown(text: str) -> None:
    """Nothing is guessed, and a circle ends."""
    assert findings({"variables.tf": text}) == []


def test_a_size_that_is_not_there_is_the_documented_default() -> None:
    """The provider's documentation gives it; a size that was not read stays unknown."""
    (found,) = findings({}, b'resource "tls_private_key" "a" {\n  algorithm = "RSA"\n}\n')
    assert algorithms.name(found.asset) == "RSA-2048"
    assert found.provenance == (Provenance("size", "library default"),)
    (found,) = findings({}, b'resource "tls_private_key" "a" {\n  algorithm = "RSA"\n  rsa_bits = var.x\n}\n')
    assert algorithms.name(found.asset) == "RSA"
