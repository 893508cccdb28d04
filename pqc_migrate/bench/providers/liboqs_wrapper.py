"""The operations as a Python program makes them: through the objects of liboqs-python, made once and used again.

They allocate and copy on every call, which the direct calls of `providers.liboqs` do not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from pqc_migrate.bench.native import Liboqs
from pqc_migrate.bench.scheme import MESSAGE_BYTES, Call
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.model.bench import Operation, Role

_MESSAGES = 64


def calls(loaded: Liboqs, mechanism: Mechanism, stack: ExitStack) -> Mapping[Operation, Call]:
    """Return the operations of a KEM or signature; the objects live until `stack` is closed."""
    make = {Role.KEM: (loaded.module.KeyEncapsulation, _kem), Role.SIGNATURE: (loaded.module.Signature, _signature)}
    if mechanism.role not in make:
        return {}
    kind, operations = make[mechanism.role]
    maker = stack.enter_context(kind(mechanism.liboqs))  # making keys replaces the key of the object
    return {
        Operation.KEYGEN: Call(maker.generate_keypair, [()], bool),
        **operations(stack.enter_context(kind(mechanism.liboqs))),
    }


def _kem(kem: Any) -> Mapping[Operation, Call]:
    public = kem.generate_keypair()
    ciphertext, _ = kem.encap_secret(public)
    return {
        Operation.ENCAPS: Call(kem.encap_secret, [(public,)], bool),
        Operation.DECAPS: Call(kem.decap_secret, [(ciphertext,)], bool),
    }


def _signature(signature: Any) -> Mapping[Operation, Call]:
    public = signature.generate_keypair()
    messages = [os.urandom(MESSAGE_BYTES) for _ in range(_MESSAGES)]
    signed = messages[0], signature.sign(messages[0]), public
    return {
        Operation.SIGN: Call(signature.sign, [(message,) for message in messages], bool),
        Operation.VERIFY: Call(signature.verify, [signed], bool),
    }
