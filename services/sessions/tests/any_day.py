"""A clinic in which anybody does anything in any order: mostly what makes sense, often enough what does not."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from careflow_domain.errors import DomainError
from careflow_service.errors import ServiceError
from services.sessions.tests import builders as a
from services.sessions.tests.anybody import OBSERVED, STOPS
from services.sessions.tests.course_builders import screen
from services.sessions.tests.shared_clinic import Clinic
from services.sessions.tests.therapy_hours import TherapyHours
from services.sessions.tests.ways import INFUSION, WAYS, Way
from sessions.application.commands.check_in import CheckIn, CheckInHandler
from sessions.application.commands.clear_session import ClearSession, ClearSessionHandler
from sessions.application.commands.open_session import OpenSession, OpenSessionHandler
from sessions.application.commands.refuse_session import RefuseSession, RefuseSessionHandler
from sessions.application.commands.start_session import StartSession, StartSessionHandler
from sessions.domain.ids import AppointmentId, PatientId
from sessions.domain.states import SessionState
from sessions.domain.words import VisitKind

BEN = PatientId("0199e0a0-0000-7000-8000-0000000000a2")


class AnyDay(TherapyHours):
    """One patient's weeks."""

    def acts(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Whatever may happen next."""
        return [self.sensible] * 50 + [
            self.checks, self.vitals, self.order, self.joins_or_leaves, self.overrides, self.draws, self.doses,
            self.resolves, self.alert, self.outcome, self.harm, self.time, self.consent_or_clearance, self.ends,
            self.end_of_care, self.corrects_vitals, self.corrects_checks, self.corrects_dose,
            self.medicine, self.medicine, self.medicine, self.corrects_medicine, self.sets_pump, self.sets_pump,
            self.goes_home, self.goes_home, self.reviews, self.answers, self.hears_nothing, self.attests, self.holds,
            self.writes_down_late, self.writes_down_late, self.writes_down_late, self.reviews_late,
            self.medicine_outside_order, self.wastes, self.sends_form, self.dose_at_a_distance,
            self.comes_back, self.comes_back, self.leaves_again, self.lights_out, self.lights_out,
        ]  # fmt: skip

    async def sensible(self) -> None:
        session = self.memory.session_under_way(self.patient)
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
            await self.checks(careful=self.random.random() < 0.85, whole=True)
        elif self.way.dispensed and not self.shelf():
            await self.receives()
        elif session.order is None:
            await self.order(careful=True)
        elif not self._seen_lately(session):
            await self.time()
            found_wrong = not session.doses and self.random.random() < 0.2
            await self.vitals(careful=True, wrong=self.random.choice(OBSERVED) if found_wrong else None)
        elif session.state is SessionState.CHECKED:
            if self.random.random() < 0.1:
                await self.draws()
                await self.order()
            await self._clears(session)
        elif session.state is SessionState.CLEARED:
            await self._handle(StartSessionHandler, StartSession(session.id, session.version), a.NURSE)
        elif session.doses and session.doses[-1].ended_at is None:
            await (self.sets_pump() if self.random.random() < 0.6 else self.dose_ends())
        elif len(session.doses) < 2 and self.random.random() < 0.9:
            drawn_up = any(container.open_of(draw) for container, draw in self.syringes(session.id))
            await (self.doses() if drawn_up else self.draws())
        elif self.random.random() < 0.3:
            await self.ends()
        else:
            await self.goes_home(careful=self.random.random() < 0.8)
        return None

    async def _clears(self, session: Any) -> None:
        """What is not in order is put right, or there is no dose today."""
        try:
            await self._handle(ClearSessionHandler, ClearSession(session.id, (), session.version), a.NURSE)
        except DomainError as closed:
            way = self.random.random()
            if way < 0.4:
                return await self.signs_for(closed)
            if way < 0.9:
                return await self.mends()
            await self._handle(RefuseSessionHandler, RefuseSession(session.id, session.version), a.NURSE)

    async def signs_for(self, closed: DomainError) -> None:
        """A prescriber signs for whatever stands in the way, as far as anybody lets them, and then it is cleared."""
        failed = closed.extra.get("failed")
        for each in failed if isinstance(failed, list) else ():
            await as_it_goes(partial(self.overrides, each["item"]))
        session = self._session()
        await self._handle(ClearSessionHandler, ClearSession(session.id, (), session.version), a.NURSE)
        self.told.reached["cleared by signatures"] += 1

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
        """Nobody is there: some days later whoever is to comes, all at once."""
        if self.clinic.somebody_there():
            return
        self.memory.now += timedelta(hours=self.random.choice((1, 20, 60, 90, 90)))
        for each in self.clinic.patients:
            await as_it_goes(each.comes_for_therapy)
        for each in self.clinic.patients:
            await as_it_goes(each.comes_for_a_dose)
        if sum(bool(each.visit_id) for each in self.clinic.patients) > 1:
            self.told.reached["two patients at once"] += 1

    async def comes_for_therapy(self) -> None:
        if self.random.random() < 0.05:
            await self.wastes()
            await self.end_of_care(likely=1)
        if self.random.random() < 0.8:
            await self.integration()
            self.memory.now += timedelta(hours=self.random.choice((1, 24, 48)))
        if not any(at > (self.told.care_ended or at) for at in self.told.prepared) and self.random.random() < 0.8:
            await self.preparation()

    async def comes_for_a_dose(self) -> None:
        known = self.memory.shelves["eligibilities"].kept[self.patient]
        self.memory.keep("eligibilities", replace(known, screen=screen(completed_at=self.now)))
        self.told.screen = (self.now, "pass")
        opened = OpenSession(AppointmentId(a.new_uuid()), self.patient, VisitKind.DOSING, a.MILL_VALLEY)
        await self._run(OpenSessionHandler, opened, a.NURSE)


async def as_it_goes(act: Callable[[], Awaitable[None]]) -> None:
    """What is refused changed nothing and is forgotten."""
    with suppress(DomainError, ServiceError):
        await act()


class AnyClinic(Clinic):
    """One patient's weeks, or two patients' who come on the same days and are given from the same shelf."""

    def __init__(self, seed: int, *ways: Way) -> None:
        super().__init__(Random(seed))
        among = ways or (INFUSION, *WAYS)
        way, other = self.random.choice(among), self.random.choice(among)
        self.patients.append(AnyDay(self, a.ANA, way))
        if self.random.random() < 0.7:
            self.patients.append(AnyDay(self, BEN, self.random.choice((way, other))))

    async def goes_on(self, steps: int) -> None:
        """So many things happen."""
        for _ in range(steps):
            await as_it_goes(self.random.choice(self.random.choice(self.patients).acts()))

    @property
    def violations(self) -> list[tuple[datetime, list[str]]]:
        return [each for day in self.patients for each in day.violations]
