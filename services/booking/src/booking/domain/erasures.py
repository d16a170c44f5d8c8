"""A request to erase a patient, from asking to its end. Every service answers whether it has to keep something.

Invariants: it ends once; one refusal declines it, and only when all have agreed is the patient erased. It tells nothing
of the patient but their opaque id, so it outlasts them: it proves what was asked and what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.domain.care_path import CarePath
from booking.domain.ids import ErasureId, PatientId
from booking.domain.merging import check_nothing_open
from booking.domain.policy import BookingPolicy
from booking.domain.states import Status
from booking.domain.visits import VisitKind
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.disclosures import Disclosure, kept_for_accounting
from careflow_domain.errors import DomainError, conflict
from careflow_domain.retention import Kept, Refusal, RetentionReason


class Party(StrEnum):
    """Who answers."""

    BOOKING = "booking"
    SCREENING = "screening"
    SESSIONS = "sessions"
    BILLING = "billing"


ASKED_OF: Final = frozenset({Party.SCREENING, Party.SESSIONS, Party.BILLING})
"""Whoever answers by an event; booking judges while it is asked."""


class Grounds(StrEnum):
    """Why it is asked for."""

    PATIENT_ASKED = "patient_asked"
    REGISTERED_BY_MISTAKE = "registered_by_mistake"


class ErasureStatus(StrEnum):
    ASKED = "asked"
    """Nobody writes anything new about the patient."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    """The patient is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one service has said, `at` when; agreed where there is no refusal."""

    at: datetime
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientErasureRequested(Fact):
    erasure: "Erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientErased(Fact):
    erasure: "Erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDeclined(Fact):
    erasure: "Erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Aggregate):
    """`late_at` is when somebody must see why not all have answered; None once they were told, or it has ended."""

    id: ErasureId
    patient_id: PatientId
    grounds: Grounds
    asked_at: datetime
    asked_by: str
    answers: Mapping[Party, Answer] = field(default_factory=dict)
    status: ErasureStatus = ErasureStatus.ASKED
    ended_at: datetime | None = None
    late_at: datetime | None = None

    @classmethod
    def asked(
        cls,
        erasure_id: ErasureId,
        path: CarePath,
        grounds: Grounds,
        *,
        asked_for: int,
        by: str,
        disclosures: Sequence[Disclosure],
        policy: BookingPolicy,
        now: datetime,
    ) -> "Erasure":
        """Where booking itself has to keep something, it is declined at once and nobody else is asked. `asked_for` is
        how many times are held and how many visits waited for. Raises `visits_open`.
        """
        check_nothing_open(path, asked_for=asked_for)
        own = Answer(at=now, refusal=policy.retention.refusal(_kept(path, disclosures), now))
        erasure = cls(
            id=erasure_id,
            patient_id=path.id,
            grounds=grounds,
            asked_at=now,
            asked_by=by,
            answers={Party.BOOKING: own},
            late_at=now + policy.erasure_answered_within,
        )
        if own.refusal is not None:
            declined = erasure._ended(ErasureStatus.DECLINED, now)
            return declined.saying(ErasureDeclined(erasure=declined, at=now))
        return erasure.saying(PatientErasureRequested(erasure=erasure, at=now))

    @property
    def open(self) -> bool:
        return self.status is ErasureStatus.ASKED

    @property
    def came_to_nothing(self) -> bool:
        """Whether it has ended and the patient is not erased, so that it may be asked for again."""
        return self.status in (ErasureStatus.DECLINED, ErasureStatus.WITHDRAWN)

    @property
    def waits_for(self) -> tuple[Party, ...]:
        """Who has not answered, while that matters."""
        return tuple(sorted(ASKED_OF - self.answers.keys())) if self.open else ()

    @property
    def late(self) -> bool:
        """Whether an answer is overdue."""
        return self.open and self.late_at is None

    def answered(self, party: Party, refusal: Refusal | None, *, at: datetime, now: datetime) -> "Erasure":
        """The same where that one has answered before. What comes after the end is kept and changes nothing."""
        if party in self.answers:
            return self
        answers = {**self.answers, party: Answer(at=at, refusal=refusal)}
        after = replace(self.recording(), answers=answers)
        if not self.open:
            return after
        if refusal is not None:
            declined = after._ended(ErasureStatus.DECLINED, now)
            return declined.saying(ErasureDeclined(erasure=declined, at=now))
        if answers.keys() >= ASKED_OF:
            agreed = after._ended(ErasureStatus.AGREED, now)
            return agreed.saying(PatientErased(erasure=agreed, at=now))
        return after

    def withdrawn(self, *, now: datetime) -> "Erasure":
        """Raises `erasure_ended`."""
        if not self.open:
            raise conflict("erasure_ended", "This request has ended already; nothing can be withdrawn.")
        withdrawn = self.recording()._ended(ErasureStatus.WITHDRAWN, now)
        return withdrawn.saying(ErasureDeclined(erasure=withdrawn, at=now))

    def told_late(self) -> "Erasure":
        """Somebody was told that answers are missing."""
        return replace(self.recording(), late_at=None)

    def _ended(self, status: ErasureStatus, now: datetime) -> "Erasure":
        return replace(self, status=status, ended_at=now, late_at=None)


def _kept(path: CarePath, disclosures: Sequence[Disclosure]) -> list[Kept]:
    """The visits of a care that was begun, but free calls and what was called off; and what is accounted for."""
    visits = [
        Kept(reason=RetentionReason.CARE_RECORD, last=visit.starts_at)
        for visit in path.visits
        if visit.kind is not VisitKind.INFO_CALL and visit.status is not Status.CANCELLED
    ]
    return [*visits, *kept_for_accounting(disclosures)]


def erasure_under_way() -> DomainError:
    """It was asked for, and not everybody has answered."""
    return conflict("erasure_under_way", "This person's erasure was asked for already, and is not settled.")
