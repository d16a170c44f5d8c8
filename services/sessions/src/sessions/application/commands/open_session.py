"""The clinic opens a session before booking has been heard of its appointment; what is booked is filled in later."""

from dataclasses import dataclass

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.ports import Ports
from sessions.domain.ids import AppointmentId, LocationId, PatientId, SessionId
from sessions.domain.sessions import Session
from sessions.domain.words import Modality, VisitKind


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`modality` is None where nobody says how it takes place."""

    appointment_id: AppointmentId
    patient_id: PatientId
    kind: VisitKind
    location_id: LocationId
    modality: Modality | None = None


@dataclass(frozen=True, slots=True)
class OpenSessionHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: OpenSession, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_exists`, naming it; `dosing_at_a_distance`; `patient_merged`. A patient of whom booking has
        not been heard is seen all the same.
        """

        async def open_session(tx: Transaction) -> Changed:
            known, patient = await side_by_side(
                self.ports.sessions.of_appointment(command.appointment_id, of=command.patient_id),
                self.ports.patients.find(command.patient_id, of=command.patient_id),
            )
            if known is not None:
                raise conflict("session_exists", "This appointment has its session.", session_id=known.id)
            if patient is not None:
                patient.check_in_use()
            session = Session.opened(
                SessionId(tx.new_id()),
                command.appointment_id,
                command.patient_id,
                command.kind,
                command.location_id,
                command.modality,
            )
            await self.ports.sessions.add(session, tx)
            return Changed(session.id, session.version)

        return await self.work.run(open_session, by=actor, action="open_session", returns=Changed, request=request)
