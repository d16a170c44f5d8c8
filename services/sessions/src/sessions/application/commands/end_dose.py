"""The infusion has run in, or was stopped before: what did not run in is in the drug log as drawn up still."""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.given_instead import OutOfDraw, give_instead
from sessions.application.session_changes import SessionChanges
from sessions.domain.dosing import done_then, dose_ended
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.infusion import Step, StepKind
from sessions.domain.sessions import Session
from sessions.domain.units import Millilitres

STOPPED = "stopped before all of it had run in"


@dataclass(frozen=True, slots=True)
class EndDose:
    """`infused` is how much had run in of what the dose was made up to; all of it where it is None. `ended_at` is when
    it ended, where that is written down afterwards, and `ended_by` who ended it where that was somebody else.
    """

    session_id: SessionId
    infused: Millilitres | None = field(default=None, repr=False)
    note: str = field(default="", repr=False)
    ended_at: datetime | None = None
    ended_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class EndDoseHandler:
    changes: SessionChanges

    async def __call__(self, command: EndDose, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `dosing.done_then`, `dosing.dose_ended` and `drug_regiven.regiven`
        refuse.
        """
        ports = self.changes.ports

        async def end(session: Session, tx: Transaction) -> Session:
            infused = command.infused or Millilitres.none()
            step = Step(kind=StepKind.ENDED, infused=infused, note=command.note, by=StaffId(actor.id), at=tx.now)
            last = done_then(session, step, command.ended_at, ports.policy, by=command.ended_by)
            after = dose_ended(session, command.infused, last, ports.policy.infusion.tolerance)
            out = OutOfDraw.of_dose(session.doses[-1], after.doses[-1])
            await give_instead(out, session, command.note or STOPPED, actor, ports, tx)
            return after

        return await self.changes.run(command.session_id, end, by=actor, action="end_dose", request=request)
