"""What all who walk have in common: a clinic, a seed, what there is to choose from, what goes on by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from billing.application.commands.hear_processor import HearProcessorHandler
from billing.deadlines import EFFECTS
from billing.domain.fee_schedule import FeeSchedule, FeeSchedules
from billing.domain.ids import PatientId
from billing.domain.money import Money, total
from billing.domain.payment_methods import PaymentMethod
from careflow_domain.errors import DomainError, conflict
from careflow_events.contracts import codes
from careflow_events.contracts.model import EventData
from services.billing.tests import heard
from services.billing.tests.builders import ANA, SELLING
from services.billing.tests.fakes import InMemory
from services.billing.tests.money_invariants import check, the_processor_says_the_same

BEN: Final = PatientId("0199e0a0-0000-7000-8000-0000000000b1")
PLANS: Final = {ANA: heard.PLAN, BEN: "0199e0a0-0000-7000-8000-0000000000f2"}
CASH: Final = PaymentMethod.CASH
DEARER_FROM: Final = date(2026, 12, 5)
"""From then on everything costs a tenth more, packages too."""


def dearer(schedule: FeeSchedule) -> FeeSchedule:
    return replace(
        schedule,
        version=f"{schedule.version}-dearer",
        effective_from=DEARER_FROM,
        prices=tuple(replace(each, amount=each.amount.share(11_000)) for each in schedule.prices),
        packages=tuple(replace(each, price=each.price.share(11_000)) for each in schedule.packages),
    )


REPRICED: Final = FeeSchedules(
    tuple(sorted((*SELLING.schedules, dearer(SELLING.on(DEARER_FROM))), key=lambda each: each.effective_from))
)


class Walker:
    """One clinic from one seed; a step is what somebody does, and is refused where there is nothing to do it with."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clinic = InMemory()
        self.clinic.ports = replace(self.clinic.ports, schedules=REPRICED)
        self.visits: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, tuple[PatientId, int]] = {}

    async def hear(self, data: EventData) -> None:
        await self.clinic.hear(data)

    async def asks(self, handler: Any, command: Any) -> Any:
        return await self.clinic.asks(handler, command)

    async def catch_up(self) -> None:
        """What goes on by itself is done, or some of it."""
        raise NotImplementedError

    async def timers_run(self) -> None:
        for effect in EFFECTS:
            while await self.clinic.performs(effect):
                check(self.clinic)

    async def processor_tells(self, *, everything: bool = False) -> None:
        """Some of its news, in any order, some of them twice."""
        desk = self.clinic.desk
        self.random.shuffle(desk.news)
        telling = len(desk.news) if everything else self.random.randint(0, len(desk.news))
        news, desk.news = desk.news[:telling], desk.news[telling:]
        for each in news:
            for _ in range(self.random.choice((1, 1, 2))):
                await self.asks(HearProcessorHandler, each)
                check(self.clinic)
        if not desk.news:
            the_processor_says_the_same(self.clinic)

    def patient(self) -> PatientId:
        return self.random.choice((ANA, BEN))

    def one_of(self, name: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        found = [each for each in self.clinic.all(name) if wanted(each)]
        if not found:
            raise nothing_there()
        return self.random.choice(found)

    def visit(self, *states: codes.AppointmentStatus) -> dict[str, Any]:
        found = [each for each in self.visits.values() if each["status"] in states]
        if not found:
            raise nothing_there()
        return self.random.choice(found)

    def owed(self, patient: PatientId) -> Money:
        return total(each.balance for each in self.clinic.all("charges") if each.patient_id == patient)

    async def step_time_passes(self) -> None:
        self.clinic.now += timedelta(hours=self.random.choice((1, 5, 24, 72)))


def nothing_there() -> DomainError:
    return conflict("nothing_there", "There is nothing this could be done with yet.")
