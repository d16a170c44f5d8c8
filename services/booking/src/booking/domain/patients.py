"""A patient's registration. Invariants: at registration an adult who lives in a state the clinic serves; who is found
to be neither is recorded as they are, and not treated. A record that was merged into another changes no more, and none
was merged into itself by way of others. Everything but the ids is PHI.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from booking.domain.ids import PatientId
from booking.domain.patient_details import GROUPS, IDENTIFYING, DetailGroup, PatientDetails
from booking.domain.policy import BookingPolicy
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import DomainError, conflict, forbidden, invalid


class Evidence(StrEnum):
    """What staff have seen before they correct who somebody is."""

    PHOTO_ID = "photo_id"
    BIRTH_CERTIFICATE = "birth_certificate"
    COURT_ORDER = "court_order"
    OWN_RECORDS = "own_records"
    """The clinic's own papers say otherwise: a mistake made when it was written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Which identifying details were corrected, by whom, and what they had seen."""

    at: datetime
    by: str
    evidence: Evidence
    details: tuple[str, ...]


TOLD: Final = 1
"""What other services are told of a patient, by number: it rises when they are told more than before, and they are told
it of everybody again. 1: screening is told names.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRegistered(Fact):
    patient: "Patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetailsChanged(Fact):
    """`changed` names the groups of details that differ."""

    patient: "Patient"
    changed: tuple[DetailGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Into which record one was merged, when, and who had decided that they are one person."""

    into: PatientId
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsMerged(Fact):
    patient: "Patient"
    survivor_id: PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsUnmerged(Fact):
    patient: "Patient"
    survivor_id: PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Aggregate):
    """A registered person. `possible_duplicates` were alike at registration; only a human decides whether they are
    one. `absorbed` are the records that were merged into this one. `told` is what other services were told of them,
    0 where that was before it was counted.
    """

    id: PatientId
    details: PatientDetails
    registered_at: datetime
    possible_duplicates: tuple[PatientId, ...] = ()
    corrections: tuple[Correction, ...] = ()
    merge: Merge | None = None
    absorbed: tuple[PatientId, ...] = ()
    told: int = 0

    @classmethod
    def registered(
        cls,
        patient_id: PatientId,
        details: PatientDetails,
        *,
        policy: BookingPolicy,
        now: datetime,
        today: date,
        alike: tuple[PatientId, ...] = (),
    ) -> "Patient":
        """`today` is the clinic's date. Raises `birth_date_in_future`, `minor_not_served` or `state_not_served`."""
        details.check_adult(policy, today)
        details.check_state(policy)
        patient = cls(id=patient_id, details=details, registered_at=now, possible_duplicates=alike, told=TOLD)
        return patient.saying(PatientRegistered(patient=patient, at=now))

    @classmethod
    def asking(cls, patient_id: PatientId, details: PatientDetails, *, asked_at: datetime) -> "Patient":
        """Somebody who has asked for a call and not confirmed it yet: as they would be registered, for who only looks
        at it or writes to them.
        """
        return cls(id=patient_id, details=details, registered_at=asked_at)

    def with_details(
        self, details: PatientDetails, *, by: str, evidence: Evidence | None, own: bool, now: datetime, today: date
    ) -> "Patient":
        """The same patient if nothing differs. That somebody is a minor, or has moved to another state, is a fact to
        record: it closes the gates of what may be booked. `own` if it is the patient who says so, `today` is the
        clinic's date.

        Raises `patient_merged`, `birth_date_in_future`, `identity_by_staff_only` or `evidence_needed`.
        """
        self.check_in_use()
        changed = {f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name)}
        if not changed:
            return self
        details.check_born(today)
        corrections = self.corrections
        if identifying := tuple(sorted(IDENTIFYING & changed)):
            if own:
                raise forbidden("identity_by_staff_only", "Names, birth date and sex are corrected by the clinic.")
            if evidence is None:
                raise invalid("evidence_needed", "Say what proves that a name, the birth date or the sex is another.")
            corrections = (*corrections, Correction(at=now, by=by, evidence=evidence, details=identifying))
        after = replace(self.recording(), details=details, corrections=corrections, told=TOLD)
        groups = tuple(group for group, names in GROUPS.items() if names & changed)
        return after.saying(PatientDetailsChanged(patient=after, changed=groups, at=now))

    def told_again(self, *, now: datetime) -> "Patient":
        """Everything other services are told of a patient by now; the same where they were, and of a record that was
        given up, too, for it is still read by name.
        """
        if self.told >= TOLD:
            return self
        after = replace(self.recording(), told=TOLD)
        return after.saying(PatientDetailsChanged(patient=after, changed=(DetailGroup.IDENTITY,), at=now))

    @property
    def looks_like(self) -> tuple[PatientId, ...]:
        """Whom a human should look at beside this one; nobody once that is settled."""
        if self.merge is not None:
            return ()
        return tuple(each for each in self.possible_duplicates if each not in self.absorbed)

    def merged_into(self, survivor: "Patient", *, by: str, now: datetime) -> "Patient":
        """This record is given up for the other's. Raises `same_patient`, `patient_merged` if either was merged
        already, or `not_alike`.
        """
        if survivor.id == self.id:
            raise invalid("same_patient", "A record cannot be merged into itself.")
        self.check_in_use()
        survivor.check_in_use()
        if not self._alike(survivor):
            raise conflict("not_alike", "The two share no birth date and contact, and never did.")
        after = replace(self.recording(), merge=Merge(into=survivor.id, at=now, by=by))
        return after.saying(PatientsMerged(patient=after, survivor_id=survivor.id, at=now))

    def absorbing(self, given_up: "Patient") -> "Patient":
        """The other record was merged into this one."""
        return replace(self.recording(), absorbed=(*self.absorbed, given_up.id))

    def unmerged(self, policy: BookingPolicy, *, now: datetime) -> "Patient":
        """In use again, by itself. Raises `not_merged`, or `merge_final` when that is too late."""
        if self.merge is None:
            raise conflict("not_merged", "The record is merged into no other.")
        if now >= self.merge.at + policy.merge_reversible:
            raise conflict("merge_final", "It was merged too long ago to be undone.")
        after = replace(self.recording(), merge=None)
        return after.saying(PatientsUnmerged(patient=after, survivor_id=self.merge.into, at=now))

    def giving_back(self, other: PatientId) -> "Patient":
        """The other record stands by itself again."""
        return replace(self.recording(), absorbed=tuple(each for each in self.absorbed if each != other))

    def check_in_use(self) -> None:
        """Raises `patient_merged`."""
        if self.merge is not None:
            raise patient_merged()

    def _alike(self, other: "Patient") -> bool:
        marked = other.id in self.possible_duplicates or self.id in other.possible_duplicates
        return marked or bool(self.details.known_by.items() & other.details.known_by.items())


def patient_merged() -> DomainError:
    """The record was given up."""
    return conflict("patient_merged", "The record was merged into another; use that one.")
