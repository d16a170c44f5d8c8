"""A prescriber records the diagnoses of an evaluation; the newest list replaces those before it."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.evaluation import Diagnoses
from screening.domain.ids import CaseId, EvaluationId, StaffId


@dataclass(frozen=True, slots=True)
class RecordDiagnoses:
    case_id: CaseId
    evaluation_id: EvaluationId
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordDiagnosesHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordDiagnoses, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `evaluation_not_found`, `diagnoses_invalid`."""

        async def record(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            consents = await self.ports.consents.signed_by(before.patient_id)
            case = before.diagnosed(
                Diagnoses(
                    evaluation_id=command.evaluation_id,
                    recorded_at=tx.now,
                    recorded_by=StaffId(actor.id),
                    codes=command.codes,
                ),
                consented=any(each.covers_diagnoses(tx.now) for each in consents),
            )
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Changed(case.id, case.version)

        return await self.work.run(record, by=actor, action="record_diagnoses", returns=Changed, request=request)
