"""Integrators' webhooks as operators see them: whose each is, how it does, and that it is told nothing any more."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from careflow_service.http.console import AtConsole
from careflow_service.http.dependencies import CurrentActor, Page, PageCursor, PageLimit, Repeatable, answer, represent
from careflow_service.webhooks.commands import Kept
from careflow_service.webhooks.endpoints import Endpoint, State, Why
from careflow_service.webhooks.policy import webhook_policy
from careflow_service.work import Committed

Account = Annotated[str | None, Query(max_length=200, description="Only those of this account.")]

router = APIRouter(prefix="/ops/webhooks", tags=["ops"])


class OpsWebhook(BaseModel):
    """One webhook, without where it is: an address may hold a secret."""

    id: str
    account: str
    description: str
    state: State
    why: Why | None
    state_since: AwareDatetime
    failing_since: AwareDatetime | None
    confirm_by: AwareDatetime


class OpsWebhookKept(BaseModel):
    """What was done to it."""

    id: str
    version: int


@router.get("", response_model=Page[OpsWebhook])
async def list_all_webhooks(
    console: AtConsole, account: Account = None, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The webhooks of all accounts, or of one."""
    endpoints = console.webhooks_kept.endpoints
    if account is None:
        found = await endpoints.all(limit=limit, after=after)
    else:
        found = await endpoints.of_account(account, limit=limit, after=after)
    return represent(Page[OpsWebhook](items=[_shown(each) for each in found.items], next=found.next))


@router.post("/{webhook_id}/disable", response_model=OpsWebhookKept)
async def disable_webhook(webhook_id: str, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Push nothing to it until an operator lets it go on."""
    return _done(await console.webhooks.disable(webhook_id, actor))


@router.post("/{webhook_id}/enable", response_model=OpsWebhookKept)
async def enable_webhook(webhook_id: str, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Let it go on where it stands, whatever it was disabled for."""
    return _done(await console.webhooks.enable(webhook_id, actor))


def _shown(endpoint: Endpoint) -> OpsWebhook:
    return OpsWebhook(
        id=endpoint.id,
        account=endpoint.account,
        description=endpoint.description,
        state=endpoint.state,
        why=endpoint.why,
        state_since=endpoint.state_since,
        failing_since=endpoint.health.failing_since,
        confirm_by=endpoint.confirm_by(webhook_policy().confirmed_for),
    )


def _done(committed: Committed[Kept]) -> Response:
    body = OpsWebhookKept(id=committed.value.id, version=committed.value.version)
    return answer(committed, body, version=body.version)
