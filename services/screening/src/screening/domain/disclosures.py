"""Disclosures: what of a patient's record left the clinic, to whom, why, and what allowed it.

Invariant: nothing of a record is handed out without one, and none is ever changed: together they are the accounting of
disclosures a patient may ask for. The substance-use part (42 CFR Part 2) is disclosed by itself, and on a basis of its
own: the patient's access to their own record, their written consent that is on record and counts, a medical emergency
or a court order.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from screening.domain.consents import DisclosureConsent
from screening.domain.facts import PatientFact
from screening.domain.ids import ConsentId, DisclosureId, PatientId, RecordRequestId, StaffId
from screening.domain.policy_values import Span


class RecordPart(StrEnum):
    """`general` is everything but `substance_use`."""

    GENERAL = "general"
    SUBSTANCE_USE = "substance_use"


class Basis(StrEnum):
    """What allows a disclosure. `treatment` is treatment, payment and operations: never enough for substance use."""

    PATIENT_ACCESS = "patient_access"
    TREATMENT = "treatment"
    WRITTEN_CONSENT = "written_consent"
    MEDICAL_EMERGENCY = "medical_emergency"
    COURT_ORDER = "court_order"


NAMES_A_DOCUMENT = frozenset({Basis.WRITTEN_CONSENT, Basis.COURT_ORDER})
"""Whoever relies on these says which consent or which order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePolicy:
    """How long after a disclosure was recorded its copy may be made."""

    copied_within: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDisclosed(PatientFact):
    """It is for a request for the patient's record, which booking keeps."""

    record_request_id: RecordRequestId
    disclosure_id: DisclosureId
    part: RecordPart
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Aggregate):
    """`reference` names the consent or the order it rests on; `consent_id` is the consent to disclose what is about
    substance use, `record_request_id` the request for the record it answers.
    """

    id: DisclosureId
    patient_id: PatientId
    part: RecordPart
    basis: Basis
    recipient: str = field(repr=False)
    reason: str = field(repr=False)
    reference: str = field(repr=False)
    consent_id: ConsentId | None = None
    record_request_id: RecordRequestId | None = None
    made_at: datetime
    made_by: StaffId

    @classmethod
    def made(
        cls,
        disclosure_id: DisclosureId,
        patient_id: PatientId,
        part: RecordPart,
        basis: Basis,
        *,
        recipient: str,
        reason: str,
        reference: str,
        consent: DisclosureConsent | None = None,
        record_request_id: RecordRequestId | None = None,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """Refused: `basis_not_enough` and `consent_missing` for the substance-use part, `consent_not_of_basis` where a
        consent to disclose that part is named for something else, `reference_missing`, and as
        `DisclosureConsent.must_cover_record`.
        """
        if part is RecordPart.SUBSTANCE_USE and basis is Basis.TREATMENT:
            raise invalid("basis_not_enough", "The substance-use part needs a basis of its own (42 CFR Part 2).")
        needs_consent = part is RecordPart.SUBSTANCE_USE and basis is Basis.WRITTEN_CONSENT
        if needs_consent and consent is None:
            raise invalid("consent_missing", "Name the consent on record that allows this (42 CFR 2.31).")
        if consent is not None and not needs_consent:
            raise invalid(
                "consent_not_of_basis", "The consent is to disclose the substance-use part, and for that alone."
            )
        if consent is not None:
            consent.must_cover_record(recipient, now=now)
        if consent is None and basis in NAMES_A_DOCUMENT and not reference.strip():
            raise invalid("reference_missing", "Name the consent or the order that allows this.")
        made = cls(
            id=disclosure_id,
            patient_id=patient_id,
            part=part,
            basis=basis,
            recipient=recipient,
            reason=reason,
            reference=reference,
            consent_id=consent.id if consent else None,
            record_request_id=record_request_id,
            made_at=now,
            made_by=by,
        )
        if record_request_id is None:
            return made
        said = RecordDisclosed(
            patient_id=patient_id,
            record_request_id=record_request_id,
            disclosure_id=disclosure_id,
            part=part,
            by=by,
            at=now,
        )
        return made.saying(said)

    def must_allow_a_copy(self, within: timedelta, *, now: datetime) -> None:
        """It accounts for the record of its own time, not for what is in it later. Refused: `disclosure_over`."""
        if now >= self.made_at + within:
            raise conflict("disclosure_over", "The time to make this copy is over: record a new disclosure.")
