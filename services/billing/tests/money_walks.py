"""Random days of a clinic's money: patients, clinicians, the front desk, a biller, the card processor and insurers do
what they can do, in any order; each has a module of `walks`.

After every step everything is checked that must always hold (`money_invariants`). One seed is one walk, always the
same.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from billing.application.deadlines.issue_statements import issue_statements, next_step
from billing.application.fees import settle_fee
from billing.application.queries.fee_outlooks import fee_outlooks
from billing.domain.fee_cases import FeeCase, FeeState
from billing.domain.fee_outlooks import FeeOutlook
from billing.domain.ids import PatientId
from careflow_domain.errors import DomainError
from services.billing.tests import heard
from services.billing.tests.builders import ANA
from services.billing.tests.money_invariants import check
from services.billing.tests.walks.card_processor import CardProcessor
from services.billing.tests.walks.insurer import Insurer
from services.billing.tests.walks.walker import BEN

OFTEN: Final = (
    "pays_online",
    "pays_online",
    "is_disputed",
    "is_disputed_after_a_refund",
    "package_outlives_its_record",
    "is_written_off",
    "debt_is_paid_after_all",
    "bank_decides",
    "refund_comes_back",
    "estimate_is_issued",
    "bill_is_disputed",
    "walks_in",
    "walks_in",
    "pays",
    "pays",
    "bill_is_issued",
    "is_refunded",
    "time_passes",
    "insurer_answers",
    "is_heard_late",
    "moves",
)


class Walk(CardProcessor, Insurer):
    """Everybody together, in one clinic from one seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.steps: dict[str, Callable[[], Awaitable[None]]] = {
            name.removeprefix("step_"): getattr(self, name) for name in dir(self) if name.startswith("step_")
        }
        self.done: list[str] = []

    async def go(self, steps: int) -> None:
        """So many steps, and after each what must hold."""
        for patient in (ANA, BEN):
            await self.hear(heard.registered().model_copy(update={"patient_id": patient}))
            for event in (heard.diagnosed(), heard.consent()):
                if self.random.random() < 0.8:
                    await self.hear(event.model_copy(update={"patient_id": patient}))
            if self.random.random() < 0.8:
                await self.covered(patient)
        names = [*sorted(self.steps), *OFTEN]
        for _ in range(steps):
            name = self.random.choice(names)
            self.done.append(name)
            try:
                await self.steps[name]()
            except DomainError as refused:
                self.done[-1] += f": {refused.code}"
            await self.catch_up()
            check(self.clinic)

    async def catch_up(self) -> None:
        waiting = [each for each in self.clinic.all("fees") if each.post_at and each.post_at <= self.clinic.now]
        foretold = {
            said.fee.id: said
            for patient in dict.fromkeys(each.patient_id for each in waiting)
            for said in await self.foretold(patient)
        }
        for fee in sorted(waiting, key=lambda each: (each.post_at, each.id)):
            await self.clinic.unit(partial(settle_fee, fee.id, ports=self.clinic.ports))
            if all(each.state is FeeState.PENDING for each in waiting):
                became_what_was_said(foretold[fee.id], await self.clinic.ports.fees.get(fee.id))
        if self.random.random() < 0.5:
            await self.timers_run()
        if self.random.random() < 0.3:
            await self.processor_tells()
        for _ in range(self.random.randint(0, 2)):
            due = await next_step(self.clinic.ports)
            if due is not None:
                await self.clinic.unit(partial(issue_statements, due[1], ports=self.clinic.ports))

    async def foretold(self, patient: PatientId) -> tuple[FeeOutlook, ...]:
        """What the pages say of a patient's fees now, all at once."""
        ports = self.clinic.ports
        fees, estimates = await ports.fees.all_of(patient), await ports.estimates.all_of(patient)
        return await fee_outlooks(fees, await ports.accounts.get(patient), estimates, ports)


def became_what_was_said(said: FeeOutlook, fee: FeeCase) -> None:
    if said.disputed:
        assert fee.state is FeeState.PENDING
    else:
        assert (fee.state, fee.waiver) == (FeeState.WAIVED if said.spared else FeeState.POSTED, said.spared)
