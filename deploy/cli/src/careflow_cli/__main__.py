"""`python -m careflow_cli` is the `careflow` command."""

from careflow_cli.main import run

run()
