"""What a process is to do at a point, written by who breaks things and read by the process that breaks.

One order at a time for each service and command, in a file named after both: whichever process passes the point first
takes it by renaming it, so of two workers one obeys, once. A process that is not told anything looks for a file and
goes on.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from enum import StrEnum, auto
from pathlib import Path

FOLDER_VARIABLE = "CHAOS_ORDERS"


class Act(StrEnum):
    """What happens at the point."""

    KILL = auto()
    """As kill -9: nothing of the process runs any more."""
    FREEZE = auto()
    """As a machine that hangs, until somebody lets it go on."""
    WAIT = auto()
    """The task at this point does not get on for `seconds`; the rest of the process does."""


@dataclass(frozen=True, slots=True)
class Order:
    """At the `after`-th next pass of a point (0: the very next) this happens."""

    point: str
    act: Act = Act.KILL
    after: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """Which process took an order, and when, by the wall clock in seconds."""

    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of all processes of a stack, in a folder."""

    folder: Path

    def give(self, service: str, command: str, order: Order) -> None:
        """Replaces an order that nobody has taken."""
        draft = self.folder / f"{service}-{command}.draft"
        draft.write_text(json.dumps(asdict(order)), "utf-8")
        draft.replace(self._file(service, command))

    def withdraw(self, service: str, command: str) -> bool:
        """Whether the order was still there."""
        try:
            self._file(service, command).unlink()
        except FileNotFoundError:
            return False
        return True

    def pending(self, service: str, command: str) -> Order | None:
        """The order nobody has taken yet."""
        try:
            found = json.loads(self._file(service, command).read_text("utf-8"))
        except FileNotFoundError:
            return None
        return Order(found["point"], Act(found["act"]), found["after"], found["seconds"])

    def take(self, service: str, command: str) -> bool:
        """For the process that passes: whether it is the one that obeys."""
        taken = self.folder / f"{service}-{command}.{os.getpid()}.{time.time_ns()}.taken"
        try:
            self._file(service, command).rename(taken)
        except FileNotFoundError:
            return False
        return True

    def taken(self, service: str, command: str) -> Taken | None:
        """Who took the latest order."""
        found = [
            Taken(int(pid), int(at) / 1e9)
            for _, pid, at, _ in (each.name.split(".") for each in self.folder.glob(f"{service}-{command}.*.taken"))
        ]
        return max(found, key=lambda each: each.at, default=None)

    def _file(self, service: str, command: str) -> Path:
        return self.folder / f"{service}-{command}.order"
