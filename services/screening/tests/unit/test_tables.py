"""The tables of the service agree with what it is made of."""

from careflow_events.contracts import (
    AdverseEventReported,
    AdverseEventReviewed,
    AppointmentCorrected,
    ClinicalFactReported,
    ConsultationCompleted,
    PatientDetailsChanged,
    PatientRegistered,
    SessionRefused,
    TreatmentBooked,
    TreatmentCancelled,
    TreatmentMissed,
    TreatmentRescheduled,
)
from screening.domain import facts
from screening.domain.facts import Fact
from screening.published import PUBLISHED
from screening.subscriptions import SUBSCRIPTIONS


def test_every_domain_fact_has_one_row_in_what_screening_says() -> None:
    made = {each for each in vars(facts).values() if isinstance(each, type) and issubclass(each, Fact)}
    assert set(PUBLISHED) == made - {Fact}


def test_what_screening_hears() -> None:
    assert [each.contract for each in SUBSCRIPTIONS] == [
        PatientRegistered,
        PatientDetailsChanged,
        ConsultationCompleted,
        TreatmentBooked,
        TreatmentRescheduled,
        TreatmentCancelled,
        TreatmentMissed,
        AppointmentCorrected,
        ClinicalFactReported,
        SessionRefused,
        AdverseEventReported,
        AdverseEventReviewed,
    ]
    assert [each.contract for each in SUBSCRIPTIONS if each.restricts] == [AdverseEventReported]
