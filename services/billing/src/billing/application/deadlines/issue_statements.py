"""A month's end goes on: the next account's statement, issued in one commit with how far the run has come.

A step is the run at a version, so that none is done twice and each that is done makes way for another.
"""

from billing.application.ports import Due, Ports
from billing.application.statements import state_account
from billing.domain.ids import PatientId
from billing.domain.months import Month
from billing.domain.statement_runs import StatementRun
from careflow_domain.errors import DomainError
from careflow_service.errors import BodyBroken, DocumentTooLarge, OwnerErased
from careflow_service.work import Transaction


async def next_step(ports: Ports) -> Due | None:
    due = await ports.statement_runs.next_due()
    if due is None:
        return None
    run = await ports.statement_runs.get(due[1])
    return due[0], f"{run.id}@{run.version}"


async def issue_statements(step: str, tx: Transaction, ports: Ports) -> None:
    month, _, version = step.rpartition("@")
    run = await ports.statement_runs.find(month, of=None)
    if run is None or run.next_at is None or str(run.version) != version:
        return
    patient_id = await ports.accounts.behind(run.after)
    after = run.finished(now=tx.now) if patient_id is None else await _with(run, patient_id, tx, ports)
    await ports.statement_runs.save(after, expecting=run.version, tx=tx)


async def _with(run: StatementRun, patient_id: PatientId, tx: Transaction, ports: Ports) -> StatementRun:
    """The run behind this account. What is wrong with one account is told, and the others have their turn; where the
    store does not answer, the step is tried again.
    """
    try:
        paper = await state_account(patient_id, Month.written(run.id), tx, ports)
    except OwnerErased:
        return run.skipping(patient_id)
    except (DomainError, DocumentTooLarge) as refused:
        if refused.code == "later_statement_issued":  # which has all that was posted until then
            return run.skipping(patient_id)
        return run.failing(patient_id, refused.code)
    except (BodyBroken, LookupError, ValueError):
        return run.failing(patient_id, "account_broken")  # said in full where its statement is asked for alone
    return run.skipping(patient_id) if paper is None else run.stated(patient_id)
