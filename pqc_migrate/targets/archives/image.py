"""Container images: `docker save` archives and OCI layouts (image-spec v1.1), their layers applied.

Layers are read from the last to the first. A file counts when no later layer holds it, removes it with a whiteout
(``.wh.name``), hides all that was in its folder (``.wh..wh..opq``) or puts something else than a folder in its way:
what counts is what a container of the image sees. Files of earlier layers that do not count still ship with the
image; they stand at their place inside the layer's own file, marked with the layer that hides them.
"""

from __future__ import annotations

import io
import json
import os
import posixpath
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives import kinds, streams, tars
from pqc_migrate.targets.archives.member import INSIDE, BadArchive, Budget, Member, place
from pqc_migrate.targets.limits import MIB

OCI_LAYOUT = "oci-layout"
_INDEX = "index.json"
_DOCKER_MANIFEST = "manifest.json"
_LARGEST_DOCUMENT = 4 * MIB
_MOST_IMAGES = 64
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_INDEX_TYPES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)

Blob = Callable[[str], BinaryIO | None]
"""Open a file of the layout by its name there; None when there is none."""
Found = Iterator[Member | Diagnostic]


@dataclass(frozen=True, slots=True)
class _Image:
    name: str
    """What tells it from the others in the same archive: a tag or a platform."""
    layers: tuple[str, ...]
    """Names of the layers' files, from the first to the last."""
    config: str = ""
    """Name of the file that says what variables a container gets, what it runs and how the image was made."""


def of_archive(file: BinaryIO, path: str, budget: Budget) -> Found | None:
    """Yield what the images in a tar archive hold; None when it holds none and is read as any other archive."""
    places = {}
    for info, _ in tars.entries(file):
        budget.member()
        if info.isreg():
            places[posixpath.normpath(info.name)] = (info.offset_data, info.size)
    if _DOCKER_MANIFEST not in places and not {OCI_LAYOUT, _INDEX} <= places.keys():
        file.seek(0)
        return None

    def blob(name: str) -> BinaryIO | None:
        found = places.get(posixpath.normpath(name))
        return _part(file, *found) if found is not None else None

    images = _images(blob)
    file.seek(0)
    return _files(images, blob, path, budget) if images else None


def of_folder(folder: str, path: str, budget: Budget) -> Found:
    """Yield what the images of an OCI layout on the disk hold; `BadArchive` when there is none."""

    def blob(name: str) -> BinaryIO | None:
        inside = os.path.join(folder, *name.split("/"))
        if ".." in name.split("/") or os.path.islink(inside) or not os.path.isfile(inside):
            return None
        return open(inside, "rb")

    images = _images(blob)
    if not images:
        raise BadArchive("an OCI layout without an image that can be read")
    yield from _files(images, blob, path, budget)


def _images(blob: Blob) -> list[_Image]:
    index = _document(blob, _INDEX)
    found = list(_of_index(blob, index, 0)) if isinstance(index, dict) else []
    if not found:
        manifest = _document(blob, _DOCKER_MANIFEST)
        for record in manifest if isinstance(manifest, list) else ():
            if isinstance(record, dict) and isinstance(record.get("Layers"), list):
                tags = record.get("RepoTags")
                name = str(tags[0]) if isinstance(tags, list) and tags else ""
                found.append(_Image(name, tuple(map(str, record["Layers"])), str(record.get("Config", ""))))
    return found[:_MOST_IMAGES]


def _of_index(blob: Blob, index: Mapping[str, Any], depth: int) -> Iterator[_Image]:
    manifests = index.get("manifests")
    for record in manifests if isinstance(manifests, list) else ():
        if not isinstance(record, dict) or "attestation-manifest" in json.dumps(record.get("annotations", {})):
            continue
        document = _document(blob, _blob_name(record))
        if not isinstance(document, dict):
            continue
        if record.get("mediaType") in _INDEX_TYPES or "manifests" in document:
            if depth == 0:
                yield from _of_index(blob, document, depth + 1)
        elif isinstance(document.get("layers"), list):
            layers = tuple(_blob_name(layer) for layer in document["layers"] if isinstance(layer, dict))
            config = document.get("config")
            yield _Image(_platform(record), layers, _blob_name(config) if isinstance(config, dict) else "")


def _platform(record: Mapping[str, Any]) -> str:
    platform = record.get("platform")
    if isinstance(platform, dict):
        return "-".join(str(platform[key]) for key in ("os", "architecture", "variant") if key in platform)
    annotations = record.get("annotations")
    names = annotations if isinstance(annotations, dict) else {}
    return str(names.get("org.opencontainers.image.ref.name", ""))


def _blob_name(record: Mapping[str, Any]) -> str:
    algorithm, _, digest = str(record.get("digest", "")).partition(":")
    return f"blobs/{algorithm}/{digest}"


def _document(blob: Blob, name: str) -> Any:
    file = blob(name)
    if file is None:
        return None
    with file:
        try:
            return json.loads(file.read(_LARGEST_DOCUMENT))
        except (ValueError, RecursionError):
            return None


def _files(images: list[_Image], blob: Blob, path: str, budget: Budget) -> Found:
    for number, image in enumerate(images):
        inside = path
        if len(images) > 1:
            label = visible(image.name).replace("/", "_") or str(number)
            inside = f"{path}{INSIDE}{label}"
        yield from _configuration(image, blob, inside, budget)
        yield from _effective(image, blob, inside, budget)


def _configuration(image: _Image, blob: Blob, path: str, budget: Budget) -> Found:
    """Yield the image's configuration, which is no file of a container; it belongs to no layer."""
    file = blob(image.config) if image.config else None
    if file is None:
        return
    budget.member()
    with file:
        data = file.read(_LARGEST_DOCUMENT)
    try:
        yield Member(place(path, image.config), len(data), io.BytesIO(data).read)
    except BadArchive as error:
        yield Diagnostic(path, Skip.HOSTILE, str(error))


@dataclass(slots=True)
class _Later:
    """What the layers above the one that is read hold, each name with the digest of the lowest such layer."""

    files: dict[str, str] = field(default_factory=dict)
    """Everything but folders."""
    folders: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    opaque: dict[str, str] = field(default_factory=dict)

    def hides(self, name: str) -> str:
        """Return which layer keeps a file of an earlier layer from being seen; empty when none does."""
        if layer := self.files.get(name) or self.folders.get(name) or self.removed.get(name):
            return layer
        while name := posixpath.dirname(name):
            if layer := self.files.get(name) or self.removed.get(name) or self.opaque.get(name):
                return layer
        return self.opaque.get("", "")

    def add(self, other: _Later) -> None:
        for name in ("files", "folders", "removed", "opaque"):
            getattr(self, name).update(getattr(other, name))


def _effective(image: _Image, blob: Blob, path: str, budget: Budget) -> Found:
    later = _Later()
    hidden = 0
    for name in reversed(image.layers):
        digest = _digest(name)
        own = _Later()
        try:
            for info, archive in _headers(blob(name), budget):
                budget.member()
                inner = posixpath.normpath(info.name).lstrip("/")
                if inner == "." or _is_mark(own, inner, digest):
                    continue
                (own.folders if info.isdir() else own.files)[inner] = digest
                if not info.isreg():
                    continue
                hidden_by = later.hides(inner)
                hidden += bool(hidden_by)
                shown = f"{path}{INSIDE}{visible(name)}" if hidden_by else path
                yield _member(shown, info, archive, digest, hidden_by)
        except BadArchive as error:
            yield Diagnostic(path, Skip.MALFORMED, f"the layer {digest}: {error}")
        later.add(own)
    if hidden:
        message = (
            f"{hidden} files of earlier layers are replaced or removed by later ones and still ship with the "
            "image; only keys and certificates were looked for in them"
        )
        yield Diagnostic(path, Skip.EXCLUDED, message)


def _headers(file: BinaryIO | None, budget: Budget) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    if file is None:
        raise BadArchive("not in the archive")
    with file:
        yield from tars.entries(_unpacked(file, budget))


def _is_mark(own: _Later, name: str, digest: str) -> bool:
    """Note a whiteout; whether the entry was one."""
    folder, base = posixpath.split(name)
    if base == _OPAQUE:
        own.opaque[folder] = digest
    elif base.startswith(_WHITEOUT):
        own.removed[posixpath.join(folder, base[len(_WHITEOUT) :])] = digest
    else:
        return False
    return True


def _member(
    path: str, info: tarfile.TarInfo, archive: tarfile.TarFile, digest: str, hidden_by: str
) -> Member | Diagnostic:
    try:
        where = place(path, info.name.lstrip("/"))
        return Member(where, info.size, tars.Reader(archive, info), digest, hidden_by)
    except BadArchive as error:
        return Diagnostic(path, Skip.HOSTILE, str(error))


def _digest(name: str) -> str:
    """Return what a layer is known by: its digest, else the folder that `docker save` gave it."""
    parts = name.split("/")
    if parts[0] == "blobs" and len(parts) == 3:
        return visible(f"{parts[1]}:{parts[2]}")
    return visible(parts[0].removesuffix(".tar"))


def _unpacked(file: BinaryIO, budget: Budget) -> BinaryIO:
    name = kinds.kind(file.read(kinds.LONGEST_MAGIC))
    file.seek(0)
    plain = streams.DECOMPRESSORS[name](file) if name in streams.DECOMPRESSORS else file
    return cast(BinaryIO, streams.Forward(plain, budget))


def _part(file: BinaryIO, start: int, size: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Part(file, start, size), 1 << 16))


class _Part(io.RawIOBase):
    """Some bytes of a file as a file of their own; the outer one stays open when this one is closed."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._at)
        data = self._file.read(min(len(buffer), max(0, self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
