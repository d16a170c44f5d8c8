"""What overtakes each reaction of billing, and what comes of it then. Events of one stream never overtake each other:
it is a command, a deadline or an event of another service.
"""

from typing import Any

from billing.domain.ids import AppointmentId, PatientId
from billing.domain.visits import VisitState
from careflow_events import contracts
from careflow_events.contracts import codes
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking
from services.billing.tests.builders import ANA, local
from services.billing.tests.clinic import (
    INSURED,
    books,
    buys_package,
    estimates,
    fees,
    has_patient,
    issue,
    missed,
    ok,
    pays,
    the_account,
    the_charge,
    trial_balance,
    unapplied,
    usd,
)
from services.billing.tests.heard import (
    PLAN,
    THERAPY_HOUR,
    care_discharged,
    consent,
    details_changed,
    diagnosed,
    evaluated,
    later,
    merged,
    parted,
    plan_signed,
    registered,
    services_corrected,
    session_aborted,
    session_completed,
    session_refused,
    visit,
)
from services.billing.tests.overtaken_commands import FAR, NEXT_WEEK, SOON, covers, issues_bill
from services.billing.tests.world import World


async def a_registration_while_a_session_is_charged(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: world.hear(session_completed(THERAPY_HOUR)))
    await world.hear(registered())
    account = await the_account(world)
    assert (account["profile"]["given_name"], account["owed"]) == ("Ana", usd(225))
    assert (await world.said_types(ANA)).count("AccountOpened") == 1


async def care_ends_while_a_package_is_given_back(world: World, overtaking: Overtaking) -> None:
    """The money is out of the house: nothing of it becomes credit."""
    await has_patient(world)
    package = await buys_package(world)
    path = f"/v1/packages/{package['id']}/refund"
    overtaking.by(lambda: world.biller.post(path, {}, version=package["version"]))
    await world.hear(care_discharged(world.clock()))
    assert await trial_balance(world) == {}
    assert (await the_account(world))["credit"] == usd(0)


async def new_details_while_coverage_is_recorded(world: World, overtaking: Overtaking) -> None:
    await has_patient(world, insured=False)
    overtaking.by(lambda: covers(world, INSURED))
    await world.hear(details_changed(family="Rivera-Lopez"))
    account = await the_account(world)
    assert (account["profile"]["family_name"], account["coverage"]["kind"]) == ("Rivera-Lopez", "commercial")


async def a_merge_while_a_package_is_bought(world: World, overtaking: Overtaking) -> None:
    """Its money is to be given back like any that is there."""
    await has_patient(world)
    overtaking.by(lambda: buys_package(world))
    await world.hear(merged(new_id()))
    assert len(await unapplied(world)) == 1


async def records_are_parted_while_a_package_is_given_back(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    package = await buys_package(world)
    survivor = new_id()
    await world.hear(merged(survivor))
    path = f"/v1/packages/{package['id']}/refund"
    overtaking.by(lambda: world.biller.post(path, {}, version=package["version"]))
    await world.hear(parted(survivor))
    assert await trial_balance(world) == {}
    assert await unapplied(world) == []


async def diagnoses_while_coverage_is_recorded(world: World, overtaking: Overtaking) -> None:
    await world.hear(registered())
    overtaking.by(lambda: covers(world, INSURED))
    await world.hear(diagnosed())
    account = await world.ports.accounts.get(PatientId(ANA))
    assert account.diagnoses is not None
    assert account.coverage is not None


async def a_consent_while_coverage_is_recorded(world: World, overtaking: Overtaking) -> None:
    await world.hear(registered())
    overtaking.by(lambda: covers(world, INSURED))
    await world.hear(consent())
    account = await the_account(world)
    assert (len(account["signed"]), account["coverage"]["kind"]) == (1, "commercial")


async def a_consultation_while_its_price_is_asked(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    question = {"patient_id": ANA, "visits": [{"kind": "evaluation", "count": 1}]}
    overtaking.by(lambda: world.patient(ANA).post("/v1/estimates", question))
    booked = visit(FAR, kind=codes.AppointmentKind.EVALUATION)
    await world.hear(contracts.ConsultationBooked(**booked, booked_by=codes.BookedBy.PATIENT))
    assert [each["cause"] for each in await estimates(world)] == ["request"]


async def a_booking_while_its_plan_is_heard(world: World, overtaking: Overtaking) -> None:
    """Neither sees the other unless one comes second: the plan would want no estimate, the visit one of its own."""
    await has_patient(world)
    overtaking.by(lambda: world.hear(plan_signed()))
    await books(world, FAR, plan_id=PLAN)
    assert [each["plan_id"] for each in await estimates(world)] == [PLAN]


async def a_plan_while_a_visit_of_it_is_booked(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: books(world, FAR, plan_id=PLAN))
    await world.hear(plan_signed())
    assert [each["plan_id"] for each in await estimates(world) if each["due_by"]] == [PLAN]


async def a_changed_plan_while_its_estimate_is_issued(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await world.hear(plan_signed())
    await books(world, FAR, plan_id=PLAN)
    (estimate,) = await estimates(world)
    overtaking.by(lambda: issue(world, estimate))
    await world.hear(plan_signed(version=2, doses=8))
    (changed,) = await estimates(world)
    assert (changed["cause"], len(changed["issues"])) == ("plan_changed", 1)
    assert changed["due_by"] is not None


async def _moved(
    event: type[contracts.ConsultationRescheduled | contracts.TreatmentRescheduled],
    world: World,
    overtaking: Overtaking,
) -> None:
    await has_patient(world)
    booked = await books(world, FAR)
    overtaking.by(lambda: world.hear(consent()))
    moved = later(booked, starts_at=local(15, 9, month=12), ends_at=local(15, 10, month=12))
    await world.hear(
        event(**moved, previous_starts_at=FAR, rescheduled_by=codes.RescheduledBy.PATIENT, notice_minutes=20_000)
    )
    after = await world.ports.visits.find(AppointmentId(booked["appointment_id"]), of=PatientId(ANA))
    assert after is not None
    assert after.starts_at == moved["starts_at"]
    assert len((await the_account(world))["signed"]) == 2


async def a_consultation_is_moved_while_a_consent_is_signed(world: World, overtaking: Overtaking) -> None:
    await _moved(contracts.ConsultationRescheduled, world, overtaking)


async def a_treatment_is_moved_while_a_consent_is_signed(world: World, overtaking: Overtaking) -> None:
    await _moved(contracts.TreatmentRescheduled, world, overtaking)


async def _reassigned(
    event: type[contracts.ConsultationReassigned | contracts.TreatmentReassigned], world: World, overtaking: Overtaking
) -> None:
    await has_patient(world)
    booked = await books(world, FAR)
    overtaking.by(lambda: world.hear(consent()))
    other = contracts.Provider(id="dr-ray", role=codes.ProviderRole.PRESCRIBER)
    await world.hear(event(**later(booked, providers=(other,)), previous_providers=booked["providers"]))
    after = await world.ports.visits.find(AppointmentId(booked["appointment_id"]), of=PatientId(ANA))
    assert after is not None
    assert after.providers == ("dr-ray",)
    assert len((await the_account(world))["signed"]) == 2


async def a_consultation_is_reassigned_while_a_consent_is_signed(world: World, overtaking: Overtaking) -> None:
    await _reassigned(contracts.ConsultationReassigned, world, overtaking)


async def a_treatment_is_reassigned_while_a_consent_is_signed(world: World, overtaking: Overtaking) -> None:
    await _reassigned(contracts.TreatmentReassigned, world, overtaking)


async def _cancelled(
    event: type[contracts.ConsultationCancelled | contracts.TreatmentCancelled], world: World, overtaking: Overtaking
) -> None:
    await has_patient(world)
    booked = await books(world, FAR)
    (estimate,) = await estimates(world)
    overtaking.by(lambda: issue(world, estimate))
    cancelled = later(booked, status=codes.AppointmentStatus.CANCELLED)
    by, reason = codes.CancelledBy.CLINIC, codes.CancelReason.CLINIC_CLOSED
    await world.hear(event(**cancelled, cancelled_by=by, reason=reason, notice_minutes=30_000))
    (kept,) = await estimates(world)
    assert (len(kept["issues"]), kept["due_by"]) == (1, None), "issued, and its place is free"


async def a_consultation_is_cancelled_while_its_estimate_is_issued(world: World, overtaking: Overtaking) -> None:
    await _cancelled(contracts.ConsultationCancelled, world, overtaking)


async def a_treatment_is_cancelled_while_its_estimate_is_issued(world: World, overtaking: Overtaking) -> None:
    await _cancelled(contracts.TreatmentCancelled, world, overtaking)


async def _missed(
    event: type[contracts.ConsultationMissed | contracts.TreatmentMissed], world: World, overtaking: Overtaking
) -> None:
    await has_patient(world)
    booked = await books(world, SOON)
    overtaking.by(lambda: pays(world, 10))
    await world.hear(event(**later(booked, status=codes.AppointmentStatus.MISSED)))
    after = await world.ports.visits.find(AppointmentId(booked["appointment_id"]), of=PatientId(ANA))
    assert after is not None
    assert (after.state, [each["state"] for each in await fees(world)]) == (VisitState.MISSED, ["pending"])


async def a_consultation_is_missed_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await _missed(contracts.ConsultationMissed, world, overtaking)


async def a_treatment_is_missed_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await _missed(contracts.TreatmentMissed, world, overtaking)


async def _not_lost(event: Any, world: World, overtaking: Overtaking) -> None:
    """The first fee is settled by the courtesy meanwhile; there is none, and the courtesy is there again."""
    await has_patient(world)
    lost = await missed(world, await books(world, SOON))
    world.clock.now = NEXT_WEEK
    overtaking.by(world.catch_up)
    await world.hear(event(lost))
    assert [each["state"] for each in await fees(world)] == ["dropped"]
    assert (await world.ports.accounts.get(PatientId(ANA))).courtesy_for is None


async def who_missed_a_consultation_arrives_while_its_fee_is_settled(world: World, overtaking: Overtaking) -> None:
    status = codes.AppointmentStatus.ARRIVED
    await _not_lost(lambda lost: contracts.ConsultationArrived(**later(lost, status=status)), world, overtaking)


async def who_missed_a_treatment_arrives_while_its_fee_is_settled(world: World, overtaking: Overtaking) -> None:
    status = codes.AppointmentStatus.ARRIVED
    await _not_lost(lambda lost: contracts.TreatmentArrived(**later(lost, status=status)), world, overtaking)


async def a_record_is_corrected_while_its_fee_is_settled(world: World, overtaking: Overtaking) -> None:
    status = codes.AppointmentStatus
    changed = {"status": status.ARRIVED, "from_": status.MISSED, "to": status.ARRIVED}
    await _not_lost(lambda lost: contracts.AppointmentCorrected(**later(lost, **changed)), world, overtaking)


async def a_session_is_refused_while_its_fee_is_settled(world: World, overtaking: Overtaking) -> None:
    await _not_lost(session_refused, world, overtaking)


async def _charged(event: contracts.EventData, world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    overtaking.by(lambda: pays(world, 1_000))
    await world.hear(event)
    charge = await the_charge(world)
    assert (charge["state"], charge["balance"]) == ("posted", usd(0))


async def an_evaluation_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    await _charged(evaluated(), world, overtaking)


async def a_session_is_aborted_while_money_comes_in(world: World, overtaking: Overtaking) -> None:
    await _charged(session_aborted(), world, overtaking)


async def a_session_ends_while_money_is_given_back(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    paid = await pays(world, 225)
    path, refund = f"/v1/payments/{paid['payment_id']}/refunds", {"amount": usd(225), "reason": "overpaid"}

    async def is_refunded() -> None:
        ok(await world.biller.post(path, refund, version=paid["version"]), 201)

    overtaking.by(is_refunded)
    await world.hear(session_completed(THERAPY_HOUR))
    assert (await the_charge(world))["balance"] == usd(225)


async def a_session_is_corrected_while_its_superbill_is_issued(world: World, overtaking: Overtaking) -> None:
    await has_patient(world)
    session_id = new_id()
    await world.hear(session_completed(session_id=session_id))
    charge = await the_charge(world)
    overtaking.by(lambda: issues_bill(world, charge["id"]))
    await world.hear(services_corrected(session_id, 2, THERAPY_HOUR))
    (superbill,) = ok(await world.biller.get("/v1/superbills", patient_id=ANA))["items"]
    assert (superbill["state"], superbill["void_reason"]) == ("void", "charge_corrected")
