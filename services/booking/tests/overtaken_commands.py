"""What overtakes each command and each deadline of booking, and what comes of it then."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from booking.domain.ids import PatientId
from careflow_events import contracts
from careflow_service.testing.overtaking import Overtaking, Race
from services.booking.tests import news
from services.booking.tests.builders import local
from services.booking.tests.clinic import (
    TOMORROW_AT_TEN,
    WORKING_WEEK,
    acts,
    books,
    confirms,
    details,
    entered_before,
    had_info_call,
    has_patient,
    has_practitioner,
    has_room,
    ok,
    refusal,
    registered_before,
    screening_began,
    visit,
)
from services.booking.tests.news import SUSPENDED, Known, Turn, alert, alert_closed, booked, in_course
from services.booking.tests.treatment import DOSING_AT, INTEGRATION_AT, closed, dosing, of_session, reads
from services.booking.tests.world import World, another_process

STALE = (412, "stale_version")
TAKEN = (409, "slot_taken")
APPOINTMENTS, HOLDS = "/v1/appointments", "/v1/appointments/holds"


async def two_patients(world: World) -> tuple[str, str]:
    await has_practitioner(world)
    return await has_patient(world), await has_patient(world, email="ben@example.org", phone="415 555 0199")


async def held(world: World, patient_id: str, starts_at: datetime = TOMORROW_AT_TEN) -> Any:
    return ok(await world.coordinator.post(HOLDS, visit(patient_id, starts_at=starts_at)), 201)


async def has_call(world: World) -> tuple[str, Any]:
    """Somebody and their call tomorrow at ten."""
    await has_practitioner(world)
    ana = await has_patient(world)
    return ana, await books(world.coordinator, ana)


async def tries(world: World, appointment: Any, verb: str, **body: Any) -> tuple[int, str]:
    """A step on the version that was seen, which is refused."""
    path = f"{APPOINTMENTS}/{appointment['id']}/{verb}"
    return refusal(await world.coordinator.post(path, body or None, version=appointment["version"]))


# patients and the clinic


async def somebody_is_registered_while_the_same_person_is(world: World, overtaking: Overtaking) -> None:
    overtaking.by(lambda: has_patient(world))
    await has_patient(world)
    assert await world.store.database["patients"].count_documents({}) == 2


async def details_are_changed_while_they_are_changed(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)

    async def changes(**what: str) -> Any:
        return await world.coordinator.put(f"/v1/patients/{ana}", details(**what), version=1)

    overtaking.by(lambda: changes(email="rivera@example.org"))
    assert refusal(await changes(phone="415 555 0199")) == STALE


async def a_patient_is_told_of_again_while_details_are_changed(world: World, overtaking: Overtaking) -> None:
    ana = await has_patient(world)
    version = await registered_before(world, ana)
    moves = details(phone="415 555 0199")
    overtaking.by(lambda: world.coordinator.put(f"/v1/patients/{ana}", moves, version=version))
    await world.catch_up()
    assert await world.said_types(ana) == ["PatientRegistered", "PatientDetailsChanged"]
    assert (await world.said(ana))[-1].data["changed"] == ["contact"]


async def a_name_is_told_while_it_is_changed(world: World, overtaking: Overtaking) -> None:
    joy = await has_practitioner(world, "joy")
    version = await entered_before(world, joy)
    other = {
        "name": "Joy Park",
        "licences": [{"role": "prescriber", "state": "CA"}],
        "telehealth": True,
        "active": True,
    }
    overtaking.by(lambda: world.coordinator.put(f"/v1/practitioners/{joy}", other, version=version))
    await world.catch_up()
    await world.store.staff.read()
    assert world.store.staff.called(joy) == "Joy Park"


async def a_record_is_merged_while_the_other_one_is_merged_into_it(world: World, overtaking: Overtaking) -> None:
    ana, again = await has_patient(world), await has_patient(world)

    async def merges(given_up: str, survivor: str) -> Any:
        body = {"surviving_patient_id": survivor}
        return await world.coordinator.post(f"/v1/patients/{given_up}/merge", body, version=1)

    overtaking.by(lambda: merges(ana, again))
    assert refusal(await merges(again, ana)) == STALE
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["merged_into"] == again


async def a_record_is_merged_while_a_call_is_booked(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    ana, again = await has_patient(world), await has_patient(world)
    overtaking.by(lambda: books(world.coordinator, again))
    late = await world.coordinator.post(f"/v1/patients/{again}/merge", {"surviving_patient_id": ana}, version=1)
    assert refusal(late) == (409, "visits_open")


async def records_are_parted_while_they_are_parted(world: World, overtaking: Overtaking) -> None:
    ana, again = await has_patient(world), await has_patient(world)
    ok(await world.coordinator.post(f"/v1/patients/{again}/merge", {"surviving_patient_id": ana}, version=1))

    async def parts() -> Any:
        return await world.coordinator.post(f"/v1/patients/{again}/unmerge", version=2)

    overtaking.by(parts)
    assert refusal(await parts()) == STALE


async def a_practitioner_is_added_while_they_are_added(world: World, overtaking: Overtaking) -> None:
    body = {"id": "dr-lee", "name": "Lee", "telehealth": True, "hours": WORKING_WEEK}
    body["licences"] = [{"role": "prescriber", "state": "CA"}]
    overtaking.by(lambda: has_practitioner(world, "dr-lee"))
    assert refusal(await world.coordinator.post("/v1/practitioners", body)) == (409, "practitioner_exists")


async def somebody_is_away_while_their_hours_change(world: World, overtaking: Overtaking) -> None:
    path = f"/v1/practitioners/{await has_practitioner(world)}"
    overtaking.by(lambda: world.coordinator.put(f"{path}/hours", {}, version=1))
    late = await world.coordinator.post(f"{path}/absence", {"day": "2026-11-25"}, version=1)
    assert refusal(late) == STALE


async def somebody_is_back_while_their_hours_change(world: World, overtaking: Overtaking) -> None:
    path = f"/v1/practitioners/{await has_practitioner(world)}"
    ok(await world.coordinator.post(f"{path}/absence", {"day": "2026-11-25"}, version=1))
    overtaking.by(lambda: world.coordinator.put(f"{path}/hours", {}, version=2))
    days = {"first_day": "2026-11-25", "last_day": "2026-11-25"}
    assert refusal(await world.coordinator.post(f"{path}/return", days, version=2)) == STALE


async def visits_are_looked_through_while_one_is_cancelled(world: World, overtaking: Overtaking) -> None:
    _, call = await has_call(world)
    who = f"/v1/practitioners/{call['providers'][0]['id']}"
    person = ok(await world.coordinator.get(who))
    body = {"name": "Lee", "licences": person["licences"], "telehealth": True, "active": False}
    ok(await world.coordinator.put(who, body, version=1))
    overtaking.by(lambda: acts(world.coordinator, call, "cancel", reason="clinic_closed"))
    await world.catch_up()
    after = await reads(world, call)
    assert (after["status"], after["unfit_since"]) == ("cancelled", None)


async def a_feed_is_opened_while_it_is_opened(world: World, overtaking: Overtaking) -> None:
    path = f"/v1/practitioners/{await has_practitioner(world)}/calendar-feed"
    overtaking.by(lambda: world.coordinator.post(path))
    secret = ok(await world.coordinator.post(path), 201)["path"]
    assert (await world.public.get(secret)).status_code == 200


async def a_feed_is_closed_while_it_is_opened_anew(world: World, overtaking: Overtaking) -> None:
    path = f"/v1/practitioners/{await has_practitioner(world)}/calendar-feed"
    ok(await world.coordinator.post(path), 201)
    addresses: list[str] = []

    async def is_opened() -> None:
        addresses.append(ok(await world.coordinator.post(path), 201)["path"])

    overtaking.by(is_opened)
    assert (await world.coordinator.delete(path)).status_code == 204
    assert (await world.public.get(addresses[0])).status_code == 404


async def hours_change_while_they_change(world: World, overtaking: Overtaking) -> None:
    await _rota(world, overtaking, f"/v1/practitioners/{await has_practitioner(world)}/hours")


async def a_room_is_added_while_one_of_its_name_is(world: World, overtaking: Overtaking) -> None:
    overtaking.by(lambda: has_room(world))
    body = {"name": " ROOM  1 ", "purposes": ["consultation"]}
    assert refusal(await world.coordinator.post("/v1/rooms", body)) == (409, "name_taken")
    assert len(ok(await world.coordinator.get("/v1/rooms"))["items"]) == 1


async def a_room_changes_while_it_changes(world: World, overtaking: Overtaking) -> None:
    await _rota(world, overtaking, f"/v1/rooms/{await has_room(world)}/hours")


async def _rota(world: World, overtaking: Overtaking, path: str) -> None:
    overtaking.by(lambda: world.coordinator.put(path, WORKING_WEEK, version=1))
    assert refusal(await world.coordinator.put(path, {}, version=1)) == STALE


# a time for a visit: within one process who books on the same date takes turns, so somebody else is in another


async def a_time_is_held_while_somebody_else_books_it(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben))
        assert refusal(await world.coordinator.post(HOLDS, visit(ana))) == TAKEN


async def a_last_time_is_held_while_another_is(world: World, overtaking: Overtaking) -> None:
    ana, _ = await two_patients(world)
    await held(world, ana)
    overtaking.by(lambda: held(world, ana, local(24, 11)))
    late = await world.coordinator.post(HOLDS, visit(ana, starts_at=local(25, 11)))
    assert refusal(late) == (429, "too_many_holds")


async def a_hold_is_confirmed_while_the_patient_books_another_call(world: World, overtaking: Overtaking) -> None:
    ana, _ = await two_patients(world)
    hold = await held(world, ana)
    overtaking.by(lambda: books(world.coordinator, ana, starts_at=local(24, 12)))
    late = await world.coordinator.post(f"{APPOINTMENTS}/{hold['id']}/book", version=1)
    assert closed(late) == {"already_booked"}


async def a_held_dose_is_confirmed_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    """With an integration in the place of the one it was held by."""
    known = await in_course(world)
    ana = known["patient_id"]
    before = await books(world.coordinator, ana, "integration", starts_at=INTEGRATION_AT, modality="video")
    hold = ok(await world.coordinator.post(HOLDS, visit(ana, "dosing", DOSING_AT)), 201)
    await acts(world.coordinator, before, "cancel", reason="other")
    overtaking.by(lambda: world.hear(alert(known)))
    integration = {"starts_at": INTEGRATION_AT.isoformat(), "modality": "video"}
    late = await world.coordinator.post(
        f"{APPOINTMENTS}/{hold['id']}/book", {"integration": integration}, version=hold["version"]
    )
    assert closed(late) == {"safety_alert_open"}
    assert (await reads(world, hold))["status"] == "held"


async def a_hold_is_released_while_it_is_confirmed(world: World, overtaking: Overtaking) -> None:
    ana, _ = await two_patients(world)
    hold = await held(world, ana)
    overtaking.by(lambda: acts(world.coordinator, hold, "book"))
    assert await tries(world, hold, "release") == STALE


async def a_call_is_confirmed_while_its_time_is_given_back(world: World, overtaking: Overtaking) -> None:
    """Nobody is registered for a time that is somebody else's by then."""
    await has_practitioner(world)
    wish = details(email="cara@example.org", starts_at=TOMORROW_AT_TEN.isoformat())
    asked = ok(await world.public.post("/v1/public/info-calls", wish), 201)
    kept = ok(await world.coordinator.get(f"/v1/appointments/{asked['appointment_id']}"))
    overtaking.by(lambda: acts(world.coordinator, kept, "release"))
    assert refusal(await confirms(world, asked)) == (410, "hold_expired")
    assert await world.store.database["patients"].count_documents({}) == 0


async def a_hold_lapses_while_it_is_confirmed(world: World, overtaking: Overtaking) -> None:
    """It was confirmed in time, by a process whose clock is a little behind."""
    ana, _ = await two_patients(world)
    hold = await held(world, ana)
    until = world.clock() + timedelta(minutes=10)

    async def is_confirmed() -> None:
        world.clock.now = until - timedelta(seconds=1)
        await acts(world.coordinator, hold, "book")
        world.clock.now = until

    world.clock.now = until
    overtaking.by(is_confirmed)
    await world.catch_up()
    assert (await reads(world, hold))["status"] == "booked"


async def a_time_is_booked_while_somebody_else_books_it(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben))
        late = await world.coordinator.post(APPOINTMENTS, visit(ana))
    assert refusal(late) == TAKEN
    assert late.json()["next_free"]


async def a_call_is_booked_while_the_patient_books_one_elsewhere(world: World, overtaking: Overtaking) -> None:
    """With another clinician and on another day: nothing but the patient is the same."""
    await has_practitioner(world, "dr-ray")
    ana, _ = await two_patients(world)
    overtaking.by(lambda: books(world.coordinator, ana, starts_at=local(25, 11), provider_id="dr-ray"))
    late = await world.coordinator.post(APPOINTMENTS, visit(ana, provider_id="dr-lee"))
    assert closed(late) == {"already_booked"}


async def an_evaluation_is_booked_while_the_case_is_closed(world: World, overtaking: Overtaking) -> None:
    await has_practitioner(world)
    await has_room(world)
    ana = await has_patient(world)
    await had_info_call(world, ana)
    case_id = await screening_began(world, ana)
    closing = contracts.ScreeningClosed(
        patient_id=ana, case_id=case_id, closed_at=world.clock(), reason=contracts.codes.ScreeningCloseReason.WITHDRAWN
    )
    overtaking.by(lambda: world.hear(closing))
    late = await world.coordinator.post(APPOINTMENTS, visit(ana, "evaluation", local(25, 9)))
    assert "care_closed" in closed(late)


async def somebody_new_books_a_call_while_the_time_is_taken(world: World, overtaking: Overtaking) -> None:
    ana, _ = await two_patients(world)
    wish = details(email="cara@example.org", starts_at=TOMORROW_AT_TEN.isoformat())
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ana))
        assert refusal(await world.public.post("/v1/public/info-calls", wish)) == TAKEN
    assert await world.store.database["patients"].count_documents({}) == 2


def a_dose_is_booked_while(happens: Callable[[World, Known], Awaitable[object]], gate: str) -> Race[World]:
    """Something closes a gate meanwhile: neither the dose nor its integration is booked."""

    async def race(world: World, overtaking: Overtaking) -> None:
        known = await in_course(world)
        overtaking.by(lambda: happens(world, known))
        assert closed(await world.coordinator.post(APPOINTMENTS, dosing(known["patient_id"]))) == {gate}
        path = await world.ports.care_paths.get(PatientId(known["patient_id"]))
        assert not {each.starts_at for each in path.visits} & {DOSING_AT, INTEGRATION_AT}

    return race


def is_heard(news: Turn) -> Callable[[World, Known], Awaitable[object]]:
    return lambda world, known: world.hear(news(known))


async def another_dose_is_booked(world: World, known: Known) -> None:
    pair = dosing(known["patient_id"], local(24, 13), local(24, 16))
    async with another_process(world) as other:
        ok(await other.coordinator.post(APPOINTMENTS, pair), 201)


async def the_preparation_is_cancelled(world: World, known: Known) -> None:
    (preparation,) = ok(await world.coordinator.get(APPOINTMENTS, patient_id=known["patient_id"]))["items"]
    await acts(world.coordinator, preparation, "cancel", reason="patient_request")


async def a_dose_is_given(world: World, known: Known) -> None:
    """Outside of booking's calendar, the day before; its integration too."""
    appointment = {"id": known["ref"], "kind": "dosing", **{name: known[name] for name in ("patient_id", "plan_id")}}
    await world.hear(contracts.DoseAdministered(**of_session(appointment, DOSING_AT - timedelta(days=1))))
    await world.hear(news.integration(contracts.IntegrationDone)(known))


async def a_series_is_booked_while_the_clearance_is_suspended(world: World, overtaking: Overtaking) -> None:
    known = await in_course(world)
    overtaking.by(lambda: world.hear(SUSPENDED(known)))
    pattern = {
        "dosing": {"starts_at": DOSING_AT.isoformat(), "modality": "in_person"},
        "integration": {"starts_at": INTEGRATION_AT.isoformat(), "modality": "video"},
        "pairs": 2,
    }
    series = await world.coordinator.post(f"{APPOINTMENTS}/series", {"plan_id": known["plan_id"], "pattern": pattern})
    assert [each["refusal"]["code"] for each in ok(series)["items"]] == ["gates_closed", "gates_closed"]


# a visit there is


async def a_visit_is_moved_while_somebody_else_takes_the_time(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    call = await books(world.coordinator, ana)
    later = local(24, 12)
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben, starts_at=later))
        assert await tries(world, call, "reschedule", starts_at=later.isoformat()) == TAKEN
    assert (await reads(world, call))["starts_at"] == call["starts_at"]


async def a_pair_is_moved_while_somebody_else_takes_the_time(world: World, overtaking: Overtaking) -> None:
    _, dose = await booked(world)
    ben = await has_patient(world, email="ben@example.org", phone="415 555 0199")
    to, then = local(30, 9), local(1, 13, month=12)
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben, provider_id="kim", starts_at=then))
        integration = {"starts_at": then.isoformat()}
        assert await tries(world, dose, "reschedule", starts_at=to.isoformat(), integration=integration) == TAKEN
    for visit_ in (dose, dose["integration"]):
        assert (await reads(world, visit_))["starts_at"] == visit_["starts_at"]


async def a_visit_is_reassigned_while_its_new_provider_is_taken(world: World, overtaking: Overtaking) -> None:
    ana, ben = await two_patients(world)
    await has_practitioner(world, "dr-ray")
    call = await books(world.coordinator, ana, provider_id="dr-lee")
    async with another_process(world) as other:
        overtaking.by(lambda: books(other.coordinator, ben, provider_id="dr-ray"))
        assert await tries(world, call, "reassign", provider_id="dr-ray") == TAKEN
    assert [each["id"] for each in (await reads(world, call))["providers"]] == ["dr-lee"]


async def a_dose_is_moved_while_an_alert_is_raised(world: World, overtaking: Overtaking) -> None:
    known, dose = await booked(world)
    overtaking.by(lambda: world.hear(alert(known)))
    assert await tries(world, dose, "reschedule", starts_at=local(26, 9).isoformat()) == STALE


async def a_visit_is_cancelled_while_it_is_moved(world: World, overtaking: Overtaking) -> None:
    _, call = await has_call(world)
    overtaking.by(lambda: acts(world.coordinator, call, "reschedule", starts_at=local(24, 12).isoformat()))
    assert await tries(world, call, "cancel", reason="clinic_closed") == STALE
    assert (await reads(world, call))["status"] == "booked"


async def an_integration_is_kept_while_it_is_called_off(world: World, overtaking: Overtaking) -> None:
    _, dose = await booked(world)
    await acts(world.coordinator, dose, "cancel", reason="patient_request")
    left = await reads(world, dose["integration"])
    overtaking.by(lambda: acts(world.coordinator, left, "cancel", reason="patient_request"))
    assert await tries(world, left, "keep") == STALE
    assert (await reads(world, left))["status"] == "cancelled"


async def a_patient_arrives_while_the_dose_is_put_on_hold(world: World, overtaking: Overtaking) -> None:
    known, dose = await booked(world)
    world.clock.now = DOSING_AT
    overtaking.by(lambda: world.hear(alert(known)))
    assert await tries(world, dose, "arrive") == STALE
    assert (await reads(world, dose))["status"] == "booked"


async def a_call_ends_while_screening_begins(world: World, overtaking: Overtaking) -> None:
    ana, call = await has_call(world)
    world.clock.now = TOMORROW_AT_TEN
    call = await acts(world.coordinator, call, "arrive")
    overtaking.by(lambda: screening_began(world, ana))
    await acts(world.coordinator, call, "complete", disposition="not_a_fit")
    path = await world.ports.care_paths.get(PatientId(ana))
    assert (path.stage, path.case_id is not None) == ("closed", True)


async def a_visit_is_missed_while_its_session_begins(world: World, overtaking: Overtaking) -> None:
    _, dose = await booked(world)
    world.clock.now = DOSING_AT
    overtaking.by(lambda: world.hear(contracts.SessionCheckedIn(**of_session(dose, DOSING_AT))))
    assert await tries(world, dose, "missed") == STALE


async def a_visit_is_corrected_while_it_is_corrected(world: World, overtaking: Overtaking) -> None:
    _, call = await has_call(world)
    world.clock.now = TOMORROW_AT_TEN
    missed = await acts(world.coordinator, call, "missed")
    overtaking.by(lambda: acts(world.coordinator, missed, "correct"))
    assert await tries(world, missed, "correct") == STALE


async def a_day_ends_while_its_visit_is_recorded_as_missed(world: World, overtaking: Overtaking) -> None:
    _, call = await has_call(world)
    world.clock.now = local(25, 0)
    overtaking.by(lambda: acts(world.coordinator, call, "missed"))
    await world.catch_up()
    after = await reads(world, call)
    assert (after["status"], after["unmarked"]) == ("missed", False)


async def a_visit_is_called_off_while_it_is_released(world: World, overtaking: Overtaking) -> None:
    known, dose = await booked(world)
    await world.hear(alert(known))
    world.clock.now = local(24, 9)
    overtaking.by(lambda: world.hear(alert_closed(known)))
    await world.catch_up()
    after = await reads(world, dose)
    assert (after["status"], after["holds"]) == ("booked", [])
