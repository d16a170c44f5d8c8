"""The free call, for anybody: no login, rate-limited, and an answer that tells nobody whether a person is known."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.book_info_call import BookInfoCall
from booking.application.queries.find_openings import FindOpenings
from booking.domain.visits import Modality, VisitKind
from booking.entrypoints.http.public_schemas import ConfirmBody, FreeTimes, FreeTimeView, InfoCallBody, InfoCallView
from booking.entrypoints.http.schemas import App, From, To
from careflow_service.http.dependencies import (
    ClientAddress,
    CurrentActor,
    IdempotentRequest,
    answer,
    represent,
)
from careflow_service.http.places import UsState

router = APIRouter(prefix="/v1/public/info-calls")


@router.get("/availability", response_model=FreeTimes)
async def find_info_calls(
    app: App,
    actor: CurrentActor,
    starts_from: From,
    starts_before: To,
    modality: Modality = Modality.PHONE,
    state: UsState | None = None,
) -> Response:
    """When somebody of the clinical team can call."""
    query = FindOpenings(
        kind=VisitKind.INFO_CALL,
        modality=modality,
        starts_from=starts_from,
        starts_before=starts_before,
        state=state,
    )
    found = await app.find_openings(query, actor)
    return represent(FreeTimes(items=[FreeTimeView.of(opening) for opening in found]))


@router.post("", status_code=201, response_model=InfoCallView)
async def book_info_call(
    body: InfoCallBody, app: App, actor: CurrentActor, client: ClientAddress, request: IdempotentRequest
) -> Response:
    """Ask for the free call: it is booked once it is confirmed by the link that is sent to them, or at once where
    nothing can be sent. Whoever has asked for too many is told when they may again.
    """
    command = BookInfoCall(body.details(), body.starts_at, body.modality, client)
    done = await app.book_info_call(command, actor, request)
    return answer(done, InfoCallView.of(done.value), status=201)


@router.post("/confirm", response_model=InfoCallView)
async def confirm_info_call(body: ConfirmBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """It was they who asked for the call: book it. Confirmed again it is the same call."""
    done = await app.confirm_info_call(body.link, actor, request)
    return answer(done, InfoCallView.of(done.value))
