"""A careful client: it repeats what was not answered under the same idempotency key, and keeps what it was promised."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from careflow_clinic.http import Answer, Caller, Http

PATIENCE: Final = 120.0
"""Seconds a request is repeated: a process killed inside a transaction leaves its lock until the store gives the
transaction up, which MongoDB does after 60 seconds unless told otherwise."""
REPEAT_EVERY: Final = 0.2  # seconds
NOT_ANSWERED: Final = (502, 503, 504)
NOT_SETTLED: Final = ("in_progress", "not_yet_known")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A command that was answered with success: what it said it has published must be heard of, once. `asked_at` is the
    wall clock's, in seconds.
    """

    service: str
    path: str
    positions: tuple[str, ...]
    asked_at: float


@dataclass(slots=True)
class PatientHttp(Http):
    """Keeps a receipt of each command that succeeded, and counts what was refused by its code."""

    receipts: list[Receipt] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    async def ask(
        self,
        caller: Caller,
        method: str,
        service: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        key: str | None = None,
        **options: Any,
    ) -> Answer:
        key, asked_at = key or str(uuid.uuid4()), time.time()
        answer = await self._until_settled(caller, method, service, path, body, key=key, **options)
        if method != "GET":
            if answer.code is None:
                self.receipts.append(Receipt(service, path, answer.positions, asked_at))
            else:
                self.refused[answer.code] += 1
        return answer

    async def _until_settled(self, *request: Any, **options: Any) -> Answer:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await Http.ask(self, *request, **options)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                unsettled = answer.status in NOT_ANSWERED or answer.code in NOT_SETTLED
                if not unsettled or time.monotonic() > deadline:
                    return answer
            self.repeated += 1
            await asyncio.sleep(REPEAT_EVERY)
