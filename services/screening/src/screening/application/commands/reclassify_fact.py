"""A prescriber corrects a fact: the only way past a class A finding."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.reviewing import review, signature
from screening.domain.clinic_day import clinic_day
from screening.domain.conditions import ConditionCode
from screening.domain.history import ClinicalFact, ConditionStatus
from screening.domain.ids import CaseId, ClinicalFactId, StaffId


@dataclass(frozen=True, slots=True)
class ReclassifyFact:
    """`condition`: what it really is, where that was recorded wrongly or in words."""

    case_id: CaseId
    fact_id: ClinicalFactId
    condition: ConditionCode | None = field(repr=False)
    status: ConditionStatus = field(repr=False)
    occurred_on: date | None
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReclassifyFactHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReclassifyFact, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `fact_not_found`, and as `ClinicalFact.reclassified`."""

        async def reclassify(tx: Transaction) -> Changed:
            def corrected(fact: ClinicalFact) -> ClinicalFact:
                return fact.reclassified(
                    command.condition or fact.condition,
                    command.status,
                    command.occurred_on,
                    by=StaffId(actor.id),
                    reason=command.reason,
                    now=tx.now,
                    today=clinic_day(tx.now, self.ports.zone),
                )

            before = await case_for(actor, command.case_id, self.ports)
            case = before.correcting(command.fact_id, corrected)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            corrected_now = next(fact for fact in case.history if fact.id == command.fact_id)
            await review(case, signature(command.reason, [corrected_now.ground]), tx, self.ports)
            return Changed(case.id, case.version)

        return await self.work.run(reclassify, by=actor, action="reclassify_fact", returns=Changed, request=request)
