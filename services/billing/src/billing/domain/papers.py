"""Papers a patient keeps: receipts, statements of account, summaries of a year, letters of appeal.

Invariant: a paper never changes once it was issued, neither what it says nor its bytes. What is to be said anew is
another paper, under a number of its own, that names the one before it.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import date, datetime

from billing.domain.appeal_letters import AppealLetter
from billing.domain.ids import PaperId, PatientId
from billing.domain.letterhead import PaperKind
from billing.domain.receipts import Receipt
from billing.domain.statements import Statement
from billing.domain.yearly_summaries import YearlySummary
from careflow_domain.aggregate import Aggregate

Content = Receipt | Statement | YearlySummary | AppealLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Aggregate):
    """`about` is what it is about among those of its kind and patient: a payment's id, a month (2026-11), a year,
    a superbill's id with the stage of the appeal.
    """

    id: PaperId
    patient_id: PatientId
    about: str
    number: str
    issued_at: datetime
    issued_on: date
    content: Content = field(repr=False)
    replaces: PaperId | None = None
    replaces_number: str | None = None

    @property
    def kind(self) -> PaperKind:
        return self.content.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Print(Aggregate):
    """A paper's bytes as they were issued; its id is the paper's."""

    id: PaperId
    patient_id: PatientId
    base64: str = field(repr=False)

    @classmethod
    def of(cls, paper: Paper, pdf: bytes) -> "Print":
        return cls(id=paper.id, patient_id=paper.patient_id, base64=b64encode(pdf).decode("ascii"))

    @property
    def pdf(self) -> bytes:
        return b64decode(self.base64)
