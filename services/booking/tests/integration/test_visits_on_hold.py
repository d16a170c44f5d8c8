"""A booked visit that must wait: what holds which kind, what releases it, what becomes of one that stays on hold."""

from datetime import timedelta

import pytest

from careflow_events import contracts
from careflow_events.contracts import session_codes
from careflow_service.ids import new_id
from services.booking.tests.builders import local
from services.booking.tests.clinic import acts, ok, refusal, visit
from services.booking.tests.news import (
    RENEWED,
    SUSPENDED,
    Turn,
    adverse_event,
    alert,
    alert_closed,
    booked,
    clearance,
    consent,
    integration,
    plan,
    reviewed,
)
from services.booking.tests.treatment import (
    CONSENT,
    DOSING_AT,
    care_path,
    deadlines_fire,
    doses,
    in_treatment,
    of_session,
    prepares,
    reads,
    session_completed,
)
from services.booking.tests.world import World


@pytest.mark.parametrize(
    ("raised", "released", "reason"),
    [
        (alert, alert_closed, "clinical"),
        (adverse_event, reviewed(session_codes.ReviewDecision.RESUME), "clinical"),
        (integration(contracts.IntegrationOverdue), integration(contracts.IntegrationDone), "clinical"),
        (consent(contracts.ConsentWithdrawn), RENEWED, "consent"),
        (consent(contracts.ConsentExpired), RENEWED, "consent"),
        (plan(contracts.PlanPutOnHold), plan(contracts.PlanResumed), "plan"),
    ],
)
async def test_a_dose_waits_until_what_holds_it_is_settled_and_its_integration_does_not(
    world: World, raised: Turn, released: Turn, reason: str
) -> None:
    known, dose = await booked(world)
    await world.hear(raised(known))
    held = await reads(world, dose)
    assert (held["status"], [each["reason"] for each in held["holds"]]) == ("booked", [reason])
    assert (await reads(world, dose["integration"]))["holds"] == []
    await world.hear(released(known))
    after = await reads(world, dose)
    assert (after["holds"], after["cancels_at"]) == ([], None)
    said = await world.said_types(known["patient_id"])
    assert said[-2:] == ["AppointmentPutOnHold", "AppointmentReleased"]


@pytest.mark.parametrize(
    ("raised", "released"),
    [
        (alert, alert_closed),
        (adverse_event, reviewed(session_codes.ReviewDecision.RESUME)),
        (integration(contracts.IntegrationOverdue), integration(contracts.IntegrationDone)),
    ],
)
async def test_a_release_that_is_heard_first_leaves_nothing_to_hold(world: World, raised: Turn, released: Turn) -> None:
    known, dose = await booked(world)
    await world.hear(released(known))
    await world.hear(raised(known))
    assert (await reads(world, dose))["holds"] == []


async def test_a_clearance_that_ends_holds_the_dose_until_it_counts_again(world: World) -> None:
    known, dose = await booked(world)
    for ends, begins in (
        (SUSPENDED, contracts.ClearanceReinstated),
        (clearance(contracts.ClearanceExpired), contracts.ClearanceExtended),
    ):
        await world.hear(ends(known))
        assert [each["ref"] for each in (await reads(world, dose))["holds"]] == [known["clearance_id"]]
        await world.hear(clearance(begins)(known))
        assert (await reads(world, dose))["holds"] == []


async def test_of_two_open_alerts_one_is_closed_and_the_dose_still_waits(world: World) -> None:
    known, dose = await booked(world)
    other = {**known, "ref": new_id()}
    await world.hear(alert(known))
    await world.hear(alert(other))
    await world.hear(alert_closed(known))
    assert [each["ref"] for each in (await reads(world, dose))["holds"]] == [other["ref"]]


async def test_a_review_that_does_not_resume_releases_nothing(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(adverse_event(known))
    await world.hear(reviewed(session_codes.ReviewDecision.HOLD)(known))
    assert [each["reason"] for each in (await reads(world, dose))["holds"]] == ["clinical"]


async def test_a_mild_adverse_event_holds_nothing(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(adverse_event(known).model_copy(update={"grade": 1}))
    assert (await reads(world, dose))["holds"] == []


async def test_a_plan_given_up_holds_every_visit_of_it(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(plan(contracts.PlanDiscontinued)(known))
    for each in (dose, dose["integration"]):
        assert [hold["reason"] for hold in (await reads(world, each))["holds"]] == ["plan"]


async def test_a_consent_to_another_route_releases_nothing(world: World) -> None:
    known, dose = await booked(world)
    to_another_route = consent(contracts.ConsentSigned, consent_id=new_id())
    for heard in (consent(contracts.ConsentSigned), consent(contracts.ConsentWithdrawn), to_another_route):
        await world.hear(heard(known))
    assert [each["reason"] for each in (await reads(world, dose))["holds"]] == ["consent"]
    await world.hear(RENEWED(known))
    assert (await reads(world, dose))["holds"] == []


async def test_taking_back_a_consent_to_another_route_holds_nothing(world: World) -> None:
    known, dose = await booked(world)
    other = new_id()
    await world.hear(consent(contracts.ConsentSigned, consent_id=other)(known))
    await world.hear(consent(contracts.ConsentWithdrawn, consent_id=other)(known))
    assert (await reads(world, dose))["holds"] == []


async def test_a_renewed_consent_that_is_taken_back_holds_although_the_first_one_never_was(world: World) -> None:
    known, dose = await booked(world)
    renewal = new_id()
    await world.hear(consent(contracts.ConsentSigned)(known))
    await world.hear(consent(contracts.ConsentSigned, consent_id=renewal, renews=(CONSENT,))(known))
    await world.hear(consent(contracts.ConsentWithdrawn, consent_id=renewal)(known))
    assert [each["ref"] for each in (await reads(world, dose))["holds"]] == [renewal]


async def test_without_telehealth_consent_visits_by_video_wait_and_those_in_person_do_not(world: World) -> None:
    known, dose = await booked(world)
    telehealth = session_codes.ConsentCategory.TELEHEALTH
    await world.hear(consent(contracts.ConsentWithdrawn, telehealth)(known))
    assert (await reads(world, dose))["holds"] == []
    held = await reads(world, dose["integration"])
    assert [each["reason"] for each in held["holds"]] == ["consent"]
    await world.hear(consent(contracts.ConsentSigned, telehealth, consent_id=new_id(), renews=(CONSENT,))(known))
    assert (await reads(world, dose["integration"]))["holds"] == []


async def test_a_dose_waits_for_its_preparation_when_that_is_cancelled_and_no_longer_when_it_is_rebooked(
    world: World,
) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    dose = await doses(world, ana)
    await acts(world.coordinator, preparation, "cancel", reason="patient_request")
    held = await reads(world, dose)
    assert [(each["reason"], each["ref"]) for each in held["holds"]] == [("logistics", preparation["id"])]
    ok(await world.coordinator.post("/v1/appointments", visit(ana, "preparation", local(24, 13))), 201)
    assert (await reads(world, dose))["holds"] == []


async def test_a_dose_never_waits_for_a_preparation_that_was_just_completed(world: World) -> None:
    ana, _ = await in_treatment(world)
    preparation = await prepares(world, ana)
    await doses(world, ana)
    await world.hear(session_completed(preparation, DOSING_AT - timedelta(days=1)))
    assert not {"AppointmentPutOnHold", "AppointmentReleased"} & set(await world.said_types(ana))


@pytest.mark.parametrize(
    ("held_before", "cancelled_before"),
    [
        (timedelta(hours=40), timedelta(hours=24)),
        (timedelta(hours=10), timedelta(hours=8)),
        (timedelta(hours=2), timedelta(0)),
        (timedelta(minutes=119), None),
    ],
)
async def test_when_a_visit_on_hold_is_called_off(
    world: World, held_before: timedelta, cancelled_before: timedelta | None
) -> None:
    known, dose = await booked(world)
    world.clock.now = DOSING_AT - held_before
    await world.hear(alert(known))
    held = await reads(world, dose)
    expected = None if cancelled_before is None else DOSING_AT - cancelled_before
    assert held["cancels_at"] == (expected and expected.isoformat().replace("+00:00", "Z"))
    due = (await care_path(world, known["patient_id"]))["due"]
    settle = {each["ref"] for each in due if each["code"] == "settle_hold"}
    assert settle == ({dose["id"]} if expected is None else set())


async def test_a_visit_that_is_not_released_in_time_is_called_off_and_nothing_is_owed(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(alert(known))
    cancels_at = local(24, 9)
    world.clock.now = cancels_at - timedelta(minutes=1)
    await deadlines_fire(world)
    assert (await reads(world, dose))["status"] == "booked"
    world.clock.now = cancels_at
    await deadlines_fire(world)
    await deadlines_fire(world)
    gone = await reads(world, dose)
    assert (gone["status"], gone["cancellation"]["by"]) == ("cancelled", "clinical_hold")
    assert (await reads(world, dose["integration"]))["status"] == "booked"
    assert (await world.said_types(known["patient_id"])).count("TreatmentCancelled") == 1
    await world.hear(alert_closed(known))
    await doses(world, known["patient_id"], integration_at=local(27, 15))


async def test_a_released_visit_is_not_called_off(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(alert(known))
    await world.hear(alert_closed(known))
    world.clock.now = DOSING_AT
    await deadlines_fire(world)
    assert (await reads(world, dose))["status"] == "booked"


async def test_a_visit_on_hold_neither_begins_nor_is_missed_and_giving_it_up_is_free(world: World) -> None:
    known, dose = await booked(world)
    world.clock.now = DOSING_AT - timedelta(hours=1)
    await world.hear(alert(known))
    held = await reads(world, dose)
    for verb in ("arrive", "missed"):
        path = f"/v1/appointments/{dose['id']}/{verb}"
        world.clock.now = DOSING_AT
        assert refusal(await world.coordinator.post(path, version=held["version"])) == (409, "on_hold")
    gone = await acts(world.coordinator, held, "cancel", reason="patient_request")
    assert gone["cancellation"]["by"] == "clinical_hold"


async def test_what_a_session_says_counts_also_of_a_visit_on_hold(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(alert(known))
    world.clock.now = DOSING_AT
    await world.hear(contracts.SessionCheckedIn(**of_session(dose, DOSING_AT)))
    assert (await reads(world, dose))["status"] == "arrived"


async def test_a_hold_is_told_openly_as_a_pair_and_exactly_only_sealed(world: World) -> None:
    known, dose = await booked(world)
    await world.hear(alert(known))
    (held,) = (each for each in await world.said(known["patient_id"]) if "AppointmentPutOnHold" in each.type)
    assert (held.data["reason"], held.data["ref"]) == ("clinical", known["ref"])
    assert str(held.data["holds"]).count(known["ref"]) == 1
    assert held.data["appointment_id"] == dose["id"]
    assert "safety_alert" not in str(held.data)
