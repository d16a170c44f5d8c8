"""What of a patient has to be kept although they asked for its erasure, and until when.

Invariant: whatever a service holds that its policy names for retention keeps the patient from being erased until the
last of it may go; what the policy does not name keeps nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careflow_domain.errors import invalid
from careflow_domain.setting import Setting


class RetentionReason(StrEnum):
    CARE_RECORD = "care_record"
    """Care was begun: its record is kept for as long as the law says."""
    SIGNED_DOCUMENTS = "signed_documents"
    """Something was signed or handed out that has to be kept."""
    BOOKS = "books"
    """The clinic's books have entries about the patient."""
    MONEY_OWED = "money_owed"
    """Somebody owes the other money: nothing is erased before it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why, and until when at least; None while nobody can tell."""

    reason: RetentionReason
    retain_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that is held of a patient, and when the last of it happened: the years count from then."""

    reason: RetentionReason
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """For how many years after its end each kind of thing is kept. Raises `policy_invalid`."""

    care_record_years: Setting[int]
    signed_document_years: Setting[int]
    books_years: Setting[int]

    def __post_init__(self) -> None:
        if any(years.value < 0 for years in (self.care_record_years, self.signed_document_years, self.books_years)):
            raise invalid("policy_invalid", "Nothing is kept for less than no time.")

    def refusal(self, kept: Iterable[Kept], now: datetime) -> Refusal | None:
        """Why the patient cannot be erased now: by what has to be kept longest. None when nothing has to."""
        refusals = [Refusal(reason=each.reason, retain_until=self._until(each)) for each in kept]
        still = [each for each in refusals if each.retain_until is not None and each.retain_until > now]
        return max(still, key=lambda each: each.retain_until or now, default=None)

    def _until(self, kept: Kept) -> datetime:
        years = {
            RetentionReason.CARE_RECORD: self.care_record_years,
            RetentionReason.SIGNED_DOCUMENTS: self.signed_document_years,
            RetentionReason.BOOKS: self.books_years,
        }[kept.reason].value
        return years_after(kept.last, years)


def years_after(moment: datetime, years: int) -> datetime:
    """The same moment so many years later; a 29 February becomes 1 March where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
