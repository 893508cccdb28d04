import pytest

from pqc_migrate.catalog import trees


@pytest.mark.parametrize(
    ("name", "keygen", "sign", "signatures"),
    [
        ("XMSS-SHA2_10_256", {"SHA2_256": 1024}, {}, 2**10),
        ("XMSS-SHAKE256_20_192", {"SHAKE256_192": 2**20}, {}, 2**20),
        ("XMSSMT-SHAKE_60/12_256", {"SHAKE_256": 12 * 2**5}, {}, 2**60),
        ("LMS_SHA256_H25_W4", {"SHA256_W4": 2**25}, {"SHA256_W4": 2**25}, 2**25),
        ("LMS_SHA256_H10_W4_H5_W8", {"SHA256_W4": 2**10}, {"SHA256_W4": 2**10, "SHA256_W8": 2**5}, 2**15),
        ("LMS_SHA256_H20_W8_H15_W8", {"SHA256_W8": 2**20}, {"SHA256_W8": 2**20 + 2**15}, 2**35),
    ],
)
def test_a_name_tells_the_trees(name: str, keygen: object, sign: object, signatures: int) -> None:
    """Heights and layers as RFC 8391 section 5 and RFC 8554 section 6 name them."""
    work = trees.work(name)
    assert work is not None
    assert (work.keygen, work.sign, work.signatures) == (keygen, sign, signatures)


@pytest.mark.parametrize("name", ["ML-DSA-65", "XMSS", "LMS_SHA256_H5", "SLH_DSA_PURE_SHA2_128S", ""])
def test_other_names_are_no_trees(name: str) -> None:
    """Nothing is foretold about them."""
    assert trees.work(name) is None


def test_a_leaf_of_unknown_cost_foretells_nothing() -> None:
    """Unknown stays unknown; known costs add up by kind."""
    work = trees.work("LMS_SHA256_H10_W4_H5_W8")
    assert work is not None
    assert work.seconds({"SHA256_W4": 0.001}) is None
    assert work.seconds({"SHA256_W4": 0.001, "SHA256_W8": 0.01}) == pytest.approx((1.024, 1.024 + 0.32))
