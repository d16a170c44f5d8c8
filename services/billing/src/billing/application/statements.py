"""A patient's statement of a month: from the end of the last one to the end of the month, issued once."""

from datetime import timedelta

from billing.application.bookkeeping import disputed_among
from billing.application.paper_issuing import issue_paper
from billing.application.ports import Ports
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.letterhead import Letterhead, PaperKind
from billing.domain.months import Month
from billing.domain.papers import Paper
from billing.domain.statement_lines import OF_CHARGES, OF_PAYMENTS
from billing.domain.statements import Period, Posted, Statement, expect_over, statement_of
from careflow_service.work import Transaction, side_by_side


async def state_account(patient_id: PatientId, month: Month, tx: Transaction, ports: Ports) -> Paper | None:
    """The statement of that month, also one that was issued before; None when there is nothing to say. Raises
    `month_not_over`, `account_not_found`, `later_statement_issued`, `patient_unnamed` and `not_printable`; nothing is
    written then.
    """
    expect_over(month, tx.now, ports.day_of)
    account, before = await side_by_side(ports.accounts.get(patient_id), _last_statement(patient_id, ports))
    if before is not None and before.ends_on >= month.last:
        known = await ports.papers.latest(PaperKind.STATEMENT, str(month), of=patient_id)
        if known is not None:
            return known
    period = Period.of(month, before, ports.policy.currency)
    posted = await _posted_since(period, patient_id, ports)
    charges, estimates = await side_by_side(ports.charges.open_of(patient_id), ports.estimates.all_of(patient_id))
    statement = statement_of(
        period,
        posted,
        lambda: Letterhead.of(account, ports.practice),
        due_on=ports.day_of(tx.now) + timedelta(days=ports.policy.statement_due_days.value),
        dispute_line=ports.policy.dispute_line.value,
        owed=charges,
        disputed=disputed_among(charges, estimates),
    )
    return None if statement is None else await issue_paper(patient_id, str(month), statement, tx, ports)


async def _last_statement(patient_id: PatientId, ports: Ports) -> Statement | None:
    paper = await ports.papers.latest(PaperKind.STATEMENT, of=patient_id)
    return paper.content if paper is not None and isinstance(paper.content, Statement) else None


async def _posted_since(period: Period, patient_id: PatientId, ports: Ports) -> Posted:
    entries, packages = await side_by_side(
        ports.journal.since(period.after, of=patient_id), ports.packages.all_of(patient_id)
    )
    charges, payments = await side_by_side(
        ports.charges.those({ChargeId(each.cause_id) for each in entries if each.cause in OF_CHARGES}, of=patient_id),
        ports.payments.those(
            {PaymentId(each.cause_id) for each in entries if each.cause in OF_PAYMENTS}, of=patient_id
        ),
    )
    return Posted(
        entries=entries,
        charges={each.id: each for each in charges},
        payments={each.id: each for each in payments},
        packages=packages,
    )
