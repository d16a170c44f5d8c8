"""Issuing a paper: numbered, printable, its bytes kept with it. One that would say the same as the last is that one."""

from billing.application.account_news import tell_of_news
from billing.application.numbering import next_number
from billing.application.ports import Ports
from billing.application.results import Issued
from billing.domain.ids import PaperId, PatientId
from billing.domain.letterhead import PaperKind
from billing.domain.papers import Content, Paper, Print
from billing.domain.policy import BillingPolicy
from careflow_service.work import Transaction


async def issue_paper(
    patient_id: PatientId, about: str, content: Content, tx: Transaction, ports: Ports, *, asked: bool = False
) -> Paper:
    """The paper that says this about something of a patient's; where they have not `asked` for it themselves they are
    told of it. Raises `not_printable`; nothing is written then.
    """
    before = await ports.papers.latest(content.kind, about, of=patient_id)
    if before is not None and before.content == content:
        return before
    number = await next_number(_prefix(content.kind, ports.policy), tx, ports)
    paper = Paper(
        id=PaperId(tx.new_id()),
        patient_id=patient_id,
        about=about,
        number=number.number,
        issued_at=tx.now,
        issued_on=ports.day_of(tx.now),
        content=content,
        replaces=before.id if before else None,
        replaces_number=before.number if before else None,
    )
    made = Print.of(paper, await ports.printer.paper(paper))
    await number.give(tx, ports)
    await ports.papers.add(paper, tx)
    await ports.prints.add(made, tx)
    if not asked:
        await tell_of_news(patient_id, tx, ports)
    return paper


def issued(paper: Paper) -> Issued:
    return Issued(paper.id, paper.version, paper.number)


def _prefix(kind: PaperKind, policy: BillingPolicy) -> str:
    match kind:
        case PaperKind.RECEIPT:
            return policy.receipt_prefix.value
        case PaperKind.STATEMENT:
            return policy.statement_prefix.value
        case PaperKind.YEARLY_SUMMARY:
            return policy.yearly_summary_prefix.value
        case PaperKind.APPEAL_LETTER:
            return policy.appeal_letter_prefix.value
