"""The entries of one decision about a patient's money."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from billing.domain.ids import EntryId, PatientId
from billing.domain.ledger import EntryCause, EntryLine, JournalEntry


@dataclass(slots=True)
class Posting:
    """`entries` are those that were posted; each has a key of its own, so that nothing is posted twice."""

    patient_id: PatientId
    posted_on: date
    policy_version: str
    now: datetime
    new_id: Callable[[], str]
    entries: list[JournalEntry] = field(default_factory=list)

    def post(
        self,
        key: str,
        cause: EntryCause,
        cause_id: str,
        lines: tuple[EntryLine, ...],
        *,
        entry_id: EntryId | None = None,
        reverses: EntryId | None = None,
    ) -> None:
        """An entry of today. Raises `entry_unbalanced`."""
        entry = JournalEntry(
            id=entry_id or EntryId(self.new_id()),
            key=key,
            patient_id=self.patient_id,
            posted_on=self.posted_on,
            cause=cause,
            cause_id=cause_id,
            policy_version=self.policy_version,
            lines=lines,
            reverses=reverses,
        )
        self.entries.append(entry.posted(now=self.now))

    def settle(self) -> None:
        """With the last of the entries nothing is owed any more."""
        self.entries[-1] = self.entries[-1].settling(now=self.now)
