"""The topics CareFlow writes, each by one service. `deploy/kafka/topics.yaml` is applied to Kafka and must agree with
this table.
"""

from dataclasses import dataclass
from enum import StrEnum


class Classification(StrEnum):
    """Which access group may read a topic (the `dataclassification` attribute)."""

    OPERATIONAL = "operational"
    SAFETY = "safety"
    FINANCIAL = "financial"
    INTERNAL = "internal"
    """Between CareFlow's own services; no group of integrators reads it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its name on Kafka, the only service that writes it, and who may read it."""

    name: str
    service: str
    classification: Classification

    def stream(self, subject: str) -> str:
        """The stream that `sequence` counts: one subject's events in this topic."""
        return f"{self.name}/{subject}"


BOOKING = Topic("careflow.booking.v1", "booking", Classification.OPERATIONAL)
SCREENING = Topic("careflow.screening.v1", "screening", Classification.OPERATIONAL)
SCREENING_SAFETY = Topic("careflow.screening.safety.v1", "screening", Classification.SAFETY)
SESSIONS = Topic("careflow.sessions.v1", "sessions", Classification.OPERATIONAL)
SESSIONS_SAFETY = Topic("careflow.sessions.safety.v1", "sessions", Classification.SAFETY)
BILLING = Topic("careflow.billing.v1", "billing", Classification.FINANCIAL)

TOPICS: tuple[Topic, ...] = (BOOKING, SCREENING, SCREENING_SAFETY, SESSIONS, SESSIONS_SAFETY, BILLING)

EVERY_SERVICE = "*"
EVERY_TOPIC = Topic("*", "feed", Classification.OPERATIONAL)
"""Not a topic: marks a contract that every relay writes to each of its own topics (FeedCheckpoint)."""


SERVICES: tuple[str, ...] = ("booking", "screening", "sessions", "billing")
ORIGIN_HEADER = "careflow-topic"
"""The header that says, in a refeed topic, which topic an event was first published to."""


def refeed_of(consumer: str) -> Topic:
    """The topic through which one consumer is fed events of the past, by whoever has them in their outbox."""
    return Topic(f"careflow.refeed.{consumer}.v1", EVERY_SERVICE, Classification.INTERNAL)


REFEEDS: tuple[Topic, ...] = tuple(refeed_of(consumer) for consumer in SERVICES)
"""Written by every service: the one exception to "one topic, one writer"."""


def topics_of(service: str) -> tuple[Topic, ...]:
    """The topics this service writes; safety first, as the relay serves them."""
    own = (topic for topic in TOPICS if topic.service == service)
    return tuple(sorted(own, key=lambda topic: topic.classification is not Classification.SAFETY))
