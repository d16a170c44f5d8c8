"""What is taken, stopped, washed out; and what is meant by a name nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from careflow_domain.errors import DomainError
from careflow_domain.spelling import distance
from screening.domain.medications import Identification, Medication, Stop
from screening.domain.voiding import Voiding
from services.screening.tests.builders import (
    ANA,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    THIRTY,
    ZONE,
    days,
    known,
    medication,
    opened_case,
)

TODAY = NOW.date()
TABLE = POLICY.interactions


def told(last_taken_on: date = TODAY) -> Stop:
    return Stop(last_taken_on=last_taken_on, at=NOW, by=ANA)


def confirmed(last_taken_on: date = TODAY) -> Stop:
    return Stop(last_taken_on=last_taken_on, at=NOW, by=PRESCRIBER, confirmed_by=PRESCRIBER)


def found(taken: Medication, *, days_later: float = 0) -> list[str]:
    return [each.rule for each in POLICY.findings(known(taking=[taken]), NOW + days(days_later), ZONE)]


def refusal(change: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        change()
    return refused.value.code


def test_that_it_was_stopped_is_a_report_until_a_prescriber_confirms() -> None:
    phenelzine = medication("phenelzine").stopped(told(TODAY - timedelta(days=100)), today=TODAY)
    assert found(phenelzine, days_later=100) == ["IX-MAOI"]
    lorazepam = medication("lorazepam").stopped(told(), today=TODAY)
    assert found(lorazepam, days_later=100) == ["IX-BENZODIAZEPINE"]
    assert found(lorazepam.stopped(confirmed(), today=TODAY)) == []


@pytest.mark.parametrize(("days_ago", "counts"), [(0, True), (13, True), (14, False), (40, False)])
def test_an_maoi_counts_until_it_is_washed_out(days_ago: int, counts: bool) -> None:
    phenelzine = medication("Nardil").stopped(confirmed(TODAY - timedelta(days=days_ago)), today=TODAY)
    assert (found(phenelzine) == ["IX-MAOI"]) == counts


def test_it_is_washed_out_by_the_days_of_the_clinics_calendar() -> None:
    """In the evening it is the next day already in UTC."""
    phenelzine = medication("phenelzine").stopped(confirmed(TODAY), today=TODAY)
    evening = datetime(2026, 12, 6, 23, 59, tzinfo=ZONE)

    def rules(now: datetime) -> list[str]:
        return [each.rule for each in POLICY.findings(known(taking=[phenelzine]), now.astimezone(UTC), ZONE)]

    assert rules(evening) == ["IX-MAOI"]
    assert rules(evening + timedelta(minutes=1)) == []


def test_what_is_not_washed_out_yet_is_known_in_the_next_course() -> None:
    """Who comes back within its wash-out still has it in the blood; what was voided never was taken."""
    ended = medication("phenelzine").stopped(confirmed(), today=TODAY)
    mistaken = replace(medication("tramadol"), voided=Voiding(by=PRESCRIBER, at=NOW, reason="another patient's"))
    again = opened_case().following(opened_case().with_medication(ended).with_medication(mistaken), ())
    assert again.medications == (ended,)
    assert [each.rule for each in POLICY.findings(again.known(THIRTY), NOW + days(13), ZONE)] == ["IX-MAOI"]


def test_the_day_a_prescriber_confirms_counts_not_the_one_that_was_told() -> None:
    reported = medication("phenelzine").stopped(told(TODAY - timedelta(days=60)), today=TODAY)
    phenelzine = reported.stopped(confirmed(TODAY), today=TODAY)
    assert found(phenelzine, days_later=13) == ["IX-MAOI"]
    assert found(phenelzine, days_later=14) == []
    assert len(phenelzine.stops) == 2


def test_what_cannot_be_of_an_end_is_refused() -> None:
    taken = replace(medication("phenelzine"), started_on=TODAY - timedelta(days=3))
    assert refusal(lambda: taken.stopped(told(TODAY + timedelta(days=1)), today=TODAY)) == "date_in_future"
    assert refusal(lambda: taken.stopped(confirmed(TODAY - timedelta(days=4)), today=TODAY)) == "dates_contradict"
    reported, ended = taken.stopped(told(), today=TODAY), taken.stopped(confirmed(), today=TODAY)
    assert refusal(lambda: reported.stopped(told(), today=TODAY)) == "stop_already_reported"
    assert refusal(lambda: ended.stopped(confirmed(), today=TODAY)) == "medication_already_stopped"


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("klonipin", "klonopin"),
        ("sertralin 50 mg", "sertraline"),
        ("xanex", "xanax"),
        ("oxicodone", "oxycodone"),
        ("phenelzien", "phenelzine"),
    ],
)
def test_a_near_spelling_is_offered_and_not_taken(written: str, offered: str) -> None:
    assert found(medication(written)) == ["IX-UNKNOWN"]
    assert offered in TABLE.offered(medication(written))


def test_nothing_is_offered_for_what_is_near_to_nothing() -> None:
    assert TABLE.offered(medication("ayahuasca")) == ()


def test_once_identified_it_is_classed_by_what_it_is() -> None:
    unclear = medication("klonipin 0.5 mg")
    clear = replace(unclear, identified=Identification(names=("klonopin",), by=NURSE, at=NOW))
    assert found(clear) == ["IX-BENZODIAZEPINE"]


def test_identifying_the_rest_of_a_name_hides_nothing_that_was_recognised() -> None:
    both = medication("nardil and zolofft")
    clear = replace(both, identified=Identification(names=("zoloft",), by=NURSE, at=NOW))
    assert found(clear) == ["IX-MAOI"]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("xanax", "xanax", 0), ("xanex", "xanax", 1), ("xnaax", "xanax", 1), ("", "abc", 3), ("kitten", "sitting", 3)],
)
def test_distance_counts_letters(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips
