"""Good-faith estimates: the clock of a booked visit, across Thanksgiving; issued, late, delivered, changed, printed."""

from datetime import datetime, timedelta
from typing import Any

from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.identity import Role
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import books, estimates, has_patient, issue, ok, refusal, usd
from services.billing.tests.heard import PLAN, later, plan_signed, registered, session_completed
from services.billing.tests.world import World

FAR, NEAR, SOON = local(14, 9, month=12), local(1, 9, month=12), local(25, 9)


async def test_the_clock_counts_business_days(world: World) -> None:
    await has_patient(world)
    await books(world, FAR)
    await books(world, NEAR)
    await books(world, SOON)
    assert [each["due_by"] for each in await estimates(world)] == ["2026-11-28T08:00:00Z", "2026-11-25T08:00:00Z"]


async def test_the_visits_of_a_plan_share_one_estimate(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    await books(world, FAR, plan_id=PLAN)
    await books(world, FAR + timedelta(days=7), plan_id=PLAN)
    await books(world, FAR + timedelta(days=8), plan_id=PLAN, kind=codes.AppointmentKind.INTEGRATION)
    (estimate,) = await estimates(world)
    issued = await issue(world, estimate)
    assert issued["issues"][0]["total"] == usd(225 + 6 * (350 + 45) + 6 * 225)
    assert (await world.said_types(ANA))[-1] == "GoodFaithEstimateIssued"


async def test_a_plan_heard_of_after_its_visits_has_its_one_estimate_all_the_same(world: World) -> None:
    await has_patient(world)
    await books(world, FAR, plan_id=PLAN)
    await books(world, FAR + timedelta(days=7), plan_id=PLAN)
    before = [each["due_by"] for each in await estimates(world)]
    await world.hear(plan_signed())
    due = [each for each in await estimates(world) if each["due_by"]]
    assert [(each["plan_id"], each["due_by"]) for each in due] == [(PLAN, min(before))]
    issued = await issue(world, due[0])
    assert issued["issues"][0]["total"] == usd(225 + 6 * (350 + 45) + 6 * 225)


async def test_the_free_call_wants_none(world: World) -> None:
    await has_patient(world)
    await books(world, FAR, kind=codes.AppointmentKind.INFO_CALL)
    assert await estimates(world) == []


async def test_a_cancelled_visit_needs_none_any_more(world: World) -> None:
    await has_patient(world)
    visit = await books(world, FAR)
    cancelled = later(visit, status=codes.AppointmentStatus.CANCELLED)
    await world.hear(
        contracts.TreatmentCancelled(
            **cancelled,
            cancelled_by=codes.CancelledBy.CLINIC,
            reason=codes.CancelReason.CLINIC_CLOSED,
            notice_minutes=30_000,
        )
    )
    world.clock.now = FAR
    await world.catch_up()
    assert "GoodFaithEstimateOverdue" not in await world.said_types(ANA)


async def test_one_that_is_not_issued_in_time_is_said_overdue_once_and_then_needs_a_reason(world: World) -> None:
    await has_patient(world)
    await books(world, FAR)
    world.clock.now = local(28, 0) - timedelta(seconds=1)
    await world.catch_up()
    assert "GoodFaithEstimateOverdue" not in await world.said_types(ANA)
    world.clock.advance(timedelta(seconds=2))
    await world.catch_up()
    await world.catch_up()
    assert (await world.said_types(ANA)).count("GoodFaithEstimateOverdue") == 1
    (estimate,) = await estimates(world)
    path, version = f"/v1/estimates/{estimate['id']}/issue", estimate["version"]
    assert refusal(await world.biller.post(path, {}, version=version)) == (409, "estimate_late")
    issued = await issue(world, estimate, late_reason="The office was closed by a storm.")
    assert issued["due_by"] is None


async def test_it_names_the_patient_so_registration_comes_first(world: World) -> None:
    await books(world, FAR)
    (estimate,) = await estimates(world)
    path = f"/v1/estimates/{estimate['id']}/issue"
    assert refusal(await world.biller.post(path, {}, version=1)) == (409, "registration_incomplete")
    await world.hear(registered())
    assert (await issue(world, estimate))["issues"]


async def test_a_question_about_costs_starts_a_clock_of_three_business_days(world: World) -> None:
    await has_patient(world)
    question = {"patient_id": ANA, "visits": [{"kind": "dosing", "count": 6}, {"kind": "integration", "count": 6}]}
    ok(await world.patient(ANA).post("/v1/estimates", question), 201)
    (estimate,) = await estimates(world)
    assert (estimate["cause"], estimate["due_by"]) == ("request", "2026-11-28T08:00:00Z")
    free = {"patient_id": ANA, "visits": [{"kind": "info_call", "count": 1}]}
    assert refusal(await world.biller.post("/v1/estimates", free)) == (422, "nothing_to_estimate")


async def test_a_changed_plan_makes_a_new_version_due_before_the_next_visit(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    await books(world, local(30, 9), plan_id=PLAN)
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    await world.hear(plan_signed(version=2, doses=8))
    (changed,) = await estimates(world)
    assert (changed["cause"], changed["due_by"]) == ("plan_changed", "2026-11-28T08:00:00Z")
    second = await issue(world, changed)
    assert [each["number"] for each in second["issues"]] == [1, 2]


async def test_charges_far_over_the_estimate_are_said(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed(doses=1))
    await books(world, FAR, plan_id=PLAN)
    await issue(world, (await estimates(world))[0])
    for day in (20, 23):
        await world.hear(session_completed(at=local(day, 8)))
    said = await world.said_types(ANA)
    assert said.count("EstimateExceeded") == 1


async def test_it_is_printed_and_delivered(world: World) -> None:
    await has_patient(world)
    await books(world, FAR)
    (estimate,) = await estimates(world)
    assert refusal(await world.biller.get(f"/v1/estimates/{estimate['id']}/pdf")) == (404, "estimate_not_found")
    issued = await issue(world, estimate)
    pdf = await world.patient(ANA).get(f"/v1/estimates/{estimate['id']}/pdf")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    path, version = f"/v1/estimates/{estimate['id']}/deliver", issued["version"]
    ok(await world.calling(Role.COORDINATOR).post(path, {"way": "electronic"}, version=version))
    assert (await world.said_types(ANA))[-1] == "GoodFaithEstimateDelivered"


async def due(world: World) -> list[dict[str, Any]]:
    return [each for each in await estimates(world) if each["due_by"]]


async def test_an_estimate_covers_no_more_visits_than_it_counts(world: World) -> None:
    await has_patient(world)
    question = {"patient_id": ANA, "visits": [{"kind": "evaluation", "count": 1}]}
    ok(await world.patient(ANA).post("/v1/estimates", question), 201)
    (asked,) = await estimates(world)
    await issue(world, asked)
    first = await books(world, FAR, kind=codes.AppointmentKind.EVALUATION)
    assert await due(world) == []
    await books(world, FAR + timedelta(days=1), kind=codes.AppointmentKind.EVALUATION)
    assert [each["cause"] for each in await due(world)] == ["visit"]
    await is_cancelled(world, first)
    await books(world, FAR + timedelta(days=2), kind=codes.AppointmentKind.EVALUATION)
    assert len(await due(world)) == 1, "the place of the visit that was cancelled is free again"


async def test_a_visit_more_than_the_plan_says_wants_an_estimate_of_its_own(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed(doses=1))
    await books(world, FAR, plan_id=PLAN)
    await books(world, FAR + timedelta(days=7), plan_id=PLAN)
    of_plan, of_visit = await due(world)
    assert (of_plan["plan_id"], of_visit["plan_id"]) == (PLAN, None)
    assert (await issue(world, of_visit))["issues"][0]["total"] == usd(350 + 45)


async def test_a_visit_that_is_moved_to_where_it_costs_more_makes_a_new_version(world: World) -> None:
    await has_patient(world)
    visit = await books(world, FAR)
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    await is_moved(world, visit, local(11, 9, month=1, year=2027))
    (changed,) = await due(world)
    assert (changed["id"], changed["cause"]) == (estimate["id"], "price_changed")
    first, second = (await issue(world, changed))["issues"]
    assert first["total"]["minor"] < second["total"]["minor"]


async def test_a_visit_that_is_moved_and_costs_the_same_keeps_its_estimate(world: World) -> None:
    await has_patient(world)
    visit = await books(world, FAR)
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    await is_moved(world, visit, FAR + timedelta(days=1))
    assert await due(world) == []


async def test_what_is_issued_after_a_move_says_what_the_visit_costs_and_when_it_is(world: World) -> None:
    await has_patient(world)
    visit = await books(world, FAR)
    await is_moved(world, visit, local(11, 9, month=1, year=2027))
    (estimate,) = await due(world)
    (said,) = (await issue(world, estimate))["issues"]
    assert (said["total"], said["service_date"]) == (usd(360 + 45 + 230), "2027-01-11")


async def test_moved_to_tomorrow_it_is_due_when_the_patient_comes(world: World) -> None:
    await has_patient(world)
    await is_moved(world, await books(world, FAR), local(24, 9))
    (estimate,) = await due(world)
    assert estimate["due_by"] == "2026-11-24T17:00:00Z"


async def test_a_dearer_visit_of_a_plan_that_is_called_off_makes_no_new_version(world: World) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    await books(world, FAR, plan_id=PLAN)
    await issue(world, (await estimates(world))[0])
    dearer = await books(world, local(11, 9, month=1, year=2027), plan_id=PLAN)
    assert [each["cause"] for each in await due(world)] == ["price_changed"]
    await is_cancelled(world, dearer)
    assert await due(world) == []


async def is_reassigned(world: World, visit: dict[str, Any], provider: str) -> dict[str, Any]:
    role = codes.ProviderRole.PRESCRIBER
    after = later(visit, providers=(contracts.Provider(id=provider, role=role),))
    await world.hear(contracts.TreatmentReassigned(**after, previous_providers=visit["providers"]))
    return after


async def named(world: World, estimate: dict[str, Any]) -> list[str]:
    """The clinicians on its latest version."""
    latest = (await world.ports.estimates.get(estimate["id"])).latest
    assert latest is not None
    return [each.name for each in latest.parties.clinicians]


async def test_who_takes_a_visit_over_is_named_in_what_is_issued_then_and_in_a_new_version(world: World) -> None:
    await has_patient(world)
    visit = await is_reassigned(world, await books(world, FAR), "theo-therapist")
    (estimate,) = await estimates(world)
    await issue(world, estimate)
    assert await named(world, estimate) == ["Theo Therapist"]
    visit = await is_reassigned(world, visit, "dr-paula-prescriber")
    (changed,) = await due(world)
    assert changed["cause"] == "provider_changed"
    await issue(world, changed)
    assert await named(world, estimate) == ["Paula Prescriber"]
    world.clock.now = local(12, 9, month=12)
    await is_reassigned(world, visit, "theo-therapist")
    assert await due(world) == [], "less than a business day before it stands"


async def is_cancelled(world: World, visit: dict[str, Any]) -> None:
    cancelled = later(visit, status=codes.AppointmentStatus.CANCELLED)
    reason, by = codes.CancelReason.CLINIC_CLOSED, codes.CancelledBy.CLINIC
    await world.hear(contracts.TreatmentCancelled(**cancelled, cancelled_by=by, reason=reason, notice_minutes=30_000))


async def is_moved(world: World, visit: dict[str, Any], to: datetime) -> None:
    moved = later(visit, starts_at=to, ends_at=to + timedelta(hours=1))
    by = codes.RescheduledBy.PATIENT
    await world.hear(
        contracts.TreatmentRescheduled(
            **moved, previous_starts_at=visit["starts_at"], rescheduled_by=by, notice_minutes=20_000
        )
    )
