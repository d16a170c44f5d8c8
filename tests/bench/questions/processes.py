"""What the processes of a stack take: CPU by kind, and memory. Owns the reading of /proc, by psutil."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import psutil

from careflow_cli.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Seconds of CPU, user and system, by kind of process, since each was started."""

    seconds: dict[str, float]

    @classmethod
    def of(cls, stack: Stack) -> CpuTimes:
        """As of now."""
        seconds: defaultdict[str, float] = defaultdict(float)
        for name, record in stack.table.running().items():
            for process in (parent := psutil.Process(record.pid), *parent.children(recursive=True)):
                times = process.cpu_times()
                seconds[kind_of(name)] += times.user + times.system
        return cls(dict(seconds))

    def since(self, before: CpuTimes) -> dict[str, float]:
        """What was spent in between."""
        return {kind: spent - before.seconds.get(kind, 0.0) for kind, spent in self.seconds.items()}


def kind_of(process: str) -> str:
    """`booking-store` -> "the store of booking", `billing-worker` -> "workers"."""
    service, _, part = process.rpartition("-")
    if part == "store":
        return "store of booking" if service == "booking" else "other stores"
    return {"api": "APIs", "worker": "workers"}.get(part, process)


def memory(stack: Stack, name: str) -> dict[str, float]:
    """MiB of one process: resident, and proportional where the machine tells."""
    record = stack.table.find(name)
    assert record is not None, f"{name} runs"
    full = psutil.Process(record.pid).memory_full_info()
    found = {"RSS": full.rss / 2**20}
    if hasattr(full, "pss"):
        found["PSS"] = full.pss / 2**20
    return found
