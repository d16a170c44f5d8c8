"""What booking says: every word of the domain is a code of the contract."""

from enum import StrEnum

import pytest

from booking.domain.cancellations import CancelledBy, CancelReason
from booking.domain.care_path import Stage
from booking.domain.patients import DeliveryPreference, DetailGroup, Sex
from booking.domain.states import BookedBy, Status
from booking.domain.visits import Disposition, Modality, PractitionerRole, VisitKind
from careflow_events.contracts import codes
from careflow_events.contracts.code import Code


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
