"""The patient may go home: every criterion met, or a prescriber signs for each that is not. A high suicide risk is
recorded and reported, and stops the discharge.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from careflow_domain.errors import invalid
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course, course_of
from sessions.application.leaving import leaving_of, who_left
from sessions.application.ports import Ports
from sessions.application.rems_reports import keep_rems_form_true
from sessions.application.results import LetGo
from sessions.domain import endings
from sessions.domain.checks import Recorded
from sessions.domain.discharge import RISK, DischargeScore, Exceptions, discharge, nobody_lets_go
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.presence import was_there
from sessions.domain.stops import StopKind, stops_in


@dataclass(frozen=True, slots=True)
class DischargePatient:
    """`exceptions` are what a prescriber lets somebody go in spite of. Written down afterwards, `left_at` is when the
    patient left, and `let_go_by` who let them go where that was somebody else.
    """

    session_id: SessionId
    score: DischargeScore = field(repr=False)
    exceptions: Exceptions = field(repr=False)
    expected_version: int
    left_at: datetime | None = None
    let_go_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class DischargePatientHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DischargePatient, actor: Actor, request: RequestKey) -> Committed[LetGo]:
        """Refused: `session_not_found`, `nothing_to_monitor`, `dose_running`, `wrong_state`, `let_go_by_now`, and what
        `left_late.left_then` and `discharge.discharge` refuse; of these, a high risk found now is on record all the
        same.
        """
        if command.let_go_by is not None and command.left_at is None:
            raise invalid("let_go_by_now", "Who lets a patient go now is whoever says so.")
        by = StaffId(actor.id)

        async def let_go(tx: Transaction) -> LetGo:
            before = await self.ports.sessions.get(command.session_id)
            course = await course_of(before.patient_id, self.ports)
            risk = Recorded(value=command.score.suicide_risk, by=by, at=tx.now)
            left, overdue = await who_left(before, command.left_at, self.ports, now=tx.now)
            stands = bool(course.standing(StopKind.HIGH_SUICIDE_RISK))
            leaving = leaving_of(before, command.score, self.ports.policy, risk_stands=stands, left=left, now=tx.now)
            if left is not None:
                seen = was_there(before.team, command.let_go_by or by, left)
                leaving = replace(leaving, let_go_by_there=seen)
            if leaving.found_at_risk:
                after = before.assessed(risk)
            else:
                decided = discharge(
                    leaving,
                    command.exceptions,
                    by=by,
                    prescriber=actor.has(Role.PRESCRIBER),
                    let_go_by=command.let_go_by,
                    overdue=overdue,
                )
                after = endings.discharged(before, decided, risk)
            await self.ports.sessions.save(after, expecting=command.expected_version, tx=tx)
            await keep_rems_form_true(after, self.ports, tx)
            if stops := stops_in(after.recorded[-1], after.id):
                await change_course(after.patient_id, lambda each: each.stopped(stops), self.ports, tx)
            return LetGo(after.id, after.version, gone=not leaving.found_at_risk)

        committed = await self.work.run(let_go, by=actor, action="discharge_patient", returns=LetGo, request=request)
        if not committed.value.gone:
            raise nobody_lets_go(RISK)
        return committed
