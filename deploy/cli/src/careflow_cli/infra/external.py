"""Servers somebody else runs: only addressed, never started or stopped.

Invariant: `KAFKA_URL` and `<SERVICE>_MONGO_URL` say where they are; a missing one is an error that names it.
"""

import os
import socket

from careflow_cli.errors import CareflowError


class ExternalServer:
    """A server that is there already."""

    ours = False

    def __init__(self, name: str, variable: str) -> None:
        self._name = name
        self._variable = variable

    @property
    def name(self) -> str:
        return self._name

    @property
    def url(self) -> str:
        url = os.environ.get(self._variable)
        if not url:
            raise CareflowError(f"CAREFLOW_INFRA=external needs {self._variable}")
        return url

    def start(self, *, other_port: bool = False) -> None:
        """Nothing to start."""

    def complaint(self) -> str:
        """What is wrong while it is not ready."""
        return f"nobody answers at {self._variable}"

    def memory(self) -> int | None:
        """Nobody here knows."""
        return None

    def ready(self) -> bool:
        """Whether the first of its addresses accepts a connection."""
        first = self.url.split("://")[-1].split("@")[-1].split("/")[0].split(",")[0]
        host, _, port = first.partition(":")
        try:
            socket.create_connection((host, int(port or 27017)), timeout=2).close()
        except OSError:
            return False
        return True
