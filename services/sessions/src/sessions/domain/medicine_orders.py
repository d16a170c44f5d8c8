"""An order for one medicine in one session: written by a prescriber, or taken by word from one.

Invariants: what is taken by word is read back and names its prescriber, who signs or refuses it with their own login,
and nobody else does; that this is late is said once; a refused one stays on record as disputed and nothing more is
given by it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.corrections import Corrector
from sessions.domain.ids import MedicineOrderId, StaffId
from sessions.domain.medicines import MedicineTerms
from sessions.domain.policy import SessionsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the prescriber says of an order that was taken from them by word; `reason` why it is refused."""

    signed: bool
    reason: str = field(default="", repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBefore:
    """Whose order it was said to be before somebody put that right, and who did, when and why."""

    prescriber: StaffId
    by: StaffId
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWord:
    """`taken_by` heard it and read it back; `reason` why it was not written. To be answered by `sign_by`; `earlier` are
    those it was said to come from wrongly.
    """

    taken_by: StaffId
    read_back: bool
    reason: str = field(repr=False)
    sign_by: datetime
    said_overdue: bool = False
    answer: Answer | None = None
    earlier: tuple[NamedBefore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Despite:
    """The known allergies a prescriber ordered a medicine in spite of, and why: those alone."""

    reason: str = field(repr=False)
    allergies: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineOrder:
    """`by_word` is None for what the prescriber wrote, `despite` where no allergy to it was known."""

    id: MedicineOrderId
    terms: MedicineTerms
    prescriber: StaffId
    at: datetime
    policy_version: str
    by_word: ByWord | None = None
    despite: Despite | None = None

    @classmethod
    def written(
        cls,
        order_id: MedicineOrderId,
        terms: MedicineTerms,
        policy: SessionsPolicy,
        *,
        by: StaffId,
        now: datetime,
        despite: Despite | None = None,
    ) -> Self:
        """Refused: what `MedicineTerms.must_make_sense` refuses."""
        terms.must_make_sense(policy)
        return cls(id=order_id, terms=terms, prescriber=by, at=now, policy_version=policy.version, despite=despite)

    @classmethod
    def taken_by_word(
        cls,
        order_id: MedicineOrderId,
        terms: MedicineTerms,
        heard: ByWord,
        policy: SessionsPolicy,
        *,
        prescriber: StaffId,
        now: datetime,
        despite: Despite | None = None,
    ) -> Self:
        """Refused: `order_not_read_back`, `reason_missing`, `order_from_oneself`, and what
        `MedicineTerms.must_make_sense` refuses.
        """
        if not heard.read_back:
            raise invalid("order_not_read_back", "An order by word is read back to who gives it before it counts.")
        if not heard.reason.strip():
            raise invalid("reason_missing", "An order by word says why it was not written.")
        if heard.taken_by == prescriber:
            raise invalid("order_from_oneself", "Nobody takes an order by word from themselves.")
        terms.must_make_sense(policy)
        return cls(
            id=order_id,
            terms=terms,
            prescriber=prescriber,
            at=now,
            policy_version=policy.version,
            by_word=heard,
            despite=despite,
        )

    @property
    def waits(self) -> bool:
        """Whether its prescriber has still to answer."""
        return self.by_word is not None and self.by_word.answer is None

    @property
    def disputed(self) -> bool:
        """Whether the prescriber it was taken from says it was not theirs, or not so."""
        return self.by_word is not None and self.by_word.answer is not None and not self.by_word.answer.signed

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said that the answer is late."""
        heard = self.by_word
        return None if heard is None or heard.answer or heard.said_overdue else heard.sign_by

    def answered(self, answer: Answer, *, by: StaffId) -> Self:
        """Refused: `order_written`, `order_answered`, `order_of_another`, `reason_missing`."""
        heard = self._must_be_by_word()
        if by != self.prescriber:
            raise forbidden("order_of_another", "Only the prescriber an order was taken from signs or refuses it.")
        _must_wait(heard)
        if not answer.signed and not answer.reason.strip():
            raise invalid("reason_missing", "Who refuses an order says why.")
        return replace(self, by_word=replace(heard, answer=answer))

    def taken_from(self, prescriber: StaffId, corrector: Corrector) -> Self:
        """It came from somebody else than was written down; they answer it then. At any time: an order that names
        nobody who could answer would wait for ever. Refused: `order_written`, `order_answered`, `reason_missing`,
        `correction_forbidden`, `order_from_oneself`, `nothing_corrected`.
        """
        heard = self._must_be_by_word()
        _must_wait(heard)
        corrector.must_be_one_of({heard.taken_by})
        if prescriber == heard.taken_by:
            raise invalid("order_from_oneself", "Nobody takes an order by word from themselves.")
        if prescriber == self.prescriber:
            raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
        was = NamedBefore(prescriber=self.prescriber, by=corrector.by, at=corrector.now, reason=corrector.reason)
        return replace(self, prescriber=prescriber, by_word=replace(heard, earlier=(*heard.earlier, was)))

    def _must_be_by_word(self) -> ByWord:
        if self.by_word is None:
            raise conflict("order_written", "What a prescriber wrote waits for nobody's signature.")
        return self.by_word

    def overdue(self) -> Self:
        """It was said that the answer is late."""
        assert self.by_word is not None
        return replace(self, by_word=replace(self.by_word, said_overdue=True))

    def must_count(self, *, at: datetime) -> None:
        """Refused: `order_disputed`, `given_before_order`."""
        if self.disputed:
            raise conflict("order_disputed", "The prescriber has refused this order.")
        if at < self.at:
            raise invalid("given_before_order", "Nothing is given by an order before there was one.")


def _must_wait(heard: ByWord) -> None:
    if heard.answer is not None:
        raise conflict("order_answered", "This order has been signed or refused.")


def heard(*, taken_by: StaffId, read_back: bool, reason: str, policy: SessionsPolicy, now: datetime) -> ByWord:
    """An order heard now, to be answered within the time of the policy."""
    sign_by = now + timedelta(hours=policy.medicines.signature_hours.value)
    return ByWord(taken_by=taken_by, read_back=read_back, reason=reason, sign_by=sign_by)
