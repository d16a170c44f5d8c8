"""What a service says, told by itself: `/asyncapi.json`, and the schema an event's `dataschema` names.

Like `/openapi.json` both are the inner network's and need no token: there is nothing of anybody in them.
"""

from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careflow_events import catalogue
from careflow_service.problems import NOT_FOUND, Problem

MEDIA_TYPE = "application/schema+json"


def contract_routes(service: str) -> list[Route]:
    """The routes of the service of that name. `careflow:schemas/…` stands at `/schemas/…` of whoever says the event."""
    own = {f"/{contract.schema_id().removeprefix('careflow:')}": contract for contract in catalogue.written_by(service)}

    @cache
    def document() -> bytes:
        from careflow_events.schemas import asyncapi, written  # few processes are ever asked

        return written(asyncapi.document((service,)))

    async def read_asyncapi(_request: Request) -> Response:
        return Response(document(), media_type="application/json")

    async def read_event_schema(request: Request) -> Response:
        from careflow_events.schemas import published, written  # few processes are ever asked

        contract = own.get(request.url.path)
        if contract is None:
            raise Problem(NOT_FOUND)
        return Response(written(published(contract)), media_type=MEDIA_TYPE)

    return [
        Route("/asyncapi.json", read_asyncapi),
        Route("/schemas/{service}/{event}/{version}", read_event_schema),
    ]
