"""`careflow ops status` and `careflow restore`: where every service stands, and putting one back on its feet."""

from typing import Any

import httpx
import pytest

from careflow_cli.operators import restoring
from deploy.cli.tests.operating import SERVICES, Careflow, answer, hearing, page, problem

SINCE = "2026-11-28T09:00:00Z"
NOT_FENCED: dict[str, object] = {
    "fenced_since": None,
    "orphans": 0,
    "streams": 0,
    "finishing": False,
    "looked": True,
    "filling": False,
}
TOPIC = "careflow.booking.v1"
FENCED = {**NOT_FENCED, "fenced_since": SINCE, "orphans": 5, "streams": 2}


@pytest.fixture
def clinic(careflow: Careflow) -> Careflow:
    """Four services at rest."""
    for service in SERVICES:
        drain = answer(outbox_unpublished=0, parked=0, next_deadline=SINCE, effects_pending=0, domain_time=SINCE)
        careflow.services.says(service, "GET drain", drain)
        careflow.services.says(service, "GET outbox", answer(unpublished=0, oldest=None))
        careflow.services.says(service, "GET consumer", hearing(None))
        careflow.services.says(service, "GET restore", answer(**NOT_FENCED))
    return careflow


def test_one_row_for_each_service(clinic: Careflow) -> None:
    done = clinic("ops", "status")

    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()] == ["service", *SERVICES]
    assert done.out.splitlines()[1].split() == ["booking", "0", "-", "0", "0", "-", "-", "-", "-", SINCE]


@pytest.mark.parametrize(
    ("route", "reply", "shown"),
    [
        ("GET consumer", hearing("offsets_lost"), "offsets_lost"),
        ("GET consumer", hearing(None, {"by": "olga", "topics": ["*"], "since": SINCE}), "*"),
        ("GET consumer", hearing(None, heard={TOPIC: "2026-11-28T08:57:59Z"}), TOPIC),
        ("GET restore", answer(**FENCED), SINCE),
        (
            "GET drain",
            answer(outbox_unpublished=0, parked=7, next_deadline=None, effects_pending=0, domain_time=SINCE),
            "7",
        ),
    ],
)
def test_who_waits_for_an_operator_is_an_exit_code(
    clinic: Careflow, route: str, reply: httpx.Response, shown: str
) -> None:
    clinic.services.says("sessions", route, reply)

    done = clinic("ops", "status")

    (row,) = (line.split() for line in done.out.splitlines() if line.startswith("sessions"))
    assert (done.code, shown in row) == (3, True)


def test_how_long_a_service_has_heard_nothing(clinic: Careflow) -> None:
    heard = {
        TOPIC: "2026-11-28T08:40:00Z",
        "careflow.billing.v1": "2026-11-27T06:55:30Z",
        "careflow.screening.v1": None,
    }
    clinic.services.says("sessions", "GET consumer", hearing(None, heard=heard))

    done = clinic("ops", "status")

    assert (done.code, "careflow.billing.v1 26 h 4 min" in done.out) == (3, True)


def test_who_heard_lately_or_not_yet_waits_for_nobody(clinic: Careflow) -> None:
    heard = {TOPIC: "2026-11-28T08:58:00Z", "careflow.billing.v1": None}
    clinic.services.says("sessions", "GET consumer", hearing(None, heard=heard))

    assert clinic("ops", "status").code == 0


def test_a_service_that_is_away_has_a_row_and_hides_no_other(clinic: Careflow) -> None:
    clinic.services.says("screening", "GET outbox", httpx.ConnectError("refused"))

    done = clinic("ops", "status")

    assert (done.code, len(done.out.splitlines())) == (1, 5)
    assert done.err == "careflow: screening is away: nobody answers at http://screening\n"
    rows = clinic("ops", "status", "--json").document
    assert [row["trouble"] is None for row in rows] == [True, False, True, True]


def test_a_service_that_was_not_put_back_says_so(clinic: Careflow) -> None:
    assert clinic("restore", "status", "booking").out == "booking is not fenced\n"


def test_a_fenced_service_says_what_it_forgot(clinic: Careflow) -> None:
    clinic.services.says("booking", "GET restore", answer(**FENCED))

    done = clinic("restore", "status", "booking")

    assert done.out == f"booking is fenced since {SINCE}: its topics hold 5 events in 2 streams it forgot\n"
    assert clinic("restore", "status", "booking", "--json").document == FENCED


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"looked": False}, f"booking is fenced since {SINCE}: its worker has not read its topics yet\n"),
        (
            {"filling": True, "looked": False},
            "booking is fenced: its store was not filled to the backup's end, or still is; put it back again\n",
        ),
    ],
)
def test_how_far_a_backup_was_put_back(clinic: Careflow, how: dict[str, object], said: str) -> None:
    clinic.services.says("booking", "GET restore", answer(**{**FENCED, **how}))

    assert clinic("restore", "status", "booking").out == said


def test_finishing_is_a_dry_run(clinic: Careflow) -> None:
    clinic.services.says("booking", "POST restore/finish", answer(**FENCED))

    done = clinic("restore", "finish", "booking")

    assert clinic.services.bodies("restore/finish") == [{"dry_run": True}]
    assert done.out.endswith("dry run: nothing was changed; --execute does it\n")


def test_finishing_is_followed_until_the_service_goes_on(clinic: Careflow) -> None:
    clinic.patch.setattr(restoring, "POLL", 0.0)
    clinic.services.says("booking", "POST restore/finish", answer(**FENCED), answer(**{**FENCED, "finishing": True}))
    clinic.services.says("booking", "GET restore", answer(**{**FENCED, "finishing": True}), answer(**NOT_FENCED))

    done = clinic("restore", "finish", "booking", "--execute")

    assert [body["dry_run"] for body in clinic.services.bodies("restore/finish")] == [True, False]
    assert done.out.endswith("booking goes on; what to enter again: careflow restore orphans booking\n")


def test_a_restore_that_does_not_end_is_not_waited_for_for_ever(clinic: Careflow) -> None:
    clinic.patch.setattr(restoring, "PATIENCE", 0.0)
    clinic.services.says("booking", "POST restore/finish", answer(**FENCED))
    clinic.services.says("booking", "GET restore", answer(**FENCED))

    done = clinic("restore", "finish", "booking", "--execute")

    assert (done.code, "careflow restore status booking" in done.err) == (1, True)


def test_what_is_not_fenced_cannot_be_finished(clinic: Careflow) -> None:
    title = "This service is not being restored."
    clinic.services.says("booking", "POST restore/finish", problem(409, "not_fenced", title))

    done = clinic("restore", "finish", "booking", "--execute")

    assert (done.code, done.err) == (1, f"careflow: booking: {title} (not_fenced)\n")


def orphan(number: int, kind: str, patient: str) -> dict[str, object]:
    stream = f"careflow.booking.v1/patient:{patient}"
    at = f"2026-11-28T09:{number:02}:00Z"
    return {"id": f"o{number}", "type": kind, "stream": stream, "sequence": number, "recorded_at": at}


def count(name: str, first: int, last: int, streams: int, **types: int) -> dict[str, Any]:
    times = {"first": f"2026-11-28T09:{first:02}:00Z", "last": f"2026-11-28T09:{last:02}:00Z"}
    return {"name": name, "events": sum(types.values()), "streams": streams, "types": types, **times}


BY_TYPE = [count("A", 1, 1, 1, A=1), count("B", 2, 3, 2, B=2)]
BY_STREAM = [
    count("careflow.booking.v1/patient:p", 1, 2, 1, A=1, B=1),
    count("careflow.booking.v1/patient:q", 3, 3, 1, B=1),
]


@pytest.mark.parametrize(
    ("by", "lines"),
    [
        (
            (),
            [
                "type  events  streams  first                 last",
                "B     2       2        2026-11-28T09:02:00Z  2026-11-28T09:03:00Z",
                "A     1       1        2026-11-28T09:01:00Z  2026-11-28T09:01:00Z",
                "booking has forgotten 3 events of 2 types: --by stream and --by event",
            ],
        ),
        (
            ("--by", "stream"),
            [
                "stream                         events  first                 last                  of them",
                "careflow.booking.v1/patient:p  2       2026-11-28T09:01:00Z  2026-11-28T09:02:00Z  1 A, 1 B",
                "careflow.booking.v1/patient:q  1       2026-11-28T09:03:00Z  2026-11-28T09:03:00Z  1 B",
                "booking has forgotten 3 events of 2 streams: --by event",
            ],
        ),
        (
            ("--by", "event"),
            [
                "recorded              type  number  stream                         id",
                "2026-11-28T09:01:00Z  A     1       careflow.booking.v1/patient:p  o1",
                "2026-11-28T09:02:00Z  B     2       careflow.booking.v1/patient:p  o2",
                "2026-11-28T09:03:00Z  B     3       careflow.booking.v1/patient:q  o3",
            ],
        ),
    ],
)
def test_orphans_are_counted_and_listed_by_name_and_number(
    clinic: Careflow, by: tuple[str, ...], lines: list[str]
) -> None:
    first, *others = orphan(1, "A", "p"), orphan(2, "B", "p"), orphan(3, "B", "q")
    if "event" in by:
        clinic.services.says("booking", "GET restore/orphans", page(first, following="o1"), page(*others))
    else:
        first, *others = BY_STREAM if "stream" in by else BY_TYPE
        clinic.services.says("booking", "GET restore/orphans/counts", page(first, following="c1"), page(*others))

    assert clinic("restore", "orphans", "booking", *by).out.splitlines() == lines


def test_no_orphans_are_said(clinic: Careflow) -> None:
    clinic.services.says("booking", "GET restore/orphans/counts", page())

    assert clinic("restore", "orphans", "booking").out == "booking has no orphans\n"


def test_while_a_service_is_fenced_nobody_is_told_that_it_has_no_orphans(clinic: Careflow) -> None:
    clinic.services.says("booking", "GET restore/orphans", page())
    clinic.services.says("booking", "GET restore/orphans/counts", page())
    clinic.services.says("booking", "GET restore", answer(**FENCED))

    done = clinic("restore", "orphans", "booking")

    assert (done.code, done.out) == (0, "")
    assert "its topics hold 5 events in 2 streams it forgot; they are listed once it is finished" in done.err
    assert clinic("restore", "orphans", "booking", "--json").document == []
