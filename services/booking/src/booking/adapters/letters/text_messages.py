"""Text messages by a signed request: the clinic's gateway hands them to its provider."""

from booking.application.letters import Letter
from booking.domain.messages import Outcome
from careflow_service.gateways import Answer, SignedGateway

_OUTCOMES = {Answer.TAKEN: Outcome.SENT, Answer.REFUSED: Outcome.REFUSED, Answer.NOT_NOW: Outcome.NOT_NOW}


class TextMessageCarrier:
    """See `booking.application.letters.Carrier`."""

    def __init__(self, address: str, gateway: SignedGateway) -> None:
        self._address = address
        self._gateway = gateway

    async def carry(self, letter: Letter, *, to: str) -> Outcome:
        what = {"channel": "sms", "to": to, "text": letter.short}
        return _OUTCOMES[await self._gateway.post(self._address, what, id=letter.id)]
