"""Booking asks for somebody's erasure: screening keeps what was said to it, and lets go of whom it only knows."""

from datetime import timedelta
from typing import Any

from careflow_events import contracts
from careflow_service.ids import new_id
from careflow_service.testing.visiting import Visitor
from services.screening.tests.clinic import answers, has_case, history, info_call_ended, ok, reads, refusal, registered
from services.screening.tests.integration.test_question_pages import begins, link_of
from services.screening.tests.world import World


async def asked(world: World, patient_id: str) -> str:
    erasure_id = new_id()
    await world.hear(
        contracts.PatientErasureRequested(patient_id=patient_id, erasure_id=erasure_id, requested_at=world.clock())
    )
    return erasure_id


async def erased(world: World, patient_id: str, erasure_id: str) -> None:
    await world.hear(contracts.PatientErased(patient_id=patient_id, erasure_id=erasure_id, erased_at=world.clock()))
    await world.catch_up()


async def answer(world: World, patient_id: str) -> Any:
    return (await world.said(patient_id))[-1]


async def test_a_prospect_is_let_go_and_leaves_nothing(world: World) -> None:
    ana = (await has_case(world))["patient_id"]
    erasure_id = await asked(world, ana)
    await world.hear_again()

    agreed = await answer(world, ana)
    assert agreed.type == "careflow.screening.ScreeningErasureAgreed.v1"
    assert agreed.data == {"patient_id": ana, "erasure_id": erasure_id}
    assert (await world.said_types(ana)).count("ScreeningErasureAgreed") == 1

    await erased(world, ana, erasure_id)

    assert set(await world.said_types(ana)) == {"EventErased", "ScreeningErasureAgreed"}
    for name in ("patients", "cases", "tasks", "answer_links", "pre_session_screens"):
        assert await world.store.database[name].count_documents({}) == 0, name
    for canary in ("1988-04-02", "5550123"):
        assert await world.readable(canary) == set()
    async with world.nothing_changes(but=frozenset({"_positions"})):
        await world.hear(registered(ana))
        await world.hear(info_call_ended(ana, world.clock()))


async def test_what_was_answered_is_kept_for_its_years_and_writing_waits_for_the_end(world: World) -> None:
    case = await has_case(world)
    ana = case["patient_id"]
    ok(await answers(world, case, "phq-9", {"1": "1"}))
    erasure_id = await asked(world, ana)

    refused = await answer(world, ana)
    assert refused.type == "careflow.screening.ScreeningErasureRefused.v1"
    assert refused.data["reason"] == "care_record"
    assert refused.data["retain_until"].startswith(str(world.clock().year + 7))
    said = await world.patient(ana).post(f"/v1/cases/{case['id']}/history", history())
    assert refusal(said) == (409, "erasure_under_way")

    declined = contracts.ErasureDeclined(patient_id=ana, erasure_id=erasure_id, declined_at=world.clock())
    await world.hear(declined)
    await world.catch_up()

    ok(await world.patient(ana).post(f"/v1/cases/{case['id']}/history", history()), 201)
    assert (await reads(world, case))["id"] == case["id"]


async def test_what_was_kept_for_its_years_is_let_go(world: World) -> None:
    case = await has_case(world)
    ana = case["patient_id"]
    ok(await answers(world, case, "phq-9", {"1": "1"}))
    closing = {"reason": "withdrawn", "note": "going elsewhere"}
    version = (await reads(world, case))["version"]
    ok(await world.nurse.post(f"/v1/cases/{case['id']}/close", closing, version=version))
    await asked(world, ana)
    assert (await answer(world, ana)).type == "careflow.screening.ScreeningErasureRefused.v1"

    world.clock.advance(timedelta(days=7 * 366))
    await asked(world, ana)

    assert (await answer(world, ana)).type == "careflow.screening.ScreeningErasureAgreed.v1"


async def test_a_link_and_a_sitting_of_somebody_erased_lead_nowhere(world: World) -> None:
    case = await has_case(world)
    link = await link_of(world, case)
    someone, first = await begins(world, case)
    await erased(world, case["patient_id"], await asked(world, case["patient_id"]))

    sat = await someone.presses(first, "Continue", answer="0")
    seen = await someone.opens("/pages/questions")
    opened = await Visitor(world.client).opens(link)

    assert (sat.status, seen.status) == (401, 401)
    assert (opened.status, opened.h1) == (404, "This link does not lead anywhere any more")
