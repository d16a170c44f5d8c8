"""Counts what became of each attempt to page somebody."""

from screening import metrics
from screening.application.ports import OnCallNotifier
from screening.domain.paging import Page, PageResult
from screening.domain.rota import ChannelKind


class CountedPages:
    """See `screening.application.ports.OnCallNotifier`; another one does it."""

    def __init__(self, notifier: OnCallNotifier) -> None:
        self._notifier = notifier

    def channels(self) -> frozenset[ChannelKind]:
        return self._notifier.channels()

    async def send(self, page: Page) -> PageResult:
        result = await self._notifier.send(page)
        metrics.PAGES.labels(page.channel.value, result.value).inc()
        return result
