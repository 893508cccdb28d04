"""From inventory, register and benchmark to a migration plan."""
