import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.errors import CatalogError
from pqc_migrate.gate import Engine, Gate, aho_corasick_engine, hyperscan_engine
from pqc_migrate.model.target import Hit

ENGINES = [hyperscan_engine, aho_corasick_engine]
literal_bytes = st.binary(min_size=1, max_size=4).filter(lambda anchor: 0 not in anchor)
# Few letters, so that literals overlap, nest and repeat; any bytes, so that none is special.
anchors_and_data = st.one_of(
    st.tuples(
        st.frozensets(st.text("ab.", min_size=1, max_size=4).map(str.encode)), st.text("ab.\n").map(str.encode)
    ),
    st.tuples(st.frozensets(literal_bytes), st.binary()),
)


def naive(anchors: frozenset[bytes], data: bytes) -> tuple[Hit, ...]:
    return tuple(
        Hit(offset, anchor)
        for offset in range(len(data))
        for anchor in sorted(anchors)
        if data.startswith(anchor, offset)
    )


@pytest.mark.parametrize("engine", ENGINES)
@given(case=anchors_and_data)
def test_every_engine_finds_every_anchor_at_its_first_byte(
    engine: Engine, case: tuple[frozenset[bytes], bytes]
) -> None:
    """Overlapping, nested and repeated literals are all hits, sorted, whichever engine runs."""
    anchors, data = case
    assert Gate(anchors, engine).hits(data) == naive(anchors, data)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_anchor_is_a_pattern(engine: Engine) -> None:
    """An anchor means its own bytes: no regular expression, no case folding."""
    gate = Gate(frozenset({b"a.c", b"[x]", b"\\d", b"$"}), engine)
    assert gate.hits(b"abc A.C x d 1") == ()
    assert [hit.anchor for hit in gate.hits(b"a.c[x]\\d$")] == [b"a.c", b"[x]", b"\\d", b"$"]


@pytest.mark.parametrize("anchor", [b"", b"key\0"])
def test_an_anchor_that_engines_would_read_differently_is_refused(anchor: bytes) -> None:
    """Empty anchors match everywhere, and one engine cuts literals at a zero byte."""
    with pytest.raises(CatalogError, match="anchor"):
        Gate(frozenset({anchor}))


def test_no_anchors_no_hits() -> None:
    """A gate without anchors lets nothing through."""
    assert Gate(frozenset()).hits(b"RSA") == ()


def test_the_gate_falls_back_when_hyperscan_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the wheel scans all the same."""
    monkeypatch.setitem(__import__("sys").modules, "hyperscan", None)
    assert Gate(frozenset({b"RSA"})).hits(b"xRSA") == (Hit(1, b"RSA"),)
