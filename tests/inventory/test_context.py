import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.inventory.context import read_occurrence, read_pairs, write_occurrence, write_pairs
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Location, Occurrence, Provenance, Role, Technique

texts = st.text().map(visible)
occurrences = st.builds(
    Occurrence,
    location=st.builds(Location, path=texts, line=st.integers(0), offset=st.none(), symbol=texts),
    rule=texts,
    technique=st.sampled_from(Technique),
    confidence=st.floats(0, 1),
    reason=texts,
    role=st.sampled_from(Role),
    functions=st.lists(texts).map(tuple),
    provenance=st.lists(st.builds(Provenance, parameter=texts, how=texts, path=texts, line=st.integers(0))).map(
        tuple
    ),
    details=st.lists(st.tuples(texts, texts)).map(tuple),
)


@given(st.lists(st.tuples(texts, texts)))
def test_pairs_come_back(pairs: list[tuple[str, str]]) -> None:
    """Any keys and values survive, whatever separators they hold."""
    assert read_pairs(write_pairs(pairs)) == pairs


@given(occurrences)
def test_an_occurrence_comes_back(occurrence: Occurrence) -> None:
    """Everything about an occurrence is restored from its location and its context."""
    assert read_occurrence(write_occurrence(occurrence), occurrence.location) == occurrence


def test_the_context_is_readable() -> None:
    """A person who opens the CBOM understands the line."""
    occurrence = Occurrence(
        Location("a.py", 3),
        "python-cryptography/rsa-generate",
        Technique.AST,
        0.95,
        "resolved call",
        Role.TEST,
        ("keygen", "sign"),
        (Provenance("size", "constant", "src/keys.py", 12), Provenance("curve", "literal")),
        (("iterations", "1000"),),
    )
    assert write_occurrence(occurrence) == (
        "rule=python-cryptography/rsa-generate; role=test; technique=ast; confidence=0.95; reason=resolved call; "
        "functions=keygen,sign; from.size=constant@src/keys.py:12; from.curve=literal; detail.iterations=1000"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javax.crypto.Cipher#getInstance",
        "rule=a; role=b; technique=ast; confidence=1.0; reason=x",
        "rule=a; role=test; technique=ast; confidence=nan; reason=x",
        "rule=a; role=test; technique=ast; confidence=2; reason=x",
        "rule=a; role=test; technique=ast; reason=x",
        "rule=a; role=test; technique=ast; confidence=1.0; reason=x; from.size=literal@p:q",
    ],
)
def test_a_context_of_another_tool_is_told_apart(text: str) -> None:
    """What this program did not write is refused, not half understood."""
    with pytest.raises(ValueError):  # noqa: PT011
        read_occurrence(text, Location("a", 1))


@given(st.text())
def test_any_other_text_is_refused_or_read(text: str) -> None:
    """No text makes the reader fail in another way."""
    with contextlib.suppress(ValueError):
        read_occurrence(text, Location("a", 1))
