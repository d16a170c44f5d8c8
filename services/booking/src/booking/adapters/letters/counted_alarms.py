"""Counts what became of each attempt to tell the desk of an urgent inquiry."""

from booking import metrics
from booking.application.letters import Carrier, Letter
from booking.domain.channels import Channel
from booking.domain.messages import Outcome


class CountedAlarms:
    """See `booking.application.letters.Carrier`; another one does it."""

    def __init__(self, channel: Channel, carrier: Carrier) -> None:
        self._channel = channel
        self._carrier = carrier

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        outcome = await self._carrier.carry(letter, to=to)
        metrics.DESK_ALARMS.labels(self._channel.value, outcome.value).inc()
        return outcome
