"""What a stack has outside its folder and beyond its processes, and the commands that undo it when the stack is over.

Invariant: a command is noted before what it undoes is made, and it is run where the stack's folder is by then, when
none of its processes is alive. So whoever ends a stack needs to know nothing about what it was made of.
"""

import contextlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 15.0  # seconds for one command


def noted(folder: Path, name: str) -> bool:
    """Whether an ending of that name is known."""
    return _file(folder, name).exists()


def note(folder: Path, name: str, argv: Sequence[str]) -> None:
    """Have this run when the stack is over."""
    file = _file(folder, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(list(argv)), "utf-8")
    draft.replace(file)


def run(folder: Path) -> None:
    """Undo all that was noted in this folder."""
    for file in sorted((folder / "endings").glob("*.json")):
        argv = json.loads(file.read_text("utf-8"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(argv, cwd=folder, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)
        file.unlink()


def _file(folder: Path, name: str) -> Path:
    return folder / "endings" / f"{name}.json"
