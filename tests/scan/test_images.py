"""A container image gives what its effective folder gives, in any of its forms, and names the layer."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Role, Skip
from pqc_migrate.scan import ScanResult, scan

MD5 = b"import hashlib\nhashlib.md5(b'')\n"
SSHD = "etc/ssh/sshd_config"
LOWER = {
    SSHD: b"Ciphers 3des-cbc\n",
    "etc/ssh/ssh_config": b"Ciphers aes256-ctr\n",
    "opt/app/a.py": MD5,
    "opt/old/b.py": b"import hashlib\nhashlib.sha1(b'')\n",
    "srv/gone.py": b"import hashlib\nhashlib.sha224(b'')\n",
    "var/dir/c.py": b"import hashlib\nhashlib.sha512(b'')\n",
}
UPPER = {
    SSHD: b"Ciphers aes128-gcm@openssh.com\n",
    "opt/old/.wh..wh..opq": b"",
    "opt/old/d.py": b"import hashlib\nhashlib.sha384(b'')\n",
    "srv/.wh.gone.py": b"",
    "var/dir": b"now a file",
}
EFFECTIVE = {
    SSHD: UPPER[SSHD],
    "etc/ssh/ssh_config": LOWER["etc/ssh/ssh_config"],
    "opt/app/a.py": LOWER["opt/app/a.py"],
    "opt/old/d.py": UPPER["opt/old/d.py"],
    "var/dir": UPPER["var/dir"],
}


def tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def docker_save(layers: list[bytes]) -> dict[str, bytes]:
    names = [f"{digest(layer)}/layer.tar" for layer in layers]
    manifest = [{"Config": "c.json", "RepoTags": ["bank/app:1"], "Layers": names}]
    return {
        **dict(zip(names, layers, strict=True)),
        "c.json": b"{}",
        "manifest.json": json.dumps(manifest).encode(),
    }


def oci(layers: list[bytes], platforms: tuple[str, ...] = ("amd64",)) -> dict[str, bytes]:
    layers = [gzip.compress(layer, mtime=0) for layer in layers]
    blobs = {f"blobs/sha256/{digest(layer)}": layer for layer in layers}
    manifest = {"schemaVersion": 2, "layers": [{"digest": f"sha256:{digest(layer)}"} for layer in layers]}
    data = json.dumps(manifest).encode()
    blobs[f"blobs/sha256/{digest(data)}"] = data
    records = [
        {"digest": f"sha256:{digest(data)}", "platform": {"os": "linux", "architecture": name}}
        for name in platforms
    ]
    index = json.dumps({"schemaVersion": 2, "manifests": records}).encode()
    return {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": index, **blobs}


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def pem_key() -> bytes:
    """Return a new private key on P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def claims(result: ScanResult) -> set[tuple[str, int, str, tuple[tuple[str, str], ...]]]:
    return {
        (one.location.path.rpartition("!/")[2], one.location.line, one.asset.family, one.asset.parameters)
        for one in result.findings
    }


FORMS: dict[str, Callable[[Path, list[bytes]], Path]] = {
    "docker-save": lambda root, layers: write(root, {"i.tar": tar(docker_save(layers))}) / "i.tar",
    "docker-save-gz": lambda root, layers: FORMS["docker-save"](
        root, [gzip.compress(one, mtime=0) for one in layers]
    ),
    "oci-archive": lambda root, layers: write(root, {"i.tar": tar(oci(layers))}) / "i.tar",
    "oci-folder": lambda root, layers: write(root / "layout", oci(layers)),
    "folder-with-layout": lambda root, layers: write(root, {f"x/{k}": v for k, v in oci(layers).items()}),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_image_is_its_effective_folder(tmp_path: Path, form: str) -> None:
    """Later files replace earlier ones, whiteouts remove, opaque folders hide, a file hides a folder."""
    folder = scan([str(write(tmp_path / "rootfs", EFFECTIVE))])
    image = scan([str(FORMS[form](tmp_path / "image", [tar(LOWER), tar(UPPER)]))])
    assert len(folder.findings) == 4
    assert claims(image) == claims(folder)
    [note] = [said for said in image.coverage.skipped if said.skip is Skip.EXCLUDED]
    assert note.message.startswith("4 files of earlier layers")


def test_findings_name_their_layer(tmp_path: Path) -> None:
    """The digest of the layer that brought the file in."""
    layers = [tar(LOWER), tar(UPPER)]
    result = scan([str(FORMS["oci-archive"](tmp_path, layers))])
    [ssh] = [one for one in result.findings if one.location.path.endswith("/ssh_config")]
    [sshd] = [one for one in result.findings if one.location.path.endswith("/sshd_config")]
    packed = [f"sha256:{digest(gzip.compress(layer, mtime=0))}" for layer in layers]
    assert [dict(one.details)["layer"] for one in (ssh, sshd)] == packed


def test_what_an_image_is_configured_with_is_found_beside_its_files(tmp_path: Path) -> None:
    """Variables, commands and the steps that made it; none of them is a file of a container."""
    configuration = {
        "architecture": "amd64",
        "config": {"Env": ["JAVA_OPTS=-Djdk.tls.client.protocols=TLSv1.2"], "Cmd": ["node", "--tls-min-v1.3"]},
        "rootfs": {"type": "layers", "diff_ids": []},
        "history": [
            {"created_by": '/bin/sh -c #(nop)  CMD ["openssl" "genrsa" "1024"]'},
            {"created_by": 'RUN |1 A=b /bin/sh -c apt-get update && openssl genrsa -out "k.pem" 3072 # buildkit'},
        ],
    }
    files = docker_save([tar({"a.py": MD5})])
    files["c.json"] = json.dumps(configuration, indent=1).replace("&", "\\u0026").encode()
    result = scan([str(write(tmp_path, {"i.tar": tar(files)}) / "i.tar")])
    found = {(one.location.path, one.location.line, algorithms.name(one.asset)) for one in result.findings}
    assert found == {
        ("i.tar!/a.py", 2, "MD5"),
        ("i.tar!/c.json", 5, "TLSv1.2"),
        ("i.tar!/c.json", 9, "TLSv1.3"),
        ("i.tar!/c.json", 21, "RSA-3072"),
    }


@pytest.mark.parametrize("form", FORMS)
def test_keys_that_later_layers_hide_are_found_in_their_layer(tmp_path: Path, form: str) -> None:
    """Whoever has the image has them: removed, replaced, in a hidden folder, in a hidden archive."""
    gone, replaced, covered, packed = pem_key(), pem_key(), pem_key(), pem_key()
    lower = {
        "srv/gone.pem": gone,
        "srv/replaced.pem": replaced,
        "srv/dir/covered.pem": covered,
        "srv/packed.tar": tar({"packed.pem": packed}),
        "srv/gone.py": MD5,
    }
    upper = {
        "srv/.wh.gone.pem": b"",
        "srv/replaced.pem": b"nothing",
        "srv/dir/.wh..wh..opq": b"",
        "srv/.wh.packed.tar": b"",
        "srv/.wh.gone.py": b"",
    }
    result = scan([str(FORMS[form](tmp_path, [tar(lower), tar(upper)]))])
    names = ("srv/dir/covered.pem", "srv/gone.pem", "srv/packed.tar!/packed.pem", "srv/replaced.pem")
    assert {inner for one in result.findings for inner in names if one.location.path.endswith("!/" + inner)} == {
        *names
    }
    assert {one.role for one in result.findings} == {Role.HISTORICAL}
    layer, later = layers_of(form, [tar(lower), tar(upper)])
    assert {(dict(one.details)["layer"], dict(one.details)["hidden-by-layer"]) for one in result.findings} == {
        (layer, later)
    }


def test_a_hidden_key_that_the_image_shows_is_reported_once(tmp_path: Path) -> None:
    """A copy, or a file that a later layer only touches, is no second key."""
    key = pem_key()
    layers = [tar({"a.pem": key, "b.pem": key}), tar({".wh.a.pem": b"", "b.pem": key})]
    result = scan([str(FORMS["docker-save"](tmp_path, layers))])
    assert {one.location.path for one in result.findings} == {"i.tar!/b.pem"}
    assert {one.role for one in result.findings} == {Role.PRODUCTION}


def layers_of(form: str, layers: list[bytes]) -> list[str]:
    """Return what the layers are called in a form of an image."""
    if form == "docker-save":
        return [digest(layer) for layer in layers]
    packed = [digest(gzip.compress(layer, mtime=0)) for layer in layers]
    return packed if form == "docker-save-gz" else [f"sha256:{one}" for one in packed]


def test_several_platforms_stand_apart(tmp_path: Path) -> None:
    """Each under its own name."""
    layers = [tar({"a.py": MD5})]
    result = scan([str(write(tmp_path, {"i.tar": tar(oci(layers, ("amd64", "arm64")))}) / "i.tar")])
    assert [one.location.path for one in result.findings] == [
        "i.tar!/linux-amd64!/a.py",
        "i.tar!/linux-arm64!/a.py",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.json": b"[1, {}, {\"Layers\": 3}]", "a.py": MD5},
        {"manifest.json": b"{", "a.py": MD5},
        {"oci-layout": b"{}", "index.json": b'{"manifests": [{"digest": "sha256:../../x"}]}', "a.py": MD5},
    ],
)  # fmt: skip
def test_what_only_looks_like_an_image_is_an_archive(tmp_path: Path, files: dict[str, bytes]) -> None:
    """A manifest.json of something else changes nothing."""
    result = scan([str(write(tmp_path, {"i.tar": tar(files)}) / "i.tar")])
    assert [one.location.path for one in result.findings] == ["i.tar!/a.py"]


def test_missing_and_damaged_layers_are_said(tmp_path: Path) -> None:
    """The other layers are read all the same."""
    files = docker_save([tar({"a.py": MD5}), b"no tar at all"])
    files["manifest.json"] = files["manifest.json"].replace(b'"Layers": [', b'"Layers": ["gone/layer.tar", ')
    result = scan([str(write(tmp_path, {"i.tar": tar(files)}) / "i.tar")])
    assert [one.location.path for one in result.findings] == ["i.tar!/a.py"]
    assert {said.skip for said in result.coverage.skipped} == {Skip.MALFORMED}
