"""Dependency manifests and lock files: which cryptographic libraries a product is built from.

`dependency` says what an entry is and makes findings of those that `catalog/packages.toml` lists; `places` finds
names in TOML and JSON; `requirement` reads Python's version specifiers. Every other module reads the files of one
tool. Nothing is resolved over a network, and no build script is run.
"""

from pqc_migrate.detectors.manifests import (
    apk,
    dpkg,
    go_mod,
    gradle,
    maven,
    npm,
    pip_requirements,
    pyproject,
    python_locks,
    rpm,
    setuptools_files,
)
from pqc_migrate.detectors.registry import Detector

DETECTORS: tuple[Detector, ...] = (
    pip_requirements.DETECTOR,
    pyproject.PYPROJECT,
    pyproject.PIPFILE,
    setuptools_files.SETUP_CFG,
    setuptools_files.SETUP_PY,
    python_locks.TOML_LOCK,
    python_locks.PIPFILE_LOCK,
    npm.PACKAGE_JSON,
    npm.PACKAGE_LOCK,
    npm.YARN_LOCK,
    npm.PNPM_LOCK,
    maven.POM,
    gradle.GRADLE,
    gradle.GRADLE_CATALOG,
    go_mod.GO_MOD,
    dpkg.DPKG,
    apk.APK,
    rpm.RPM,
)
