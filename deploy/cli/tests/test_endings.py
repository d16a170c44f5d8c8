"""What a stack has elsewhere is undone when it is over."""

import sys
import time
from pathlib import Path

import pytest

from careflow_cli.processes import endings
from careflow_cli.processes.watchdog import end

WRITE = (
    sys.executable,
    "-c",
    "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(pathlib.Path('kept').read_text())",
)


def test_a_closed_stack_runs_its_endings_where_its_folder_is_by_then(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "kept").write_text("there")
    endings.note(folder, "outside", (*WRITE, str(tmp_path / "undone")))

    assert endings.noted(folder, "outside")
    end(folder)

    assert (tmp_path / "undone").read_text() == "there"
    assert [file.name for file in tmp_path.iterdir()] == ["undone"]


def test_an_ending_that_hangs_or_fails_keeps_nothing_from_being_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "PATIENCE", 0.2)
    folder = tmp_path / "stack"
    folder.mkdir()
    endings.note(folder, "hangs", (sys.executable, "-c", "import time; time.sleep(60)"))
    endings.note(folder, "fails", (sys.executable, "-c", "raise SystemExit(1)"))

    began = time.monotonic()
    end(folder)

    assert list(tmp_path.iterdir()) == []
    assert time.monotonic() - began < 10
