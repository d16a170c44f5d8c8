"""A condition the patient has, had or does not have becomes known."""

from dataclasses import dataclass, field
from datetime import date

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.results import Added
from screening.application.reviewing import review
from screening.application.signatures import signed_by
from screening.domain.history import ClinicalFact, ConditionCode, ConditionStatus, InformationSource
from screening.domain.ids import CaseId, ClinicalFactId


@dataclass(frozen=True, slots=True)
class RecordFact:
    """`signed`: a prescriber's reason why treatment may go on with this fact."""

    case_id: CaseId
    condition: ConditionCode = field(repr=False)
    status: ConditionStatus = field(repr=False)
    occurred_on: date | None = None
    detail: str = field(default="", repr=False)
    signed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecordFactHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordFact, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, `date_in_future`, and as `signed_by`."""

        async def record(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            signed = signed_by(actor, command.signed)
            if command.occurred_on and command.occurred_on > tx.now.date():
                raise invalid("date_in_future", "What happened cannot lie in the future.")
            fact = ClinicalFact(
                id=ClinicalFactId(tx.new_id()),
                condition=command.condition,
                status=command.status,
                source=source_of(actor),
                recorded_at=tx.now,
                recorded_by=actor.id,
                occurred_on=command.occurred_on,
                detail=command.detail,
            )
            case = before.with_fact(fact)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, signed, tx, self.ports)
            return Added(case.id, case.version, fact.id)

        return await self.work.run(record, by=actor, action="record_fact", returns=Added, request=request)


def source_of(actor: Actor) -> InformationSource:
    """Patients speak for themselves, everybody else as a clinician."""
    return InformationSource.PATIENT if actor.has(Role.PATIENT) else InformationSource.CLINICIAN
