"""pyOpenSSL, and the few functions of OpenSSL that it has no method for.

NOTE: groups, and seeing a handshake's messages, have no public interface in pyOpenSSL 26.4. They are reached
through `OpenSSL._util.lib`, the cffi binding that `cryptography` ships; each function is looked for before it is
used, so that another version says what it lacks instead of failing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pqc_migrate.errors import ProviderUnavailable

HANDSHAKE = 22
"""Content type of handshake messages (RFC 8446 section 5.1)."""
_GROUPS = "SSL_CTX_set1_curves_list"
_GROUP_NAME = "SSL_get0_group_name"
_MESSAGES = "SSL_CTX_set_msg_callback"
_CALLBACK = "void(int, int, int, void *, size_t, SSL *, void *)"

Seen = Callable[[bool, int, bytes], None]
"""Called with whether this side sent it, the content type and the bytes."""


class Binding:
    """pyOpenSSL as installed here; `ProviderUnavailable` when it is missing or lacks what handshakes need."""

    def __init__(self) -> None:
        try:
            self.ssl: Any = importlib.import_module("OpenSSL.SSL")
            util: Any = importlib.import_module("OpenSSL._util")
            self._lib: Any = util.lib
            self._ffi: Any = util.ffi
        except (ImportError, AttributeError) as error:
            said = (
                f"pyOpenSSL is not installed, or another than known here ({error}): TLS handshakes are not measured"
            )
            raise ProviderUnavailable(said, "pip install 'pqc-migrate[bench]'") from error
        missing = [name for name in (_GROUPS, _GROUP_NAME, _MESSAGES) if not hasattr(self._lib, name)]
        if missing:
            said = f"pyOpenSSL {_version()} gives no access to {', '.join(missing)}"
            raise ProviderUnavailable(
                f"{said}: TLS handshakes are not measured", "pip install --upgrade pyOpenSSL cryptography"
            )

        self._seen: Seen | None = None
        # Connections keep its address when they are made, so it must outlive them all.
        self._callback = self._ffi.callback(_CALLBACK, self._on_message)

    @property
    def library(self) -> str:
        """Version of OpenSSL, and what it was called through."""
        openssl = self.ssl.OpenSSL_version(self.ssl.OPENSSL_VERSION).decode("ascii", "replace")
        return f"{openssl} of cryptography, through pyOpenSSL {_version()}"

    def context(self) -> Any:
        """Return a context for TLS 1.3 and nothing else."""
        context = self.ssl.Context(self.ssl.TLS_METHOD)
        context.set_min_proto_version(self.ssl.TLS1_3_VERSION)
        context.set_max_proto_version(self.ssl.TLS1_3_VERSION)
        return context

    def set_groups(self, context: Any, names: str) -> None:
        """Allow these groups (OpenSSL's names, joined by colons); `ProviderUnavailable` when one is unknown."""
        if self._lib.SSL_CTX_set1_curves_list(context._context, names.encode()) != 1:
            self._lib.ERR_clear_error()
            raise ProviderUnavailable(f"{self.library} has no group {names.replace(':', ' or ')}")

    def set_suites(self, context: Any, names: str) -> None:
        """Allow these cipher suites; `ProviderUnavailable` when one is unknown."""
        try:
            context.set_tls13_ciphersuites(names.encode())
        except self.ssl.Error as error:
            raise ProviderUnavailable(f"{self.library} has no cipher suite {names}") from error

    def group_name(self, connection: Any) -> str:
        """Return the group that was negotiated, as OpenSSL names it."""
        name = self._lib.SSL_get0_group_name(connection._ssl)
        return self._ffi.string(name).decode("ascii", "replace") if name else ""

    @contextmanager
    def watched(self, context: Any, seen: Seen) -> Iterator[None]:
        """Show `seen` every message of the connections that are made from `context` meanwhile, decrypted."""
        self._seen = seen
        self._lib.SSL_CTX_set_msg_callback(context._context, self._callback)
        try:
            yield
        finally:
            self._lib.SSL_CTX_set_msg_callback(context._context, self._ffi.NULL)
            self._seen = None

    def _on_message(self, sent: int, _: int, kind: int, data: Any, length: int, *__: Any) -> None:
        if self._seen is not None:
            self._seen(bool(sent), kind, bytes(self._ffi.buffer(data, length)))


def _version() -> str:
    package: Any = importlib.import_module("OpenSSL")
    return str(getattr(package, "__version__", "of an unknown version"))
