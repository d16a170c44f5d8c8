"""Topics for measurements: settings of the real ones, under names of their own."""

import uuid

from careflow_cli.infra import topics


async def make_topic(kafka_url: str, partitions: int) -> str:
    """The name of a new topic that nobody else uses."""
    topic = topics.Topic(f"bench.{uuid.uuid4().hex[:16]}.v1", partitions, topics.declared()[0].config)
    await topics.apply(kafka_url, [topic])
    return topic.name
