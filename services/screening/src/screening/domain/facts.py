"""Whose the facts of this service are. Clinical values in them reach the outside only through sealed sections."""

from dataclasses import dataclass

from careflow_domain.aggregate import Fact
from screening.domain.ids import PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFact(Fact):
    """Something that became true of a patient."""

    patient_id: PatientId
