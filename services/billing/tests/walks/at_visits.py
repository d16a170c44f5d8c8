"""Patients and their visits: booked, moved, given up, missed, and what turns out otherwise."""

from datetime import timedelta
from typing import Any

from billing.domain.ids import PatientId
from careflow_events import contracts
from careflow_events.contracts import codes
from services.billing.tests import heard
from services.billing.tests.walks.walker import PLANS, Walker


class AtVisits(Walker):
    """As booking tells of them."""

    async def step_books(self) -> None:
        kind = self.random.choice((codes.AppointmentKind.DOSING, codes.AppointmentKind.INTEGRATION))
        ahead = self.random.choice((2, 26, 50, 300))
        await self.booked(kind, ahead, self.patient())

    async def booked(self, kind: codes.AppointmentKind, hours_ahead: int, patient: PatientId) -> dict[str, Any]:
        at = self.clinic.now + timedelta(hours=hours_ahead)
        visit = heard.visit(at, kind=kind, appointment_id=self.clinic.new_id(), plan_id=PLANS[patient])
        visit["patient_id"] = patient
        self.visits[visit["appointment_id"]] = visit
        await self.hear(contracts.TreatmentBooked(**visit, booked_by=codes.BookedBy.STAFF))
        return visit

    async def becomes(self, visit: dict[str, Any], status: codes.AppointmentStatus) -> dict[str, Any]:
        after = heard.later(visit, status=status)
        self.visits[visit["appointment_id"]] = after
        return after

    async def step_arrives(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        await self.hear(contracts.TreatmentArrived(**await self.becomes(visit, codes.AppointmentStatus.ARRIVED)))

    async def step_moves(self) -> None:
        """One visit, or a dose and its integration by one command; heard of one after the other, or twice."""
        first = self.visit(codes.AppointmentStatus.BOOKED)
        others = [
            each
            for each in self.visits.values()
            if each["patient_id"] == first["patient_id"]
            and each["status"] is codes.AppointmentStatus.BOOKED
            and each["appointment_id"] != first["appointment_id"]
        ]
        owed = self.owed(first["patient_id"])
        command, days = self.clinic.new_id(), timedelta(days=self.random.choice((1, 7)))
        for visit in (first, *others[: self.random.randint(0, 1)]):
            after = heard.later(visit, starts_at=visit["starts_at"] + days, ends_at=visit["ends_at"] + days)
            self.visits[visit["appointment_id"]] = after
            event = contracts.TreatmentRescheduled(
                **after,
                previous_starts_at=visit["starts_at"],
                rescheduled_by=codes.RescheduledBy.PATIENT,
                notice_minutes=60,
                first_notice_minutes=60,
                late_moves=1,
            )
            for _ in range(self.random.choice((1, 1, 2))):
                await self.clinic.hear(event, time=self.clinic.now, cause=command)
        assert self.owed(first["patient_id"]) == owed, "moving cost something"

    async def step_cancels(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        by = self.random.choice((codes.CancelledBy.PATIENT, codes.CancelledBy.CLINIC, codes.CancelledBy.CLINICAL_HOLD))
        after = await self.becomes(visit, codes.AppointmentStatus.CANCELLED)
        notice = self.random.choice((30, 20_000))
        reason = codes.CancelReason.PATIENT_REQUEST
        await self.hear(contracts.TreatmentCancelled(**after, cancelled_by=by, reason=reason, notice_minutes=notice))

    async def step_gives_up_a_pair(self) -> None:
        """Two visits by one command; they are heard of in any order, one of them perhaps days later, or twice."""
        patient, kinds = self.patient(), codes.AppointmentKind
        pair = [await self.booked(kind, 26, patient) for kind in (kinds.DOSING, kinds.INTEGRATION)]
        command, at = self.clinic.new_id(), self.clinic.now
        for visit in self.random.sample(pair, 2):
            event = contracts.TreatmentCancelled(
                **await self.becomes(visit, codes.AppointmentStatus.CANCELLED),
                cancelled_by=codes.CancelledBy.PATIENT,
                reason=codes.CancelReason.PATIENT_REQUEST,
                notice_minutes=30,
            )
            for _ in range(self.random.choice((1, 1, 2))):
                await self.clinic.hear(event, time=at, cause=command)
            self.clinic.now += timedelta(hours=self.random.choice((0, 0, 100)))
            await self.catch_up()
        if self.random.random() < 0.3:
            was, now = codes.AppointmentStatus.CANCELLED, codes.AppointmentStatus.ARRIVED
            came = await self.becomes(self.visits[pair[0]["appointment_id"]], now)
            await self.hear(contracts.AppointmentCorrected(**came, from_=was, to=now))

    async def step_loses_a_dose(self) -> None:
        """A dose and its integration are both lost, by decisions of their own; what is heard first, and how many days
        are between, is anybody's guess. Sometimes the dose was given after all.
        """
        patient, kinds, statuses = self.patient(), codes.AppointmentKind, codes.AppointmentStatus
        dose = await self.booked(kinds.DOSING, 26, patient)
        integration = await self.booked(kinds.INTEGRATION, 50, patient)
        self.clinic.now += timedelta(hours=52)
        for visit in self.random.sample((dose, integration), 2):
            match self.random.randint(0, 2) if visit is dose else 0:
                case 0:
                    await self.hear(contracts.TreatmentMissed(**await self.becomes(visit, statuses.MISSED)))
                case 1:
                    by = self.random.choice((codes.CancelledBy.PATIENT, codes.CancelledBy.CLINIC))
                    off = await self.becomes(visit, statuses.CANCELLED)
                    reason = codes.CancelReason.PATIENT_REQUEST
                    event = contracts.TreatmentCancelled(**off, cancelled_by=by, reason=reason, notice_minutes=30)
                    await self.clinic.hear(event, cause=self.clinic.new_id())
                case 2:
                    who = {"patient_id": patient, "plan_id": PLANS[patient]}
                    await self.hear(heard.session_refused(visit).model_copy(update=who))
            self.clinic.now += timedelta(hours=self.random.choice((0, 0, 100)))
            await self.catch_up()
        lost = self.visits[dose["appointment_id"]]
        if lost["status"] is statuses.MISSED and self.random.random() < 0.5:
            came = await self.becomes(lost, statuses.ARRIVED)
            await self.hear(contracts.AppointmentCorrected(**came, from_=statuses.MISSED, to=statuses.ARRIVED))
            await self.catch_up()
            self.clinic.now += timedelta(hours=self.random.choice((0, 100)))

    async def step_misses(self) -> None:
        visit = self.visit(codes.AppointmentStatus.BOOKED)
        await self.hear(contracts.TreatmentMissed(**await self.becomes(visit, codes.AppointmentStatus.MISSED)))

    async def step_came_after_all(self) -> None:
        visit = self.visit(codes.AppointmentStatus.MISSED, codes.AppointmentStatus.CANCELLED)
        was, now = visit["status"], codes.AppointmentStatus.ARRIVED
        await self.hear(contracts.AppointmentCorrected(**await self.becomes(visit, now), from_=was, to=now))
