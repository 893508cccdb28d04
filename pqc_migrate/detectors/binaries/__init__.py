"""Programs and libraries as they are shipped: what they link, import, hold and call.

`image` reads the formats of executables, `functions` says what a function's name proves, `versions` finds the texts
of libraries that were linked in. Nothing is executed.
"""

from pqc_migrate.detectors.binaries import (
    constants,
    dex,
    dotnet,
    go_build,
    instructions,
    java_class,
    native,
    rust_crates,
    versions,
)
from pqc_migrate.detectors.registry import Detector

DETECTORS: tuple[Detector, ...] = (
    native.DETECTOR,
    versions.DETECTOR,
    dex.DETECTOR,
    dotnet.DETECTOR,
    go_build.DETECTOR,
    rust_crates.DETECTOR,
    constants.DETECTOR,
    instructions.DETECTOR,
    java_class.DETECTOR,
)
