"""The edge of a local stack as one of its processes."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from careflow_cli.infra.local_server import LocalServer
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable, Program

EDGE: Final = "edge"


class EdgeProcess(LocalServer):
    """One address for these services, whichever of them run."""

    def __init__(self, table: ProcessTable, services: Sequence[str]) -> None:
        super().__init__(table, EDGE)
        self._services = services

    @property
    def url(self) -> str:
        """The address."""
        return f"http://{HOST}:{self.port}"

    def start(self, *, other_port: bool = False) -> None:
        if self._table.find(self.name):
            return
        (port,) = self._table.ports(self.name, 1, anew=other_port)
        folder = str(Path(self._table.folder).resolve())
        argv = (sys.executable, "-m", "careflow_cli.edge", folder, str(port), *self._services)
        self._table.start(Program(self.name, argv, {}, port))

    def ready(self) -> bool:
        return self._listens()
