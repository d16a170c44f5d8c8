"""A prescriber resolves an alarming finding that stands against every dose of a patient."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.domain.course import Course
from sessions.domain.ids import SessionId, StaffId
from sessions.domain.stops import StopKind, resolution


@dataclass(frozen=True, slots=True)
class ResolveStop:
    """`session_id` is the session in which somebody has found otherwise."""

    session_id: SessionId
    kind: StopKind = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResolveStopHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ResolveStop, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `stops.resolution` refuses."""

        async def resolve(tx: Transaction) -> Changed:
            session = await self.ports.sessions.get(command.session_id)

            def resolved(course: Course) -> Course:
                standing = course.standing(command.kind)
                decided = resolution(
                    command.kind, standing, session.checks, command.reason, by=StaffId(actor.id), now=tx.now
                )
                return course.resolved(command.kind, decided)

            after = await change_course(session.patient_id, resolved, self.ports, tx)
            return Changed(after.id, after.version)

        return await self.work.run(resolve, by=actor, action="resolve_stop", returns=Changed, request=request)
