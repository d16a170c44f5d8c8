"""How fresh a reader's view is."""

from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import EventData
from careflow_events.topics import EVERY_TOPIC


class FeedCheckpoint(EventData):
    """Everything the writer of this topic committed before `as_of` has been published. Every relay writes one to each
    partition of its topics each 30 s; it has no subject and no sequence.
    """

    topic = EVERY_TOPIC

    as_of: Instant
