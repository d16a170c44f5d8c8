"""A patient answers a questionnaire, in parts or whole; a worrying answer alerts in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work
from screening.application.concerns import Concerned, concern, said_anew, settle
from screening.application.outcomes import with_outcomes
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.pre_session import assess
from screening.application.sitting import with_screener_in_sitting
from screening.application.staff_tasks import open_task
from screening.domain.alert_urgency import Positive
from screening.domain.alerts import AlertSource
from screening.domain.case import Case
from screening.domain.ids import AlertId, CaseId, RequestId
from screening.domain.intake import Alarms
from screening.domain.questionnaires import ItemAlert, QuestionnaireDefinition
from screening.domain.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class SaveAnswers:
    """`complete`: the patient says this is all; with items missing the answers are kept and it stays open."""

    case_id: CaseId
    request_id: RequestId
    definition_version: int
    answers: Mapping[str, str] = field(repr=False)
    complete: bool


@dataclass(frozen=True, slots=True)
class AnswersSaved:
    """`alarming`: an answer that was sent is a safety concern, said for the first time or again; the patient must read
    the crisis text first. `alert_id` is the open alert about it, `next_request_id` what to answer next in the same
    sitting.
    """

    case_id: str
    version: int
    completed: bool
    missing: tuple[str, ...]
    alarming: bool
    alert_id: str | None
    next_request_id: str | None


@dataclass(frozen=True, slots=True)
class SaveAnswersHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SaveAnswers, actor: Actor, request: RequestKey) -> Committed[AnswersSaved]:
        """Refused: `case_not_found`, `questionnaire_request_not_found`, and as `RequestedQuestionnaire.answered`.

        Whoever hands on such a refusal lets the answers be heard first: see `hear_answers`.
        """

        async def save(tx: Transaction) -> AnswersSaved:
            before = await case_for(actor, command.case_id, self.ports)
            asked = before.request(command.request_id)
            definition = self.ports.shelf.version(asked.questionnaire, asked.definition_version)
            case, alarms = before.answered(asked.id, definition, command.definition_version, command.answers)
            hits, concerned = await self._concern(case, alarms, asked.id, tx)
            if concerned:
                case = case.alerted(asked.id, concerned.alert.id)
            case = with_screener_in_sitting(case, hits, tx, self.ports)
            if command.complete:
                case = case.completed(asked.id, definition, now=tx.now)
            completed = case.request(asked.id).completed_at is not None
            if completed and definition.code in self._screeners:
                concerned = await self._screened(case, concerned)
            if concerned:
                await settle(concerned, tx, self.ports)
            if completed:
                case = await with_outcomes(case, tx, self.ports)
            await self.ports.cases.save(case, expecting=before.version, tx=tx)
            if completed:
                await assess(case, asked.id, tx, self.ports)
                await self._review(case, asked.id, definition, tx)
            alarming = bool(definition.hits(command.answers))
            screener = case.unanswered(*self._screeners) if alarming else None
            return AnswersSaved(
                case_id=case.id,
                version=case.version,
                completed=completed,
                missing=definition.missing(case.request(asked.id).answers),
                alarming=alarming,
                alert_id=await self._open_alert(case, concerned) if alarming else None,
                next_request_id=screener.id if screener and screener.id != asked.id else None,
            )

        return await self.work.run(save, by=actor, action="save_answers", returns=AnswersSaved, request=request)

    @property
    def _screeners(self) -> tuple[str, ...]:
        return self.ports.shelf.forms(self.ports.policy.intake.safety_screener)

    async def _concern(
        self, case: Case, alarms: Alarms, request_id: RequestId, tx: Transaction
    ) -> tuple[Sequence[ItemAlert], Concerned | None]:
        """What is said anew, and the alert about it."""
        again = {Positive.answered(hit, request_id, now=tx.now): hit for hit in alarms.again}
        anew = {Positive.answered(hit, request_id, now=tx.now): hit for hit in alarms.anew}
        anew |= {each: again[each] for each in await said_anew(list(again), case.patient_id, self.ports)}
        if not anew:
            return (), None
        concerned = await concern(
            list(anew), case.patient_id, case.id, source=AlertSource.ANSWER, tx=tx, ports=self.ports
        )
        return list(anew.values()), concerned

    async def _open_alert(self, case: Case, concerned: Concerned | None) -> AlertId | None:
        """What was sent once more raises no second alert."""
        alert = concerned.alert if concerned else await self.ports.alerts.open_of(case.patient_id)
        return alert.id if alert else None

    async def _review(
        self, case: Case, request_id: RequestId, definition: QuestionnaireDefinition, tx: Transaction
    ) -> None:
        """A total the definition wants a prescriber to see becomes a task about the request."""
        score = case.request(request_id).score(definition)
        if score is not None and definition.asks_for_review(score):
            within = self.ports.policy.staff.prescriber_review_within.length
            await open_task(
                TaskKind.PRESCRIBER_REVIEW, request_id, case.patient_id, within=within, tx=tx, ports=self.ports
            )

    async def _screened(self, case: Case, concerned: Concerned | None) -> Concerned | None:
        """The finished screener spares the page that would have asked for it."""
        if concerned:
            return Concerned(concerned.alert.screened(), concerned.stored)
        alert = await self.ports.alerts.open_of(case.patient_id)
        return Concerned(alert.screened(), alert.version) if alert else None
