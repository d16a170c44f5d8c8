"""What may be said of a case of reimbursement, as one row for each form of it: the same for a biller and the patient.

Invariant: a form says what the API's route of that name says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from billing.domain.appeals import DenialReason
from billing.domain.money import Money
from billing.domain.reimbursements import DECISIONS, Appealed, Closed, Filed, Outcome, Reimbursement, Stage, Step
from billing.entrypoints.http.reimbursement_routes import Decided, MoreAskedBody, OnDay, answered
from billing.entrypoints.http.schemas import Line
from billing.entrypoints.pages.asking import Asked, Cents
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Day
from careflow_service.pages.asking import Kind

Named = Callable[[str, Sequence[StrEnum]], list[tuple[str, str]]]
"""Codes as options, by their words."""


class Nothing(RequestBody):
    """What is said by its name alone."""


class Answer(OnDay):
    """What the insurer answered, as it is typed."""

    answered_as: Decided
    received: Cents = 0
    denial: DenialReason | None = None
    last_day: Day | None = None
    claim_number: Line | None = None

    def step(self, currency: str) -> Step:
        received, outcome = Money(self.received, currency), Outcome(self.answered_as)
        return answered(self.on, outcome, received, self.denial, self.last_day, self.claim_number)


@dataclass(frozen=True, slots=True)
class CaseForm:
    """`stages` are those in which it can come next; `step` is what its body says, in the clinic's currency."""

    name: str
    stages: frozenset[Stage]
    body: type[RequestBody]
    step: Callable[[Any, str], Step]
    fields: Callable[[Named], Sequence[Asked]]

    def offered(self, case: Reimbursement) -> bool:
        return case.stage in self.stages


def _day(_: Named) -> Sequence[Asked]:
    return (Asked(name="on", kind=Kind.DAY),)


def _asked(named: Named) -> Sequence[Asked]:
    return (*_day(named), Asked(name="answer_by", kind=Kind.DAY))


def _answer(named: Named) -> Sequence[Asked]:
    return (
        *_day(named),
        Asked(name="answered_as", kind=Kind.CHOICE, options=named("reimbursement_outcomes", list(DECISIONS))),
        Asked(name="received", kind=Kind.AMOUNT, first="0.00"),
        Asked(name="denial", kind=Kind.CHOICE, options=named("denial_reasons", list(DenialReason))),
        Asked(name="last_day", kind=Kind.DAY),
        Asked(name="claim_number"),
    )


CASE_FORMS: Final = (
    CaseForm(
        "filed",
        frozenset({Stage.TO_FILE, Stage.MORE_ASKED}),
        OnDay,
        lambda body, _: Filed(on=body.on),
        _day,
    ),
    CaseForm(
        "more-asked",
        frozenset({Stage.FILED, Stage.APPEALED}),
        MoreAskedBody,
        lambda body, _: body.step(),
        _asked,
    ),
    CaseForm(
        "answered",
        frozenset({Stage.FILED, Stage.MORE_ASKED, Stage.APPEALED}),
        Answer,
        lambda body, currency: body.step(currency),
        _answer,
    ),
    CaseForm("appealed", frozenset({Stage.DECIDED}), OnDay, lambda body, _: Appealed(on=body.on), _day),
    CaseForm("close", frozenset(Stage) - {Stage.RESOLVED}, Nothing, lambda _, __: Closed(), lambda _: ()),
)
"""In the order in which they come."""
