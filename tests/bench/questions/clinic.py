"""A clinic that is driven over HTTP alone, with more practitioners and days than anybody fights for.

Owns the requests that are timed. Invariant: it asks what every build answers: the published routes, nothing inside.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from careflow_cli.stack.stack import Stack

PRACTITIONERS: Final = 8
"""Who may hold a call, so many at the same time."""
_OPEN: Final = [{"opens": "09:00:00", "closes": "17:00:00"}]
_WEEK: Final = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _OPEN)
_WINDOW: Final = timedelta(days=14)
_WINDOWS: Final = 12
"""Together less than the 180 days ahead that may be booked."""
_TO_TRAVEL_TO: Final = 8
"""The first days are for visits that are to take place."""
_HEARING_SECONDS: Final = 30.0


class Refused(AssertionError):
    """A request that should have been accepted was not."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit and whose it is."""

    id: str
    patient_id: str
    starts_at: str


@dataclass(slots=True)
class Clinic:
    """Its days and who asks. Slots are taken from the front of a day; a lane has days that no other lane takes."""

    stack: Stack
    http: httpx.AsyncClient
    days: list[list[str]] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)
    _taken: Counter[str] = field(default_factory=Counter)
    _registered: int = 0
    _travelled: int = 0

    async def open(self) -> None:
        """Staff, and the times that can be booked."""
        for number in range(PRACTITIONERS):
            licence = {"role": "therapist", "state": "CA", "valid_until": None}
            person = {"id": f"bench-{number}", "name": f"Bench {number}", "licences": [licence], "telehealth": True}
            await self.post("booking", "/v1/practitioners", {**person, "hours": _WEEK})
        patient, first = await self.register(), self.stack.clock.now() + timedelta(days=1)
        by_day: dict[str, list[str]] = {}
        for number in range(_WINDOWS):
            window = {"from": _instant(first + number * _WINDOW), "to": _instant(first + (number + 1) * _WINDOW)}
            wanted = {"kind": "info_call", "modality": "phone", "patient_id": patient, **window}
            found = await self._ask("GET", "booking", "/v1/availability", params=wanted)
            for each in found.json()["items"]:
                start = datetime.fromisoformat(each["starts_at"])
                by_day.setdefault(str((start - timedelta(hours=8)).date()), []).append(each["starts_at"])
        self.days = [starts for _, starts in sorted(by_day.items())][1:]  # the first may have begun

    def slots(self, lane: int = 0, lanes: int = 1) -> Iterator[str]:
        """Starts that are free, day by day."""
        for starts in self.days[_TO_TRAVEL_TO + lane :: lanes]:
            for start in starts:
                while self._taken[start] < PRACTITIONERS:
                    self._taken[start] += 1
                    yield start

    def day_to_travel_to(self) -> list[str]:
        """The starts of the next day that nobody has travelled to."""
        self._travelled += 1
        return self.days[self._travelled - 1]

    async def register(self) -> str:
        """Somebody the clinic has not met; their id."""
        return str((await self.post("booking", "/v1/patients", self.somebody())).json()["id"])

    async def read(self, patient_id: str) -> None:
        """What the coordinator sees of a patient."""
        await self._ask("GET", "booking", f"/v1/patients/{patient_id}")

    def somebody(self) -> dict[str, object]:
        """Obviously invented, as long in every part as the next one."""
        self._registered += 1
        number = self._registered
        return {
            "given_name": "Robin",
            "family_name": f"Invented-{number:06}",
            "birth_date": "1988-04-12",
            "email": f"robin.{number:06}@example.org",
            "phone": f"+1415{number:07}",
            "state": "CA",
        }

    async def book(self, patient_id: str, starts_at: str) -> Booked:
        """A call with whoever is free."""
        visit = {"patient_id": patient_id, "kind": "info_call", "starts_at": starts_at, "modality": "phone"}
        answer = await self.post("booking", "/v1/appointments", visit)
        return Booked(answer.json()["id"], patient_id, starts_at)

    async def travel_to(self, when: datetime) -> None:
        """The domain clock goes there."""
        await asyncio.to_thread(self.stack.clock.set, when)

    async def arrive(self, visit: Booked) -> str:
        """The patient is on the line; the version that is to be completed."""
        path = f"/v1/appointments/{visit.id}"
        seen = await self._ask("GET", "booking", path)
        return (await self.post("booking", f"{path}/arrive", version=seen.headers["ETag"])).headers["ETag"]

    async def complete(self, visit: Booked, version: str) -> str:
        """The call opens the way to screening; what it published, as `Careflow-After` takes it."""
        path = f"/v1/appointments/{visit.id}/complete"
        done = await self.post("booking", path, {"disposition": "proceed"}, role="prescriber", version=version)
        return done.headers["Careflow-Position"]

    async def see_case(self, visit: Booked, after: str) -> None:
        """Returns when screening shows the case."""
        path = f"/v1/patients/{visit.patient_id}/cases"
        async with asyncio.timeout(_HEARING_SECONDS):
            while True:
                seen = await self._send("GET", "screening", path, role="prescriber", headers={"Careflow-After": after})
                if seen.status_code != httpx.codes.CONFLICT:
                    break
                await asyncio.sleep(float(seen.headers["Retry-After"]))
        assert _accepted(seen).json()["items"], "screening has heard of the consultation and opened the case"

    async def post(
        self,
        service: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        role: str = "coordinator",
        version: str | None = None,
    ) -> httpx.Response:
        """A command that must succeed. Raises Refused."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), **({"If-Match": version} if version else {})}
        return _accepted(await self._send("POST", service, path, json=body or {}, role=role, headers=headers))

    async def get(self, service: str, path: str, params: Mapping[str, str], *, role: str) -> httpx.Response:
        """A question that must be answered. Raises Refused."""
        return await self._ask("GET", service, path, params=params, role=role)

    async def _ask(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        return _accepted(await self._send(method, service, path, **options))

    async def _send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        role: str = "coordinator",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        if role not in self._tokens:
            self._tokens[role] = self.stack.token(role, subject=f"bench-{role}")
        sent = {"Authorization": f"Bearer {self._tokens[role]}", **(headers or {})}
        return await self.http.request(method, f"{self.stack.service_url(service)}{path}", headers=sent, **options)


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise Refused(f"{answer.request.method} {answer.request.url} was answered {answer.status_code}: {answer.text}")
    return answer


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
