"""A questionnaire that was asked for, and the raw answers to it.

Invariant: the request names the definition version it is answered by; after completion nothing changes any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import conflict, invalid
from screening.domain.facts import PatientFact
from screening.domain.ids import AlertId, CaseId, RequestId
from screening.domain.questionnaires import Answers, ItemAlert, QuestionnaireDefinition, Score


class Purpose(StrEnum):
    """Why a questionnaire was asked for."""

    INTAKE = "intake"
    PRE_SESSION = "pre_session"
    COURSE = "course"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireRequested(PatientFact):
    request_id: RequestId
    purpose: Purpose
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireWithdrawn(PatientFact):
    request_id: RequestId
    purpose: Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireCompleted(PatientFact):
    case_id: CaseId
    request_id: RequestId
    purpose: Purpose
    questionnaire: str = field(repr=False)
    alert_ids: tuple[AlertId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The item alerts that answers set off: by what they change of those before, and by what was sent once more."""

    anew: tuple[ItemAlert, ...]
    again: tuple[ItemAlert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedQuestionnaire:
    """One request and its answers so far; `alert_ids` are the safety alerts its answers set off or joined."""

    id: RequestId
    questionnaire: str
    definition_version: int
    purpose: Purpose
    requested_at: datetime
    due_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    alert_ids: tuple[AlertId, ...] = ()
    completed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it still waits for answers."""
        return self.completed_at is None and self.withdrawn_at is None

    def answered(self, definition: QuestionnaireDefinition, version: int, answers: Answers) -> tuple[Self, Alarms]:
        """Keep a partial or full set of answers; returns the item alerts that they set off.

        Refused: `questionnaire_completed`, `questionnaire_withdrawn`, `definition_version_mismatch`, `unknown_item`,
        `unknown_option`.
        """
        if self.completed_at is not None:
            raise conflict("questionnaire_completed", "This questionnaire has been completed; answers are final.")
        if self.withdrawn_at is not None:
            raise conflict("questionnaire_withdrawn", "This questionnaire is no longer asked for.")
        if version != self.definition_version:
            raise invalid(
                "definition_version_mismatch",
                "The answers belong to another version of the questionnaire.",
                expected=self.definition_version,
            )
        definition.check(answers)
        changed = {item: option for item, option in answers.items() if self.answers.get(item) != option}
        anew, sent = definition.hits(changed), definition.hits(answers)
        alarms = Alarms(anew=anew, again=tuple(hit for hit in sent if hit not in anew))
        return replace(self, answers={**self.answers, **changed}), alarms

    def completed(self, definition: QuestionnaireDefinition, *, now: datetime) -> Self:
        """The patient is done; the caller has seen that nothing is missing."""
        return self if definition.missing(self.answers) else replace(self, completed_at=now)

    def score(self, definition: QuestionnaireDefinition) -> Score | None:
        """Derived from the raw answers each time; None until completed."""
        return definition.score(self.answers) if self.completed_at else None
