"""The card processor tells something by itself: a link was paid, a card declined, a refund arrived, a payment was
disputed.
"""

from dataclasses import dataclass

from billing.application.ports import Ports
from billing.application.processor_news import hear_news
from billing.application.results import Heard
from billing.domain.processing import News
from careflow_service.identity import Actor
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class HearProcessorHandler:
    ports: Ports
    work: Work

    async def __call__(self, news: News, actor: Actor) -> Committed[Heard]:
        """Refused: `payment_link_not_found`, `currency_mismatch`."""

        async def hear(tx: Transaction) -> Heard:
            return Heard(await hear_news(news, tx, self.ports))

        return await self.work.run(hear, by=actor, action="hear_processor", returns=Heard)
