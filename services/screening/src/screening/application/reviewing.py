"""Something new is known after a clearance: the rules run again and the clearance reacts in the same transaction.

Class A and B (an unknown drug is B) suspend; class C becomes a prescriber's task, and so does what calls for evidence
that the decision has not seen. What a prescriber enters with a
signed reason counts as reviewed, class A excepted: the signature covers what was entered and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from careflow_service.work import Transaction, side_by_side
from screening.application.grounds_now import details_of
from screening.application.ports import Ports
from screening.application.staff_tasks import open_task
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState
from screening.domain.decisions import newly_required
from screening.domain.ids import EvidenceId
from screening.domain.patients import PatientDetails
from screening.domain.rules import Finding
from screening.domain.suspensions import Suspension, SuspensionReason
from screening.domain.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class Signature:
    """A prescriber's reason why treatment may go on with these grounds."""

    reason: str = field(repr=False)
    grounds: frozenset[str] = field(repr=False)


def signature(reason: str | None, grounds: Iterable[str]) -> Signature | None:
    """The signature with this reason, if one was given."""
    return None if reason is None else Signature(reason, frozenset(grounds))


async def review(
    case: Case,
    signed: Signature | None,
    tx: Transaction,
    ports: Ports,
    *,
    patient: PatientDetails | None = None,
    voided: EvidenceId | None = None,
) -> None:
    """Run the rules on the case as it is now against the clearance it has, if any. `patient`: as they are from now on,
    where that has not been saved. `voided`: evidence that the clearance may rest on.
    """
    if case.clearance_id is None:
        return
    before, known = await side_by_side(ports.clearances.get(case.clearance_id), details_of(case.patient_id, ports))
    patient = patient or known
    findings = ports.policy.findings(case.known(patient), tx.now, ports.zone)
    if before.state is not ClearanceState.GRANTED:
        return
    clearance = before
    if voided in before.decision.evidence_ids:
        why = "Evidence that the decision rests on was voided."
        clearance = clearance.suspended(
            Suspension(reason=SuspensionReason.EVIDENCE, ref=str(voided), since=tx.now, fine_reason=why)
        )
    for finding in before.uncovered(findings):
        clearance = await _react(clearance, finding, signed, tx, ports)
    if clearance is not before:
        await ports.clearances.save(clearance, expecting=before.version, tx=tx)
    lacks = newly_required(case, patient, ports.policy, before.decision, now=tx.now, zone=ports.zone)
    if lacks and signed is None:
        await _ask_a_prescriber(clearance, tx, ports)


async def _react(
    clearance: Clearance, finding: Finding, signed: Signature | None, tx: Transaction, ports: Ports
) -> Clearance:
    covered = signed is not None and clearance.decision.unsigned(finding) <= signed.grounds
    if signed and covered and finding.signable_for(clearance.decision.terms.indications):
        return clearance.accepting(finding, signed.reason)
    if finding.finding_class.suspends:
        return clearance.suspended(
            Suspension(
                reason=SuspensionReason.CLINICAL,
                ref=finding.rule,
                since=tx.now,
                fine_reason=f"{finding.rule}: {', '.join(finding.because)}",
                grounds=finding.grounds,
            )
        )
    await _ask_a_prescriber(clearance, tx, ports)
    return clearance


async def _ask_a_prescriber(clearance: Clearance, tx: Transaction, ports: Ports) -> None:
    within = ports.policy.staff.prescriber_review_within.length
    await open_task(TaskKind.PRESCRIBER_REVIEW, clearance.id, clearance.patient_id, within=within, tx=tx, ports=ports)
