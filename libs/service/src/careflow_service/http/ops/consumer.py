"""Whether a service handles what it receives."""

from typing import Final, TypeVar

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from careflow_events.consumers import StopReason
from careflow_events.mongo import mongo_stores
from careflow_events.operations import ParkedOperations
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, represent
from careflow_service.mongo.reactions import ReactionTransactions
from careflow_service.problems import Problem, ProblemType
from careflow_service.service import Resources
from careflow_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)

NOT_STOPPED_SO: Final = ProblemType("not_stopped_so", 409, "Consuming is not stopped for that reason; look again.")


class Consuming(BaseModel):
    """Whether this service handles what it receives; `stopped` is why it does not."""

    stopped: StopReason | None


class Resumption(RequestBody):
    """Let consuming go on. `stopped` must say why it stands, so that nobody resumes what they have not understood."""

    stopped: StopReason
    dry_run: bool = True


def routes(name: str, resources: Resources[S]) -> APIRouter:
    """`/consumer`, of that name."""
    router = APIRouter(prefix="/consumer")
    stores = mongo_stores(resources.database, name)

    @router.get("", response_model=Consuming)
    async def read_consumer() -> Response:
        """Whether consuming is stopped, and why."""
        return represent(Consuming(stopped=await stores.consumers.stopped()))

    @router.post("/resume", response_model=Consuming)
    async def resume_consumer(body: Resumption, actor: CurrentActor, _request: IdempotentRequest) -> Response:
        """Let consuming go on once its cause is mended."""
        stopped = await stores.consumers.stopped()
        if stopped is not body.stopped:
            raise Problem(NOT_STOPPED_SO)
        if not body.dry_run:
            transactions = ReactionTransactions(resources.work, by=actor)
            await ParkedOperations(stores, transactions, resources.wall_clock).resume()
        return represent(Consuming(stopped=await stores.consumers.stopped()))

    return router
