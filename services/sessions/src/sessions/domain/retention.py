"""What sessions has to keep of a patient who asks for erasure: the record of a treatment, what was
signed, and what of it left the clinic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from careflow_domain.aggregate import Fact
from careflow_domain.disclosures import Disclosure, kept_for_accounting
from careflow_domain.retention import Kept, Refusal, RetentionReason
from sessions.domain.adverse_events import AdverseEvent
from sessions.domain.consents import Consent
from sessions.domain.ids import ErasureId, PatientId
from sessions.domain.packages import Package
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAgreed(Fact):
    patient_id: PatientId
    erasure_id: ErasureId


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRefused(Fact):
    patient_id: PatientId
    erasure_id: ErasureId
    refusal: Refusal


def kept(
    plans: Sequence[Plan],
    sessions: Sequence[Session],
    harm: Sequence[AdverseEvent],
    consents: Sequence[Consent],
    disclosures: Sequence[Disclosure],
    packages: Sequence[Package],
    now: datetime,
) -> Iterator[Kept]:
    """A treatment is kept from its last session on, a plan nobody was treated by from when it was signed: one that was
    only drafted, from now on. A consent is kept from when it counts no more; of a package that was kept for a patient
    there has to remain to whom its drug went.
    """
    for plan in plans:
        yield Kept(reason=RetentionReason.CARE_RECORD, last=plan.signature.at if plan.signature else now)
    for session in sessions:
        yield Kept(reason=RetentionReason.CARE_RECORD, last=session.ended_at or session.ends_at or now)
    for event in harm:
        yield Kept(reason=RetentionReason.CARE_RECORD, last=event.reported_at)
    for consent in consents:
        yield Kept(reason=RetentionReason.SIGNED_DOCUMENTS, last=consent.valid_until)
    yield from kept_for_accounting(disclosures)
    for package in packages:
        yield Kept(reason=RetentionReason.CARE_RECORD, last=package.received_at)
