"""The user's cache folder: the fetched liboqs and the last benchmark of this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def user_folder() -> Path | None:
    """Return this program's folder in the user's cache (it may not exist yet), or None without a home."""
    try:
        return _base() / "pqc-migrate"
    except RuntimeError:  # no home folder can be determined
        return None


def _base() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):  # the XDG specification ignores relative paths
        return Path(given)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"
