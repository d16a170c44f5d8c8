"""Booking asks for somebody's erasure: sessions keeps the record of a treatment, and lets go of whom it only knows."""

from datetime import datetime
from typing import Any

from careflow_events import contracts
from careflow_service.ids import new_id
from services.sessions.tests.clinic import consent_body, has_course, ok, plan_body, refusal
from services.sessions.tests.news import registered
from services.sessions.tests.world import World

BORN = datetime(1988, 4, 2)  # noqa: DTZ001 - a birth date


async def asked(world: World, patient_id: str) -> str:
    erasure_id = new_id()
    await world.hear(
        contracts.PatientErasureRequested(patient_id=patient_id, erasure_id=erasure_id, requested_at=world.clock())
    )
    return erasure_id


async def answer(world: World, patient_id: str) -> Any:
    return (await world.said(patient_id))[-1]


async def test_a_prospect_is_let_go_and_leaves_nothing(world: World) -> None:
    ana = new_id()
    await world.hear(registered(ana, BORN))
    erasure_id = await asked(world, ana)
    assert (await answer(world, ana)).type == "careflow.sessions.SessionsErasureAgreed.v1"

    await world.hear(contracts.PatientErased(patient_id=ana, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()

    assert await world.said_types(ana) == ["SessionsErasureAgreed"]
    assert await world.store.database["patients"].count_documents({}) == 0
    assert await world.readable("1988-04-02") == set()
    consent = await world.patient(ana).post(f"/v1/patients/{ana}/consents", consent_body(route=plan_body()["route"]))
    assert refusal(consent) == (410, "erased")
    async with world.nothing_changes(but=frozenset({"_positions"})):
        await world.hear(registered(ana, BORN))


async def test_a_course_is_kept_for_its_years_and_writing_waits_for_the_end(world: World) -> None:
    course = await has_course(world)
    erasure_id = await asked(world, course.patient_id)

    refused = await answer(world, course.patient_id)
    assert refused.type == "careflow.sessions.SessionsErasureRefused.v1"
    assert refused.data["reason"] in {"care_record", "signed_documents"}
    assert refused.data["retain_until"].startswith(str(world.clock().year + 7))
    path = f"/v1/patients/{course.patient_id}/consents"
    anew = consent_body(route=plan_body()["route"])
    assert refusal(await world.patient(course.patient_id).post(path, anew)) == (409, "erasure_under_way")

    await world.hear(
        contracts.ErasureDeclined(patient_id=course.patient_id, erasure_id=erasure_id, declined_at=world.clock())
    )

    ok(await world.patient(course.patient_id).post(path, anew), 201)
