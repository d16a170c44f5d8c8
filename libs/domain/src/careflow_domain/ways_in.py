"""A way in for one patient without a login: a link they were sent, and something they know.

Invariant: who has the link alone learns nothing; after so many wrong tries, or when its time is over, nobody comes in
by it any more, and nobody is told which of the two it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careflow_domain.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """`wrong` is how often in a row. `opened_at`: when somebody last came in; whoever came in before that sits there no
    longer.
    """

    wrong: int = 0
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """`most_wrong` is how often somebody may be wrong, `sitting` how long one lasts."""

    patient_id: str
    until: datetime
    most_wrong: int
    sitting: timedelta
    tries: Tries

    def leads_in(self, now: datetime) -> bool:
        """Whether anybody still comes in by it."""
        return now < self.until and self.tries.wrong < self.most_wrong

    def tried(self, *, right: bool, now: datetime) -> Tries:
        """Somebody says whose it is. What was wrong is counted; where nobody comes in any more nothing is."""
        if not self.leads_in(now):
            return self.tries
        return Tries(opened_at=now) if right else replace(self.tries, wrong=self.tries.wrong + 1)

    def seats(self, opened_at: datetime, now: datetime) -> bool:
        """Whether who came in at that moment still sits there."""
        return opened_at == self.tries.opened_at and now < opened_at + self.sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class WayInPolicy:
    """How long a link leads in, how often somebody may be wrong in a row, and how long one sitting lasts."""

    works_for_days: Setting[int]
    wrong_tries: Setting[int]
    sitting_minutes: Setting[int]

    @property
    def leads_nowhere(self) -> bool:
        """Whether nobody would ever come in, or stay."""
        return min(self.works_for_days.value, self.wrong_tries.value, self.sitting_minutes.value) < 1

    @property
    def works_for(self) -> timedelta:
        return timedelta(days=self.works_for_days.value)

    @property
    def sitting(self) -> timedelta:
        return timedelta(minutes=self.sitting_minutes.value)

    def way_in(self, patient_id: str, tries: Tries, *, until: datetime) -> WayIn:
        """A link of this patient's, as far as it was tried."""
        return WayIn(
            patient_id=patient_id, until=until, most_wrong=self.wrong_tries.value, sitting=self.sitting, tries=tries
        )
