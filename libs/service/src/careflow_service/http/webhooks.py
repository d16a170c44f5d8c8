"""`/v1/webhooks`: what an integrator's account has pushed to it, by whom the feed lets read it.

Invariants: an account sees and changes its own webhooks and no other's; what it asks for it might read in the feed; a
secret is told by the answer that made it and by no other.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Self

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field, HttpUrl, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from careflow_domain.errors import invalid
from careflow_events.topics import Classification, Topic
from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    Repeatable,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.feed import CLASS_NOT_GRANTED, MOST_TYPES, EventType, check_types, granted_classes
from careflow_service.http.fields import ONE_LINE, Moment
from careflow_service.http.routes import UUID
from careflow_service.identity import Actor
from careflow_service.problems import Problem
from careflow_service.webhooks.commands import Asked, Kept, Told, Wishes
from careflow_service.webhooks.endpoints import Endpoint, State, Why
from careflow_service.webhooks.policy import webhook_policy
from careflow_service.webhooks.storing import Kind, Result, Wanted
from careflow_service.work import Committed

LONGEST_URL: Final = 2_048
EventId = Annotated[str, StringConstraints(pattern=f"^{UUID}$")]


class WebhookBody(RequestBody):
    """Where events are pushed to, and which: these types, or all of these classes, or all the caller may read."""

    url: Annotated[HttpUrl, Field(max_length=LONGEST_URL)]
    types: list[EventType] = Field(default_factory=list, max_length=MOST_TYPES)
    classes: list[Classification] = Field(default_factory=list, max_length=len(Classification))
    description: Annotated[str, StringConstraints(max_length=200), ONE_LINE] = ""


class ReplayBody(RequestBody):
    """Push again what was published from `since` and before `until`, or until now; or the one event of this id."""

    since: Moment | None = None
    until: Moment | None = None
    event_id: EventId | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.since is None) == (self.event_id is None) or (self.until is not None and self.since is None):
            raise PydanticCustomError("one_of", "either since, perhaps with until, or event_id")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise PydanticCustomError("out_of_range", "until is after since")
        return self


class WebhookKept(BaseModel):
    """What a command did."""

    id: str
    version: int


class WebhookSecret(BaseModel):
    """The same, with the secret deliveries are signed with, which is told this once."""

    id: str
    version: int
    secret: str


class WebhookConfirmed(BaseModel):
    """What the webhook stands at. `confirm_by`: until when its account has to come again."""

    id: str
    version: int
    state: State
    why: Why | None
    confirm_by: AwareDatetime


class DeliveryAsked(BaseModel):
    """What was asked for is sent next: a test under this id, a replay with it in each delivery."""

    id: str


class WebhookRead(BaseModel):
    """One webhook. `failing_since`: it has taken nothing since, though it was offered something. `resting_until`: it is
    left alone until then. `confirm_by`: it ends then unless its account comes once more. `old_secrets_until`: until
    when each secret counts that was replaced.
    """

    id: str
    version: int
    url: str
    description: str
    types: Sequence[str]
    classes: Sequence[Classification]
    consumer: str | None
    state: State
    why: Why | None
    state_since: AwareDatetime
    made_at: AwareDatetime
    confirm_by: AwareDatetime
    failing_since: AwareDatetime | None
    resting_until: AwareDatetime | None
    replaying: str | None
    old_secrets_until: Sequence[AwareDatetime]


class DeliveryRead(BaseModel):
    """One attempt: `number` counts those at the same event. `status` is what came back; `unreached` why nothing did."""

    id: str
    kind: Kind
    event_id: str
    event_type: str
    number: int
    at: AwareDatetime
    milliseconds: int
    status: int | None
    unreached: str | None


class HeldStreamRead(BaseModel):
    """A stream that waits for one of its events to be taken."""

    stream: str
    since: AwareDatetime
    attempts: int
    attempt_at: AwareDatetime | None


router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


@router.post("", status_code=201, response_model=WebhookSecret)
async def create_webhook(
    console: AtConsole, body: WebhookBody, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Have events pushed from now on. `secret` is what they are signed with; it is not shown again."""
    return _told(await console.webhooks.create(_wishes(console.own, body, actor), actor, request), status=201)


@router.get("", response_model=Page[WebhookRead])
async def list_webhooks(
    console: AtConsole, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The caller's webhooks."""
    found = await console.webhooks_kept.endpoints.of_account(actor.id, limit=limit, after=after)
    return represent(Page[WebhookRead](items=[shown(each) for each in found.items], next=found.next))


@router.get("/{webhook_id}", response_model=WebhookRead)
async def read_webhook(console: AtConsole, webhook_id: str, actor: CurrentActor) -> Response:
    """One of them."""
    found = await console.webhooks.get(webhook_id, actor)
    return represent(shown(found), version=found.version)


@router.put("/{webhook_id}", response_model=WebhookKept)
async def change_webhook(
    console: AtConsole, webhook_id: str, body: WebhookBody, actor: CurrentActor, version: ExpectedVersion
) -> Response:
    """Push to another address, or other events, from now on."""
    wishes = _wishes(console.own, body, actor)
    return _kept(await console.webhooks.change(webhook_id, wishes, actor, expecting=version))


@router.delete("/{webhook_id}", response_model=WebhookKept)
async def delete_webhook(console: AtConsole, webhook_id: str, actor: CurrentActor) -> Response:
    """Push nothing any more, for good."""
    return _kept(await console.webhooks.delete(webhook_id, actor))


@router.post("/{webhook_id}/pause", response_model=WebhookKept)
async def pause_webhook(console: AtConsole, webhook_id: str, actor: CurrentActor, _: Repeatable) -> Response:
    """Push nothing until it is resumed."""
    return _kept(await console.webhooks.pause(webhook_id, actor))


@router.post("/{webhook_id}/confirm", response_model=WebhookConfirmed)
async def confirm_webhook(console: AtConsole, webhook_id: str, actor: CurrentActor, _: Repeatable) -> Response:
    """Say that you are here and may still read what is pushed: to be asked once a day. A webhook that ended because
    nobody said so goes on where it stands.
    """
    await _confirm(console, webhook_id, actor)
    found = await console.webhooks.get(webhook_id, actor)
    by = found.confirm_by(webhook_policy().confirmed_for)
    body = WebhookConfirmed(id=found.id, version=found.version, state=found.state, why=found.why, confirm_by=by)
    return represent(body, version=found.version)


@router.post("/{webhook_id}/resume", response_model=WebhookKept)
async def resume_webhook(console: AtConsole, webhook_id: str, actor: CurrentActor, _: Repeatable) -> Response:
    """Go on where it stands, after a pause or once it is disabled; what failed is tried at once."""
    await _confirm(console, webhook_id, actor)
    return _kept(await console.webhooks.resume(webhook_id, actor))


@router.post("/{webhook_id}/secrets", status_code=201, response_model=WebhookSecret)
async def rotate_webhook_secret(
    console: AtConsole, webhook_id: str, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """A new secret. For a day deliveries are signed with the one before as well."""
    await _confirm(console, webhook_id, actor)
    return _told(await console.webhooks.rotate(webhook_id, actor, request), status=201)


@router.post("/{webhook_id}/tests", status_code=202, response_model=DeliveryAsked)
async def test_webhook(
    console: AtConsole, webhook_id: str, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Push an event without content, also to a webhook that is paused or disabled."""
    await _confirm(console, webhook_id, actor)
    return _asked(await console.webhooks.test(webhook_id, actor, request))


@router.post("/{webhook_id}/replays", status_code=202, response_model=DeliveryAsked)
async def replay_to_webhook(
    console: AtConsole, webhook_id: str, body: ReplayBody, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Push events of the past once more, beside those that are new: all of a time, or one."""
    await _confirm(console, webhook_id, actor)
    if body.since is not None:
        return _asked(await console.webhooks.replay(webhook_id, body.since, body.until, actor, request))
    assert body.event_id is not None
    return _asked(await console.webhooks.replay_event(webhook_id, body.event_id, console.own, actor, request))


@router.get("/{webhook_id}/deliveries", response_model=Page[DeliveryRead])
async def list_webhook_deliveries(
    console: AtConsole,
    webhook_id: str,
    actor: CurrentActor,
    result: Result | None = None,
    status: Annotated[int | None, Query(ge=100, le=599)] = None,
    event_type: Annotated[EventType | None, Query()] = None,
    event_id: Annotated[EventId | None, Query()] = None,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """What was attempted in the last 30 days, the newest first: all of it, or what became so (`result`: taken by a 2xx,
    refused by another `status`, unreached), what is of this `event_type` or is this event, and what was attempted from
    `since` and before `until`.
    """
    if since is not None and until is not None and until <= since:
        raise invalid("end_before_start", "`until` is after `since`.")
    await console.webhooks.get(webhook_id, actor)
    wanted = Wanted(result=result, status=status, event_type=event_type, event_id=event_id, since=since, until=until)
    found = await console.webhooks_kept.deliveries.of(webhook_id, wanted, limit=limit, after=after)
    items = [DeliveryRead.model_validate(each, from_attributes=True) for each in found.items]
    return represent(Page[DeliveryRead](items=items, next=found.next))


@router.get("/{webhook_id}/held-streams", response_model=Page[HeldStreamRead])
async def list_webhook_held_streams(
    console: AtConsole, webhook_id: str, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The streams that wait for an event to be taken, the next to be tried first."""
    await console.webhooks.get(webhook_id, actor)
    found = await console.webhooks_kept.held.all_of(webhook_id, limit=limit, after=after)
    items = [
        HeldStreamRead(stream=each.stream, since=each.since, attempts=each.attempts, attempt_at=each.attempt_at)
        for each in found.items
    ]
    return represent(Page[HeldStreamRead](items=items, next=found.next))


def shown(endpoint: Endpoint) -> WebhookRead:
    """What of a webhook is told."""
    return WebhookRead(
        id=endpoint.id,
        version=endpoint.version,
        url=endpoint.url,
        description=endpoint.description,
        types=endpoint.types,
        classes=endpoint.classes,
        consumer=endpoint.consumer,
        state=endpoint.state,
        why=endpoint.why,
        state_since=endpoint.state_since,
        made_at=endpoint.made_at,
        confirm_by=endpoint.confirm_by(webhook_policy().confirmed_for),
        failing_since=endpoint.health.failing_since,
        resting_until=endpoint.health.rests_until,
        replaying=None if endpoint.replay is None else endpoint.replay.id,
        old_secrets_until=[each.until for each in endpoint.secrets if each.until is not None],
    )


async def _confirm(console: Console, webhook_id: str, actor: Actor) -> None:
    """Whoever comes without a role that the webhook needs ends it. Raises `event_class_not_granted`."""
    granted = granted_classes(console.own, actor)
    if not (await console.webhooks.confirm(webhook_id, actor, granted)).value.granted:
        raise Problem(CLASS_NOT_GRANTED)


def _wishes(topics: Sequence[Topic], body: WebhookBody, actor: Actor) -> Wishes:
    """Raises the feed's own problems for what the caller may not read."""
    granted = granted_classes(topics, actor)
    classes = frozenset(body.classes) or granted
    if not classes <= granted:
        raise Problem(CLASS_NOT_GRANTED)
    check_types(topics, classes, body.types)
    return Wishes(url=body.url, description=body.description, types=sorted(set(body.types)), classes=sorted(classes))


def _kept(committed: Committed[Kept]) -> Response:
    body = WebhookKept(id=committed.value.id, version=committed.value.version)
    return answer(committed, body, version=body.version)


def _told(committed: Committed[Told], *, status: int) -> Response:
    told = committed.value
    body = WebhookSecret(id=told.id, version=told.version, secret=told.secret)
    return answer(committed, body, status=status, version=told.version, location=f"/v1/webhooks/{told.id}")


def _asked(committed: Committed[Asked]) -> Response:
    return answer(committed, DeliveryAsked(id=committed.value.id), status=202)
