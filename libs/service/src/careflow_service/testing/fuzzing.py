"""Asks every route of a service for what its OpenAPI document allows, and for what it forbids, where something lies in
a real store: no answer is a fault of ours, and none is other than documented.

`assert await wrongly_answered(world.app, world.store.database, under="/v1/", examples=1) == []`. Requests name what
there is (ids, versions) more often than what there is not, in the name of somebody whom the access table lets in; what
is answered is judged by schemathesis.
"""

import asyncio
import random
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any, Final

import httpx
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings, strategies
from hypothesis.errors import HypothesisDeprecationWarning
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.generation.case import Case
from schemathesis.generation.meta import FuzzingPhaseData
from schemathesis.schemas import APIOperation

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.client import Database
from careflow_service.testing.calling import ISSUER
from careflow_service.tokens import DevelopmentIssuer

LEFT_OUT: Final[Mapping[str, str]] = {
    "positive_data_acceptance": "a use case refuses what is well-formed and cannot be, with 422 and a code of its own",
    "missing_required_header": "a missing If-Match is 428, which the check does not know; test_commands tries it",
    "ignored_auth": "every door is tried as everybody by `doors`",
    "object_level_authorization": "whatever is another's is tried by `owning`",
    "use_after_free": "nothing is ever deleted",
    "ensure_resource_availability": "what was made may be for other roles than who made it",
}
"""Checks of schemathesis that are not made, and why."""
NO_FAULT: Final = frozenset({"SSE event violates schema"})
"""What schemathesis 4.32 takes for a fault: it holds the `schema` of a stream of events against each event, which is
what OpenAPI 3.2 has `itemSchema` for; in 3.1, which our documents are, it is of the whole answer, a text.
"""
SOMETHING_KNOWN: Final = 0.7
"""How often a request names what there is instead of what was made up."""
FORBIDDEN_ACCEPTED: Final = "Schema-violating request accepted"
"""How schemathesis calls that what its document forbids was not refused as such."""
KNOWN_AT_MOST: Final = 50
SOMEBODIES: Final = 100
"""In how many names each role asks, so that no rate stops the asking."""
BASE_URL: Final = "http://service"
_REQUEST_FIELDS: Final = frozenset({"method", "url", "headers", "files", "data", "params", "auth", "cookies", "json"})
"""What a request of `requests` is made of; schemathesis hands over more."""
_INSTANTS: Final = strategies.integers(0, 63_000_000).map(
    lambda seconds: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
)
_DAYS: Final = strategies.dates(date(1930, 1, 1), date(2030, 1, 1)).map(lambda day: day.isoformat())
"""Times somebody may mean: a document cannot say where they end."""


async def wrongly_answered(
    app: FastAPI,
    database: Database,
    *,
    under: str,
    examples: int,
    issuer: DevelopmentIssuer = ISSUER,
    seed: int = 0,
) -> list[str]:
    """Every answer below `under` that is a fault of ours or is not documented. `examples` for each route, and as many
    of what its document forbids; a single one is of either, in turn. Another `seed` makes up other requests.
    """
    fuzz = _Fuzz(app, database, issuer, asyncio.get_running_loop(), random.Random(seed))  # noqa: S311 - hides nothing
    await fuzz.learn()
    return await asyncio.to_thread(fuzz.run, under, examples)


@dataclass
class _Fuzz:
    app: FastAPI
    database: Database
    issuer: DevelopmentIssuer
    loop: asyncio.AbstractEventLoop
    random: random.Random
    known: dict[str, list[str]] = field(default_factory=dict)
    """Ids there are, by collection; patients and places stand in `_owners`."""
    wrong: dict[str, str] = field(default_factory=dict)

    async def learn(self) -> None:
        """Learns what lies in the store. Answers that go on end with what they say first, as when a process stops."""
        if (live := getattr(self.app.state, "live", None)) is not None:
            live.changes.close()
        for name in await self.database.list_collection_names():
            found = self.database[name].find({}, {"_id": 1}, limit=KNOWN_AT_MOST)
            self.known[name] = [document["_id"] async for document in found if isinstance(document["_id"], str)]

    def run(self, under: str, examples: int) -> list[str]:
        """Asks, and answers what was wrong. Runs in a thread: what makes up requests cannot wait for answers. Raises
        ValueError where there is nothing to ask.
        """
        load_all_checks()
        schemathesis.openapi.format("date-time", _INSTANTS)
        schemathesis.openapi.format("date", _DAYS)
        checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
        schema = schemathesis.openapi.from_dict(_without_security(self.app.openapi()))
        schema.config.update(base_url=BASE_URL)
        modes = cycle(GenerationMode)
        operations = [*schema.include(path_regex=f"^{under}").get_all_operations()]
        if not operations:
            raise ValueError(f"no route is documented under {under}")
        with warnings.catch_warnings():
            # The service answers in another thread, and whatever it draws meanwhile Hypothesis takes for a strategy's.
            warnings.filterwarnings("ignore", "Do not use the `random` module", HypothesisDeprecationWarning)
            for found in operations:
                assert isinstance(found, Ok)
                operation = found.ok()
                for mode in GenerationMode if examples > 1 else [next(modes)]:
                    self._try(operation, mode, checks, examples)
        return [f"{where}: {what}" for where, what in sorted(self.wrong.items())]

    def _try(
        self,
        operation: APIOperation[Any, Any, Any, Any],
        mode: GenerationMode,
        checks: list[Any],
        examples: int,
    ) -> None:
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def answered_as_documented(case: Case[Any]) -> None:
            response = self._answer(case)
            try:
                case.validate_response(response, checks=checks)
            except FailureGroup as group:
                for failure in group.exceptions:
                    self._note(case, failure, response)

        answered_as_documented()

    def _note(self, case: Case[Any], failure: Exception, response: httpx.Response) -> None:
        title = failure.title if isinstance(failure, Failure) else type(failure).__name__
        if title in NO_FAULT or (title == FORBIDDEN_ACCEPTED and _violates_nothing(case)):
            return
        where = f"{case.method} {case.path} {title} {response.status_code}"
        body = (response.request.content or b"")[:600]
        self.wrong.setdefault(where, f"{failure} {response.request.url} {body!r} {response.text[:300]}")

    def _answer(self, case: Case[Any]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._ask(case), self.loop).result()

    async def _ask(self, case: Case[Any]) -> httpx.Response:
        await self._name_what_there_is(case)
        sent = requests.Request(**_without_unset(case.as_transport_kwargs())).prepare()
        assert sent.body is None or isinstance(sent.body, str | bytes)
        # Everybody comes from somewhere else, so that no rate stops the asking.
        somewhere = (f"10.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(256)}", 1)
        transport = httpx.ASGITransport(self.app, client=somewhere)
        async with httpx.AsyncClient(transport=transport) as client:
            request = client.build_request(str(sent.method), str(sent.url), content=sent.body)
            request.headers.update([(name, _text(value)) for name, value in sent.headers.items()])
            request.headers.update(self._somebody(case))
            return await client.send(request)

    def _somebody(self, case: Case[Any]) -> dict[str, str]:
        roles = case.operation.definition.raw.get("x-careflow-roles")
        if not roles:
            return {}
        role = Role(self.random.choice(roles))
        patient = self._one_of("_owners") if role is Role.PATIENT else None
        subject = f"{role}-{self.random.randrange(SOMEBODIES)}"
        return {"Authorization": f"Bearer {self.issuer.token(role, subject=subject, patient_id=patient)}"}

    async def _name_what_there_is(self, case: Case[Any]) -> None:
        if _is_allowed(case, ParameterLocation.PATH):
            for name in case.path_parameters:
                if name.endswith("_id") and self._sometimes():
                    case.path_parameters[name] = self._one_of(*self._collections_of(name))
        if _is_allowed(case, ParameterLocation.BODY):
            case.body = self._known_in(case.body)
        if _is_allowed(case, ParameterLocation.HEADER):
            if "Idempotency-Key" in case.headers and self._sometimes():
                case.headers["Idempotency-Key"] = new_id()
            if "If-Match" in case.headers and self._sometimes():
                case.headers["If-Match"] = f'"{await self._version_of(case)}"'

    def _known_in(self, value: Any) -> Any:
        match value:
            case dict():
                return {
                    name: self._one_of(*self._collections_of(name))
                    if name.endswith("_id") and isinstance(each, str) and self._sometimes()
                    else self._known_in(each)
                    for name, each in value.items()
                }
            case list():
                return [self._known_in(each) for each in value]
            case _:
                return value

    async def _version_of(self, case: Case[Any]) -> int:
        for name, id_ in case.path_parameters.items():
            for collection in self._collections_of(name):
                found = await self.database[collection].find_one({"_id": id_}, {"version": 1})
                if found is not None and "version" in found:
                    return int(found["version"])
        return 1

    def _collections_of(self, name: str) -> list[str]:
        """Where ids under this name lie: `container_id` in `drug_containers`; a patient's, and where nothing is
        called so, among the owners.
        """
        stem = name.removesuffix("_id")
        plurals = (f"{stem}s", f"{stem.removesuffix('y')}ies")
        return [each for each in self.known if each.endswith(plurals)] or ["_owners"]

    def _one_of(self, *collections: str) -> str:
        ids = [id_ for each in collections for id_ in self.known.get(each, ())]
        return self.random.choice(ids) if ids else new_id()

    def _sometimes(self) -> bool:
        return self.random.random() < SOMETHING_KNOWN


def _without_security(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without whom it lets in: every request is made in somebody's name."""
    components = {name: each for name, each in document["components"].items() if name != "securitySchemes"}
    paths = {
        path: {
            method: {name: each for name, each in operation.items() if name != "security"}
            for method, operation in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    return {**document, "components": components, "paths": paths}


def _is_allowed(case: Case[Any], where: ParameterLocation) -> bool:
    """Whether this part of a request is as the document allows; only then it may be replaced."""
    if case.meta is None:
        return False
    part = case.meta.components.get(where)
    return part is not None and part.mode.is_positive


def _violates_nothing(case: Case[Any]) -> bool:
    """Whether a request that was to be forbidden is allowed after all: in a body that may be `null` schemathesis 4.32
    sometimes changes nothing.
    """
    made = case.meta.phase.data if case.meta is not None else None
    return isinstance(made, FuzzingPhaseData) and not made.mutations


def _without_unset(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in _REQUEST_FIELDS}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
