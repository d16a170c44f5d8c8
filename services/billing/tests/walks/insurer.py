"""Patients and their insurers: a bill is filed, more is asked for, it is paid or denied, appealed, and given up.

What an insurer pays goes to the patient: whatever is told of it, the clinic's books stay as they are.
"""

from datetime import timedelta

from billing.application.commands.open_reimbursement import OpenReimbursement, OpenReimbursementHandler
from billing.application.commands.record_reimbursement import RecordReimbursement, RecordReimbursementHandler
from billing.domain.appeals import Decision, DenialReason
from billing.domain.money import Money
from billing.domain.reimbursements import (
    Answered,
    Appealed,
    Closed,
    Filed,
    MoreAsked,
    Outcome,
    Reimbursement,
    Stage,
    Step,
)
from services.billing.tests.builders import ZONE
from services.billing.tests.walks.biller import Biller

DECIDED = (Outcome.PAID, Outcome.PARTLY_PAID, Outcome.DENIED)


class Insurer(Biller):
    """As patients tell of it."""

    async def step_help_is_asked_for(self) -> None:
        """For a bill there is, or one that was just issued."""
        if not any(each.can_be_helped for each in self.clinic.all("superbills")):
            await self.step_bill_is_issued()
        bill = self.one_of("superbills", lambda each: each.can_be_helped)
        await self.asks(OpenReimbursementHandler, OpenReimbursement(bill.id))

    async def step_insurer_answers(self) -> None:
        """What comes next of a case, or something that cannot."""
        if not any(each.stage is not Stage.RESOLVED for each in self.clinic.all("reimbursements")):
            await self.step_help_is_asked_for()
        case = self.one_of("reimbursements")
        booked = len(self.clinic.entries)
        await self.asks(RecordReimbursementHandler, RecordReimbursement(case.id, self._next(case), case.version))
        assert len(self.clinic.entries) == booked, "an insurer's answer is in the clinic's books"

    def _next(self, case: Reimbursement) -> Step:
        today = self.clinic.now.astimezone(ZONE).date()
        if self.random.random() < 0.1:
            return Closed()
        match case.stage:
            case Stage.TO_FILE | Stage.MORE_ASKED:
                return Filed(on=today)
            case Stage.DECIDED:
                return Appealed(on=today)
            case _ if self.random.random() < 0.3:
                return MoreAsked(on=today, answer_by=today + timedelta(days=45))
        return self._answer()

    def _answer(self) -> Answered:
        today = self.clinic.now.astimezone(ZONE).date()
        outcome = self.random.choice(DECIDED)
        received = Money(0) if outcome is Outcome.DENIED else Money(self.random.choice((1, 10_000)))
        decision = None
        if outcome is not Outcome.PAID:
            decision = Decision(reason=self.random.choice(tuple(DenialReason)), received_on=today)
        return Answered(on=today, outcome=outcome, received=received, decision=decision)
