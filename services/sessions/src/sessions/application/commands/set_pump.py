"""The pump of an infusion is set, set anew, paused or let go on."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.session_changes import SessionChanges
from sessions.domain.dosing import done_then, pump_set
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.infusion import Step, StepKind
from sessions.domain.sessions import Session
from sessions.domain.units import Millilitres, MillilitresPerHour


@dataclass(frozen=True, slots=True)
class SetPump:
    """`infused` is what had run in by then, `made_up_to` asked the first time where the drug was diluted. `set_at` is
    when it was done, where that is written down afterwards, and `set_by` who did it where that was somebody else.
    """

    session_id: SessionId
    kind: StepKind
    infused: Millilitres = field(repr=False)
    rate: MillilitresPerHour | None = field(repr=False)
    made_up_to: Millilitres | None = field(repr=False)
    note: str = field(repr=False)
    set_at: datetime | None = None
    set_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class SetPumpHandler:
    changes: SessionChanges

    async def __call__(self, command: SetPump, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `dosing.done_then` and `dosing.pump_set` refuse."""
        policy = self.changes.ports.policy

        async def set_it(session: Session, tx: Transaction) -> Session:
            step = Step(
                kind=command.kind,
                infused=command.infused,
                rate=command.rate,
                note=command.note,
                by=StaffId(actor.id),
                at=tx.now,
            )
            done = done_then(session, step, command.set_at, policy, by=command.set_by)
            return pump_set(session, done, command.made_up_to, policy.infusion.tolerance)

        return await self.changes.run(command.session_id, set_it, by=actor, action="set_pump", request=request)
