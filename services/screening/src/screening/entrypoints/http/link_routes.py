"""Links by which patients answer without a login."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, answer
from screening.application.commands.issue_link import IssueLink
from screening.domain.ids import CaseId, LinkId
from screening.entrypoints.http.schemas import App

router = APIRouter(tags=["cases"])


class LinkIssued(BaseModel):
    """`path` goes behind the address at which patients reach this service; `link` is both, where that is known. Who has
    it still needs the birth date.
    """

    link_id: str
    path: str
    link: str | None


@router.post("/v1/cases/{case_id}/links", status_code=201, response_model=LinkIssued)
async def issue_link(case_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Make a link to a patient's questions, to be handed to them; who is asked something is sent one anyway. It works
    for two weeks, and as often as they like.
    """
    committed = await app.issue_link(IssueLink(CaseId(case_id)), actor, request)
    link_id = LinkId(committed.value.id)
    addresses = app.ports.link_addresses
    issued = LinkIssued(link_id=link_id, path=addresses.path(link_id), link=addresses.whole(link_id))
    return answer(committed, issued, status=201)
