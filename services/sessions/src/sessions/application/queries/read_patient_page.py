"""Reads what sessions knows of a patient for whoever treats them: the plan, what was given, what is due and what is not
settled. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, Role
from careflow_service.work import side_by_side
from sessions.application.care import Care, care_of
from sessions.application.courses import course_of
from sessions.application.ports import Ports
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.care import Open, OpenMatter
from sessions.domain.consents import Consent
from sessions.domain.course import Course
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.patients import PatientDetails
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session
from sessions.domain.stops import Stop
from sessions.domain.words import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSeen:
    """What an emergency access does not show: `consents` are signed and have not ended."""

    details: PatientDetails = field(repr=False)
    care: Care
    course: Course = field(repr=False)
    consents: tuple[Consent, ...]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Alarming findings that nobody has resolved."""
        return tuple(each for each in self.course.stops if each.resolution is None)

    def doses_of(self, plan: Plan) -> tuple[int, int]:
        """How many dosing visits of the plan's phase have been held, and how many are planned."""
        terms = plan.terms
        return self.course.doses_of(plan.id, terms.phase), terms.planned(VisitKind.DOSING)

    def due_by(self, matter: Open) -> datetime | None:
        """By when an open matter is to be settled, where that is an integration."""
        due = {each.dosing_session_id: each.due_by for each in self.course.integrations}
        return due.get(SessionId(matter.ref)) if matter.matter is OpenMatter.INTEGRATION else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeen:
    """As of `as_of`. `dosed` are the sessions in which something was given, `adverse_events` what went wrong, both the
    newest first; in an emergency there is nothing else.
    """

    as_of: datetime
    dosed: tuple[Session, ...] = field(repr=False)
    adverse_events: tuple[AdverseEvent, ...] = field(repr=False)
    whole: CourseSeen | None


@dataclass(frozen=True, slots=True)
class ReadPatientPage:
    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> PatientSeen:
        ports = self.ports
        sessions, events, whole = await side_by_side(
            ports.sessions.of_patient(patient_id),
            ports.adverse_events.of_patient(patient_id),
            self._whole(patient_id, actor),
        )
        dosed = tuple(each for each in reversed(sessions) if each.doses)
        shown = [f"sessions/{each.id}" for each in dosed] + [f"adverse_events/{each.id}" for each in events]
        if whole is not None:
            shown += [f"plans/{each.id}" for each in whole.care.plans]
            shown += [f"plan_tasks/{each.id}" for each in whole.care.tasks if each.open]
            shown += [f"consents/{each.id}" for each in whole.consents]
        await ports.audit.read(actor, "read_patient_page", f"patients/{patient_id}", *shown)
        return PatientSeen(as_of=ports.clock(), dosed=dosed, adverse_events=tuple(reversed(events)), whole=whole)

    async def _whole(self, patient_id: PatientId, actor: Actor) -> CourseSeen | None:
        if actor.has(Role.EMERGENCY):
            return None
        ports = self.ports
        patient, care, course, consents = await side_by_side(
            ports.patients.find(patient_id, of=patient_id),
            care_of(patient_id, ports),
            course_of(patient_id, ports),
            ports.consents.signed_by(patient_id),
        )
        details = patient.details if patient else PatientDetails()
        return CourseSeen(details=details, care=care, course=course, consents=tuple(consents))
