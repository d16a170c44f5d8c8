"""The servers of one test run: one Kafka for all workers that run tests, and a store for each worker.

A store of one's own: one process works off what all ask it one thing after another, and the tests of services ask it
for most of their time. Invariant: servers start when the first test asks for them and die with the run's controlling
process, kill -9 included; workers may come and go.
"""

import fcntl
import functools
from collections.abc import Callable
from pathlib import Path

from careflow_cli import checkout
from careflow_cli.infra import providers
from careflow_cli.infra.server import Server, await_ready
from careflow_cli.processes.table import ProcessTable
from careflow_cli.processes.watchdog import Watchdog


class RunOwner:
    """Held by the process that controls the run: the folder all workers share, and the watchdog that ends it."""

    @functools.cached_property
    def folder(self) -> Path:
        """The run's folder; watched from the moment it exists."""
        folder = checkout.temporary()
        self._watchdog = Watchdog(folder)
        return folder

    def close(self) -> None:
        """End what was started, if anything was."""
        if "folder" in self.__dict__:
            self._watchdog.close()


class SharedServers:
    """A worker's way to the servers of its run. A run without workers has one by the name of `main`."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._provider = providers.chosen()

    def store_url(self) -> str:
        """The store of this worker's tests; each takes a database of its own there."""
        return self._url(lambda table: self._provider.store(table, f"test-store-{self._worker}", durable=False))

    def kafka_url(self) -> str:
        """A broker for all tests; each takes topics of its own there."""
        return self._url(self._provider.kafka)

    def _url(self, server_of: Callable[[ProcessTable], Server]) -> str:
        with (self._folder / "starting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._provider.prepare()
            server = server_of(ProcessTable(self._folder))
            server.start()
            await_ready([server])
            return server.url
