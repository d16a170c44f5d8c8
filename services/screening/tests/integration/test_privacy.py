"""Clinical content is readable nowhere but in encrypted bodies and sealed sections."""

from datetime import timedelta

from careflow_events import contracts
from careflow_events.catalogue import CATALOGUE, read
from careflow_events.contracts import (
    ClearanceGranted,
    DiagnosesRecorded,
    EvaluationRecorded,
    QuestionnaireCompleted,
    codes,
)
from careflow_service.ids import new_id
from careflow_service.testing.disclosing import asked_of_all
from careflow_service.testing.naming import named
from careflow_service.testing.reading import in_the_open
from careflow_service.testing.stored import wrongly_stored
from careflow_service.testing.world import SEALING
from services.screening.tests.clinic import answers, cleared, details_changed, grants, has_rota, ok, reads, refusal
from services.screening.tests.consenting import consents
from services.screening.tests.treatment import a_visit, booked
from services.screening.tests.world import World

CANARY = "zzcanaryzz"


async def test_nothing_clinical_is_readable_in_the_store_in_events_in_pages_or_in_logs(world: World) -> None:
    case = await everything_with_canaries(world)
    await world.hear(booked(a_visit(case["patient_id"], world.clock() + timedelta(days=10))))
    await world.hear(named("Jordan Lee"))
    await world.catch_up()
    assert await wrongly_stored(world, "screening") == []
    assert "POST /v1/alerts/{alert_id}/close" in world.logs.getvalue()
    assert await world.readable(CANARY) == set()
    assert all(CANARY not in file.read_text() for file in world.pages.glob("*.json"))
    assert all("phq" not in str(in_the_open(event)) for event in await world.said(case["patient_id"]))


async def everything_with_canaries(world: World) -> dict[str, str]:
    """Text in every field that takes text, through every kind of command."""
    await has_rota(world)
    ok(await world.nurse.post("/v1/rota/test-pages"), 201)
    case, clearance_id = await cleared(world, new_id())
    path, prescriber = f"/v1/cases/{case['id']}", world.prescriber
    await world.hear(details_changed(case["patient_id"], name=contracts.PersonName(given=CANARY, family=CANARY)))
    ok(await prescriber.post(f"{path}/medications", {"name": CANARY, "detail": CANARY, "signed": CANARY}), 201)
    allergy = {"condition": "drug_allergy", "status": "active", "detail": CANARY, "signed": CANARY}
    fact = ok(await prescriber.post(f"{path}/facts", allergy), 201)["id"]
    ok(await prescriber.post(f"{path}/facts/{fact}/reclassify", {"status": "history", "reason": CANARY}))
    ok(await prescriber.post(f"/v1/clearances/{clearance_id}/suspend", {"reason": CANARY}))
    ok(await grants(world, case, conditions=[CANARY], accepted={"IX-UNKNOWN": CANARY, "CI-01": CANARY}), 201)
    alert = ok(await answers(world, case | {"clinical": None}, "phq-9", {"9": "1"}), 409)
    assert alert["code"] == "questionnaire_completed"
    body = {"patient_id": case["patient_id"], "level": "high", "note": CANARY}
    raised = ok(await prescriber.post("/v1/alerts", body), 201)["alert_id"]
    where = {"location": CANARY, "callback_number": CANARY}
    ok(await prescriber.post(f"/v1/alerts/{raised}/whereabouts", where))
    version = ok(await prescriber.post(f"/v1/alerts/{raised}/acknowledge"))["version"]
    ended = {"outcome": "resolved", "note": CANARY, "disposition": "safe_with_plan", "safety_plan": CANARY}
    ok(await prescriber.post(f"/v1/alerts/{raised}/close", ended, version=version))
    ok(await prescriber.post(f"{path}/links"), 201)
    handed_out = {"basis": "court_order", "recipient": CANARY, "reason": CANARY, "reference": CANARY}
    ordinary = codes.RecordPart.ORDINARY
    await world.hear(asked_of_all(contracts.RecordRequested, case["patient_id"], new_id(), ordinary))
    disclosing = f"/v1/patients/{case['patient_id']}/disclosures"
    ok(await prescriber.post(disclosing, {"part": "general", **handed_out}), 201)
    signed = {"recipients": [CANARY], "document": CANARY, "signer": "representative", "representative": CANARY}
    consent = await consents(world, case, purpose="described", purpose_in_words=CANARY, **signed)
    ok(await prescriber.post(f"/v1/consents/{consent}/revoke", {"note": CANARY}))
    version = (await reads(world, case))["version"]
    ok(await prescriber.post(f"{path}/decisions/deny", {"reason": CANARY}, version=version))
    return dict(case)


async def test_a_refusal_repeats_nothing_of_what_was_sent(world: World) -> None:
    case, _ = await cleared(world)
    path = f"/v1/cases/{case['id']}/facts"
    wrong = await world.nurse.post(path, {"condition": CANARY, "status": CANARY, "surprise": CANARY})
    assert refusal(wrong) == (422, "invalid_request")
    assert CANARY not in wrong.text


async def test_sealed_sections_open_for_whom_they_are_meant(world: World) -> None:
    case, _ = await cleared(world)
    evaluated = case["clinical"]["evaluations"][0]["id"]
    codes = {"evaluation_id": evaluated, "codes": ["F33.2", "F10.20"]}
    ok(await world.prescriber.post(f"/v1/cases/{case['id']}/diagnoses", codes), 201)
    events = {event.type: event for event in await world.said(case["patient_id"])}

    def as_read_by(consumer: str, contract: type) -> object:
        return read(events[f"careflow.screening.{contract.__name__}.v1"], SEALING.ring(consumer))

    granted = as_read_by("sessions", ClearanceGranted)
    assert isinstance(granted, ClearanceGranted)
    assert granted.for_sessions.opened().indications == ("severe_depression",)
    diagnosed = as_read_by("billing", DiagnosesRecorded)
    assert isinstance(diagnosed, DiagnosesRecorded)
    assert (diagnosed.for_billing.opened().codes, diagnosed.for_billing.opened().withheld) == (("F33.2",), 1)
    evaluation = as_read_by("billing", EvaluationRecorded)
    assert isinstance(evaluation, EvaluationRecorded)
    assert [line.code for line in evaluation.for_billing.opened().service_lines] == ["90792"]
    completed = as_read_by("sessions", QuestionnaireCompleted)
    assert isinstance(completed, QuestionnaireCompleted)
    assert completed.for_sessions.opened().questionnaire == "c-ssrs-screener"
    closed_to_billing = as_read_by("billing", ClearanceGranted)
    assert isinstance(closed_to_billing, ClearanceGranted)
    assert closed_to_billing.for_sessions.value is None
    assert set(events) <= set(CATALOGUE)
