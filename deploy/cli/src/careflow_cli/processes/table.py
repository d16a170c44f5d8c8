"""The processes of one stack: started, found again, stopped and killed by name.

Invariant: at most one live process per name; a name keeps its ports over restarts as long as they are free.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from careflow_cli.errors import CareflowError
from careflow_cli.processes import launch, records
from careflow_cli.processes.ports import free_ports
from careflow_cli.processes.records import Record
from careflow_cli.processes.signals import kill_group, stop

LAUNCH_PATIENCE = 30.0  # seconds for a fresh interpreter to write its record, on a machine busy with tests


@dataclass(frozen=True, slots=True)
class Program:
    """What to run under a name. `environment` is added to what they inherit."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    port: int | None


def inherited() -> dict[str, str]:
    """The owner's environment without CareFlow's own settings: those come from the stack alone."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CAREFLOW_")}


class ProcessTable:
    """The processes recorded in one stack's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = folder / "run"

    def running(self) -> dict[str, Record]:
        """Live processes by name."""
        return records.running(self.run)

    def find(self, name: str) -> Record | None:
        """The live process of that name."""
        record = records.parse(self.run / f"{name}.json")
        return record if record and record.running else None

    def recorded(self, name: str) -> bool:
        """Whether a record is there; when its process is not, the process died without being stopped."""
        return (self.run / f"{name}.json").exists()

    def log(self, name: str) -> Path:
        """Where the process of that name writes."""
        return self.folder / "logs" / f"{name}.log"

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a log, for an error message."""
        try:
            return "\n".join(self.log(name).read_text("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def ports(self, name: str, count: int, *, anew: bool = False) -> tuple[int, ...]:
        """Free ports for a name: those it had last, unless somebody else took them or `anew` asks for others."""
        self.run.mkdir(parents=True, exist_ok=True)
        ports = free_ports(count, () if anew else self.last_ports(name))
        (self.run / f"{name}.ports").write_text(json.dumps(ports), "utf-8")
        return ports

    def last_ports(self, name: str) -> tuple[int, ...]:
        """The ports of a name's latest start; empty when there was none."""
        try:
            return tuple(json.loads((self.run / f"{name}.ports").read_text("utf-8")))
        except (FileNotFoundError, ValueError):
            return ()

    def start(self, program: Program) -> Record:
        """Launch a program; returns once its record is written, not once it is ready."""
        if found := self.find(program.name):
            return found
        self.run.mkdir(parents=True, exist_ok=True)
        self.log(program.name).parent.mkdir(exist_ok=True)
        record_file = self.run / f"{program.name}.json"
        record_file.unlink(missing_ok=True)
        spec = self.run / f"{program.name}.spec"
        spec.touch(0o600)
        spec.write_text(
            json.dumps(
                {
                    "argv": list(program.argv),
                    "environment": {**inherited(), **program.environment},
                    "directory": str(self.folder),
                    "log": str(self.log(program.name)),
                    "record_file": str(record_file),
                    "record": {
                        "name": program.name,
                        "port": program.port,
                        "command": list(program.argv),
                        "log": str(self.log(program.name)),
                    },
                }
            ),
            "utf-8",
        )
        pid = os.posix_spawn(sys.executable, [sys.executable, "-I", launch.__file__, str(spec)], os.environ)
        return self._recorded(program.name, pid)

    def _recorded(self, name: str, pid: int) -> Record:
        deadline = time.monotonic() + LAUNCH_PATIENCE
        while time.monotonic() < deadline:
            record = records.parse(self.run / f"{name}.json")
            if record and record.pid == pid:
                return record
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                break
            time.sleep(0.005)
        else:
            kill_group(pid)
        raise CareflowError(f"{name} could not be launched\n{self.tail(name)}".rstrip())

    def run_to_end(self, programs: Sequence[Program], patience: float) -> None:
        """Run these side by side until all ended. Raises CareflowError for one that failed or took too long."""
        started = [(program.name, psutil.Process(self.start(program).pid)) for program in programs]
        deadline = time.monotonic() + patience
        try:
            for name, process in started:
                code = process.wait(max(0.0, deadline - time.monotonic()))
                if code:
                    raise CareflowError(f"{name} failed with exit code {code}; its log says:\n{self.tail(name)}")
        except psutil.TimeoutExpired as late:
            raise CareflowError(f"{name} did not end within {patience:.0f} s") from late
        finally:
            self.stop([program.name for program in programs], 0)

    def stop(self, names: Sequence[str], grace: float) -> list[str]:
        """Stop these, politely for `grace` seconds; the names of those that had to be killed."""
        stopping = [record for name in names if (record := self.find(name))]
        killed = stop(stopping, grace)
        for name in names:
            (self.run / f"{name}.json").unlink(missing_ok=True)
        return killed

    def signal(self, name: str, signum: signal.Signals) -> None:
        """Send a signal to the live process of that name; waits until it is gone for SIGKILL."""
        record = self.find(name)
        process = record.process() if record else None
        if process is None:
            raise CareflowError(f"{name} is not running")
        process.send_signal(signum)
        if signum == signal.SIGKILL:
            process.wait(10)
