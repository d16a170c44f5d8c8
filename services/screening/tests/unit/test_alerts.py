"""Safety alerts: how fast somebody is asked, who is asked next, and what it takes to close one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from careflow_domain.aggregate import Fact
from careflow_domain.errors import DomainError
from screening.domain.alert_records import AlertDisposition, AlertOutcome, Closing, Contact, Whereabouts
from screening.domain.alert_urgency import Positive
from screening.domain.alerts import (
    AlertState,
    SafetyAlert,
    SafetyAlertClosed,
    SafetyAlertEscalated,
    SafetyAlertJoined,
    SafetyAlertRaised,
    SafetyAlertUpgraded,
)
from screening.domain.ids import StaffId
from screening.domain.questionnaires import AlertLevel
from services.screening.tests.builders import (
    BEFORE_NEXT_STEP,
    CRISIS,
    DIRECTOR,
    IN_SITTING,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    WITHIN_THE_HOUR,
    ZONE,
    days,
    joined,
    minutes,
    raised,
    rota,
)

LASTING = POLICY.alert_persistence
CHAIN = (NURSE, PRESCRIBER, DIRECTOR)
END_OF_DAY = datetime(2026, 11, 23, 18, 0, tzinfo=ZONE).astimezone(UTC)


def closing(**changes: object) -> Closing:
    whole = Closing(
        by=PRESCRIBER,
        at=NOW,
        outcome=AlertOutcome.RESOLVED,
        note="seen",
        disposition=AlertDisposition.SAFE_WITH_PLAN,
        safety_plan="agreed",
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # each test names one field of Closing


def stored(alert: SafetyAlert) -> SafetyAlert:
    """As it is read again: what it said is said."""
    return replace(alert, facts=())


def kinds(alert: SafetyAlert) -> list[type[Fact]]:
    return [type(fact) for fact in alert.facts]


@pytest.mark.parametrize(
    ("first", "paged_at", "respond_by"),
    [
        (CRISIS, NOW, NOW + minutes(5)),
        (WITHIN_THE_HOUR, NOW, NOW + minutes(60)),
        (IN_SITTING, NOW + minutes(15), END_OF_DAY),
        (BEFORE_NEXT_STEP, END_OF_DAY, END_OF_DAY),
    ],
    ids=["high", "moderate, clinician in 60 minutes", "moderate, screener in the same sitting", "low"],
)
def test_how_fast_each_kind_of_answer_asks_for_a_human(
    first: Positive, paged_at: datetime | None, respond_by: datetime
) -> None:
    alert = raised(first)
    assert (alert.level, alert.due_at, alert.respond_by) == (first.level, paged_at, respond_by)
    assert kinds(alert) == [SafetyAlertRaised]


def test_a_finished_screener_spares_the_page_but_not_the_review() -> None:
    alert = raised(IN_SITTING).screened()
    assert alert.due_at == alert.respond_by == END_OF_DAY
    assert alert.state is AlertState.OPEN


def test_a_finished_screener_changes_nothing_once_people_are_asked() -> None:
    paged = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW)
    assert paged.screened() == paged
    waiting_for_a_clinician = raised(WITHIN_THE_HOUR)
    assert waiting_for_a_clinician.screened() == waiting_for_a_clinician


def test_unacknowledged_it_moves_along_the_chain_to_its_end() -> None:
    alert = raised(CRISIS)
    asked_at = [NOW, NOW + minutes(5), NOW + minutes(10), NOW + minutes(15)]
    for now in asked_at:
        assert alert.due_at == now
        alert = alert.asked_next(CHAIN, LASTING, now=now)
    assert alert.paged == CHAIN
    assert alert.exhausted
    assert alert.due_at == NOW + minutes(30)
    assert [(fact.step, fact.exhausted) for fact in alert.facts if isinstance(fact, SafetyAlertEscalated)] == [
        (2, False),
        (3, False),
        (4, True),
    ]


def test_nobody_is_asked_before_the_time_is_due() -> None:
    asked_once = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW)
    assert asked_once.asked_next(CHAIN, LASTING, now=NOW + minutes(4)) is asked_once


def test_with_nobody_to_ask_it_is_exhausted_at_once() -> None:
    alert = raised(CRISIS).asked_next((), LASTING, now=NOW)
    assert alert.exhausted
    assert kinds(alert) == [SafetyAlertRaised, SafetyAlertEscalated]


def test_a_shift_change_in_between_asks_nobody_twice() -> None:
    alert = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW)
    alert = alert.asked_next((PRESCRIBER, NURSE, DIRECTOR), LASTING, now=NOW + minutes(5))
    alert = alert.asked_next((PRESCRIBER, NURSE, DIRECTOR), LASTING, now=NOW + minutes(10))
    assert alert.paged == (NURSE, PRESCRIBER, DIRECTOR)


def test_a_higher_positive_raises_the_level_and_asks_the_whole_chain_again() -> None:
    alert = (
        raised(WITHIN_THE_HOUR).asked_next(CHAIN, LASTING, now=NOW).acknowledged(NURSE, LASTING, now=NOW + minutes(1))
    )
    risen = joined(alert, CRISIS, now=NOW + minutes(2))
    assert (risen.level, risen.state, risen.paged) == (AlertLevel.HIGH, AlertState.OPEN, ())
    assert risen.due_at == NOW + minutes(2)
    assert risen.respond_by == NOW + minutes(7)
    assert kinds(risen)[-1] is SafetyAlertUpgraded


def test_a_rise_never_gives_more_time_than_was_left() -> None:
    alert = raised(CRISIS)
    assert joined(raised(WITHIN_THE_HOUR), CRISIS, now=NOW + minutes(58)).respond_by == NOW + minutes(60)
    assert joined(alert, WITHIN_THE_HOUR, now=NOW + minutes(1)).respond_by == alert.respond_by


def test_a_rise_never_puts_off_who_was_to_be_asked_before() -> None:
    """A low answer waits for the end of the day, five minutes away; the screener a graver one opens has fifteen."""
    evening = END_OF_DAY - minutes(5)
    low = raised(replace(BEFORE_NEXT_STEP, said_at=evening), now=evening)

    risen = joined(low, replace(IN_SITTING, said_at=evening), now=evening)

    assert (low.due_at, risen.level) == (END_OF_DAY, AlertLevel.MODERATE)
    assert risen.due_at == END_OF_DAY


def test_another_positive_of_the_same_level_joins_without_a_page() -> None:
    alert = stored(raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW))
    again = joined(alert, replace(CRISIS, code="cssrs_intent"), now=NOW + minutes(1))
    assert len(again.positives) == 2
    assert (again.due_at, again.paged) == (alert.due_at, alert.paged)
    assert kinds(again) == [SafetyAlertJoined]


@pytest.mark.parametrize(
    "known", [raised(WITHIN_THE_HOUR), raised(WITHIN_THE_HOUR).acknowledged(NURSE, LASTING, now=NOW)]
)
def test_what_is_said_together_is_said_once_to_those_who_decided_on_less(known: SafetyAlert) -> None:
    more = joined(stored(known), BEFORE_NEXT_STEP, now=NOW + minutes(1))
    both = joined(more, replace(WITHIN_THE_HOUR, code="cssrs_method"), now=NOW + minutes(1))
    assert kinds(more) == kinds(both) == [SafetyAlertJoined]
    assert [type(fact) for fact in joined(raised(CRISIS), WITHIN_THE_HOUR).facts] == [SafetyAlertRaised]
    assert kinds(joined(joined(stored(known), CRISIS), BEFORE_NEXT_STEP)) == [SafetyAlertUpgraded]


def test_a_more_urgent_positive_of_the_same_level_brings_the_first_page_forward() -> None:
    alert = joined(raised(IN_SITTING), WITHIN_THE_HOUR, now=NOW + minutes(2))
    assert alert.due_at == NOW + minutes(2)
    assert alert.respond_by == NOW + minutes(62)


def test_the_same_positive_again_changes_nothing_in_one_sitting() -> None:
    alert = raised(CRISIS)
    assert joined(alert, CRISIS, now=NOW + minutes(59)) is alert


@pytest.mark.parametrize(
    ("anew", "after"),
    [(CRISIS, 60), (replace(CRISIS, ref="another questionnaire"), 0), (replace(CRISIS, note="in other words"), 0)],
)
def test_what_is_said_anew_of_the_same_level_joins_without_a_page(anew: Positive, after: int) -> None:
    alert = stored(raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW))
    again = joined(alert, anew, now=NOW + minutes(after))
    assert [each.said_at for each in again.positives] == [NOW, NOW + minutes(after)]
    assert (again.due_at, again.paged, kinds(again)) == (alert.due_at, alert.paged, [SafetyAlertJoined])


def test_a_lower_positive_after_acknowledgement_only_joins() -> None:
    alert = raised(CRISIS).acknowledged(NURSE, LASTING, now=NOW)
    lower = joined(alert, BEFORE_NEXT_STEP, now=NOW + minutes(1))
    assert (lower.level, lower.state, lower.due_at) == (AlertLevel.HIGH, AlertState.ACKNOWLEDGED, alert.due_at)


def spoken_to(*, hours_ago: float = 10) -> SafetyAlert:
    """Taken on, and the patient was spoken to; with a plan nothing is due for a day."""
    at = NOW - minutes(60 * hours_ago)
    asked = raised(CRISIS, now=at).asked_next(CHAIN, LASTING, now=at)
    return asked.acknowledged(NURSE, LASTING, now=at).contacted(contact("sister stays", at), LASTING)


def test_what_is_said_after_the_contact_asks_the_chain_as_if_nobody_had_the_alert() -> None:
    again = joined(spoken_to(), replace(CRISIS, ref="another questionnaire"), now=NOW)
    asked = again.asked_next(CHAIN, LASTING, now=NOW)
    assert (again.due_at, again.respond_by) == (NOW, NOW + minutes(5))
    assert (asked.state, asked.paged, asked.acknowledged_by) == (AlertState.OPEN, (NURSE,), None)
    assert asked.due_at == NOW + minutes(5)
    assert kinds(asked)[-1] is SafetyAlertEscalated


def test_what_is_milder_and_said_after_the_contact_asks_by_its_own_time() -> None:
    spoken = spoken_to()
    assert joined(spoken, WITHIN_THE_HOUR, now=NOW).due_at == NOW
    assert joined(spoken, IN_SITTING, now=NOW).due_at == NOW + minutes(15)
    late = joined(spoken, BEFORE_NEXT_STEP, now=NOW)
    assert late.due_at == END_OF_DAY
    assert (late.level, late.state, late.acknowledged_by) == (AlertLevel.HIGH, AlertState.ACKNOWLEDGED, NURSE)


def test_the_contact_that_was_due_stays_due_whatever_is_said_after_the_last_one() -> None:
    spoken = spoken_to(hours_ago=23)
    assert joined(spoken, BEFORE_NEXT_STEP, now=NOW).due_at == spoken.due_at == NOW + minutes(60)


def test_what_is_sent_once_more_after_the_contact_is_not_said_anew() -> None:
    spoken = spoken_to(hours_ago=0.5)
    assert joined(spoken, CRISIS, now=NOW) is spoken


def test_before_the_contact_whoever_has_the_alert_hears_of_more_by_their_contact() -> None:
    taken = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW).acknowledged(NURSE, LASTING, now=NOW)
    again = joined(taken, replace(CRISIS, ref="another questionnaire"), now=NOW + minutes(10))
    assert (again.state, again.due_at, len(again.positives)) == (AlertState.ACKNOWLEDGED, taken.due_at, 2)


def test_acknowledging_stops_the_chain() -> None:
    alert = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW).acknowledged(NURSE, LASTING, now=NOW + minutes(2))
    assert (alert.due_at, alert.acknowledged_by) == (NOW + minutes(122), NURSE)
    assert alert.asked_next(CHAIN, LASTING, now=NOW + minutes(121)) is alert


def test_an_exhausted_chain_starts_over_until_somebody_takes_it_on() -> None:
    alert = raised(CRISIS)
    rounds: list[tuple[StaffId, ...]] = []
    for _ in range(12):
        assert alert.due_at is not None
        alert = alert.asked_next(CHAIN, LASTING, now=alert.due_at)
        if alert.all_asked:
            rounds.append(alert.paged)
    assert rounds == [CHAIN] * 3
    assert alert.due_at == NOW + minutes(3 * 30)
    assert alert.exhausted
    steps = [fact.step for fact in alert.facts if isinstance(fact, SafetyAlertEscalated)]
    assert steps == list(range(2, 13))


def test_taken_on_and_forgotten_it_asks_the_chain_again() -> None:
    taken = raised(CRISIS).asked_next(CHAIN, LASTING, now=NOW).acknowledged(NURSE, LASTING, now=NOW)
    again = taken.asked_next(CHAIN, LASTING, now=NOW + minutes(120))
    assert (again.state, again.acknowledged_by, again.paged) == (AlertState.OPEN, None, (NURSE,))
    assert kinds(again)[-1] is SafetyAlertEscalated
    assert again.due_at == NOW + minutes(125)


def contact(plan: str | None, at: datetime) -> Contact:
    return Contact(by=NURSE, at=at, note="spoke on the phone", safety_plan=plan)


@pytest.mark.parametrize(
    ("first", "plan", "next_after"),
    [(CRISIS, None, minutes(120)), (CRISIS, "sister stays", days(1)), (WITHIN_THE_HOUR, None, days(1))],
    ids=["no plan yet", "a plan", "moderate"],
)
def test_each_contact_makes_the_next_one_due(first: Positive, plan: str | None, next_after: timedelta) -> None:
    at = NOW + minutes(30)
    spoken = raised(first).acknowledged(NURSE, LASTING, now=NOW).contacted(contact(plan, at), LASTING)
    assert spoken.due_at == at + next_after
    assert spoken.asked_next(CHAIN, LASTING, now=at + next_after).state is AlertState.OPEN


def test_only_who_took_it_on_reports_a_contact() -> None:
    with pytest.raises(DomainError) as refused:
        raised(CRISIS).contacted(contact("plan", NOW), LASTING)
    assert refused.value.code == "alert_not_acknowledged"


def test_a_plan_agreed_on_in_a_contact_need_not_be_told_again() -> None:
    taken = raised(CRISIS).acknowledged(NURSE, LASTING, now=NOW)
    spoken = taken.contacted(contact("sister stays", NOW), LASTING)
    assert spoken.closed(closing(safety_plan=None)).state is AlertState.CLOSED


FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=ZONE).astimezone(UTC)
MONDAY_EVENING = datetime(2026, 11, 30, 18, 0, tzinfo=ZONE).astimezone(UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 8, 59, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize("closed", [FRIDAY_EVENING, FRIDAY_EVENING + days(1), MONDAY_MORNING])
def test_the_same_clinic_day_means_at_once_when_nobody_is_there(closed: datetime) -> None:
    alert = raised(IN_SITTING, now=closed)
    assert (alert.due_at, alert.respond_by) == (closed, closed + minutes(60))
    asked = alert.asked_next(CHAIN, LASTING, now=closed)
    also = joined(asked, BEFORE_NEXT_STEP, now=closed + minutes(3))
    assert also.screened().due_at == closed + minutes(60)
    assert also.paged == (NURSE,)


def test_a_review_nobody_did_is_asked_for_when_it_is_over() -> None:
    alert = raised(BEFORE_NEXT_STEP, now=FRIDAY_EVENING)
    assert (alert.due_at, alert.respond_by) == (MONDAY_EVENING, MONDAY_EVENING)
    assert alert.asked_next(CHAIN, LASTING, now=MONDAY_EVENING).paged == (NURSE,)


def test_a_second_acknowledgement_is_refused() -> None:
    alert = raised(CRISIS).acknowledged(NURSE, LASTING, now=NOW)
    with pytest.raises(DomainError) as refused:
        alert.acknowledged(PRESCRIBER, LASTING, now=NOW)
    assert refused.value.code == "alert_already_acknowledged"


def test_nothing_closes_before_a_clinician_acknowledged() -> None:
    with pytest.raises(DomainError) as refused:
        raised(BEFORE_NEXT_STEP).closed(closing())
    assert refused.value.code == "alert_not_acknowledged"


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"disposition": None}, ("disposition",)),
        ({"safety_plan": "  "}, ("safety_plan",)),
        ({"note": "", "safety_plan": None}, ("note", "safety_plan")),
    ],
)
def test_a_high_alert_closes_only_with_disposition_and_safety_plan(
    changes: dict[str, object], missing: tuple[str, ...]
) -> None:
    alert = raised(CRISIS).acknowledged(PRESCRIBER, LASTING, now=NOW)
    with pytest.raises(DomainError) as refused:
        alert.closed(closing(**changes))
    assert (refused.value.code, refused.value.extra) == ("closing_incomplete", {"missing": missing})


def test_a_lower_alert_closes_with_a_note() -> None:
    alert = raised(BEFORE_NEXT_STEP).acknowledged(PRESCRIBER, LASTING, now=NOW)
    closed = alert.closed(closing(disposition=None, safety_plan=None))
    assert closed.state is AlertState.CLOSED
    assert kinds(closed)[-1] is SafetyAlertClosed


def test_a_closed_alert_takes_nothing_more() -> None:
    closed = raised(CRISIS).acknowledged(PRESCRIBER, LASTING, now=NOW).closed(closing())
    where = Whereabouts(location="home", callback_number="+14155550100")
    changes: tuple[Callable[[], SafetyAlert], ...] = (
        lambda: joined(closed, BEFORE_NEXT_STEP),
        lambda: closed.acknowledged(NURSE, LASTING, now=NOW),
        lambda: closed.closed(closing()),
        lambda: closed.located(where),
    )
    for change in changes:
        with pytest.raises(DomainError) as refused:
            change()
        assert refused.value.code == "alert_closed"


def test_the_rota_of_the_week_gives_the_chain_the_alert_moves_along() -> None:
    assert rota().chain_at(NOW) == CHAIN
    assert rota().chain_at(NOW + days(30)) == (StaffId(DIRECTOR),)
    assert POLICY.alert_responses[CRISIS.response].acknowledge_within is not None
