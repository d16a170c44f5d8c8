"""A patient in treatment, as sessions and screening would tell booking; and the team that treats them."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from booking.bootstrap import SERVICE
from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from services.booking.tests.builders import local
from services.booking.tests.clinic import has_patient, has_practitioner, has_room, ok, visit
from services.booking.tests.world import World

VALID_UNTIL = local(21, 9, month=2, year=2027)
PREPARATION_AT = local(24, 9)
DOSING_AT = local(25, 9)
INTEGRATION_AT = local(27, 13)
CONSENT = new_id()
"""What every plan here was signed on."""
FOR_SESSIONS = Sealed.plain(contracts.ClearanceForSessions(indications=(codes.Indication.ANXIETY,)))
NOTHING_BILLED = Sealed.plain(contracts.SessionForBilling(service_lines=()))


async def has_team(world: World) -> None:
    """One of everybody, a room to talk in and one for doses: one dosing visit at a time."""
    await has_practitioner(world, "dr-lee", "prescriber")
    await has_practitioner(world, "kim", "therapist")
    await has_practitioner(world, "joy", "nurse")
    await has_room(world, "Talk", "consultation")
    await has_room(world, "Dose", "dosing")


def granted(
    patient_id: str, clearance_id: str, decided_at: datetime, valid_until: datetime
) -> contracts.ClearanceGranted:
    return contracts.ClearanceGranted(
        patient_id=patient_id,
        clearance_id=clearance_id,
        decided_at=decided_at,
        valid_until=valid_until,
        conditional=False,
        for_sessions=FOR_SESSIONS,
    )


async def cleared(world: World, patient_id: str, valid_until: datetime = VALID_UNTIL) -> str:
    clearance_id = new_id()
    await world.hear(granted(patient_id, clearance_id, world.clock(), valid_until))
    return clearance_id


def signed_plan(
    now: datetime,
    patient_id: str,
    plan_id: str,
    *,
    count: int = 6,
    therapist_id: str | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """What sessions says of a plan of so many doses, once a week, at least 48 hours apart."""
    one = {"modality": codes.Modality.IN_PERSON, "roles": (codes.ProviderRole.THERAPIST,)}
    visits = tuple(
        contracts.PlannedVisits(kind=kind, count=number, duration_minutes=60, **one)  # type: ignore[arg-type]  # by name
        for kind, number in (
            (codes.AppointmentKind.PREPARATION, 1),
            (codes.AppointmentKind.DOSING, count),
            (codes.AppointmentKind.INTEGRATION, count),
        )
    )
    terms = contracts.PlanForBooking(
        dosing_interval_hours=48, cadence_days=7, integration_within_hours=72, therapist_id=therapist_id
    )
    return {
        "patient_id": patient_id,
        "plan_id": plan_id,
        "version": 1,
        "phase": codes.Phase.INDUCTION,
        "clearance_id": new_id(),
        "consent_id": CONSENT,
        "activated_at": now,
        "visits": visits,
        "for_booking": Sealed.plain(terms),
        "for_billing": Sealed.plain(contracts.PlanForBilling(services=())),
        **changes,
    }


async def has_plan(world: World, patient_id: str, **changes: Any) -> str:
    plan_id = new_id()
    await world.hear(contracts.PlanActivated(**signed_plan(world.clock(), patient_id, plan_id, **changes)))
    return plan_id


async def in_treatment(world: World, **plan: Any) -> tuple[str, str]:
    """A patient with a clearance and an active plan: their id and the plan's."""
    await has_team(world)
    ana = await has_patient(world)
    await cleared(world, ana)
    return ana, await has_plan(world, ana, **plan)


def dosing(
    patient_id: str, at: datetime = DOSING_AT, integration_at: datetime | None = INTEGRATION_AT
) -> dict[str, Any]:
    """A dosing visit with its integration by video, or without one."""
    body = visit(patient_id, "dosing", at)
    if integration_at is None:
        return body
    return {**body, "integration": {"starts_at": integration_at.isoformat(), "modality": "video"}}


async def prepares(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.post("/v1/appointments", visit(patient_id, "preparation", PREPARATION_AT)), 201)


async def doses(world: World, patient_id: str, **times: Any) -> Any:
    """A dosing visit with its integration is booked; the answer is the dosing visit's."""
    return ok(await world.coordinator.post("/v1/appointments", dosing(patient_id, **times)), 201)


async def reads(world: World, appointment: Any) -> Any:
    return ok(await world.coordinator.get(f"/v1/appointments/{appointment['id']}"))


async def care_path(world: World, patient_id: str) -> Any:
    return ok(await world.coordinator.get(f"/v1/care-paths/{patient_id}"))


def closed(response: httpx.Response) -> set[str]:
    """The gates a refused booking names."""
    assert (response.status_code, response.json()["code"]) == (409, "gates_closed"), response.text
    return {gate["code"] for gate in response.json()["gates"]}


def of_session(appointment: Any, at: datetime, **changes: Any) -> dict[str, Any]:
    """What every event of a session says; its id is the appointment's."""
    return {
        "patient_id": appointment["patient_id"],
        "session_id": appointment["id"],
        "appointment_id": appointment["id"],
        "plan_id": appointment["plan_id"],
        "kind": codes.AppointmentKind(appointment["kind"]),
        "at": at,
        **changes,
    }


def session_ended(
    name: type[contracts.SessionEndEvent],
    appointment: Any,
    at: datetime,
    outcome: session_codes.SessionOutcome,
    **changes: Any,
) -> contracts.SessionEndEvent:
    return name(
        **of_session(appointment, at, **changes),
        started_at=at - timedelta(hours=1),
        ended_at=at,
        providers=(),
        modality=codes.Modality.IN_PERSON,
        outcome=outcome,
        for_billing=NOTHING_BILLED,
    )


def session_completed(appointment: Any, at: datetime, **changes: Any) -> contracts.SessionEndEvent:
    outcome = session_codes.SessionOutcome.COMPLETED
    return session_ended(contracts.SessionCompleted, appointment, at, outcome, **changes)


def plan_changed(contract: type[contracts.PlanChangeEvent], patient_id: str, plan_id: str) -> contracts.PlanChangeEvent:
    return contract.model_validate(
        {"patient_id": patient_id, "plan_id": plan_id, "version": 1, "reason": "clinical"}, strict=False
    )


async def deadlines_fire(world: World) -> None:
    """Everything of booking that is due by now happens."""
    ports = SERVICE.ports(world.application)
    for deadline in SERVICE.deadlines:
        while (due := await deadline.next(ports)) is not None and due[0] <= world.clock():
            await world.store.work.run(
                lambda tx, each=deadline, ref=due[1]: each.fire(ref, tx, ports),  # type: ignore[misc]  # bound per turn
                by=Actor.system("timers"),
                action=deadline.name,
                returns=type(None),
            )
