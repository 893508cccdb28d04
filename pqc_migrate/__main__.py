"""`python -m pqc_migrate`."""

from pqc_migrate.cli import main

main()
