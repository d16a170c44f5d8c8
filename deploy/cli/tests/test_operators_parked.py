"""`careflow parked`: shown by name and code, tried before it is done, done in the order of the streams."""

import shlex

import httpx
import pytest

from deploy.cli.tests.operating import Careflow, answer, page, parked_event, problem

STREAM = "careflow.screening.v1/patient:p"
GAP = parked_event("g", stream=STREAM, place=4, cause="gap")
BEHIND = parked_event("b", stream=STREAM, place=12, cause="blocked")
OTHER = parked_event("o", stream="careflow.screening.v1/patient:q", place=1, cause="ValueError")
BROKEN = parked_event("x", stream=None, place=None, cause="not_json", event_type=None)


def settled(event: dict[str, object], state: str, **more: object) -> httpx.Response:
    return answer(event={**event, "state": state}, dry_run=False, **more)


@pytest.fixture
def parking(careflow: Careflow) -> Careflow:
    """Booking with four events that wait, on two pages."""
    careflow.services.says("booking", "GET parked", page(BEHIND, BROKEN, following="x"), page(GAP, OTHER))
    return careflow


def test_all_pages_are_listed_in_the_order_of_the_streams(parking: Careflow) -> None:
    done = parking("parked", "list", "booking", "--json")

    assert [event["id"] for event in done.document] == ["x", "g", "b", "o"]
    first, second = parking.services.asked
    assert "after" not in first.url.params
    assert second.url.params["after"] == "x"


def test_a_list_narrowed_by_stream_and_cause(careflow: Careflow) -> None:
    careflow.services.says("booking", "GET parked", page(GAP))

    done = careflow("parked", "list", "booking", "--stream", STREAM, "--cause", "gap")

    assert dict(careflow.services.asked[0].url.params) == {"limit": "200", "stream": STREAM, "cause": "gap"}
    assert done.out.splitlines()[1].split()[-1] == "g"


def test_nothing_parked_is_said(careflow: Careflow) -> None:
    careflow.services.says("booking", "GET parked", page())

    assert careflow("parked", "list", "booking").out == "booking has no parked events\n"


def test_what_stands_in_a_topic_does_not_steer_the_terminal(careflow: Careflow) -> None:
    careflow.services.says(
        "booking", "GET parked", page({**GAP, "stream": "t/\x1b]0;x\x07'$(id)", "event_type": "[red]a\nb"})
    )

    for done in (careflow("parked", "list", "booking"), careflow("parked", "show", "booking", "g")):
        assert not any(character in done.out for character in "\x1b\x07")
        assert r"[red]a\nb" in done.out
    assert shlex.split(done.out.splitlines()[-1])[8] == r"t/\x1b]0;x\x07'$(id)", "what one copies is one word"


def test_a_parked_event_is_shown_by_names_and_codes_with_the_way_out_of_a_gap(parking: Careflow) -> None:
    done = parking("parked", "show", "booking", "g")

    assert ["cause", "gap"] in [line.split() for line in done.out.splitlines()]
    assert f"careflow consumer rewind booking --stream {STREAM} --last 3" in done.out


def test_an_event_that_is_not_parked_is_not_shown(parking: Careflow) -> None:
    done = parking("parked", "show", "booking", "nobody")

    assert (done.code, done.err) == (1, "careflow: booking has no open parked event of that id\n")


def test_a_replay_is_a_dry_run_and_shows_its_plan(careflow: Careflow) -> None:
    careflow.services.says("booking", "POST parked/replay", settled(GAP, "replay_requested"))

    done = careflow("parked", "replay", "booking", "--id", "g")

    assert careflow.services.bodies("parked/replay") == [{"id": "g", "dry_run": True}]
    assert done.code == 0
    assert "replay_requested" in done.out
    assert done.out.endswith("dry run: nothing was changed; --execute does it\n")


def test_each_stream_is_replayed_once_from_its_first_event(parking: Careflow) -> None:
    answers = [settled(each, "replay_requested") for each in (BROKEN, GAP, OTHER)]
    parking.services.says("booking", "POST parked/replay", *answers, *answers)

    done = parking("parked", "replay", "booking", "--cause", "any", "--execute")

    sent = [(body["id"], body["dry_run"]) for body in parking.services.bodies("parked/replay")]
    assert sent == [(each, dry_run) for dry_run in (True, False) for each in "xgo"]
    assert done.out.endswith("the worker replays 3 streams now: careflow parked list booking\n")


def test_all_of_a_stream_is_discarded_in_order_of_which_the_first_is_tried(parking: Careflow) -> None:
    parking.services.says("booking", "POST parked/discard", lambda request: settled(GAP, "discarded"))

    done = parking("parked", "discard", "booking", "--stream", "any", "--execute", "--json")

    sent = [(body["id"], body["dry_run"]) for body in parking.services.bodies("parked/discard")]
    assert sent == [("x", True), ("g", True), ("o", True), *((each, False) for each in "xgbo")]
    assert (done.document["executed"], len(done.document["result"])) == (True, 4)


def test_one_refusal_in_the_dry_run_leaves_everything_as_it_is(parking: Careflow) -> None:
    refusal = problem(409, "not_first_in_stream", "Another event of this stream waits before it.")
    parking.services.says("booking", "POST parked/discard", settled(BROKEN, "discarded"), refusal)

    done = parking("parked", "discard", "booking", "--cause", "any", "--execute")

    assert all(body["dry_run"] for body in parking.services.bodies("parked/discard"))
    assert (done.code, done.out) == (1, "")
    assert done.err == "careflow: booking: Another event of this stream waits before it. (not_first_in_stream)\n"


def test_a_refusal_half_way_says_how_many_were_done(parking: Careflow) -> None:
    good, moved = settled(GAP, "discarded"), problem(409, "position_moved", "The stream moved meanwhile; look again.")
    parking.services.says("booking", "POST parked/discard", *[good] * 5, moved)

    done = parking("parked", "discard", "booking", "--cause", "any", "--execute")

    assert done.code == 1
    assert done.err.endswith("(position_moved); 2 events of 4 settled before it\n")


def test_accepting_a_gap_names_what_is_given_up(careflow: Careflow) -> None:
    given_up = {"stream": STREAM, "first": 1, "last": 3}
    careflow.services.says("booking", "GET parked", page(BEHIND, GAP))
    careflow.services.says("booking", "POST parked/accept-gap", settled(GAP, "replay_requested", given_up=given_up))

    done = careflow("parked", "accept-gap", "booking", "--stream", STREAM, "--execute")

    assert careflow.services.bodies("parked/accept-gap") == [
        {"id": "g", "dry_run": True},
        {"id": "g", "dry_run": False},
    ]
    assert f"given up: 1 to 3 of {STREAM}" in done.out


@pytest.mark.parametrize("choice", [(), ("--id", "g", "--stream", STREAM), ("--id", "g", "--cause", "gap")])
def test_what_is_meant_has_to_be_said(careflow: Careflow, choice: tuple[str, ...]) -> None:
    done = careflow("parked", "discard", "booking", *choice, "--execute")

    assert (done.code, careflow.services.asked) == (1, [])
    assert done.err == "careflow: say which: --id, or --stream, --cause or both\n"


def test_what_is_chosen_twice_is_refused_where_one_would_be_forgotten(careflow: Careflow) -> None:
    done = careflow("parked", "discard", "booking", "--cause", "tombstone", "--cause=not_json", "--execute")

    assert (done.code, careflow.services.asked) == (1, [])
    assert done.err == "careflow: --cause was given 2 times; it takes one value, so ask for each\n"


def test_nothing_that_matches_is_an_error(careflow: Careflow) -> None:
    careflow.services.says("booking", "GET parked", page())

    assert careflow("parked", "replay", "booking", "--cause", "gap").code == 1
