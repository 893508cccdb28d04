"""Progress bars on a terminal's stderr, nothing anywhere else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click

from pqc_migrate.cli.session import current

Step = Callable[..., None]
"""Called with (done, total), in any unit, and at will with what is being done right now."""


@contextlib.contextmanager
def progress(label: str, *, counted: bool = True) -> Iterator[Step]:
    """Yield a function that moves a bar with the remaining time; it does nothing where no bar belongs.

    `counted`: show the numbers too, where they count things.
    """
    if current().quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr, show_pos=counted, width=30) as bar:

        def step(done: float, total: float, doing: str = "") -> None:
            bar.length = round(total)
            bar.label = f"{label} {doing}".rstrip()
            bar.update(min(round(done), round(total)) - bar.pos)

        yield step
