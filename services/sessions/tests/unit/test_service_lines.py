"""What a session is billed by: documented times, no minute twice, nothing without a time."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import CODES, NOW, NURSE, PRESCRIBER, THERAPIST, dose, minutes
from sessions.domain.doses import Dose
from sessions.domain.drug_amounts import DrugUnit, Piece, Pieces
from sessions.domain.ids import StaffId
from sessions.domain.service_lines import (
    ServiceLine,
    TherapyTime,
    dosing_lines,
    expected_lines,
    must_have_been_rendered,
    therapy_lines,
)
from sessions.domain.units import milligrams
from sessions.domain.words import Modality, Route, VisitKind


def therapy(length: float, *, after: timedelta = timedelta(0), by: StaffId = THERAPIST) -> TherapyTime:
    start = NOW + after
    return TherapyTime(provider=by, started_at=start, ended_at=start + minutes(length))


@pytest.mark.parametrize(
    ("length", "code"),
    [(15, None), (16, "90832"), (37, "90832"), (38, "90834"), (52, "90834"), (53, "90837"), (90, "90837")],
)
def test_psychotherapy_is_coded_by_its_minutes(length: int, code: str | None) -> None:
    lines = therapy_lines([therapy(length)], Modality.IN_PERSON, CODES)

    assert [line.code for line in lines] == ([code] if code else [])


@pytest.mark.parametrize(
    ("modality", "place", "modifiers"),
    [(Modality.IN_PERSON, "11", ()), (Modality.VIDEO, "10", ("95",)), (Modality.PHONE, "10", ("93",))],
)
def test_where_the_patient_is_decides_place_and_modifier(
    modality: Modality, place: str, modifiers: tuple[str, ...]
) -> None:
    (line,) = therapy_lines([therapy(55)], modality, CODES)

    assert (line.place_of_service, line.modifiers) == (place, modifiers)


def test_one_minute_of_a_clinician_supports_one_service() -> None:
    with pytest.raises(DomainError, match="minutes_counted_twice"):
        therapy_lines([therapy(30), therapy(30, after=minutes(29))], Modality.IN_PERSON, CODES)
    both = therapy_lines([therapy(30), therapy(30, after=minutes(29), by=PRESCRIBER)], Modality.IN_PERSON, CODES)
    assert len(both) == 2


def infused(length: float | None) -> Dose:
    return dose(ended_at=None if length is None else NOW + minutes(length))


@pytest.mark.parametrize(
    ("length", "lines"),
    [
        (None, [("96374", 1)]),
        (15, [("96374", 1)]),
        (16, [("96365", 1)]),
        (60, [("96365", 1)]),
        (90, [("96365", 1)]),
        (91, [("96365", 1), ("96366", 1)]),
        (151, [("96365", 1), ("96366", 2)]),
    ],
)
def test_an_infusion_without_a_documented_stop_can_only_have_been_a_push(
    length: float | None, lines: list[tuple[str, int]]
) -> None:
    found = dosing_lines([infused(length)], Route.INTRAVENOUS, CODES)

    assert [(line.code, line.units) for line in found] == [*lines, ("J3490", 1)]
    assert found[-1].ndc == "00143950801"
    assert found[0].rendering_provider == NURSE


@pytest.mark.parametrize(
    ("route", "mass", "codes"),
    [
        (Route.INTRAMUSCULAR, "40", ["96372", "J3490"]),
        (Route.ORAL, "100", []),
        (Route.INTRANASAL, "56", ["G2082"]),
        (Route.INTRANASAL, "84", ["G2083"]),
    ],
)
def test_each_route_has_its_codes(route: Route, mass: str, codes: list[str]) -> None:
    given = dose(mass, ended_at=NOW)

    assert [line.code for line in dosing_lines([given], route, CODES)] == codes


def test_without_a_dose_nothing_is_billed_for_one() -> None:
    assert dosing_lines([], Route.INTRAVENOUS, CODES) == ()


def test_a_service_ends_after_it_starts() -> None:
    with pytest.raises(DomainError, match="times_invalid"):
        replace(therapy(10), ended_at=NOW)


def by_hand(start: float, end: float | None, *, code: str = "90834", took: int | None = None) -> ServiceLine:
    return ServiceLine(
        code=code,
        minutes=took,
        place_of_service="11",
        rendering_provider=THERAPIST,
        started_at=NOW + minutes(start),
        ended_at=None if end is None else NOW + minutes(end),
    )


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ([by_hand(-10, -60)], "times_invalid"),
        ([by_hand(-10, -10)], "times_invalid"),
        ([by_hand(-60, None)], "times_invalid"),
        ([by_hand(-60, 1)], "times_invalid"),
        ([by_hand(-60, -10, took=51)], "minutes_above_time"),
        ([by_hand(-60, -10), by_hand(-11, 0)], "minutes_counted_twice"),
    ],
)
def test_what_is_written_by_hand_cannot_have_been_against_the_clock(lines: list[ServiceLine], refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        must_have_been_rendered(lines, now=NOW)


def test_what_is_written_by_hand_may_be_without_times_and_beside_another_code() -> None:
    without = replace(by_hand(-60, -10, took=50), started_at=None, ended_at=None)
    must_have_been_rendered([without, by_hand(-60, -10, took=50), by_hand(-40, 0, code="96365")], now=NOW)


def test_an_estimate_expects_what_a_visit_usually_takes() -> None:
    def codes(kind: VisitKind, length: int, route: Route = Route.INTRAVENOUS) -> list[str]:
        return [line.code for line in expected_lines(kind, length, route, Modality.IN_PERSON, THERAPIST, CODES)]

    assert codes(VisitKind.PREPARATION, 60) == ["90837"]
    assert codes(VisitKind.DOSING, 180) == ["96365", "J3490", "90837"]
    assert codes(VisitKind.DOSING, 180, Route.ORAL) == ["90837"]
    assert codes(VisitKind.REVIEW, 30) == []


def test_what_is_given_in_pieces_is_counted_in_pieces() -> None:
    """Where the clinic's codes have one for the drug of that route."""
    codes = replace(CODES, drug={Route.ORAL: "J8499"})
    troches = Pieces(number=Decimal(2), piece=Piece(unit=DrugUnit.TROCHE, content=milligrams(50)))
    given = dose("100", ended_at=NOW)
    given = replace(given, stated=replace(given.stated, pieces=troches), drug="ketamine")

    (line,) = dosing_lines([given, given], Route.ORAL, codes)

    assert (line.pieces, line.strength, line.millilitres) == (4, "50 mg/troche", None)
