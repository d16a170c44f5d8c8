"""One MongoDB-protocol store as a local process: `mongod` when this machine has it, else SecantusDB from its own
environment.

Invariant: one process per service, as in production; clients always see a replica set, because transactions need one.
"""

import shutil

from careflow_cli.cache import store_environment
from careflow_cli.infra.local_server import LocalServer
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable, Program

REPLICA_SET = "careflow"  # the name a mongod gets; SecantusDB has its own
MONGOD = (
    *("--replSet", REPLICA_SET),
    *("--wiredTigerCacheSizeGB", "0.25"),
    # As in production: a killed process's open transaction holds what it wrote for so many seconds, 60 by default.
    *("--setParameter", "transactionLifetimeLimitSeconds=15"),
)
"""What every mongod of a stack is started with."""


def mongod() -> str | None:
    """A real MongoDB server on this machine's path is preferred."""
    return shutil.which("mongod")


class LocalStore(LocalServer):
    """The store of one service.

    `durable` makes every SecantusDB commit reach the disk: for kept data, and where a test kills the store. A mongod
    journals by itself.
    """

    def __init__(self, table: ProcessTable, name: str, *, durable: bool) -> None:
        super().__init__(table, name)
        self._durable = durable
        self._mongod = mongod()
        self._data = table.folder / name

    @property
    def url(self) -> str:
        """Connection string without a write concern: the transaction runner pins its own."""
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET if self._mongod else 'secantus'}"

    def start(self, *, other_port: bool = False) -> None:
        if self._table.find(self.name):
            return
        (port,) = self._table.ports(self.name, 1, anew=other_port)
        self._data.mkdir(exist_ok=True)
        argv = self._mongod_command(self._mongod, port) if self._mongod else self._secantus_command(port)
        self._table.start(Program(self.name, argv, {}, port))

    def _mongod_command(self, program: str, port: int) -> tuple[str, ...]:
        listen = ("--bind_ip", HOST, "--port", str(port), "--nounixsocket")
        return (program, *MONGOD, *listen, "--dbpath", str(self._data))

    def _secantus_command(self, port: int) -> tuple[str, ...]:
        listen = ("--host", HOST, "--port", str(port), "--storage-path", str(self._data), "--log-level", "WARNING")
        durable = ("--sync-on-commit",) if self._durable else ()
        return (str(store_environment.python()), "-m", "secantus", *listen, *durable)

    def ready(self) -> bool:
        return self._listens() and (self._mongod is None or self._leads())

    def _leads(self) -> bool:
        from careflow_cli.infra.replica_set import leads  # the driver is needed for a real mongod only

        return leads(REPLICA_SET, f"{HOST}:{self.port}")
