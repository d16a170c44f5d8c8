"""Webhooks of a service, wired together: what its routes work with, and what its timers do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from careflow_events.mongo import MongoFeed
from careflow_events.topics import Topic
from careflow_service.outbound import GuardedOutbound, Outbound
from careflow_service.timers.turns import Turn
from careflow_service.webhooks.lanes import Lanes
from careflow_service.webhooks.policy import WebhookPolicy, webhook_policy
from careflow_service.webhooks.rounds import Rounds
from careflow_service.webhooks.sending import Sender
from careflow_service.webhooks.storing import Deliveries, Endpoints, HeldStreams
from careflow_service.webhooks.turning import AT_ONCE, WebhookTurns

if TYPE_CHECKING:
    from careflow_service.service import Resources


@dataclass(frozen=True, slots=True)
class WebhookStore:
    """Where webhooks are kept, and the rules they are kept by."""

    policy: WebhookPolicy
    endpoints: Endpoints
    held: HeldStreams
    deliveries: Deliveries

    @classmethod
    def of(cls, resources: Resources[Any]) -> WebhookStore:
        policy, database = webhook_policy(), resources.database
        return cls(
            policy,
            Endpoints(database, resources.vault),
            HeldStreams(database),
            Deliveries(database, kept=timedelta(days=policy.log_kept_days.value)),
        )


def webhook_turn(
    service: str,
    topics: tuple[Topic, ...],
    resources: Resources[Any],
    outbound: Outbound | None = None,
) -> Turn:
    """The turns of what this service says in `topics`."""
    kept, feed = WebhookStore.of(resources), MongoFeed(resources.database)
    outbound = outbound or GuardedOutbound(resources.settings.webhook_networks)
    rounds = Rounds(
        service=service,
        topics=topics,
        endpoints=kept.endpoints,
        held=kept.held,
        deliveries=kept.deliveries,
        lanes=Lanes(feed, kept.held),
        sender=Sender(outbound, kept.policy, wall_clock=resources.wall_clock, new_id=resources.new_id),
        policy=kept.policy,
        work=resources.work,
        audit=resources.audit,
        wall_clock=resources.wall_clock,
    )
    turns = WebhookTurns(
        topics=topics,
        feed=feed,
        endpoints=kept.endpoints,
        held=kept.held,
        rounds=rounds,
        fence=resources.fence,
        wall_clock=resources.wall_clock,
    )
    return Turn(turns, at_once=AT_ONCE)
