"""A patient's account: who bills name, what covers them, what they have signed.

Invariant: one per patient, under the patient's id. A detail nobody has said is None, never a guess.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from billing.domain.addresses import Address
from billing.domain.card_numbers import refuse_card_number
from billing.domain.diagnoses import Diagnoses, in_force_on, with_recorded
from billing.domain.ids import AppointmentId, PatientId, StaffId
from billing.domain.obstacles import Obstacle
from billing.domain.practice import Practice
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid

MOST_YEARS: Final = 2
"""How long a private contract lasts at most: the practitioner's opt-out period (42 CFR 405.400)."""


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"
    INTERSEX = "intersex"


class DeliveryPreference(StrEnum):
    """How somebody wants estimates and bills."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


class CoverageKind(StrEnum):
    """What the patient answered when asked who covers them."""

    NONE = "none"
    COMMERCIAL = "commercial"
    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    OTHER = "other"


class Relationship(StrEnum):
    """What the patient is to the subscriber of the insurance."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingProfile:
    """What estimates and superbills name of a person, as registration has it."""

    given_name: str
    family_name: str
    birth_date: date
    sex: Sex | None = None
    address: Address | None = None
    delivery_preference: DeliveryPreference | None = None

    @property
    def legal_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """An insurance, or the answer that there is none. Raises `coverage_invalid`."""

    kind: CoverageKind
    payer: str | None = None
    member_id: str | None = None
    group_number: str | None = None
    relationship: Relationship = Relationship.SELF
    subscriber_name: str | None = None

    def __post_init__(self) -> None:
        insured = self.kind is not CoverageKind.NONE
        if insured != (self.payer is not None and self.member_id is not None):
            raise invalid("coverage_invalid", "An insurance has a payer and a member id; without one there is neither.")
        if (self.relationship is not Relationship.SELF) != (self.subscriber_name is not None):
            raise invalid("coverage_invalid", "Somebody else's insurance names its subscriber.")

    @property
    def is_filed_by_patient(self) -> bool:
        """Whether the patient may ask this insurance to pay them back. Under a Medicare private contract they have
        agreed not to (42 CFR 405.415), and without one the clinic renders nothing.
        """
        return self.kind not in (CoverageKind.NONE, CoverageKind.MEDICARE)


@dataclass(frozen=True, slots=True)
class SignedPolicy:
    """A financial policy the patient has agreed to."""

    policy_version: str
    signed_at: datetime
    consent_id: str


@dataclass(frozen=True, slots=True)
class PrivateContract:
    """A Medicare private contract with a practitioner who opted out (42 CFR 405.405), as it was recorded here."""

    practitioner_id: StaffId
    signed_on: date
    ends_on: date
    recorded_at: datetime

    def __post_init__(self) -> None:
        two_years_on = (self.signed_on.year + MOST_YEARS, self.signed_on.month, self.signed_on.day)
        if self.ends_on <= self.signed_on or (self.ends_on.year, self.ends_on.month, self.ends_on.day) > two_years_on:
            raise invalid("contract_invalid", "A private contract ends after it is signed, within two years.")

    def covers(self, practitioner_id: StaffId | None, at: datetime, day: date) -> bool:
        """Whether a service of the practitioner at a time is under it: it never reaches back before it was recorded."""
        mine = self.practitioner_id == practitioner_id
        return mine and self.signed_on <= day <= self.ends_on and self.recorded_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Fact):
    account: "Account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Aggregate):
    """`courtesy_for` is the appointment whose fee was waived because it was the first; `merged_into` the record of the
    same person for which this one was given up.
    """

    id: PatientId
    opened_at: datetime
    profile: BillingProfile | None = field(default=None, repr=False)
    coverage: Coverage | None = field(default=None, repr=False)
    diagnoses: tuple[Diagnoses, ...] = field(default=(), repr=False)
    signed: tuple[SignedPolicy, ...] = ()
    contracts: tuple[PrivateContract, ...] = ()
    courtesy_for: AppointmentId | None = None
    merged_into: PatientId | None = None

    @classmethod
    def opened(cls, patient_id: PatientId, *, now: datetime) -> "Account":
        account = cls(id=patient_id, opened_at=now)
        return account.saying(AccountOpened(account=account, at=now))

    @property
    def is_insured(self) -> bool:
        """Whether somebody may pay the patient back for what is on a superbill."""
        return self.coverage is not None and self.coverage.kind is not CoverageKind.NONE

    def given_up_for(self, survivor_id: PatientId | None) -> "Account":
        """Its record was merged into another one; None where it is in use again. What stands in it stays there."""
        return self if self.merged_into == survivor_id else replace(self.recording(), merged_into=survivor_id)

    def check_in_use(self) -> None:
        """Raises `patient_merged`."""
        if self.merged_into is not None:
            raise conflict(
                "patient_merged",
                "The record was merged into another; use that one.",
                surviving_patient_id=self.merged_into,
            )

    def with_profile(self, profile: BillingProfile) -> "Account":
        return self if profile == self.profile else replace(self.recording(), profile=profile)

    def with_coverage(self, coverage: Coverage) -> "Account":
        """Raises `card_number_refused`."""
        for text in (coverage.payer, coverage.member_id, coverage.group_number, coverage.subscriber_name):
            refuse_card_number(text)
        return self if coverage == self.coverage else replace(self.recording(), coverage=coverage)

    def with_diagnoses(self, diagnoses: Diagnoses) -> "Account":
        after = with_recorded(self.diagnoses, diagnoses)
        return self if after == self.diagnoses else replace(self.recording(), diagnoses=after)

    def diagnosed_on(self, day: date) -> tuple[str, ...]:
        """The codes in force on a day of service, in the order a bill lists them."""
        return in_force_on(self.diagnoses, day)

    def with_signature(self, signed: SignedPolicy) -> "Account":
        return self if signed in self.signed else replace(self.recording(), signed=(*self.signed, signed))

    def with_contract(self, contract: PrivateContract, *, today: date) -> "Account":
        """Raises `contract_invalid` for one that is yet to be signed."""
        if contract.signed_on > today:
            raise invalid("contract_invalid", "A private contract is recorded once it is signed.")
        same = [each for each in self.contracts if replace(each, recorded_at=contract.recorded_at) == contract]
        return self if same else replace(self.recording(), contracts=(*self.contracts, contract))

    def with_courtesy(self, appointment_id: AppointmentId) -> "Account":
        return replace(self.recording(), courtesy_for=appointment_id)

    def without_courtesy(self, appointment_id: AppointmentId) -> "Account":
        """The visit was not lost: the first time is still to come."""
        return replace(self.recording(), courtesy_for=None) if self.courtesy_for == appointment_id else self

    def agreed_before(self, instant: datetime) -> SignedPolicy | None:
        """The financial policy the patient had signed by then, the latest of them."""
        earlier = [signed for signed in self.signed if signed.signed_at < instant]
        return max(earlier, key=lambda signed: signed.signed_at, default=None)

    def coverage_obstacle(
        self, practitioner_id: StaffId | None, at: datetime, day: date, practice: Practice
    ) -> Obstacle | None:
        """Why the patient may not be charged for this practitioner's service: nobody asked who covers them, or
        Medicare does and there is no private contract of before the service with somebody who opted out.
        """
        if self.coverage is None:
            return Obstacle.COVERAGE_UNKNOWN
        if self.coverage.kind is not CoverageKind.MEDICARE:
            return None
        clinician = practice.clinician(practitioner_id)
        opted_out = clinician is not None and clinician.opted_out_on(day)
        contracted = any(contract.covers(practitioner_id, at, day) for contract in self.contracts)
        return None if opted_out and contracted else Obstacle.COVERAGE_BLOCKED
