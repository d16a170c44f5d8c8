"""Pages by a signed request: the clinic's gateway turns each into a text message, a call, a push or an e-mail."""

from collections.abc import Mapping

from careflow_service.gateways import Answer, SignedGateway
from screening.domain.paging import Page, PageResult
from screening.domain.rota import ChannelKind


class PageGateway:
    """See `screening.application.ports.OnCallNotifier`; carries the kinds of channel it has an address for."""

    def __init__(self, addresses: Mapping[ChannelKind, str], gateway: SignedGateway) -> None:
        self._addresses = dict(addresses)
        self._gateway = gateway

    def channels(self) -> frozenset[ChannelKind]:
        return frozenset(self._addresses)

    async def send(self, page: Page) -> PageResult:
        address = self._addresses.get(page.channel)
        if address is None:
            return PageResult.REFUSED
        what = {"channel": page.channel.value, "to": page.address, "text": page.text, "test": page.is_test}
        answer = await self._gateway.post(address, what, id=page.id)
        return PageResult.SENT if answer is Answer.TAKEN else PageResult.REFUSED
