"""Answers whose saving is refused are heard all the same: whatever else is wrong, a worrying one alerts the clinic."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from careflow_domain.errors import DomainError
from careflow_service.identity import Actor
from careflow_service.oversight import check_own
from careflow_service.work import Committed, Transaction, Work
from screening.application.concerns import concern, said_anew, settle
from screening.application.ownership import case_for
from screening.application.ports import Ports
from screening.application.sitting import with_screener_in_sitting
from screening.domain.alert_urgency import Positive
from screening.domain.alerts import AlertSource, SafetyAlert
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.ids import CaseId, PatientId, RequestId
from screening.domain.intake import RequestedQuestionnaire
from screening.domain.questionnaires import ItemAlert, QuestionnaireDefinition


@dataclass(frozen=True, slots=True)
class HearAnswers:
    """As they were sent, with nothing checked: item code and whatever was given for it, more than once too."""

    case_id: CaseId
    request_id: RequestId | None
    answers: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """`alarming`: an answer is a safety concern; the patient must read the crisis text first. `alert_id` is the alert
    about it, if it could be kept, `next_request_id` what to answer next in the same sitting.
    """

    alarming: bool
    alert_id: str | None = None
    next_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class HearAnswersHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: HearAnswers, actor: Actor) -> Committed[Heard]:
        """Never refused. Without a case of the caller's own, a patient is still heard as themselves."""

        async def hear(tx: Transaction) -> Heard:
            case = await self._case(command.case_id, actor)
            patient_id = case.patient_id if case else _own(actor)
            asked = _asked(command, case)
            hits = self._hits(command.answers, asked)
            if patient_id is None or not hits:
                return Heard(alarming=bool(hits))
            check_own(actor, patient_id, "patient")
            positives = await self._said_anew(command, asked, patient_id, tx)
            if positives:
                case_id, source = case.id if case else None, AlertSource.ANSWER
                heard = await concern(positives, patient_id, case_id, source=source, tx=tx, ports=self.ports)
                alert: SafetyAlert | None = await settle(heard, tx, self.ports)
            else:
                alert = await self.ports.alerts.open_of(patient_id)
            screener = await self._screener(case, hits, tx)
            return Heard(alarming=True, alert_id=alert.id if alert else None, next_request_id=screener)

        return await self.work.run(hear, by=actor, action="hear_answers", returns=Heard)

    def may_alarm(self, command: HearAnswers) -> bool:
        """Whether any questionnaire would take these answers for a concern, whichever it is they are for."""
        return bool(self._hits(command.answers, None))

    async def _case(self, case_id: CaseId, actor: Actor) -> Case | None:
        try:
            return await case_for(actor, case_id, self.ports)
        except DomainError:
            return None

    async def _said_anew(
        self, command: HearAnswers, asked: RequestedQuestionnaire | None, patient_id: PatientId, tx: Transaction
    ) -> list[Positive]:
        """All but what the request holds already and was only sent once more."""
        kept = asked.answers if asked else {}
        changed = tuple((item, given) for item, given in command.answers if kept.get(item) != given)
        ref, anew = command.request_id or "", {hit.code for hit in self._hits(changed, asked)}
        positives = [Positive.answered(hit, ref, now=tx.now) for hit in self._hits(command.answers, asked)]
        sent_again = [each for each in positives if each.code not in anew]
        return [
            *(each for each in positives if each.code in anew),
            *await said_anew(sent_again, patient_id, self.ports),
        ]

    def _hits(self, answers: Sequence[tuple[str, str]], asked: RequestedQuestionnaire | None) -> list[ItemAlert]:
        """By every questionnaire it may be: that of the request in any version, all of them if there is no such one."""
        meant: Sequence[QuestionnaireDefinition] = (
            self.ports.shelf.versions(asked.questionnaire) if asked else self.ports.shelf.all_newest()
        )
        found = {hit.code: hit for definition in meant for hit in definition.hits_as_sent(answers)}
        return list(found.values())

    async def _screener(self, case: Case | None, hits: Sequence[ItemAlert], tx: Transaction) -> RequestId | None:
        if case is None or case.state is CaseState.CLOSED:
            return None
        asked = with_screener_in_sitting(case, hits, tx, self.ports)
        if asked is not case:
            await self.ports.cases.save(asked, expecting=case.version, tx=tx)
        screener = asked.unanswered(*self.ports.shelf.forms(self.ports.policy.intake.safety_screener))
        return screener.id if screener else None


def _asked(command: HearAnswers, case: Case | None) -> RequestedQuestionnaire | None:
    return next((each for each in case.questionnaires if each.id == command.request_id), None) if case else None


def _own(actor: Actor) -> PatientId | None:
    if actor.patient_id is None:
        return None
    check_own(actor, actor.patient_id, "patient")
    return PatientId(actor.patient_id)
