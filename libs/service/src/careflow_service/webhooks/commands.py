"""What integrators and operators do with webhooks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import HttpUrl

from careflow_domain.errors import conflict, invalid
from careflow_events.feed import FeedPlace
from careflow_events.mongo import MongoFeed
from careflow_events.topics import Classification, Topic
from careflow_service.addresses import is_callable
from careflow_service.identity import Actor, RequestKey
from careflow_service.service import Resources
from careflow_service.webhooks.endpoints import Endpoint, Replay, Secret, Why
from careflow_service.webhooks.opening import WebhookStore
from careflow_service.webhooks.signing import new_secret
from careflow_service.work import Committed, Transaction

HASTENED_AT_ONCE: Final = 100
"""Held streams that one commit makes due."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a command did to a webhook."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Told:
    """The same, with the secret, which is told this once."""

    id: str
    version: int
    secret: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for will be sent under this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose account is here; `granted`: it may read what the webhook is told."""

    id: str
    version: int
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an integrator says of a webhook. `types` and `classes` were found to be theirs to read."""

    url: HttpUrl
    description: str
    types: Sequence[str]
    classes: Sequence[Classification]


Change = Callable[[Endpoint, datetime], Endpoint]


class Webhooks:
    """The use cases. Each of an integrator's raises `webhook_not_found` for what is another's."""

    def __init__(self, kept: WebhookStore, feed: MongoFeed, resources: Resources[Any]) -> None:
        self._kept = kept
        self._feed = feed
        self._settings = resources.settings
        self._work = resources.work
        self._wall_clock = resources.wall_clock

    async def create(self, wishes: Wishes, actor: Actor, request: RequestKey) -> Committed[Told]:
        """A webhook that is told everything from now on. Raises `address_not_allowed`, `too_many_webhooks`."""
        url = self._checked(wishes.url)
        most = self._kept.policy.most_endpoints.value
        own, place = await self._kept.endpoints.of_account(actor.id, limit=most), await self._feed.end()

        async def create(tx: Transaction) -> Told:
            if len(own.items) >= most:
                raise conflict("too_many_webhooks", "This account has as many webhooks as it may.", most=most)
            secret, now = new_secret(), self._wall_clock()
            endpoint = Endpoint(
                id=tx.new_id(),
                account=actor.id,
                consumer=actor.consumer,
                url=url,
                description=wishes.description,
                types=tuple(wishes.types),
                classes=tuple(wishes.classes),
                secrets=(Secret(value=secret),),
                made_at=now,
                place=place,
                state_since=now,
            )
            await self._kept.endpoints.add(endpoint, tx)
            return Told(endpoint.id, endpoint.version, secret)

        return await self._work.run(create, by=actor, action="create_webhook", returns=Told, request=request)

    async def change(self, id_: str, wishes: Wishes, actor: Actor, *, expecting: int) -> Committed[Kept]:
        """Raises `address_not_allowed` and StaleVersion."""
        url = self._checked(wishes.url)

        def change(endpoint: Endpoint, now: datetime) -> Endpoint:
            return endpoint.changed(
                url=url,
                description=wishes.description,
                types=wishes.types,
                classes=wishes.classes,
                consumer=actor.consumer,
                now=now,
            )

        return await self._changed(id_, actor, "change_webhook", change, expecting=expecting)

    async def pause(self, id_: str, actor: Actor) -> Committed[Kept]:
        return await self._changed(id_, actor, "pause_webhook", Endpoint.paused)

    async def resume(self, id_: str, actor: Actor) -> Committed[Kept]:
        """It goes on where it was, and what failed is due at once. Raises `webhook_disabled_by_operator`."""
        return await self._resumed(id_, actor, Endpoint.resumed, mine=True)

    async def delete(self, id_: str, actor: Actor) -> Committed[Kept]:
        return await self._changed(id_, actor, "delete_webhook", Endpoint.deleted)

    async def rotate(self, id_: str, actor: Actor, request: RequestKey) -> Committed[Told]:
        """A new secret; the one before counts for a while."""
        counts = timedelta(hours=self._kept.policy.old_secret_hours.value)

        async def rotate(tx: Transaction) -> Told:
            before, secret = await self._own(id_, actor), new_secret()
            after = before.rotated(secret, self._wall_clock(), old_counts=counts)
            await self._kept.endpoints.save(after, expecting=before.version, tx=tx)
            return Told(after.id, after.version, secret)

        return await self._work.run(rotate, by=actor, action="rotate_webhook_secret", returns=Told, request=request)

    async def test(self, id_: str, actor: Actor, request: RequestKey) -> Committed[Asked]:
        """A test delivery is sent next, also while it is paused or disabled."""
        return await self._asked(id_, actor, "test_webhook", request, lambda before, id_: before.asked_for_test(id_))

    async def replay(
        self, id_: str, since: datetime, until: datetime | None, actor: Actor, request: RequestKey
    ) -> Committed[Asked]:
        """What was published from `since` and before `until`, or until now, is told again. Raises `nothing_to_replay`,
        `replay_in_progress`.
        """
        place = await self._feed.since(since)
        through = await self._feed.end() if until is None else await self._feed.since(until)
        if through.position <= place.position:
            raise conflict("nothing_to_replay", "Nothing was published in that time.")

        return await self._replayed(id_, place, through, actor, request)

    async def replay_event(
        self, id_: str, event_id: str, topics: Iterable[Topic], actor: Actor, request: RequestKey
    ) -> Committed[Asked]:
        """One event of these topics is told again. Raises `nothing_to_replay` where the webhook would not be told it,
        `replay_in_progress`.
        """
        endpoint = await self._own(id_, actor)
        around = await self._feed.around(event_id, endpoint.wanted(topics))
        if around is None:
            raise conflict("nothing_to_replay", "This webhook is told of no published event with that id.")
        return await self._replayed(id_, *around, actor, request)

    async def confirm(self, id_: str, actor: Actor, granted: Collection[Classification]) -> Committed[Confirmed]:
        """Its account is here, and may read these classes: it goes on being told, or, where it needs others, ends."""

        async def confirm(tx: Transaction) -> Confirmed:
            before = await self._own(id_, actor)
            after = before.confirmed(granted, self._wall_clock())
            if after is not before:
                await self._kept.endpoints.save(after, expecting=before.version, tx=tx)
            return Confirmed(after.id, after.version, set(after.classes) <= set(granted))

        return await self._work.run(confirm, by=actor, action="confirm_webhook", returns=Confirmed)

    async def get(self, id_: str, actor: Actor) -> Endpoint:
        return await self._own(id_, actor)

    # operators

    async def disable(self, id_: str, actor: Actor) -> Committed[Kept]:
        """Only operators let it go on."""

        def disable(endpoint: Endpoint, now: datetime) -> Endpoint:
            return endpoint if endpoint.why is Why.OPERATOR else endpoint.disabled(Why.OPERATOR, now)

        return await self._changed(id_, actor, "disable_webhook", disable, mine=False)

    async def enable(self, id_: str, actor: Actor) -> Committed[Kept]:
        def enable(endpoint: Endpoint, now: datetime) -> Endpoint:
            return endpoint.resumed(now, by_operator=True)

        return await self._resumed(id_, actor, enable, mine=False)

    async def _own(self, id_: str, actor: Actor) -> Endpoint:
        endpoint = await self._kept.endpoints.get(id_, of=id_)
        endpoint.check_account(actor.id)
        return endpoint

    async def _any(self, id_: str, _: Actor) -> Endpoint:
        endpoint = await self._kept.endpoints.get(id_, of=id_)
        endpoint.check_account(endpoint.account)
        return endpoint

    async def _changed(
        self, id_: str, actor: Actor, action: str, change: Change, *, expecting: int | None = None, mine: bool = True
    ) -> Committed[Kept]:
        async def changed(tx: Transaction) -> Kept:
            before = await (self._own if mine else self._any)(id_, actor)
            after = change(before, self._wall_clock())
            if after is not before or expecting is not None:
                await self._kept.endpoints.save(after, expecting=expecting or before.version, tx=tx)
            return Kept(after.id, after.version)

        return await self._work.run(changed, by=actor, action=action, returns=Kept)

    async def _resumed(self, id_: str, actor: Actor, change: Change, *, mine: bool) -> Committed[Kept]:
        done = await self._changed(id_, actor, "resume_webhook", change, mine=mine)
        now = self._wall_clock()

        async def hasten(tx: Transaction) -> int:
            found = await self._kept.held.later(id_, now, limit=HASTENED_AT_ONCE)
            for each in found:
                await self._kept.held.save(each.moved(each.place, each.attempts, now), expecting=each.version, tx=tx)
            return len(found)

        while (await self._work.run(hasten, by=actor, action="resume_webhook", returns=int)).value:
            pass
        return done

    async def _replayed(
        self, id_: str, place: FeedPlace, through: FeedPlace, actor: Actor, request: RequestKey
    ) -> Committed[Asked]:
        def asked(before: Endpoint, replay: str) -> Endpoint:
            return before.asked_to_replay(Replay(id=replay, place=place, through=through))

        return await self._asked(id_, actor, "replay_to_webhook", request, asked)

    async def _asked(
        self,
        id_: str,
        actor: Actor,
        action: str,
        request: RequestKey,
        change: Callable[[Endpoint, str], Endpoint],
    ) -> Committed[Asked]:
        async def asked(tx: Transaction) -> Asked:
            before, new = await self._own(id_, actor), tx.new_id()
            await self._kept.endpoints.save(change(before, new), expecting=before.version, tx=tx)
            return Asked(new)

        return await self._work.run(asked, by=actor, action=action, returns=Asked, request=request)

    def _checked(self, url: HttpUrl) -> str:
        """The address as it is called. Raises `address_not_allowed`."""
        host = (url.host or "").strip("[]")
        if (
            (url.scheme != "https" and not self._settings.in_development)
            or url.username
            or url.password
            or url.fragment
        ):
            raise invalid("address_not_allowed", "A webhook's address is https, without a user, password or fragment.")
        if _is_numeric(host) and not is_callable(host, self._settings.webhook_networks):
            raise invalid("address_not_allowed", "A webhook's address is a public one.")
        return str(url)


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
