"""Pages by signed webhook: the clinic's gateway turns each into a text message, a call, a push or an e-mail.

The body is signed with HMAC-SHA-256 over `<timestamp>.<body>`, so that the gateway can tell our pages from others and
old ones from new; the page's id is the Idempotency-Key.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping

import httpx

from careflow_service.clock import Clock
from screening.domain.paging import PAGE_TEXT, Page, PageResult
from screening.domain.rota import ChannelKind

TIMEOUT_SECONDS = 5.0


class PageGateway:
    """See `screening.application.ports.OnCallNotifier`; carries the kinds of channel it has an address for."""

    def __init__(
        self, addresses: Mapping[ChannelKind, str], key: bytes, wall_clock: Clock, client: httpx.AsyncClient
    ) -> None:
        self._addresses = dict(addresses)
        self._key = key
        self._wall_clock = wall_clock
        self._client = client

    def channels(self) -> frozenset[ChannelKind]:
        return frozenset(self._addresses)

    async def send(self, page: Page) -> PageResult:
        address = self._addresses.get(page.channel)
        if address is None:
            return PageResult.REFUSED
        body = json.dumps({"channel": page.channel.value, "to": page.address, "text": PAGE_TEXT}).encode()
        timestamp = str(int(self._wall_clock().timestamp()))
        signature = hmac.new(self._key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": page.id,
            "Careflow-Signature": f"t={timestamp},v1={signature}",
        }
        try:
            answer = await self._client.post(address, content=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError:
            return PageResult.REFUSED
        return PageResult.SENT if answer.is_success else PageResult.REFUSED
