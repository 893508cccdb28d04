"""Real TLS 1.3 handshakes in memory: client and server in one process, without sockets.

catalog → `certificates` (and `sm2`) → `endpoints` → `exchange` → `inspect` → `check` → `network` → `part`.
Everything of TLS is OpenSSL's, as the packages `cryptography` and `pyOpenSSL` carry and call it.
"""
