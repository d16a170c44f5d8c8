"""What booking says: every fact becomes its event, every word of the domain is a code of the contract."""

from enum import StrEnum
from typing import Any

import pytest

from booking.domain.cancellations import CancelledBy, CancelReason
from booking.domain.care_path import Stage
from booking.domain.hours import Hours
from booking.domain.patient_details import DeliveryPreference, DetailGroup, PatientDetails, Sex
from booking.domain.slots import Slot
from booking.domain.states import BookedBy, Status
from booking.domain.visits import Disposition, Ground, Modality, PractitionerRole, VisitKind
from booking.published import PUBLISHED
from careflow_events.contracts import EventData, codes
from careflow_events.contracts.code import Code
from careflow_events.publication import Says
from careflow_service.testing.filling import AN_ID, AT, Filling
from services.booking.tests.builders import NOW, a_slot, patient_details


def some(kind: VisitKind) -> Filling:
    """Facts about a visit of this kind."""
    return Filling(
        {
            VisitKind: kind,
            Slot: a_slot(NOW),
            Status: Status.BOOKED,
            PatientDetails: patient_details(),
            Hours: Hours(),
            (Ground, "ref"): AN_ID,
        }
    )


@pytest.mark.parametrize("row", PUBLISHED.values(), ids=lambda row: row.fact.__name__)
def test_every_fact_becomes_the_event_its_row_names(row: Says[Any, EventData]) -> None:
    said = [row(some(kind)(row.fact)) for kind in (VisitKind.INFO_CALL, VisitKind.DOSING)]

    assert {type(each.data) for each in said} == set(row.contracts)
    assert {each.time for each in said} == {AT}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (VisitKind, codes.AppointmentKind),
        (Modality, codes.Modality),
        (PractitionerRole, codes.ProviderRole),
        (Disposition, codes.Disposition),
        (BookedBy, codes.BookedBy),
        (BookedBy, codes.RescheduledBy),
        (CancelledBy, codes.CancelledBy),
        (CancelReason, codes.CancelReason),
        (Stage, codes.CareStage),
        (DetailGroup, codes.PatientDetail),
        (Sex, codes.Sex),
        (DeliveryPreference, codes.DeliveryPreference),
    ],
)
def test_every_word_of_the_domain_is_a_code_of_the_contract(said: type[StrEnum], code: type[Code]) -> None:
    assert {word.value for word in said} <= code.known().keys()


def test_only_what_was_never_said_has_no_code() -> None:
    assert {each.value for each in Status} - codes.AppointmentStatus.known().keys() == {Status.HELD, Status.LAPSED}
