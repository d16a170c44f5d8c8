"""Whoever is at one patient's bedside: the session, the form they have open, what they read, whom they are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey, Role
from services.sessions.tests import builders as a
from services.sessions.tests.course_builders import consent, course, eligibility, plan
from services.sessions.tests.shared_clinic import Clinic
from services.sessions.tests.told import Told
from services.sessions.tests.ways import Way
from sessions.application.session_changes import SessionChanges
from sessions.domain.ids import PatientId, PlanId, StaffId
from sessions.domain.patients import PatientCopy, PatientDetails
from sessions.domain.plans import Signature
from sessions.domain.vitals import BloodPressure, Symptom, VitalSigns

PEOPLE = {
    a.NURSE: Actor(a.NURSE, frozenset({Role.NURSE})),
    a.OTHER_NURSE: Actor(a.OTHER_NURSE, frozenset({Role.NURSE})),
    a.THERAPIST: Actor(a.THERAPIST, frozenset({Role.THERAPIST})),
    a.PRESCRIBER: Actor(a.PRESCRIBER, frozenset({Role.PRESCRIBER})),
}
REQUEST = RequestKey("any", "any")


class AtOnePatient:
    """One patient of one clinic, treated by one way. `violations` are the doses that were given against the law, and
    why; `tab` is the form that somebody opened a while ago and has not closed, with how much had been done by then.
    """

    def __init__(self, clinic: Clinic, patient: PatientId, way: Way, *, care: float = 0.93) -> None:
        self.random, self.care, self.patient, self.way = clinic.random, care, patient, way
        self.clinic, self.memory, self.stock = clinic, clinic.memory, clinic.stock
        self.told = Told(route=way.route.value)
        self.stock.patients.append(self.told)
        self.violations: list[tuple[datetime, list[str]]] = []
        self.done: Counter[str] = Counter()
        self.tab: tuple[Any, int] | None = None
        self.changes = SessionChanges(self.memory.ports, self.memory)  # type: ignore[arg-type]  # a fake runner
        first, came = PlanId(a.new_uuid()), replace(course(), id=patient, version=1)
        self._keeps_plan(first, plan(route=way.route).signature)
        self.memory.keep("courses", replace(came, hours=tuple(replace(each, plan_id=first) for each in came.hours)))
        self.memory.keep("consents", replace(consent(route=way.route), patient_id=patient))
        self.memory.keep("eligibilities", replace(eligibility(), id=patient))
        self.memory.keep("patients", PatientCopy(id=patient, details=PatientDetails()))
        self.told.prepared.append(a.NOW - timedelta(days=200))
        self.told.screen = (a.NOW - timedelta(days=1), "pass")

    def _keeps_plan(self, plan_id: PlanId, signature: Signature | None) -> None:
        signed = replace(plan(route=self.way.route), id=plan_id, patient_id=self.patient, signature=signature)
        self.memory.keep("plans", signed)

    @property
    def now(self) -> datetime:
        return self.memory.now

    @property
    def visit_id(self) -> str:
        """The session that is under way; nothing's without one."""
        session = self.memory.session_under_way(self.patient)
        return "" if session is None else session.id

    def _watched(self) -> Any:
        """The session of the patient who had a dose and is still there, also once it was stopped."""
        return next(
            (
                each
                for each in self.memory.shelves["sessions"].kept.values()
                if each.patient_watched and each.patient_id == self.patient
            ),
            None,
        )

    def _session(self) -> Any:
        session = self.memory.session_under_way(self.patient)
        if session is None:
            raise conflict("nobody_there", "No dosing session is under way.")
        return session

    def _form(self) -> tuple[Any, bool]:
        """The session as a form shows it, and whether it has changed since: mostly it was opened just now."""
        session = self._session()
        if self.tab is not None and self.tab[0].id == session.id and self.random.random() < 0.2:
            opened, done = self.tab
            if done != self.done[session.id]:
                self.told.reached["a form of before"] += 1
            return opened, done != self.done[session.id]
        if self.random.random() < 0.2:
            self.tab = (session, self.done[session.id])
        return session, False

    def _finds(self, reasons: Iterable[str]) -> None:
        """What was done, and why it must not have been."""
        if found := list(reasons):
            self.violations.append((self.now, found))

    def _seen_lately(self, session: Any) -> bool:
        if not self.told.readings:
            return False
        last = self.told.readings[-1].at
        return self.now - last <= timedelta(minutes=14) and not (session.doses and last <= session.doses[-1].started_at)

    def _signs(self, at: datetime, *, careful: bool, wrong: str | None = None) -> VitalSigns:
        def one(name: str, good: Any, *bad: Any) -> Any:
            fine = name != wrong if wrong else careful or self.random.random() < self.care
            return good if fine else self.random.choice(bad)

        return VitalSigns(
            observed_at=at,
            recorded_at=self.now,
            by=a.NURSE,
            blood_pressure=BloodPressure(
                *one("pressure", (128, 82), (140, 90), (150, 95), (165, 101), (190, 115), (95, 60))
            ),
            heart_rate=one("pulse", 72, 121, 125, 135, 45, 38),
            oxygen_saturation=one("saturation", 98, 94, 93, 91, 84),
            respiratory_rate=one("breathing", 14, 9, 6, None),
            moaas=one("alertness", 5, 4, 3, 1, None),
            symptoms=frozenset(
                one("symptoms", (), (Symptom.CHEST_PAIN,), (Symptom.NEUROLOGICAL,), (Symptom.AGITATION,))
            ),
        )

    async def _handle(self, handler: Any, command: Any, who: StaffId) -> Any:
        made = await handler(self.changes)(command, PEOPLE[who], REQUEST)
        self.done[command.session_id] += 1
        return made

    async def _run(self, handler: Any, command: Any, who: StaffId) -> Any:
        return await handler(self.memory.ports, self.memory)(command, PEOPLE[who], REQUEST)

    def _from_paper(self) -> datetime | None:
        """When something happened that somebody writes down some time later; None of what is written down as it is."""
        waited = self.random.choice((0, 0, 0, 20, 90))
        if not waited:
            return None
        self.memory.now += timedelta(minutes=waited)
        return self.now - timedelta(minutes=self.random.choice((waited, waited, 5, 240, -5)))

    def _runs_no_more(self, *sessions: str) -> None:
        for session_id in self.told.running.intersection(sessions):
            self.told.dose_ended[session_id] = self.now
        self.told.running.difference_update(sessions)
