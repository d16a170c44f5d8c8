"""Who the clinic is on paper: the billing provider and the clinicians who render services.

Invariant: NPIs and the EIN carry right check digits and prefixes (checked where the document is read).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.domain.addresses import Address
from billing.domain.ids import StaffId
from careflow_domain.errors import invalid


class Profession(StrEnum):
    """What somebody is licensed as; THERAPIST: LMFT, LCSW, LPCC; ASSOCIATE: one of these under supervision."""

    PHYSICIAN = "physician"
    NURSE_PRACTITIONER = "nurse_practitioner"
    PSYCHOLOGIST = "psychologist"
    THERAPIST = "therapist"
    ASSOCIATE = "associate"
    REGISTERED_NURSE = "registered_nurse"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """A clinician has opted out of Medicare for these days, both included (42 CFR 405.400)."""

    begins_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianLicence:
    number: str
    state: str
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinician:
    """Somebody who renders services. `name` is the legal name as in NPPES; `supervisor` is whose licence an associate
    works under.
    """

    id: StaffId
    name: str
    credentials: str
    profession: Profession
    npi: str
    licence: ClinicianLicence | None
    taxonomy: str | None = None
    supervisor: StaffId | None = None
    medicare_opt_outs: tuple[OptOut, ...] = ()

    def is_licensed_on(self, day: date) -> bool:
        return self.licence is not None and (self.licence.valid_until is None or day <= self.licence.valid_until)

    def opted_out_on(self, day: date) -> bool:
        return any(each.begins_on <= day <= each.ends_on for each in self.medicare_opt_outs)


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledProvider:
    """The practice as a paper names it."""

    legal_name: str
    address: Address
    phone: str
    email: str
    npi: str
    ein: str
    taxonomy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The clinic as a billing provider. Raises `practice_invalid`."""

    legal_name: str
    address: Address
    phone: str
    email: str
    npi: str
    ein: str
    taxonomy: str | None
    clinicians: tuple[Clinician, ...]

    def __post_init__(self) -> None:
        ids = [clinician.id for clinician in self.clinicians]
        if len(set(ids)) != len(ids):
            raise invalid("practice_invalid", "Each clinician is listed once.")
        if any(clinician.supervisor and clinician.supervisor not in ids for clinician in self.clinicians):
            raise invalid("practice_invalid", "A supervisor is one of the clinicians.")

    def clinician(self, staff_id: StaffId | None) -> Clinician | None:
        return next((clinician for clinician in self.clinicians if clinician.id == staff_id), None)

    def bills(self, staff_id: StaffId) -> bool:
        """Whether they render services in their own name."""
        clinician = self.clinician(staff_id)
        return clinician is not None and clinician.profession is not Profession.REGISTERED_NURSE

    def on_paper(self) -> BilledProvider:
        """What estimates and superbills keep of it."""
        return BilledProvider(
            legal_name=self.legal_name,
            address=self.address,
            phone=self.phone,
            email=self.email,
            npi=self.npi,
            ein=self.ein,
            taxonomy=self.taxonomy,
        )
