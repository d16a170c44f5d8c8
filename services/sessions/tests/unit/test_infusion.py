"""The pump of an infusion: what it was set to, how much ran in by when, and that it adds up to what was given."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    NOW,
    NURSE,
    OTHER_NURSE,
    POLICY,
    PRESCRIBER,
    days,
    dose,
    drawn,
    given,
    minutes,
    new_uuid,
    vial,
)
from services.sessions.tests.course_builders import corrector, monitored, question
from sessions.domain.corrections import Corrector
from sessions.domain.dose_corrections import DoseAmendment, dose_corrected
from sessions.domain.doses import Dose, StatedDose
from sessions.domain.dosing import done_then, dose_ended, dosed, must_allow_draw, pump_set
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.drug_entries import EntryKind
from sessions.domain.drug_log import Container
from sessions.domain.drug_regiven import GivenInstead, regiven
from sessions.domain.gate_items import examine
from sessions.domain.ids import EntryId
from sessions.domain.infusion import Step, StepKind
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState
from sessions.domain.units import MilligramsPerMillilitre, Millilitres, MillilitresPerHour, milligrams

TOLERANCE = POLICY.infusion.tolerance


def ml(value: str) -> Millilitres:
    return Millilitres(Decimal(value))


def of_solution(value: str) -> DrugQuantity:
    return DrugQuantity(value=Decimal(value), unit=DrugUnit.MILLILITRE)


def stated() -> StatedDose:
    """40 mg, 0.8 mL of 50 mg/mL."""
    return StatedDose(mass=milligrams(40), volume=ml("0.8"), concentration=MilligramsPerMillilitre(Decimal(50)))


def infusing() -> Session:
    """40 mg hang since nine."""
    session = monitored()
    return replace(session, doses=(replace(session.doses[0], stated=stated()),))


def step(minute: int, infused: str, rate: str | None = None, *, note: str = "", kind: str = "rate_changed") -> Step:
    per_hour = None if rate is None else MillilitresPerHour(Decimal(rate))
    return Step(kind=StepKind(kind), infused=ml(infused), rate=per_hour, note=note, by=NURSE, at=NOW + minutes(minute))


def begun(session: Session | None = None, made_up_to: str | None = "100") -> Session:
    """The 40 mg were made up to 100 mL, which run in within forty minutes."""
    whole = None if made_up_to is None else ml(made_up_to)
    return pump_set(session or infusing(), step(0, "0", "150"), whole, TOLERANCE)


def run(*steps: Step) -> Session:
    session = begun()
    for each in steps:
        session = pump_set(session, each, None, TOLERANCE)
    return session


def ended(session: Session, minute: int, infused: str | None, *, note: str = "") -> Dose:
    last = step(minute, infused or "0", note=note, kind="ended")
    after = dose_ended(session, None if infused is None else ml(infused), last, TOLERANCE)
    assert after.state is SessionState.MONITORING
    return after.doses[-1]


def test_a_whole_infusion_with_a_pause_adds_up_to_the_dose() -> None:
    session = run(
        step(10, "25", kind="paused"),
        step(15, "25", "150", kind="resumed"),
        step(25, "50", "100"),
    )
    given = ended(session, 55, None)
    assert given.infusion is not None
    kinds = [each.kind for each in given.infusion.steps]
    assert kinds == ["started", "paused", "resumed", "rate_changed", "ended"]
    assert [each.infused for each in given.infusion.steps] == [ml("0"), ml("25"), ml("25"), ml("50"), ml("100")]
    assert (given.stated, given.hung, given.ended_at) == (stated(), None, NOW + minutes(55))


def test_of_what_was_stopped_the_share_that_ran_in_was_given() -> None:
    given = ended(run(), 20, "50")
    assert (given.stated.mass, given.stated.volume, given.hung) == (milligrams(20), ml("0.4"), stated())


def test_undiluted_drug_runs_in_as_it_is() -> None:
    session = pump_set(infusing(), step(0, "0", "1.2"), None, TOLERANCE)
    assert ended(session, 20, "0.4").stated.mass == milligrams(20)
    assert ended(infusing(), 20, "0.4").stated.mass == milligrams(20)


def test_what_an_uneven_share_leaves_is_written_to_a_ten_thousandth() -> None:
    given = ended(run(), 13, "33.3")
    assert given.stated.mass.value == Decimal("13.3200")
    assert given.stated.mass + (stated().mass - given.stated.mass) == stated().mass


def test_an_end_that_is_written_down_from_paper_is_judged_when_it_was() -> None:
    """40 minutes after it was begun all of it had run in; two hours later the rate makes more of the time."""
    written = step(160, "100", kind="ended")

    last = done_then(begun(), written, NOW + minutes(40), POLICY)
    given = dose_ended(begun(), None, last, TOLERANCE).doses[-1]

    assert (given.ended_at, given.end_recorded_at) == (NOW + minutes(40), NOW + minutes(160))
    assert given.infusion is not None
    assert (given.infusion.last.at, given.infusion.last.recorded_at) == (NOW + minutes(40), NOW + minutes(160))
    assert done_then(begun(), written, None, POLICY) == written


def test_who_ended_it_and_who_wrote_that_down_are_two() -> None:
    written = step(160, "100", kind="ended")

    last = done_then(begun(), written, NOW + minutes(40), POLICY, by=OTHER_NURSE)
    given = dose_ended(begun(), None, last, TOLERANCE).doses[-1]

    assert (given.ended_by, given.end_recorded_by) == (OTHER_NURSE, NURSE)
    at_once = dose_ended(begun(), None, step(40, "100", kind="ended"), TOLERANCE).doses[-1]
    assert (at_once.ended_by, at_once.end_recorded_by) == (NURSE, None)
    with pytest.raises(DomainError, match="done_by_now"):
        done_then(begun(), written, None, POLICY, by=OTHER_NURSE)


def test_a_pause_from_paper_counts_from_when_it_was() -> None:
    paused = done_then(begun(), step(60, "25", kind="paused"), NOW + minutes(10), POLICY)

    assert pump_set(begun(), paused, None, TOLERANCE).doses[-1].last_step_at == NOW + minutes(10)


@pytest.mark.parametrize(
    ("then", "now", "refused"),
    [
        (NOW + minutes(61), NOW + minutes(60), "happened_in_future"),
        (NOW + minutes(9), NOW + minutes(60), "happened_later"),
        (NOW + minutes(40), NOW + days(8), "recorded_too_late"),
    ],
)
def test_what_cannot_have_been_of_a_pump_is_not_written_down_from_paper(
    then: datetime, now: datetime, refused: str
) -> None:
    set_anew = run(step(10, "25", "150"))

    with pytest.raises(DomainError, match=refused):
        done_then(set_anew, replace(step(0, "50"), at=now), then, POLICY)


def test_on_paper_there_are_no_seconds() -> None:
    began = NOW.replace(second=30)
    session = infusing()
    session = replace(session, doses=(replace(session.doses[0], started_at=began),))

    assert done_then(session, step(60, "0"), NOW.replace(second=0), POLICY).at == began


def test_nothing_ran_in() -> None:
    assert ended(run(), 0, "0").stated.mass == milligrams(0)


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([step(10, "25", "0")], "rate_missing"),
        ([step(10, "25", kind="resumed")], "infusion_not_paused"),
        ([step(10, "25", kind="paused"), step(11, "25", kind="paused")], "infusion_paused"),
        ([step(10, "25", kind="paused"), step(11, "25", "90")], "infusion_paused"),
        ([step(10, "25", kind="paused"), step(15, "26", "150", kind="resumed")], "infused_while_paused"),
        ([step(10, "25", "100"), step(12, "24", "100")], "infused_less"),
        ([step(10, "101", "100")], "infused_too_much"),
        ([step(10, "30", "100")], "infused_mismatch"),
        ([step(10, "20", "100")], "infused_mismatch"),
    ],
)
def test_what_cannot_be_of_a_pump_is_refused(steps: list[Step], refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        run(*steps)


@pytest.mark.parametrize("infused", ["22.5", "27.5"])
def test_a_tenth_more_or_less_adds_up(infused: str) -> None:
    assert run(step(10, infused, "100"))


def test_of_undiluted_drug_a_tenth_too_much_is_seen() -> None:
    session = pump_set(infusing(), step(0, "0", "1.2"), None, TOLERANCE)
    with pytest.raises(DomainError, match="infused_mismatch"):
        pump_set(session, step(10, "0.3", "1"), None, TOLERANCE)


def test_within_a_minute_nothing_can_be_read_closer() -> None:
    assert run(step(1, "5", "100"))


def test_what_does_not_add_up_is_taken_with_the_reason() -> None:
    session = run(step(10, "15", "150", note="the line was kinked"))
    assert session.doses[0].infusion is not None
    assert session.doses[0].infusion.last.note == "the line was kinked"


def test_an_infusion_that_ended_by_itself_is_ended_later() -> None:
    assert ended(run(), 50, None).stated == stated()


def test_the_end_agrees_with_the_pump() -> None:
    with pytest.raises(DomainError, match="infused_mismatch"):
        ended(run(), 20, None)
    with pytest.raises(DomainError, match="infused_too_much"):
        ended(infusing(), 20, "0.9")


@pytest.mark.parametrize(
    ("made_up_to", "first", "refused"),
    [
        ("0.7", step(0, "0", "150"), "made_up_to_less"),
        ("100", step(0, "0"), "rate_missing"),
        ("100", step(0, "101", "150"), "infused_too_much"),
        ("100", step(0, "0", kind="paused"), "infusion_not_begun"),
    ],
)
def test_a_pump_is_first_set_to_a_rate(made_up_to: str, first: Step, refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        pump_set(infusing(), first, ml(made_up_to), TOLERANCE)


def test_what_it_was_made_up_to_is_said_once() -> None:
    with pytest.raises(DomainError, match="infusion_began"):
        pump_set(begun(), step(10, "25", "100"), ml("200"), TOLERANCE)


def test_only_what_runs_has_a_pump() -> None:
    with pytest.raises(DomainError, match="no_dose_running"):
        begun(replace(infusing(), doses=(replace(infusing().doses[0], ended_at=NOW),)))


# -- the drug log ----------------------------------------------------------------------------------------------------


def vial_given() -> tuple[Container, Dose]:
    """50 mg drawn up, 40 mg of them given."""
    container, draw_id = drawn(vial())
    was = replace(dose(), stated=stated(), draw_id=draw_id)
    return given(container, draw_id, "40"), was


def instead(was: Dose, mass: str) -> GivenInstead:
    return GivenInstead(
        draw_id=was.draw_id,
        was=was.stated.mass,
        mass=milligrams(mass),
        counter_id=EntryId(new_uuid()),
        entry_id=EntryId(new_uuid()),
        note="stopped",
        by=OTHER_NURSE,
        at=NOW + minutes(20),
    )


@pytest.mark.parametrize("mass", ["0", "20", "50"])
def test_the_log_says_what_was_given_and_the_rest_is_open_in_its_draw(mass: str) -> None:
    container, was = vial_given()
    after = regiven(container, instead(was, mass))
    assert after.sum_of(EntryKind.ADMINISTERED) == milligrams(mass)
    assert after.open_of(after.draws[0]) == milligrams(50) - milligrams(mass)
    assert (after.on_hand + milligrams(mass), after.in_container) == (milligrams(500), milligrams(450))
    assert after.entries[1] == container.entries[1]


def test_no_more_was_given_than_was_drawn_up() -> None:
    container, was = vial_given()
    with pytest.raises(DomainError, match="draw_exceeded"):
        regiven(container, instead(was, "51"))


def test_a_line_is_put_right_once_for_each_time_it_was_wrong() -> None:
    container, was = vial_given()
    once = regiven(container, instead(was, "20"))
    with pytest.raises(DomainError, match="already_reversed"):
        regiven(once, instead(was, "30"))
    again = regiven(once, instead(replace(was, stated=replace(stated(), mass=milligrams(20))), "30"))
    assert again.sum_of(EntryKind.ADMINISTERED) == milligrams(30)


# -- what was recorded wrong -----------------------------------------------------------------------------------------


def over() -> Session:
    """40 mg ran in from nine to nine forty."""
    return dose_ended(infusing(), None, step(40, "0", kind="ended"), TOLERANCE)


def put_right(session: Session, at: datetime = NOW + minutes(45), **amended: Any) -> Session:
    return dose_corrected(session, 0, DoseAmendment(**amended), corrector(at), POLICY)


def test_a_dose_put_right_keeps_what_was_written_and_further_ones_are_judged_by_the_most() -> None:
    session = put_right(over(), amount=of_solution("0.6"))
    (given,) = session.doses
    assert (given.stated.mass, given.stated.volume) == (milligrams(30), ml("0.6"))
    (record,) = given.earlier
    assert (record.stated, record.by, record.at, record.reason) == (stated(), NURSE, NOW + minutes(45), "misread")
    assert (session.given, session.given_at_most) == (milligrams(30), milligrams(40))
    with pytest.raises(DomainError, match="draw_above_order"):
        must_allow_draw(session, milligrams(10), milligrams(0))


def test_a_dose_put_right_to_less_leaves_no_more_of_the_order() -> None:
    session, gate = put_right(over(), amount=of_solution("0.6")), examine(question())
    assert session.monitoring is not None
    with pytest.raises(DomainError, match="dose_above_order"):
        dosed(session, dose("10", at=NOW + minutes(50)), gate, session.monitoring, None)


def test_a_dose_that_was_more_than_ordered_is_recorded_all_the_same() -> None:
    assert put_right(over(), amount=of_solution("1")).given_at_most == milligrams(50)


def test_times_put_right_are_judged_by_the_latest() -> None:
    (dose,) = put_right(over(), started_at=NOW - minutes(0), ended_at=NOW + minutes(30)).doses
    assert (dose.ended_at, dose.latest_end) == (NOW + minutes(30), NOW + minutes(40))
    (later,) = put_right(over(), started_at=NOW + minutes(5)).doses
    assert (later.started_at, later.latest_start) == (NOW + minutes(5), NOW + minutes(5))


@pytest.mark.parametrize(
    ("amended", "refused"),
    [
        ({}, "nothing_corrected"),
        ({"amount": of_solution("0.8")}, "nothing_corrected"),
        ({"started_at": NOW - minutes(1)}, "times_invalid"),
        ({"started_at": NOW + minutes(41)}, "times_invalid"),
        ({"ended_at": NOW + minutes(46)}, "times_invalid"),
    ],
)
def test_what_cannot_have_been_is_refused(amended: dict[str, Any], refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        put_right(over(), **amended)


def test_what_was_done_to_the_pump_stays_within_its_dose() -> None:
    session = dose_ended(run(step(10, "25", "150")), None, step(40, "0", kind="ended"), TOLERANCE)
    with pytest.raises(DomainError, match="times_invalid"):
        put_right(session, started_at=NOW + minutes(1))
    with pytest.raises(DomainError, match="times_invalid"):
        put_right(session, ended_at=NOW + minutes(9))
    assert put_right(session, ended_at=NOW + minutes(39))


@pytest.mark.parametrize(
    ("who", "number", "refused"),
    [
        (corrector(NOW + minutes(45), by=OTHER_NURSE), 0, "correction_forbidden"),
        (corrector(NOW + days(8)), 0, "correction_too_late"),
        (corrector(NOW + minutes(45)), 1, "dose_not_found"),
    ],
)
def test_whoever_may_not_puts_no_dose_right(who: Corrector, number: int, refused: str) -> None:
    with pytest.raises(DomainError, match=refused):
        dose_corrected(over(), number, DoseAmendment(amount=of_solution("0.6")), who, POLICY)


def test_the_time_to_put_a_dose_right_does_not_begin_anew_with_a_correction() -> None:
    later = put_right(over(), NOW + days(6), ended_at=NOW + days(5))
    with pytest.raises(DomainError, match="correction_too_late"):
        put_right(later, NOW + days(8), ended_at=NOW + minutes(41))


def test_a_dose_that_runs_is_ended_before_it_is_put_right() -> None:
    with pytest.raises(DomainError, match="dose_running"):
        put_right(infusing(), amount=of_solution("0.6"))


def test_the_content_of_a_device_is_what_it_is() -> None:
    session = over()
    device = replace(session, doses=(replace(session.doses[0], serial="S-1"),))
    with pytest.raises(DomainError, match="device_content"):
        put_right(device, amount=of_solution("0.6"))


def test_a_prescriber_puts_a_dose_right_that_a_nurse_gave() -> None:
    who = corrector(NOW + minutes(45), by=PRESCRIBER, prescriber=True)
    assert (
        dose_corrected(over(), 0, DoseAmendment(amount=of_solution("0.6")), who, POLICY).doses[0].earlier[0].by
        == PRESCRIBER
    )
