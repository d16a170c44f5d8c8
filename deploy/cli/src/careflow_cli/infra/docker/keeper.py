"""Works one container: makes it, passes its output on, ends it, removes it.

Its standard input is held by the process that stands for the container: a line there means stop, the end of it means
kill. It says on standard output once the container has started; the container's own output goes to standard error,
which is the log. Invariant: no container outlives its keeper, and the keeper ends by itself only: signals do not
interrupt what the engine is doing for it.

Usage: python -m careflow_cli.infra.docker.keeper CONTAINER
"""

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from careflow_cli.errors import CareflowError
from careflow_cli.infra.docker import engine
from careflow_cli.infra.docker.container import Container

if TYPE_CHECKING:
    from docker.models.containers import Container as Started

GRACE = 10  # seconds a stopped server has to finish
INPUT, LOG = 0, 2


def keep(container: Container) -> int:
    """Run it to its end; the server's exit code."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with engine.connected() as client, engine.made(client, container) as started:
        threading.Thread(target=obey, args=(started,), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):
            print("started", flush=True)
        for chunk in started.logs(stream=True, follow=True):
            os.write(LOG, chunk)
        return int(started.wait()["StatusCode"])


def obey(started: "Started") -> None:
    """Stop it when told so, kill it when nobody can tell any more."""
    with contextlib.suppress(*engine.failures()):  # it may have ended by itself meanwhile
        if os.read(INPUT, 1):
            started.stop(timeout=GRACE)
        else:
            started.kill()


if __name__ == "__main__":
    try:
        sys.exit(keep(Container.read(sys.argv[1])))
    except CareflowError as error:
        sys.exit(str(error))
