"""What is of every topic: how fresh a reader's view is, and what stands where an event was erased."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from careflow_events.contracts.instant import Instant
from careflow_events.contracts.model import EventData, PatientEvent, Several
from careflow_events.topics import EVERY_TOPIC

MOST_BEHIND: Final = 100
"""Streams one checkpoint can name; when more are behind none is written."""

StreamName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,249}/[a-z]{1,32}:[A-Za-z0-9-]{1,64}$")]


class FeedCheckpoint(EventData):
    """Everything the writer of this topic recorded before `as_of` has been published, but for the streams it names.
    Every relay writes one to each partition of its topics each 30 s; it has no subject and no sequence.
    """

    topic = EVERY_TOPIC

    as_of: Annotated[Instant, Field(description="What was recorded before is published.")]
    behind: Annotated[
        Several[StreamName],
        Field(
            max_length=MOST_BEHIND,
            description="Streams that may lack events from before `as_of`: the broker refuses their next event, or"
            " their partition does not answer. Whoever asks about the subject of one of them is not up to date.",
        ),
    ] = ()


class EventErased(PatientEvent):
    """An event stood here until its patient was erased: same id, stream and sequence, nothing of what it said. Whoever
    has heard it before hears a duplicate; whoever has not, passes it by and misses nothing that may still be known.
    """

    topic = EVERY_TOPIC
    outlasts_erasure = True
