"""`careflow trace`: one answer of all services, in order of time and cause, whatever of them is away."""

import httpx
import pytest

from deploy.cli.tests.operating import SERVICES, Careflow, answer, parked_event, problem

AT = "2026-11-28T09:00:0{}Z"
PLACE = "careflow.booking.v1/patient:p"


def said(event_id: str, second: int, *, cause: str | None = None, **changes: object) -> dict[str, object]:
    event: dict[str, object] = {
        "id": event_id,
        "type": f"careflow.booking.Event{event_id}.v1",
        "stream": PLACE,
        "sequence": second,
        "recorded_at": AT.format(second),
        "published_at": AT.format(second),
        "partition": 2,
        "offset": 100 + second,
        "correlation": "the-run",
        "causation": cause,
        "orphan": False,
    }
    return {**event, **changes}


def trace(
    *events: dict[str, object], parked: tuple[dict[str, object], ...] = (), following: str | None = None
) -> httpx.Response:
    return answer(said=list(events), parked=list(parked), next=following)


def told(event_id: str, stage: str, **changes: object) -> dict[str, object]:
    return {"id": event_id, "stage": stage, "at": None, "parked": None, "next_offset": None, **changes}


def stands(*events: dict[str, object], stopped: str | None = None, paused: tuple[str, ...] = ()) -> httpx.Response:
    return answer(stopped=stopped, paused=list(paused), events=list(events))


@pytest.fixture
def clinic(careflow: Careflow) -> Careflow:
    """Booking has said `a`; screening has done it, sessions is behind, billing does not hear it."""
    for service in SERVICES:
        careflow.services.says(service, "POST trace", trace())
    careflow.services.says("booking", "POST trace", trace(said("a", 1)))
    careflow.services.says("screening", "POST trace/told", stands(told("a", "done", at=AT.format(2))))
    careflow.services.says("sessions", "POST trace/told", stands(told("a", "lagging", next_offset=89)))
    careflow.services.says("billing", "POST trace/told", stands(told("a", "not_heard")))
    return careflow


def test_one_event_everywhere(clinic: Careflow) -> None:
    done = clinic("trace", "a")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"{AT.format(1)}  Eventa  a",
        f"  booking    said as {PLACE}@1, published {AT.format(1)} to careflow.booking.v1 in partition 2 at offset 101",
        f"  screening  done {AT.format(2)}",
        "  sessions   not there yet, 12 records before it",
        "  not heard by billing",
        "the run it belongs to: careflow trace the-run",
    ]
    assert clinic.services.bodies("trace") == [{"id": "a"}] * 4
    assert clinic.services.bodies("trace/told")[0] == {
        "events": [{"id": "a", "type": "careflow.booking.Eventa.v1", "stream": PLACE, "sequence": 1, "partition": 2}]
    }


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        (told("a", "done"), "done, there was nothing to change"),
        (told("a", "erased"), "erased with its patient"),
        (told("a", "passed_over"), "passed, it does nothing for this type"),
        (told("a", "discarded", at=AT.format(3)), f"discarded by an operator {AT.format(3)}"),
        (told("a", "given_up"), "given up by an operator: never handled"),
        (told("a", "lagging", next_offset=300), "it has read on behind it: careflow consumer status screening"),
        (told("a", "something_newer"), "something_newer"),
    ],
)
def test_how_a_service_stands_to_it_in_words(clinic: Careflow, how: dict[str, object], shown: str) -> None:
    clinic.services.says("screening", "POST trace/told", stands(how))

    done = clinic("trace", "a")

    assert (done.code, f"  screening  {shown}" in done.out.splitlines()) == (0, True)


def test_a_service_that_is_stopped_says_why_it_is_behind(clinic: Careflow) -> None:
    clinic.services.says("sessions", "POST trace/told", stands(told("a", "lagging"), stopped="offsets_lost"))

    assert "  sessions   not there yet, stopped: offsets_lost" in clinic("trace", "a").out.splitlines()

    clinic.services.says("sessions", "POST trace/told", stands(told("a", "lagging"), paused=("careflow.booking.v1",)))

    assert "  sessions   not there yet, paused by an operator" in clinic("trace", "a").out.splitlines()


def test_what_waits_for_an_operator_is_an_exit_code_and_named(clinic: Careflow) -> None:
    parked = parked_event("k", event_id="a", applied_early=True)
    clinic.services.says("screening", "POST trace/told", stands(told("a", "parked", parked=parked)))

    done = clinic("trace", "a")

    assert done.code == 3
    assert (
        "  screening  parked since 2026-11-28T09:00:00Z: ValueError, 3 attempts, applied early because it only "
        "restricts: careflow parked show screening k"
    ) in done.out.splitlines()


def test_what_was_not_published_yet_has_nobody_behind(clinic: Careflow) -> None:
    clinic.services.says("booking", "POST trace", trace(said("a", 1, published_at=None, offset=None, partition=None)))

    done = clinic("trace", "a")

    assert f"  booking    said as {PLACE}@1, not published yet" in done.out.splitlines()
    assert "  sessions   waits for it to be published" in done.out.splitlines()


def test_a_run_is_shown_in_time_order_with_what_caused_what_to_the_right(clinic: Careflow) -> None:
    for service in SERVICES:
        clinic.services.says(service, "POST trace/told", stands())
    clinic.services.says(
        "booking", "POST trace", trace(said("a", 1), said("c", 3, cause="b"), following="run|c"), trace(said("d", 4))
    )
    clinic.services.says("sessions", "POST trace", trace(said("b", 2, cause="a")))

    done = clinic("trace", "the-run")

    heads = [line for line in done.out.splitlines() if "Event" in line]
    assert heads == [
        f"{AT.format(1)}  Eventa  a",
        f"  {AT.format(2)}  Eventb  b",
        f"    {AT.format(3)}  Eventc  c",
        f"{AT.format(4)}  Eventd  d",
    ]
    assert done.out.splitlines()[-1] == "4 events"
    assert {"id": "the-run", "after": "run|c"} in clinic.services.bodies("trace")


def test_what_is_parked_that_nobody_has_said_is_shown(clinic: Careflow) -> None:
    stranger = parked_event("k", event_id="b", cause="wrong_source")
    known = parked_event("l", event_id="a")
    clinic.services.says("sessions", "POST trace", trace(parked=(stranger, known)))

    done = clinic("trace", "p")

    assert (done.code, done.out.count("nobody has said this"), "wrong_source" in done.out) == (3, 1, True)


def test_a_service_that_is_away_is_named_and_hides_nothing_of_the_others(clinic: Careflow) -> None:
    clinic.services.says("sessions", "POST trace", httpx.ConnectError("refused"))
    clinic.services.says("billing", "POST trace/told", problem(503, "unavailable", "Not now."))

    done = clinic("trace", "a")

    assert done.code == 1
    assert f"  screening  done {AT.format(2)}" in done.out.splitlines()
    assert done.err.splitlines() == [
        "careflow: sessions is away: nobody answers at http://sessions; what sessions knows is missing here",
        "careflow: billing: Not now. (unavailable); what billing knows is missing here",
    ]


def test_finding_nothing_says_what_was_looked_at(clinic: Careflow) -> None:
    clinic.services.says("booking", "POST trace", trace())

    done = clinic("trace", "x\x1b[31m")

    assert done.code == 1
    assert done.err == (
        "careflow: no event, correlation, patient or place x\\x1b[31m in the outboxes of booking, screening, sessions, "
        "billing, and nothing parked there under it\n"
    )
    assert clinic("trace", "x", "--json").document["events"] == []


def test_programs_get_all_of_it_as_one_document(clinic: Careflow) -> None:
    document = clinic("trace", "a", "--json").document

    (event,) = document["events"]
    assert (event["service"], event["offset"], event["told"]["screening"]["stage"]) == ("booking", 101, "done")
    assert (document["looked"], document["silent"]) == (list(SERVICES), {})
