"""A link by which a patient comes to what their plan asks of them without a login; see `careflow_domain.ways_in`. It is
sent to them by booking, or handed over; the clinic may take it back.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict
from careflow_domain.setting import Setting
from careflow_domain.ways_in import Tries, WayIn, WayInPolicy
from sessions.domain.ids import PatientId, PlanLinkId, StaffId
from sessions.domain.patients import PatientCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLinkPolicy(WayInPolicy):
    """Of links to what a plan asks of its patient."""

    def __post_init__(self) -> None:
        if self.leads_nowhere:
            raise ValueError("a link to a plan leads in for a day, a try and a minute at least")


PLAN_LINKS: Final = PlanLinkPolicy(
    works_for_days=Setting(
        value=90,
        default=90,
        source="ours: about as long as a first course goes on; whoever needs it longer is given another",
    ),
    wrong_tries=Setting(value=5, default=5, source="ours; NIST SP 800-63B allows at most 100 in a row"),
    sitting_minutes=Setting(
        value=15, default=15, source="ours: long enough to look and tick off, short enough for a telephone left lying"
    ),
)
"""For a clinic whose own policy says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLinkIssued(Fact):
    """A link that the patient is to be sent."""

    patient_id: PatientId
    link_id: PlanLinkId
    works_until: datetime
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLinkWithdrawn(Fact):
    """One that the patient was to be sent leads nowhere any more."""

    patient_id: PatientId
    link_id: PlanLinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLink(Aggregate):
    """It leads in as often as the patient likes, until `works_until` or `withdrawn_at`; `sent_at` when it was given to
    booking to be sent, absent where it is handed over. `issued_by` is nobody where it was made because something is to
    be signed.
    """

    id: PlanLinkId
    patient_id: PatientId
    issued_by: StaffId | None
    issued_at: datetime
    works_until: datetime
    tries: Tries = field(default_factory=Tries)
    sent_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @classmethod
    def issued(
        cls, link_id: PlanLinkId, patient: PatientCopy, policy: PlanLinkPolicy, *, by: StaffId | None, now: datetime
    ) -> Self:
        """For a patient whose birth date is known, for it is asked for. Refused: `patient_merged`,
        `birth_date_unknown`.
        """
        patient.check_in_use()
        if patient.details.born_on is None:
            raise conflict("birth_date_unknown", "Without the birth date nobody can show that the link is theirs.")
        works_until = now + policy.works_for
        return cls(id=link_id, patient_id=patient.id, issued_by=by, issued_at=now, works_until=works_until)

    def sent(self, link: str, *, now: datetime) -> Self:
        """It is for the patient to have now."""
        issued = PlanLinkIssued(
            at=now, patient_id=self.patient_id, link_id=self.id, works_until=self.works_until, link=link
        )
        return replace(self, sent_at=now).saying(issued)

    def withdrawn(self, *, now: datetime) -> Self:
        """Nobody comes in by it any more, and whoever sits there is out; one that booking was given it sends no more.
        Refused: `link_over`.
        """
        if self.withdrawn_at is not None or now >= self.works_until:
            raise conflict("link_over", "This link leads nowhere any more.")
        ended = replace(self.tries, opened_at=None)
        after = replace(self.recording(), withdrawn_at=now, tries=ended)
        if self.sent_at is None:
            return after
        return after.saying(PlanLinkWithdrawn(at=now, patient_id=self.patient_id, link_id=self.id))

    def taken_back(self, *, now: datetime) -> Self:
        """As `withdrawn`; the same one where it leads nowhere any more."""
        over = self.withdrawn_at is not None or now >= self.works_until
        return self if over else self.withdrawn(now=now)

    def needless(self, *, now: datetime) -> Self:
        """Everything is signed for which it was made; the same one where somebody of the clinic made it, or the patient
        has come in by it: they read there again what they signed.
        """
        kept = self.issued_by is not None or self.tries.opened_at is not None
        return self if kept else self.taken_back(now=now)

    def way_in(self, policy: PlanLinkPolicy) -> WayIn:
        return policy.way_in(self.patient_id, self.tries, until=self.withdrawn_at or self.works_until)

    def tried(self, born_on: date, patient: PatientCopy, policy: PlanLinkPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is; the same link where nobody comes in by it any more."""
        right = patient.details.born_on == born_on
        tries = self.way_in(policy).tried(right=right, now=now)
        return self if tries is self.tries else replace(self.recording(), tries=tries)
