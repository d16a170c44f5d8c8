"""Journey 24: keys are replaced while people register: booking's master key, audit key and data keys, and the key that
is sealed to screening. Nobody is refused for it, everything stays readable, the trail stays whole, what is said reaches
whom it is for, and the old master key ends in a drawer.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from careflow_clinic.clinic import COORDINATOR, PRESCRIBER, Person, position
from careflow_clinic.walk import Walk
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.long

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack


PROCESSES = 2
"""How many of booking's processes the local stack runs: api and worker, with what timers do in it."""


@pytest.fixture
def at_hand(careflow: Terminal, stack: "Stack") -> Terminal:
    """The command where the stack's own files are."""
    return Terminal({**careflow.environment, "CAREFLOW_STATE_DIR": str(stack.folder)})


async def register(walk: Walk, number: int) -> str:
    """Somebody becomes a patient; their id."""
    person = Person(given_name="Kim", family_name=f"Keyed-{number}", email=f"kim.{number}@example.org")
    return str((await walk.clinic.http.post(COORDINATOR, "booking", "/v1/patients", person.body())).body["id"])


async def name_of(walk: Walk, patient: str) -> str:
    found = await walk.clinic.http.get(COORDINATOR, "booking", f"/v1/patients/{patient}")
    return str(found.body["details"]["family_name"])


def states(careflow: Terminal, kind: str) -> dict[str, str]:
    """Which of booking's keys of that kind is what."""
    (listed,) = careflow.document("keys", "list", "booking")
    return {key["key"]: key["state"] for key in listed["keys"] if key["kind"] == kind}


async def nobody_is_counted_who_is_gone(careflow: Terminal) -> None:
    """A store that was put back a moment ago counts the processes of before too, for a minute."""
    async with asyncio.timeout(90):
        while await counted(careflow) > PROCESSES:  # noqa: ASYNC110 - that time passes gives no event
            await asyncio.sleep(1)


async def counted(careflow: Terminal) -> int:
    """How many of booking's processes are taken to be alive."""
    (listed,) = await asyncio.to_thread(careflow.document, "keys", "list", "booking")
    return len(listed["processes"])


async def done(careflow: Terminal, *words: str) -> dict[str, Any]:
    """What became of it, while this process goes on with something else."""
    document: dict[str, Any] = await asyncio.to_thread(careflow.document, *words)
    return document


@pytest.mark.timeout(600)  # two dozen commands, each a process of its own, while others register without a pause
async def test_keys_follow_one_another_while_people_register(stack: "Stack", walk: Walk, at_hand: Terminal) -> None:
    await nobody_is_counted_who_is_gone(at_hand)
    patients = [await register(walk, 0)]
    (old,) = states(at_hand, "master")
    registering = True

    async def people_register() -> None:
        while registering:
            patients.append(await register(walk, len(patients)))
            assert await name_of(walk, patients[0]) == "Keyed-0"

    people = asyncio.create_task(people_register())
    made = {}
    for kind in ("master", "audit"):
        assert not (await done(at_hand, "keys", "new", "booking", kind))["executed"]
        made[kind] = (await done(at_hand, "keys", "new", "booking", kind, "--execute"))["result"]["key"]
        assert (await done(at_hand, "keys", "rotate", "booking", kind))["plan"]["to"] == made[kind]
        await done(at_hand, "keys", "rotate", "booking", kind, "--execute")
    assert (await done(at_hand, "keys", "rotate", "booking", "data"))["plan"]["to"] == "2"
    await done(at_hand, "keys", "rotate", "booking", "data", "--execute")
    registering = False
    await people

    assert states(at_hand, "master") == {old: "older", made["master"]: "current"}
    early = at_hand("keys", "remove", "booking", "master", old, "--execute")
    assert (early.returncode, "is older" in early.stderr) == (1, True)
    await done(at_hand, "keys", "retire", "booking", "master", old, "--execute")
    await done(at_hand, "keys", "remove", "booking", "master", old, "--execute")
    for process in ("booking-api", "booking-worker"):
        stack.stop(process)
        stack.start(process)

    assert states(at_hand, "master") == {old: "retired", made["master"]: "current"}
    assert states(at_hand, "data") == {"1": "older", "2": "current"}
    early = at_hand("keys", "retire", "booking", "data", "1")
    assert (early.returncode, "may be written late until" in early.stderr) == (1, True)
    assert [await name_of(walk, each) for each in patients] == [f"Keyed-{n}" for n in range(len(patients))]
    (signed_before, _) = states(at_hand, "audit")
    kept = at_hand("keys", "retire", "booking", "audit", signed_before)
    assert (kept.returncode, "is verified with it, and is kept" in kept.stderr) == (1, True)
    verdict = at_hand("audit", "verify", "booking")
    assert verdict.returncode == 0, verdict.stdout


async def test_the_key_that_is_sealed_to_a_service_is_replaced_while_it_listens(walk: Walk, at_hand: Terminal) -> None:
    made = (await done(at_hand, "keys", "new", "screening", "sealing", "--execute"))["result"]["key"]
    await done(at_hand, "keys", "rotate", "screening", "sealing", "--execute")
    async with asyncio.timeout(60):
        while not await everybody_seals_to(made, at_hand):  # noqa: ASYNC110 - what processes say gives no event
            await asyncio.sleep(0.5)

    patient = await register(walk, 1)
    said = await walk.clinic.events.wait_for("PatientRegistered", subject=f"patient:{patient}")
    heard = await walk.clinic.http.get(
        PRESCRIBER, "screening", f"/v1/patients/{patient}/cases", after=(position(said),)
    )

    kids = [entry["header"]["kid"] for entry in said.data["for_screening"]["recipients"]]  # type: ignore[index]  # JSON
    assert (kids, heard.status) == ([made], 200)
    assert at_hand.document("parked", "list", "screening") == []
    again = at_hand("keys", "rotate", "screening", "sealing", "--execute")
    assert (again.returncode, "make one first" in again.stderr) == (1, True)
    given_up = at_hand("keys", "retire", "screening", "sealing", "screening-1")
    assert (given_up.returncode, "never given up" in given_up.stderr) == (1, True)


async def everybody_seals_to(kid: str, careflow: Terminal) -> bool:
    """Whether all of booking's processes do."""
    (listed,) = await asyncio.to_thread(careflow.document, "keys", "list", "booking")
    return all(f"seals to {kid}" in each["holds"] for each in listed["processes"])
