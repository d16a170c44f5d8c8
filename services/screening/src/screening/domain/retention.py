"""What screening has to keep of a patient who asks for erasure: everything, once anything clinical was said,
and what of it left the clinic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from careflow_domain.disclosures import Disclosure, kept_for_accounting
from careflow_domain.retention import Kept, Refusal, RetentionReason
from screening.domain.alerts import SafetyAlert
from screening.domain.case import Case
from screening.domain.facts import PatientFact
from screening.domain.ids import ErasureId


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAgreed(PatientFact):
    erasure_id: ErasureId


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRefused(PatientFact):
    erasure_id: ErasureId
    refusal: Refusal


def kept(
    cases: Sequence[Case], alert: SafetyAlert | None, disclosures: Sequence[Disclosure], now: datetime
) -> Iterator[Kept]:
    """A case that was opened and in which nobody has said anything yet is none to keep. `alert` is the newest."""
    for case in cases:
        if case.begun:
            last = now if case.ending is None else case.ending.at
            yield Kept(reason=RetentionReason.CARE_RECORD, last=last)
    if alert is not None:
        yield Kept(reason=RetentionReason.CARE_RECORD, last=alert.raised_at)
    yield from kept_for_accounting(disclosures)
