"""A prescriber ends one suspension with a signed reason, which covers the finding behind it from then on."""

from dataclasses import dataclass, field

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.grounds_now import findings_now, grounds_now
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import Clearance
from screening.domain.ids import ClearanceId
from screening.domain.rules import FindingClass
from screening.domain.suspensions import SuspensionReason


@dataclass(frozen=True, slots=True)
class ReinstateClearance:
    """`suspended_for` and `ref` are the pair the clearance was suspended with."""

    clearance_id: ClearanceId
    suspended_for: SuspensionReason
    ref: str = field(repr=False)
    why: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class ReinstateClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReinstateClearance, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `clearance_not_found`, `class_a_finding`, `pathway_not_open`, and as `Clearance.reinstated`.

        What waits because of its evidence rests on what there is of it now, and lasts no longer than that; with any
        missing it goes on waiting (`decision_not_ready`).
        """

        async def reinstate(tx: Transaction) -> Changed:
            before = await self.ports.clearances.get(command.clearance_id)
            case = await self.ports.cases.get(before.case_id)
            rested = before
            if command.suspended_for is SuspensionReason.EVIDENCE:
                rested = await self._resting(before, case, tx)
            clearance = rested.reinstated(command.suspended_for, command.ref, command.why, now=tx.now)
            findings = await findings_now(case, tx.now, self.ports)
            for finding in clearance.uncovered(findings):
                if finding.rule != command.ref:
                    continue
                if finding.finding_class is FindingClass.A:
                    raise conflict("class_a_finding", "Only re-classifying the fact behind it ends this suspension.")
                if not finding.signable_for(clearance.decision.terms.indications):
                    raise conflict("pathway_not_open", "No pathway is open to what this treatment is for.")
                clearance = clearance.accepting(finding, command.why)
            await self.ports.clearances.save(clearance, expecting=command.expected_version, tx=tx)
            return Changed(clearance.id, clearance.version)

        return await self.work.run(reinstate, by=actor, action="reinstate_clearance", returns=Changed, request=request)

    async def _resting(self, clearance: Clearance, case: Case, tx: Transaction) -> Clearance:
        found = await grounds_now(case, tx.now, self.ports)
        found.require_evidence()
        latest_end = clearance.decision.decided_at + self.ports.policy.clearance.valid_for.length
        return clearance.resting_on(found.evidence_ids, min(found.valid_until, latest_end), now=tx.now)
