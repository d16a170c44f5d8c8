"""How much an API process holds when it was started anew, has answered a hundred requests and does nothing."""

from __future__ import annotations

import asyncio

from tests.bench.questions.answers import MEBIBYTES, Row, Turn
from tests.bench.questions.processes import memory
from tests.bench.questions.site import Site

_REQUESTS = 100


class Memory:
    """A fifth of the requests register somebody, the others read them."""

    services: tuple[str, ...] = ("booking",)
    most_turns = 3

    async def prepare(self, site: Site) -> None:
        """Nothing: each turn starts the process anew."""

    async def turn(self, site: Site) -> Turn:
        await asyncio.to_thread(self._restart, site)
        for number in range(_REQUESTS):
            if number % 5 == 0:
                patient = await site.clinic.register()
            else:
                await site.clinic.read(patient)
        found = memory(site.stack, "booking-api")
        return Turn([Row(f"{kind} of booking's API", MEBIBYTES, [size]) for kind, size in found.items()])

    def _restart(self, site: Site) -> None:
        site.stack.stop("booking-api")
        site.stack.start("booking-api")
