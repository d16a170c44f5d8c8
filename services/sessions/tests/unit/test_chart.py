"""Vital signs as picture and table: what was not observed is not drawn, what is late or out of limits shows."""

from dataclasses import replace

from services.sessions.tests.builders import NOW, POLICY, checked, dose, minutes, vitals
from services.sessions.tests.medicines import administered, amount, record
from sessions.domain.administrations import Administration
from sessions.domain.monitoring import Monitoring
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.vitals import Severity, Signal, Symptom, VitalSigns
from sessions.domain.words import Route
from sessions.entrypoints.pages.chart import LEFT, Chart, chart, rows

policy: SessionsPolicy = POLICY


def dosed(*observed: VitalSigns) -> Session:
    """Under way since `NOW`: signs are due after 10, 15, 30 and 40 minutes, then every 15."""
    plan = policy.routes[Route.INTRAVENOUS].observations
    monitoring = Monitoring.begun(NOW, plan, vitals(at=NOW - minutes(5)), policy.vitals_times)
    for each in observed:
        monitoring, _ = monitoring.observed(each, policy.vitals_limits, policy.vitals_times)
    given = replace(checked(), state=SessionState.MONITORING, started_at=NOW, doses=(dose(ended_at=NOW + minutes(40)),))
    return replace(given, monitoring=monitoring)


def drawn(session: Session, *given: Administration, after: float) -> Chart:
    found = chart(session, record(*given), policy, now=NOW + minutes(after))
    assert found is not None
    return found


def test_before_the_first_dose_there_is_no_picture_and_a_table_of_the_baseline() -> None:
    assert chart(checked(), record(), policy, now=NOW) is None
    assert [row.before for row in rows(checked(), policy)] == [True]


def test_signs_observed_in_time_are_one_line_and_nothing_is_missing() -> None:
    session = dosed(vitals(at=NOW + minutes(10)), vitals(at=NOW + minutes(15)), vitals(at=NOW + minutes(30)))
    found = drawn(session, after=35)
    assert (found.missed, found.gaps) == ((), ())
    assert [len(panel.lines) for panel in found.panels] == [2, 1, 1, 1]
    assert len(found.panels[0].points) == 8


def test_a_missing_observation_breaks_the_line_and_is_marked_where_it_was_due() -> None:
    session = dosed(vitals(at=NOW + minutes(10)), vitals(at=NOW + minutes(30)))
    found = drawn(session, after=31)
    assert len(found.missed) == 1
    ((start, end),) = found.gaps
    at_ten, at_thirty = (point.x for point in found.panels[1].points[1:])
    assert (start, end) == (at_ten, at_thirty)
    assert start < found.missed[0] < end
    assert len(found.panels[1].lines) == 1  # from before the dose to ten minutes; thirty stands alone


def test_a_late_one_is_marked_and_the_line_goes_on() -> None:
    session = dosed(vitals(at=NOW + minutes(16)))
    found = drawn(session, after=17)
    assert (len(found.missed), found.gaps) == (1, ())
    assert len(found.panels[1].lines) == 1


def test_a_doubtful_reading_that_was_not_repeated_is_missing_though_the_plan_asks_later() -> None:
    session = dosed(vitals(at=NOW + minutes(10)), vitals((165, 80), at=NOW + minutes(15)))
    assert session.monitoring is not None
    assert session.monitoring.due_at == NOW + minutes(20)
    assert drawn(session, after=24).missed == ()
    assert len(drawn(session, after=26).missed) == 1


def test_what_is_missing_now_is_marked_now() -> None:
    assert drawn(dosed(), after=14).missed == ()
    found = drawn(dosed(), after=25)
    assert (len(found.missed), len(found.gaps)) == (1, 1)


def test_what_is_out_of_limits_has_a_shape_in_the_picture_and_words_in_the_table() -> None:
    session = dosed(vitals((182, 104), at=NOW + minutes(10), saturation=92))
    pressure, _, saturation, _ = drawn(session, after=11).panels
    assert [point.severity for point in pressure.points] == [None, Severity.URGENT, None, Severity.WARN]
    assert [point.severity for point in saturation.points] == [None, Severity.WARN]
    newest = rows(session, policy)[0]
    assert newest.severity is Severity.URGENT
    assert newest.out == (Signal.SYSTOLIC, Signal.DIASTOLIC, Signal.OXYGEN_SATURATION)


def test_limits_are_those_of_the_policy() -> None:
    saturation = drawn(dosed(), after=5).panels[2]
    assert [(limit.value, limit.severity) for limit in saturation.limits] == [(93, "warn"), (89, "urgent")]


def test_a_value_beyond_the_usual_range_widens_it() -> None:
    pressure = drawn(dosed(vitals((230, 120), at=NOW + minutes(10))), after=11).panels[0]
    assert pressure.highest == 230
    assert all(pressure.top <= point.y <= pressure.bottom for point in pressure.points)


def test_what_was_written_down_long_after_is_shown_as_that() -> None:
    late = replace(vitals(at=NOW + minutes(10)), recorded_at=NOW + minutes(40))
    session = dosed(late)
    assert [point.late for point in drawn(session, after=41).panels[1].points] == [False, True]
    assert rows(session, policy)[0].late


def test_doses_lie_on_the_same_axis() -> None:
    session = dosed(vitals(at=NOW + minutes(40)))
    found = drawn(session, after=60)
    (bar,) = found.doses
    assert bar.mg == "40"
    assert round(bar.x + bar.width, 1) == found.panels[1].points[-1].x


def test_a_medicine_is_drawn_where_it_was_given_and_one_that_was_not_after_all_is_not() -> None:
    session = dosed(vitals(at=NOW + minutes(10)))
    first, second = administered(at=NOW + minutes(12)), administered(at=NOW + minutes(20))
    found = drawn(session, replace(first, amount=amount("0")), second, after=40)
    (mark,), (_, observed) = found.medicines, next(each for each in found.panels if each.name == "heart_rate").points
    assert mark.number == 2
    assert mark.x > observed.x


def test_a_medicine_given_before_the_dose_widens_the_picture() -> None:
    session = dosed(vitals(at=NOW + minutes(10)))
    (mark,) = drawn(session, administered(at=NOW - minutes(20)), after=40).medicines
    assert mark.x == LEFT


def test_what_stands_below_the_axis_is_not_cut_off_at_its_end() -> None:
    half_a_time_of_day = 30  # in units of the picture, at 12 a letter's height: "10:45 AM"
    ends_on_a_tick = drawn(dosed(vitals(at=NOW + minutes(9))), after=40)
    assert ends_on_a_tick.ticks[-1][0] == ends_on_a_tick.right
    assert ends_on_a_tick.right + half_a_time_of_day <= ends_on_a_tick.width


def test_what_the_patient_says_is_out_of_limits_though_everything_measured_is_within() -> None:
    def worst(*symptoms: Symptom) -> Severity | None:
        return rows(dosed(vitals(at=NOW + minutes(10), symptoms=set(symptoms))), policy)[0].severity

    assert worst(Symptom.CHEST_PAIN) is Severity.URGENT
    assert worst(Symptom.HEADACHE) is Severity.WARN
    assert worst() is None
