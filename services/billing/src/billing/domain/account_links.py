"""A link by which a patient comes to their own account without a login; see `careflow_domain.ways_in`."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

from billing.domain.accounts import Account
from billing.domain.ids import AccountLinkId, PatientId, StaffId
from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from careflow_domain.setting import Setting
from careflow_domain.ways_in import Tries, WayIn


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinkPolicy:
    """How long a link leads in, how often somebody may be wrong in a row, how long one sitting lasts. Raises
    `policy_invalid`.
    """

    works_for_days: Setting[int]
    wrong_tries: Setting[int]
    sitting_minutes: Setting[int]

    def __post_init__(self) -> None:
        if min(self.works_for_days.value, self.wrong_tries.value, self.sitting_minutes.value) < 1:
            raise invalid("policy_invalid", "A link to an account leads in for a day, a try and a minute at least.")

    @property
    def sitting(self) -> timedelta:
        return timedelta(minutes=self.sitting_minutes.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink(Aggregate):
    id: AccountLinkId
    patient_id: PatientId
    issued_by: StaffId
    issued_at: datetime
    works_until: datetime
    tries: Tries = field(default_factory=Tries)

    @classmethod
    def issued(
        cls, link_id: AccountLinkId, account: Account, policy: AccountLinkPolicy, *, by: StaffId, now: datetime
    ) -> Self:
        """For a patient whose birth date is known, for it is asked for. Raises `birth_date_unknown`."""
        if account.profile is None:
            raise conflict("birth_date_unknown", "Without the birth date nobody can show that the link is theirs.")
        works_until = now + timedelta(days=policy.works_for_days.value)
        return cls(id=link_id, patient_id=account.id, issued_by=by, issued_at=now, works_until=works_until)

    def way_in(self, policy: AccountLinkPolicy) -> WayIn:
        return WayIn(
            patient_id=self.patient_id,
            until=self.works_until,
            most_wrong=policy.wrong_tries.value,
            sitting=policy.sitting,
            tries=self.tries,
        )

    def tried(self, born_on: date, account: Account, policy: AccountLinkPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is; the same link where nobody comes in by it any more."""
        right = account.profile is not None and account.profile.birth_date == born_on
        tries = self.way_in(policy).tried(right=right, now=now)
        return self if tries is self.tries else replace(self.recording(), tries=tries)
