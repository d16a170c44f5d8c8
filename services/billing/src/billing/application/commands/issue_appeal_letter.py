"""A letter by which a patient appeals against what their insurer decided about a superbill."""

from dataclasses import dataclass, field

from billing.application.paper_issuing import issue_paper, issued
from billing.application.ports import Ports
from billing.application.results import Issued
from billing.domain.appeal_letters import AppealLetter
from billing.domain.appeals import AppealStage, Decision, Language, last_day_of
from billing.domain.ids import SuperbillId
from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class IssueAppealLetter:
    superbill_id: SuperbillId
    stage: AppealStage
    decision: Decision
    words: str | None = field(default=None, repr=False)
    enclosed: tuple[str, ...] = field(default=(), repr=False)
    language: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class IssueAppealLetterHandler:
    """Asked for again in the same words, it is the same letter; in others it takes the place of the one before."""

    ports: Ports
    work: Work

    async def __call__(self, command: IssueAppealLetter, actor: Actor, request: RequestKey) -> Committed[Issued]:
        """Refused: `superbill_not_found`, `superbill_not_in_force`, `no_claim_to_medicare`, `notice_dates_invalid`,
        `not_printable`.
        """

        async def issue(tx: Transaction) -> Issued:
            ports = self.ports
            superbill = await ports.superbills.get(command.superbill_id)
            whose = superbill.patient_id
            check_own(actor, whose, "superbill")
            policy = ports.policy.appeals
            letter = AppealLetter.about(
                superbill,
                command.decision,
                command.stage,
                last_day_of(command.stage, command.decision, policy, ports.calendar),
                decision_days=policy.decision_days.value,
                external_months=policy.external_months.value,
                words=command.words,
                enclosed=command.enclosed,
                language=command.language,
                today=ports.day_of(tx.now),
            )
            asked = actor.patient_id == whose
            about = f"{superbill.id}/{command.stage}"
            return issued(await issue_paper(whose, about, letter, tx, ports, asked=asked))

        return await self.work.run(issue, by=actor, action="issue_appeal_letter", returns=Issued, request=request)
