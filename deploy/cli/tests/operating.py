"""Services that answer as told, and the `careflow` command as somebody at a terminal meets it."""

import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from careflow_cli.main import run
from careflow_cli.operators import client

SERVICES = ("booking", "screening", "sessions", "billing")
TOKEN = "an-operators.bearer.token"
Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def problem(status: int, code: str, title: str, **extra: object) -> httpx.Response:
    """A refusal as services word them."""
    document = {"type": f"careflow:problems/{code}", "title": title, "status": status, "code": code, **extra}
    return httpx.Response(status, json=document, headers={"Content-Type": "application/problem+json"})


def answer(**members: object) -> httpx.Response:
    return httpx.Response(200, json=members)


NOW = "2026-11-28T09:00:00Z"


def hearing(
    stopped: str | None,
    *pauses: Mapping[str, object],
    starts: Sequence[Mapping[str, object]] = (),
    heard: Mapping[str, str | None] = MappingProxyType({}),
) -> httpx.Response:
    """What a service says of itself as a consumer, NOW: until when it has `heard` which topics."""
    topics = ["careflow.booking.v1", "careflow.screening.v1"]
    until = [{"topic": topic, "until": until} for topic, until in heard.items()]
    return answer(
        stopped=stopped, pauses=list(pauses), topics=topics, starts=list(starts), heard=until, domain_time=NOW
    )


def page(*items: Mapping[str, object], following: str | None = None) -> httpx.Response:
    return answer(items=list(items), next=following)


def parked_event(parked_id: str, **changes: object) -> dict[str, object]:
    """An event that waits, as services show it."""
    event: dict[str, object] = {
        "id": parked_id,
        "stream": "careflow.screening.v1/patient:p",
        "place": 1,
        "event_id": f"event-{parked_id}",
        "event_type": "careflow.screening.ClearanceGranted.v1",
        "cause": "ValueError",
        "attempts": 3,
        "applied_early": False,
        "first_failed_at": "2026-11-28T09:00:00Z",
        "state": "parked",
        "topic": "careflow.screening.v1",
        "partition": 0,
        "offset": 7,
    }
    return {**event, **changes}


@dataclass
class Services:
    """Each route's answers, one after the other; the last one stays."""

    replies: dict[tuple[str, str, str], list[Reply]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def says(self, service: str, route: str, *replies: Reply) -> None:
        method, _, path = route.partition(" ")
        self.replies[service, method, path] = list(replies)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was sent to a route, in order."""
        return [json.loads(each.content) for each in self.asked if each.url.path == f"/ops/{path}"]

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._reply)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        replies = self.replies[request.url.host, request.method, request.url.path.removeprefix("/ops/")]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Careflow:
    """Runs the command in this process, on `services`."""

    services: Services
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        # As from a terminal: tests that run in the background of a shell are born deaf to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.captured.readouterr()
        self.patch.setattr(sys, "argv", ["careflow", *arguments])
        code = 0
        try:
            run()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0
        finally:
            for signum, handler in handlers.items():
                signal.signal(signum, handler)
        said = self.captured.readouterr()
        return Done(code, said.out, said.err)


def on_a_deployment(patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> Careflow:
    """The command of an operator who has named the services and has a token."""
    services = Services()
    patch.setattr(client, "transport", services.transport)
    patch.setenv("CAREFLOW_URLS", " ".join(f"{name}=http://{name}" for name in SERVICES))
    patch.setenv("CAREFLOW_TOKEN", TOKEN)
    patch.delenv("CAREFLOW_TOKEN_FILE", raising=False)
    return Careflow(services, patch, captured)
