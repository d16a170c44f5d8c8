"""Processes by name: started, recognised again, stopped."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from careflow_cli.errors import CareflowError
from careflow_cli.processes.table import ProcessTable, Program

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
)


@pytest.fixture
def table(tmp_path: Path) -> ProcessTable:
    return ProcessTable(tmp_path)


def program(name: str, argv: tuple[str, ...] = SLEEPER) -> Program:
    return Program(name, argv, {}, None)


def test_a_started_process_is_recorded_before_it_is_the_program(table: ProcessTable) -> None:
    record = table.start(program("sleeper"))

    try:
        assert table.running() == {"sleeper": record}
        assert json.loads((table.run / "sleeper.json").read_text("utf-8"))["pid"] == record.pid
    finally:
        table.stop(["sleeper"], 0)


def test_starting_a_name_twice_gives_the_running_process(table: ProcessTable) -> None:
    first = table.start(program("sleeper"))

    try:
        assert table.start(program("sleeper")) == first
    finally:
        table.stop(["sleeper"], 0)


def test_a_stopped_process_is_gone_and_forgotten(table: ProcessTable) -> None:
    record = table.start(program("sleeper"))

    killed = table.stop(["sleeper"], 5)

    assert killed == []
    assert not psutil.pid_exists(record.pid)
    assert not table.recorded("sleeper")


def test_what_ignores_the_polite_signal_is_killed(table: ProcessTable) -> None:
    record = table.start(program("deaf", STUBBORN))
    while "deaf" not in table.tail("deaf"):
        time.sleep(0.01)

    killed = table.stop(["deaf"], 0.2)

    assert killed == ["deaf"]
    assert not psutil.pid_exists(record.pid)


def test_a_paused_process_can_be_stopped_politely(table: ProcessTable) -> None:
    table.start(program("sleeper"))
    table.signal("sleeper", signal.SIGSTOP)

    assert table.stop(["sleeper"], 5) == []


def test_a_process_that_died_by_itself_is_recorded_but_not_running(table: ProcessTable) -> None:
    table.start(program("sleeper"))

    table.signal("sleeper", signal.SIGKILL)

    assert table.find("sleeper") is None
    assert table.recorded("sleeper")


def test_a_record_whose_pid_went_to_somebody_else_is_stale(table: ProcessTable) -> None:
    somebody = psutil.Process(os.getpid())
    record = {
        "name": "booking-api",
        "pid": somebody.pid,
        "create_time": somebody.create_time() - 3600,
        "port": 1,
        "command": [],
        "log": "",
    }
    table.run.mkdir()
    (table.run / "booking-api.json").write_text(json.dumps(record), "utf-8")

    assert table.running() == {}
    assert table.stop(["booking-api"], 0) == []
    assert somebody.is_running()


@pytest.mark.parametrize("content", ["", "{", "{}", '{"name": 1}', '{"name": "x", "pid": "y"}'])
def test_a_record_cut_short_by_a_crash_is_ignored(table: ProcessTable, content: str) -> None:
    table.run.mkdir()
    (table.run / "booking-api.json").write_text(content, "utf-8")

    assert table.running() == {}


def test_a_program_that_cannot_run_is_reported(table: ProcessTable) -> None:
    with pytest.raises(CareflowError, match="no-such-program"):
        table.run_to_end([program("broken", ("/no-such-program",))], 10)


def test_a_program_that_fails_shows_its_last_words(table: ProcessTable) -> None:
    failing = program("indexes", (sys.executable, "-c", "print('index is broken'); raise SystemExit(3)"))

    with pytest.raises(CareflowError, match=r"indexes failed with exit code 3[\s\S]*index is broken"):
        table.run_to_end([failing], 10)


def test_a_program_that_takes_too_long_is_ended(table: ProcessTable) -> None:
    with pytest.raises(CareflowError, match="did not end"):
        table.run_to_end([program("sleeper")], 0.1)

    assert table.running() == {}


def test_a_process_is_told_nothing_of_careflow_by_its_owners_environment(
    table: ProcessTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREFLOW_KAFKA_URL", "elsewhere:9092")
    show = "import os; print(sorted(name for name in os.environ if name.startswith('CAREFLOW')))"

    table.run_to_end([Program("show", (sys.executable, "-c", show), {"CAREFLOW_GIVEN": "1"}, None)], 10)

    assert table.tail("show") == "['CAREFLOW_GIVEN']"
