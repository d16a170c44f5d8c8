"""What the demo tells: one patient from the free call to a signed clearance, and on to its expiry.

Invariant: every claim is read back from the services or from the topics after it should be true; a claim that does not
hold makes the demo fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from careflow_cli.demo.clinic import PRESCRIBER, Person, at
from careflow_cli.demo.subscriber import SeenEvent
from careflow_cli.demo.view import View
from careflow_cli.demo.walk import Cleared, Walk

WARNING_DAYS = (14, 7, 2)


@dataclass(slots=True)
class Claims:
    """What was claimed on screen, and whether it held."""

    view: View
    failed: list[str] = field(default_factory=list)
    held: int = 0

    def that(self, claim: str, *, holds: bool) -> None:
        """State a claim that was just read back."""
        self.view.checked(claim, holds=holds)
        if holds:
            self.held += 1
        else:
            self.failed.append(claim)


async def tell(walk: Walk, claims: Claims, person: Person) -> Cleared:
    """The whole story. Raises when a step is refused; claims that do not hold are collected."""
    walk.chapter("The clinic opens")
    await walk.open_the_clinic()
    patient, completed = await walk.info_call(person)
    path = await walk.clinic.care_path(patient)
    claims.that("the call moved the patient to screening", holds=path["stage"] == "screening")

    case_id = await walk.intake(patient, completed)
    case = await walk.clinic.case(patient)
    scores = {each["questionnaire"]: each["score"] for each in case.body["clinical"]["responses"]}
    claims.that("PHQ-9 is scored 17, moderately severe", holds=_score(scores, "phq-9") == (17, "moderately_severe"))
    claims.that("GAD-7 is scored 12, moderate", holds=_score(scores, "gad-7") == (12, "moderate"))
    claims.that("the screener reports no risk", holds=(scores["c-ssrs-screener"] or {}).get("level") is None)

    early = await walk.clinic.http.ask(
        PRESCRIBER,
        "POST",
        "screening",
        f"/v1/cases/{case_id}/decisions/grant",
        {"indications": ["treatment_resistant_depression"]},
        version=case.version,
    )
    claims.that("a clearance before the evaluation is refused, naming what is missing", holds=_names_parts(early.body))

    evaluation_id = await walk.evaluation(patient, case_id)
    granted = await walk.grant(patient, case_id)
    cleared = Cleared(patient, case_id, evaluation_id, str(granted.data["clearance_id"]), granted)
    path = await walk.clinic.care_path(patient, after=granted)
    claims.that("booking knows the clearance", holds=_clearance(path, "status") == "valid")
    claims.that("the care path stands at cleared", holds=path["stage"] == "cleared")

    await expire(walk, claims, cleared)
    events = walk.clinic.events
    claims.that("no gap and no repeat in any stream", holds=not events.gaps and not events.repeats)
    return cleared


async def expire(walk: Walk, claims: Claims, cleared: Cleared) -> None:
    """Three months pass without fresh evidence: warnings, then the clearance runs out by itself, once."""
    walk.chapter("Three months pass")
    events, subject = walk.clinic.events, cleared.patient.subject
    await walk.travel_to(at(str(cleared.granted.data["valid_until"])) + timedelta(hours=1))
    expired = await events.wait_for("ClearanceExpired", subject=subject)
    warned = tuple(event.data["days_left"] for event in events.of("ClearanceExpiring", subject=subject))
    claims.that("warned 14, 7 and 2 days before, in that order", holds=warned == WARNING_DAYS)
    claims.that("expired exactly once", holds=len(events.of("ClearanceExpired", subject=subject)) == 1)
    path = await walk.clinic.care_path(cleared.patient, after=expired)
    claims.that("booking sees it expired", holds=_clearance(path, "status") == "expired")
    closed = {gate["code"] for gate in _gates(path, "dosing")}
    claims.that("dosing is closed, and says why", holds="clearance_expired" in closed)


def timeline(events: list[SeenEvent]) -> list[tuple[str, str, str]]:
    """Day and time, event and position of each event, in order of domain time."""
    return [
        (
            event.time.strftime("%Y-%m-%d %H:%M"),
            event.name,
            f"{event.topic.removeprefix('careflow.')} #{event.sequence}",
        )
        for event in events
    ]


def _score(scores: dict[str, Any], code: str) -> tuple[int | None, str | None]:
    score = scores.get(code) or {}
    return score.get("total"), score.get("band")


def _names_parts(problem: dict[str, Any]) -> bool:
    return problem.get("code") == "decision_not_ready" and "part_psychiatric" in problem.get("missing", ())


def _clearance(path: dict[str, Any], name: str) -> object:
    return (path["clearance"] or {}).get(name)


def _gates(path: dict[str, Any], kind: str) -> list[dict[str, str]]:
    return [gate for each in path["bookable"] if each["kind"] == kind for gate in each["closed_gates"]]
