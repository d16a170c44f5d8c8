"""A way in for one patient without a login: a link they were sent, and something they know.

Invariant: who has the link alone learns nothing; after so many wrong tries, or when its time is over, nobody comes in
by it any more, and nobody is told which of the two it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


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
