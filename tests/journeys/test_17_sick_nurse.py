"""A nurse falls ill for weeks: the same doses are given by somebody else, the one nobody can take moves with its
integration, nobody pays for it, the patient is told, and every calendar says what is true.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from careflow_clinic.bedside import CLINIC_ZONE, today
from careflow_clinic.clinic import COORDINATOR, NURSE, WEEK, Person, at, instant
from careflow_clinic.course import Course, Pair
from careflow_clinic.http import Answer, Caller
from careflow_clinic.walk import Walk

pytestmark = pytest.mark.long

PRACTITIONERS = "/v1/practitioners"
STANDS_IN = Caller("nadia-stands-in", ("nurse",))
A_DAY, FOUR_WEEKS = timedelta(hours=8), timedelta(days=28, hours=8)
BOOKING = "careflow.booking.v1"


@dataclass(slots=True)
class Nurses:
    """Who is away when. Whoever joins does so for this journey: afterwards the clinic is as it was."""

    walk: Walk
    away: dict[str, set[date]] = field(default_factory=dict)

    async def joined_by(self, caller: Caller) -> None:
        """A second nurse, with the clinic's hours."""
        licences = [{"role": "nurse", "state": "CA", "valid_until": None}]
        who = {"id": caller.subject, "name": "Nadia Stands-In", "licences": licences, "telehealth": False}
        await self.walk.clinic.http.post(COORDINATOR, "booking", PRACTITIONERS, {**who, "hours": WEEK})
        self.away[caller.subject] = set()

    async def is_away(self, caller: Caller, since: datetime, lasting: timedelta) -> list[dict[str, Any]]:
        """What that leaves without them, all of it."""
        until = since + lasting
        days = {today(since) + timedelta(days=each) for each in range((until - since).days + 1)}
        self.away.setdefault(caller.subject, set()).update(days)
        body = {"starts_at": instant(since), "ends_at": instant(until)}
        saved = await self._change(caller.subject, "POST", "absence", body)
        affected = saved.body["affected"]
        assert affected["next"] is None
        return list(affected["items"])

    async def all_back(self) -> None:
        for who, days in self.away.items():
            for day in sorted(days):
                await self._change(who, "DELETE", f"exceptions/{day}")
            if who != NURSE.subject:
                await self._change(who, "PUT", "hours", {})

    async def _change(self, who: str, method: str, what: str, body: Mapping[str, Any] | None = None) -> Answer:
        http, path = self.walk.clinic.http, f"{PRACTITIONERS}/{who}"
        version = (await http.get(COORDINATOR, "booking", path)).version
        return await http.ask(COORDINATOR, method, "booking", f"{path}/{what}", body, version=version)


@pytest.fixture
async def nurses(walk: Walk) -> AsyncIterator[Nurses]:
    nurses = Nurses(walk)
    yield nurses
    await nurses.all_back()


async def test_four_visits_are_given_by_somebody_else_one_moves_and_nobody_pays(
    walk: Walk, person: Person, nurses: Nurses
) -> None:
    course = Course(walk, await walk.to_clearance(person))
    pairs = await course.to_first_dose(pairs=5)
    clinic, events = walk.clinic, walk.clinic.events
    first, alone = at(pairs[0].dosing["starts_at"]), pairs[2]
    sequences = {each.dosing["id"]: await _invited(walk, each.dosing["id"]) for each in pairs}
    told = len(await _told(walk, course))

    await nurses.joined_by(STANDS_IN)
    assert await nurses.is_away(STANDS_IN, at(alone.dosing["starts_at"]), A_DAY) == []
    affected = await nurses.is_away(NURSE, first, FOUR_WEEKS)
    assert [each["appointment"]["id"] for each in affected] == [each.dosing["id"] for each in pairs]
    assert [each["substitute"] is not None for each in affected] == [True, True, False, True, True]

    for found in affected:
        if found["substitute"] is not None:
            assert found["substitute"]["ask_patient_first"] is False, "the therapist stays"
            visit_id = found["appointment"]["id"]
            visit = (await clinic.move_appointment(visit_id, "reassign", {"without": [NURSE.subject]})).body
            assert STANDS_IN.subject in {each["id"] for each in visit["providers"]}
    moved = await _moves_with_its_integration(walk, course, alone, affected[2]["move_to"])

    span = {"from": instant(first), "to": instant(first + FOUR_WEEKS)}
    left = await clinic.http.get(COORDINATOR, "booking", f"{PRACTITIONERS}/{NURSE.subject}/absence", params=span)
    assert left.body["items"] == [], "nobody waits for her any more"
    rescheduled = [event.data["appointment_id"] for event in events.of("TreatmentRescheduled", subject=course.subject)]
    assert rescheduled[0] == alone.dosing["id"]
    said = events.said(BOOKING, course.subject)
    assert not [name for name in said if "Cancelled" in name or "Missed" in name]
    assert await course.cashier.fees(course.cleared.patient) == [], "who is moved by the clinic owes nothing"

    after = {each.dosing["id"]: await _invited(walk, each.dosing["id"]) for each in pairs}
    raised = {visit for visit, calendar in after.items() if calendar.sequence > sequences[visit].sequence}
    assert alone.dosing["id"] in raised
    assert after[alone.dosing["id"]].starts_at == at(moved["starts_at"])
    for pair in (each for each in pairs if each is not alone):
        assert after[pair.dosing["id"]].starts_at == at(pair.dosing["starts_at"]), "and stands where it stood"
    news = (await _told(walk, course))[told:]
    assert (alone.dosing["id"], "visit_moved") in news
    assert not [each for each in news if each[1] == "visit_cancelled"]


async def _moves_with_its_integration(walk: Walk, course: Course, pair: Pair, offered: list[str]) -> Mapping[str, Any]:
    """To the first offered morning that leaves a weekday two days later for the integration."""
    to = next(each for each in map(at, offered) if each.astimezone(CLINIC_ZONE).weekday() < 3)
    integration = instant(to + timedelta(days=2, hours=1))
    body = {"starts_at": instant(to), "integration": {"starts_at": integration}}
    return (await walk.clinic.move_appointment(pair.dosing["id"], "reschedule", body)).body


async def _told(walk: Walk, course: Course) -> list[tuple[str, str]]:
    """What the patient was written to about which visit, oldest first."""
    path = f"/v1/patients/{course.cleared.patient.id}/messages"
    items = (await walk.clinic.http.get(COORDINATOR, "booking", path, params={"limit": "200"})).body["items"]
    return [(each["appointment_id"], each["reason"]) for each in reversed(items)]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar is told of a visit; a higher `sequence` takes the place of a lower one (RFC 5545 3.8.7.4)."""

    sequence: int
    starts_at: datetime


async def _invited(walk: Walk, appointment_id: str) -> Invitation:
    raw = await walk.clinic.http.file(COORDINATOR, "booking", f"/v1/appointments/{appointment_id}/invitation")
    (event,) = Calendar.from_ical(raw).events
    starts_at = event.start
    assert isinstance(starts_at, datetime)
    return Invitation(int(str(event["SEQUENCE"])), starts_at)
