"""Something new is known after a clearance: the rules run again and the clearance reacts in the same transaction.

Class A and B (an unknown drug is B) suspend; class C becomes a prescriber's task; what a prescriber enters with a
signed reason counts as reviewed, class A excepted.
"""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState, SuspensionReason
from screening.domain.rules import Finding, FindingClass
from screening.domain.tasks import TaskKind


async def review(case: Case, signed: str | None, tx: Transaction, ports: Ports) -> None:
    """Run the rules on the case as it is now against the clearance it has, if any."""
    if case.clearance_id is None:
        return
    before = await ports.clearances.get(case.clearance_id)
    if before.state is not ClearanceState.GRANTED:
        return
    findings = ports.policy.findings(case.history, case.medications, case.evidence, tx.now)
    clearance = before
    for finding in before.uncovered(findings):
        clearance = await _react(clearance, finding, signed, tx, ports)
    if clearance is not before:
        await ports.clearances.save(clearance, expecting=before.version, tx=tx)


async def _react(
    clearance: Clearance, finding: Finding, signed: str | None, tx: Transaction, ports: Ports
) -> Clearance:
    if signed and finding.finding_class is not FindingClass.A:
        return clearance.accepting(finding, signed)
    if finding.finding_class.suspends:
        why = f"{finding.rule}: {', '.join(finding.because)}"
        return clearance.suspended(SuspensionReason.CLINICAL, finding.rule, why, now=tx.now)
    within = ports.policy.staff.prescriber_review_within.length
    await open_task(TaskKind.PRESCRIBER_REVIEW, clearance.id, clearance.patient_id, within=within, tx=tx, ports=ports)
    return clearance
