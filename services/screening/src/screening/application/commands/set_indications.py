"""What the patient is to be treated for becomes known, or changes: the instruments it needs are asked for."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.sending_links import known_of, send_link
from screening.domain.case import Case
from screening.domain.clearance_terms import Indication
from screening.domain.ids import CaseId, RequestId
from screening.domain.intake import Purpose


@dataclass(frozen=True, slots=True)
class SetIndications:
    case_id: CaseId
    indications: tuple[Indication, ...] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class SetIndicationsHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SetIndications, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `case_closed`. What no indication needs any more is no longer asked for; what was
        answered is kept.
        """

        async def change(tx: Transaction) -> Changed:
            before = await case_for(actor, command.case_id, self.ports)
            known = await known_of(before.patient_id, self.ports)
            case = before.treating(command.indications)
            needed = self.ports.policy.intake.instruments(command.indications)
            case = case.withdrawing(self._unneeded(case, needed), now=tx.now)
            asked = [code for code in needed if not case.answered_all_of(code) and not case.unanswered(code)]
            for code in asked:
                case = self._asking(case, code, tx)
            await self.ports.cases.save(case, expecting=command.expected_version, tx=tx)
            if asked:
                await send_link(case, known, tx, self.ports)
            return Changed(case.id, case.version)

        return await self.work.run(change, by=actor, action="set_indications", returns=Changed, request=request)

    def _unneeded(self, case: Case, needed: tuple[str, ...]) -> set[RequestId]:
        gone = set(self.ports.policy.intake.all_instruments) - set(needed)
        return {
            each.id for each in case.questionnaires if each.purpose is Purpose.INTAKE and each.questionnaire in gone
        }

    def _asking(self, case: Case, code: str, tx: Transaction) -> Case:
        return case.requesting(
            RequestId(tx.new_id()),
            self.ports.shelf.newest(code),
            Purpose.INTAKE,
            due_within=self.ports.policy.intake.due_within.length,
            now=tx.now,
        )
