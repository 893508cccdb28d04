"""A file inside a YAML file is read as the file it becomes, and everything said of it keeps its place."""

from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.detectors.config.embedded import blocks

LINES = (
    "a.conf: |",
    "  - b.conf: |-",
    "content: |",
    "  path: c.conf",
    "    x",
    "",
    "  y",
    "\r",
    "- dest: d",
    "      z",
)


@given(st.lists(st.sampled_from(LINES), max_size=30).map("\n".join))
def test_every_byte_of_a_block_is_where_the_block_says(text: str) -> None:
    """Offsets in the block lead to the same byte in the file around it, and back."""
    data = text.encode()
    for block in blocks(data):
        for offset, byte in enumerate(block.text):
            outer = block.outer(offset)
            assert data[outer] == byte
            assert block.inner(outer) == offset


def test_a_path_beside_the_content_names_the_file() -> None:
    """In front of it or behind it, in the same item of a list only."""
    text = b"- path: a.conf\n  content: |\n    x\n- content: |\n    y\n  path: b.conf\n"
    text += b"- path: c.conf\n- content: |\n    z\n"
    assert [(block.name, block.text) for block in blocks(text)] == [("a.conf", b"x\n"), ("b.conf", b"y\n")]
