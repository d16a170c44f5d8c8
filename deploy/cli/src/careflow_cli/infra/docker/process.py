"""The process that stands for a container in the table of processes.

It lives exactly as long as its keeper, which works the container. Invariant: what ends this process ends the
container: SIGTERM stops it, and with any other end, kill -9 included, the keeper's standard input closes and the
container is killed. It holds the container's lock from before the keeper exists and hands it down, so that the lock
is free only when nothing is left.

Usage: python -m careflow_cli.infra.docker.process CONTAINER, with the stack's folder as working directory.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

from careflow_cli.infra.docker.container import Container
from careflow_cli.processes import records

KEEPER = "careflow_cli.infra.docker.keeper"
STOP = b"stop\n"


def stand_for(container: Container) -> int:
    """Start the keeper and wait for its end; its exit code."""
    with container.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-m", KEEPER, container.written()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    orders = keeper.stdin.fileno()

    def pass_on(_signum: int, _frame: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(orders, STOP)

    signal.signal(signal.SIGTERM, pass_on)
    if keeper.stdout.readline():
        records.note_port(Path("run") / f"{container.name}.json", container.port)
    return keeper.wait()


if __name__ == "__main__":
    sys.exit(stand_for(Container.read(sys.argv[1])))
