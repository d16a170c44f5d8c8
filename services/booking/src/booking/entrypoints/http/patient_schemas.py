"""How patients and care paths look over HTTP."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, BaseModel, EmailStr, Field
from pydantic_core import PydanticCustomError

from booking.application.queries.read_care_path import CarePathReport
from booking.domain.care_path import Stage
from booking.domain.channels import Channel
from booking.domain.clearance import ClearanceStatus
from booking.domain.course import PlanStatus
from booking.domain.ids import AppointmentId, PatientId
from booking.domain.patient_details import Address, Contact, DeliveryPreference, PatientDetails, Sex
from booking.domain.patients import Evidence, Patient
from booking.domain.visits import Phase, VisitKind
from booking.entrypoints.http.schemas import Text
from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import Day
from careflow_service.http.places import UsState


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise PydanticCustomError("phone_invalid", "not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Phone = Annotated[str, Field(max_length=40), AfterValidator(_e164)]
"""Any usual way to write a number, American if it names no country; kept as E.164."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class ContactBody(RequestBody):
    name: Text
    phone: Phone

    def contact(self) -> Contact:
        return Contact(self.name, self.phone)


class AddressBody(RequestBody):
    line: Text
    city: Text
    state: UsState
    postal_code: Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]

    def address(self) -> Address:
        return Address(self.line, self.city, self.state, self.postal_code)


class PersonBody(RequestBody):
    """What somebody says of themselves to be called back."""

    given_name: Text
    family_name: Text
    birth_date: Day
    email: Annotated[EmailStr, Field(max_length=254)]
    phone: Phone
    state: UsState


class PatientBody(PersonBody):
    """All that is known of a patient. What is left out is not known."""

    preferred_name: Text | None = None
    sex: Sex | None = None
    pregnancy_possible: bool | None = None
    language: Language = "en"
    timezone: ZoneInfo = ZoneInfo("America/Los_Angeles")
    address: AddressBody | None = None
    emergency_contact: ContactBody | None = None
    escort: ContactBody | None = None
    channels: frozenset[Channel] = frozenset()
    delivery_preference: DeliveryPreference | None = None

    def details(self) -> PatientDetails:
        return PatientDetails(
            given_name=self.given_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            email=self.email,
            phone=self.phone,
            state=self.state,
            preferred_name=self.preferred_name,
            sex=self.sex,
            pregnancy_possible=self.pregnancy_possible,
            language=self.language,
            timezone=self.timezone.key,
            address=self.address.address() if self.address else None,
            emergency_contact=self.emergency_contact.contact() if self.emergency_contact else None,
            escort=self.escort.contact() if self.escort else None,
            channels=self.channels,
            delivery_preference=self.delivery_preference,
        )


class PatientChangeBody(PatientBody):
    """All that is known of a patient; with what was seen if it is a name, the birth date or the sex that changes."""

    evidence: Evidence | None = None


class PatientView(BaseModel):
    """A patient's registration. `possible_duplicates` were alike when this one was registered; `absorbed` were merged
    into it. One that was itself `merged_into` another is used no longer.
    """

    id: PatientId
    version: int
    registered_at: datetime
    possible_duplicates: tuple[PatientId, ...]
    absorbed: tuple[PatientId, ...]
    merged_into: PatientId | None
    details: PatientDetails

    @classmethod
    def of(cls, patient: Patient) -> "PatientView":
        return cls(
            id=patient.id,
            version=patient.version,
            registered_at=patient.registered_at,
            possible_duplicates=patient.possible_duplicates,
            absorbed=patient.absorbed,
            merged_into=patient.merge.into if patient.merge else None,
            details=patient.details,
        )


class MergeBody(RequestBody):
    """The record that stays."""

    surviving_patient_id: Annotated[str, Field(max_length=64)]


class SearchBody(RequestBody):
    """Whom to look for; in the body, because none of it belongs into a log of URLs."""

    birth_date: Day
    email: Annotated[EmailStr, Field(max_length=254)] | None = None
    phone: Phone | None = None


class PatientsView(BaseModel):
    items: list[PatientView]


class GateView(BaseModel):
    code: str
    reason: str
    opened_by: str


class BookableView(BaseModel):
    """Whether this kind of visit may be booked for now, and if not, every reason."""

    kind: VisitKind
    allowed: bool
    closed_gates: list[GateView]


class DueView(BaseModel):
    code: str
    by: datetime | None
    ref: str | None


class ClearanceView(BaseModel):
    id: str
    status: ClearanceStatus
    valid_until: datetime
    conditional: bool
    warned_days_left: int | None


class PlanView(BaseModel):
    id: str
    phase: Phase
    status: PlanStatus


class CarePathView(BaseModel):
    """`at_risk` are the dosing visits later than the clearance lasts."""

    patient_id: PatientId
    version: int
    stage: Stage
    bookable: list[BookableView]
    due: list[DueView]
    clearance: ClearanceView | None
    plan: PlanView | None
    at_risk: list[AppointmentId]
    closed_because: str | None

    @classmethod
    def of(cls, report: CarePathReport) -> "CarePathView":
        path, plan = report.path, report.path.course.plan
        return cls(
            patient_id=path.id,
            version=path.version,
            stage=path.stage,
            bookable=[
                BookableView(
                    kind=kind,
                    allowed=not closed,
                    closed_gates=[
                        GateView(code=each.code, reason=each.reason, opened_by=each.opened_by) for each in closed
                    ],
                )
                for kind, closed in report.closed_gates.items()
            ],
            due=[DueView(code=item.code, by=item.by, ref=item.ref) for item in report.due],
            clearance=ClearanceView(
                id=path.clearance.id,
                status=path.clearance.status,
                valid_until=path.clearance.valid_until,
                conditional=path.clearance.conditional,
                warned_days_left=path.clearance.warned_days_left,
            )
            if path.clearance
            else None,
            plan=PlanView(id=plan.id, phase=plan.phase, status=plan.status) if plan else None,
            at_risk=[visit.appointment_id for visit in path.at_risk],
            closed_because=path.closed_because,
        )
