"""`careflow audit`: whether the trails are whole, and who saw a patient."""

import json
from pathlib import Path

import httpx
import pytest

from deploy.cli.tests.operating import SERVICES, Careflow, answer, page, problem

AT = "2026-11-28T09:00:00Z"
LATER = "2026-11-28T09:00:00.500000Z"
PATIENT = "0199e0a0-0000-7000-8000-0000000000b1"
HEAD = {"number": 7, "hash": "ab" * 32, "sealed_at": AT}


def part(*faults: dict[str, object], following: str | None = None, seals: int = 0, entries: int = 0) -> httpx.Response:
    return answer(seals=seals, entries=entries, faults=list(faults), next=following)


def entry(actor: str, outcome: str = "read", **changes: object) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": f"entry-{actor}",
        "at": AT,
        "outcome": outcome,
        "actor": actor,
        "roles": ["nurse"],
        "action": "read_case",
        "touched": ["cases/c1"],
        "cause": None,
        "seal": 7,
    }
    return {**shown, **changes}


@pytest.fixture
def trails(careflow: Careflow) -> Careflow:
    """Four whole trails, about nobody."""
    for service in SERVICES:
        careflow.services.says(service, "GET audit", answer(head=HEAD, unsealed_since=None))
        careflow.services.says(
            service, "GET audit/verify", part(seals=7, following="entries:"), part(entries=8), part(entries=8)
        )
        careflow.services.says(service, "GET audit/seals/7", answer(**HEAD))
        careflow.services.says(service, "POST audit/search", page())
    return careflow


def test_every_trail_is_read_to_its_end(trails: Careflow) -> None:
    done = trails("audit", "verify")

    assert (done.code, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines()[1:]] == [
        [service, "whole", "8", "7", "-"] for service in SERVICES
    ]
    asked = [each for each in trails.services.asked if each.url.path == "/ops/audit/verify"]
    assert [each.url.params.get("after") for each in asked] == [None, "entries:"] * 4


def test_a_fault_is_named_and_an_exit_code(trails: Careflow) -> None:
    fault = {"fault": "missing", "number": 3, "entry": "e3"}
    trails.services.says("billing", "GET audit/verify", part(fault, seals=7, following="entries:"), part(entries=6))

    done = trails("audit", "verify", "billing")

    assert done.code == 3
    assert "a sealed entry, or its seal, is gone" in done.out.splitlines()[-1]
    trails.services.says("billing", "GET audit/verify", part(fault))
    assert trails("audit", "verify", "billing", "--json").document[0]["faults"] == [fault]


def test_heads_are_kept_and_compared(trails: Careflow, tmp_path: Path) -> None:
    trails.services.says("booking", "GET audit", answer(head=None, unsealed_since=None))
    kept = tmp_path / "heads.json"
    kept.write_text(trails("audit", "heads", "--json").out)
    assert json.loads(kept.read_text()) == {"booking": None, "screening": HEAD, "sessions": HEAD, "billing": HEAD}
    assert trails("audit", "verify", "--heads", str(kept)).code == 0

    trails.services.says("screening", "GET audit/seals/7", problem(404, "seal_not_found", "No such seal."))
    trails.services.says("billing", "GET audit/seals/7", answer(**{**HEAD, "hash": "cd" * 32}))
    done = trails("audit", "verify", "--heads", str(kept), "--json")

    assert done.code == 3
    assert {each["service"]: [fault["fault"] for fault in each["faults"]] for each in done.document} == {
        "booking": [],
        "screening": ["truncated"],
        "sessions": [],
        "billing": ["rewritten"],
    }


@pytest.mark.parametrize("content", ["", "[]", '{"booking": {"number": "7"}}', '{"booking": 7}'])
def test_a_file_without_heads_is_an_error(trails: Careflow, tmp_path: Path, content: str) -> None:
    kept = tmp_path / "heads.json"
    kept.write_text(content)
    done = trails("audit", "verify", "--heads", str(kept))
    assert (done.code, "holds no heads" in done.err) == (1, True)


def test_a_service_that_is_away_is_not_called_whole_and_hides_no_other(trails: Careflow) -> None:
    fault = {"fault": "missing", "number": 3, "entry": "e3"}
    trails.services.says("sessions", "GET audit", httpx.ConnectError("refused"))
    trails.services.says("billing", "GET audit/verify", part(fault, seals=7))

    done = trails("audit", "verify")

    assert done.code == 1
    assert done.err == "careflow: sessions is away: nobody answers at http://sessions\n"
    rows = {line.split()[0]: line.split()[1] for line in done.out.splitlines()[1:5]}
    assert rows == {"booking": "whole", "screening": "whole", "sessions": "-", "billing": "1"}
    assert "a sealed entry, or its seal, is gone" in done.out.splitlines()[-1]
    document = trails("audit", "verify", "--json").document
    assert [each["trouble"] is None for each in document] == [True, True, False, True]


def test_an_auditors_token_would_do(trails: Careflow) -> None:
    trails.services.says("booking", "POST audit/search", problem(403, "forbidden", "This caller may not do that."))

    done = trails("audit", "search", "booking")

    said = "This caller may not do that. (forbidden); an operator's or an auditor's token is needed"
    assert (done.code, done.err) == (1, f"careflow: booking: {said}\n")


def test_a_search_says_how_it_goes_on(trails: Careflow) -> None:
    trails.services.says("screening", "POST audit/search", page(entry("nora"), following="word"))

    done = trails("audit", "search", "screening", "--actor", "nora", "--since", "2026-11-01T00:00:00Z")

    assert done.out.splitlines()[1].split() == [AT, "nora", "nurse", "read", "read", "case", "7", "entry-nora"]
    assert done.out.splitlines()[-1] == "there are more: --after word"
    (asked,) = trails.services.bodies("audit/search")
    assert asked == {"actor": "nora", "since": "2026-11-01T00:00:00+00:00", "limit": 50}
    assert trails("audit", "search", "booking").out == "booking has no such entry\n"


def test_who_saw_this_patient_is_told_of_all_services_in_one_order(trails: Careflow) -> None:
    trails.services.says(
        "screening", "POST audit/search", page(entry("nora", at=LATER), entry("system:timers")), page()
    )
    denied = entry("eve", "denied", touched=["GET /v1/accounts/{patient_id}", f"accounts/{PATIENT}"])
    trails.services.says("billing", "POST audit/search", page(denied, following="more"), page(entry("nora")))

    report = trails("audit", "report", PATIENT, "--json").document

    assert [(each["service"], each["actor"]) for each in report["entries"]] == [
        ("screening", "nora"),
        ("billing", "eve"),
        ("billing", "nora"),
    ]
    nora, eve = report["people"]
    assert (nora["actor"], nora["read"], nora["services"]) == ("nora", 2, ["billing", "screening"])
    assert (nora["first"], nora["last"]) == (AT, LATER)
    assert (eve["denied"], report["by_itself"]) == (1, 1)
    assert [each.get("after") for each in trails.services.bodies("audit/search")] == [None, None, None, None, "more"]


def test_the_report_says_it_in_words(trails: Careflow) -> None:
    trails.services.says("screening", "POST audit/search", page(entry("nora"), entry("system:timers", "done")))

    done = trails("audit", "report", PATIENT)

    first, *_, last = done.out.splitlines()
    assert first == f"patient {PATIENT}: 1 entry by 1 person; 1 more by CareFlow itself (--all)"
    assert last.split() == [AT, "nora", "saw", "read", "case", "screening"]
    assert "system:timers" in trails("audit", "report", PATIENT, "--all").out


def test_the_report_says_who_read_in_an_emergency_and_who_looked_at_it(trails: Careflow) -> None:
    access = f"_emergency_accesses/{PATIENT}"
    read = entry("carl", roles=["coordinator", "emergency"], touched=["cases/c", access])
    opened = entry("carl", "done", action="open_emergency_access", touched=[f"{access}@1"])
    reviewed = entry("paula", "done", action="review_emergency_access", touched=[f"{access}@2"])
    trails.services.says("screening", "POST audit/search", page(reviewed, read, read, opened), page(read, read, opened))

    (found,) = trails("audit", "report", PATIENT, "--json").document["emergencies"]
    in_words = trails("audit", "report", PATIENT).out

    assert (found["access"], found["actor"], found["reads"]) == (PATIENT, "carl", 2)
    assert (found["reviewer"], found["opened"]) == ("paula", opened["at"])
    assert "nobody yet" in in_words
    assert "read case, in an emergency" in in_words


def test_nobody_saw_them_is_an_answer(trails: Careflow) -> None:
    assert trails("audit", "report", PATIENT).out == f"nobody saw or changed anything of patient {PATIENT}\n"
