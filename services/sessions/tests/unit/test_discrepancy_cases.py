"""A discrepancy of the drug log: judged by another, reported on the clocks of the law, never forgotten."""

from datetime import datetime, timedelta

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import CALENDAR, NOW, NURSE, OTHER_NURSE, POLICY, PRESCRIBER, new_uuid, vial
from sessions.domain.discrepancy_cases import (
    DiscrepancyCase,
    DiscrepancyKind,
    Finding,
    Judged,
    Judgement,
    Report,
    ReportKind,
)
from sessions.domain.drug_tasks import DrugTask, DrugTaskCompleted, DrugTaskDue, DrugTaskOverdue
from sessions.domain.ids import CaseId, EntryId, StaffId
from sessions.domain.units import milligrams

DIRECTOR = StaffId("medical-director")


def finding(
    kind: DiscrepancyKind = DiscrepancyKind.COUNT, mg: str = "50", *, at: datetime = NOW, entry_id: str | None = None
) -> Finding:
    return Finding(kind=kind, amount=milligrams(mg), by=NURSE, at=at, entry_id=EntryId(entry_id) if entry_id else None)


def case(found: Finding | None = None) -> DiscrepancyCase:
    container = vial()
    return DiscrepancyCase.opened(
        CaseId(new_uuid()),
        container.location_id,
        container.id,
        container.item,
        found or finding(),
        POLICY,
        CALENDAR,
    )


def judged(how: Judgement, by: StaffId = PRESCRIBER) -> Judged:
    return Judged(how=how, note="looked into", by=by, at=NOW)


def report(kind: ReportKind, reference: str = "letter 12") -> Report:
    return Report(kind=kind, reference=reference, by=PRESCRIBER, at=NOW)


@pytest.mark.parametrize(
    ("discovered", "notice_by", "form_by"),
    [
        # Monday afternoon in California; the end of Tuesday, and of the 45th day.
        ("2026-11-23T23:00Z", "2026-11-25T08:00Z", "2027-01-08T08:00Z"),
        # The day before Thanksgiving: the next business day is the Friday after.
        ("2026-11-25T20:00Z", "2026-11-28T08:00Z", "2027-01-10T08:00Z"),
        # On a Friday evening: Monday.
        ("2026-12-05T02:00Z", "2026-12-08T08:00Z", "2027-01-19T08:00Z"),
        # Into daylight saving time.
        ("2027-03-12T20:00Z", "2027-03-16T07:00Z", "2027-04-27T07:00Z"),
    ],
)
def test_the_clocks_of_the_law_run_from_the_discovery(discovered: str, notice_by: str, form_by: str) -> None:
    opened = case(finding(at=datetime.fromisoformat(discovered)))

    assert (opened.notice_by, opened.form_by) == (datetime.fromisoformat(notice_by), datetime.fromisoformat(form_by))
    (due,) = opened.facts
    assert isinstance(due, DrugTaskDue)
    assert (due.task, due.due_by) == (DrugTask.DISCREPANCY_DECISION, opened.notice_by)


@pytest.mark.parametrize("how", [Judgement.SIGNIFICANT, Judgement.THEFT])
def test_theft_and_significant_loss_are_told_in_writing_and_by_form_106(how: Judgement) -> None:
    told = case().judged(judged(how))
    assert told.pending == {DrugTask.DEA_NOTICE: told.notice_by, DrugTask.DEA_FORM_106: told.form_by}

    told = told.reported(report(ReportKind.DEA_FORM_106)).reported(report(ReportKind.DEA_NOTICE))

    assert not told.pending
    assert [(type(each), each.task) for each in told.facts if isinstance(each, DrugTaskCompleted)] == [
        (DrugTaskCompleted, DrugTask.DISCREPANCY_DECISION),
        (DrugTaskCompleted, DrugTask.DEA_FORM_106),
        (DrugTaskCompleted, DrugTask.DEA_NOTICE),
    ]


@pytest.mark.parametrize("how", [Judgement.EXPLAINED, Judgement.MINOR])
def test_what_is_explained_or_minor_is_told_to_nobody_and_may_still_turn_out_worse(how: Judgement) -> None:
    light = case().judged(judged(how))
    assert not light.pending
    with pytest.raises(DomainError, match="report_not_asked"):
        light.reported(report(ReportKind.DEA_NOTICE))

    worse = light.judged(judged(Judgement.THEFT))

    assert set(worse.pending) == {DrugTask.DEA_NOTICE, DrugTask.DEA_FORM_106}
    assert [each.how for each in worse.judgements] == [how, Judgement.THEFT]


def test_who_found_it_does_not_judge_it_and_nobody_makes_light_of_their_own_judgement() -> None:
    with pytest.raises(DomainError, match="judge_is_finder"):
        case().judged(judged(Judgement.MINOR, NURSE))
    significant = case().judged(judged(Judgement.SIGNIFICANT))
    with pytest.raises(DomainError, match="judge_is_same"):
        significant.judged(judged(Judgement.EXPLAINED))
    assert significant.judged(judged(Judgement.THEFT)).judgement is Judgement.THEFT
    assert not significant.judged(judged(Judgement.EXPLAINED, DIRECTOR)).pending


@pytest.mark.parametrize("kind", [ReportKind.DEA_NOTICE, ReportKind.DEA_FORM_106])
def test_what_the_dea_was_told_of_and_was_no_loss_is_told_too(kind: ReportKind) -> None:
    told = case().judged(judged(Judgement.SIGNIFICANT)).reported(report(kind))

    found = told.judged(judged(Judgement.EXPLAINED, DIRECTOR))

    assert found.pending == {DrugTask.DEA_NO_LOSS: found.form_by}
    assert not found.reported(report(ReportKind.DEA_NO_LOSS)).pending


def test_each_late_step_is_said_once() -> None:
    opened = case()
    assert opened.overdue(now=opened.notice_by - timedelta(seconds=1)) is opened

    late = opened.overdue(now=opened.notice_by)
    assert [each.task for each in late.facts if isinstance(each, DrugTaskOverdue)] == [DrugTask.DISCREPANCY_DECISION]
    assert late.overdue(now=opened.form_by) is late

    judged_late = late.judged(judged(Judgement.THEFT)).overdue(now=opened.notice_by)
    assert judged_late.overdue_at == opened.form_by
    assert judged_late.said_overdue == (DrugTask.DISCREPANCY_DECISION, DrugTask.DEA_NOTICE)


def test_the_same_discrepancy_the_next_evening_is_no_other_case_and_a_greater_one_is() -> None:
    opened = case(finding(mg="50"))
    tomorrow = NOW + timedelta(days=1)

    assert opened.covers(finding(mg="50", at=tomorrow))
    assert not opened.covers(finding(mg="51", at=tomorrow))
    assert not opened.covers(finding(DiscrepancyKind.SURPLUS, at=tomorrow))
    assert not case(finding(DiscrepancyKind.LOST, "450", entry_id="a")).covers(finding(mg="30", at=tomorrow))
    assert not opened.judged(judged(Judgement.EXPLAINED)).covers(finding(mg="50", at=tomorrow))


def test_the_line_that_puts_the_log_right_belongs_to_the_case_it_was_counted_in() -> None:
    opened = case(finding(mg="50")).judged(judged(Judgement.THEFT))
    first, second = finding(DiscrepancyKind.LOST, "30", entry_id="a"), finding(DiscrepancyKind.LOST, "30", entry_id="b")

    assert opened.covers(first)
    with_first = opened.found_again(first)
    assert with_first.covers(first)
    assert with_first.found_again(first) is with_first
    assert not with_first.covers(second)
    assert with_first.amount == milligrams(50)


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_judgement_and_a_report_say_something(blank: str) -> None:
    with pytest.raises(DomainError, match="note_missing"):
        case().judged(Judged(how=Judgement.MINOR, note=blank, by=OTHER_NURSE, at=NOW))
    with pytest.raises(DomainError, match="reference_missing"):
        case().judged(judged(Judgement.THEFT)).reported(report(ReportKind.DEA_NOTICE, blank))
    with pytest.raises(DomainError, match="case_judged"):
        case().judged(judged(Judgement.MINOR)).judged(judged(Judgement.MINOR))
