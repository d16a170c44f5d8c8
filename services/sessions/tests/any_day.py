"""A clinic in which anybody does anything in any order: mostly what makes sense, often enough what does not."""

from dataclasses import replace
from datetime import datetime, timedelta

from careflow_domain.errors import DomainError
from careflow_service.errors import ServiceError
from services.sessions.tests import builders as a
from services.sessions.tests.anybody import STOPS
from services.sessions.tests.course_builders import screen
from services.sessions.tests.going_home import GoingHome
from sessions.application.commands.check_in import CheckIn, CheckInHandler
from sessions.application.commands.clear_session import ClearSession, ClearSessionHandler
from sessions.application.commands.complete_session import CompleteSession, CompleteSessionHandler
from sessions.application.commands.open_session import OpenSession, OpenSessionHandler
from sessions.application.commands.record_therapy_otherwise import (
    RecordTherapyOtherwise,
    RecordTherapyOtherwiseHandler,
)
from sessions.application.commands.refuse_session import RefuseSession, RefuseSessionHandler
from sessions.application.commands.review_therapy_otherwise import (
    ReviewTherapyOtherwise,
    ReviewTherapyOtherwiseHandler,
)
from sessions.application.commands.start_session import StartSession, StartSessionHandler
from sessions.domain.held_otherwise import TherapyDecision
from sessions.domain.ids import AppointmentId, SessionId
from sessions.domain.service_lines import TherapyTime
from sessions.domain.states import SessionState
from sessions.domain.words import Modality, VisitKind


class AnyDay(GoingHome):
    """One patient's weeks."""

    async def goes_on(self, steps: int) -> None:
        """So many things happen; what is refused changed nothing and is forgotten."""
        acts = [self.sensible] * 50 + [
            self.checks, self.vitals, self.order, self.joins_or_leaves, self.overrides, self.draws, self.doses,
            self.resolves, self.alert, self.outcome, self.harm, self.time, self.consent_or_clearance, self.ends,
            self.end_of_care, self.corrects_vitals, self.corrects_checks, self.corrects_dose,
            self.medicine, self.medicine, self.medicine, self.corrects_medicine, self.sets_pump, self.sets_pump,
            self.goes_home, self.goes_home, self.reviews, self.answers, self.hears_nothing, self.attests, self.holds,
            self.writes_down_late, self.writes_down_late, self.writes_down_late, self.reviews_late,
            self.medicine_outside_order,
        ]  # fmt: skip
        for _ in range(steps):
            try:
                await self.random.choice(acts)()
            except (DomainError, ServiceError):
                continue

    async def sensible(self) -> None:
        session = self.memory.session_under_way()
        if session is None:
            return await self.next_visit()
        if self.random.random() < 0.1:
            return await self.mends()
        team = self.told.there
        if session.state is SessionState.SCHEDULED:
            await self._handle(CheckInHandler, CheckIn(session.id), a.NURSE)
        elif not all(team.get((session.id, role)) for role in ("therapist", "nurse", "prescriber")):
            for who in (a.THERAPIST, a.NURSE, a.PRESCRIBER):
                await self.joins(who)
        elif session.checks.equipment_ready is None:
            await self.checks(careful=True)
        elif session.order is None:
            await self.order(careful=True)
        elif not self._seen_lately(session):
            await self.time()
            await self.vitals(careful=True)
        elif session.state is SessionState.CHECKED:
            await self._handle(ClearSessionHandler, ClearSession(session.id, (), session.version), a.NURSE)
        elif session.state is SessionState.CLEARED:
            await self._handle(StartSessionHandler, StartSession(session.id, session.version), a.NURSE)
        elif session.doses and session.doses[-1].ended_at is None:
            await (self.sets_pump() if self.random.random() < 0.6 else self.dose_ends())
        elif len(session.doses) < 2 and self.random.random() < 0.9:
            vials = [each for each in self.memory.shelves["drug_log"].kept.values() if each.item.drug == "ketamine"]
            drawn_up = any(vial.drawn_for(session.id) for vial in vials)
            await (self.doses() if drawn_up else self.draws())
        elif self.random.random() < 0.3:
            await self.ends()
        else:
            await self.goes_home(careful=self.random.random() < 0.8)
        return None

    async def mends(self) -> None:
        """What went wrong is put right, as far as anybody may."""
        session = self._session()
        if not self.told.in_care:
            await self.end_of_care()
        elif self.told.on_hold:
            await self.holds()
        elif self.told.unheard:
            await self.hears_nothing()
        elif not self.told.cleared or not self.told.consented:
            await self.consent_or_clearance()
        elif self.told.alerts:
            await self.alert()
        elif self.told.no_response:
            await self.outcome()
        elif self.told.harm:
            await self.harm()
        elif self.told.outside:
            await self.reviews_late()
        elif self.random.random() < 0.2:
            await self._handle(RefuseSessionHandler, RefuseSession(session.id, session.version), a.NURSE)
        elif session.checks.equipment_ready is not None:
            await self.checks(careful=True)
            for name in sorted(STOPS):
                await self.resolves(name)

    async def next_visit(self) -> None:
        if self.random.random() < 0.05:
            self.memory.shelves["drug_log"].kept = {}
            await self.end_of_care(likely=1)
        self.memory.now += timedelta(hours=self.random.choice((1, 20, 60, 90, 90)))
        if self.random.random() < 0.7:
            await self.integration()
            self.memory.now += timedelta(hours=self.random.choice((1, 24, 48)))
        if not any(at > (self.told.care_ended or at) for at in self.told.prepared) and self.random.random() < 0.5:
            await self.preparation()
        known = self.memory.shelves["eligibilities"].kept[a.ANA]
        self.memory.keep("eligibilities", replace(known, screen=screen(completed_at=self.now)))
        self.told.screen = (self.now, "pass")
        opened = OpenSession(AppointmentId(a.new_uuid()), a.ANA, VisitKind.DOSING, a.MILL_VALLEY)
        await self._run(OpenSessionHandler, opened, a.NURSE)

    async def integration(self) -> None:
        if began := await self.therapy(VisitKind.INTEGRATION):
            self.told.integrated.append(began)

    async def preparation(self) -> None:
        if began := await self.therapy(VisitKind.PREPARATION):
            self.told.prepared.append(began)

    async def therapy(self, kind: VisitKind) -> datetime | None:
        """An hour with a therapist, or something like it; when it began, if it counts."""
        opened = OpenSession(AppointmentId(a.new_uuid()), a.ANA, kind, a.MILL_VALLEY, Modality.IN_PERSON)
        session_id = (await self._run(OpenSessionHandler, opened, a.NURSE)).value.id
        await self._handle(CheckInHandler, CheckIn(session_id), a.NURSE)
        if self.random.random() < 0.2:
            return await self.therapy_otherwise(session_id)
        who = self.random.choice((a.THERAPIST, a.THERAPIST, a.NURSE))
        await self._handle(StartSessionHandler, StartSession(session_id, 2), who)
        began, minutes = self.now, self.random.choice((0, 20, 30, 55, 55))
        self.memory.now += timedelta(minutes=minutes)
        times = (TherapyTime(provider=who, started_at=began, ended_at=self.now),) if minutes else ()
        await self._handle(CompleteSessionHandler, CompleteSession(session_id, times, 3), who)
        return began if minutes >= 30 and who == a.THERAPIST else None

    async def therapy_otherwise(self, session_id: SessionId) -> datetime | None:
        """An hour nobody began in the record, written down afterwards, reviewed or not; when it began, if it counts."""
        began, minutes = self.now, self.random.choice((20, 30, 55, 55))
        self.memory.now += timedelta(minutes=minutes)
        held = TherapyTime(provider=a.THERAPIST, started_at=began, ended_at=self.now)
        await self._handle(
            RecordTherapyOtherwiseHandler, RecordTherapyOtherwise(session_id, held, "no power", 2), a.NURSE
        )
        self.told.held_otherwise += 1
        decision = self.random.choice((None, *TherapyDecision, TherapyDecision.COUNTS))
        if decision is None:
            return None
        (mark,) = self.memory.shelves["sessions"].kept[session_id].therapy_otherwise
        review = ReviewTherapyOtherwise(session_id, mark.id, decision, "asked both", 3)
        await self._handle(ReviewTherapyOtherwiseHandler, review, a.PRESCRIBER)
        return began if minutes >= 30 and decision is TherapyDecision.COUNTS else None
