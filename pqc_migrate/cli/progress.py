"""Progress bars on a terminal's stderr, nothing anywhere else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click

from pqc_migrate.cli.session import current

Step = Callable[[int, int], None]
"""Called with (done, total)."""


@contextlib.contextmanager
def progress(label: str) -> Iterator[Step]:
    """Yield a function that moves a bar with the remaining time; it does nothing where no bar belongs."""
    if current().quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr, show_pos=True) as bar:

        def step(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield step
