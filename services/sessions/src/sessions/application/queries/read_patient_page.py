"""Reads what sessions knows of a patient for whoever treats them: the plan, what was given, what is due and what is not
settled. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
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
from sessions.domain.sessions import Session
from sessions.domain.stops import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeen:
    """As of `as_of`. `dosed` are the sessions in which something was given, `adverse_events` what went wrong, both the
    newest first. `consents` are signed and have not ended.
    """

    as_of: datetime
    details: PatientDetails = field(repr=False)
    dosed: tuple[Session, ...] = field(repr=False)
    adverse_events: tuple[AdverseEvent, ...] = field(repr=False)
    care: Care
    course: Course = field(repr=False)
    consents: tuple[Consent, ...]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Alarming findings that nobody has resolved."""
        return tuple(each for each in self.course.stops if each.resolution is None)

    def due_by(self, matter: Open) -> datetime | None:
        """By when an open matter is to be settled, where that is an integration."""
        due = {each.dosing_session_id: each.due_by for each in self.course.integrations}
        return due.get(SessionId(matter.ref)) if matter.matter is OpenMatter.INTEGRATION else None


@dataclass(frozen=True, slots=True)
class ReadPatientPage:
    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> PatientSeen:
        ports = self.ports
        (patient, sessions, events), (care, course, consents) = await side_by_side(
            side_by_side(
                ports.patients.find(patient_id, of=patient_id),
                ports.sessions.of_patient(patient_id),
                ports.adverse_events.of_patient(patient_id),
            ),
            side_by_side(
                care_of(patient_id, ports), course_of(patient_id, ports), ports.consents.signed_by(patient_id)
            ),
        )
        dosed = tuple(each for each in reversed(sessions) if each.doses)
        shown = (
            *(f"sessions/{each.id}" for each in dosed),
            *(f"adverse_events/{each.id}" for each in events),
            *(f"plans/{each.id}" for each in care.plans),
            *(f"consents/{each.id}" for each in consents),
        )
        await ports.audit.read(actor, "read_patient_page", f"patients/{patient_id}", *shown)
        return PatientSeen(
            as_of=ports.clock(),
            details=patient.details if patient else PatientDetails(),
            dosed=dosed,
            adverse_events=tuple(reversed(events)),
            care=care,
            course=course,
            consents=tuple(consents),
        )
