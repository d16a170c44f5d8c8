"""Cases of reimbursement: by which day a patient files, asks again and appeals, and what may come next."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from billing.domain.accounts import CoverageKind
from billing.domain.appeals import APPEALS, Decision, DenialReason
from billing.domain.ids import ReimbursementId, SuperbillId
from billing.domain.money import Money
from billing.domain.reimbursement_policy import REIMBURSEMENT, FilingLimit, ReimbursementPolicy
from billing.domain.reimbursements import (
    Answered,
    Appealed,
    Closed,
    Filed,
    MoreAsked,
    Outcome,
    Reimbursement,
    ReimbursementFilingDue,
    ReimbursementHelpOpened,
    ReimbursementResolved,
    Stage,
    Step,
    Terms,
)
from billing.domain.superbills import VoidReason
from careflow_domain.errors import DomainError
from careflow_domain.setting import Setting
from services.billing.tests.builders import CALENDAR, NOW, TODAY, a_coverage, usd
from services.billing.tests.unit.test_claim_sheets import a_content, a_superbill

SERVED = min(line.service_date for line in a_content(4).lines)


def on(day: date) -> Terms:
    moment = datetime.combine(day, NOW.timetz())
    return Terms(policy=REIMBURSEMENT, appeals=APPEALS, calendar=CALENDAR, today=day, now=moment)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def opened(file_by: date | None = None, *, at: date = TODAY, payer: str = "Example Health Plan") -> Reimbursement:
    content = a_content(4)
    coverage = replace(a_coverage(), payer=payer)
    bill = a_superbill(replace(content, patient=replace(content.patient, coverage=coverage)))
    return Reimbursement.opened(ReimbursementId("r1"), bill, file_by, on(at), by="b1")


def denied(day: date, **more: Any) -> Answered:
    notice = Decision(reason=DenialReason.NOT_NECESSARY, received_on=day, **more)
    return Answered(on=day, outcome=Outcome.DENIED, received=usd(0), decision=notice)


def paid(day: date, amount: Money) -> Answered:
    return Answered(on=day, outcome=Outcome.PAID, received=amount)


def partly(day: date, amount: Money) -> Answered:
    notice = Decision(reason=DenialReason.PAID_TOO_LITTLE, received_on=day)
    return Answered(on=day, outcome=Outcome.PARTLY_PAID, received=amount, decision=notice)


def went(*steps: tuple[int, Step]) -> Reimbursement:
    """One opened today, and what was said of it so many days later."""
    case = opened()
    for count, step in steps:
        case = case.after(step, on(days(count)))
    return case


def refused(case: Reimbursement, step: Step, at: date) -> str:
    with pytest.raises(DomainError) as refusal:
        case.after(step, on(at))
    return refusal.value.code


@pytest.mark.parametrize(
    ("payer", "told", "file_by", "limit"),
    [
        ("Example Health Plan", None, SERVED + timedelta(days=90), FilingLimit.USUAL),
        (" TriCare ", None, SERVED + timedelta(days=365), FilingLimit.PAYER),
        ("TRICARE", date(2027, 6, 30), date(2027, 6, 30), FilingLimit.TOLD),
    ],
)
def test_it_is_filed_by_the_plans_own_day_or_the_insurers_or_the_strictest(
    payer: str, told: date | None, file_by: date, limit: FilingLimit
) -> None:
    case = opened(told, payer=payer)
    assert (case.file_by, case.limit, case.due_on, case.stage) == (file_by, limit, file_by, Stage.TO_FILE)
    assert [type(each) for each in case.facts] == [ReimbursementHelpOpened]


def test_none_is_opened_for_what_the_patient_cannot_file() -> None:
    bill = a_superbill(a_content(4))
    void = bill.void(VoidReason.DETAILS_WRONG, now=NOW)
    content = replace(bill.content.patient, coverage=a_coverage(CoverageKind.MEDICARE))
    medicare = a_superbill(replace(bill.content, patient=content))
    for each, file_by, code in (
        (void, None, "superbill_not_in_force"),
        (medicare, None, "no_claim_to_medicare"),
        (bill, SERVED - timedelta(days=1), "filing_day_invalid"),
    ):
        with pytest.raises(DomainError) as refusal:
            Reimbursement.opened(ReimbursementId("r1"), each, file_by, on(TODAY), by="b1")
        assert refusal.value.code == code


def test_the_patient_is_told_a_month_and_a_week_before_the_last_day_to_file_and_not_after_it() -> None:
    case = opened(days(40))
    assert case.remind_on == days(10)
    first = case.reminded(on(days(12)))  # nobody was there on the tenth day
    assert [type(each) for each in first.facts][-1] is ReimbursementFilingDue
    assert first.remind_on == days(33)
    second = first.reminded(on(days(33)))
    assert second.remind_on is None
    assert opened(days(5)).remind_on == TODAY, "told at once of what passed already, once"
    assert opened(days(5)).reminded(on(TODAY)).remind_on is None
    assert opened(days(-1)).remind_on is None, "nobody is told of a day that is over"


def test_an_insurer_that_does_not_answer_is_asked_again_after_30_and_60_days() -> None:
    case = went((3, Filed(on=days(3))))
    assert (case.remind_on, case.due_on) == (days(33), days(33))
    once = case.reminded(on(days(33)))
    assert once.remind_on == days(63)
    assert not any(isinstance(each, ReimbursementFilingDue) for each in once.recording().facts)
    twice = once.reminded(on(days(70)))
    assert (twice.remind_on, twice.stage) == (None, Stage.FILED)
    assert case.reminded(on(days(32))) is case


def test_what_more_is_asked_for_is_told_of_before_its_day_and_sent_it_is_filed_again() -> None:
    asked = went((0, Filed(on=TODAY)), (20, MoreAsked(on=days(20), answer_by=days(60))))
    assert (asked.due_on, asked.remind_on) == (days(60), days(30))
    sent = asked.after(Filed(on=days(25)), on(days(25)))
    assert (sent.stage, sent.remind_on, sent.more_asked) == (Stage.FILED, days(55), None)
    without_day = went((0, Filed(on=TODAY)), (20, MoreAsked(on=days(20))))
    assert without_day.remind_on == days(50)


def test_what_was_paid_whole_is_over_and_the_patient_has_it() -> None:
    case = went((0, Filed(on=TODAY)), (20, paid(days(20), usd(40))))
    assert (case.stage, case.outcome, case.received) == (Stage.RESOLVED, Outcome.PAID, usd(40))
    assert (case.due_on, case.remind_on) == (None, None)
    assert isinstance(case.facts[-1], ReimbursementResolved)
    assert refused(case, Closed(), days(21)) == "reimbursement_resolved"


def test_a_denial_stays_open_while_an_appeal_may_be_sent_and_then_stays_as_it_is() -> None:
    case = went((0, Filed(on=TODAY)), (20, denied(days(20))))
    until = days(20 + 180)
    assert (case.stage, case.due_on, case.remind_on) == (Stage.DECIDED, until, until - timedelta(days=30))
    for before in (30, 7):
        assert case.remind_on == until - timedelta(days=before)
        case = case.reminded(on(case.remind_on))
    assert case.remind_on == until + timedelta(days=1)
    assert case.reminded(on(until)) is case
    over = case.reminded(on(until + timedelta(days=1)))
    assert (over.stage, over.outcome) == (Stage.RESOLVED, Outcome.DENIED)


def test_the_day_the_notice_names_counts_and_a_notice_told_late_is_told_of_at_once() -> None:
    case = went((0, Filed(on=TODAY)), (20, denied(days(20), last_day=days(25))))
    assert case.due_on == days(25)
    assert case.remind_on == days(20)
    assert case.reminded(on(days(20))).remind_on == days(26)


def test_after_an_appeal_the_external_review_is_the_last_word() -> None:
    appealed = went((0, Filed(on=TODAY)), (20, partly(days(20), usd(10))), (30, Appealed(on=days(30))))
    assert (appealed.stage, appealed.remind_on) == (Stage.APPEALED, days(60))
    again = appealed.after(denied(days(70)), on(days(70)))
    assert again.due_on == date(2027, 6, 1), "four months after, on the next business day"
    review = again.after(Appealed(on=days(80)), on(days(80)))
    end = review.after(partly(days(120), usd(5)), on(days(120)))
    assert (end.stage, end.outcome, end.received) == (Stage.RESOLVED, Outcome.PARTLY_PAID, usd(15))


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ((), Outcome.NOT_FILED),
        (((0, Filed(on=TODAY)),), Outcome.GIVEN_UP),
        (((0, Filed(on=TODAY)), (9, partly(days(9), usd(10)))), Outcome.PARTLY_PAID),
    ],
)
def test_given_up_it_ends_as_far_as_it_has_come(steps: tuple[tuple[int, Step], ...], outcome: Outcome) -> None:
    case = went(*steps, (10, Closed()))
    assert (case.stage, case.outcome, case.remind_on) == (Stage.RESOLVED, outcome, None)


def test_steps_come_in_their_order_and_on_possible_days() -> None:
    new, filed = opened(), went((5, Filed(on=days(5))))
    assert refused(new, paid(days(6), usd(10)), days(6)) == "step_not_possible"
    assert refused(new, Appealed(on=days(6)), days(6)) == "step_not_possible"
    assert refused(new, MoreAsked(on=days(6)), days(6)) == "step_not_possible"
    assert refused(filed, Filed(on=days(6)), days(6)) == "step_not_possible"
    assert refused(new, Filed(on=days(2)), days(1)) == "step_day_invalid"
    assert refused(new, Filed(on=SERVED - timedelta(days=1)), days(1)) == "step_day_invalid"
    assert refused(filed, paid(days(4), usd(10)), days(6)) == "step_day_invalid"
    assert refused(filed, MoreAsked(on=days(6), answer_by=days(5)), days(6)) == "step_day_invalid"


def test_an_answer_says_what_was_received_or_why_not() -> None:
    filed = went((0, Filed(on=TODAY)))
    at, charged = days(9), filed.charged
    reasonless = replace(partly(at, usd(10)), decision=None)
    explained = replace(partly(at, usd(10)), outcome=Outcome.PAID)
    nothing, something = replace(partly(at, usd(0))), replace(denied(at), received=usd(1))
    too_much, negative = paid(at, charged + usd(1)), paid(at, usd(-1))
    for each in (
        reasonless,
        explained,
        nothing,
        something,
        too_much,
        negative,
        replace(denied(at), outcome=Outcome.GIVEN_UP),
    ):
        assert refused(filed, each, at) == "answer_invalid", each


def test_it_goes_on_with_the_superbill_that_took_the_place_of_its_own() -> None:
    filed = went((0, Filed(on=TODAY)))
    newer = replace(a_superbill(a_content(4, paid=100)), id=SuperbillId("sb-2"), number="SB-2026-0002")
    after = filed.about(newer)
    assert (after.superbill_number, after.filed_another) == ("SB-2026-0002", True)
    assert not filed.filed_another
    again = after.after(MoreAsked(on=days(3)), on(days(3))).after(Filed(on=days(4)), on(days(4)))
    assert not again.filed_another


@pytest.mark.parametrize(
    "wrong",
    [
        {"filing_days": 0},
        {"nudge_days": ()},
        {"nudge_days": (0,)},
        {"warned_days": (-1,)},
        {"payer_filing_days": {"tricare": 0}},
        {"payer_filing_days": {"TRICARE": 365}},
    ],
)
def test_a_policy_that_waits_for_nothing_is_refused(wrong: dict[str, Any]) -> None:
    settings: dict[str, Any] = {
        name: Setting(value=value, default=value, source="a test") for name, value in wrong.items()
    }
    with pytest.raises(DomainError, match=r"."):
        replace(REIMBURSEMENT, **settings)
    assert isinstance(REIMBURSEMENT, ReimbursementPolicy)


def reissued_at(case: Reimbursement, amount: Money) -> Reimbursement:
    """A goodwill refund lowered what was charged; another superbill took the place of the one that was filed."""
    bill = replace(a_superbill(a_content(4)), id=SuperbillId("b2"), number="SB-2026-0002")
    return replace(case.about(bill), charged=amount)


def test_an_answer_is_about_the_superbill_that_was_sent() -> None:
    filed = opened().after(Filed(on=TODAY), on(TODAY))
    lowered = reissued_at(filed, usd(10))
    assert (lowered.filed_another, lowered.claimed) == (True, filed.charged)
    answered = lowered.after(paid(days(3), filed.charged), on(days(3)))
    assert answered.received == filed.charged
    older = reissued_at(replace(filed, filed_charged=None), usd(10))
    assert older.claimed == filed.charged, "of a case from before what was filed was kept"


def test_answers_and_appeals_are_told_as_they_came() -> None:
    case = went(
        (1, Filed(on=days(1))),
        (10, denied(days(10))),
        (20, Appealed(on=days(20))),
        (40, denied(days(40))),
        (50, Appealed(on=days(50))),
    )
    assert [each.on for each in case.turns] == [days(each) for each in (10, 20, 40, 50)]
