"""A clinician takes down an antidepressant the patient was treated with before."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.ids import CaseId, StaffId, TrialId
from screening.domain.medications import as_written
from screening.domain.trials import AntidepressantTrial


@dataclass(frozen=True, slots=True)
class RecordTrial:
    """See `AntidepressantTrial`; `drug` as it was said."""

    case_id: CaseId
    drug: str = field(repr=False)
    highest_daily_mg: float | None = field(repr=False)
    adequate_dose: bool = field(repr=False)
    weeks: int = field(repr=False)
    response_percent: int = field(repr=False)
    stopped_because: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordTrialHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordTrial, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, `trial_invalid`."""

        async def record(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            trial = AntidepressantTrial(
                id=TrialId(tx.new_id()),
                drug=as_written(command.drug),
                highest_daily_mg=command.highest_daily_mg,
                adequate_dose=command.adequate_dose,
                weeks=command.weeks,
                response_percent=command.response_percent,
                stopped_because=command.stopped_because,
                recorded_at=tx.now,
                recorded_by=StaffId(actor.id),
            )
            case = before.with_trial(trial)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            return Added(case.id, case.version, trial.id)

        return await self.work.run(record, by=actor, action="record_trial", returns=Added, request=request)
