"""A server that is a process of this stack: what Kafka and the stores have in common.

Invariant: it is ready only when its own process listens on its own port.
"""

import re

import psutil

from careflow_cli.errors import CareflowError
from careflow_cli.infra.server import PortTaken
from careflow_cli.processes.ports import listens
from careflow_cli.processes.records import Record
from careflow_cli.processes.table import ProcessTable

ADDRESS_IN_USE = re.compile(
    r"Address already in use|address in use|EADDRINUSE|port is already allocated", re.IGNORECASE
)


class LocalServer:
    """Finds its process in the stack's table, judges whether it listens, says why it died."""

    ours = True

    def __init__(self, table: ProcessTable, name: str) -> None:
        self._table = table
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def port(self) -> int:
        """The port it listens on, or did when it ran last. Raises CareflowError when it was never started."""
        ports = self._table.last_ports(self._name)
        if not ports:
            raise CareflowError(f"{self._name} was never started")
        return ports[0]

    def complaint(self) -> str:
        """What it says while it is not ready."""
        return f"the log of {self._name} ends with:\n{self._table.tail(self._name)}"

    def memory(self) -> int | None:
        """Resident bytes of its process; None when it is gone."""
        record = self._table.find(self._name)
        try:
            return psutil.Process(record.pid).memory_info().rss if record else None
        except psutil.NoSuchProcess:
            return None

    def _alive(self) -> Record:
        record = self._table.find(self._name)
        if record is None:
            said = self._table.tail(self._name, lines=200)
            if ADDRESS_IN_USE.search(said):
                raise PortTaken(self._name)
            raise CareflowError(f"{self._name} ended while starting; its log says:\n{said}")
        return record

    def _listens(self) -> bool:
        record = self._alive()
        process = record.process()
        return process is not None and record.port is not None and listens(process, record.port)
