"""A prescriber ends a patient's care: nothing of it is open, and what was cleared for it does not come back."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.care import care_of
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.domain.care import CareDischarge, DischargeReason, integrations_asked_until
from sessions.domain.course import Course
from sessions.domain.eligibility import Eligibility
from sessions.domain.ids import CareDischargeId, PatientId, StaffId


@dataclass(frozen=True, slots=True)
class DischargeFromCare:
    """`aftercare` is what the patient was told: the plan for a relapse, referrals, whom to call."""

    patient_id: PatientId
    reason: DischargeReason
    aftercare: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DischargeFromCareHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DischargeFromCare, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `not_in_care`, `aftercare_missing`, `not_lost`, `care_not_settled`."""

        async def discharge(tx: Transaction) -> Changed:
            patient_id = command.patient_id
            care = await care_of(patient_id, self.ports)
            before, links = await side_by_side(
                self.ports.eligibilities.find(patient_id, of=patient_id),
                self.ports.plan_links.of_patient(patient_id),
            )
            clearance = before.clearance if before else None
            decided = CareDischarge.decided(
                CareDischargeId(tx.new_id()),
                care.plans,
                command.reason,
                command.aftercare,
                care.open,
                clearance_id=clearance.id if clearance else None,
                lost=care.lost,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.care_discharges.add(decided, tx)
            after = (before or Eligibility(id=patient_id)).care_ended(tx.now)
            await upsert(self.ports.eligibilities, before, after, tx)
            asked_until = integrations_asked_until(command.reason, self.ports.policy, now=tx.now)

            def ended(course: Course) -> Course:
                return course.care_ended(asked_until=asked_until, now=tx.now)

            await change_course(patient_id, ended, self.ports, tx)
            for contact in care.contacts:
                await upsert(self.ports.contacts, contact, contact.discharged(now=tx.now), tx)
            for outreach in care.outreaches:
                await upsert(self.ports.outreaches, outreach, outreach.discharged(), tx)
            for link in links:
                await upsert(self.ports.plan_links, link, link.taken_back(now=tx.now), tx)
            for task in care.tasks:
                await upsert(self.ports.plan_tasks, task, task.discharged(decided.by, now=tx.now), tx)
            return Changed(decided.id, decided.version)

        return await self.work.run(discharge, by=actor, action="discharge_from_care", returns=Changed, request=request)
