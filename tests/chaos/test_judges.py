"""What judges a round finds what it is there to find, and nothing in what is whole."""

from collections.abc import Mapping

import pytest

from careflow_cli.operators.streams import Findings, Stream
from tests.chaos.checks.delivery import Verdict, judge_delivery
from tests.chaos.checks.evidence import Event, Evidence, Heard, Said
from tests.chaos.injuries.injury import Break
from tests.chaos.report.recovery import Recovery, percentile
from tests.chaos.report.results import Result, Results, row
from tests.chaos.rounds import ROUNDS, round_named
from tests.chaos.run import main
from tests.chaos.world.clients import Receipt

TOPIC = "careflow.booking.v1"
STREAM = f"{TOPIC}/patient:ana"


def evidence(
    *ids: str,
    said: tuple[Said, ...] | None = None,
    heard: Mapping[str, Heard] | None = None,
    streams: Findings | None = None,
) -> Evidence:
    """One stream of booking's with these events, all of it published and handled by billing, but for what is said."""
    events = tuple(Event(each, STREAM, at, "Something", "patient:ana", {}) for at, each in enumerate(ids, start=1))
    rows = tuple(Said(each.id, STREAM, each.sequence, published=True) for each in events)
    return Evidence(
        streams or Findings(),
        events,
        said={"booking": rows if said is None else said},
        heard={"billing": {STREAM: Heard(len(ids), blocked=False)} if heard is None else heard},
        topics={"billing": frozenset({TOPIC})},
    )


def judged(found: Evidence, *receipts: Receipt) -> Verdict:
    verdict = Verdict()
    judge_delivery(found, receipts, verdict)
    return verdict


def receipt(*numbers: int) -> Receipt:
    return Receipt("booking", "/v1/appointments", tuple(f"{STREAM}@{number}" for number in numbers), 0.0)


def test_what_is_whole_is_clean() -> None:
    verdict = judged(evidence("a", "b"), receipt(1), receipt(2))
    assert verdict.clean, verdict.faults


def test_a_committed_event_that_is_in_no_topic_is_lost() -> None:
    said = (Said("a", STREAM, 1, published=True), Said("b", STREAM, 2, published=True))
    assert judged(evidence("a", said=said)).lost == 1


def test_an_event_nobody_committed_is_a_fault() -> None:
    assert not judged(evidence("a", said=())).clean


def test_an_outbox_that_is_not_empty_is_a_fault() -> None:
    assert not judged(evidence("a", said=(Said("a", STREAM, 1, published=False),))).clean


@pytest.mark.parametrize(
    "heard",
    [{}, {STREAM: Heard(1, blocked=False)}, {STREAM: Heard(3, blocked=False)}],
    ids=["never", "behind", "ahead"],
)
def test_a_consumer_that_stands_elsewhere_than_at_the_head_has_lost_something(heard: Mapping[str, Heard]) -> None:
    assert judged(evidence("a", "b", heard=heard)).lost == 1


def test_a_blocked_stream_is_a_fault() -> None:
    assert judged(evidence("a", heard={STREAM: Heard(1, blocked=True)})).lost == 1


def test_an_acknowledged_command_without_its_event_is_lost() -> None:
    assert judged(evidence("a"), receipt(1, 2)).lost == 1


def test_a_number_promised_twice_is_doubled() -> None:
    assert judged(evidence("a"), receipt(1), receipt(1)).doubled == 1


def test_what_stands_in_a_topic_twice_is_counted_and_no_fault() -> None:
    verdict = judged(evidence("a", streams=_stream((1, "a"), (1, "a"))))
    assert (verdict.clean, verdict.repeats) == (True, 1)


@pytest.mark.parametrize(
    ("records", "counted"),
    [
        (((1, "a"), (3, "c"), (2, "b")), "reordered"),
        (((1, "a"), (3, "c")), "gaps"),
        (((1, "a"), (1, "x")), "doubled"),
    ],
)
def test_a_stream_that_is_not_whole_is_a_fault_of_its_kind(records: tuple[tuple[int, str], ...], counted: str) -> None:
    verdict = judged(evidence("a", streams=_stream(*records)))
    found = {kind: getattr(verdict, kind) for kind in ("reordered", "gaps", "doubled")}
    assert found == {**dict.fromkeys(found, 0), counted: 1}
    assert not verdict.clean


def test_a_topic_that_was_fed_again_need_not_be_in_order() -> None:
    verdict = Verdict()
    judge_delivery(evidence("a", streams=_stream((2, "b"), (1, "a"))), [], verdict, refed=True)
    assert verdict.clean, verdict.faults


def _stream(*records: tuple[int, str]) -> Findings:
    stream = Stream(STREAM, trimmed=False)
    for number, event_id in records:
        stream.take(number, event_id)
    return Findings({STREAM: stream}, records=len(records))


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile(list(map(float, range(1, 101))), 0.99) == 99.0


def test_a_report_tells_who_broke_and_what_was_found() -> None:
    kills = tuple(Recovery(Break("booking", "booking-api", "killed", 0.0), seconds) for seconds in (2.0, 4.0))
    verdict = Verdict(lost=1, faults=["1 event is gone"])
    result = Result("at random", 7, kills, commands=12, repeated=3, events=40, rest=5.0, seconds=30.0, verdict=verdict)
    assert row(result)[:5] == ("at random", "booking-api ×2", "4.0 s", "5 s", "12")
    assert row(result)[-1] == "FAULTS"
    told = Results("SecantusDB", 7, [result]).as_json()
    assert (told["clean"], told["breaks"], told["recovery_p50"], told["recovery_p99"]) == (False, 2, 2.0, 4.0)
    assert told["rounds"][0]["faults"] == ["1 event is gone"]


def test_rounds_are_known_by_their_names() -> None:
    assert all(round_named(each.name) is each for each in ROUNDS)


def test_a_round_there_is_not_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["chaos", "--only", "kafka", "--only", "kafka_killed"])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert "no round has 'kafka_killed' in its name: see --list" in capsys.readouterr().err
