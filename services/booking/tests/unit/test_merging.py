"""When two records of one person become one, and when not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from booking.domain import gates
from booking.domain.care_path import CarePath
from booking.domain.course import Consent, ConsentCategory
from booking.domain.due import due
from booking.domain.gates import Asked
from booking.domain.ids import CaseId, ConsentId, PatientId
from booking.domain.merging import given_up
from booking.domain.patients import Merge, Patient, PatientsMerged, PatientsUnmerged
from booking.domain.person import Person
from booking.domain.visits import Disposition, VisitKind
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, BEN, NOW, POLICY, TODAY, ZONE, a_booked_visit, patient_details

CARA = PatientId("0199e0a0-0000-7000-8000-0000000000c1")
LATER = NOW + timedelta(hours=2)


def registered(patient_id: PatientId, *alike: PatientId, **changes: object) -> Patient:
    details = patient_details(**changes)
    return replace(Patient.registered(patient_id, details, policy=POLICY, now=NOW, today=TODAY, alike=alike), facts=())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def merged(given: Patient, survivor: Patient) -> tuple[Patient, Patient]:
    after = given.merged_into(survivor, by="sam", now=NOW)
    return after, survivor.absorbing(after)


def test_a_second_click_is_given_up_for_the_first() -> None:
    first, second = registered(ANA), registered(BEN, ANA)
    assert second.looks_like == (ANA,)
    gone, stays = merged(second, first)
    assert gone.merge == Merge(into=ANA, at=NOW, by="sam")
    assert gone.facts == (PatientsMerged(patient=gone, survivor_id=ANA, at=NOW),)
    assert (gone.looks_like, stays.absorbed, stays.facts) == ((), (BEN,), ())


def test_the_later_record_may_stay_and_is_looked_at_no_longer() -> None:
    _, stays = merged(registered(ANA), registered(BEN, ANA))
    assert stays.looks_like == ()


def test_alike_is_who_shares_birth_date_and_contact_now_or_did() -> None:
    ana = registered(ANA)
    assert refused(lambda: merged(registered(BEN, birth_date=date(1989, 4, 2)), ana)) == "not_alike"
    assert refused(lambda: merged(registered(BEN, email="b@example.org", phone="+14155550199"), ana)) == "not_alike"
    merged(registered(BEN, email="b@example.org"), ana)
    merged(registered(BEN, ANA, email="b@example.org", phone="+14155550199"), ana)


def test_no_record_comes_back_to_itself() -> None:
    ana, ben, cara = registered(ANA), registered(BEN), registered(CARA)
    assert refused(lambda: merged(ana, ana)) == "same_patient"
    ben, ana = merged(ben, ana)
    ana, cara = merged(ana, cara)
    assert refused(lambda: merged(cara, ben)) == "patient_merged"
    assert refused(lambda: merged(ben, cara)) == "patient_merged"


def test_what_was_given_up_changes_no_more() -> None:
    gone, _ = merged(registered(BEN), registered(ANA))
    change = lambda: gone.with_details(  # noqa: E731 - as the other refusals are asked for
        patient_details(phone="+14155550199"), by="sam", evidence=None, own=False, now=NOW, today=TODAY
    )
    assert refused(change) == "patient_merged"


def test_a_mistake_is_undone_within_a_month() -> None:
    gone, stays = merged(registered(BEN, ANA), registered(ANA))
    assert refused(lambda: registered(ANA).unmerged(POLICY, now=NOW)) == "not_merged"
    back = replace(gone, facts=()).unmerged(POLICY, now=NOW + timedelta(days=29, hours=23))
    assert back.facts == (PatientsUnmerged(patient=back, survivor_id=ANA, at=back.facts[0].at),)
    assert (back.merge, back.looks_like, stays.giving_back(BEN).absorbed) == (None, (ANA,), ())
    assert refused(lambda: gone.unmerged(POLICY, now=NOW + timedelta(days=30))) == "merge_final"


def test_with_nothing_but_calls_a_record_can_go() -> None:
    path = CarePath(id=ANA)
    assert given_up(path, asked_for=0) == Person(merged=True)
    missed = a_booked_visit().miss(now=LATER)
    assert given_up(path.note_visit(missed, now=LATER), asked_for=0).merged
    said_no = a_booked_visit().arrive(POLICY, now=NOW).complete(Disposition.NOT_A_FIT, now=LATER)
    assert given_up(path.note_visit(said_no, now=LATER), asked_for=0).merged


HISTORIES: dict[str, Callable[[CarePath], CarePath]] = {
    "a call that leads to screening": lambda path: path.note_visit(
        a_booked_visit().arrive(POLICY, now=NOW).complete(Disposition.PROCEED, now=LATER), now=LATER
    ),
    "a screening": lambda path: path.screening_started(CaseId("c"), at=NOW, now=NOW),
    "a screening that is over": lambda path: path.screening_started(CaseId("c"), at=NOW, now=NOW).evaluation_recorded(
        now=NOW
    ),
    "a missed evaluation": lambda path: path.note_visit(
        a_booked_visit(VisitKind.EVALUATION).miss(now=LATER), now=LATER
    ),
    "a consent": lambda path: path.treated(
        lambda course: course.consent_signed(Consent(ConsentId("k"), ConsentCategory.TELEHEALTH, in_force=True)),
        now=NOW,
    ),
}


@pytest.mark.parametrize("history", HISTORIES)
def test_what_was_decided_about_somebody_stays_where_it_is(history: str) -> None:
    path = HISTORIES[history](CarePath(id=ANA))
    assert refused(lambda: given_up(path, asked_for=0)) == "clinical_history"


def test_what_is_booked_held_or_unmarked_is_settled_first() -> None:
    path = CarePath(id=ANA)
    assert refused(lambda: given_up(path, asked_for=1)) == "visits_open"
    call = a_booked_visit()
    for visit in (call, call.arrive(POLICY, now=NOW), call.left_unmarked()):
        noted = path.note_visit(visit, now=NOW)
        assert refused(lambda noted=noted: given_up(noted, asked_for=0)) == "visits_open"  # type: ignore[misc]


def test_nothing_is_booked_on_a_record_that_was_given_up() -> None:
    path = CarePath(id=ANA)
    gone = path.person_became(given_up(path, asked_for=0), now=NOW)
    for kind in VisitKind:
        closed = gates.refusals(gone, Asked(kind=kind, starts_at=LATER, zone=ZONE))
        assert "patient_merged" in [each.code for each in closed]
    assert due(gone, POLICY) == ()
