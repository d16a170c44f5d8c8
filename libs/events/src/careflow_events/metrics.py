"""Every metric of the events library: name, meaning and labels are a contract with dashboards and alerts.

Labels hold topics, types and codes only, never a subject, an id or anything from a payload.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

OUTBOX_UNPUBLISHED: Final = Gauge("careflow_outbox_unpublished", "Committed events that are not published yet")
OUTBOX_OLDEST_SECONDS: Final = Gauge(
    "careflow_outbox_oldest_seconds",
    "Age of the oldest committed event that is not published yet; 0 when there is none",
)
RELAY_LEASE_HELD: Final = Gauge("careflow_relay_lease_held", "1 in the process that publishes, 0 in the others")
RELAY_PUBLISHED: Final = Counter("careflow_relay_published_total", "Events published and marked")
RELAY_BATCHES: Final = Counter("careflow_relay_batches_total", "Bulk marks of published events")
RELAY_FAILURES: Final = Counter("careflow_relay_failures_total", "Waits because of a fault, by what was away", ["of"])
RELAY_FENCED: Final = Counter("careflow_relay_fenced_total", "Marks refused because the lease had changed hands")
FENCED: Final = Gauge(
    "careflow_fenced", "1 while this service's store knows less than its own topics: it was put back from a copy"
)
RELAY_SILENT_STREAMS: Final = Gauge(
    "careflow_relay_silent_streams", "Streams set aside because their partition does not answer while others do"
)
RELAY_STUCK_STREAMS: Final = Gauge(
    "careflow_relay_stuck_streams", "Streams set aside because the broker refuses their next event"
)
FEED_CHECKPOINTS: Final = Counter("careflow_feed_checkpoints_total", "Rounds of FeedCheckpoints written")

EVENTS_SETTLED: Final = Counter(
    "careflow_events_settled_total", "Records settled, by how: see careflow_events.handling.Settled", ["topic", "how"]
)
HANDLER_SECONDS: Final = Histogram(
    "careflow_handler_seconds", "From receiving an event to the commit of its reaction", ["topic"]
)
EVENTS_RETRIED: Final = Counter("careflow_events_retried_total", "Tries in place after a fault", ["topic", "fault"])
GROUPS_BROKEN_UP: Final = Counter(
    "careflow_groups_broken_up_total",
    "Groups of events that could not be settled together and were taken one by one",
    ["topic"],
)
PARTITION_PAUSES: Final = Counter(
    "careflow_partition_pauses_total", "Times a partition was paused to come back to a record later", ["topic"]
)
EVENTS_PARKED: Final = Counter(
    "careflow_events_parked_total",
    "Records parked, by stable cause; gap, diverged and blocked are about the order of a stream, all others are errors",
    ["topic", "cause"],
)
STREAMS_BLOCKED: Final = Gauge("careflow_streams_blocked", "Streams blocked for this consumer")
PARTITIONS_HELD_UP: Final = Gauge(
    "careflow_partitions_held_up", "Partitions of this process that have not moved for a minute because of a fault"
)
CONSUMER_STOPPED: Final = Gauge("careflow_consumer_stopped", "1 while consuming is stopped, by reason code", ["reason"])
CONSUMER_PAUSED: Final = Gauge("careflow_consumer_paused", "1 while an operator has paused this topic", ["topic"])
EVENTS_REPLAYED: Final = Counter("careflow_events_replayed_total", "Parked records handled by a replay")
CONSUMER_LAG: Final = Gauge(
    "careflow_consumer_lag_records", "Records behind the end of the log", ["topic", "partition"]
)
FEED_AGE_SECONDS: Final = Gauge(
    "careflow_feed_age_seconds", "How old this consumer's view of a topic may be, by its checkpoints", ["topic"]
)
