"""The course as outcomes need it: doses count once, and patients are asked in it and six months after it."""

from screening.domain.course import Course
from screening.domain.intake import Purpose
from screening.domain.outcomes import ReviewReason
from services.screening.tests.builders import NOW, POLICY, days

ASKING = POLICY.course


def dosed(course: Course | None = None, *, session: str = "first", after: float = 0) -> Course:
    return (course or Course()).dosed(session, NOW + days(after), ASKING)


def test_a_dose_counts_once_and_a_week_later_the_patient_is_asked() -> None:
    course = dosed(dosed(), after=1)
    assert (course.dose_times, course.asks_at, course.purpose) == ((NOW,), NOW + days(7), Purpose.COURSE)


def test_another_dose_does_not_put_the_question_off() -> None:
    assert dosed(dosed(), session="second", after=3).asks_at == NOW + days(7)


def test_after_the_course_the_patient_is_asked_six_times_a_month_apart() -> None:
    course = dosed().ended(ASKING, at=NOW + days(30))
    asked = []
    while course.asks_at is not None:
        asked.append((course.asks_at - NOW).days)
        course = course.asked(ASKING, now=course.asks_at)
    assert (asked, course.purpose) == ([60, 90, 120, 150, 180, 210], Purpose.FOLLOW_UP)


def test_a_course_without_a_dose_for_five_weeks_has_ended_without_anybody_saying_so() -> None:
    course = dosed()
    while course.ended_at is None:
        assert course.asks_at is not None
        course = course.asked(ASKING, now=course.asks_at)
    assert course.ended_at == NOW + days(35)


def test_a_new_dose_brings_the_patient_back_into_the_course() -> None:
    ended = dosed().ended(ASKING, at=NOW + days(30))
    again = dosed(ended, session="second", after=50)
    assert (again.ended_at, again.followed_up, again.asks_at) == (None, 0, NOW + days(57))


def test_a_dose_heard_of_late_does_not_reopen_the_course() -> None:
    ended = dosed().ended(ASKING, at=NOW + days(30))
    late = dosed(ended, session="second", after=20)
    assert (late.ended_at, late.asks_at, len(late.doses)) == (ended.ended_at, ended.asks_at, 2)


def test_an_end_before_the_last_dose_is_that_of_an_earlier_plan() -> None:
    course = dosed(dosed(), session="second", after=8)
    assert course.ended(ASKING, at=NOW + days(7)) == course


def test_a_course_without_a_dose_is_not_followed_up() -> None:
    assert Course().ended(ASKING, at=NOW) == Course()


def test_a_finding_is_new_until_it_was_found_and_again_after_it_was_gone() -> None:
    found = {"phq-9": frozenset({ReviewReason.RESPONSE})}
    assert Course().newly(found) == (("phq-9", ReviewReason.RESPONSE),)
    assert Course(standing=found).newly(found) == ()
    assert Course(standing={"phq-9": frozenset()}).newly(found) == (("phq-9", ReviewReason.RESPONSE),)
