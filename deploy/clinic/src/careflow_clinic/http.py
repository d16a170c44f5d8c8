"""CareFlow's HTTP as a client sees it: tokens, idempotency keys, versions, positions; nothing of the insides.

Owns what the demo and the journeys ask. Invariant: every request is shown to `on_asked` exactly once, refused or not.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from careflow_clinic.view import Asked


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token: a member of staff by their roles, or a patient by their id."""

    subject: str
    roles: tuple[str, ...]
    patient_id: str | None = None


PATIENCE = 30.0  # seconds for a service to hear what a request builds on
ANYBODY = Caller("anybody", ())
"""A visitor of the public pages; sends no token."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `version` is the ETag's, `positions` what the command published."""

    status: int
    body: dict[str, Any]
    version: int | None
    positions: tuple[str, ...]
    headers: Mapping[str, str]

    @property
    def code(self) -> str | None:
        """The stable code of a problem; None for an answer that is not one."""
        return self.body.get("code") if self.status >= 400 else None


class Refused(AssertionError):
    """A request that should have been accepted was not."""


@dataclass(slots=True)
class Http:
    """Asks services. `token` makes a bearer token for a caller."""

    urls: Mapping[str, str]
    token: Callable[[Caller], str]
    on_asked: Callable[[Asked], None] = lambda _: None
    client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30))
    _tokens: dict[Caller, str] = field(default_factory=dict)

    async def __aenter__(self) -> Http:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def ask(
        self,
        caller: Caller,
        method: str,
        service: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        version: int | None = None,
        after: Sequence[str] = (),
        key: str | None = None,
        params: Mapping[str, str] | None = None,
        emergency: str | None = None,
    ) -> Answer:
        """One request. `after`: positions of other services' events to be seen before it is answered; while they are
        not, it is sent again when the answer says, as every client should. `emergency`: the access it reads under.
        """
        key, deadline = key or str(uuid.uuid4()), time.monotonic() + PATIENCE
        while True:
            response = await self._send(
                caller,
                method,
                service,
                path,
                body,
                version=version,
                after=after,
                key=key,
                params=params,
                emergency=emergency,
            )
            if response.status_code != httpx.codes.CONFLICT or time.monotonic() > deadline:
                break
            if response.json().get("code") != "not_yet_known":
                break
            await asyncio.sleep(float(response.headers["Retry-After"]))
        etag = response.headers.get("ETag")
        return Answer(
            status=response.status_code,
            body=response.json() if response.content else {},
            version=int(etag.strip('"')) if etag else None,
            positions=tuple(filter(None, response.headers.get("Careflow-Position", "").split(", "))),
            headers=response.headers,
        )

    async def get(self, caller: Caller, service: str, path: str, **options: Any) -> Answer:
        """A read that must succeed; raises Refused with the problem's code."""
        return accepted("GET", path, await self.ask(caller, "GET", service, path, **options))

    async def post(
        self, caller: Caller, service: str, path: str, body: Mapping[str, object] | None = None, **options: Any
    ) -> Answer:
        """A command that must succeed; raises Refused with the problem's code."""
        return accepted("POST", path, await self.ask(caller, "POST", service, path, body or {}, **options))

    async def post_at_newest(
        self,
        caller: Caller,
        service: str,
        of: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        reader: Caller | None = None,
    ) -> Answer:
        """A command on what stands at `of`, at the version just read, and read again where other news came in between;
        raises Refused with the problem's code.
        """
        while True:
            current = await self.get(reader or caller, service, of)
            answer = await self.ask(caller, "POST", service, path, body or {}, version=current.version)
            if answer.code != "stale_version":
                return accepted("POST", path, answer)

    async def put(
        self, caller: Caller, service: str, path: str, body: Mapping[str, object], *, version: int | None
    ) -> Answer:
        """A whole replacement that must succeed; raises Refused with the problem's code."""
        return accepted("PUT", path, await self.ask(caller, "PUT", service, path, body, version=version))

    async def file(self, caller: Caller, service: str, path: str) -> bytes:
        """A document that must be there; raises Refused with the status."""
        response = await self._send(caller, "GET", service, path)
        if response.status_code != httpx.codes.OK:
            raise Refused(f"GET {path} was answered {response.status_code}: {response.text[:200]}")
        return response.content

    async def _send(
        self,
        caller: Caller,
        method: str,
        service: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        version: int | None = None,
        after: Sequence[str] = (),
        key: str = "",
        params: Mapping[str, str] | None = None,
        emergency: str | None = None,
    ) -> httpx.Response:
        headers = {"Accept": "application/json, application/pdf"}
        if caller is not ANYBODY:
            headers["Authorization"] = f"Bearer {self._token(caller)}"
        if method == "POST":
            headers["Idempotency-Key"] = key
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if after:
            headers["Careflow-After"] = ", ".join(after)
        if emergency is not None:
            headers["Careflow-Emergency-Access"] = emergency
        started = time.perf_counter()
        response = await self.client.request(
            method, f"{self.urls[service]}{path}", json=body, headers=headers, params=params
        )
        milliseconds = (time.perf_counter() - started) * 1000
        self.on_asked(Asked(service, method, path, response.status_code, milliseconds))
        return response

    def _token(self, caller: Caller) -> str:
        if caller not in self._tokens:
            self._tokens[caller] = self.token(caller)
        return self._tokens[caller]


def accepted(method: str, path: str, answer: Answer) -> Answer:
    """The answer, of a request that must succeed; raises Refused with the problem's code."""
    if answer.status >= 400:
        raise Refused(f"{method} {path} was answered {answer.status} {answer.code}: {answer.body}")
    return answer
