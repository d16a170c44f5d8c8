"""What overtakes what patients are told, and what comes of it then."""

from datetime import date
from typing import Any

import httpx

from booking.application.commands.come_in import ComeIn
from booking.domain.ids import MessageId, PatientId
from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, books, has_patient, has_practitioner, ok, refusal
from services.booking.tests.mailbox import link_of
from services.booking.tests.treatment import reads
from services.booking.tests.world import World


async def has_visit(world: World) -> tuple[str, Any]:
    """Somebody, whose visit in four days they have heard of."""
    await has_practitioner(world)
    ana = await has_patient(world)
    visit = await books(world.coordinator, ana, starts_at=local(27, 10))
    await world.catch_up()
    return ana, visit


async def states(world: World, patient_id: str) -> list[tuple[str, str]]:
    """What became of the patient's messages."""
    found = await world.ports.messages.of_patient(PatientId(patient_id), 50, None)
    return sorted((each.reason.value, each.state.value) for each in found.items)


async def a_patient_is_reminded_while_the_visit_is_moved(world: World, overtaking: Overtaking) -> None:
    ana, visit = await has_visit(world)
    world.clock.now = local(25, 10)
    overtaking.by(lambda: acts(world.coordinator, visit, "reschedule", starts_at=local(30, 10).isoformat()))
    await world.catch_up()
    assert await states(world, ana) == [("visit_booked", "sent"), ("visit_moved", "sent")]
    assert (await reads(world, visit))["starts_at"] == "2026-11-30T18:00:00Z"


async def a_message_is_settled_while_the_visit_is_cancelled(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    ana = await has_patient(world, channels=["phone"])
    visit = await books(world.coordinator, ana, starts_at=local(27, 10))
    overtaking.by(lambda: acts(world.coordinator, visit, "cancel", reason="clinic_closed"))
    await world.catch_up()
    assert await states(world, ana) == [("visit_booked", "undelivered"), ("visit_cancelled", "undelivered")]
    assert (await reads(world, visit))["status"] == "cancelled"


async def latest(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/patients/{patient_id}/messages"))["items"][0]


async def a_link_is_heard_of_while_it_is_heard_of(world: World, overtaking: Overtaking) -> None:
    """By two workers at once, as one takes over from the other."""
    ana = await has_patient(world)
    event = world.next_event(news.answer_link_issued({"patient_id": ana, "ref": new_id(), "now": world.clock()}))
    overtaking.by(lambda: world.take_in(event))
    await world.take_in(event)
    assert await states(world, ana) == [("questions_asked", "planned")]


async def an_account_link_is_heard_of_while_it_is_heard_of(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    event = world.next_event(news.account_link_issued({"patient_id": ana, "ref": new_id(), "now": world.clock()}))
    overtaking.by(lambda: world.take_in(event))
    await world.take_in(event)
    assert await states(world, ana) == [("account_news", "planned")]


async def a_plan_link_is_heard_of_while_it_is_heard_of(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    event = world.next_event(news.plan_link_issued({"patient_id": ana, "ref": new_id(), "now": world.clock()}))
    overtaking.by(lambda: world.take_in(event))
    await world.take_in(event)
    assert await states(world, ana) == [("plan_tasks", "planned")]


async def a_plan_link_is_withdrawn_while_its_message_goes_out(world: World, overtaking: Overtaking) -> None:
    """It was sent and leads nowhere: it is not sent again."""
    ana = await has_patient(world)
    known = {"patient_id": ana, "ref": new_id(), "now": world.clock()}
    await world.hear(news.plan_link_issued(known))
    overtaking.by(world.catch_up)
    await world.hear(news.plan_link_withdrawn(known))
    assert await states(world, ana) == [("plan_tasks", "sent")]
    refused = await world.coordinator.post(f"/v1/messages/{known['ref']}/send-again")
    assert refusal(refused) == (409, "not_true_any_more")


async def somebody_tells_a_patient_while_somebody_else_does(world: World, overtaking: Overtaking) -> None:
    path, untold = await somebody_cannot_be_told(world)
    path, told = f"{path}/told", {"news": "account"}
    overtaking.by(lambda: world.coordinator.post(path, told, version=untold["version"]))
    assert refusal(await world.coordinator.post(path, told, version=untold["version"])) == (412, "stale_version")


async def somebody_cannot_be_told(world: World) -> tuple[str, Any]:
    """A patient no message can tell of their account, and their line of the list."""
    ana = await has_patient(world, channels=["phone"])
    await world.hear(news.account_link_issued({"patient_id": ana, "ref": new_id(), "now": world.clock()}))
    await world.catch_up()
    (untold,) = ok(await world.coordinator.get("/v1/tasks/patients"))["items"]
    return f"/v1/tasks/patients/{ana}", untold


async def who_tells_them(world: World) -> str | None:
    (untold,) = ok(await world.coordinator.get("/v1/tasks/patients"))["items"]
    return untold["taken"]["by"] if untold["taken"] else None


async def a_telling_is_taken_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    path, seen = await somebody_cannot_be_told(world)
    overtaking.by(lambda: world.calling(Role.NURSE).post(f"{path}/take", version=seen["version"]))
    assert refusal(await world.coordinator.post(f"{path}/take", version=seen["version"])) == (409, "task_taken")
    assert await who_tells_them(world) == "user-nurse"


async def a_telling_is_given_back_while_they_are_told(world: World, overtaking: Overtaking) -> None:
    path, seen = await somebody_cannot_be_told(world)
    ok(await world.coordinator.post(f"{path}/take", version=seen["version"]))
    told = {"news": "account"}
    overtaking.by(lambda: world.calling(Role.NURSE).post(f"{path}/told", told, version=seen["version"]))
    assert refusal(await world.coordinator.post(f"{path}/give-back", version=seen["version"])) == (412, "stale_version")


async def a_telling_is_handed_over_while_it_is_taken(world: World, overtaking: Overtaking) -> None:
    path, seen = await somebody_cannot_be_told(world)
    overtaking.by(lambda: world.calling(Role.NURSE).post(f"{path}/take", version=seen["version"]))
    handed = await world.coordinator.post(f"{path}/hand-over", {"to": "lou"}, version=seen["version"])
    assert refusal(handed) == (409, "task_taken")
    assert await who_tells_them(world) == "user-nurse"


async def a_consent_is_recorded_while_it_is_withdrawn(world: World, overtaking: Overtaking) -> None:
    ana, _ = await has_visit(world)
    path = f"/v1/patients/{ana}/contact-consents"
    overtaking.by(lambda: world.patient(ana).post(path, {"channel": "sms", "given": False}))
    ok(await world.coordinator.post(path, {"channel": "sms", "given": True}), 201)
    said = ok(await world.coordinator.get(path))["said"]
    assert [(each["said_by"], each["given"]) for each in said] == [("patient", False), ("staff", True)]


async def a_message_is_sent_again_while_its_visit_is_moved(world: World, overtaking: Overtaking) -> None:
    ana, visit = await has_visit(world)
    path = f"/v1/messages/{(await latest(world, ana))['id']}/send-again"
    overtaking.by(lambda: acts(world.coordinator, visit, "reschedule", starts_at=local(30, 10).isoformat()))
    assert refusal(await world.coordinator.post(path)) == (409, "not_true_any_more")


async def a_message_comes_back_while_somebody_else_records_it(world: World, overtaking: Overtaking) -> None:
    ana, visit = await has_visit(world)
    message = await latest(world, ana)
    path = f"/v1/messages/{message['id']}/undelivered"
    overtaking.by(lambda: world.coordinator.post(path, version=message["version"]))
    assert refusal(await world.coordinator.post(path, version=message["version"])) == (412, "stale_version")
    assert (await reads(world, visit))["version"] == visit["version"] + 1


async def a_patient_is_told_while_somebody_else_tells_them(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    visit = await books(world.coordinator, await has_patient(world, channels=["phone"]), starts_at=local(27, 10))
    await world.catch_up()
    seen = await reads(world, visit)
    path = f"/v1/appointments/{seen['id']}/told"
    overtaking.by(lambda: world.coordinator.post(path, version=seen["version"]))
    assert refusal(await world.coordinator.post(path, version=seen["version"])) == (412, "stale_version")


async def a_link_is_used_while_it_is_used(world: World, overtaking: Overtaking) -> None:
    ana, _ = await has_visit(world)
    link = link_of(world)
    overtaking.by(lambda: pressed(world, link, "first"))
    assert (await pressed(world, link, "second")).status_code == 404
    said = ok(await world.coordinator.get(f"/v1/patients/{ana}/contact-consents"))["said"]
    assert [(each["channel"], each["given"], each["said_by"]) for each in said] == [("email", False, "link")]


async def a_patient_comes_in_while_somebody_guesses(world: World, overtaking: Overtaking) -> None:
    """Both tries count, one after the other."""
    ana, _ = await has_visit(world)
    message_id = MessageId((await latest(world, ana))["id"])

    async def guesses() -> bool:
        tried = await world.application.come_in(ComeIn(message_id, date(2000, 1, 1)), Actor.public())
        return tried.value.opened_at is not None

    overtaking.by(guesses)
    assert not await guesses()
    assert (await world.ports.messages.get(message_id)).tries.wrong == 2


async def pressed(world: World, link: str, key: str) -> httpx.Response:
    """The button on the page that a link leads to."""
    return await world.client.post(link, data={"key": key})
