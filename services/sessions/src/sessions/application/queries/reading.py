"""Reading sessions, plans, consents and the drug log. Every read is audited before it is answered: the drug log names
no patient, but their sessions.
"""

from dataclasses import dataclass

from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from sessions.application.ask_gate import ask_gate
from sessions.application.ports import Ports
from sessions.domain.consents import Consent
from sessions.domain.drug_log import Container
from sessions.domain.gate import Gate
from sessions.domain.ids import AppointmentId, ContainerId, LocationId, PatientId, PlanId, SessionId
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class Reading:
    ports: Ports

    async def session(self, session_id: SessionId, actor: Actor) -> Session:
        """Refused: `session_not_found`."""
        return await self._seen(await self.ports.sessions.get(session_id), actor)

    async def session_of(self, appointment_id: AppointmentId, actor: Actor) -> Session:
        """Refused: `session_not_found`."""
        found = await self.ports.sessions.look_up(appointment_id)
        if found is None:
            raise not_found("session")
        return await self._seen(found, actor)

    async def sessions_of(self, patient_id: PatientId, actor: Actor) -> list[Session]:
        """All sessions of a patient by when they start."""
        sessions = await self.ports.sessions.of_patient(patient_id)
        await self.ports.audit.read(
            actor, "read_session", f"patients/{patient_id}", *(f"sessions/{each.id}" for each in sessions)
        )
        return sessions

    async def gate(self, session_id: SessionId, actor: Actor) -> tuple[Session, Gate]:
        """How every item of the dose gate stands now. Refused: `session_not_found`."""
        session = await self.session(session_id, actor)
        return session, (await ask_gate(session, self.ports, self.ports.clock())).gate

    async def plan(self, plan_id: PlanId, actor: Actor) -> Plan:
        """Refused: `plan_not_found`."""
        plan = await self.ports.plans.get(plan_id)
        await self.ports.audit.read(actor, "read_plan", f"plans/{plan.id}")
        return plan

    async def plans_of(self, patient_id: PatientId, actor: Actor) -> list[Plan]:
        """All plans of a patient, the oldest first."""
        plans = await self.ports.plans.of_patient(patient_id)
        await self.ports.audit.read(
            actor, "read_plan", f"patients/{patient_id}", *(f"plans/{each.id}" for each in plans)
        )
        return plans

    async def consents_of(self, patient_id: PatientId, actor: Actor) -> list[Consent]:
        """A patient's consents that were signed and have not ended."""
        consents = await self.ports.consents.signed_by(patient_id)
        await self.ports.audit.read(
            actor, "read_consent", f"patients/{patient_id}", *(f"consents/{each.id}" for each in consents)
        )
        return consents

    async def container(self, container_id: ContainerId, actor: Actor) -> Container:
        """Refused: `container_not_found`."""
        container = await self.ports.drug_log.get(container_id)
        await self.ports.audit.read(actor, "read_container", f"drug_containers/{container.id}")
        return container

    async def containers_at(self, location_id: LocationId, actor: Actor) -> list[Container]:
        """What is in use at a location."""
        containers = await self.ports.drug_log.at(location_id)
        await self.ports.audit.read(actor, "read_container", *(f"drug_containers/{each.id}" for each in containers))
        return containers

    async def _seen(self, session: Session, actor: Actor) -> Session:
        await self.ports.audit.read(actor, "read_session", f"sessions/{session.id}")
        return session
