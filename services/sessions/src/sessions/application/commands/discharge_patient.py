"""The patient may go home: every criterion met, or a prescriber signs for each that is not. A high suicide risk is
recorded and reported, and stops the discharge.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import conflict, invalid
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course, course_of
from sessions.application.leaving import who_left
from sessions.application.ports import Ports
from sessions.application.results import LetGo
from sessions.domain import endings
from sessions.domain.checks import Recorded
from sessions.domain.course import Course
from sessions.domain.discharge import RISK, DischargeScore, Exceptions, Leaving, discharge, nobody_lets_go
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.presence import who_was_there
from sessions.domain.sessions import Session
from sessions.domain.stops import StopKind, stops_in
from sessions.domain.words import ProviderRole


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
            leaving = _leaving(before, course, command.score, self.ports, left, tx.now)
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
            if stops := stops_in(after.recorded[-1], after.id):
                await change_course(after.patient_id, lambda each: each.stopped(stops), self.ports, tx)
            return LetGo(after.id, after.version, gone=not leaving.found_at_risk)

        committed = await self.work.run(let_go, by=actor, action="discharge_patient", returns=LetGo, request=request)
        if not committed.value.gone:
            raise nobody_lets_go(RISK)
        return committed


def _leaving(
    session: Session, course: Course, score: DischargeScore, ports: Ports, left: datetime | None, now: datetime
) -> Leaving:
    if session.monitoring is None or session.last_dose is None:
        raise conflict("nothing_to_monitor", "Only after a dose is anybody discharged.")
    ends = [each.latest_end for each in session.doses if each.latest_end is not None]
    if len(ends) < len(session.doses):
        raise conflict("dose_running", "The dose has not ended.")
    # Given in more ways than one, the longest watch counts from the end of all.
    from_end = len(session.routes) > 1
    return Leaving(
        score=score,
        risk_stands=bool(course.standing(StopKind.HIGH_SUICIDE_RISK)),
        prescriber_there=session.present(ProviderRole.PRESCRIBER)
        if left is None
        else who_was_there(session.team, ProviderRole.PRESCRIBER, left) is not None,
        monitoring=session.monitoring,
        last_dose_started_at=max(ends) if from_end else session.last_dose.latest_start,
        last_dose_ended_at=max(ends),
        away=session.away,
        route=ports.policy.strictest(session.routes),
        policy=ports.policy,
        now=left or now,
        written_at=now if left else None,
    )
