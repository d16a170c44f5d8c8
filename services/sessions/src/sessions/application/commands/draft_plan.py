"""A clinician writes down a plan, or writes it down anew, before anybody signs it."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId, PlanId, StaffId
from sessions.domain.plan_terms import PlanTerms
from sessions.domain.plans import Plan


@dataclass(frozen=True, slots=True)
class DraftPlan:
    patient_id: PatientId
    terms: PlanTerms = field(repr=False)


@dataclass(frozen=True, slots=True)
class RedraftPlan:
    plan_id: PlanId
    terms: PlanTerms = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class DraftPlanHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DraftPlan, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_invalid`, `patient_merged`."""

        async def draft(tx: Transaction) -> Changed:
            patient = await self.ports.patients.find(command.patient_id, of=command.patient_id)
            if patient is not None:
                patient.check_in_use()
            plan = Plan.drafted(PlanId(tx.new_id()), command.patient_id, command.terms, StaffId(actor.id))
            await self.ports.plans.add(plan, tx)
            return Changed(plan.id, plan.version)

        return await self.work.run(draft, by=actor, action="draft_plan", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class RedraftPlanHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RedraftPlan, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_not_found`, `plan_signed`, `plan_invalid`."""

        async def redraft(tx: Transaction) -> Changed:
            before = await self.ports.plans.get(command.plan_id)
            plan = before.redrafted(command.terms)
            await self.ports.plans.save(plan, expecting=command.expected_version, tx=tx)
            return Changed(plan.id, plan.version)

        return await self.work.run(redraft, by=actor, action="redraft_plan", returns=Changed, request=request)
