"""One cleared patient's course of treatment in stretches: plan, preparation, doses with their integration, the bill.

Owns the order of steps around a dose. Time passes on the domain clock: each step happens when it would. Invariant: a
stretch waits for the events it needs, never for time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from careflow_clinic.bedside import CLINIC_ZONE, DOSE, READY_TO_LEAVE, Bedside, induction, maintenance, today
from careflow_clinic.cashier import Cashier
from careflow_clinic.clinic import COORDINATOR, NURSE, PRESCRIBER, THERAPIST, Clinic, at, instant, position
from careflow_clinic.http import Answer, Refused
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import SINCE_LAST_CONTACT_NONE, Cleared, Walk

INFUSION_MINUTES = 40
OBSERVED_AT = (10, 15, 30, 40, 55, 70, 85, 100)
"""Minutes after the start of an infusion, as the clinic's policy asks; the last one before going home."""
DISCHARGED_AT = 105
"""More than an hour after the end of the infusion, which is the time a patient is watched."""
THERAPY_FROM, THERAPY_TO = 45, 100
"""Minutes in which the patient can take part in psychotherapy."""
FEED_PATIENCE = 15.0  # seconds for sessions to hear how fresh its view of screening is
BEFORE_VISIT = timedelta(days=2, hours=12)
"""When the patient answers the questions before a dosing visit: they are asked for three days before it."""
SIGNED = ("PlanActivated", "PlanAdjusted")
TAKEN = "slot_taken"
PHQ_9_ITEMS = ("1", "2", "3", "4", "5", "6", "7", "8", "9")


def phq_9(total: int) -> dict[str, str]:
    """Answers that add up to `total` (0 to 24), with nothing on item 9."""
    answers = {}
    for item in PHQ_9_ITEMS:
        points = 0 if item == "9" else min(3, total)
        total -= points
        answers[item] = str(points)
    return answers


@dataclass(frozen=True, slots=True)
class Pair:
    """A dosing visit and the integration booked with it."""

    dosing: Mapping[str, Any]
    integration: Mapping[str, Any]


@dataclass(slots=True)
class Course:
    """`vial_id` is what the doses are drawn from; received with the first visit."""

    walk: Walk
    cleared: Cleared
    plan_id: str = ""
    vial_id: str = ""
    bedside: Bedside = field(init=False)
    cashier: Cashier = field(init=False)

    def __post_init__(self) -> None:
        self.bedside = Bedside(self.clinic.http)
        self.cashier = Cashier(self.clinic.http)

    @property
    def clinic(self) -> Clinic:
        return self.walk.clinic

    @property
    def subject(self) -> str:
        return self.cleared.patient.subject

    def last(self, name: str) -> SeenEvent:
        """The newest event of that name about this patient."""
        return self.clinic.events.of(name, subject=self.subject)[-1]

    # -- the plan ------------------------------------------------------------------------------------------------------

    async def plan(self, *, doses: int, **terms: Any) -> SeenEvent:
        """The patient consents, a prescriber signs the plan of an induction, with other `terms` than most have; booking
        hears of it and the clearance.
        """
        patient = self.cleared.patient
        drafted = await self.draft(doses=doses, **terms)
        await self.bedside.consent(patient, "treatment", route=terms.get("route", "intravenous"))
        await self.bedside.consent(patient, "financial")
        return await self.sign(drafted)

    async def draft(self, *, doses: int, **terms: Any) -> Answer:
        """The plan of an induction, with other `terms` than most have; nobody has consented to it yet."""
        ends = today(self.walk.clock.now()) + timedelta(weeks=26)
        return await self.bedside.draft_plan(self.cleared.patient, {**induction(doses=doses, ends=ends), **terms})

    async def sign(self, drafted: Answer) -> SeenEvent:
        """A prescriber signs it; booking hears of it and the clearance."""
        patient = self.cleared.patient
        # Two services say that a patient is cleared and has a plan: booking may hear the second first, and then has one
        # stage less to tell of. Days lie between them in a clinic.
        await self.clinic.care_path(patient, after=self.cleared.granted)
        after = (position(self.cleared.granted),)
        self.plan_id = await self.bedside.sign_plan(drafted, after=after)
        activated = await self.clinic.events.wait_for("PlanActivated", subject=self.subject, where=self._of_plan)
        await self.clinic.care_path(patient, after=activated)
        return activated

    async def goes_into_maintenance(self, *, doses: int) -> SeenEvent:
        """The prescriber reviews the doses given and signs the step into maintenance; booking hears of it."""
        self.walk.chapter("Maintenance")
        patient, ends = self.cleared.patient, today(self.walk.clock.now()) + timedelta(weeks=26)
        await self.clinic.http.post(PRESCRIBER, "sessions", f"/v1/patients/{patient.id}/dose-reviews")
        await self.bedside.change_plan(self.plan_id, "adjust", maintenance(doses=doses, ends=ends))
        adjusted = await self.clinic.events.wait_for("PlanAdjusted", subject=self.subject, where=self._of_plan)
        await self.clinic.care_path(patient, after=adjusted)
        return adjusted

    async def estimates(self) -> list[dict[str, Any]]:
        """The estimates of this plan, once billing has heard of its newest version and the newest booking."""
        signed = [event for event in self.clinic.events.about(self.subject) if event.name in SIGNED]
        after = (position(signed[-1]), position(self.last("TreatmentBooked")))
        found = await self.cashier.estimates(self.cleared.patient, after=after)
        return [each for each in found if each["plan_id"] == self.plan_id]

    # -- booking -------------------------------------------------------------------------------------------------------

    async def book_preparation(self) -> Mapping[str, Any]:
        """The first free time for it."""
        starts = await self.clinic.free_times(self.cleared.patient, "preparation", self.walk.clock.now())
        return (await self.clinic.book(self.cleared.patient, "preparation", starts[0])).body

    async def book_pairs(self, count: int, *, every_days: int = 7, not_before: datetime | None = None) -> list[Pair]:
        """That many dosing visits at nine in the morning, early in the week, each with its integration two days
        later; time enough before the first for the questions that are asked before a dose. Where somebody else has the
        time of one of them, it is another morning from there on.
        """
        mornings = await self._free_mornings(not_before or self.walk.clock.now() + timedelta(days=4))
        if not mornings:
            raise Refused("no morning of two weeks is free for a dose")
        visits = []
        for number, asked in enumerate(await self._series(mornings[0], count, every_days)):
            wished = mornings[0] + timedelta(number * every_days)
            visits.append(asked["dosing"] or await self._another_morning(wished, asked))
        for visit in visits:
            await self.clinic.events.wait_for(
                "TreatmentBooked", subject=self.subject, where=_of_visit(visit["integration"])
            )
        return [Pair(each, each["integration"]) for each in sorted(visits, key=lambda each: at(each["starts_at"]))]

    async def _another_morning(self, wished: datetime, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first on which a pair can be booked. Raises `Refused` where that was not for its time, and where there
        is none.
        """
        refusal, mornings = asked["refusal"], await self._free_mornings(wished)
        while refusal["code"] == TAKEN and mornings:
            (again,) = await self._series(mornings.pop(0), 1, every_days=1)
            if again["dosing"]:
                booked: Mapping[str, Any] = again["dosing"]
                return booked
            refusal = again["refusal"]
        raise Refused(f"a pair of the series was refused: {refusal}")

    async def _series(self, first: datetime, pairs: int, every_days: int) -> list[dict[str, Any]]:
        pattern = {
            "dosing": {"starts_at": instant(first), "modality": "in_person"},
            "integration": {"starts_at": instant(_two_days_later(first)), "modality": "in_person"},
            "pairs": pairs,
            "every_days": every_days,
        }
        series = {"plan_id": self.plan_id, "pattern": pattern}
        booked = await self.clinic.http.post(COORDINATOR, "booking", "/v1/appointments/series", series)
        return list(booked.body["items"])

    async def _free_mornings(self, start: datetime) -> list[datetime]:
        """Nine o'clock on Mondays, Tuesdays and Wednesdays of two weeks, free for a dose, with two days after it for
        integration.
        """
        free = await self.clinic.free_times(self.cleared.patient, "dosing", start, days=14)
        starts = [at(start).astimezone(CLINIC_ZONE) for start in free]
        return [each for each in starts if each.hour == 9 and each.minute == 0 and each.weekday() < 3]

    # -- a therapy hour ------------------------------------------------------------------------------------------------

    async def therapy_hour(self, visit: Mapping[str, Any]) -> SeenEvent:
        """A preparation or an integration, held from its start to its end. Returns that it was completed."""
        self.walk.chapter(f"{str(visit['kind']).capitalize()}")
        session_id = await self.arrived(visit)
        return await self.hour_held(session_id, lasting=at(visit["ends_at"]) - at(visit["starts_at"]))

    async def hour_held(self, session_id: str, *, lasting: timedelta) -> SeenEvent:
        """Therapy from now on, for that long. Returns that the session was completed."""
        await self.bedside.does(session_id, "start", by=THERAPIST)
        began = at((await self.bedside.session(session_id)).body["started_at"])
        await self.walk.travel_to(began + lasting)
        await self.bedside.does(session_id, "complete", _therapy(began, began + lasting), by=THERAPIST)
        return await self._completed(session_id)

    async def arrived(self, visit: Mapping[str, Any]) -> str:
        """Time passes to the visit, and the patient is there. Returns the session's id."""
        await self.walk.travel_to(at(visit["starts_at"]))
        booked = await self.clinic.events.wait_for("TreatmentBooked", subject=self.subject, where=_of_visit(visit))
        session_id = await self.bedside.session_of(visit["id"], after=(position(booked),))
        await self.clinic.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/arrive")
        return session_id

    async def to_first_dose(self, *, pairs: int, every_days: int = 7, **terms: Any) -> list[Pair]:
        """The plan is signed and the preparation held; that many dosing visits lie ahead, with their integrations."""
        await self.plan(doses=pairs, **terms)
        return await self.prepared(pairs=pairs, every_days=every_days)

    async def prepared(self, *, pairs: int, every_days: int = 7) -> list[Pair]:
        """The preparation is held, and the visits of a signed plan lie ahead."""
        await self.therapy_hour(await self.book_preparation())
        return await self.book_pairs(pairs, every_days=every_days)

    # -- a dosing visit ------------------------------------------------------------------------------------------------

    async def answer_before(self, visit: Mapping[str, Any], *, score: int, **answers: Mapping[str, str]) -> SeenEvent:
        """The questions before a dosing visit, answered when they are asked for. Returns their assessment."""
        await self.walk.travel_to(at(visit["starts_at"]) - BEFORE_VISIT)
        given = {"phq-9": phq_9(score), "c-ssrs-since-last-contact": SINCE_LAST_CONTACT_NONE, **answers}
        before = len(self.clinic.events.of("PreSessionScreenAssessed", subject=self.subject))
        for code, each in given.items():
            await self.clinic.answer_questionnaire(self.cleared.patient, self.cleared.case_id, code, each)
        return await self.clinic.events.wait_for("PreSessionScreenAssessed", subject=self.subject, count=before + 1)

    async def ready_for_dose(self, visit: Mapping[str, Any], **found: Any) -> str:
        """The patient is there, examined and ordered for; `found` is what is out of the ordinary. Returns the session's
        id.
        """
        session_id = await self.arrived(visit)
        await self.examined(session_id, **found)
        return session_id

    async def examined(self, session_id: str, **found: Any) -> None:
        """Everything asked and measured, the order signed."""
        await self.bedside.check(session_id, self.walk.clock.now(), **found)
        await self.bedside.order(session_id)
        await self.knows_who_is_cleared(session_id)

    async def knows_who_is_cleared(self, session_id: str) -> None:
        """Until sessions knows how fresh its view of screening is."""
        async with asyncio.timeout(FEED_PATIENCE):
            while True:
                if "eligibility_fresh" not in await self.bedside.failed(session_id):
                    return
                await asyncio.sleep(0.1)

    async def begin_dose(self, visit: Mapping[str, Any]) -> str:
        """Nothing stands in the way; the infusion runs, and what was left in the syringe is wasted. Returns the
        session's id.
        """
        session_id = await self.ready_for_dose(visit)
        _, draw_id = await self.give_dose(session_id, visit["location_id"])
        await self.bedside.waste(self.vial_id, draw_id)
        return session_id

    async def give_dose(self, session_id: str, location_id: str) -> tuple[datetime, str]:
        """The gate is open: the session starts, the dose is drawn up and given. Returns when it began, and the draw."""
        await self.bedside.does(session_id, "clear", {"overrides": []}, by=PRESCRIBER)
        await self.bedside.does(session_id, "start")
        if not self.vial_id:
            self.vial_id = await self.bedside.receive_vial(location_id, lot="L-2611")
        draw_id = await self.bedside.draw(self.vial_id, session_id)
        began = self.walk.clock.now()
        await self.bedside.does(session_id, "doses", {**DOSE, "container_id": self.vial_id, "draw_id": draw_id})
        return began, draw_id

    async def dose(self, visit: Mapping[str, Any]) -> SeenEvent:
        """A whole dosing visit in which nothing is out of the ordinary. Returns that it was completed."""
        self.walk.chapter("A dose")
        session_id = await self.ready_for_dose(visit)
        return await self.infusion(session_id, visit)

    async def infusion(self, session_id: str, visit: Mapping[str, Any]) -> SeenEvent:
        """From the open gate to the way home: infusion, witnessed waste, vital signs, therapy, discharge, the day's
        count. Returns that the session was completed.
        """
        began, draw_id = await self.give_dose(session_id, visit["location_id"])
        return await self.to_the_way_home(session_id, visit, began, draw_id)

    async def to_the_way_home(
        self, session_id: str, visit: Mapping[str, Any], began: datetime, draw_id: str
    ) -> SeenEvent:
        """A dose that began then runs to its end, and the session with it. Returns that it was completed."""
        await self.watched(session_id, began, draw_id)
        await self.bedside.does(session_id, "discharge", READY_TO_LEAVE)
        therapy = _therapy(began + timedelta(minutes=THERAPY_FROM), began + timedelta(minutes=THERAPY_TO))
        await self.bedside.does(session_id, "complete", therapy)
        completed = await self._completed(session_id)
        await self.bedside.close_drug_day(visit["location_id"], self.walk.clock.now())
        return completed

    async def watched(self, session_id: str, began: datetime, draw_id: str) -> None:
        """A dose that began then runs to its end: vital signs, witnessed waste, until it is time to go home."""
        for minute in OBSERVED_AT:
            await self.walk.travel_to(began + timedelta(minutes=minute))
            if minute == INFUSION_MINUTES:
                await self.clinic.http.post(NURSE, "sessions", f"/v1/sessions/{session_id}/doses/end")
                await self.bedside.waste(self.vial_id, draw_id)
            await self.bedside.observe(session_id)
        await self.walk.travel_to(began + timedelta(minutes=DISCHARGED_AT))

    async def pair(self, pair: Pair, *, score: int) -> tuple[SeenEvent, SeenEvent]:
        """A dosing visit with all around it: the questions before, the dose, its integration. Returns that both
        sessions were completed.
        """
        await self.answer_before(pair.dosing, score=score)
        return await self.dose(pair.dosing), await self.therapy_hour(pair.integration)

    # -- money ---------------------------------------------------------------------------------------------------------

    async def charged_for(self, sessions: Sequence[SeenEvent]) -> list[SeenEvent]:
        """The charges of these completed sessions, once they are posted."""
        return [await self._charge_of(str(session.data["session_id"])) for session in sessions]

    async def _charge_of(self, session_id: str) -> SeenEvent:
        return await self.clinic.events.wait_for(
            "ChargePosted", subject=self.subject, where=lambda event: event.data["cause_id"] == session_id
        )

    async def _completed(self, session_id: str) -> SeenEvent:
        return await self.clinic.events.wait_for(
            "SessionCompleted", subject=self.subject, where=lambda event: event.data["session_id"] == session_id
        )

    def _of_plan(self, event: SeenEvent) -> bool:
        return event.data["plan_id"] == self.plan_id


def _two_days_later(start: datetime) -> datetime:
    return start + timedelta(days=2, hours=1)


def _therapy(began: datetime, ended: datetime) -> dict[str, Any]:
    """Psychotherapy between two moments, as a session is completed with it."""
    times = {"provider": THERAPIST.subject, "started_at": began.isoformat(), "ended_at": ended.isoformat()}
    return {"therapy": [times]}


def _of_visit(visit: Mapping[str, Any]) -> Any:
    return lambda event: event.data["appointment_id"] == visit["id"]
