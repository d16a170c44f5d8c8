"""The first instants of every child: write its own record, then become the program.

Run by path in a fresh interpreter. Invariant: no program ever runs unrecorded, and none starts for a stack that was
closed: the record is written first and looked for again after it, while whoever closes a stack renames its folder
first and reads the records after it. So either this process sees that the folder is gone, or its record is found
there.

Usage: launch.py SPEC, a JSON file {argv, environment, directory, log, record_file, record}; pid and create_time are
added to the record.
"""

import json
import os
import sys
from pathlib import Path

import psutil


def launch(spec_file: Path) -> None:
    """Become the program described in `spec_file`, or end silently when its stack was closed meanwhile."""
    spec = json.loads(spec_file.read_text("utf-8"))
    spec_file.unlink()
    os.setsid()  # signals meant for the owner's terminal never reach it, and its own children are found by its group
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(spec["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    this = psutil.Process()
    record = Path(spec["record_file"])
    draft = record.with_suffix(".draft")
    draft.write_text(json.dumps({**spec["record"], "pid": this.pid, "create_time": this.create_time()}), "utf-8")
    draft.replace(record)
    if record.exists():
        os.chdir(spec["directory"])
        os.execve(spec["argv"][0], spec["argv"], spec["environment"])  # noqa: S606 - this is what a launcher is for


if __name__ == "__main__":
    launch(Path(sys.argv[1]))
