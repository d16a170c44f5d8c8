"""Somebody of the clinic says what a name nobody knew means; from then on it is classed by its ingredients."""

from dataclasses import dataclass, field, replace

from careflow_domain.errors import conflict, forbidden, invalid
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.reviewing import review
from screening.domain.ids import CaseId, MedicationId, StaffId
from screening.domain.medications import Identification, Medication, as_written


@dataclass(frozen=True, slots=True)
class IdentifyMedication:
    """`names` are ingredients or trade names the interaction table knows."""

    case_id: CaseId
    medication_id: MedicationId
    names: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentifyMedicationHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IdentifyMedication, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`, `medication_not_found`, `medication_known`, `drug_unknown`,
        `prescriber_identifies`: whoever is no prescriber only confirms a near spelling.
        """

        async def identify(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            medication = before.medication(command.medication_id)
            names = tuple(as_written(name) for name in command.names)
            self._check(medication, names, actor)
            identified = Identification(names=names, by=StaffId(actor.id), at=tx.now)
            case = before.with_changed(replace(medication, identified=identified))
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            await review(case, None, tx, self.ports)
            return Changed(case.id, case.version)

        return await self.work.run(identify, by=actor, action="identify_medication", returns=Changed, request=request)

    def _check(self, medication: Medication, names: tuple[str, ...], actor: Actor) -> None:
        table = self.ports.policy.interactions
        if not table.unknown(medication):
            raise conflict("medication_known", "Every word of this medication's name is known already.")
        if not all(table.knows(name) for name in names):
            raise invalid("drug_unknown", "The interaction table does not know this name either.")
        if not actor.has(Role.PRESCRIBER) and not set(names) <= set(table.offered(medication)):
            raise forbidden("prescriber_identifies", "Only a prescriber says that it is something of another name.")
