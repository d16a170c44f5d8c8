"""What is known about each process of a stack: `<state>/run/<name>.json`, written by the process itself just before
it becomes the program.

Invariant: a record counts only while its pid still is the process that wrote it; everything else is stale and
ignored.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

SAME_PROCESS = 2.0  # seconds: two readings of one process's start may differ by the resolution of the boot time


@dataclass(frozen=True, slots=True)
class Record:
    """One started process: its name within the stack, who it is to the system, where it listens and where it writes."""

    name: str
    pid: int
    create_time: float
    port: int | None
    command: tuple[str, ...]
    log: Path

    def process(self) -> psutil.Process | None:
        """The running process, or None when it is gone (also when its pid went to somebody else)."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.create_time) > SAME_PROCESS:
                return None
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
        except psutil.Error:
            return None
        return process

    @property
    def running(self) -> bool:
        return self.process() is not None


def parse(file: Path) -> Record | None:
    """A record file's content; None when it vanished or was cut short by a crash."""
    try:
        fields = json.loads(file.read_text("utf-8"))
        return Record(
            name=fields["name"],
            pid=int(fields["pid"]),
            create_time=float(fields["create_time"]),
            port=fields["port"],
            command=tuple(fields["command"]),
            log=Path(fields["log"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_port(file: Path, port: int) -> None:
    """Complete a process's record with its port: for one that learns only while it starts that the port is its own."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "port": port}), "utf-8")
    draft.replace(file)


def records(run: Path) -> Iterator[Record]:
    """All records in a run folder, by name."""
    for file in sorted(run.glob("*.json")):
        record = parse(file)
        if record:
            yield record


def running(run: Path) -> dict[str, Record]:
    """The records whose processes are alive."""
    return {record.name: record for record in records(run) if record.running}
