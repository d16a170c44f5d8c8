"""Disclosures: what of a patient's record left a service, to whom, when, why, and what allowed it.

Invariant: nothing of a record is handed out without one, and none is ever changed: together they are the accounting of
disclosures a patient may ask for (45 CFR 164.528). What is more protected than the rest is disclosed by itself, and on
a basis of its own: what is about substance use (42 CFR Part 2), and psychotherapy notes (45 CFR 164.508(a)(2)).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from careflow_domain.retention import Kept, RetentionReason
from careflow_domain.setting import Setting


class RecordPart(StrEnum):
    """`general` is everything but the others."""

    GENERAL = "general"
    SUBSTANCE_USE = "substance_use"
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"


class Basis(StrEnum):
    """What allows a disclosure. `treatment` is treatment, payment and operations; `required_by_law` what a law asks of
    the clinic: a report it must make, oversight, an authority (45 CFR 164.512).
    """

    PATIENT_ACCESS = "patient_access"
    TREATMENT = "treatment"
    WRITTEN_CONSENT = "written_consent"
    MEDICAL_EMERGENCY = "medical_emergency"
    COURT_ORDER = "court_order"
    REQUIRED_BY_LAW = "required_by_law"


NAMES_A_DOCUMENT: Final = frozenset({Basis.WRITTEN_CONSENT, Basis.COURT_ORDER, Basis.REQUIRED_BY_LAW})
"""Whoever relies on these says which consent, which order or which law."""
NEVER_ENOUGH: Final = {
    RecordPart.GENERAL: frozenset[Basis](),
    RecordPart.SUBSTANCE_USE: frozenset({Basis.TREATMENT, Basis.REQUIRED_BY_LAW}),
    RecordPart.PSYCHOTHERAPY_NOTES: frozenset({Basis.TREATMENT, Basis.PATIENT_ACCESS}),
}
"""On what a part is never handed out. Substance use: 42 CFR 2.12, 2.13(a), 2.61 (no law but its own, and a court's
order under it); psychotherapy notes: 45 CFR 164.508(a)(2), 164.524(a)(1)(i)."""
NOT_ACCOUNTED_FOR: Final = frozenset({Basis.PATIENT_ACCESS, Basis.TREATMENT, Basis.WRITTEN_CONSENT})
"""What 45 CFR 164.528(a)(1) leaves out of the accounting that is owed. It is shown all the same."""


class CoversRecord(Protocol):
    """A consent on record to disclose what is about substance use."""

    @property
    def id(self) -> str: ...

    def must_cover_record(self, recipient: str, *, now: datetime) -> None:
        """Refuses where it does not count now, for copies of the record, or for this recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPolicy:
    """How long after a disclosure was recorded its copy may be made. Raises `policy_invalid`."""

    copied_within_hours: Setting[int]

    def __post_init__(self) -> None:
        if self.copied_within_hours.value <= 0:
            raise invalid("policy_invalid", "A copy takes some time to be made.")

    @property
    def copied_within(self) -> timedelta:
        return timedelta(hours=self.copied_within_hours.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Aggregate):
    """`reference` names the consent, the order or the law it rests on; `consent_id` is the consent to disclose what is
    about substance use, `record_request_id` the request for the record it answers.
    """

    id: str
    patient_id: str
    part: RecordPart
    basis: Basis
    recipient: str = field(repr=False)
    reason: str = field(repr=False)
    reference: str = field(repr=False)
    consent_id: str | None = None
    record_request_id: str | None = None
    made_at: datetime
    made_by: str

    @classmethod
    def made(
        cls,
        disclosure_id: str,
        patient_id: str,
        part: RecordPart,
        basis: Basis,
        *,
        recipient: str,
        reason: str,
        reference: str,
        consent: CoversRecord | None = None,
        record_request_id: str | None = None,
        by: str,
        now: datetime,
    ) -> Self:
        """Refused: `basis_not_enough` and `consent_missing` for the protected parts, `consent_not_of_basis` where a
        consent to disclose what is about substance use is named for something else, `reference_missing`, and as
        `CoversRecord.must_cover_record`.
        """
        if basis in NEVER_ENOUGH[part]:
            raise invalid("basis_not_enough", "This part of the record needs a basis of its own.")
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
            raise invalid("reference_missing", "Name the consent, the order or the law that allows this.")
        return cls(
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

    @property
    def accounted_for(self) -> bool:
        """Whether the law has it accounted for to the patient (45 CFR 164.528(a)(1))."""
        return self.basis not in NOT_ACCOUNTED_FOR

    def must_allow_a_copy(self, within: timedelta, *, now: datetime) -> None:
        """It accounts for the record of its own time, not for what is in it later. Refused: `disclosure_over`."""
        if now >= self.made_at + within:
            raise conflict("disclosure_over", "Its copy had to be made soon after. Record a new disclosure.")


def kept_for_accounting(disclosures: Iterable[Disclosure]) -> Iterator[Kept]:
    """What has to be accounted for is kept for as long as a patient may ask for it: for six years (45 CFR 164.528(a),
    164.530(j)), through their own wish to be erased. What went to themselves, or by their own leave, keeps nobody.
    """
    for each in disclosures:
        if each.accounted_for:
            yield Kept(reason=RetentionReason.SIGNED_DOCUMENTS, last=each.made_at)
