"""A clinician saw the patient and records the parts of the evaluation they did."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.evaluation import PRESCRIBER_PARTS, Evaluation, PartRecord, ServiceLine
from screening.domain.ids import AppointmentId, CaseId, EvaluationId, StaffId


@dataclass(frozen=True, slots=True)
class RecordEvaluation:
    case_id: CaseId
    appointment_id: AppointmentId
    started_at: datetime
    ended_at: datetime
    parts: tuple[PartRecord, ...] = field(repr=False)
    service_lines: tuple[ServiceLine, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RecordEvaluationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordEvaluation, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, `prescriber_records`, and as `Evaluation.check`."""

        async def record(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            if not actor.has(Role.PRESCRIBER) and any(each.part in PRESCRIBER_PARTS for each in command.parts):
                raise forbidden("prescriber_records", "Only a prescriber records these parts of an evaluation.")
            evaluation = Evaluation(
                id=EvaluationId(tx.new_id()),
                appointment_id=command.appointment_id,
                provider_id=StaffId(actor.id),
                started_at=command.started_at,
                ended_at=command.ended_at,
                parts=command.parts,
                service_lines=command.service_lines,
            )
            case = before.evaluated(evaluation, now=tx.now)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Added(case.id, case.version, evaluation.id)

        return await self.work.run(record, by=actor, action="record_evaluation", returns=Added, request=request)
