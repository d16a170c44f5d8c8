"""A container of a stack: what it runs, and by which names it is found again.

Invariant: its name and its volume's are made of the stack's folder and its own name in the stack, so that there is
at most one of each and two checkouts never meet.
"""

import fcntl
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from careflow_cli.errors import CareflowError

STACK = "careflow.stack"  # the label that holds the stack's folder
POLL = 0.02  # seconds


def engine_name(folder: Path, name: str) -> str:
    """What the engine calls the container, and its volume, of that name in the stack of that folder."""
    return f"careflow-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}-{name}"


@dataclass(frozen=True, slots=True)
class Container:
    """One server. It listens on the same port inside and out: what it tells clients of itself holds on both sides."""

    name: str
    folder: str
    image: str
    command: Sequence[str] | None
    environment: Mapping[str, str]
    port: int
    data: str
    """The folder inside that a volume keeps."""

    @property
    def engine_name(self) -> str:
        return engine_name(Path(self.folder), self.name)

    @property
    def lock(self) -> Path:
        """Held by whoever works on the container; relative, because a stack's folder is renamed when it is closed."""
        return Path("run") / f"{self.name}.container"

    def written(self) -> str:
        """For handing it to another process."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, written: str) -> "Container":
        """What was handed over."""
        return cls(**json.loads(written))


def await_end(lock: Path, patience: float) -> None:
    """Wait until nobody works on the container any more. Raises CareflowError when somebody does for too long."""
    deadline = time.monotonic() + patience
    with lock.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                if time.monotonic() > deadline:
                    raise CareflowError(f"the engine has not ended {lock.stem} after {patience:.0f} s") from busy
                time.sleep(POLL)
            else:
                return
