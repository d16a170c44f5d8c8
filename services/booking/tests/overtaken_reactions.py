"""What overtakes each reaction of booking, and what comes of it then. Events of one stream never overtake each other:
it is a command or an event of another topic.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.contracts import codes, session_codes
from careflow_events.contracts.sealed import Sealed
from careflow_service.ids import new_id
from careflow_service.testing.overtaking import Overtaking, Race
from services.booking.tests.clinic import acts
from services.booking.tests.news import Known, Turn, adverse_event, alert, booked, care_discharged, in_course
from services.booking.tests.treatment import (
    DOSING_AT,
    PREPARATION_AT,
    doses,
    in_treatment,
    of_session,
    prepares,
    reads,
    session_completed,
    session_ended,
)
from services.booking.tests.world import World


async def path_of(world: World, patient_id: str) -> CarePath:
    return await world.ports.care_paths.get(PatientId(patient_id))


async def held_for(world: World, appointment: Any) -> list[str]:
    return [each["ref"] for each in (await reads(world, appointment))["holds"]]


def a_dose_is_booked_meanwhile(news: Turn, of: str = "ref") -> Race[World]:
    """It was booked on a path that did not know of this yet: it waits for what `of` names."""

    async def race(world: World, overtaking: Overtaking) -> None:
        known = await in_course(world)
        dose: list[Any] = []

        async def is_booked() -> None:
            dose.append(await doses(world, known["patient_id"]))

        overtaking.by(is_booked)
        await world.hear(news(known))
        assert await held_for(world, dose[0]) == [known[of]]

    return race


def something_else_holds_the_dose_meanwhile(raised: Turn, settled: Turn, other: Turn = adverse_event) -> Race[World]:
    """What held it is settled, and it waits on: for what came in between."""

    async def race(world: World, overtaking: Overtaking) -> None:
        known, dose = await booked(world)
        await world.hear(raised(known))
        meanwhile: Known = {**known, "ref": new_id()}
        overtaking.by(lambda: world.hear(other(meanwhile)))
        await world.hear(settled(known))
        assert await held_for(world, dose) == [meanwhile["ref"]]

    return race


def an_adverse_event_is_reported_meanwhile(
    news: Turn, tells: Callable[[CarePath], object], *, before: Turn | None = None
) -> Race[World]:
    """The care path knows of both; `before` was heard already."""

    async def race(world: World, overtaking: Overtaking) -> None:
        known = await in_course(world)
        if before is not None:
            await world.hear(before(known))
        overtaking.by(lambda: world.hear(adverse_event(known)))
        await world.hear(news(known))
        path = await path_of(world, known["patient_id"])
        assert tells(path)
        assert path.course.unreviewed() == (known["ref"],)

    return race


async def care_ends_while_a_dose_is_booked(world: World, overtaking: Overtaking) -> None:
    """It was booked on a path that did not know of the end yet: it is called off with the others."""
    known = await in_course(world)
    dose: list[Any] = []

    async def is_booked() -> None:
        dose.append(await doses(world, known["patient_id"]))

    overtaking.by(is_booked)
    await world.hear(care_discharged(known))
    assert (await reads(world, dose[0]))["status"] == "cancelled"


async def a_check_in_while_the_visit_is_cancelled(world: World, overtaking: Overtaking) -> None:
    ana, _ = await in_treatment(world)
    visit = await prepares(world, ana)
    overtaking.by(lambda: acts(world.coordinator, visit, "cancel", reason="clinic_closed"))
    await world.hear(contracts.SessionCheckedIn(**of_session(visit, PREPARATION_AT)))
    assert (await reads(world, visit))["status"] == "cancelled"
    assert "TreatmentArrived" not in await world.said_types(ana)


async def a_preparation_ends_while_its_dose_is_booked(world: World, overtaking: Overtaking) -> None:
    """Neither waits for the other: the dose is booked on a preparation that is over by then."""
    ana, _ = await in_treatment(world)
    visit = await prepares(world, ana)
    overtaking.by(lambda: doses(world, ana))
    await world.hear(session_completed(visit, PREPARATION_AT + timedelta(hours=1)))
    path = await path_of(world, ana)
    assert path.course.prepared
    assert (await reads(world, visit))["status"] == "fulfilled"
    assert [each.grounds for each in path.booked()] == [(), ()]


async def a_session_is_aborted_while_its_patient_arrives(world: World, overtaking: Overtaking) -> None:
    _, dose = await booked(world)
    world.clock.now = DOSING_AT
    overtaking.by(lambda: acts(world.coordinator, dose, "arrive"))
    stopped = session_codes.SessionOutcome.STOPPED
    await world.hear(session_ended(contracts.SessionAborted, dose, DOSING_AT + timedelta(hours=1), stopped))
    after = await reads(world, dose)
    assert (after["status"], after["version"]) == ("fulfilled", dose["version"] + 2)


async def a_session_is_refused_while_its_visit_is_recorded_as_missed(world: World, overtaking: Overtaking) -> None:
    _, dose = await booked(world)
    world.clock.now = DOSING_AT
    overtaking.by(lambda: acts(world.coordinator, dose, "missed"))
    refused = contracts.SessionRefused(
        **of_session(dose, DOSING_AT),
        reason=codes.HoldReason.CLINICAL,
        patient_controllable=False,
        for_booking_and_billing=Sealed.plain(contracts.RefusalDetails(items=("vitals",))),
    )
    await world.hear(refused)
    assert (await reads(world, dose))["status"] == "missed"


async def a_dose_is_given_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    known, dose = await booked(world)
    overtaking.by(lambda: world.hear(alert(known)))
    await world.hear(contracts.DoseAdministered(**of_session(dose, DOSING_AT)))
    path = await path_of(world, known["patient_id"])
    assert (path.course.dosed, [each.id for each in path.alerts]) == (True, [known["ref"]])
