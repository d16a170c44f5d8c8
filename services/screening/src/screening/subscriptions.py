"""Everything screening hears, in one table."""

from careflow_events.contracts import ConsultationCompleted, PatientDetailsChanged, PatientRegistered
from careflow_events.subscription import Subscription, hears
from screening.application.on_consultation_completed import on_consultation_completed
from screening.application.on_patient_registered import on_patient_registered
from screening.application.ports import Ports

SUBSCRIPTIONS: tuple[Subscription[Ports], ...] = (
    hears(PatientRegistered, on_patient_registered),
    hears(PatientDetailsChanged, on_patient_registered),
    hears(ConsultationCompleted, on_consultation_completed),
)
