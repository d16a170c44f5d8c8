"""One MongoDB-protocol store as a local process: `mongod` when this machine has it, else SecantusDB from its own
environment.

Invariant: one process per service, as in production; clients always see a replica set, because transactions need one.
"""

import shutil

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from careflow_cli.cache import store_environment
from careflow_cli.infra.local_server import LocalServer
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable, Program

ALREADY_INITIALIZED = 23  # MongoDB's error code


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
        return f"mongodb://{HOST}:{self.port}/?replicaSet={'careflow' if self._mongod else 'secantus'}"

    def start(self, *, other_port: bool = False) -> None:
        if self._table.find(self.name):
            return
        (port,) = self._table.ports(self.name, 1, anew=other_port)
        self._data.mkdir(exist_ok=True)
        argv = self._mongod_command(self._mongod, port) if self._mongod else self._secantus_command(port)
        self._table.start(Program(self.name, argv, {}, port))

    def _mongod_command(self, program: str, port: int) -> tuple[str, ...]:
        listen = ("--bind_ip", HOST, "--port", str(port), "--nounixsocket")
        small = ("--wiredTigerCacheSizeGB", "0.25")
        return (program, "--replSet", "careflow", *listen, "--dbpath", str(self._data), *small)

    def _secantus_command(self, port: int) -> tuple[str, ...]:
        listen = ("--host", HOST, "--port", str(port), "--storage-path", str(self._data), "--log-level", "WARNING")
        durable = ("--sync-on-commit",) if self._durable else ()
        return (str(store_environment.python()), "-m", "secantus", *listen, *durable)

    def ready(self) -> bool:
        return self._listens() and (self._mongod is None or self._is_primary())

    def _is_primary(self) -> bool:
        """Make the node a replica set of its own, once, and see whether it leads it."""
        member = f"{HOST}:{self.port}"
        client: MongoClient[dict[str, object]]
        with MongoClient(member, directConnection=True, serverSelectionTimeoutMS=500) as client:
            try:
                config = {"_id": "careflow", "members": [{"_id": 0, "host": member}]}
                client.admin.command("replSetInitiate", config)
            except OperationFailure as refused:
                if refused.code != ALREADY_INITIALIZED:
                    return False
                self._follow_port(client, member)
            except PyMongoError:
                return False
            return bool(client.admin.command("hello").get("isWritablePrimary"))

    @staticmethod
    def _follow_port(client: "MongoClient[dict[str, object]]", member: str) -> None:
        """Kept data remembers the port of its last run."""
        config = client.admin.command("replSetGetConfig")["config"]
        if config["members"][0]["host"] != member:
            config["members"][0]["host"] = member
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)
