"""Conditions the patient has, had or does not have become known, one or a whole history."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.results import SeveralAdded
from screening.application.reviewing import review, signature
from screening.application.signatures import signed_by
from screening.domain.clinic_day import clinic_day
from screening.domain.conditions import ConditionCode
from screening.domain.history import ClinicalFact, ConditionStatus, InformationSource
from screening.domain.ids import CaseId, ClinicalFactId


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One condition as it was told."""

    condition: ConditionCode = field(repr=False)
    status: ConditionStatus = field(repr=False)
    occurred_on: date | None = None
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """`signed`: a prescriber's reason why treatment may go on with these facts."""

    case_id: CaseId
    told: tuple[ToldFact, ...] = field(repr=False)
    signed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecordFactsHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordFacts, actor: Actor, request: RequestKey) -> Committed[SeveralAdded]:
        """Refused: `case_not_found`, `case_closed`, and as `ClinicalFact.check` and `signed_by`; nothing is kept."""

        async def record(tx: Transaction) -> SeveralAdded:
            before = await case_for(actor, command.case_id, self.ports)
            reason = signed_by(actor, command.signed)
            today = clinic_day(tx.now, self.ports.zone)
            facts = tuple(_fact(told, actor, tx, today) for told in command.told)
            case = before.with_facts(*facts)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, signature(reason, (fact.ground for fact in facts)), tx, self.ports)
            return SeveralAdded(case.id, case.version, tuple(fact.id for fact in facts))

        return await self.work.run(record, by=actor, action="record_facts", returns=SeveralAdded, request=request)


def _fact(told: ToldFact, actor: Actor, tx: Transaction, today: date) -> ClinicalFact:
    fact = ClinicalFact(
        id=ClinicalFactId(tx.new_id()),
        condition=told.condition,
        status=told.status,
        source=source_of(actor),
        recorded_at=tx.now,
        recorded_by=actor.id,
        occurred_on=told.occurred_on,
        detail=told.detail,
    )
    fact.check(today)
    return fact


def source_of(actor: Actor) -> InformationSource:
    """Patients speak for themselves, everybody else as a clinician."""
    return InformationSource.PATIENT if actor.has(Role.PATIENT) else InformationSource.CLINICIAN
