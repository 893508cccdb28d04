"""Concrete steps: which place gets which, and that their snippets are what the products take."""

import re
import shutil
import socket
import subprocess
from datetime import date
from pathlib import Path

import pytest

from pqc_migrate.catalog.steps import StepRecord, step_for, steps
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Coverage, Finding, Kind, Location, Technique
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.plan_codes import Axis, Verdict
from pqc_migrate.plan.build import make_plan
from pqc_migrate.report.texts import load

X25519 = Asset.of(Kind.ALGORITHM, "X25519")
ED25519 = Asset.of(Kind.ALGORITHM, "Ed25519")
OPENSSH = Asset.of(
    Kind.LIBRARY, "openssh-server", version="1:8.4p1-5", purl="pkg:deb/debian/openssh-server@8.4p1-5"
)


def finding(asset: Asset, rule: str, path: str, line: int = 1, *functions: str) -> Finding:
    return Finding(rule, asset, Location(path, line), Technique.CONFIG, 0.9, "directive", functions=functions)


def plan(*findings: Finding) -> MigrationPlan:
    return make_plan([merge(findings, Coverage(), "site")], None, None, (), date(2026, 11, 24))


def record(name: str) -> StepRecord:
    return next(step for step in steps() if step.id == name)


def test_a_place_gets_the_change_of_the_product_that_stands_there() -> None:
    """With every place of the system in one row, the product's version and what is found of it."""
    made = plan(
        finding(X25519, "openssh/kex-algorithms", "etc/ssh/sshd_config", 3),
        finding(X25519, "openssh/kex-algorithms", "other/sshd_config", 7),
        finding(ED25519, "openssh/host-key-algorithms", "etc/ssh/sshd_config", 4),
        finding(OPENSSH, "dpkg/package", "var/lib/dpkg/status", 1),
    )
    (step,) = made.steps
    places = {row.id: f"{row.path}:{row.line}" for row in made.evidence}
    assert step.step == "openssh-kex"
    assert [places[ref] for ref in step.evidence] == ["etc/ssh/sshd_config:3", "other/sshd_config:7"]
    assert step.after.startswith("KexAlgorithms mlkem768x25519-sha256,")
    assert (step.product, step.found_versions, step.verdict) == ("openssh", ("1:8.4p1-5",), Verdict.FAIL)
    (system,) = made.systems
    assert system.steps == (step.id,)
    assert system.without_step == 1, "the host key has no change in words"


def test_what_protects_something_else_gets_another_change_or_none() -> None:
    """The axis decides beside the rule."""
    kem, signature = (
        step_for("cryptography/x25519-generate", Axis.CONFIDENTIALITY),
        step_for("cryptography/ed25519-sign", Axis.SIGNATURE),
    )
    assert kem is not None
    assert signature is not None
    assert (kem.id, signature.id) == ("pyca-mlkem", "pyca-mldsa")
    assert step_for("openssh/kex-algorithms", Axis.SIGNATURE) is None
    assert step_for("anything/else", Axis.BOTH) is None


def test_rules_of_libraries_that_steps_name_exist() -> None:
    """A rule that was renamed would silently lose its step."""
    folder = Path(step_for.__code__.co_filename).parent / "libraries"
    known = {
        f"{path.stem}/{identifier}"
        for path in folder.rglob("*.toml")
        for identifier in re.findall(r'^id = "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    configured = ("openssh/", "nginx/", "apache/", "haproxy/", "openssl-cnf/", "java-security/")
    for step in steps():
        for prefix in step.rules:
            if not prefix.startswith(configured):
                assert any(rule.startswith(prefix) for rule in known), f"{step.id}: {prefix}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_has_its_sentence(lang: str) -> None:
    """In both languages."""
    texts = load(lang)
    assert all(f"steps.{step.id}" in texts for step in steps())


@pytest.mark.parametrize("name", ["pyca-mlkem", "pyca-mldsa"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_python_snippets_run(name: str, side: str) -> None:
    """As they stand, with the `cryptography` that is installed."""
    exec(getattr(record(name), side), {"message": b"m"})


OPENSSL = shutil.which("openssl")
HYBRID = "X25519MLKEM768:"


def openssl_knows_hybrids() -> bool:
    if OPENSSL is None:
        return False
    listed = subprocess.run([OPENSSL, "list", "-kem-algorithms"], capture_output=True, text=True, check=False)
    return "X25519MLKEM768" in listed.stdout


def fitting(snippet: str) -> str:
    """The snippet, without the hybrid where the machine's OpenSSL does not know it: then its syntax is checked."""
    return snippet if openssl_knows_hybrids() else snippet.replace(HYBRID, "")


def certificate(folder: Path) -> Path:
    assert OPENSSL is not None
    pem = folder / "server.pem"
    key = folder / "key.pem"
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=t"]
    subprocess.run([OPENSSL, *command, "-keyout", key, "-out", pem], check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + key.read_bytes())
    return pem


def program(*names: str) -> str:
    found = next(
        (path for name in names if (path := shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin"))), None
    )
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found


def accepted(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("side", ["before", "after"])
def test_nginx_takes_its_snippets(tmp_path: Path, side: str) -> None:
    """``nginx -t``."""
    nginx, pem = program("nginx"), certificate(tmp_path)
    snippet = fitting(getattr(record("nginx-groups"), side))
    server = f"server {{ listen 127.0.0.1:45679 ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; {snippet} }}"
    path = tmp_path / "nginx.conf"
    path.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {server} }}")
    accepted(nginx, "-t", "-c", path, "-p", tmp_path)


@pytest.mark.parametrize("side", ["before", "after"])
def test_haproxy_takes_its_snippets(tmp_path: Path, side: str) -> None:
    """``haproxy -c``."""
    haproxy, pem = program("haproxy"), certificate(tmp_path)
    snippet = fitting(getattr(record("haproxy-curves"), side))
    path = tmp_path / "haproxy.cfg"
    path.write_text(
        f"global\n  {snippet}\ndefaults\n  mode http\n  timeout connect 1s\n"
        f"  timeout client 1s\n  timeout server 1s\nfrontend f\n  bind 127.0.0.1:45679 ssl crt {pem}\n"
    )
    accepted(haproxy, "-c", "-f", path)


@pytest.mark.parametrize("side", ["before", "after"])
def test_apache_takes_its_snippets(tmp_path: Path, side: str) -> None:
    """``apache2 -t``."""
    apache, pem = program("apache2", "httpd"), certificate(tmp_path)
    modules = Path("/usr/lib/apache2/modules")
    loaded = "".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "socache_shmcb", "ssl")
        if (modules / f"mod_{name}.so").exists()
    )
    snippet = fitting(getattr(record("apache-groups"), side))
    path = tmp_path / "httpd.conf"
    path.write_text(
        f"ServerRoot {tmp_path}\nServerName t\nPidFile {tmp_path}/pid\nErrorLog {tmp_path}/log\n{loaded}"
        f"Listen 127.0.0.1:1\nSSLEngine on\nSSLCertificateFile {pem}\n{snippet}\n"
    )
    accepted(apache, "-t", "-f", path)


@pytest.mark.parametrize("side", ["before", "after"])
def test_sshd_takes_its_snippets(tmp_path: Path, side: str) -> None:
    """``sshd -t``; key exchanges that this version does not have are left out of what is checked."""
    sshd, keygen = program("sshd"), program("ssh-keygen")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    listed = subprocess.run(
        [program("ssh"), "-Q", "kex"], capture_output=True, text=True, check=True
    ).stdout.split()
    keyword, _, names = getattr(record("openssh-kex"), side).partition(" ")
    kept = [name for name in names.split(",") if name in listed]
    assert kept
    path = tmp_path / "sshd_config"
    path.write_text(f"HostKey {tmp_path}/key\n{keyword} {','.join(kept)}\n")
    done = subprocess.run([sshd, "-t", "-f", path], capture_output=True, text=True, check=False)
    if "privilege separation" in done.stderr.lower():
        pytest.skip(f"sshd cannot check here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


def negotiates_x25519(groups: str, folder: Path) -> bool:
    """Whether a server with these groups in its configuration accepts a client that offers X25519 alone."""
    openssl, pem = program("openssl"), certificate(folder)
    path = folder / "openssl.cnf"
    path.write_text(f"openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n{groups}\n")
    environment = {"OPENSSL_CONF": str(path), "PATH": "/usr/bin:/bin"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    serve = [openssl, "s_server", "-accept", address, "-cert", pem, "-naccept", "1"]
    with subprocess.Popen(serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as server:
        assert server.stdout is not None
        while server.stdout.readline().strip() not in (b"ACCEPT", b""):
            pass
        ask = [openssl, "s_client", "-connect", address, "-groups", "X25519", "-brief"]
        done = subprocess.run(ask, input=b"", capture_output=True, check=False, timeout=60)
        server.kill()
    return done.returncode == 0


def test_openssl_takes_its_snippets_and_passes_over_a_line_it_does_not_know(tmp_path: Path) -> None:
    """So the step says: update the library first, and prove what is negotiated."""
    step = record("openssl-conf-groups")
    assert negotiates_x25519(fitting(step.before), tmp_path)
    assert negotiates_x25519(fitting(step.after), tmp_path)
    assert not negotiates_x25519("Groups = P-384", tmp_path), "the line has an effect"
    assert negotiates_x25519("Groups = nonsense:P-384", tmp_path), "and none with an unknown name in it"
