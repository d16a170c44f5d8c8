"""A prescriber decides that treatment is safe, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side
from screening.application.grounds_now import grounds_now
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.results import Added
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState
from screening.domain.clearance_terms import ClearanceTerms, Decision, Indication, Route
from screening.domain.decisions import Grounds
from screening.domain.history import allergies
from screening.domain.ids import CaseId, ClearanceId, StaffId


@dataclass(frozen=True, slots=True)
class GrantClearance:
    """`accepted` holds, per rule, the signed pathway (class B) or plan (class C); `conditions` make it conditional."""

    case_id: CaseId
    indications: tuple[Indication, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    excluded_routes: tuple[Route, ...] = field(repr=False)
    accepted: Mapping[str, str] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class GrantClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: GrantClearance, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `case_not_found`, `case_closed`, `decision_not_ready` naming everything missing."""

        async def grant(tx: Transaction) -> Added:
            before = await case_for(actor, command.case_id, self.ports)
            found, earlier = await side_by_side(grounds_now(before, tx.now, self.ports), self._earlier(before))
            case = before.cleared(ClearanceId(tx.new_id()))
            found.require(command.accepted)
            if earlier is not None and earlier.state is ClearanceState.GRANTED:
                superseded = earlier.superseded(StaffId(actor.id))
                await self.ports.clearances.save(superseded, expecting=earlier.version, tx=tx)
            clearance = self._granted(command, case, found, actor, tx, supersedes=before.clearance_id)
            await self.ports.clearances.add(clearance, tx)
            await self.ports.cases.save(case, expecting=command.expected_version, tx=tx)
            return Added(case.id, case.version, clearance.id)

        return await self.work.run(grant, by=actor, action="grant_clearance", returns=Added, request=request)

    async def _earlier(self, case: Case) -> Clearance | None:
        return None if case.clearance_id is None else await self.ports.clearances.get(case.clearance_id)

    def _granted(
        self,
        command: GrantClearance,
        case: Case,
        found: Grounds,
        actor: Actor,
        tx: Transaction,
        *,
        supersedes: ClearanceId | None,
    ) -> Clearance:
        assert case.clearance_id is not None
        terms = ClearanceTerms(
            indications=tuple(each.value for each in command.indications),
            conditions=command.conditions,
            excluded_routes=tuple(each.value for each in command.excluded_routes),
            allergies=allergies(case.history),
            interaction_flags=tuple(
                f"{each.rule}: {', '.join(each.because)}" for each in found.findings if each.rule.startswith("IX-")
            ),
        )
        decision = Decision(
            decided_by=StaffId(actor.id),
            decided_at=tx.now,
            policy_version=self.ports.policy.version,
            findings=found.findings,
            accepted=command.accepted,
            evidence_ids=found.evidence_ids,
            terms=terms,
        )
        return Clearance.granted(
            case.clearance_id,
            case.id,
            case.patient_id,
            decision,
            valid_until=found.valid_until,
            warn_days_before=self.ports.policy.clearance.warn_days_before,
            supersedes=supersedes,
        )
