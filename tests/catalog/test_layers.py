"""The layers of GB/T 39786-2021: what a name settles, and nothing more."""

import pytest

from pqc_migrate.catalog.layers import layer_of
from pqc_migrate.model.plan_codes import Layer, Use


@pytest.mark.parametrize(
    ("use", "layer"),
    [
        (Use.TLS_KEY_EXCHANGE, Layer.NETWORK),
        (Use.TLCP, Layer.NETWORK),
        (Use.IKE_AUTHENTICATION, Layer.NETWORK),
        (Use.JOSE, Layer.APPLICATION),
        (Use.DATA_AT_REST, Layer.APPLICATION),
        (Use.SSH_KEYS, Layer.UNKNOWN),
        (Use.X509_SIGNATURE, Layer.UNKNOWN),
        (Use.CODE_SIGNING, Layer.UNKNOWN),
        (Use.UNSPECIFIED, Layer.UNKNOWN),
    ],
)
def test_a_use_has_the_layer_that_its_name_settles(use: Use, layer: Layer) -> None:
    """What may belong to several layers stays unknown."""
    assert layer_of(use) is layer
