"""Somebody puts right what was recorded wrong of what is asked before a dose; what that shows is alarming stands."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction
from sessions.application.commands.record_checks import Stamp
from sessions.application.correcting import corrector
from sessions.application.courses import change_course
from sessions.application.session_changes import SessionChanges
from sessions.domain.corrections import checks_corrected
from sessions.domain.course import Course
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.domain.stops import stops_in


@dataclass(frozen=True, slots=True)
class CorrectChecks:
    """`recorded` is what should have been recorded, and nothing else."""

    session_id: SessionId
    recorded: Stamp = field(repr=False)
    reason: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class CorrectChecksHandler:
    changes: SessionChanges

    async def __call__(self, command: CorrectChecks, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `corrections.checks_corrected` refuses."""
        ports = self.changes.ports

        async def correct(session: Session, tx: Transaction) -> Session:
            who = corrector(actor, command.reason, tx)
            return checks_corrected(session, command.recorded(who.by, who.now), who, ports.policy)

        async def note_in_course(session: Session, tx: Transaction) -> None:
            correction = session.recorded[-1]
            stops = stops_in(correction, session.id)

            def noted(course: Course) -> Course:
                weighed = course if correction.weight is None else course.unweighed(session.id)
                return weighed.stopped(stops) if stops else weighed

            if stops or correction.weight is not None:
                await change_course(session.patient_id, noted, ports, tx)

        return await self.changes.run(
            command.session_id,
            correct,
            by=actor,
            action="correct_checks",
            request=request,
            expecting=command.expected_version,
            then=note_in_course,
        )
