"""Every command in a document is run: what a reader types works as written.

Invariant: a command in a `sh` block of a document is in exactly one of the tables below, or in a document that is run
whole; a new one fails the first test until somebody says how it is tried.
"""

import re
from pathlib import Path

import pytest

from tests.compose.documented import COMMANDS as ON_A_DEPLOYMENT
from tests.docs.shell import ROOT, run
from tests.docs.test_integrators_pages import FIRST_EVENT

DOCUMENTS = sorted(
    path
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("*/*/README.md"),
        *ROOT.glob("tests/**/*.md"),
    )
    if ".venv" not in path.parts and path != FIRST_EVENT
)

DEMO = "make demo"
INIT = ".venv/bin/careflow init --development"
NUMBERS = ".venv/bin/careflow numbers --deployment ."
ON_A_KEPT_STACK = (
    "make up",
    "make status",
    "make logs",
    ".venv/bin/careflow token --role coordinator",
    ".venv/bin/careflow token --role operator",
    ".venv/bin/careflow token --role events_operational --consumer registry",
    ".venv/bin/careflow ops status",
    ".venv/bin/careflow parked list booking",
    ".venv/bin/careflow consumer status booking",
    ".venv/bin/careflow outbox status booking",
    ".venv/bin/careflow restore status booking",
    ".venv/bin/careflow restore orphans booking",
    ".venv/bin/careflow webhooks list booking",
    ".venv/bin/careflow streams verify",
    ".venv/bin/careflow backup booking booking.backup",
    ".venv/bin/careflow restore put booking booking.backup",
    ".venv/bin/careflow keys list",
    ".venv/bin/careflow keys new booking master --execute",
    ".venv/bin/careflow keys rotate booking master",
    ".venv/bin/careflow keys rotate booking master --execute",
    ".venv/bin/careflow keys new booking audit --execute",
    ".venv/bin/careflow keys rotate booking audit --execute",
    ".venv/bin/careflow keys new booking sealing --execute",
    ".venv/bin/careflow keys rotate booking sealing --execute",
    ".venv/bin/careflow keys new booking blind-index --execute",
    ".venv/bin/careflow keys rotate booking blind-index",
    ".venv/bin/careflow keys rotate booking blind-index --execute",
    ".venv/bin/careflow keys rotate booking data",
    ".venv/bin/careflow keys rotate booking data --execute",
    ".venv/bin/careflow keys list booking --json",
    ".venv/bin/careflow audit verify",
    ".venv/bin/careflow audit heads --json",
    ".venv/bin/careflow audit search booking --outcome denied",
    ".venv/bin/careflow clock show",
    "make sample",
    ".venv/bin/careflow clock advance 6w",
    "make doctor",
    "make down",
)
"""Run in this order, on a stack of the test's own."""
RUN_BY_THE_GATE = {
    "make test": "it is what runs this test",
    "make test-thorough": "continuous integration runs it beside `make test`",
    "make test-long": "it is what runs the commands of this file",
    "make test-all": "each of its tiers, one after the other",
    "make lint": "`make test` begins with the same checks",
    "make format": "the format check fails where it would change a file",
    "make locks": "a test compares the locks with what it reads",
    "make audit": "its tests ask a service of their own; continuous integration asks whoever answers there",
    "make bootstrap": "every target of make does it first",
    ".venv/bin/careflow restore put booking booking.backup --execute": "journey 23 puts a backup back",
    ".venv/bin/careflow restore finish booking --execute": "journey 23 finishes a restore",
    'make bench ARGS="--quick --only book"': "the smoke of the questions is part of `make test-thorough`",
    'make bench ARGS="--beside ../careflow-before --only crowd,backlog"': "the same, of a build by its path",
    "make generated": "`make lint` compares with what it writes",
    "make simulate": "it runs until Ctrl-C; `test_simulation.py` of the event library runs worlds of it",
    "make test-chaos": "its smoke, failpoints and judges are part of `make test`",
    "make test-pages": "it runs tests of its own, where there is a browser",
    "make test-pages-long": "the same, on a running stack",
    ".venv/bin/careflow sandbox --patients 20 --per-second 5": "a test of the command hears it whole",
    "npm install cloudevents@10.0.0 jose@6.2.18 standardwebhooks@1.1.1": "tests/languages installs these by its lock",
    ".venv/bin/pytest tests/contract": "part of `make test`",
    ".venv/bin/pytest services/booking": "part of `make test`",
    ".venv/bin/pytest services/screening": "part of `make test`",
    ".venv/bin/pytest services/billing": "part of `make test`",
    ".venv/bin/pytest services/sessions": "part of `make test`",
}

PARTS = {"help", "bootstrap", "check-tests"}
"""Targets that others are made of, or that tell of them."""
PATIENCE = 300.0
"""Seconds for one command: the slowest, `make demo`, takes one minute where nothing else runs."""


def commands() -> dict[str, set[str]]:
    """Each documented command with the documents it stands in."""
    found: dict[str, set[str]] = {}
    for document in DOCUMENTS:
        for block in re.findall(r"^```sh\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                command = re.sub(r"\s+#.*", "", line).strip()
                if command:
                    found.setdefault(command, set()).add(str(document.relative_to(ROOT)))
    return found


def test_every_documented_command_is_tried_somewhere() -> None:
    tried = {DEMO, INIT, NUMBERS, *ON_A_KEPT_STACK, *RUN_BY_THE_GATE, *ON_A_DEPLOYMENT}

    assert {command: where for command, where in commands().items() if command not in tried} == {}


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {each for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) for each in line.split()}
    shown = run("make help", seconds=PATIENCE)

    assert shown.returncode == 0, shown.stderr
    named = set(re.findall(r"[a-z-]+", shown.stdout))
    assert {each for each in targets - named if not each.startswith("$")} == PARTS


def test_nothing_is_tried_that_no_document_says() -> None:
    tried = {DEMO, INIT, NUMBERS, *ON_A_KEPT_STACK, *RUN_BY_THE_GATE, *ON_A_DEPLOYMENT}

    assert sorted(tried - commands().keys()) == []


def test_a_deployment_is_initialised_and_told_to_be_backed_up(tmp_path: Path) -> None:
    places = {"CAREFLOW_SECRETS": "secrets", "CAREFLOW_ENV_FILE": ".env", "CAREFLOW_STATE_DIR": "state"}

    done = run(INIT, seconds=PATIENCE, **{variable: str(tmp_path / place) for variable, place in places.items()})

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secrets" / "booking-master.key").exists()
    assert (tmp_path / ".env").exists()
    assert "Keep a copy of" in done.stdout


@pytest.mark.thorough
def test_a_clinic_prints_the_numbers_of_its_own_content(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / ".env").write_text(f"CAREFLOW_CONTENT={tmp_path / 'content'}\n")

    done = run(NUMBERS, seconds=PATIENCE, CAREFLOW_ENV_FILE=str(tmp_path / ".env"))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# The clinical numbers of this clinic")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_commands_around_a_kept_stack(tmp_path: Path) -> None:
    environment = {"CAREFLOW_STATE_DIR": str(tmp_path / "state")}
    backup = ROOT / "booking.backup"
    backup.unlink(missing_ok=True)
    try:
        for command in ON_A_KEPT_STACK:
            done = run(command, seconds=PATIENCE, **environment)
            assert done.returncode == 0, (
                f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
    finally:
        backup.unlink(missing_ok=True)
        run("make down", seconds=PATIENCE, **environment)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_demo_ends_well_when_every_claim_held() -> None:
    done = run(DEMO, seconds=PATIENCE)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"All \d+ claims held", done.stdout)
    assert "✗" not in done.stdout
