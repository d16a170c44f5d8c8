"""What booking makes of screening's events: the care path, whatever arrives, twice or out of order."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from booking.subscriptions import SUBSCRIPTIONS
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_events.contracts.sealed import Sealed
from careflow_events.handling import Settled
from careflow_events.testing.samples import Sample, sample_key_ring, samples, with_unknown_codes, with_unknown_fields
from careflow_service.ids import new_id
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    refusal,
    screening_began,
    visit,
)
from services.booking.tests.world import World, running

VALID_UNTIL = local(21, 9, month=2, year=2027)
FOR_SESSIONS = Sealed.plain(contracts.ClearanceForSessions(indications=(codes.Indication.ANXIETY,)))


async def care_path(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/care-paths/{patient_id}"))


def closed(path: Any, kind: str) -> set[str]:
    (bookable,) = (each for each in path["bookable"] if each["kind"] == kind)
    assert bookable["allowed"] is (bookable["closed_gates"] == [])
    return {gate["code"] for gate in bookable["closed_gates"]}


async def granted(world: World, patient_id: str) -> str:
    clearance_id = new_id()
    await world.hear(
        contracts.ClearanceGranted(
            patient_id=patient_id,
            clearance_id=clearance_id,
            decided_at=world.clock(),
            valid_until=VALID_UNTIL,
            conditional=False,
            for_sessions=FOR_SESSIONS,
        )
    )
    return clearance_id


async def test_from_the_call_to_the_clearance_and_to_its_end(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    assert (await care_path(world, ana))["stage"] == "inquiry"
    await had_info_call(world, ana)
    path = await care_path(world, ana)
    assert (path["stage"], closed(path, "evaluation")) == ("screening", {"screening_needed"})

    case_id = await screening_began(world, ana)
    request_id, due_at = new_id(), world.clock() + timedelta(days=3)
    purpose = codes.QuestionnairePurpose.INTAKE
    await world.hear(
        contracts.QuestionnaireRequested(patient_id=ana, request_id=request_id, purpose=purpose, due_at=due_at)
    )
    path = await care_path(world, ana)
    assert closed(path, "evaluation") == set()
    assert [(each["code"], each["ref"]) for each in path["due"]] == [
        ("questionnaire", request_id),
        ("book_evaluation", None),
    ]
    await world.hear(
        contracts.QuestionnaireCompleted(
            patient_id=ana,
            case_id=case_id,
            request_id=request_id,
            purpose=purpose,
            completed_at=world.clock(),
            for_sessions=Sealed.plain(contracts.QuestionnaireForSessions(questionnaire="phq-9")),
        )
    )
    await world.hear(
        contracts.EvaluationRecorded(
            patient_id=ana,
            case_id=case_id,
            evaluation_id=new_id(),
            appointment_id=new_id(),
            provider_id="dr-lee",
            started_at=world.clock(),
            ended_at=world.clock(),
            parts=(codes.EvaluationPart.RISK,),
            for_billing=Sealed.plain(contracts.EvaluationForBilling(service_lines=())),
        )
    )
    path = await care_path(world, ana)
    assert (path["stage"], path["due"]) == ("evaluation", [{"code": "clearance_decision", "by": None, "ref": None}])

    clearance = await granted(world, ana)
    path = await care_path(world, ana)
    assert (path["stage"], closed(path, "dosing")) == ("cleared", {"plan_needed"})
    assert path["clearance"]["valid_until"] == "2027-02-21T17:00:00Z"

    known: dict[str, Any] = {"patient_id": ana, "clearance_id": clearance, "valid_until": VALID_UNTIL}
    await world.hear(contracts.ClearanceExpiring(**known, days_left=14))
    assert (await care_path(world, ana))["clearance"]["warned_days_left"] == 14
    await world.hear(contracts.ClearanceExpired(**known))
    path = await care_path(world, ana)
    assert (path["stage"], closed(path, "dosing")) == ("evaluation", {"plan_needed", "clearance_expired"})
    assert closed(path, "evaluation") == set()
    stages = [event.data for event in await world.said(ana) if "CarePathStageChanged" in event.type]
    assert [each["to"] for each in stages] == ["info_call", "screening", "evaluation", "cleared", "evaluation"]


async def test_a_suspension_and_an_alert_close_dosing_and_nothing_else(world: World) -> None:
    ana = await has_patient(world)
    clearance = await granted(world, ana)
    known: dict[str, Any] = {"patient_id": ana, "clearance_id": clearance, "valid_until": VALID_UNTIL}
    reason = Sealed.plain(contracts.SuspensionForSessions(reason="new medication"))
    await world.hear(contracts.ClearanceSuspended(**known, reason=codes.SuspensionReason.CLINICAL, for_sessions=reason))
    alert_id = new_id()
    await world.hear(
        contracts.SafetyAlertRaised(
            patient_id=ana,
            alert_id=alert_id,
            level=codes.AlertLevel.HIGH,
            source=codes.AlertSource.ANSWER,
            raised_at=world.clock(),
            respond_by=world.clock() + timedelta(minutes=5),
        )
    )
    path = await care_path(world, ana)
    assert closed(path, "dosing") == {"plan_needed", "clearance_suspended", "safety_alert_open"}
    assert closed(path, "integration") == {"plan_needed"}
    assert path["due"][0]["code"] == "safety_response"
    own = ok(await world.patient(ana).get(f"/v1/care-paths/{ana}"))
    assert "safety_response" not in {each["code"] for each in own["due"]}
    await world.hear(contracts.ClearanceReinstated(**known))
    await world.hear(
        contracts.SafetyAlertClosed(patient_id=ana, alert_id=alert_id, outcome=codes.AlertOutcome.RESOLVED)
    )
    assert closed(await care_path(world, ana), "dosing") == {"plan_needed"}


async def test_a_gap_closes_clinical_gates_until_it_is_repaired_but_a_restriction_counts_at_once(world: World) -> None:
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    await had_info_call(world, ana)
    await screening_began(world, ana)
    clearance = await granted(world, ana)
    lost = contracts.ClearanceRevoked(patient_id=ana, clearance_id=clearance, valid_until=VALID_UNTIL)
    assert await world.hear(lost, skipping=1) is Settled.PARKED
    path = await care_path(world, ana)
    assert path["clearance"]["status"] == "revoked"
    assert "record_incomplete" in closed(path, "evaluation")
    assert "record_incomplete" not in closed(path, "info_call")
    evaluation = visit(ana, "evaluation", local(25, 9))
    response = await world.coordinator.post("/v1/appointments", evaluation)
    assert refusal(response) == (409, "gates_closed")
    assert [gate["code"] for gate in response.json()["gates"]] == ["record_incomplete"]


async def test_news_of_somebody_booking_does_not_know_is_kept(world: World) -> None:
    stranger = new_id()
    await screening_began(world, stranger)
    assert (await care_path(world, stranger))["stage"] == "screening"


HEARD = {each.contract for each in SUBSCRIPTIONS}


@pytest.mark.parametrize("as_sent", [lambda sample: sample, with_unknown_fields, with_unknown_codes])
async def test_every_published_sample_is_taken_in_once(
    store_url: str, database: str, as_sent: Callable[[Sample], Sample]
) -> None:
    """One patient's stream of each topic, in the order of the samples: as their producer sends them now and as a
    newer one will.
    """
    numbers: Counter[str] = Counter()
    async with running(store_url, database, keyring=sample_key_ring("booking")) as world:
        world.clock.now = max(each.envelope.time for each in samples())
        for sample in (each for each in samples() if each.contract in HEARD):
            numbers[sample.contract.topic.name] += 1
            event = replace(as_sent(sample).envelope, sequence=numbers[sample.contract.topic.name])
            assert await world.take_in(event) is Settled.HANDLED, sample
            assert await world.take_in(event) is Settled.DUPLICATE, sample
