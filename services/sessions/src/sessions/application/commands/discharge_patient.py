"""The patient may go home: every criterion met, or a prescriber signs for the ones that are not."""

from dataclasses import dataclass, field

from careflow_domain.errors import conflict
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.work import Committed, Transaction
from sessions.application.ports import Ports
from sessions.application.results import Changed
from sessions.application.session_changes import SessionChanges
from sessions.domain.discharge import DischargeScore, Leaving, discharge
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class DischargePatient:
    """`reason` is why a prescriber lets somebody go below criteria."""

    session_id: SessionId
    score: DischargeScore = field(repr=False)
    reason: str | None = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class DischargePatientHandler:
    changes: SessionChanges

    async def __call__(self, command: DischargePatient, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `nothing_to_monitor`, `dose_running`, `discharge_criteria_unmet`,
        `discharge_forbidden`, `wrong_state`.
        """
        by, signs = StaffId(actor.id), actor.has(Role.PRESCRIBER)

        async def let_go(session: Session, tx: Transaction) -> Session:
            leaving = _leaving(session, command.score, self.changes.ports, tx)
            return session.discharged(discharge(leaving, by=by, signed_by=by if signs else None, reason=command.reason))

        return await self.changes.run(
            command.session_id,
            let_go,
            by=actor,
            action="discharge_patient",
            request=request,
            expecting=command.expected_version,
        )


def _leaving(session: Session, score: DischargeScore, ports: Ports, tx: Transaction) -> Leaving:
    if session.monitoring is None or session.order is None or not session.doses:
        raise conflict("nothing_to_monitor", "Only after a dose is anybody discharged.")
    last = session.doses[-1]
    if last.ended_at is None:
        raise conflict("dose_running", "The dose has not ended.")
    return Leaving(
        score=score,
        monitoring=session.monitoring,
        last_dose_started_at=last.started_at,
        last_dose_ended_at=last.ended_at,
        route=ports.policy.routes[session.order.route],
        policy=ports.policy,
        now=tx.now,
    )
