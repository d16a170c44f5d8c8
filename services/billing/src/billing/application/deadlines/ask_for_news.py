"""The processor is asked what it has told by itself, for what was lost on the way: an effect, performed by `timers`.

One thing after the other, each in a commit of its own with how far it has come. What a link, a refund or a dispute is
told of is heard like a webhook, so what had arrived changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from billing.application.ports import Ports
from billing.application.processor_news import hear_news
from billing.domain.ids import ProcessorId
from billing.domain.processing import News, NotNow, Refused
from billing.domain.processor_feed import FEED, NothingTold, ProcessorFeed, Told
from careflow_domain.errors import DomainError
from careflow_service.deadlines import set_aside
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """What it said when it was asked for what it told behind `behind`, until then."""

    behind: ProcessorId | None
    until: datetime
    answer: Told | NothingTold | Refused | NotNow


async def next_asking(ports: Ports) -> str | None:
    """Whether it is to be asked now."""
    if ports.processor is None or FEED in set_aside():
        return None
    feed = await ports.processor_feed.find(FEED, of=None)
    return FEED if feed is None or feed.ask_at <= ports.clock() else None


async def ask_for_news(_: str, ports: Ports) -> Answered | None:
    """None where there is nobody to ask."""
    if ports.processor is None:
        return None
    now = ports.clock()
    feed = await ports.processor_feed.find(FEED, of=None) or ProcessorFeed.begun(now=now)
    until = ProcessorFeed.until(now)
    if until < feed.since:
        return Answered(feed.through, until, NothingTold())
    answer = await ports.processor.told_next(feed.through, since=feed.since, until=until)
    return Answered(feed.through, until, answer)


async def settle_news(_: str, answered: Answered | None, tx: Transaction, ports: Ports) -> None:
    """Hear what was told, unless somebody else has done so since."""
    before = await ports.processor_feed.find(FEED, of=None)
    feed = before or ProcessorFeed.begun(now=tx.now)
    if answered is None or feed.through != answered.behind:
        return
    match answered.answer:
        case Told(news=news) as told:
            if news is not None:
                await _hear(news, tx, ports)
            after = feed.heard(told, now=tx.now)
        case NothingTold():
            after = feed.heard_all(answered.until, now=tx.now)
        case Refused() | NotNow():
            after = feed.put_off(now=tx.now)
    await upsert(ports.processor_feed, before, after, tx)


async def _hear(news: News, tx: Transaction, ports: Ports) -> None:
    """What is refused before anything is written, for it is about no link of ours, is passed over: it would be refused
    for ever.
    """
    try:
        await hear_news(news, tx, ports)
    except DomainError as refusal:
        if refusal.code not in {"payment_link_not_found", "currency_mismatch"}:
            raise
