"""Hours with a therapist as anybody holds them: in the room, by video or telephone, or otherwise than planned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careflow_domain.errors import DomainError
from careflow_service.errors import ServiceError
from services.sessions.tests import builders as a
from services.sessions.tests.course_builders import consent
from services.sessions.tests.going_home import GoingHome
from sessions.application.commands.check_in import CheckIn, CheckInHandler
from sessions.application.commands.complete_session import CompleteSession, CompleteSessionHandler
from sessions.application.commands.open_session import OpenSession, OpenSessionHandler
from sessions.application.commands.record_coordination_call import (
    RecordCoordinationCall,
    RecordCoordinationCallHandler,
)
from sessions.application.commands.record_therapy_otherwise import (
    RecordTherapyOtherwise,
    RecordTherapyOtherwiseHandler,
)
from sessions.application.commands.review_therapy_otherwise import (
    ReviewTherapyOtherwise,
    ReviewTherapyOtherwiseHandler,
)
from sessions.application.commands.say_how_held import SayHowHeld, SayHowHeldHandler
from sessions.application.commands.start_session import StartSession, StartSessionHandler
from sessions.application.commands.verify_patient import VerifyPatient, VerifyPatientHandler
from sessions.domain.checks import Identifier
from sessions.domain.consents import ConsentCategory
from sessions.domain.held_otherwise import TherapyDecision
from sessions.domain.ids import AppointmentId, SessionId
from sessions.domain.service_lines import TherapyTime
from sessions.domain.telehealth import CoordinationCall, Verification
from sessions.domain.words import Modality, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What somebody at the other end was asked, and when."""

    at: datetime
    identifiers: int
    state: str | None
    private: bool
    fit: bool


def wrong_at_a_distance(located: Located) -> Iterator[str]:
    """What was found for which no hour is held: 16 CCR 1815.5; the clinic's therapists are licensed in California."""
    if located.identifiers < 2:
        yield "identified by one thing"
    if located.state != "CA":
        yield "in a state that is not served"
    if not located.private:
        yield "somebody else can hear"
    if not located.fit:
        yield "not fit for it"


def forbids_hour(located: Located | None, now: datetime, *, consented: bool) -> Iterator[str]:
    """Every reason why this hour must not be held at a distance now."""
    if located is None or now - located.at > timedelta(minutes=60):
        yield "not located now"
    if located is not None:
        yield from wrong_at_a_distance(located)
    if not consented:
        yield "no consent to telehealth"


class TherapyHours(GoingHome):
    """Somebody whose hours take place somewhere."""

    async def integration(self) -> None:
        if began := await self.therapy(VisitKind.INTEGRATION):
            self.told.integrated.append(began)

    async def preparation(self) -> None:
        if began := await self.therapy(VisitKind.PREPARATION):
            self.told.prepared.append(began)

    async def therapy(self, kind: VisitKind) -> datetime | None:
        """An hour with a therapist, or something like it; when it began, if it counts."""
        modality = self.random.choice(
            (Modality.IN_PERSON, Modality.IN_PERSON, Modality.IN_PERSON, Modality.VIDEO, None)
        )
        opened = OpenSession(AppointmentId(a.new_uuid()), self.patient, kind, a.MILL_VALLEY, modality)
        session_id = (await self._run(OpenSessionHandler, opened, a.NURSE)).value.id
        await self._handle(CheckInHandler, CheckIn(session_id), a.NURSE)
        if self.random.random() < 0.2:
            return await self.therapy_otherwise(session_id, in_person=modality is Modality.IN_PERSON)
        who = self.random.choice((a.THERAPIST, a.THERAPIST, a.NURSE))
        if modality is not Modality.IN_PERSON and not await self._at_a_distance(session_id, modality, who):
            return None
        await self._handle(StartSessionHandler, StartSession(session_id, self._version(session_id)), who)
        began, minutes = self.now, self.random.choice((0, 20, 30, 55, 55))
        self.memory.now += timedelta(minutes=minutes)
        times = (TherapyTime(provider=who, started_at=began, ended_at=self.now),) if minutes else ()
        await self._handle(CompleteSessionHandler, CompleteSession(session_id, times, self._version(session_id)), who)
        return began if minutes >= 30 and who == a.THERAPIST else None

    def _version(self, session_id: SessionId) -> int:
        version: int = self.memory.shelves["sessions"].kept[session_id].version
        return version

    async def _at_a_distance(self, session_id: SessionId, modality: Modality | None, who: object) -> bool:
        """Whether it came out that the patient is in the room after all; an hour at a distance is held here."""
        if modality is None and self.random.random() < 0.5:
            said = SayHowHeld(session_id, Modality.IN_PERSON, "", self._version(session_id))
            await self._handle(SayHowHeldHandler, said, a.THERAPIST)
            return True
        located = None
        for _ in range(self.random.choice((0, 1, 1, 1, 2))):
            located = await self._locates(session_id)
        self.memory.now += timedelta(minutes=self.random.choice((0, 0, 10, 61)))
        consented = self._telehealth_consent()
        wrong = list(forbids_hour(located, self.now, consented=consented))
        try:
            await self._handle(StartSessionHandler, StartSession(session_id, self._version(session_id)), a.THERAPIST)
        except (DomainError, ServiceError):
            self.told.reached["an hour at a distance refused"] += 1
            await self._calls_instead(session_id, located, consented=consented)
            return False
        self._finds(wrong)
        self.told.reached["an hour by video"] += 1
        began = self.now
        self.memory.now += timedelta(minutes=50)
        held = TherapyTime(provider=a.THERAPIST, started_at=began, ended_at=self.now)
        await self._handle(
            CompleteSessionHandler, CompleteSession(session_id, (held,), self._version(session_id)), a.THERAPIST
        )
        (self.told.integrated if self._kind(session_id) is VisitKind.INTEGRATION else self.told.prepared).append(began)
        return False

    def _kind(self, session_id: SessionId) -> VisitKind:
        kind: VisitKind = self.memory.shelves["sessions"].kept[session_id].kind
        return kind

    async def _locates(self, session_id: SessionId) -> Located:
        def fine() -> bool:
            return self.random.random() < 0.93

        located = Located(
            at=self.now,
            identifiers=2 if fine() else 1,
            state="CA" if fine() else self.random.choice(("NV", None)),
            private=fine(),
            fit=fine(),
        )
        found = Verification(
            identifiers=frozenset(list(Identifier)[: located.identifiers]),
            address="1 Example Street",
            state=located.state,
            callback="+14155550100",
            emergency_service="the fire station next door",
            private=located.private,
            fit=located.fit,
        )
        await self._handle(VerifyPatientHandler, VerifyPatient(session_id, found), a.THERAPIST)
        return located

    def _telehealth_consent(self) -> bool:
        """Whether the patient has agreed to telehealth; they may, or take it back."""
        shelf = self.memory.shelves["consents"]
        known = [each for each in shelf.kept.values() if each.category is ConsentCategory.TELEHEALTH]
        mine = [each for each in known if each.patient_id == self.patient]
        if mine and self.random.random() < 0.1:
            shelf.kept = {name: each for name, each in shelf.kept.items() if each not in mine}
            return False
        if not mine and self.random.random() < 0.7:
            signed = replace(consent(route=self.way.route), patient_id=self.patient)
            text = replace(signed.text, document="telehealth", route=None)
            self.memory.keep("consents", replace(signed, category=ConsentCategory.TELEHEALTH, text=text))
            return True
        return bool(mine)

    async def _calls_instead(self, session_id: SessionId, located: Located | None, *, consented: bool) -> None:
        """It was a coordination call: only of an hour that may not be held, and for what was found just now."""
        call = RecordCoordinationCall(
            session_id, CoordinationCall(minutes=5, note="another day"), self._version(session_id)
        )
        found = located is not None and self.now - located.at <= timedelta(minutes=60)
        wrong = located is not None and (any(wrong_at_a_distance(located)) or not consented)
        await self._handle(RecordCoordinationCallHandler, call, a.THERAPIST)
        self.told.reached["a coordination call"] += 1
        self._finds([] if found and wrong else ["a call for what nobody found"])

    async def dose_at_a_distance(self) -> None:
        """Somebody would have the drug taken at home, watched by video."""
        modality = self.random.choice((Modality.VIDEO, Modality.PHONE))
        if self.random.random() < 0.5:
            opened = OpenSession(AppointmentId(a.new_uuid()), self.patient, VisitKind.DOSING, a.MILL_VALLEY, modality)
            await self._run(OpenSessionHandler, opened, a.NURSE)
        else:
            session = self._session()
            said = SayHowHeld(session.id, modality, "at home", session.version)
            await self._handle(SayHowHeldHandler, said, a.NURSE)
        self._finds(["a dose at a distance"])

    async def therapy_otherwise(self, session_id: SessionId, *, in_person: bool) -> datetime | None:
        """An hour nobody began in the record, written down afterwards, reviewed or not; when it began, if it counts."""
        began, minutes = self.now, self.random.choice((20, 30, 55, 55))
        self.memory.now += timedelta(minutes=minutes)
        held = TherapyTime(provider=a.THERAPIST, started_at=began, ended_at=self.now)
        wrote = RecordTherapyOtherwise(session_id, held, "no power", self._version(session_id))
        await self._handle(RecordTherapyOtherwiseHandler, wrote, a.NURSE)
        self.told.held_otherwise += 1
        decision = self.random.choice((None, *TherapyDecision, TherapyDecision.COUNTS))
        if decision is None:
            return None
        (mark,) = self.memory.shelves["sessions"].kept[session_id].therapy_otherwise
        review = ReviewTherapyOtherwise(session_id, mark.id, decision, "asked both", self._version(session_id))
        await self._handle(ReviewTherapyOtherwiseHandler, review, a.PRESCRIBER)
        return began if minutes >= 30 and decision is TherapyDecision.COUNTS else None
