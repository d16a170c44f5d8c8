"""What is known of a patient when the rules run."""

from dataclasses import dataclass, field

from screening.domain.evidence import Evidence
from screening.domain.history import ClinicalFact
from screening.domain.medications import Medication
from screening.domain.patients import PatientDetails
from screening.domain.validity import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """History, medications and evidence of a case, where its course stands, and who the patient is."""

    facts: tuple[ClinicalFact, ...] = field(default=(), repr=False)
    medications: tuple[Medication, ...] = field(default=(), repr=False)
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    stage: Stage = Stage.TO_FIRST_DOSE
    patient: PatientDetails = field(default=PatientDetails(), repr=False)
