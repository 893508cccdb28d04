"""`python -m pqc_migrate`."""

import os
import sys

if __name__ == "__main__":
    # Python puts the current folder first on its path. That may be the very code to be looked at, and
    # nothing of that may be imported.
    if sys.path[0] in ("", os.getcwd()) and not os.path.samefile(
        os.path.dirname(os.path.dirname(__file__)), os.getcwd()
    ):
        del sys.path[0]
    from pqc_migrate.cli.main import main

    main()
