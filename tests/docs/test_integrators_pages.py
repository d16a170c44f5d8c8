"""What the integrators' pages show is run as it stands: every command, every program, every piece of Python."""

import re
import runpy
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import PatientRegistered
from careflow_events.envelope import Envelope
from careflow_events.freshness import Freshness
from careflow_events.listening import Listening, Reached
from careflow_events.subscription import received
from careflow_events.testing.builders import NOON, a_record
from careflow_events.testing.samples import samples
from careflow_events.topics import BOOKING
from careflow_events.troubles import stop_at_loss
from tests.docs.shell import ROOT, run

FOLDER = ROOT / "docs" / "integrators"
FIRST_EVENT = FOLDER / "first-event.md"
"""Run whole, its commands one after the other in one shell."""
PAGES = sorted(FOLDER.glob("*.md"))
EXAMPLES = sorted((FOLDER / "examples").glob("*.py"))

LISTENS_SECONDS = 8
"""How long each program of the page is left listening before Ctrl-C."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def shown(page: Path) -> dict[str, str]:
    """The programs a page shows, by the file it says they are."""
    found = re.findall(r"^<!-- (\S+\.py) -->\n```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return dict(found)


def script(page: Path) -> str:
    """The commands of a page as one program that ends with the first that fails. What listens gets Ctrl-C."""
    commands = "\n".join(blocks(page, "sh"))
    ctrl_c = (
        f"timeout --foreground --preserve-status -s INT {LISTENS_SECONDS} "  # else its whole group hears it as well
    )
    listening = re.sub(r"^(?=\.venv/bin/python )", ctrl_c, commands, flags=re.MULTILINE)
    return f"set -euo pipefail\n{listening}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_programs_shown_are_the_files_that_are_run() -> None:
    files = {f"examples/{example.name}": example.read_text("utf-8") for example in EXAMPLES}

    assert {name: program for page in PAGES for name, program in shown(page).items()} == files


def test_with_our_package_a_subscriber_is_ten_lines() -> None:
    program = (FOLDER / "examples" / "with_careflow_events.py").read_text("utf-8").partition('"""\n')[2]

    assert len([line for line in program.splitlines() if line.strip()]) <= 10


def test_a_plain_client_needs_nothing_of_ours() -> None:
    assert "careflow_" not in (FOLDER / "examples" / "with_any_client.py").read_text("utf-8")


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_the_first_event_is_made_and_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("KAFKA_URL", raising=False)
    try:
        done = run(script(FIRST_EVENT), seconds=240)
    finally:
        run("make down", seconds=60)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    (patient,) = re.findall(r'^{"id":"([0-9a-f-]+)","version":1}', done.stdout, re.MULTILINE)
    assert f"booking PatientRegistered  patient:{patient} #1" in done.stdout
    heard = re.findall(rf"^patient:{patient} (?:1|0000000001) ", done.stdout, re.MULTILINE)
    assert len(heard) == len(shown(FIRST_EVENT)), done.stdout[-3000:]


def listening(clinic: Any) -> Listening:
    return Listening(
        {PatientRegistered: clinic.registered},
        keyring=None,
        places=clinic,
        tell=stop_at_loss,
        freshness=Freshness(lambda: NOON),
        clock=lambda: NOON,
    )


def a_patient_event() -> Envelope:
    return next(each for each in samples(BOOKING.name) if each.contract is PatientRegistered).envelope


def a_patient() -> ConsumedRecord:
    event = replace(a_patient_event(), sequence=1, time=NOON, recordedtime=NOON)
    return a_record(event)


@pytest.fixture
def clinic_in() -> Callable[[Path], Any]:
    """The clinic of the example, over a file."""
    names = runpy.run_path(str(FOLDER / "examples" / "with_a_database.py"))
    return lambda file: names["Clinic"](str(file))


async def test_with_places_in_the_database_an_effect_happens_once(
    clinic_in: Callable[[Path], Any], tmp_path: Path
) -> None:
    for _ in range(3):  # three runs, and the record comes twice in each
        clinic = clinic_in(tmp_path / "clinic.db")
        listens = listening(clinic)
        await listens.take(a_patient())
        await listens.take(a_patient())

    assert clinic.database.execute("SELECT count(*) FROM patients").fetchone() == (1,)


async def test_an_effect_that_fails_leaves_no_place(clinic_in: Callable[[Path], Any], tmp_path: Path) -> None:
    clinic = clinic_in(tmp_path / "clinic.db")
    clinic.database.execute("ALTER TABLE places RENAME TO away")

    with pytest.raises(sqlite3.OperationalError):
        await clinic.registered(received(a_patient_event(), None))

    assert clinic.database.execute("SELECT count(*) FROM patients").fetchone() == (0,)


async def test_a_place_never_moves_back(clinic_in: Callable[[Path], Any], tmp_path: Path) -> None:
    clinic = clinic_in(tmp_path / "clinic.db")
    await clinic.keep("stream", Reached(7, "seven"))
    await clinic.keep("stream", Reached(5, "five"))

    assert await clinic.find("stream") == (7, "seven")
