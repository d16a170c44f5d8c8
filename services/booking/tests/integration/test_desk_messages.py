"""What a patient was written, at the desk, in a browser without scripts: what came back is a task, is sent once more,
and what they say of a channel is recorded.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careflow_service.identity import Role
from services.booking.tests import mailbox
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok
from services.booking.tests.world import World, running


@pytest.fixture
async def world(store_url: str, database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with running(store_url, database, settings=mailbox.settings(tmp_path)) as world:
        yield world


def address(patient_id: str) -> str:
    return f"/pages/desk/patients/{patient_id}/messages"


async def test_what_came_back_is_a_task_and_is_sent_once_more(world: World) -> None:
    await has_practitioner(world)
    who = await has_patient(world)
    someone, empty = await logs_in(world, to=address(who))
    assert "Nothing was written to them yet." in empty.text
    await books(world.coordinator, who)
    await world.catch_up()
    page = await someone.opens(address(who))
    assert "A visit is booked: Tue, November 24, 10:00 AM Sent, e-mail" in page.text

    back = await someone.presses(page, "It came back")

    assert "Noted: it came back." in back.text
    assert "Did not arrive: somebody tells them" in back.text
    assert "No message could tell the patient: call them." in (await someone.opens("/pages/desk/tasks")).text
    assert "Noted: it came back." in (await someone.presses(page, "It came back")).text, "the second click"
    late = await someone.presses(page, "It came back", key="another")
    assert (late.status, "Somebody else changed this meanwhile" in late.text) == (412, True)

    again = await someone.presses(back, "Send it once more")
    assert "It is sent once more." in again.text
    assert "sent once more by" in again.text
    await world.catch_up()
    assert len(mailbox.mails(world)) == 2


async def test_what_is_no_longer_so_is_not_sent_once_more(world: World) -> None:
    await has_practitioner(world)
    who = await has_patient(world)
    call = await books(world.coordinator, who)
    await world.catch_up()
    someone, page = await logs_in(world, to=address(who))
    told = ok(await world.coordinator.get(f"/v1/appointments/{call['id']}"))
    await acts(world.coordinator, told, "cancel", reason="clinic_closed")
    refused = await someone.presses(page, "Send it once more")
    assert (refused.status, "What it says is no longer so" in refused.text) == (409, True)
    assert len(mailbox.mails(world)) == 1


async def test_what_they_say_of_a_channel_is_recorded_and_counts_at_once(world: World) -> None:
    who = await has_patient(world)
    someone, page = await logs_in(world, to=address(who))
    assert "E-mail: ✓ they may be written to so. They have not said anything about it." in page.text
    assert "Text messages: they are not written to so." in page.text
    stopped = await someone.presses(page, "They do not want it")
    assert "Noted: they are not written to so any more." in stopped.text
    assert "E-mail: they are not written to so. So the patient told" in stopped.text
    wanted = ok(await world.coordinator.get(f"/v1/patients/{who}/contact-consents"))
    assert (wanted["allowed"], wanted["said"][0]["said_by"]) == ([], "staff")


async def test_who_may_not_write_to_patients_does_not_read_what_they_were_written(world: World) -> None:
    who = await has_patient(world)
    _, page = await logs_in(world, Role.THERAPIST, to=f"/pages/desk/patients/{who}")
    assert "Messages to the patient" not in page.text
