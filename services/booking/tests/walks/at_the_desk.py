"""The front desk: what is booked, moved, given to others, called off and marked; who is away; whose records are one."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from booking.application.commands.book_appointment import BookAppointment
from booking.application.commands.book_dosing import BookDosing
from booking.application.commands.book_info_call import BookInfoCall
from booking.application.commands.book_series import BookSeries, Pattern
from booking.application.commands.cancel_appointment import CancelAppointment
from booking.application.commands.complete_consultation import CompleteConsultation
from booking.application.commands.correct_appointment import CorrectAppointment
from booking.application.commands.keep_visit import KeepVisit
from booking.application.commands.merge_patients import MergePatients
from booking.application.commands.reassign_appointment import ReassignAppointment
from booking.application.commands.record_absence import RecordAbsence
from booking.application.commands.record_arrival import RecordArrival
from booking.application.commands.record_missed_visit import RecordMissedVisit
from booking.application.commands.record_return import RecordReturn
from booking.application.commands.reschedule_appointment import RescheduleAppointment
from booking.application.commands.reschedule_pair import ReschedulePair
from booking.domain.appointments import Appointment
from booking.domain.calendar import Resource, ResourceKind
from booking.domain.cancellations import CancelReason
from booking.domain.ids import AppointmentId, PatientId, PractitionerId
from booking.domain.intervals import Interval
from booking.domain.message_subjects import Reason
from booking.domain.spacing import integration_of
from booking.domain.states import Status
from booking.domain.visits import Disposition, Modality, VisitKind
from careflow_service.identity import Actor, RequestKey, Role
from services.booking.tests.builders import ZONE, patient_details
from services.booking.tests.walks.clinicians import Clinicians
from services.booking.tests.walks.walker import nothing_there

VISITOR: Final = Actor(id="public", roles=frozenset({Role.PUBLIC}))
ALONE: Final = (
    VisitKind.PREPARATION,
    VisitKind.INTEGRATION,
    VisitKind.REVIEW,
    VisitKind.EVALUATION,
    VisitKind.INFO_CALL,
)


class AtTheDesk(Clinicians):
    """By the commands of the desk and of the patients' own pages."""

    def by(self, patient: PatientId) -> dict[str, Any]:
        """Somebody of the desk, or the patient."""
        own = Actor(id=patient, roles=frozenset({Role.PATIENT}), patient_id=patient)
        return {"by": own} if self.random.random() < 0.3 else {}

    async def step_books(self) -> None:
        patient, kind = self.patient(), self.random.choice(ALONE)
        await self.asks("book_appointment", BookAppointment(patient, self.wish(kind)), **self.by(patient))

    async def step_prepares(self) -> None:
        patient = self.patient()
        await self.asks("book_appointment", BookAppointment(patient, self.wish(VisitKind.PREPARATION)))

    def pair_at(self) -> tuple[datetime, datetime]:
        """When a dose is wished for and its integration, mostly soon enough after it."""
        dose = self.some_time(range(9, 14))
        return dose, (dose + timedelta(days=self.random.choice((1, 1, 2, 3, 5)))).replace(
            hour=self.random.choice((9, 14))
        )

    async def step_books_a_pair(self) -> None:
        dose, integration = self.pair_at()
        patient = self.patient()
        wishes = (self.wish(VisitKind.DOSING, dose), self.wish(VisitKind.INTEGRATION, integration))
        await self.asks("book_dosing", BookDosing(patient, *wishes), **self.by(patient))

    async def step_books_a_series(self) -> None:
        dose, integration = self.pair_at()
        wishes = {
            "dosing": self.wish(VisitKind.DOSING, dose),
            "integration": self.wish(VisitKind.INTEGRATION, integration),
        }
        pattern = Pattern(**wishes, pairs=self.random.choice((2, 3)), every_days=self.random.choice((None, 3)))
        plan = self.known[self.patient()]["plan_id"]
        key = RequestKey(self.clinic.new_id(), "walk")
        await self.asks("book_series", BookSeries(plan, pattern), request=key)

    async def step_visitor_books_a_call(self) -> None:
        """Without a login, sometimes with the contacts of somebody who is known; some ask twice, as if the first had
        not been heard.
        """
        number = self.random.randint(0, 4)
        for _ in range(self.random.choice((1, 1, 2))):
            await self.calls(f"ana{number}@example.org", f"+1415555{number:04}")

    async def calls(self, email: str, phone: str) -> None:
        """Mostly they confirm it at once."""
        details = patient_details(email=email, phone=phone)
        call = BookInfoCall(details, self.some_time(), Modality.PHONE, client="198.51.100.7")
        asked = await self.asks("book_info_call", call, by=VISITOR)
        assert asked.status is Status.HELD
        self.check()
        if self.random.choice((True, True, False)):
            await self.timers_run()
            await self.confirms(asked.appointment_id)

    async def step_visitor_confirms_a_call(self) -> None:
        """By a link that reached somebody, whatever became of the call meanwhile; mostly by one of the newest."""
        asked = [each for each in self.clinic.all("Messages") if each.reason is Reason.CALL_ASKED_FOR]
        if not asked:
            raise nothing_there()
        await self.confirms(self.random.choice(asked[-3:]).about.appointment_id)

    async def confirms(self, call_id: AppointmentId) -> None:
        """Who was sent no link has none."""
        messages = self.clinic.kept["Messages"].all
        reached = (messages[each.letter.id] for each in self.clinic.post.sent if each.letter.id in messages)
        if not any(each.reason is Reason.CALL_ASKED_FOR and each.about.appointment_id == call_id for each in reached):
            raise nothing_there()
        link = self.clinic.app.ports.call_links.sign(call_id)
        call = await self.asks("confirm_info_call", link, by=VISITOR)
        assert (call.appointment_id, call.status) == (call_id, Status.BOOKED)

    async def step_visitor_calls_off(self) -> None:
        visit = self.visit(Status.BOOKED, wanted=lambda each: each.kind is VisitKind.INFO_CALL)
        await self.asks("cancel_appointment", CancelAppointment(visit.id, visit.version, CancelReason.PATIENT_REQUEST))

    async def step_moves(self) -> None:
        visit = self.visit(Status.BOOKED)
        move = RescheduleAppointment(visit.id, visit.version, self.some_time())
        after = await self.asks("reschedule_appointment", move, **self.by(visit.patient_id))
        assert (after.appointment_id, after.status) == (visit.id, Status.BOOKED)

    async def integration(self, dose: Appointment) -> Appointment:
        found = integration_of(await self.clinic.app.ports.care_paths.get(dose.patient_id), dose.starts_at)
        if found is None:
            raise nothing_there()
        visit: Appointment = await self.clinic.app.ports.appointments.get(found.appointment_id)
        return visit

    async def step_moves_a_pair(self) -> None:
        """Together, or not at all."""
        dose = self.visit(Status.BOOKED, wanted=lambda each: each.kind is VisitKind.DOSING)
        integration = await self.integration(dose)
        at, after = self.pair_at()
        move = ReschedulePair(RescheduleAppointment(dose.id, dose.version, at), after)
        pair = await self.asks("reschedule_pair", move, **self.by(dose.patient_id))
        assert (pair.dosing.appointment_id, pair.integration.appointment_id) == (dose.id, integration.id)
        assert (pair.dosing.starts_at, pair.integration.starts_at) == (at, after)

    async def step_gives_to_somebody_else(self) -> None:
        visit = self.visit(Status.BOOKED)
        without = frozenset({self.random.choice(sorted(visit.slot.given_by))})
        to = self.random.choice((None, PractitionerId("lou"), PractitionerId("kim")))
        give = ReassignAppointment(
            appointment_id=visit.id, expected_version=visit.version, provider=to, without=without, patient_agreed=True
        )
        after = await self.asks("reassign_appointment", give)
        assert (after.starts_at, after.ends_at) == (visit.starts_at, visit.slot.interval.end)

    async def step_calls_off(self) -> None:
        visit = self.visit(Status.BOOKED)
        reason = self.random.choice((CancelReason.PATIENT_REQUEST, CancelReason.PROVIDER_UNAVAILABLE))
        await self.asks("cancel_appointment", CancelAppointment(visit.id, visit.version, reason))

    async def step_calls_off_a_pair(self) -> None:
        dose = self.visit(Status.BOOKED, wanted=lambda each: each.kind is VisitKind.DOSING)
        integration = await self.integration(dose)
        off = CancelAppointment(dose.id, dose.version, CancelReason.PATIENT_REQUEST, integration.id)
        await self.asks("cancel_appointment", off, **self.by(dose.patient_id))
        stored = self.clinic.kept["Appointments"].all
        assert {stored[each.id].status for each in (dose, integration)} == {Status.CANCELLED}

    async def step_keeps(self) -> None:
        visit = self.visit(Status.BOOKED, wanted=lambda each: each.dose_gone_since is not None)
        await self.asks("keep_visit", KeepVisit(visit.id, visit.version))

    def next_visit(self) -> Appointment:
        """The one whose time is next; the clock goes there, if it has to."""
        found = [each for each in self.clinic.all("Appointments") if each.status is Status.BOOKED]
        if not found:
            raise nothing_there()
        visit: Appointment = min(found, key=lambda each: (each.starts_at, each.id))
        self.clinic.now = max(self.clinic.now, visit.starts_at + timedelta(minutes=self.random.choice((0, 20))))
        return visit

    async def step_arrives(self) -> None:
        visit = self.next_visit()
        await self.asks("record_arrival", RecordArrival(visit.id, visit.version))

    async def step_misses(self) -> None:
        visit = self.next_visit()
        await self.asks("record_missed_visit", RecordMissedVisit(visit.id, visit.version))

    async def step_came_after_all(self) -> None:
        visit = self.visit(
            Status.MISSED, Status.BOOKED, wanted=lambda each: each.status is Status.MISSED or each.unmarked
        )
        await self.asks("correct_appointment", CorrectAppointment(visit.id, visit.version))

    async def step_consultation_ends(self) -> None:
        visit = self.visit(Status.ARRIVED)
        ending = self.random.choice(tuple(Disposition))
        await self.asks("complete_consultation", CompleteConsultation(visit.id, visit.version, ending))

    async def step_somebody_is_away(self) -> None:
        """For a day, or a room is closed; what is booked stays until somebody decides."""
        kind, store = self.random.choice(((ResourceKind.PRACTITIONER, "Practitioners"), (ResourceKind.ROOM, "Rooms")))
        await self.is_away(Resource(kind, self.random.choice(self.clinic.all(store)).id), self.some_time().date())

    async def is_away(self, whom: Resource, day: date) -> None:
        store = "Rooms" if whom.kind is ResourceKind.ROOM else "Practitioners"
        version = self.clinic.kept[store].all[whom.id].version
        span = Interval(*(datetime.combine(each, time(), ZONE) for each in (day, day + timedelta(days=1))))
        before = {each.id: (each.status, each.starts_at) for each in self.clinic.all("Appointments")}
        await self.asks("record_absence", RecordAbsence(whom, version, span))
        assert before == {each.id: (each.status, each.starts_at) for each in self.clinic.all("Appointments")}

    async def step_somebody_is_back(self) -> None:
        """Of those who were said to be away: on one of the days."""
        away = [
            (ResourceKind(kind), each, hours.day)
            for kind, store in (("practitioner", "Practitioners"), ("room", "Rooms"))
            for each in self.clinic.all(store)
            for hours in each.hours.exceptions
        ]
        if not away:
            raise nothing_there()
        kind, whom, day = self.random.choice(away)
        await self.asks("record_return", RecordReturn(Resource(kind, whom.id), whom.version, (day,)))

    async def step_records_are_merged(self) -> None:
        """A record somebody made by a call a second time is given up for another, which may be given up, too; mostly
        their calls are called off before, for they need none any more.
        """
        in_use = [each for each in self.clinic.all("Patients") if each.merge is None]
        pairs = [
            (again, survivor)
            for again in in_use
            if again.id not in self.patients
            for survivor in in_use
            if again is not survivor
            if again.details.known_by.items() & survivor.details.known_by.items()
        ]
        if not pairs:
            raise nothing_there()
        again, survivor = self.random.choice(pairs)
        for whose, likely in ((again, 0.9), (survivor, 0.7)):
            for call in self.calls_of(whose.id):
                if self.random.random() < likely:
                    off = CancelAppointment(call.id, call.version, CancelReason.PATIENT_REQUEST)
                    await self.asks("cancel_appointment", off)
        await self.asks("merge_patients", MergePatients(again.id, again.version, survivor.id))

    def calls_of(self, patient: PatientId) -> list[Appointment]:
        found = (each for each in self.clinic.all("Appointments") if each.patient_id == patient)
        return [each for each in found if each.status is Status.BOOKED and each.kind is VisitKind.INFO_CALL]
