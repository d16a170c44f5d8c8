"""What a session found out that bears on the clearance, and so is told to screening at once."""

from dataclasses import dataclass, field
from enum import StrEnum

from sessions.domain.checks import Checks, PregnancyTest, RiskLevel


class ReportedFact(StrEnum):
    PREGNANCY = "pregnancy"
    SUICIDE_RISK = "suicide_risk"
    DRUG_ALLERGY = "drug_allergy"


class FactSource(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalReport:
    """A fact, its value in one word, and how the session came to know it."""

    fact: ReportedFact
    value: str = field(repr=False)
    source: FactSource


def reports_in(newer: Checks) -> tuple[ClinicalReport, ...]:
    """What of these newly recorded checks screening must know."""
    found: list[ClinicalReport] = []
    if newer.pregnancy and newer.pregnancy.value is PregnancyTest.POSITIVE:
        found.append(ClinicalReport(fact=ReportedFact.PREGNANCY, value="positive", source=FactSource.TEST))
    if newer.suicide_risk and newer.suicide_risk.value in (RiskLevel.MODERATE, RiskLevel.HIGH):
        level = newer.suicide_risk.value.value
        found.append(ClinicalReport(fact=ReportedFact.SUICIDE_RISK, value=level, source=FactSource.CLINICIAN))
    if newer.reconciliation and newer.reconciliation.value.allergic:
        found.append(ClinicalReport(fact=ReportedFact.DRUG_ALLERGY, value="active", source=FactSource.PATIENT))
    return tuple(found)
