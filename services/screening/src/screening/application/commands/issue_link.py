"""Somebody of the clinic makes a link by which a patient answers without a login."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.sending_links import known_of
from screening.domain.answer_links import AnswerLink
from screening.domain.ids import CaseId, LinkId, StaffId


@dataclass(frozen=True, slots=True)
class IssueLink:
    case_id: CaseId


@dataclass(frozen=True, slots=True)
class IssueLinkHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: IssueLink, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `case_not_found`, `birth_date_unknown`."""

        async def issue(tx: Transaction) -> Changed:
            case = await case_for(actor, command.case_id, self.ports)
            known = await known_of(case.patient_id, self.ports)
            link = AnswerLink.issued(
                LinkId(tx.new_id()),
                case.patient_id,
                known,
                self.ports.policy.answer_links,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.links.add(link, tx)
            return Changed(link.id, link.version)

        return await self.work.run(issue, by=actor, action="issue_link", returns=Changed, request=request)
