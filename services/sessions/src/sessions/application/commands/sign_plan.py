"""A prescriber signs a plan, or a newer version of it, on a valid clearance and a consent to its route."""

from dataclasses import dataclass, field

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.courses import course_of
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day
from sessions.domain.consents import Consent
from sessions.domain.eligibility import ClearanceCopy
from sessions.domain.ids import PatientId, PlanId, StaffId
from sessions.domain.plan_terms import PlanTerms
from sessions.domain.plans import completed_induction
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True)
class SignPlan:
    plan_id: PlanId
    expected_version: int


@dataclass(frozen=True, slots=True)
class AdjustPlan:
    """`terms` are the whole plan as it is to be from now on."""

    plan_id: PlanId
    terms: PlanTerms = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SignPlanHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SignPlan, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_not_found`, `another_plan_is_live`, and what `Plan.signed` refuses."""

        async def sign(tx: Transaction) -> Changed:
            before = await self.ports.plans.get(command.plan_id)
            live, grounds = await side_by_side(
                self.ports.plans.live_of(before.patient_id),
                _grounds(before.patient_id, before.terms.route, tx, self.ports),
            )
            if live is not None:
                raise conflict("another_plan_is_live", "The patient's earlier plan must end first.")
            plan = before.signed(
                StaffId(actor.id),
                clearance=grounds.clearance,
                consent=grounds.consent,
                inducted=grounds.inducted,
                policy=self.ports.policy,
                codes=self.ports.codes_on(clinic_day(tx.now, self.ports.policy.timezone)),
                now=tx.now,
            )
            await self.ports.plans.save(plan, expecting=command.expected_version, tx=tx)
            return Changed(plan.id, plan.version)

        return await self.work.run(sign, by=actor, action="sign_plan", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class AdjustPlanHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AdjustPlan, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `plan_not_found`, and what `Plan.adjusted` refuses."""

        async def adjust(tx: Transaction) -> Changed:
            before = await self.ports.plans.get(command.plan_id)
            grounds = await _grounds(before.patient_id, command.terms.route, tx, self.ports)
            plan = before.adjusted(
                command.terms,
                StaffId(actor.id),
                clearance=grounds.clearance,
                consent=grounds.consent,
                inducted=grounds.inducted,
                policy=self.ports.policy,
                codes=self.ports.codes_on(clinic_day(tx.now, self.ports.policy.timezone)),
                now=tx.now,
            )
            await self.ports.plans.save(plan, expecting=command.expected_version, tx=tx)
            return Changed(plan.id, plan.version)

        return await self.work.run(adjust, by=actor, action="adjust_plan", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What a signature rests on."""

    clearance: ClearanceCopy | None
    consent: Consent | None
    inducted: bool


async def _grounds(patient_id: PatientId, route: Route, tx: Transaction, ports: Ports) -> _Grounds:
    eligibility, consents, plans, course = await side_by_side(
        ports.eligibilities.find(patient_id, of=patient_id),
        ports.consents.signed_by(patient_id),
        ports.plans.of_patient(patient_id),
        course_of(patient_id, ports),
    )
    text = ports.consent_texts.treatment(route)
    covering = (each for each in consents if text and text.covers(each, tx.now))
    return _Grounds(
        clearance=eligibility.clearance if eligibility else None,
        consent=next(covering, None),
        inducted=completed_induction(plans, course),
    )
