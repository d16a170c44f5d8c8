"""Pages to people on call: each attempt to reach one person over one channel.

Invariant: a page is an intent first, written with the change that made it necessary; what became of it is recorded
afterwards. Its text names no patient and nothing clinical. A page is about an alert, or else it is a test and says so.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, not_found
from screening.domain.ids import AlertId, PageId, StaffId
from screening.domain.rota import ChannelKind

PAGE_TEXT = "CareFlow: a patient safety alert needs you. Please open the alert list and acknowledge it now."
TEST_TEXT = "CareFlow: this is a TEST page that you asked for. No patient needs you. Please confirm that it arrived."
RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30))
"""Waits between attempts over one channel; the chain moves on by its own clock meanwhile."""


class PageState(StrEnum):
    INTENDED = "intended"
    SENT = "sent"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class PageResult(StrEnum):
    """What a channel says of one attempt: handed on, known to have arrived, or refused."""

    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Aggregate):
    """`attempt_at` is when the next attempt is due; absent once the page is settled. Without an alert it is a test."""

    id: PageId
    alert_id: AlertId | None
    staff_id: StaffId
    channel: ChannelKind
    address: str = field(repr=False)
    intended_at: datetime
    attempt_at: datetime | None
    state: PageState = PageState.INTENDED
    attempts: int = 0
    settled_at: datetime | None = None

    @property
    def is_test(self) -> bool:
        """Whether it only tries out whether a page arrives."""
        return self.alert_id is None

    @property
    def text(self) -> str:
        """What it says."""
        return TEST_TEXT if self.is_test else PAGE_TEXT

    def attempted(self, result: PageResult, *, now: datetime) -> Self:
        """What one attempt came to; a refusal is tried again a few times, then given up."""
        if self.state is not PageState.INTENDED:
            return self
        tried = replace(self.recording(), attempts=self.attempts + 1)
        match result:
            case PageResult.SENT:
                return replace(tried, state=PageState.SENT, attempt_at=None, settled_at=now)
            case PageResult.DELIVERED:
                return replace(tried, state=PageState.DELIVERED, attempt_at=None, settled_at=now)
            case PageResult.REFUSED if self.attempts < len(RETRY_AFTER):
                return replace(tried, attempt_at=now + RETRY_AFTER[self.attempts])
            case PageResult.REFUSED:
                return replace(tried, state=PageState.FAILED, attempt_at=None, settled_at=now)

    def answered(self, by: StaffId, *, now: datetime) -> Self:
        """Somebody acknowledged the alert: this page was answered, or is no longer needed."""
        if self.state in (PageState.SENT, PageState.DELIVERED) and self.staff_id == by:
            return replace(self.recording(), state=PageState.ACKNOWLEDGED, settled_at=now)
        if self.state is PageState.INTENDED:
            return replace(self.recording(), state=PageState.WITHDRAWN, attempt_at=None, settled_at=now)
        return self

    def confirmed(self, by: StaffId, *, now: datetime) -> Self:
        """Whoever it was sent to has it; they may be quicker than the channel's answer. Refused: `page_not_found` for
        anybody else, `page_not_sent` for a page that was given up.
        """
        if self.staff_id != by:
            raise not_found("page")
        if self.state is PageState.FAILED:
            raise conflict("page_not_sent", "This page could not be sent.")
        if self.state is PageState.ACKNOWLEDGED:
            return self
        return replace(self.recording(), state=PageState.ACKNOWLEDGED, attempt_at=None, settled_at=now)
