"""The `/ops` routes of the services, as one operator asks them.

Invariant: whatever goes wrong is one CareflowError that names the service; no error repeats the token or what was
sent. A command is sent once: whether one without an answer was carried out, only looking tells.
"""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Self

import httpx

from careflow_cli.errors import CareflowError
from careflow_cli.operators.access import Access
from careflow_cli.operators.shown import plain

ANSWER_TIMEOUT: Final = 20.0  # seconds; counting the events of a large topic is the slowest question
CONNECT_TIMEOUT: Final = 5.0  # seconds
PAGE: Final = 200
"""The most a service shows at once."""


class NoAnswer(CareflowError):
    """The service is away, or what answers at its address is not it."""


class Refused(CareflowError):
    """The service refused, with a problem document of this code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Answer(dict[str, Any]):
    """One JSON object of a service. A member that is missing is an error of its own: another version speaks."""

    def __missing__(self, member: str) -> Any:
        raise CareflowError(f"an answer without {member}: is the service of another version than this command?")


def transport() -> httpx.AsyncBaseTransport | None:
    """What carries requests; None is HTTP over the network, as the environment's proxies and certificates say."""
    return None


class Operator:
    """Asks services; open it with `async with`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def __aenter__(self) -> Self:
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self._access.token}", "Accept": "application/json"},
            timeout=httpx.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT),
            transport=transport(),
        )
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._http.aclose()

    async def get(self, service: str, path: str, **params: str | int) -> Answer:
        """What a service says at `/ops/<path>`. Raises NoAnswer or Refused."""
        return await self._ask(service, "GET", path, params=params)

    async def post(self, service: str, path: str, body: Mapping[str, object]) -> Answer:
        """Has a service do something. Raises NoAnswer or Refused."""
        return await self._ask(service, "POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    async def items(self, service: str, path: str, **params: str) -> AsyncIterator[Answer]:
        """All items of a list, page by page."""
        after: dict[str, str] = {}
        while True:
            page = await self.get(service, path, limit=PAGE, **params, **after)
            for item in page["items"]:
                yield item
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    async def _ask(self, service: str, method: str, path: str, **options: Any) -> Answer:
        url = self._access.url(service)
        try:
            response = await self._http.request(method, f"{url}/ops/{path}", **options)
        except httpx.ConnectError as error:
            raise NoAnswer(f"{service} is away: nobody answers at {url}") from error
        except httpx.RequestError as error:
            unknown = "; whether it was done is not known, so look before you ask again" if method == "POST" else ""
            raise NoAnswer(f"{service} gave no answer at {url} ({type(error).__name__}){unknown}") from error
        body = _body(response)
        if response.is_success and body is not None:
            return body
        if response.is_error and body is not None and isinstance(body.get("code"), str):
            raise Refused(f"{service}: {_problem(body, path)}", body["code"])
        raise NoAnswer(f"what answers at {url} is not {service} ({response.status_code} to /ops/{path})")


def _body(response: httpx.Response) -> Answer | None:
    try:
        body = response.json(object_hook=Answer)
    except ValueError:
        return None
    return body if isinstance(body, Answer) else None


def _problem(document: Answer, path: str) -> str:
    """A problem document in one line: its title, its code, which fields it is about, and whose token would do."""
    said = f"{document.get('detail') or document.get('title', '')} ({document['code']})"
    fields = "".join(f", {each['field']}: {each['code']}" for each in document.get("errors", ()))
    whose = "an operator's or an auditor's" if path.partition("/")[0] == "audit" else "an operator's"
    hint = f"; {whose} token is needed" if document["code"] == "forbidden" else ""
    return plain(f"{said}{fields}{hint}")
