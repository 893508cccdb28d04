"""The command line. Each command parses, calls one stage, reports and ends in an exit code."""


def main() -> None:
    """Run the command line."""
    raise SystemExit(2)
