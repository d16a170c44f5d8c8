"""What a superbill must have, as one table, and how its content is put together when nothing is missing.

Sources: what payers ask of a member's claim and the boxes of CMS-1500. Invariant: a superbill with something missing
is never issued, and everything missing is said at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_uppercase
from typing import Final

from billing.domain.accounts import Account, BillingProfile, Coverage, CoverageKind, Sex
from billing.domain.addresses import Address
from billing.domain.charges import Charge, ChargeState
from billing.domain.diagnoses import DiagnosisCodes
from billing.domain.ids import StaffId
from billing.domain.line_shares import line_shares
from billing.domain.obstacles import Obstacle
from billing.domain.payments import Payment
from billing.domain.practice import Clinician, Practice
from billing.domain.rendered import FEES
from billing.domain.services import Service
from billing.domain.superbill_content import (
    BilledClinician,
    BilledDiagnosis,
    BilledLine,
    BilledPatient,
    BilledPayment,
    Content,
    in_order,
)
from careflow_domain.errors import DomainError, conflict, invalid

MOST_DIAGNOSES: Final = 12
MOST_POINTERS: Final = 4
"""Diagnoses of a bill, and of a line (CMS-1500 boxes 21 and 24E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a superbill would be made of; `payments` are those for its charges. `disclose_diagnoses` is the patient's
    yes for this one bill.
    """

    account: Account
    practice: Practice
    charges: tuple[Charge, ...]
    payments: tuple[Payment, ...]
    disclose_diagnoses: bool
    diagnosis_codes: DiagnosisCodes

    @property
    def services(self) -> Sequence[tuple[Charge, Service]]:
        return [(charge, line.service) for charge in self.charges for line in charge.lines if line.service]

    @property
    def days(self) -> Sequence[date]:
        """The days of service, each once."""
        return sorted({charge.rendered.service_date for charge in self.charges})

    @property
    def diagnoses(self) -> Mapping[str, str | None]:
        """Every code in force on one of the days, in the order the lines name them, with what its edition calls it."""
        return {
            code: self.diagnosis_codes.description(code, day)
            for day in self.days
            for code in self.account.diagnosed_on(day)
        }

    @property
    def clinicians(self) -> Sequence[Clinician | None]:
        """Who rendered the services, each once; None for somebody the practice does not list."""
        ids = dict.fromkeys(service.provider for _, service in self.services)
        return [self.practice.clinician(staff_id) for staff_id in ids]


@dataclass(frozen=True, slots=True)
class Missing:
    """A required element that is not there: a stable code and what to do about it."""

    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Element:
    """A required element and how one sees that it is there."""

    missing: Missing
    is_there: Callable[[Draft], bool]


def _profile(draft: Draft) -> BillingProfile | None:
    return draft.account.profile


def _insured(draft: Draft) -> Coverage | None:
    coverage = draft.account.coverage
    return coverage if coverage is not None and coverage.kind is not CoverageKind.NONE else None


def _all_licensed(draft: Draft) -> bool:
    return all(
        clinician is None or clinician.is_licensed_on(charge.rendered.service_date)
        for charge, service in draft.services
        for clinician in [draft.practice.clinician(service.provider)]
    )


def _medicare_settled(draft: Draft) -> bool:
    return Obstacle.COVERAGE_BLOCKED not in {
        draft.account.coverage_obstacle(
            service.provider, charge.rendered.started_at, charge.rendered.service_date, draft.practice
        )
        for charge, service in draft.services
    }


ELEMENTS: Final[tuple[Element, ...]] = (
    Element(
        Missing("patient_name_and_birth_date", "Complete the registration."),
        lambda draft: _profile(draft) is not None,
    ),
    Element(
        Missing("patient_sex", "Ask the patient and complete the registration."),
        lambda draft: bool((profile := _profile(draft)) and profile.sex),
    ),
    Element(
        Missing("patient_address", "Ask the patient and complete the registration."),
        lambda draft: bool((profile := _profile(draft)) and profile.address),
    ),
    Element(Missing("insurance", "Ask for the payer and the member id."), lambda draft: _insured(draft) is not None),
    Element(
        Missing("services", "Choose charges for services that were rendered."),
        lambda draft: bool(draft.services),
    ),
    Element(
        Missing("rendering_clinician", "Add the clinician's name and NPI to the practice."),
        lambda draft: all(draft.clinicians),
    ),
    Element(
        Missing("clinician_licence", "Add the licence that was valid on the date of service."),
        _all_licensed,
    ),
    Element(
        Missing("drug", "Have the rendering clinician add the drug's name, strength, NDC and amount."),
        lambda draft: all(service.drug_is_named for _, service in draft.services if service.is_drug),
    ),
    Element(
        Missing("diagnosis", "A clinician records the diagnoses."),
        lambda draft: all(draft.account.diagnosed_on(day) for day in draft.days),
    ),
    Element(
        Missing("diagnosis_code", "Have the clinician record codes of the ICD-10-CM edition of the day of service."),
        lambda draft: all(draft.diagnoses.values()),
    ),
    Element(
        Missing("diagnoses_too_many", "Bill fewer days together: a bill names twelve diagnoses."),
        lambda draft: len(draft.diagnoses) <= MOST_DIAGNOSES,
    ),
    Element(
        Missing("diagnosis_disclosure", "Ask the patient whether this bill may name the diagnoses."),
        lambda draft: draft.disclose_diagnoses,
    ),
    Element(
        Missing("medicare_private_contract", "Under Medicare the clinician must have opted out before the service."),
        _medicare_settled,
    ),
)


def missing_elements(draft: Draft) -> tuple[Missing, ...]:
    """Everything a superbill of this draft would lack. Raises `charge_not_billable` for a charge that can never be on
    one.
    """
    for charge in draft.charges:
        if charge.patient_id != draft.account.id:
            raise invalid("charge_not_billable", "A superbill is for the services of one patient.")
        if charge.rendered.cause in FEES:
            raise invalid("charge_not_billable", "A fee is for no service and never on a superbill.")
        if charge.state is not ChargeState.POSTED:
            raise conflict("charge_not_billable", "Only what was charged can be on a superbill.")
    return tuple(element.missing for element in ELEMENTS if not element.is_there(draft))


def content_of(draft: Draft) -> Content:
    """What is printed. Raises `superbill_incomplete`, naming everything that is missing."""
    missing = missing_elements(draft)
    profile, coverage = draft.account.profile, _insured(draft)
    if missing or profile is None or coverage is None:
        raise incomplete(missing)
    sex, address = profile.sex, profile.address
    if sex is None or address is None:
        raise incomplete(missing)
    letters = {
        clinician.id: letter for letter, clinician in zip(ascii_uppercase, filter(None, draft.clinicians), strict=False)
    }
    pointers = dict(zip(draft.diagnoses, ascii_uppercase, strict=False))
    return Content(
        patient=_patient(profile, sex, address, coverage),
        provider=draft.practice.on_paper(),
        clinicians=tuple(
            _clinician(clinician, letters[clinician.id], draft.practice) for clinician in draft.clinicians if clinician
        ),
        diagnoses=tuple(
            BilledDiagnosis(letter=pointers[code], code=code, description=description)
            for code, description in draft.diagnoses.items()
        ),
        lines=tuple(
            line
            for charge in sorted(draft.charges, key=lambda each: (each.rendered.service_date, each.id))
            for line in _lines(
                charge,
                letters,
                tuple(pointers[code] for code in draft.account.diagnosed_on(charge.rendered.service_date)),
            )
        ),
        payments=in_order(
            BilledPayment.of(payment, {charge.id for charge in draft.charges}) for payment in draft.payments
        ),
    )


def incomplete(missing: Sequence[Missing]) -> DomainError:
    elements = [{"code": each.code, "remedy": each.remedy} for each in missing]
    return conflict("superbill_incomplete", "A payer would refuse this superbill.", missing=elements)


def _patient(profile: BillingProfile, sex: Sex, address: Address, coverage: Coverage) -> BilledPatient:
    return BilledPatient(
        name=profile.legal_name,
        family_name=profile.family_name,
        given_name=profile.given_name,
        birth_date=profile.birth_date,
        sex=sex,
        address=address,
        coverage=coverage,
    )


def _clinician(clinician: Clinician, letter: str, practice: Practice) -> BilledClinician:
    assert clinician.licence is not None
    supervisor = practice.clinician(clinician.supervisor)
    return BilledClinician(
        letter=letter,
        name=clinician.name,
        credentials=clinician.credentials,
        npi=clinician.npi,
        licence_number=clinician.licence.number,
        licence_state=clinician.licence.state,
        taxonomy=clinician.taxonomy,
        supervisor_name=supervisor.name if supervisor else None,
        supervisor_npi=supervisor.npi if supervisor else None,
    )


def _lines(charge: Charge, letters: Mapping[StaffId, str], pointers: tuple[str, ...]) -> list[BilledLine]:
    billed = [(line, line.service) for line in charge.lines if line.service and line.amount is not None]
    return [
        BilledLine(
            charge_id=charge.id,
            service_date=charge.rendered.service_date,
            place_of_service=service.place_of_service or "",
            code=service.code,
            description=line.description,
            modifiers=service.modifiers,
            units=service.units,
            minutes=service.minutes,
            drug=service.drug,
            strength=service.strength,
            ndc=service.ndc,
            ndc_quantity=service.ndc_quantity,
            ndc_unit=service.ndc_unit,
            diagnosis_pointers=pointers[:MOST_POINTERS],
            clinician=letters[service.provider] if service.provider else "",
            charged=share.charged,
            paid=share.paid,
        )
        for (line, service), share in zip(billed, line_shares(charge), strict=True)
    ]
