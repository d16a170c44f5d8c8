"""Who is registered: adults who live where the clinic is licensed."""

from dataclasses import fields, replace
from datetime import date

import pytest

from booking.domain.patient_details import GROUPS, IDENTIFYING, Contact, DetailGroup, PatientDetails, Sex
from booking.domain.patients import TOLD, Correction, Evidence, Patient, PatientDetailsChanged, PatientRegistered
from careflow_domain.errors import DomainError
from services.booking.tests.builders import ANA, BEN, NOW, POLICY, TODAY, patient_details


def registered(details: PatientDetails, **more: tuple[object, ...]) -> Patient:
    return Patient.registered(ANA, details, policy=POLICY, now=NOW, today=TODAY, **more)  # type: ignore[arg-type]


def changed(
    patient: Patient, details: PatientDetails, evidence: Evidence | None = None, *, own: bool = False
) -> Patient:
    return patient.with_details(details, by="sam", evidence=evidence, own=own, now=NOW, today=TODAY)


def test_registering_says_so_once() -> None:
    patient = registered(patient_details(), alike=(BEN,))
    assert patient.facts == (PatientRegistered(patient=patient, at=NOW),)
    assert (patient.version, patient.possible_duplicates) == (1, (BEN,))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": date(2008, 11, 24)}, "minor_not_served"),
        ({"birth_date": date(2026, 11, 24)}, "birth_date_in_future"),
        ({"state": "OR"}, "state_not_served"),
    ],
    ids=["eighteen tomorrow", "not born", "another state"],
)
def test_who_is_not_served_is_told_why(changes: dict[str, object], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        registered(patient_details(**changes))
    assert refused.value.code == code


def test_who_turns_eighteen_today_is_an_adult() -> None:
    assert registered(patient_details(birth_date=date(2008, 11, 23))).version == 1


def test_born_on_a_leap_day_one_comes_of_age_on_the_first_of_march() -> None:
    assert patient_details(birth_date=date(2008, 2, 29)).comes_of_age(POLICY) == date(2026, 3, 1)
    assert patient_details(birth_date=date(2008, 2, 28)).comes_of_age(POLICY) == date(2026, 2, 28)


def test_a_change_names_the_groups_that_differ_and_nothing_else() -> None:
    patient = registered(patient_details())
    moved = patient_details(phone="+14155550199", escort=Contact("Sam", "+14155550188"))
    after = changed(patient, moved)
    assert after.version == 2
    fact = after.facts[-1]
    assert isinstance(fact, PatientDetailsChanged)
    assert fact.changed == (DetailGroup.CONTACT, DetailGroup.COMPANIONS)


def test_a_change_that_changes_nothing_says_nothing() -> None:
    patient = registered(patient_details())
    assert changed(patient, patient_details()) is patient


def test_who_was_registered_before_is_told_of_again_once() -> None:
    before = replace(registered(patient_details()), told=0, facts=())
    after = before.told_again(now=NOW)
    assert (after.version, after.told) == (2, TOLD)
    assert after.facts == (PatientDetailsChanged(patient=after, changed=(DetailGroup.IDENTITY,), at=NOW),)
    assert after.told_again(now=NOW) is after


def test_a_registration_and_a_change_of_details_tell_everything() -> None:
    patient = registered(patient_details())
    assert patient.told_again(now=NOW) is patient
    moved = changed(replace(patient, told=0), patient_details(phone="+14155550199"))
    assert moved.told_again(now=NOW) is moved


def test_moving_to_another_state_is_recorded_not_refused() -> None:
    after = changed(registered(patient_details()), patient_details(state="OR"))
    assert after.details.state == "OR"


IDENTITY = {
    "given_name": "Anna",
    "family_name": "Lopez",
    "birth_date": date(2010, 4, 2),
    "sex": Sex.MALE,
}


@pytest.mark.parametrize("name", sorted(IDENTIFYING))
def test_who_somebody_is_is_corrected_by_staff_who_have_seen_it(name: str) -> None:
    patient, other = registered(patient_details()), patient_details(**{name: IDENTITY[name]})
    with pytest.raises(DomainError) as refused:
        changed(patient, other, Evidence.PHOTO_ID, own=True)
    assert refused.value.code == "identity_by_staff_only"
    with pytest.raises(DomainError) as refused:
        changed(patient, other)
    assert refused.value.code == "evidence_needed"
    after = changed(patient, other, Evidence.PHOTO_ID)
    assert after.details == other
    assert after.corrections == (Correction(at=NOW, by="sam", evidence=Evidence.PHOTO_ID, details=(name,)),)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(DomainError) as refused:
        changed(registered(patient_details()), patient_details(birth_date=date(2026, 11, 24)), Evidence.PHOTO_ID)
    assert refused.value.code == "birth_date_in_future"


def test_every_detail_belongs_to_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(f.name for f in fields(PatientDetails))
