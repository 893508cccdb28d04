"""SQL of every dialect: functions, settings and clauses; columns, strings, comments and data are none."""

from __future__ import annotations

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source import sql
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile


def results(code: str) -> list[Finding | Diagnostic]:
    return list(sql.DETECTOR.detect(SourceFile("x.sql", code.encode(), "sql")))


def found(code: str) -> set[tuple[int, str]]:
    return {(f.location.line, algorithms.name(f.asset)) for f in results(code) if isinstance(f, Finding)}


@pytest.mark.parametrize(
    "code",
    [
        "-- SELECT md5(x)\n",
        "/* SELECT md5(x)\n md5(y) */",
        "SELECT 'md5(x) it''s sha1(y)';",
        "SELECT q'[it's md5(x)]', Q'{sha1(x)}' FROM dual;",
        "SELECT $$md5(x)$$, $t$ sha1(x) $t$;",
        "REM md5(x)\nPROMPT sha1(y)\n\\echo md5(z)\n",
        "CREATE TABLE md5 (a int); INSERT INTO md5 (a) VALUES (1);",
        "CREATE TABLE t (md5 char(32), sha1 char (40), KEY sha1 (sha1), UNIQUE INDEX md5 (md5));",
        "ALTER TABLE t ADD CONSTRAINT md5 CHECK (md5 <> ''), ADD COLUMN sha1 varchar(40);",
        "GRANT EXECUTE ON FUNCTION digest(text, text) TO x; COMMENT ON FUNCTION md5(text) IS 'x';",
        "CREATE INDEX i ON sha256 (a); DROP FUNCTION IF EXISTS md5(text);",
        "SELECT app.md5(x), t.sha1, md5, @sha1(x) FROM t;",
        "COPY t (a) FROM stdin;\nmd5(x)\tsha1('y')\n\\.\nSELECT 1;",
        "UPDATE t SET password_encryption = 'md5', block_encryption_mode = 'aes-128-ecb';",
        "SELECT encrypt(a), encrypt(a, b), digest(a), crypt(a, b), password(a, b), hash(a), ORA_HASH(a);",
    ],
)
def test_what_only_looks_like_a_use_is_none(code: str) -> None:
    """Columns, tables, indexes, strings, comments, data and functions of other schemas are no uses."""
    assert found(code) == set()


def test_data_of_copy_ends_at_its_mark() -> None:
    """What follows a table's data is read again."""
    assert found("COPY t FROM stdin;\nit's md5(x)\n\\.\nSELECT md5('x');\n") == {(4, "MD5")}


def test_quotes_are_escaped_as_the_dialect_does() -> None:
    """A backslash escapes a quote in MySQL, and ends a string elsewhere."""
    mysql = "INSERT INTO `t` VALUES ('it\\'s', MD5('x'), 'sha1(x)');"
    tsql = "SELECT 'C:\\', HASHBYTES('MD5', 'sha1(x)\\');"
    assert (found(mysql), found(tsql)) == ({(1, "MD5")}, {(1, "MD5")})


def test_mysql_executes_some_comments() -> None:
    """Code in a versioned comment runs."""
    assert found("/*!50003 CREATE TRIGGER a SET NEW.h = SHA1(NEW.p) */;;\n/* SHA1(x) */") == {(1, "SHA-1")}


@pytest.mark.parametrize(
    "body",
    [
        "AS $$ SELECT digest($1, 'sha384') $$ LANGUAGE sql",
        "AS $x$ BEGIN RETURN digest(a, 'sha384'); END $x$ LANGUAGE plpgsql",
        "LANGUAGE sql AS 'SELECT digest($1, ''sha384'')'",
    ],
)
def test_bodies_of_functions_are_code(body: str) -> None:
    """A body written as a string is read like the rest, with quotes doubled or not."""
    assert found(f"CREATE FUNCTION f(text) RETURNS bytea {body};") == {(1, "SHA-384")}


def test_function_of_the_script_is_not_the_databases() -> None:
    """What a script defines under a known name is its own; the use is in the body."""
    code = "CREATE FUNCTION sha1(t text) RETURNS text AS $$ SELECT digest($1, 'md5') $$;\nSELECT public.sha1('x');"
    assert found(code) == {(1, "MD5")}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("DECLARE @a char(8) = 'MD5'; SELECT HASHBYTES(@a, x);", {"MD5"}),
        ("DECLARE @a char(8)\nSET @a = 'SHA2' + '_512'\nSELECT HASHBYTES(@a, x)", {"SHA-512"}),
        ("SET @a = 'MD5'\nSET @a = @b\nSELECT HASHBYTES(@a, x)", set()),
        ("SELECT HASHBYTES(UPPER('sha1'), x)", {"SHA-1"}),
        ("SELECT digest(x, CAST('sha256' AS text)), digest(x, 'sha512'::text)", {"SHA-256", "SHA-512"}),
        ("SELECT digest(x, 'sha' || '224')", {"SHA-224"}),
        ("SELECT digest(x, t.sha256), digest(x, sha512) FROM t", set()),
    ],
)
def test_algorithm_is_read_through_expressions(code: str, expected: set[str]) -> None:
    """Variables, casts and joined strings are followed; a column is not an algorithm."""
    assert {name for _, name in found(code)} == expected


def test_variable_of_one_routine_is_not_seen_by_another() -> None:
    """Two routines with a variable of the same name do not lend each other their values."""
    code = (
        "FUNCTION f RETURN RAW IS a INT := DBMS_CRYPTO.HASH_MD5;\nBEGIN RETURN dbms_crypto.hash(x, a); END;\n"
        "FUNCTION g RETURN RAW IS a INT := DBMS_CRYPTO.HASH_SH512;\nBEGIN RETURN dbms_crypto.hash(x, a); END;\n"
        "FUNCTION h RETURN RAW IS\nBEGIN RETURN dbms_crypto.hash(x, a); END;\n"
    )
    assert found(code) == {(2, "MD5"), (4, "SHA-512")}


def test_default_of_a_parameter_is_less_sure() -> None:
    """A caller may pass another algorithm than the default."""
    code = "FUNCTION f(a INT := dbms_crypto.hash_sh256) RETURN RAW IS BEGIN RETURN dbms_crypto.hash(x, a); END;"
    (finding,) = (f for f in results(code) if isinstance(f, Finding))
    assert (algorithms.name(finding.asset), finding.confidence < 0.95) == ("SHA-256", True)


@pytest.mark.parametrize(
    ("typ", "expected"),
    [
        ("DBMS_CRYPTO.ENCRYPT_AES256 + DBMS_CRYPTO.CHAIN_CBC + DBMS_CRYPTO.PAD_PKCS5", {"AES-256-CBC"}),
        ("sys.dbms_crypto.encrypt_3des + sys.dbms_crypto.chain_ecb", {"3DES-ECB"}),
        ("dbms_crypto.aes_cbc_pkcs5", {"AES-CBC"}),
        ("DBMS_CRYPTO.ENCRYPT_AES128", {"AES-128"}),
        ("4360", {"AES-256-CBC"}),
        ("8 + 768 + 4096", {"AES-256-ECB"}),
        ("p_typ", set()),
    ],
)
def test_cipher_of_oracle_is_a_sum(typ: str, expected: set[str]) -> None:
    """Cipher, chaining and padding are constants added up, or the numbers behind them."""
    assert {name for _, name in found(f"BEGIN y := DBMS_CRYPTO.ENCRYPT(x, {typ}, k); END;")} == expected


def test_setting_holds_for_what_follows() -> None:
    """AES_ENCRYPT is what the session last set; before that the server decides."""
    code = (
        "SELECT AES_ENCRYPT(a, k);\nSET SESSION block_encryption_mode = 'aes-192-cbc';\nSELECT AES_ENCRYPT(a, k);\n"
        "SET @m = 'aes-256-ofb', @@block_encryption_mode = @m;\nSELECT AES_DECRYPT(a, k);\n"
    )
    expected = {(1, "AES"), (2, "AES-192-CBC"), (3, "AES-192-CBC"), (4, "AES-256-OFB"), (5, "AES-256-OFB")}
    assert found(code) == expected


def test_key_is_known_by_its_name() -> None:
    """What encrypts with a named key is known where the script makes that key."""
    code = (
        "CREATE SYMMETRIC KEY [K] WITH ALGORITHM = TRIPLE_DES ENCRYPTION BY PASSWORD = 'x'\nGO\n"
        "SELECT ENCRYPTBYKEY(KEY_GUID('K'), a), ENCRYPTBYKEY(KEY_GUID('Other'), a)"
    )
    assert found(code) == {(1, "3DES"), (3, "3DES")}


def test_statement_without_semicolon_ends_where_the_next_begins() -> None:
    """The algorithm of one key is not taken for that of the key before it."""
    code = (
        "CREATE SYMMETRIC KEY a FROM PROVIDER p\nCREATE SYMMETRIC KEY b WITH ALGORITHM = AES_256\n"
        "SELECT ENCRYPTBYKEY(KEY_GUID('a'), x)"
    )
    assert found(code) == {(2, "AES-256")}


def test_unread_algorithm_is_said() -> None:
    """A hash whose algorithm comes from outside, and a cipher that the server's version decides, are named."""
    code = "SELECT HASHBYTES(@outside, x);\nSELECT ENCRYPTBYPASSPHRASE(p, x);\n"
    said = [(d.skip, d.line) for d in results(code) if isinstance(d, Diagnostic)]
    assert said == [(Skip.UNRESOLVED, 1), (Skip.UNRESOLVED, 2)]


def test_nothing_of_a_script_but_names_is_printed() -> None:
    """Passwords and keys in a script do not reach the result."""
    code = "CREATE USER a IDENTIFIED WITH mysql_native_password BY 'hunter2'; SELECT AES_ENCRYPT('hunter2', k);"
    assert found(code) == {(1, "SHA-1"), (1, "AES")}
    assert "hunter2" not in repr(results(code))
