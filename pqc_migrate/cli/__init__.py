"""The command line. Each command parses, calls one stage, reports and ends in an exit code.

`main` holds the program, one module each command; `options`, `session`, `progress` and `emit` hold what
commands share. Modules here import Click, the standard library and `errors` at their top, and the stages
only when a command runs: `--help` has to answer at once.
"""
