"""The patient takes something; after a clearance the interaction table runs again at once."""

from dataclasses import dataclass, field
from datetime import date

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added
from careflow_service.work import Committed, Transaction, Work
from screening.application.commands.record_facts import source_of
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.reviewing import review, signature
from screening.application.signatures import signed_by
from screening.domain.ids import CaseId, MedicationId
from screening.domain.medications import Medication, as_written


@dataclass(frozen=True, slots=True)
class AddMedication:
    """`signed`: a prescriber's reason why treatment may go on with this medication."""

    case_id: CaseId
    name: str = field(repr=False)
    started_on: date | None = None
    detail: str = field(default="", repr=False)
    signed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AddMedicationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AddMedication, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, and as `signed_by`."""

        async def add(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            reason = signed_by(actor, command.signed)
            medication = Medication(
                id=MedicationId(tx.new_id()),
                ingredient=as_written(command.name),
                started_on=command.started_on,
                source=source_of(actor),
                recorded_at=tx.now,
                recorded_by=actor.id,
                detail=command.detail,
            )
            case = before.with_medication(medication)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, signature(reason, [medication.ground]), tx, self.ports)
            return Added(case.id, case.version, medication.id)

        return await self.work.run(add, by=actor, action="add_medication", returns=Added, request=request)
