"""The drug log of a day on which things go wrong: nobody witnesses themselves, a vial breaks, another is not where it
should be and nobody saw it go. The day is closed with that said, the clocks of the DEA run until a prescriber has
answered, and the answer settles what had no witness.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from careflow_clinic.bedside import LEFT_OVER_MG, Bedside, today
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, Person
from careflow_clinic.course import Course
from careflow_clinic.http import Answer
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

LOG, SESSIONS = "/v1/drug-log", "careflow.sessions.v1"
WHOLE_VIAL_MG = "500"
BROKEN = {"kind": "spilled", "mg": WHOLE_VIAL_MG}
GONE = {"kind": "lost", "mg": WHOLE_VIAL_MG}


async def test_a_vial_breaks_another_is_gone_and_the_day_closes_with_that_said(walk: Walk, person: Person) -> None:
    course = Course(walk, await walk.to_clearance(person))
    (pair,) = await course.to_first_dose(pairs=1)
    await course.answer_before(pair.dosing, score=12)
    session_id = await course.ready_for_dose(pair.dosing)
    here, bedside, events = pair.dosing["location_id"], course.bedside, walk.clinic.events
    _, draw_id = await course.give_dose(session_id, here)

    itself = await _wasted(bedside, course.vial_id, draw_id)
    alone = await bedside.http.ask(NURSE, "POST", "sessions", f"{itself}/witness")
    assert (alone.status, alone.code) == (403, "witness_is_actor")
    await bedside.http.post(PRESCRIBER, "sessions", f"{itself}/witness")

    broken = await bedside.receive_vial(here, lot="L-broken")
    spill = await _enters(bedside, broken, BROKEN)
    seen = f"{LOG}/containers/{broken}/entries/{spill.body['added_id']}/witness"
    await bedside.http.post(PRESCRIBER, "sessions", seen)
    gone = await bedside.receive_vial(here, lot="L-gone")
    loss = await _enters(bedside, gone, GONE)
    subject = f"location:{here}"
    due = await events.wait_for("DrugTaskDue", subject=subject, where=_of_a_case)
    await events.wait_for("DrugLossReported", subject=subject)
    assert str(WHOLE_VIAL_MG) not in repr(due.data), "how much is missing is the clinic's and the DEA's"

    (case,) = await _cases(bedside, here)
    assert (case["form_record"]["lot"], case["form_record"]["missing_mg"]) == ("L-gone", WHOLE_VIAL_MG)
    await bedside.does(session_id, "abort", {"patient_left": True, "reason": "Went home with her sister."})
    on = today(walk.clock.now()).isoformat()
    day = f"{LOG}/locations/{here}/days/{on}"
    counts = await bedside.counted(here)
    silent = await bedside.http.ask(NURSE, "POST", "sessions", f"{day}/close", {"counts": counts})
    assert (silent.status, silent.code) == (409, "day_does_not_reconcile")
    known = {"counts": counts, "acknowledgement": "The director was called at once."}
    await bedside.http.post(NURSE, "sessions", f"{day}/close", known)
    await bedside.http.post(PRESCRIBER, "sessions", f"{day}/confirm")
    closed = (await bedside.http.get(NURSE, "sessions", day)).body
    assert [each["case_id"] for each in closed["discrepancies"]] == [case["id"]]
    said = await events.wait_for("DrugDayClosed", subject=subject, where=lambda event: event.data["day"] == on)
    assert said.data["open_discrepancies"] == 1
    again = await bedside.http.ask(NURSE, "POST", "sessions", f"{day}/close", known)
    assert again.status == 409, "a day is closed once"
    assert await _without_witness(bedside, gone) == [(loss.body["added_id"], None)]

    judged = {"how": "theft", "note": "The cabinet was forced."}
    path = f"{LOG}/cases/{case['id']}"
    by_nurse = await bedside.http.ask(NURSE, "POST", "sessions", f"{path}/judgements", judged)
    assert (by_nurse.status, by_nurse.code) == (403, "forbidden")
    await bedside.http.post(PRESCRIBER, "sessions", f"{path}/judgements", judged)
    assert await _without_witness(bedside, gone) == [(loss.body["added_id"], case["id"])]
    (reported,) = (await bedside.http.get(NURSE, "sessions", day)).body["discrepancies"]
    assert (reported["entry_id"], reported["judged"]["how"]) == (loss.body["added_id"], "theft")
    await _reports(bedside, path, "dea_notice")
    await walk.travel_to(walk.clock.now() + timedelta(days=46))
    (overdue,) = filter(_of_a_case, events.of("DrugTaskOverdue", subject=subject))
    assert overdue.data["category"] == "dea_form_106"
    await _reports(bedside, path, "dea_form_106")
    assert await _cases(bedside, here) == []
    outsider = await bedside.http.ask(COORDINATOR, "GET", "sessions", path)
    assert outsider.status == 403


def _of_a_case(event: SeenEvent) -> bool:
    """Not of the first inventory, which is asked for when a location begins to keep drugs."""
    return event.data["category"] != "initial_inventory"


async def _wasted(bedside: Bedside, vial_id: str, draw_id: str) -> str:
    """What was left over is wasted before nobody yet. Returns the entry's address."""
    entry = await _enters(bedside, vial_id, {"kind": "wasted", "mg": LEFT_OVER_MG, "draw_id": draw_id})
    return f"{LOG}/containers/{vial_id}/entries/{entry.body['added_id']}"


async def _enters(bedside: Bedside, container_id: str, entry: Mapping[str, Any]) -> Answer:
    return await bedside.http.post(NURSE, "sessions", f"{LOG}/containers/{container_id}/entries", entry)


async def _without_witness(bedside: Bedside, container_id: str) -> list[tuple[str, str | None]]:
    """The lines of a container that nobody witnessed, and by which case's judgement each counts."""
    lines = (await bedside.http.get(NURSE, "sessions", f"{LOG}/containers/{container_id}")).body["entries"]
    unseen = [each for each in lines if each["kind"] == GONE["kind"] and each["witnessed_by"] is None]
    return [(each["id"], each["judged"] and each["judged"]["case_id"]) for each in unseen]


async def _cases(bedside: Bedside, location_id: str) -> list[dict[str, Any]]:
    """The discrepancies that wait for somebody."""
    path = f"{LOG}/locations/{location_id}/cases"
    return list((await bedside.http.get(NURSE, "sessions", path, params={"waiting": "true"})).body["items"])


async def _reports(bedside: Bedside, case: str, kind: str) -> None:
    await bedside.http.post(PRESCRIBER, "sessions", f"{case}/reports", {"kind": kind, "reference": f"{kind} 4711"})
