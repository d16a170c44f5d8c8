"""Help with reimbursement: how a superbill fares at its patient's insurer, until the patient has an answer that stays.

The clinic bills no insurer. It keeps the days by which a patient has to file, ask again and appeal, and what came of
it: to be filed -> filed (-> more is asked for) -> decided -> appealed -> resolved. What the insurer pays goes to the
patient, and is nowhere in the clinic's books.

Invariants: a decision is of what was filed; what is denied, or paid in part, stays open while the patient may appeal;
the case is about the superbill in force, also after another one took its place.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Self

from billing.domain.appeals import AppealPolicy, AppealStage, Decision, last_day_of
from billing.domain.claim_sheets import expect_filed_by_patient
from billing.domain.ids import PatientId, ReimbursementId, SuperbillId
from billing.domain.money import Money, total
from billing.domain.reimbursement_policy import FilingLimit, ReimbursementPolicy
from billing.domain.superbills import Superbill
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.business_days import BusinessCalendar
from careflow_domain.errors import conflict, invalid


class Stage(StrEnum):
    """MORE_ASKED: the insurer waits for something of the patient's. DECIDED: not all was paid, and the patient may
    appeal.
    """

    TO_FILE = "to_file"
    FILED = "filed"
    MORE_ASKED = "more_asked"
    DECIDED = "decided"
    APPEALED = "appealed"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """NOT_FILED, GIVEN_UP: nobody goes on with it, before it was filed or without an answer."""

    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    DENIED = "denied"
    NOT_FILED = "not_filed"
    GIVEN_UP = "given_up"


DECISIONS = (Outcome.PAID, Outcome.PARTLY_PAID, Outcome.DENIED)
"""What an insurer decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The patient sent it, or what was asked for, on that day."""

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreAsked:
    """The insurer asks for something, by `answer_by` where it says so."""

    on: date
    answer_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The insurer decided, and what the patient got by it. Why not, or not all, says `decision`, with the day its
    notice came.
    """

    on: date
    outcome: Outcome
    received: Money
    decision: Decision | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed:
    """The patient sent an appeal, or asked for an external review, on that day."""

    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Nobody goes on with it."""


Step = Filed | MoreAsked | Answered | Appealed | Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what a case waits: the clinic's numbers, its business days, its zone's date and the moment it is now."""

    policy: ReimbursementPolicy
    appeals: AppealPolicy
    calendar: BusinessCalendar
    today: date
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimbursementHelpOpened(Fact):
    case: "Reimbursement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimbursementFilingDue(Fact):
    case: "Reimbursement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimbursementResolved(Fact):
    case: "Reimbursement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimbursement(Aggregate):
    """One case. `file_by` is the plan's last day to file; `filed` is the superbill that was, and
    `filed_charged` what it came to; absent where nothing was filed, and of older cases. `answers` and `appealed` are
    oldest first. `due_on` is the day of what comes next, `remind_on` when somebody is told of it, `reminded_on`
    when they were told last in this stage.
    """

    id: ReimbursementId
    patient_id: PatientId
    superbill_id: SuperbillId
    superbill_number: str
    opened_at: datetime
    opened_by: str
    first_service: date
    charged: Money
    file_by: date
    limit: FilingLimit
    stage: Stage = Stage.TO_FILE
    filed_on: date | None = None
    filed: SuperbillId | None = None
    filed_charged: Money | None = None
    more_asked: MoreAsked | None = None
    answers: tuple[Answered, ...] = field(default=(), repr=False)
    appealed: tuple[date, ...] = ()
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    due_on: date | None = None
    remind_on: date | None = None
    reminded_on: date | None = None

    @classmethod
    def opened(
        cls,
        case_id: ReimbursementId,
        superbill: Superbill,
        file_by: date | None,
        terms: Terms,
        *,
        by: str,
    ) -> Self:
        """For a superbill in force that its patient files; `file_by` where the plan is known to say another day. Raises
        `superbill_not_in_force`, `no_claim_to_medicare`, `filing_day_invalid`.
        """
        if not superbill.in_force:
            raise conflict("superbill_not_in_force", "This superbill is void; file the one in its place.")
        coverage = superbill.content.patient.coverage
        expect_filed_by_patient(coverage)
        first_service = min(line.service_date for line in superbill.content.lines)
        if file_by is not None and file_by < first_service:
            raise invalid("filing_day_invalid", "The last day to file is not before the first service.")
        days, limit = terms.policy.filing_days_of(coverage.payer)
        case = cls(
            id=case_id,
            patient_id=superbill.patient_id,
            superbill_id=superbill.id,
            superbill_number=superbill.number,
            opened_at=terms.now,
            opened_by=by,
            first_service=first_service,
            charged=superbill.content.charged,
            file_by=file_by or first_service + timedelta(days=days),
            limit=FilingLimit.TOLD if file_by else limit,
        ).waiting(terms)
        return case.saying(ReimbursementHelpOpened(case=case, at=terms.now))

    @property
    def received(self) -> Money:
        """What the patient has got of the insurer by now."""
        return total((each.received for each in self.answers), self.charged.currency)

    @property
    def claimed(self) -> Money:
        """What the insurer decides about: the superbill the patient sent, or is to send."""
        return self.charged if self.filed_charged is None else self.filed_charged

    @property
    def turns(self) -> tuple[Answered | Appealed, ...]:
        """What the insurer decided and the patient appealed, one after the other as it was."""
        appeals = [Appealed(on=day) for day in self.appealed]
        pairs = zip_longest(self.answers, appeals)
        return tuple(each for pair in pairs for each in pair if each is not None)

    @property
    def last(self) -> Answered | None:
        return self.answers[-1] if self.answers else None

    @property
    def appeal_stage(self) -> AppealStage:
        """Who would decide about the next appeal."""
        return AppealStage.EXTERNAL if self.appealed else AppealStage.INTERNAL

    @property
    def filed_another(self) -> bool:
        """Whether another superbill than the one in force was filed."""
        return self.filed is not None and self.filed != self.superbill_id

    def after(self, step: Step, terms: Terms) -> Self:
        """What has happened. Raises `reimbursement_resolved`, `step_not_possible` and `step_day_invalid`; of an answer
        also `answer_invalid` and `notice_dates_invalid`.
        """
        if self.stage is Stage.RESOLVED:
            raise conflict("reimbursement_resolved", "This case is closed; nothing is added to it.")
        match step:
            case Filed():
                self._expect(Stage.TO_FILE, Stage.MORE_ASKED)
                self._expect_between(self._earliest, step.on, terms.today)
                filed = {"filed_on": step.on, "filed": self.superbill_id, "filed_charged": self.charged}
                return self._moved(Stage.FILED, terms, **filed, more_asked=None)
            case MoreAsked():
                self._expect(Stage.FILED, Stage.APPEALED)
                self._expect_between(self._earliest, step.on, terms.today)
                if step.answer_by is not None and step.answer_by < step.on:
                    raise invalid("step_day_invalid", "What is asked for is not due before it is asked for.")
                return self._moved(Stage.MORE_ASKED, terms, more_asked=step)
            case Answered():
                return self._answered(step, terms)
            case Appealed():
                self._expect(Stage.DECIDED)
                self._expect_between(self._earliest, step.on, terms.today)
                return self._moved(Stage.APPEALED, terms, appealed=(*self.appealed, step.on))
            case Closed():
                return self._resolved(self._outcome_so_far, terms)

    def reminded(self, terms: Terms) -> Self:
        """The day has come: who it is about is told, or, where the time to appeal is over, it stays as it was decided.
        The same case while there is nothing to tell.
        """
        if self.remind_on is None or terms.today < self.remind_on:
            return self
        if self.stage is Stage.DECIDED and self.due_on is not None and self.due_on < terms.today:
            return self._resolved(self._outcome_so_far, terms)
        after = replace(self.recording(), reminded_on=terms.today).waiting(terms)
        if self.stage is not Stage.TO_FILE:
            return after
        return after.saying(ReimbursementFilingDue(case=after, at=terms.now))

    def about(self, superbill: Superbill) -> Self:
        """Another superbill has taken the place of its own. What was filed stays what it was."""
        filed_its_own = self.filed is not None and not self.filed_another
        return replace(
            self.recording(),
            filed_charged=self.charged if filed_its_own else self.filed_charged,
            superbill_id=superbill.id,
            superbill_number=superbill.number,
            charged=superbill.content.charged,
        )

    def waiting(self, terms: Terms) -> Self:
        """With the day of what comes next, and when somebody is told of it: at once where that day has passed."""
        due_on, days = self._days(terms)
        told = self.reminded_on
        ahead = [max(day, terms.today) for day in days if told is None or day > told]
        return replace(self, due_on=due_on, remind_on=min(ahead, default=None))

    def _days(self, terms: Terms) -> tuple[date | None, list[date]]:
        """What comes next is due then; somebody is told of it on these days."""
        policy = terms.policy
        match self.stage:
            case Stage.TO_FILE:
                return self.file_by, policy.days_before(self.file_by) if terms.today <= self.file_by else []
            case Stage.MORE_ASKED if self.more_asked and self.more_asked.answer_by:
                by = self.more_asked.answer_by
                return by, policy.days_before(by) if terms.today <= by else []
            case Stage.DECIDED:
                until = self._appeal_until(terms)
                over = until + timedelta(days=1)
                return until, [*(policy.days_before(until) if terms.today <= until else []), over]
            case Stage.FILED | Stage.APPEALED | Stage.MORE_ASKED:
                days = policy.days_after(self._since)
                return next((day for day in days if day >= terms.today), days[-1]), days
            case Stage.RESOLVED:
                return None, []

    @property
    def _since(self) -> date:
        """When it was that the insurer, or the patient, was last to answer."""
        if self.stage is Stage.MORE_ASKED and self.more_asked:
            return self.more_asked.on
        return self.appealed[-1] if self.stage is Stage.APPEALED else self.filed_on or self.first_service

    @property
    def _earliest(self) -> date:
        """Before what is known already nothing more can have happened."""
        known = [self.first_service, self.filed_on, self.more_asked.on if self.more_asked else None, *self.appealed]
        return max(day for day in [*known, *(each.on for each in self.answers)] if day is not None)

    @property
    def _outcome_so_far(self) -> Outcome:
        if self.last is not None:
            return self.last.outcome
        return Outcome.NOT_FILED if self.filed_on is None else Outcome.GIVEN_UP

    def _answered(self, answer: Answered, terms: Terms) -> Self:
        self._expect(Stage.FILED, Stage.MORE_ASKED, Stage.APPEALED)
        self._expect_between(self._earliest, answer.on, terms.today)
        some = answer.received > answer.received.nothing
        if answer.outcome not in DECISIONS or answer.received < answer.received.nothing:
            raise invalid("answer_invalid", "An insurer pays all, a part, or nothing.")
        if some is (answer.outcome is Outcome.DENIED) or (answer.decision is None) is not (
            answer.outcome is Outcome.PAID
        ):
            raise invalid(
                "answer_invalid", "What was received is said where something was paid, the reason where not all was."
            )
        if self.received + answer.received > self.claimed:
            raise invalid("answer_invalid", "An insurer pays no more than was charged on what was sent.")
        answers = (*self.answers, answer)
        after = replace(self.recording(), answers=answers, more_asked=None)
        if answer.outcome is Outcome.PAID or len(self.appealed) > 1:
            return after._resolved(answer.outcome, terms)
        return after._moved(Stage.DECIDED, terms)

    def _appeal_until(self, terms: Terms) -> date:
        decision = self.last.decision if self.last else None
        assert decision is not None
        return last_day_of(self.appeal_stage, decision, terms.appeals, terms.calendar)

    def _moved(self, stage: Stage, terms: Terms, **changes: object) -> Self:
        moved = {"stage": stage, "reminded_on": None, **changes}
        after: Self = replace(self.recording(), **moved)  # type: ignore[arg-type]  # fields by name
        return after.waiting(terms)

    def _resolved(self, outcome: Outcome, terms: Terms) -> Self:
        after = self._moved(Stage.RESOLVED, terms, outcome=outcome, resolved_at=terms.now)
        return after.saying(ReimbursementResolved(case=after, at=terms.now))

    def _expect(self, *stages: Stage) -> None:
        if self.stage not in stages:
            raise conflict("step_not_possible", "That cannot come next.", stage=self.stage.value)

    @staticmethod
    def _expect_between(earliest: date, day: date, today: date) -> None:
        if not earliest <= day <= today:
            raise invalid("step_day_invalid", "It happened after what was recorded before it, and not in the future.")
