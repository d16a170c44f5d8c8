"""Reads the monitoring forms of the REMS for whoever sends them, with whose they are: what waits, a patient's, and one
with what it says. Each read is kept before it is answered.
"""

from dataclasses import dataclass, field

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.application.queries.reading import Reading
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.patients import PatientDetails
from sessions.domain.rems_form import RemsForm
from sessions.domain.rems_report import TreatmentReport
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A form and its session. `who` as it stands on the page of the day, None for somebody booking has not been heard
    of; `late`: it waits, and was to be sent by now.
    """

    form: RemsForm
    session: Session = field(repr=False)
    who: str | None = field(repr=False)
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSeen:
    """One form; `report` as it was sent, or as it would be now."""

    form: RemsForm
    report: TreatmentReport = field(repr=False)
    session: Session = field(repr=False)
    details: PatientDetails = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadRemsPage:
    ports: Ports

    async def waiting(self, actor: Actor, *, limit: int, after: str | None) -> Listed[FormLine]:
        """Every form that is to be sent, for the first time or anew, the most urgent first."""
        return await self._lines(await Reading(self.ports).rems_forms_waiting(actor, limit, after))

    async def of_patient(
        self, patient_id: PatientId, actor: Actor, *, limit: int, after: str | None
    ) -> Listed[FormLine]:
        """A patient's, sent or not, the oldest first."""
        return await self._lines(await Reading(self.ports).rems_forms_of(patient_id, actor, limit, after))

    async def of_session(self, session_id: SessionId, actor: Actor) -> FormSeen:
        """Refused: `session_not_found`, `rems_form_not_found`."""
        session, (form, report) = await side_by_side(
            self.ports.sessions.get(session_id), Reading(self.ports).rems_form(session_id, actor)
        )
        patient = await self.ports.patients.find(session.patient_id, of=session.patient_id)
        details = patient.details if patient else PatientDetails()
        return FormSeen(form=form, report=report, session=session, details=details)

    async def _lines(self, listed: Listed[RemsForm]) -> Listed[FormLine]:
        now = self.ports.clock()
        patients, sessions = await side_by_side(
            self.ports.patients.several(sorted({each.patient_id for each in listed.items})),
            self.ports.sessions.several([each.id for each in listed.items]),
        )
        names, of = told_apart({each.id: each.details for each in patients}), {each.id: each for each in sessions}
        lines = (
            FormLine(
                form=each,
                session=of[each.id],
                who=names.get(each.patient_id),
                late=each.waits and each.due_by <= now,
            )
            for each in listed.items
        )
        return Listed(tuple(lines), listed.next)
