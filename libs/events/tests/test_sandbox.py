"""The sandbox: events as CareFlow would say them, the same for the same plan, with what goes wrong on request."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import orjson
import pytest

from careflow_events import catalogue
from careflow_events.admission import Admission
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import Envelope, encode
from careflow_events.sealing import KeyMissing, KeyRing
from careflow_events.subscription import received
from careflow_events.testing.builders import a_record
from careflow_events.testing.examples import examples
from careflow_events.testing.sandbox.courses import COURSES, MOVED
from careflow_events.testing.sandbox.keys import key_ring
from careflow_events.testing.sandbox.play import AGAIN, Act, Plan, Step, checkpoint, play
from careflow_events.topics import SERVICES, TOPICS

QUIET = list(play(Plan(patients=12)))
ROUGH = list(play(Plan(patients=12, repeats=20, gaps=10)))
BEGUN = datetime(2026, 11, 24, tzinfo=UTC)
"""Nothing the sandbox says is later than this, so that nobody takes it for the future."""


def by_stream(steps: list[Step], *acts: Act) -> dict[str, list[int]]:
    found = defaultdict(list)
    for step in steps:
        if step.act in acts:
            found[step.event.stream or ""].append(step.event.sequence or 0)
    return found


def without_sections(event: Envelope) -> object:
    """What is the same each time: ciphertexts are not."""
    written = orjson.loads(encode(event))
    for field in sealed_fields(catalogue.CATALOGUE[event.type]):
        written["data"].pop(field.name, None)
    return written


def test_every_course_is_made_of_examples_there_are() -> None:
    known = {f"{each.data.name()}/{each.name}" for each in examples()}

    assert {name for course in COURSES for name in course.events} <= known
    assert MOVED.keys() <= {name for course in COURSES for name in course.events}


@pytest.mark.parametrize("consumer", SERVICES)
def test_every_reader_believes_and_reads_all_of_it(consumer: str) -> None:
    admission = Admission(TOPICS, lambda: BEGUN)
    keys = KeyRing(consumer, key_ring(consumer, seed=1))

    for step in QUIET:
        received(admission.admit(a_record(step.event)), keys)


def test_a_stream_is_counted_without_a_gap_and_time_never_falls() -> None:
    assert {step.act for step in QUIET} == {Act.SAY}
    for numbers in by_stream(QUIET, Act.SAY).values():
        assert numbers == list(range(1, len(numbers) + 1))
    times = [step.event.time for step in QUIET]
    assert times == sorted(times)


def test_patients_share_nothing_but_the_clinic() -> None:
    ids: dict[str, set[str]] = defaultdict(set)
    for step in QUIET:
        for name in ("appointment_id", "case_id", "clearance_id", "plan_id", "session_id", "charge_id"):
            if name in step.event.data:
                ids[str(step.event.data[name])].add(step.event.subject or "")

    assert len({step.event.subject for step in QUIET}) == 12
    assert {len(subjects) for subjects in ids.values()} == {1}
    assert Counter(step.event.id for step in QUIET).most_common(1)[0][1] == 1


def test_the_same_plan_gives_the_same_events_and_another_seed_other_patients() -> None:
    again = list(play(Plan(patients=12, repeats=20, gaps=10)))
    others = {step.event.subject for step in play(Plan(patients=12, seed=2))}

    assert [(step.act, without_sections(step.event)) for step in again] == [
        (step.act, without_sections(step.event)) for step in ROUGH
    ]
    assert not others & {step.event.subject for step in ROUGH}


def test_what_is_left_out_can_be_seen_to_be_missing() -> None:
    whole, said, lost = by_stream(QUIET, Act.SAY), by_stream(ROUGH, Act.SAY), by_stream(ROUGH, Act.LOSE)

    assert sum(map(len, lost.values())) > 3
    for stream, numbers in whole.items():
        assert sorted(said[stream] + lost[stream]) == numbers
        assert not {1, len(numbers)} & set(lost[stream])


def test_what_comes_again_is_the_end_of_its_stream() -> None:
    heard: dict[str, list[Envelope]] = defaultdict(list)
    repeated = 0
    for step in ROUGH:
        stream = step.event.stream or ""
        if step.act is Act.SAY:
            heard[stream].append(step.event)
        elif step.act is Act.REPEAT:
            assert step.event in heard[stream][-AGAIN:]
            repeated += 1
    assert repeated > 10


def test_a_key_is_followed_by_another_while_both_count_for_a_time() -> None:
    kids = [
        {entry["header"]["kid"].rpartition("-")[2] for entry in section["recipients"]}
        for step in play(Plan(patients=12, rotate=True))
        for section in step.event.data.values()
        if isinstance(section, dict) and "recipients" in section
    ]

    assert [key for key, earlier in zip(kids, [set[str](), *kids], strict=False) if key != earlier] == [
        {"1"},
        {"1", "2"},
        {"2"},
    ]


def test_who_has_the_old_key_alone_waits_for_the_new_one() -> None:
    old = KeyRing("sessions", key_ring("sessions", 1, (1,)))
    new = KeyRing("sessions", key_ring("sessions", 1))
    missing = 0
    for step in play(Plan(patients=12, rotate=True)):
        catalogue.read(step.event, new)
        try:
            catalogue.read(step.event, old)
        except KeyMissing:
            missing += 1
    assert missing > 0


def test_checkpoints_are_believed() -> None:
    event = checkpoint(TOPICS[0], 0, QUIET[-1].event.time)

    Admission(TOPICS, lambda: BEGUN).admit(a_record(event, topic=TOPICS[0].name))
