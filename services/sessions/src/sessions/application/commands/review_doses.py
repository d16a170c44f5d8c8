"""A prescriber reviewed what the doses so far have done: bladder, liver, cognition, misuse, concurrent use, CURES."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.courses import change_course
from sessions.application.ports import Ports
from sessions.domain.ids import PatientId


@dataclass(frozen=True, slots=True)
class ReviewDoses:
    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class ReviewDosesHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: ReviewDoses, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """From now on doses are counted anew."""

        async def review(tx: Transaction) -> Changed:
            course = await change_course(command.patient_id, lambda course: course.reviewed(now=tx.now), self.ports, tx)
            return Changed(course.id, course.version)

        return await self.work.run(review, by=actor, action="review_doses", returns=Changed, request=request)
