import pytest

from pqc_migrate.catalog.roles import role_of
from pqc_migrate.model.inventory import Role


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/app.py", Role.PRODUCTION),
        ("tests/unit/crypto.py", Role.TEST),
        ("pkg/test_keys.py", Role.TEST),
        ("pkg/keys_test.go", Role.TEST),
        ("core/src/test/java/org/x/A.java", Role.TEST),
        ("core/src/it/java/org/x/A.java", Role.TEST),
        ("app/src/main/java/org/x/FooTest.java", Role.TEST),
        ("Bank.Tests/Keys.cs", Role.TEST),
        ("lib/Crypto/SelfTest/Cipher.py", Role.TEST),
        ("web/login.spec.ts", Role.TEST),
        ("regress/kextype.sh", Role.TEST),
        ("examples/sign.py", Role.EXAMPLE),
        ("docs/conf.py", Role.EXAMPLE),
        ("etc/nginx.conf.sample", Role.EXAMPLE),
        ("vendor/golang.org/x/crypto/ssh/cipher.go", Role.VENDORED),
        ("vendor/lib/tests/a.py", Role.VENDORED),
        ("node_modules/jsonwebtoken/sign.js", Role.VENDORED),
        ("Pods/OpenSSL/evp.c", Role.VENDORED),
        (".venv/lib/python3.12/site-packages/rsa/key.py", Role.VENDORED),
        ("static/app.min.js", Role.VENDORED),
    ],
)
def test_role_by_path(path: str, role: Role) -> None:
    """Folders and file names that only tests, examples and foreign code have decide."""
    assert role_of(path, "", b"") == role


@pytest.mark.parametrize(
    "path",
    [
        "contest/rank.py",
        "latest/api.py",
        "attest/verify.go",
        "src/attestation.py",
        "greatest.py",
        "src/Contest.java",
        "src/AUDIT.java",
        "src/items/a.java",
        "inspection/a.rb",
        "specification/a.py",
        "sampler/noise.c",
        "democracy/vote.py",
        "invendor/a.go",
        "pods/controller.go",
        "protest.c",
        "test",
        "vendor",
    ],
)
def test_words_that_only_contain_a_role_stay_production(path: str) -> None:
    """`contest` and `latest` are not tests, and a file called `test` is no folder of tests."""
    assert role_of(path, "", b"") == Role.PRODUCTION


def test_role_by_content() -> None:
    """A class that imports JUnit is a test wherever it lies; a mention inside a line is none."""
    assert role_of("src/A.java", "java", b"package a;\nimport org.junit.Test;\n") == Role.TEST
    assert role_of("src/A.java", "java", b"// import org.junit.Test\n") == Role.PRODUCTION
    assert role_of("src/a.py", "python", b"if x:\n    import unittest\n") == Role.PRODUCTION
    assert role_of("src/a.py", "python", b"import pytest\n") == Role.TEST
