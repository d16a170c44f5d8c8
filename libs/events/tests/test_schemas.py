"""The committed schemas: what the models say, and every promise ever released kept."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from careflow_events import schemas
from careflow_events.contracts.model import PatientEvent
from careflow_events.schemas.__main__ import main, sample_faults, shared_topics, topic_disagreements
from careflow_events.testing import samples as written_samples
from careflow_events.testing.examples import examples
from careflow_events.topics import BOOKING, REFEEDS, TOPICS, Classification, Topic


class TestTheCommittedFiles:
    def test_they_are_what_the_models_say(self) -> None:
        assert schemas.disagreements() == []

    def test_writing_makes_them_agree(self, tmp_path: Path) -> None:
        schemas.write(tmp_path)
        assert schemas.disagreements(tmp_path) == []

    def test_missing_changed_and_left_over_files_are_named(self, tmp_path: Path) -> None:
        schemas.write(tmp_path)
        (tmp_path / "booking/ConsultationBooked/v1.json").unlink()
        _grow(tmp_path / "booking/ConsultationMissed/v1.json", "reason")
        (tmp_path / "booking/RoomPainted").mkdir()
        (tmp_path / "booking/RoomPainted/v1.json").write_bytes(b"{}")

        assert schemas.disagreements(tmp_path) == [
            "booking/RoomPainted/v1.json: no event has this schema",
            "booking/ConsultationBooked/v1.json: missing; `make generated` writes it",
            "booking/ConsultationMissed/v1.json: differs from its model; `make generated` writes it",
        ]
        schemas.write(tmp_path)
        assert schemas.disagreements(tmp_path) == []


def test_the_command_finds_nothing_wrong_with_what_is_committed() -> None:
    assert main(["--check"]) == 0


def test_it_names_topics_that_are_not_deployed_as_written(tmp_path: Path) -> None:
    declared = tmp_path / "topics.yaml"
    declared.write_text("topics: [{name: careflow.booking.v1, writer: booking, classification: safety}]")

    assert topic_disagreements(declared) == [
        f"topics.yaml: {name} differs from topics.py" for name in sorted(topic.name for topic in (*TOPICS, *REFEEDS))
    ]


def test_a_topic_has_one_writer() -> None:
    intruder = Topic(BOOKING.name, "billing", Classification.OPERATIONAL)

    assert shared_topics() == []
    assert shared_topics((*TOPICS, intruder)) == ["topics.py: careflow.booking.v1 has 2 writers"]


def test_every_sample_can_be_read() -> None:
    assert sample_faults() == []


def test_a_sample_whose_example_was_changed_afterwards_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(each for each in examples() if isinstance(each.data, PatientEvent))
    changed = replace(first, data=first.data.model_copy(update={"patient_id": "00000000-0000-0000-0000-000000000001"}))
    monkeypatch.setattr(written_samples, "examples", lambda: [changed])

    (fault,) = sample_faults()

    assert f"{first.data.name()}/{first.name}.json: differs from its example: remove it" in fault


def _grow(path: Path, field: str) -> None:
    schema = orjson.loads(path.read_bytes())
    schema["properties"][field] = {"type": "string"}
    path.write_bytes(orjson.dumps(schema))
