"""Links by which patients come to their own account without a login."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from billing.application.commands.issue_account_link import IssueAccountLink
from billing.application.commands.send_account_link import SendAccountLink
from billing.domain.ids import AccountLinkId, PatientId
from billing.entrypoints.http.schemas import App
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, answer

router = APIRouter(tags=["accounts"])


class AccountLinkIssued(BaseModel):
    """`path` goes behind the address at which patients reach this service; `link` is both, where that is known. Who has
    it still needs the birth date.
    """

    link_id: str
    path: str
    link: str | None


@router.post("/v1/accounts/{patient_id}/links", status_code=201, response_model=AccountLinkIssued)
async def issue_account_link(patient_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Make a link to a patient's account and papers, to be handed to them. It works for as many days as the policy
    says, and as often as they like.
    """
    committed = await app.issue_account_link(IssueAccountLink(PatientId(patient_id)), actor, request)
    link_id = AccountLinkId(committed.value.id)
    addresses = app.ports.link_addresses
    issued = AccountLinkIssued(link_id=link_id, path=addresses.path(link_id), link=addresses.whole(link_id))
    return answer(committed, issued, status=201)


class AccountLinkSent(BaseModel):
    """Booking sends it; what became of the message, its list of the patient's messages says."""

    link_id: str


@router.post("/v1/accounts/{patient_id}/links/send", status_code=201, response_model=AccountLinkSent)
async def send_account_link(patient_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Have a patient sent a link to their account and papers, over a channel they allow. They are sent one by itself
    when a bill, an estimate, a receipt or a statement is new.
    """
    committed = await app.send_account_link(SendAccountLink(PatientId(patient_id)), actor, request)
    return answer(committed, AccountLinkSent(link_id=committed.value.id), status=201)
