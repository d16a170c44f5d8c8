"""The topics: what is applied to Kafka is what the code writes to."""

from pathlib import Path

import pytest
import yaml

from careflow_events.catalogue import CATALOGUE
from careflow_events.topics import EVERY_TOPIC, REFEEDS, SCREENING, SCREENING_SAFETY, TOPICS, Topic, topics_of

DECLARED = yaml.safe_load((Path(__file__).parents[3] / "deploy" / "kafka" / "topics.yaml").read_text())


def test_the_deployment_declares_exactly_these_topics() -> None:
    assert {(row["name"], row["writer"], row["classification"]) for row in DECLARED["topics"]} == {
        (topic.name, topic.service, topic.classification.value) for topic in (*TOPICS, *REFEEDS)
    }


def test_partitions_are_many_and_fixed_at_birth() -> None:
    assert (DECLARED["partitions"], DECLARED["local_partitions"]) == (12, 3)


def test_records_are_kept_for_thirty_days_and_then_deleted() -> None:
    assert DECLARED["config"]["cleanup.policy"] == "delete"
    assert int(DECLARED["config"]["retention.ms"]) == 30 * 24 * 60 * 60 * 1000


@pytest.mark.parametrize("topic", TOPICS, ids=str)
def test_a_topic_is_named_after_its_only_writer(topic: Topic) -> None:
    assert topic.name.split(".")[:2] == ["careflow", topic.service]


def test_every_event_belongs_to_a_topic() -> None:
    assert {contract.topic for contract in CATALOGUE.values()} == {*TOPICS, EVERY_TOPIC}


def test_a_service_publishes_safety_first() -> None:
    assert topics_of("screening") == (SCREENING_SAFETY, SCREENING)


def test_a_stream_is_one_subject_in_one_topic() -> None:
    assert SCREENING.stream("patient:1") == "careflow.screening.v1/patient:1"
