"""`careflow consumer`, `careflow outbox`: who stopped, what waits, and feeding again what was missed or lost."""

import signal

import httpx
import pytest

from careflow_cli.operators import feeding
from deploy.cli.tests.operating import Careflow, answer, hearing, problem

STREAM = "careflow.screening.safety.v1/patient:p"
TOPIC = "careflow.screening.v1"


def refeed(fed: int, *, finished: bool = False, refeed_id: str | None = "r") -> dict[str, object]:
    return {
        "id": refeed_id,
        "to": "careflow.refeed.booking.v1",
        "topic": TOPIC,
        "stream": None,
        "events": 3,
        "fed": fed,
        "requested_at": "2026-11-28T10:00:00Z",
        "finished_at": "2026-11-28T10:00:01Z" if finished else None,
    }


@pytest.fixture
def feeder(careflow: Careflow) -> Careflow:
    """Screening, which has three events to feed, and feeds them while one looks."""
    careflow.patch.setattr(feeding, "POLL", 0.0)
    careflow.services.says("screening", "POST outbox/refeed", answer(**refeed(0, refeed_id=None)), answer(**refeed(0)))
    careflow.services.says(
        "screening",
        "GET outbox/refeeds",
        answer(items=[refeed(0)]),
        answer(items=[refeed(2)]),
        answer(items=[refeed(1, refeed_id="another"), refeed(3, finished=True)]),
    )
    return careflow


def test_who_handles_what_it_receives_says_so(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing(None))

    assert careflow("consumer", "status", "billing").out == "billing handles what it receives\n"


def test_the_status_says_how_far_a_service_has_heard(careflow: Careflow) -> None:
    heard = {
        "careflow.booking.v1": "2026-11-28T08:59:40Z",
        "careflow.screening.v1": "2026-11-28T08:40:00Z",
        "careflow.sessions.v1": None,
    }
    careflow.services.says("billing", "GET consumer", hearing(None, heard=heard))

    assert careflow("consumer", "status", "billing").out.splitlines()[1:] == [
        "billing has heard all that was said in careflow.booking.v1 before 2026-11-28T08:59:40Z",
        "billing has heard nothing of careflow.screening.v1 since 2026-11-28T08:40:00Z, for 20 min:"
        " look at its writer, Kafka, its worker",
        "billing does not know yet how far it has heard careflow.sessions.v1",
    ]


def test_who_is_stopped_says_why(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing("offsets_lost"))

    assert careflow("consumer", "status", "billing").out.startswith("billing is stopped: offsets_lost (what was to be")
    assert careflow("consumer", "status", "billing", "--json").document["stopped"] == "offsets_lost"


def test_resuming_is_a_dry_run_that_says_what_has_to_be_named(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing("topic_recreated"))
    careflow.services.says("billing", "POST consumer/resume", hearing("topic_recreated"))

    done = careflow("consumer", "resume", "billing")

    assert careflow.services.bodies("consumer/resume") == [{"stopped": "topic_recreated", "dry_run": True}]
    assert "to resume: --stopped topic_recreated\ndry run" in done.out


def test_nobody_resumes_what_they_have_not_named(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing("topic_recreated"))

    done = careflow("consumer", "resume", "billing", "--execute")

    assert (done.code, careflow.services.bodies("consumer/resume")) == (1, [])
    assert done.err.endswith("When that is over: --stopped topic_recreated\n")


def test_resuming_for_another_reason_is_refused(careflow: Careflow) -> None:
    title = "Consuming is not stopped for that reason; look again."
    careflow.services.says("billing", "GET consumer", hearing("topic_recreated"))
    careflow.services.says("billing", "POST consumer/resume", problem(409, "not_stopped_so", title))

    done = careflow("consumer", "resume", "billing", "--stopped", "offsets_lost", "--execute")

    assert (done.code, done.err) == (1, f"careflow: billing: {title} (not_stopped_so)\n")


def test_resuming(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing("offsets_lost"))
    careflow.services.says("billing", "POST consumer/resume", hearing("offsets_lost"), hearing(None))

    done = careflow("consumer", "resume", "billing", "--stopped", "offsets_lost", "--execute")

    assert [body["dry_run"] for body in careflow.services.bodies("consumer/resume")] == [True, False]
    assert done.out.endswith("billing handles what it receives\n")


def test_who_is_not_stopped_is_not_resumed(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing(None))

    assert careflow("consumer", "resume", "billing").err == "careflow: billing is neither stopped nor paused\n"


OLGA: dict[str, object] = {"by": "olga", "topics": ["*"], "since": "2026-11-28T09:00:00Z"}
PETER: dict[str, object] = {"by": "peter's", "topics": ["careflow.booking.v1"], "since": "2026-11-28T09:05:00Z"}


def test_pausing_is_a_dry_run(careflow: Careflow) -> None:
    careflow.services.says("billing", "POST consumer/pause", hearing(None, OLGA))

    done = careflow("consumer", "pause", "billing")

    assert careflow.services.bodies("consumer/pause") == [{"dry_run": True}]
    assert done.out == "billing, to pause: all it hears\ndry run: nothing was changed; --execute does it\n"


def test_pausing_topics(careflow: Careflow) -> None:
    careflow.services.says("billing", "POST consumer/pause", hearing(None, PETER))
    topics = ("--topic", "careflow.booking.v1", "--topic", "careflow.sessions.v1")

    done = careflow("consumer", "pause", "billing", *topics, "--execute")

    assert [body["topics"] for body in careflow.services.bodies("consumer/pause")] == [list(topics[1::2])] * 2
    assert done.out.splitlines()[-1] == "billing is paused by peter's since 2026-11-28T09:05:00Z: careflow.booking.v1"


def test_everything_that_stands_in_the_way_is_shown_and_named_one_by_one(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing("offsets_lost", OLGA, PETER))
    careflow.services.says("billing", "POST consumer/resume", hearing("offsets_lost", OLGA, PETER))

    status = careflow("consumer", "status", "billing").out.splitlines()
    planned = careflow("consumer", "resume", "billing").out.splitlines()
    refused = careflow("consumer", "resume", "billing", "--execute")
    both = careflow("consumer", "resume", "billing", "--stopped", "offsets_lost", "--paused-by", "olga")

    assert (len(status), status[1]) == (3, "billing is paused by olga since 2026-11-28T09:00:00Z: all it hears")
    assert planned[3:6] == [
        "to resume: --stopped offsets_lost",
        "to resume: --paused-by olga",
        """to resume: --paused-by 'peter'"'"'s'""",
    ]
    assert (refused.code, "--stopped offsets_lost or --paused-by olga or" in refused.err) == (1, True)
    assert (both.code, both.err) == (1, "careflow: one thing at a time: either --stopped or --paused-by\n")


def test_a_pause_is_lifted_by_naming_whose_it_is(careflow: Careflow) -> None:
    careflow.services.says("billing", "GET consumer", hearing(None, OLGA, PETER))
    careflow.services.says("billing", "POST consumer/resume", hearing(None, OLGA, PETER), hearing(None, PETER))

    done = careflow("consumer", "resume", "billing", "--paused-by", "olga", "--execute")

    assert careflow.services.bodies("consumer/resume") == [
        {"paused_by": "olga", "dry_run": dry_run} for dry_run in (True, False)
    ]
    assert done.out.splitlines()[-1].startswith("billing is paused by peter's since"), "somebody else's goes on"


BEGINS: dict[str, object] = {
    "topic": "careflow.booking.v1",
    "place": "latest",
    "instant": None,
    "by": "olga",
    "asked_at": "2026-11-28T09:00:00Z",
    "begun": False,
}


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        ("latest", {"place": "latest"}),
        ("earliest", {"place": "earliest"}),
        ("2026-11-01T00:00:00Z", {"place": "instant", "instant": "2026-11-01T00:00:00+00:00"}),
    ],
)
def test_where_a_topic_that_was_never_read_begins(careflow: Careflow, at: str, asked: dict[str, object]) -> None:
    careflow.services.says("billing", "POST consumer/start-at", hearing(None, starts=[BEGINS]))

    done = careflow("consumer", "start-at", "billing", "--topic", "careflow.booking.v1", "--at", at, "--execute")

    assert careflow.services.bodies("consumer/start-at") == [
        {"topic": "careflow.booking.v1", **asked, "dry_run": dry_run} for dry_run in (True, False)
    ]
    assert done.out.splitlines()[-1] == "billing is to begin careflow.booking.v1 at latest, as olga said"


def test_a_start_that_left_something_out_is_said_in_the_status(careflow: Careflow) -> None:
    started = {**BEGINS, "place": "instant", "instant": "2026-11-01T00:00:00Z", "begun": True}
    careflow.services.says("billing", "GET consumer", hearing(None, starts=[started]))

    assert careflow("consumer", "status", "billing").out.splitlines() == [
        "billing handles what it receives",
        "billing began careflow.booking.v1 at what is published since 2026-11-01T00:00:00Z, as olga said",
    ]


def test_a_start_at_no_instant_asks_nobody(careflow: Careflow) -> None:
    done = careflow("consumer", "start-at", "billing", "--topic", "careflow.booking.v1", "--at", "yesterday")

    assert (done.code, careflow.services.asked, "is no instant" in done.err) == (1, [], True)


def test_a_rewind_asks_the_service_that_writes_the_topic_and_counts_first(feeder: Careflow) -> None:
    done = feeder("consumer", "rewind", "booking", "--stream", STREAM, "--first", "4", "--last", "7")

    assert feeder.services.bodies("outbox/refeed") == [
        {"consumer": "booking", "stream": STREAM, "first": 4, "last": 7, "dry_run": True}
    ]
    assert done.out.startswith("screening, to feed again: 3 events of careflow.screening.v1 to careflow.refeed.booking")
    assert done.out.endswith("dry run: nothing was changed; --execute does it\n")


def test_a_rewind_is_followed_to_its_end(feeder: Careflow) -> None:
    done = feeder("consumer", "rewind", "booking", "--topic", TOPIC, "--since", "2026-11-01T00:00:00Z", "--execute")

    assert feeder.services.bodies("outbox/refeed")[1] == {
        "consumer": "booking",
        "topic": TOPIC,
        "since": "2026-11-01T00:00:00+00:00",
        "dry_run": False,
    }
    assert done.code == 0
    assert done.out.endswith("3 events fed to careflow.refeed.booking.v1\n")


def test_for_programs_a_feeding_is_one_document(feeder: Careflow) -> None:
    done = feeder("consumer", "rewind", "booking", "--topic", TOPIC, "--execute", "--json")

    assert (done.document["service"], done.document["executed"]) == ("screening", True)
    assert (done.document["plan"]["events"], done.document["result"]["fed"]) == (3, 3)


def test_a_feeding_that_does_not_get_on_is_not_waited_for_for_ever(feeder: Careflow) -> None:
    feeder.patch.setattr(feeding, "PATIENCE", 0.0)
    feeder.services.says("screening", "GET outbox/refeeds", answer(items=[refeed(2)]))

    done = feeder("consumer", "rewind", "booking", "--topic", TOPIC, "--execute")

    assert done.code == 1
    assert "2 of 3 before; it goes on when a worker of screening relays" in done.err


def test_who_stops_following_is_told_that_it_goes_on(feeder: Careflow) -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        signal.raise_signal(signal.SIGINT)
        return answer(items=[refeed(1)])

    feeder.services.says("screening", "GET outbox/refeeds", interrupted)

    done = feeder("consumer", "rewind", "booking", "--topic", TOPIC, "--execute")

    assert done.code == 130
    assert "the service goes on with it: careflow outbox status screening\ncareflow: stopped\n" in done.err


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--stream", STREAM, "--topic", TOPIC),
        ("--topic", TOPIC, "--first", "1"),
        ("--stream", STREAM, "--since", "2026-11-01"),
        ("--stream", STREAM, "--first", "3", "--last", "2"),
        ("--topic", "careflow.moon.v1"),
        ("--topic", "careflow.booking.v1"),
        ("--topic", TOPIC, "--since", "yesterday"),
    ],
)
def test_a_rewind_that_cannot_be_meant_is_not_asked_for(feeder: Careflow, asked: tuple[str, ...]) -> None:
    done = feeder("consumer", "rewind", "booking", *asked, "--execute")

    assert (done.code, feeder.services.asked, done.err.count("\n")) == (1, [], 1)


def test_the_outbox_says_what_waits_and_how_far_feedings_are(feeder: Careflow) -> None:
    feeder.services.says("screening", "GET outbox", answer(unpublished=2, oldest="2026-11-28T09:00:00Z"))

    done = feeder("outbox", "status", "screening")

    assert "unpublished  2" in done.out
    assert "0/3" in done.out
    assert feeder("outbox", "status", "screening", "--json").document["refeeds"][0]["fed"] == 2


def test_a_lost_topic_is_published_again_by_its_writer(feeder: Careflow) -> None:
    done = feeder("outbox", "refeed", "screening", "--topic", TOPIC, "--execute")

    assert feeder.services.bodies("outbox/refeed") == [{"topic": TOPIC, "dry_run": dry} for dry in (True, False)]
    assert done.code == 0


def test_a_topic_of_another_service_is_not_published_again(feeder: Careflow) -> None:
    done = feeder("outbox", "refeed", "booking", "--topic", TOPIC)

    assert (done.code, done.err) == (1, "careflow: careflow.screening.v1 is written by screening\n")
