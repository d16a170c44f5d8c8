"""Wiring: everything a worker does with events, put together for one service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.checkpoint import Checkpoints
from careflow_events.delivery import Delivery
from careflow_events.faults import diagnosis
from careflow_events.fencing import Restoring
from careflow_events.handling import Handling, Transactions
from careflow_events.kafka.account import NO_OPTIONS, KafkaAccount
from careflow_events.kafka.faults import kafka_is_away
from careflow_events.kafka.own_topics import KafkaOwnTopics
from careflow_events.kafka.producer import KafkaRecordProducer
from careflow_events.kafka.runner import EventsRunner
from careflow_events.lease import LEASE_TTL, RELAY_LEASE, HeldLease
from careflow_events.mongo import (
    CommitWatch,
    MongoFences,
    MongoLeases,
    MongoRefeeds,
    MongoUnpublished,
    mongo_stores,
    store_is_away,
    writing_session,
)
from careflow_events.refeeding import Refeeding
from careflow_events.relay import Relay
from careflow_events.replay import Replay
from careflow_events.sealing import KeyRing
from careflow_events.subscription import Subscription
from careflow_events.topics import EVERY_TOPIC, Topic, topics_of


@dataclass(frozen=True, kw_only=True)
class EventsWorker:
    """What the worker of one service needs. `clock` is the domain clock, `wall_clock` the machine's; `passes` says of
    further errors that they will pass, beside those of the store's driver.
    """

    service: str
    bootstrap_servers: str
    database: AsyncDatabase[dict[str, Any]]
    subscriptions: Sequence[Subscription[Any]]
    ports: Any
    transactions: Transactions
    keyring: KeyRing | None
    clock: Callable[[], datetime]
    wall_clock: Callable[[], datetime]
    new_id: Callable[[], str]
    passes: Callable[[BaseException], bool] = lambda _: False
    own_topics: Sequence[Topic] | None = None
    """The topics whose partitions get FeedCheckpoints; by default those of the service."""
    refeed: Topic | None = None
    """The topic through which this consumer is fed what it has missed; none where it is never fed."""
    account: KafkaAccount | None = None
    """As whom it speaks to Kafka; none where Kafka asks nobody."""
    watch: CommitWatch | None = None
    """Tells what is written to the database, and runs with the worker; by default one of its own."""
    lease_ttl: timedelta = LEASE_TTL
    """How long the relay's lease outlives a process that hangs, or a killed one that is not started again."""
    holder: str | None = None
    """Who holds the relay's lease: a name that no other process has and this one has again when it is started anew, so
    that it need not wait for a lease of its own. By default a new one.
    """

    def runner(self) -> EventsRunner:
        """Everything put together, not started yet. Raises OSError when the account's authorities cannot be read."""
        options = NO_OPTIONS if self.account is None else self.account.options()
        stores = mongo_stores(self.database, self.service)
        fault_of = diagnosis(lambda error: store_is_away(error) or kafka_is_away(error) or self.passes(error))
        handling = Handling(
            consumer=self.service,
            subscriptions=self.subscriptions,
            ports=self.ports,
            transactions=self.transactions,
            stores=stores,
            keyring=self.keyring,
            clock=self.clock,
            wall_clock=self.wall_clock,
        )
        producer = KafkaRecordProducer(self.bootstrap_servers, f"careflow-{self.service}-relay", options)
        own_topics = topics_of(self.service) if self.own_topics is None else self.own_topics
        refeed = None if self.refeed is None else self.refeed.name
        watch = self.watch or CommitWatch(self.database)
        writes = writing_session(self.database.client)
        unpublished = MongoUnpublished(self.database, writes)
        fences = MongoFences(self.database)
        lease = HeldLease(
            MongoLeases(self.database, writes), RELAY_LEASE, self.holder or str(uuid4()), ttl=self.lease_ttl
        )
        own = KafkaOwnTopics(self.bootstrap_servers, own_topics, options)
        restoring = Restoring(own_topics, own, fences, keep=lease.hold, wall_clock=self.wall_clock)
        relay = Relay(
            unpublished=unpublished,
            lease=lease,
            producer=producer,
            checkpoints=Checkpoints(own_topics, producer, self.new_id),
            hint=watch.hint("_outbox"),
            clock=self.clock,
            fault_of=fault_of,
            may_publish=restoring.may_publish,
        )
        return EventsRunner(
            bootstrap_servers=self.bootstrap_servers,
            consumer=self.service,
            topics=[*heard_topics(self.subscriptions), *([] if refeed is None else [refeed])],
            refeed=refeed,
            refeeding=Refeeding(
                MongoRefeeds(self.database),
                KafkaRecordProducer(self.bootstrap_servers, f"careflow-{self.service}-refeed", options),
            ),
            delivery=Delivery(handling, fault_of=fault_of),
            replay=Replay(handling, fault_of=fault_of),
            relay=relay,
            watch=watch,
            unpublished=unpublished,
            stores=stores,
            fences=fences,
            clock=self.clock,
            wall_clock=self.wall_clock,
            fault_of=fault_of,
            options=options,
        )


def heard_topics(subscriptions: Sequence[Subscription[Any]]) -> list[str]:
    """The topics these subscriptions are in."""
    return sorted({each.contract.topic.name for each in subscriptions if each.contract.topic is not EVERY_TOPIC})
