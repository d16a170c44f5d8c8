"""A prescriber orders a medicine in a session; somebody takes such an order by word, puts right from whom, and its
prescriber answers.
"""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Added, Changed
from careflow_service.work import Committed, Transaction
from sessions.application.correcting import corrector
from sessions.application.medication_changes import MedicationChanges
from sessions.domain.ids import MedicineOrderId, SessionId, StaffId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicine_orders import Answer, MedicineOrder, heard
from sessions.domain.medicines import MedicineTerms


@dataclass(frozen=True, slots=True)
class OrderMedicine:
    """`despite_allergy` is why the prescriber orders it although an allergy to it is known."""

    session_id: SessionId
    terms: MedicineTerms
    despite_allergy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TakeVerbalOrder:
    """`despite_allergy` as in `OrderMedicine`, in the words of the prescriber."""

    session_id: SessionId
    terms: MedicineTerms
    prescriber: StaffId
    read_back: bool
    reason: str = field(repr=False)
    despite_allergy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AnswerVerbalOrder:
    """`reason` is asked of who refuses it."""

    session_id: SessionId
    order_id: MedicineOrderId
    signed: bool
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectVerbalOrder:
    """It was taken from this prescriber, and not from whom was written down."""

    session_id: SessionId
    order_id: MedicineOrderId
    prescriber: StaffId
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderMedicineHandler:
    changes: MedicationChanges

    async def __call__(self, command: OrderMedicine, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `session_not_found`, and what `Situation.must_have_patient`, `Situation.despite_allergies` and
        `MedicineOrder.written` refuse.
        """

        async def order(judged: Situation, order_id: str, tx: Transaction) -> MedicationRecord:
            judged.must_have_patient()
            by, policy = StaffId(actor.id), judged.policy
            despite = judged.despite_allergies(command.terms, command.despite_allergy)
            written = MedicineOrder.written(
                MedicineOrderId(order_id), command.terms, policy, by=by, now=tx.now, despite=despite
            )
            return judged.record.ordered(written)

        return await self.changes.add(command.session_id, order, by=actor, action="order_medicine", request=request)


@dataclass(frozen=True, slots=True)
class TakeVerbalOrderHandler:
    changes: MedicationChanges

    async def __call__(self, command: TakeVerbalOrder, actor: Actor, request: RequestKey) -> Committed[Added]:
        """Refused: `session_not_found`, and what `Situation.must_have_patient`, `Situation.despite_allergies` and
        `MedicineOrder.taken_by_word` refuse.
        """

        async def take(judged: Situation, order_id: str, tx: Transaction) -> MedicationRecord:
            judged.must_have_patient()
            by_word = heard(
                taken_by=StaffId(actor.id),
                read_back=command.read_back,
                reason=command.reason,
                policy=judged.policy,
                now=tx.now,
            )
            order = MedicineOrder.taken_by_word(
                MedicineOrderId(order_id),
                command.terms,
                by_word,
                judged.policy,
                prescriber=command.prescriber,
                now=tx.now,
                despite=judged.despite_allergies(command.terms, command.despite_allergy),
            )
            return judged.record.ordered(order)

        return await self.changes.add(command.session_id, take, by=actor, action="take_verbal_order", request=request)


@dataclass(frozen=True, slots=True)
class AnswerVerbalOrderHandler:
    changes: MedicationChanges

    async def __call__(self, command: AnswerVerbalOrder, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `MedicationRecord.answered` refuses."""

        async def answer(judged: Situation, tx: Transaction) -> MedicationRecord:
            said = Answer(signed=command.signed, reason=command.reason, at=tx.now)
            return judged.record.answered(command.order_id, said, by=StaffId(actor.id))

        return await self.changes.run(
            command.session_id, answer, by=actor, action="answer_verbal_order", request=request
        )


@dataclass(frozen=True, slots=True)
class CorrectVerbalOrderHandler:
    changes: MedicationChanges

    async def __call__(self, command: CorrectVerbalOrder, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, and what `MedicationRecord.taken_from` refuses."""

        async def correct(judged: Situation, tx: Transaction) -> MedicationRecord:
            who = corrector(actor, command.reason, tx)
            return judged.record.taken_from(command.order_id, command.prescriber, who)

        return await self.changes.run(
            command.session_id, correct, by=actor, action="correct_verbal_order", request=request
        )
