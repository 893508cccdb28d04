"""Syntaxes of key and value: a document becomes leaves, whatever it is written in.

* `leaf`: what they all give, a key with its value and its place; `grammar`: how those with a grammar are parsed
* `yaml`, `json`, `toml`, `hcl`, `bicep`, `xml`, `ini`, `properties`, `lines`, `oracle_net`, `mqsc`, `erlang`:
  one reader each, `read(document)`
* `environment`: variables, whatever sets them
* `of`: a reader by the name that the catalog uses

None of them knows a product or an algorithm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pqc_migrate.detectors.config.document import Document
from pqc_migrate.detectors.config.syntax import (
    bicep,
    environment,
    erlang,
    hcl,
    ini,
    json,
    lines,
    mqsc,
    oracle_net,
    pairs,
    properties,
    toml,
    xml,
    yaml,
)
from pqc_migrate.detectors.config.syntax.leaf import Leaf

Read = Callable[[Document], Iterator[tuple[Leaf, ...]]]
"""One tuple of leaves for each document in the file; raises `leaf.Malformed`."""

READERS: Mapping[str, Read] = {
    "bicep": bicep.read,
    "container-yaml": environment.read_yaml,
    "dockerfile": environment.read_dockerfile,
    "environment": environment.read,
    "erlang": erlang.read,
    "hcl": hcl.read,
    "image-config": environment.read_image,
    "ini": ini.read,
    "ini-words": ini.read_words,
    "json": json.read,
    "lines": lines.read,
    "mqsc": mqsc.read,
    "oracle-net": oracle_net.read,
    "pairs": pairs.read,
    "properties": properties.read,
    "toml": toml.read,
    "xml": xml.read,
    "yaml": yaml.read,
}
"""Every syntax by the name that `catalog/settings/*.toml` gives it."""
