"""The `careflow` command as an operator of a running clinic types it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Terminal:
    """The command with the addresses and the token of an operator."""

    environment: dict[str, str]

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "careflow_cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def document(self, *arguments: str) -> Any:
        """What it answers programs."""
        done = self(*arguments, "--json")
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)
