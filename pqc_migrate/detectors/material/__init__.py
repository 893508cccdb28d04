"""Keys and certificates, read from their own bytes.

`armor` takes PEM blocks out of any text; `structures` tells what a DER structure is; `certificates`, `keys` and
`identifiers` read it with the element reader `der` (`ber` makes DER of BER). `cms`, `pkcs12` and `bcfks` read
containers, `openssh`, `openpgp`, `age` and `java_objects` encodings of their own. The detectors are one module a
place or notation. No secret leaves `keys`: a private key is known by its public half.
"""

from collections.abc import Iterator
from dataclasses import replace

from pqc_migrate.detectors.material import (
    age_files,
    base64_der,
    binary,
    java_store_files,
    jwk,
    kdbx,
    minisign,
    nss,
    openpgp_files,
    openssh_blobs,
    pem,
    putty,
    xml_keys,
)
from pqc_migrate.detectors.material.item import is_key_file
from pqc_migrate.detectors.registry import Detector


def _by_kind_of_file(detector: Detector) -> Iterator[Detector]:
    """Ask in key files and elsewhere apart: a source file is not parsed because the key inside it is."""
    yield replace(detector, wants=lambda file: is_key_file(file) and detector.wants(file))
    yield replace(
        detector,
        name=f"{detector.name}-embedded",
        wants=lambda file: not is_key_file(file) and detector.wants(file),
        parses=False,
    )


DETECTORS: tuple[Detector, ...] = (
    *_by_kind_of_file(pem.DETECTOR),
    binary.DETECTOR,
    java_store_files.DETECTOR,
    openpgp_files.DETECTOR,
    putty.DETECTOR,
    nss.DETECTOR,
    jwk.DETECTOR,
    base64_der.DETECTOR,
    xml_keys.DETECTOR,
    age_files.DETECTOR,
    kdbx.DETECTOR,
    minisign.DETECTOR,
    *_by_kind_of_file(openssh_blobs.DETECTOR),
)
