"""Allergies to medicines beside the dose: which medicine they may be to, and who decides on it."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import NOW, NURSE, POLICY, PRESCRIBER, minutes, new_uuid
from services.sessions.tests.medicines import by_word, judged, record, standing, terms, verbal
from sessions.application.medication import by_own
from sessions.domain.administrations import ByOrder, NotGiven, NotGivenReason
from sessions.domain.allergies import allergies_to
from sessions.domain.eligibility import ClearanceCopy, ClearanceStatus, ClearanceTerms, Eligibility
from sessions.domain.ids import ClearanceId, MedicineOrderId, PatientId
from sessions.domain.medication import MedicineAllergyTold
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicine_orders import MedicineOrder

HIVES = "ondansetron - hives"


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(DomainError, match=f"^{code}$")


@pytest.mark.parametrize(
    ("medicine", "written", "may_be"),
    [
        ("Ondansetron", HIVES, True),
        ("ondansetron ODT 4 mg", "Ondansetron", True),
        ("Ondansetron", "ondansatron: rash", True),
        ("Ondansetron", "Zofran (swelling)", True),
        ("Zofran 4 mg", "ondansetron", True),
        ("Midazolam", "all benzodiazepines", True),
        ("Glycopyrrolate", "Robinul - palpitations", True),
        ("Clonidine 0.1 mg", "catapres", True),
        ("Unheard-of-statin", "unheard of statin", True),
        ("Ondansetron", "latex", False),
        ("Ondansetron", "penicillin - rash", False),
        ("Midazolam", "metronidazole", False),
        ("Oxygen", "iodine", False),
    ],
)
def test_an_allergy_is_to_a_medicine_under_each_of_its_names_however_it_is_written(
    medicine: str, written: str, may_be: bool
) -> None:
    found = allergies_to(medicine, (written,), POLICY.medicines.also_named.value)
    assert found == ((written,) if may_be else ())


def test_nothing_is_given_by_a_standing_order_or_an_older_one_that_an_allergy_speaks_against() -> None:
    allergic = judged(allergies=[HIVES])
    for order in (standing(), by_word(verbal())):
        with refused("allergy_known"):
            allergic.must_allow(order, NOW, allergic=False)
    judged(allergies=["latex"]).must_allow(standing(), NOW, allergic=False)


def ordered(judged_by: Situation, reason: str) -> ByOrder:
    despite = judged_by.despite_allergies(terms(), reason)
    order_id = MedicineOrderId(new_uuid())
    return by_own(MedicineOrder.written(order_id, terms(), POLICY, by=PRESCRIBER, now=NOW, despite=despite))


def test_a_prescriber_orders_it_all_the_same_with_a_reason_and_for_what_was_known_alone() -> None:
    allergic = judged(allergies=[HIVES])
    with refused("allergy_known"):
        ordered(allergic, "  ")
    order = ordered(allergic, "It was a rash once, ten years ago; nothing else helps.")
    allergic.must_allow(order, NOW, allergic=True)
    with refused("allergy_known"):
        judged(allergies=[HIVES, "zofran - could not breathe"]).must_allow(order, NOW, allergic=True)


def test_a_reason_is_kept_only_where_an_allergy_is_known() -> None:
    assert judged().despite_allergies(terms(), "to be safe") is None
    with refused("allergic_to_medicine"):
        judged().must_allow(ordered(judged(), "to be safe"), NOW, allergic=True)


def test_what_the_patient_says_when_it_is_to_be_given_stands_in_the_visit_and_is_told() -> None:
    said = NotGiven(order=standing(), why=NotGivenReason.ALLERGIC, reason="hives last year", by=NURSE, at=NOW)
    told = record().withheld(said)
    assert [type(each) for each in told.facts] == [MedicineAllergyTold]
    after = replace(judged(now=NOW + minutes(5)), record=told)
    with refused("allergy_known"):
        after.must_allow(standing(), NOW + minutes(5), allergic=False)
    held = record().withheld(replace(said, why=NotGivenReason.HELD))
    assert (held.facts, held.allergies_told) == ((), ())


def test_what_is_known_of_allergies_is_the_newest_whether_or_not_there_is_a_clearance() -> None:
    patient = Eligibility(id=PatientId(new_uuid()))
    granted = ClearanceCopy(
        id=ClearanceId(new_uuid()),
        status=ClearanceStatus.VALID,
        valid_until=NOW,
        terms=ClearanceTerms(allergies=("penicillin",)),
    )
    assert patient.known_allergies == ()
    assert patient.allergic_to((HIVES,)).known_allergies == (HIVES,)
    stored_before = replace(patient, clearance=granted)
    assert stored_before.known_allergies == ("penicillin",)
    assert stored_before.allergic_to(()).known_allergies == ()
