"""Who sits before screening's pages: a patient who came in by their link."""

from dataclasses import dataclass

from careflow_service.identity import Actor
from careflow_service.tokens import TokenRefused
from screening.application.use_cases import Screening


@dataclass(frozen=True, slots=True)
class Visitors:
    """See `careflow_service.http.authentication.Verifier`."""

    app: Screening

    async def verify(self, token: str) -> Actor:
        who = await self.app.sitting_down.who(token)
        if who is None:
            raise TokenRefused
        return who
