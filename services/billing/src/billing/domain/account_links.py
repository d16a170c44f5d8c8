"""A link by which a patient comes to their own account without a login; see `careflow_domain.ways_in`. It is made to be
handed over, or to be sent: by booking, which has the patient's address.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, Self

from billing.domain.accounts import Account
from billing.domain.ids import AccountLinkId, PatientId, StaffId
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from careflow_domain.setting import Setting
from careflow_domain.ways_in import Tries, WayIn, WayInPolicy

GATHERING: Final = Setting(
    value=15,
    default=15,
    source="ours: what a biller issues in one go for a patient is one message, and it is there the same hour",
)
"""For a clinic whose own policy says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinkPolicy(WayInPolicy):
    """Of links to an account, and how long what is new is gathered before the patient is told of all of it. Raises
    `policy_invalid`.
    """

    gathering_minutes: Setting[int] = GATHERING

    def __post_init__(self) -> None:
        if self.leads_nowhere:
            raise invalid("policy_invalid", "A link to an account leads in for a day, a try and a minute at least.")
        if self.gathering_minutes.value < 0:
            raise invalid("policy_invalid", "What is new is gathered for no time, or for some.")

    @property
    def gathering(self) -> timedelta:
        return timedelta(minutes=self.gathering_minutes.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinkIssued(Fact):
    """A link that the patient is to be sent."""

    patient_id: PatientId
    link_id: AccountLinkId
    works_until: datetime
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink(Aggregate):
    """`issued_by` is nobody where it was made because something is new. `send_at` is when it is to be sent, absent once
    it is, or where it is handed over; `sent_at` when it was.
    """

    id: AccountLinkId
    patient_id: PatientId
    issued_by: StaffId | None
    issued_at: datetime
    works_until: datetime
    tries: Tries = field(default_factory=Tries)
    send_at: datetime | None = None
    sent_at: datetime | None = None

    @classmethod
    def issued(
        cls, link_id: AccountLinkId, account: Account, policy: AccountLinkPolicy, *, by: StaffId | None, now: datetime
    ) -> Self:
        """For a patient whose birth date is known, for it is asked for. Raises `birth_date_unknown`."""
        if account.profile is None:
            raise conflict("birth_date_unknown", "Without the birth date nobody can show that the link is theirs.")
        works_until = now + policy.works_for
        return cls(id=link_id, patient_id=account.id, issued_by=by, issued_at=now, works_until=works_until)

    def later(self, policy: AccountLinkPolicy) -> Self:
        """A new one, to be sent once what else is new has been gathered."""
        return replace(self, send_at=self.issued_at + policy.gathering)

    def sent(self, link: str, policy: AccountLinkPolicy, *, now: datetime) -> Self:
        """It is for the patient to have now, and works from now on."""
        works_until = now + policy.works_for
        issued = AccountLinkIssued(
            at=now, patient_id=self.patient_id, link_id=self.id, works_until=works_until, link=link
        )
        return replace(self, send_at=None, sent_at=now, works_until=works_until).saying(issued)

    def given_up(self) -> Self:
        """It is not sent."""
        return replace(self, send_at=None)

    def way_in(self, policy: AccountLinkPolicy) -> WayIn:
        return policy.way_in(self.patient_id, self.tries, until=self.works_until)

    def leads_in(self, policy: AccountLinkPolicy, *, now: datetime) -> bool:
        """Whether somebody can have it and come in by it."""
        return self.send_at is None and self.way_in(policy).leads_in(now)

    def tried(self, born_on: date, account: Account, policy: AccountLinkPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is; the same link where nobody comes in by it any more."""
        right = account.profile is not None and account.profile.birth_date == born_on
        tries = self.way_in(policy).tried(right=right, now=now)
        return self if tries is self.tries else replace(self.recording(), tries=tries)
