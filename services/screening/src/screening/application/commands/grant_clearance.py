"""A prescriber decides that treatment is safe, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side
from screening.application.grounds_now import grounds_now
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.domain.case import Case
from screening.domain.clearance import Clearance, ClearanceState
from screening.domain.clearance_terms import ClearanceTerms, Decision, Indication, Route
from screening.domain.decisions import Grounds
from screening.domain.history import allergies
from screening.domain.ids import CaseId, ClearanceId, StaffId
from screening.domain.suspensions import Settlement, SuspensionReason, Suspensions, with_suspension, without_settled


@dataclass(frozen=True, slots=True)
class GrantClearance:
    """`accepted` holds, per rule, the signed pathway (class B) or plan (class C); `conditions` make it conditional.

    `settled` are the suspensions this decision ends, each with the signed reason; all others go on.
    """

    case_id: CaseId
    indications: tuple[Indication, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    excluded_routes: tuple[Route, ...] = field(repr=False)
    accepted: Mapping[str, str] = field(repr=False)
    settled: tuple[Settlement, ...] = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class GrantedNow:
    """`valid`: nothing that suspended dosing before goes on."""

    case_id: str
    version: int
    clearance_id: str
    valid: bool


@dataclass(frozen=True, slots=True)
class GrantClearanceHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: GrantClearance, actor: Actor, request: RequestKey) -> Committed[GrantedNow]:
        """Refused: `case_not_found`, `case_closed`, `suspension_not_found`, `decision_not_ready` naming the missing."""

        async def grant(tx: Transaction) -> GrantedNow:
            before = await case_for(actor, command.case_id, self.ports)
            found, earlier = await side_by_side(
                grounds_now(before, tx.now, self.ports, indications=command.indications), self._earlier(before)
            )
            case = before.cleared(ClearanceId(tx.new_id()))
            found.require(command.accepted, (each.value for each in command.indications))
            if earlier is not None and earlier.state is ClearanceState.GRANTED:
                superseded = earlier.superseded(StaffId(actor.id))
                await self.ports.clearances.save(superseded, expecting=earlier.version, tx=tx)
            clearance = self._granted(
                command,
                case,
                found,
                actor,
                tx,
                suspensions=_going_on(command, before, earlier, found),
                supersedes=before.clearance_id,
            )
            await self.ports.clearances.add(clearance, tx)
            await self.ports.cases.save(case, expecting=command.expected_version, tx=tx)
            return GrantedNow(case.id, case.version, clearance.id, not clearance.suspensions)

        return await self.work.run(grant, by=actor, action="grant_clearance", returns=GrantedNow, request=request)

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
        suspensions: Suspensions,
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
            settled=command.settled,
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
            suspensions=suspensions,
        )


def _going_on(command: GrantClearance, case: Case, earlier: Clearance | None, found: Grounds) -> Suspensions:
    """What suspended dosing until now and this decision neither names nor settles by signing the finding behind it.

    Refused: `suspension_not_found`.
    """
    suspensions = earlier.suspensions if earlier else ()
    for held in case.held:
        suspensions = with_suspension(suspensions, held)
    signed = {(SuspensionReason.CLINICAL, each.rule) for each in found.findings if each.rule in command.accepted}
    named = tuple(each.pair for each in command.settled if each.pair not in signed)
    return tuple(each for each in without_settled(suspensions, named) if each.pair not in signed)
