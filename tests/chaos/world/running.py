"""All of CareFlow, running: four services of two workers each, whose processes can be told to fail, on stores that lose
nothing when they are killed. A supervisor starts again what died, as a container platform would.
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import SERVICES
from careflow_cli.stack.stack import Say, Stack
from tests.chaos.failpoints import failing
from tests.chaos.failpoints.orders import FOLDER_VARIABLE, Orders

SUPERVISED_EVERY: Final = 0.1  # seconds
NAMES: Final = tuple(spec.name for spec in SERVICES)
WORKERS: Final = 2
PARTS: Final = ("api", "worker", *(f"worker-{number}" for number in range(2, WORKERS + 1)))
PROCESSES: Final = tuple(f"{name}-{part}" for name in NAMES for part in PARTS)


@dataclass(frozen=True, slots=True)
class Running:
    """The stack, its orders and its supervisor. `environment` is what each service's processes are told from their next
    start on.
    """

    stack: Stack
    orders: Orders
    supervisor: "Supervisor"
    environment: dict[str, dict[str, str]]

    def name_of(self, pid: int) -> str:
        """Which process of the stack that is, or was."""
        return self.supervisor.name_of(pid)

    def restart(self, service: str) -> None:
        """All processes of a service are told to stop and start anew, with what they are told now."""
        names = [name for name in PROCESSES if name.startswith(f"{service}-")]
        with self.supervisor.off_duty(*names):
            for name in names:
                self.stack.stop(name)
            for name in names:
                self.stack.start(name)


class Supervisor:
    """Launches each process again as soon as it is seen to be gone, unless it is kept down. Never waits for it to be
    ready: others may be down that it needs.
    """

    def __init__(self, stack: Stack, names: Sequence[str]) -> None:
        self._stack = stack
        self._names = names
        self._down: set[str] = set()
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._known: dict[int, str] = {}
        self.restarts: list[tuple[str, float]] = []
        self.failures: list[BaseException] = []

    def name_of(self, pid: int) -> str:
        """The name of a process that was seen running, by its id."""
        return self._known[pid]

    @contextmanager
    def on_duty(self) -> Iterator["Supervisor"]:
        """Supervises for the length of the block."""
        self._look()
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    @contextmanager
    def off_duty(self, *names: str) -> Iterator[None]:
        """Leaves these alone for the length of the block: their end is meant."""
        with self._turn:
            self._down |= set(names)
        try:
            yield
        finally:
            with self._turn:
                self._down -= set(names)

    def _work(self) -> None:
        while not self._over.wait(SUPERVISED_EVERY):
            try:
                self._look()
            except CareflowError as error:  # looked at again; a process that never starts makes the round fail
                self.failures.append(error)

    def _look(self) -> None:
        with self._turn:
            running = self._stack.table.running()
            self._known |= {record.pid: name for name, record in running.items()}
            for name in self._names:
                if name not in running and name not in self._down:
                    self._stack.launch(name)
                    self.restarts.append((name, time.time()))
                    started = self._stack.table.find(name)
                    if started is not None:  # it may be dead again by the next look
                        self._known[started.pid] = name


@contextmanager
def running(say: Say) -> Iterator[Running]:
    """Everything started, supervised, and gone afterwards, however its owner ends."""
    environment: dict[str, dict[str, str]] = {name: {} for name in NAMES}
    with tempfile.TemporaryDirectory(prefix="careflow-orders-") as folder:
        specs = []
        for spec in SERVICES:
            environment[spec.name][FOLDER_VARIABLE] = folder
            program = (str(Path(failing.__file__)), spec.name)
            specs.append(replace(spec, program=program, environment=environment[spec.name]))
        with (
            Stack.ephemeral(specs, durable=True, workers=WORKERS, say=say) as stack,
            Supervisor(stack, PROCESSES).on_duty() as supervisor,
        ):
            yield Running(stack, Orders(Path(folder)), supervisor, environment)
