"""A line is true or it is not billed: who rendered it, for how long, how often, where, and in whose minutes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from billing.domain.charges import ChargeState
from billing.domain.clinician_days import ClinicianDay
from billing.domain.ids import PatientId, StaffId
from billing.domain.obstacles import Obstacle
from billing.domain.practice import ClinicianLicence
from billing.domain.rendered import Rendered
from billing.domain.services import Service
from services.billing.tests.builders import (
    PRACTICE,
    PRESCRIBER,
    RULES,
    SCHEDULES,
    THERAPIST,
    TODAY,
    a_charge,
    a_rendered,
    a_service,
    infusion,
    local,
    therapy_hour,
)

NURSE, ASSOCIATE = StaffId("nora-nurse"), StaffId("ari-associate")


def obstacles(*services: Service) -> set[Obstacle]:
    return set(a_charge(a_rendered(*services)).obstacles)


@pytest.mark.parametrize(
    "line",
    [
        therapy_hour(),
        therapy_hour(provider=ASSOCIATE),
        therapy_hour(code="90834", minutes=38),
        therapy_hour(code="90832", minutes=37),
        therapy_hour(place_of_service="10", modifiers=("95",)),
        infusion(minutes=16),
        a_service("96366", units=2),
        a_service("J3490"),
        a_service("99214", modifiers=("25",)),
        a_service("96127", provider=THERAPIST, units=3),
    ],
    ids=lambda line: f"{line.code}-{line.minutes}-{line.provider}",
)
def test_a_true_line_is_charged(line: Service) -> None:
    assert a_charge(a_rendered(line)).state is ChargeState.POSTED


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (therapy_hour(provider=NURSE), Obstacle.CLINICIAN_NOT_LICENSED),
        (a_service("99214", provider=THERAPIST), Obstacle.CLINICIAN_NOT_LICENSED),
        (therapy_hour(provider=StaffId("nobody-at-all")), Obstacle.CLINICIAN_UNKNOWN),
        (therapy_hour(provider=None), Obstacle.CLINICIAN_UNKNOWN),
        (therapy_hour(minutes=30), Obstacle.MINUTES_DO_NOT_FIT),
        (therapy_hour(minutes=None), Obstacle.MINUTES_DO_NOT_FIT),
        (therapy_hour(code="90834", minutes=53), Obstacle.MINUTES_DO_NOT_FIT),
        (infusion(minutes=15), Obstacle.MINUTES_DO_NOT_FIT),
        (infusion(units=99), Obstacle.UNITS_NOT_POSSIBLE),
        (a_service("J3490", units=2), Obstacle.UNITS_NOT_POSSIBLE),
        (therapy_hour(place_of_service="99"), Obstacle.PLACE_NOT_POSSIBLE),
        (therapy_hour(place_of_service=None), Obstacle.PLACE_NOT_POSSIBLE),
        (infusion(place_of_service="10"), Obstacle.PLACE_NOT_POSSIBLE),
        (therapy_hour(modifiers=("ZZ",)), Obstacle.MODIFIER_NOT_POSSIBLE),
        (therapy_hour(modifiers=("95",)), Obstacle.MODIFIER_NOT_POSSIBLE),
    ],
    ids=lambda each: each.value if isinstance(each, Obstacle) else f"{each.code}-{each.minutes}-{each.provider}",
)
def test_a_line_that_cannot_be_waits_and_says_why(line: Service, why: Obstacle) -> None:
    assert obstacles(line) == {why}


def test_minutes_are_no_more_than_from_the_start_to_the_end() -> None:
    began = local(23, 8)
    documented = {"started_at": began, "ended_at": began + timedelta(minutes=54)}
    assert obstacles(therapy_hour(minutes=55, **documented)) == {Obstacle.MINUTES_DO_NOT_FIT}
    assert obstacles(therapy_hour(minutes=54, **documented)) == set()


def test_everything_that_cannot_be_is_said_at_once() -> None:
    wrong = therapy_hour(provider=NURSE, minutes=30, units=9, place_of_service="99", modifiers=("ZZ",))
    assert a_charge(a_rendered(wrong)).obstacles == (
        Obstacle.CLINICIAN_NOT_LICENSED,
        Obstacle.MINUTES_DO_NOT_FIT,
        Obstacle.UNITS_NOT_POSSIBLE,
        Obstacle.PLACE_NOT_POSSIBLE,
        Obstacle.MODIFIER_NOT_POSSIBLE,
    )


def test_a_licence_counts_on_the_day_of_service() -> None:
    yesterday = ClinicianLicence(number="A1", state="CA", valid_until=TODAY - timedelta(days=1))
    lapsed = replace(
        PRACTICE, clinicians=tuple(replace(clinician, licence=yesterday) for clinician in PRACTICE.clinicians)
    )
    assert set(RULES.untrue(therapy_hour(), TODAY, lapsed)) == {Obstacle.CLINICIAN_NOT_LICENSED}
    assert set(RULES.untrue(therapy_hour(), date(2026, 11, 22), lapsed)) == set()


def test_every_code_the_clinic_prices_has_a_rule() -> None:
    for schedule in SCHEDULES.schedules:
        assert [price.code for price in schedule.prices if RULES.rule(price.code) is None] == []


AT_EIGHT = local(23, 8)
BEN = PatientId("0199e0a0-0000-7000-8000-0000000000b1")


def from_to(service: Service, begins: int, ends: int) -> Service:
    """With its times, in minutes after eight."""
    times = {"started_at": AT_EIGHT + timedelta(minutes=begins), "ended_at": AT_EIGHT + timedelta(minutes=ends)}
    return replace(service, minutes=ends - begins, **times)  # type: ignore[arg-type]  # fields by name


def worked(*rendered: Rendered) -> list[set[Obstacle]]:
    """What speaks against each, after those before it were charged."""
    days: dict[str, ClinicianDay] = {}
    found = []
    for each in rendered:
        wanted = each.stretches(RULES)
        against = {
            obstacle
            for name, stretches in wanted.items()
            for obstacle in days.get(name, ClinicianDay(id=name)).obstacles(stretches)
        }
        found.append(against)
        if not against:
            for name, stretches in wanted.items():
                days[name] = days.get(name, ClinicianDay(id=name)).holding(each.charge_id, stretches)
    return found


def session(
    *services: Service, of: str = "s1", patient: PatientId | None = None, began: datetime = AT_EIGHT
) -> Rendered:
    rendered = a_rendered(*services, cause_id=of, began=began)
    return replace(rendered, patient_id=patient) if patient else rendered


def test_therapy_inside_the_same_clinicians_infusion_is_not_billed_again() -> None:
    therapy = therapy_hour(code="90834", provider=PRESCRIBER)
    inside, after = from_to(therapy, 5, 43), from_to(therapy, 45, 83)
    given = from_to(infusion(), 0, 45)
    assert worked(session(given, inside)) == [{Obstacle.MINUTES_COUNTED_TWICE}]
    assert worked(session(given, after)) == [set()]
    assert worked(session(given, replace(inside, provider=THERAPIST))) == [set()]


def test_what_a_nurse_gives_takes_none_of_the_supervisors_minutes() -> None:
    given = from_to(infusion(provider=NURSE).supervised_by(PRESCRIBER), 0, 45)
    assert worked(session(given, from_to(therapy_hour(code="90834", provider=PRESCRIBER), 5, 43))) == [set()]


def test_one_hour_with_two_patients_is_not_two_hours() -> None:
    hour = from_to(therapy_hour(), 0, 55)
    assert worked(session(hour), session(hour, of="s2", patient=BEN)) == [set(), {Obstacle.MINUTES_COUNTED_TWICE}]
    next_hour = from_to(therapy_hour(), 60, 115)
    assert worked(session(hour), session(next_hour, of="s2", patient=BEN)) == [set(), set()]


def test_without_times_the_sessions_own_bound_what_can_have_been_worked() -> None:
    """Two sessions from eight to ten hold two hours of one clinician, not three times 55 minutes."""
    one, two, three = (session(therapy_hour(), of=name, patient=PatientId(name)) for name in ("a", "b", "c"))
    assert worked(one, two, three) == [set(), set(), {Obstacle.MINUTES_COUNTED_TWICE}]


def test_several_stretches_of_one_service_on_one_day_are_one_service() -> None:
    morning, noon = from_to(therapy_hour(code="90832"), 0, 30), from_to(therapy_hour(code="90832"), 60, 90)
    assert worked(session(morning, noon)) == [{Obstacle.SERVICE_SPLIT}]
    assert worked(session(morning), session(noon, of="s2")) == [set(), {Obstacle.SERVICE_SPLIT}]
    assert worked(session(morning), session(noon, of="s2", patient=BEN)) == [set(), set()]


def test_a_charge_that_is_corrected_or_falls_away_gives_its_minutes_back() -> None:
    hour = from_to(therapy_hour(), 0, 55)
    mine, bens = session(hour), session(hour, of="s2", patient=BEN)
    ((name, stretches),) = mine.stretches(RULES).items()
    taken = ClinicianDay(id=name).holding(mine.charge_id, stretches)
    assert taken.obstacles(stretches) == frozenset(), "its own minutes are in nobody's way"
    assert taken.obstacles(bens.stretches(RULES)[name]) == {Obstacle.MINUTES_COUNTED_TWICE}
    assert taken.holding(mine.charge_id, ()).obstacles(bens.stretches(RULES)[name]) == frozenset()
