"""Stopping processes.

Invariant: politely first, and always with an end: what ignores SIGTERM is killed with all it started.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence

import psutil

from careflow_cli.errors import Interrupted
from careflow_cli.processes.records import Record

KILL_PATIENCE = 10.0  # seconds for the kernel to take down a killed process


def kill_group(pid: int) -> None:
    """SIGKILL a launched process and whatever it started: each was made the leader of a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def stop(stopping: Sequence[Record], grace: float) -> list[str]:
    """End these processes; the names of those that had to be killed after `grace` seconds."""
    alive = {process: record for record in stopping if (process := record.process())}
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            if grace > 0:
                process.terminate()
            else:
                kill_group(process.pid)
            process.resume()  # a paused process hears SIGTERM only when it goes on
    _, stubborn = psutil.wait_procs(list(alive), timeout=grace if grace > 0 else KILL_PATIENCE)
    for process in stubborn:
        kill_group(process.pid)
    psutil.wait_procs(stubborn, timeout=KILL_PATIENCE)
    return [alive[process].name for process in stubborn]


def raise_interrupted(signum: int, _frame: object) -> None:
    """Signal handler that leaves through every `finally`, as Ctrl-C does."""
    raise Interrupted(signal.Signals(signum).name)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Clean-up that a second Ctrl-C must not cut short: all of it is bounded."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
