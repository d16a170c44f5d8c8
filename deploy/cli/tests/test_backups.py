"""Backups of the kept stack: a file under its name is whole and was read back; what was cut short leaves nothing."""

import contextlib
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from careflow_cli.errors import CareflowError
from careflow_cli.stack import backups
from careflow_cli.stack.stack import Stack

PROGRAM = """
import os, sys, time
if sys.argv[1] == "backup":
    sys.stdout.write("the backup")
    sys.stdout.flush()
    if os.environ["HOW"] == "fails":
        sys.stderr.write('{"event":"started"}\\nbooking backup: this service is being restored\\n')
        sys.exit(1)
    if os.environ["HOW"] == "hangs":
        time.sleep(60)
    sys.exit(0)
if os.environ["HOW"] == "breaks":
    sys.stderr.write("booking restore: it ends too early\\n")
    sys.exit(1)
assert sys.stdin.read() == "the backup"
print('{"service": "booking", "taken_at": "2026-11-28T09:00:00+00:00", "documents": {"visits": 3}}')
"""


class Station:
    """As much of a stack as taking a backup needs: a service that behaves as told."""

    def __init__(self, folder: Path, how: str) -> None:
        (folder / "booking.py").write_text(PROGRAM)
        self._environment = {"PYTHONPATH": str(folder), "HOW": how}
        self.done: list[str] = []

    def environment(self, _service: str, _command: str) -> dict[str, str]:
        return self._environment

    def stop(self, name: str) -> None:
        self.done.append(f"stop {name}")

    def launch(self, name: str) -> None:
        self.done.append(f"launch {name}")

    def service_url(self, _service: str) -> str:
        return "http://127.0.0.1:1"


def station(folder: Path, how: str) -> Stack:
    return cast("Stack", Station(folder, how))


def say(_note: str) -> None:
    """Nobody watches."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "booking.backup"


def test_a_backup_is_read_back_and_for_its_owner_alone(tmp_path: Path, file: Path) -> None:
    found = backups.take(station(tmp_path, "works"), "booking", file, say)

    assert (found["documents"], file.read_text()) == ({"visits": 3}, "the backup")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("linked", [False, True])
def test_a_part_that_lies_there_is_not_written_to(tmp_path: Path, file: Path, linked: bool) -> None:
    other, part = tmp_path / "somebody-elses", file.with_name("booking.backup.part")
    other.write_text("as it was")
    other.chmod(0o666)
    if linked:
        part.symlink_to(other)
    else:
        part.hardlink_to(other)

    backups.take(station(tmp_path, "works"), "booking", file, say)

    assert (other.read_text(), file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (
        "as it was",
        "the backup",
        0o600,
    )


@pytest.mark.parametrize(
    ("how", "why"), [("fails", "this service is being restored"), ("breaks", "booking restore: it ends too early")]
)
def test_what_failed_or_cannot_be_read_back_leaves_no_file_and_one_line(
    tmp_path: Path, file: Path, how: str, why: str
) -> None:
    with pytest.raises(CareflowError, match=why):
        backups.take(station(tmp_path, how), "booking", file, say)

    assert list(file.parent.iterdir()) == []


def commands_below() -> Iterator[list[str]]:
    """What runs below this process; what has ended meanwhile does not."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            yield child.cmdline()


def test_ctrl_c_ends_the_process_and_leaves_no_file(tmp_path: Path, file: Path) -> None:
    def stop(_note: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backups.take(station(tmp_path, "hangs"), "booking", file, stop)

    assert list(file.parent.iterdir()) == []
    assert [command for command in commands_below() if command[:3] == [sys.executable, "-m", "booking"]] == []


def test_a_backup_replaces_nothing(tmp_path: Path, file: Path) -> None:
    file.write_text(json.dumps("an older one"))

    with pytest.raises(CareflowError, match="is there already"):
        backups.take(station(tmp_path, "works"), "booking", file, say)

    assert file.read_text() == json.dumps("an older one")


AGAIN = ["stop booking-worker", "stop booking-api", "launch booking-worker", "launch booking-api"]


def test_a_service_that_does_not_answer_after_it_was_put_back_is_named(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PATIENCE", 0.0)
    file.write_text("the backup")
    booking = Station(tmp_path, "works")

    with pytest.raises(CareflowError, match="booking was put back, but does not answer after 0 s: careflow logs"):
        backups.put_back(cast("Stack", booking), "booking", file, say)

    assert booking.done == AGAIN


def test_a_service_that_could_not_be_put_back_is_started_again_and_says_why(tmp_path: Path, file: Path) -> None:
    file.write_text("the backup")
    booking = Station(tmp_path, "breaks")

    with pytest.raises(CareflowError, match="booking restore: it ends too early"):
        backups.put_back(cast("Stack", booking), "booking", file, say)

    assert booking.done == AGAIN


def test_a_file_that_is_not_there(tmp_path: Path, file: Path) -> None:
    with pytest.raises(CareflowError, match="cannot be read"):
        backups.look(station(tmp_path, "works"), "booking", file)
