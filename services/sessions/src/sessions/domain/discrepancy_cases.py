"""A discrepancy of the controlled-drug log as a case: what was found, how it was judged, what the law was told.

Invariants: a case is judged by somebody else than who found it, and never goes away unjudged; every judgement stays,
and a milder one than before is somebody else's than the one it replaces; theft or significant loss is told to the DEA
in writing and by Form 106, and when what was told turns out to be none, that is told too; the clocks run from the
discovery, whenever it is judged; each late step is said once.
Sources: 21 CFR 1301.76(b), as amended by 88 FR 40707; 70 FR 47094 (what was told and was no loss). The numbers are
policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.business_days import BusinessCalendar, business_day_after, end_of
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.clinic_day import clinic_day
from sessions.domain.drug_items import Item
from sessions.domain.drug_tasks import DrugTask, DrugTaskCompleted, DrugTaskDue, DrugTaskOverdue
from sessions.domain.ids import CaseId, ContainerId, EntryId, LocationId, StaffId, TaskId
from sessions.domain.policy import SessionsPolicy
from sessions.domain.units import Milligrams, total


class DiscrepancyKind(StrEnum):
    """`count`: less is there than the log says, `surplus`: more. `unsettled`: a draw or a waste was left open. `lost`:
    the log has a loss. `not_counted`: something should be there, and nobody counted it.
    """

    COUNT = "count"
    SURPLUS = "surplus"
    LOST = "lost"
    UNSETTLED = "unsettled"
    NOT_COUNTED = "not_counted"


class Judgement(StrEnum):
    EXPLAINED = "explained"
    MINOR = "minor"
    SIGNIFICANT = "significant"
    THEFT = "theft"


class ReportKind(StrEnum):
    """What the DEA is told. `dea_no_loss`: that what it was told of was no theft and no significant loss."""

    DEA_NOTICE = "dea_notice"
    DEA_FORM_106 = "dea_form_106"
    DEA_NO_LOSS = "dea_no_loss"


REPORTABLE: Final = frozenset({Judgement.SIGNIFICANT, Judgement.THEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What did not add up, by how much, and who found it; `entry_id` is the line of a loss."""

    kind: DiscrepancyKind
    amount: Milligrams
    by: StaffId
    at: datetime
    entry_id: EntryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`settles` are the lines of the log that nobody witnessed in time; this stands in them in place of a witness."""

    how: Judgement
    note: str = field(repr=False)
    by: StaffId
    at: datetime
    settles: tuple[EntryId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Something was sent to the DEA; `reference` is what it can be found by."""

    kind: ReportKind
    reference: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyCase(Aggregate):
    """`notice_by` is also by when it must be judged: nobody can tell the DEA in time of what nobody has judged."""

    id: CaseId
    location_id: LocationId
    container_id: ContainerId
    item: Item
    findings: tuple[Finding, ...]
    notice_by: datetime
    form_by: datetime
    judgements: tuple[Judged, ...] = ()
    reports: tuple[Report, ...] = ()
    said_overdue: tuple[DrugTask, ...] = ()

    @classmethod
    def opened(
        cls,
        case_id: CaseId,
        location_id: LocationId,
        container_id: ContainerId,
        item: Item,
        finding: Finding,
        policy: SessionsPolicy,
        calendar: BusinessCalendar,
    ) -> Self:
        """Discovered by its first finding, which starts both clocks."""
        discovered, zone = clinic_day(finding.at, policy.timezone), ZoneInfo(policy.timezone)
        notice_on = business_day_after(discovered, policy.drug_log.dea_notice_business_days.value, calendar)
        form_on = discovered + timedelta(days=policy.drug_log.dea_form_106_days.value)
        case = cls(
            id=case_id,
            location_id=location_id,
            container_id=container_id,
            item=item,
            findings=(finding,),
            notice_by=end_of(notice_on, zone),
            form_by=end_of(form_on, zone),
        )
        return case.saying(*case._told_since({}, finding.at))

    @property
    def discovered_at(self) -> datetime:
        return self.findings[0].at

    @property
    def amount(self) -> Milligrams:
        """How much it is about: the most that any finding says."""
        return max((each.amount for each in self.findings), key=lambda amount: amount.value)

    @property
    def judgement(self) -> Judgement | None:
        """The one that stands."""
        return self.judgements[-1].how if self.judgements else None

    @property
    def pending(self) -> dict[DrugTask, datetime]:
        """What is still to be done about it, and by when."""
        told = {each.kind for each in self.reports}
        if self.judgement is None:
            return {DrugTask.DISCREPANCY_DECISION: self.notice_by}
        if self.judgement in REPORTABLE:
            asked = {DrugTask.DEA_NOTICE: self.notice_by, DrugTask.DEA_FORM_106: self.form_by}
        else:
            asked = (
                {DrugTask.DEA_NO_LOSS: self.form_by} if told & {ReportKind.DEA_NOTICE, ReportKind.DEA_FORM_106} else {}
            )
        return {task: due_by for task, due_by in asked.items() if ReportKind(task.value) not in told}

    @property
    def overdue_at(self) -> datetime | None:
        """When it must be said next that something is late."""
        return min((by for task, by in self.pending.items() if task not in self.said_overdue), default=None)

    def covers(self, finding: Finding) -> bool:
        """Whether this is of the same discrepancy: a loss that is known already, a count that was off before."""
        if finding.entry_id is not None and any(each.entry_id == finding.entry_id for each in self.findings):
            return True
        same = [each for each in self.findings if each.kind is finding.kind]
        if finding.kind is DiscrepancyKind.LOST:
            known = [each.amount for each in self.findings if each.kind is DiscrepancyKind.COUNT]
            entered = total([each.amount for each in (*same, finding)])
            return self.judgement is not Judgement.EXPLAINED and any(entered <= each for each in known)
        return bool(self.pending) and any(finding.amount <= each.amount for each in same)

    def found_again(self, finding: Finding) -> Self:
        """The same discrepancy was met again; what had been met is kept once."""
        if any((each.kind, each.entry_id) == (finding.kind, finding.entry_id) for each in self.findings):
            return self
        return replace(self.recording(), findings=(*self.findings, finding))

    def judged(self, judged: Judged) -> Self:
        """Refused: `note_missing`, `judge_is_finder`, `case_judged` (so already, and no line waits for it),
        `judge_is_same` (who would make light of their own judgement).
        """
        if not judged.note.strip():
            raise invalid("note_missing", "A judgement says what was found out.")
        if judged.by in {each.by for each in self.findings}:
            raise forbidden("judge_is_finder", "A discrepancy is judged by somebody else than who found it.")
        if judged.how is self.judgement and not judged.settles:
            raise conflict("case_judged", "This is how the case was judged already.")
        milder = self.judgement in REPORTABLE and judged.how not in REPORTABLE
        if milder and judged.by == self.judgements[-1].by:
            raise forbidden("judge_is_same", "Somebody else decides that it was no theft and no significant loss.")
        after = replace(self.recording(), judgements=(*self.judgements, judged))
        return after.saying(*after._told_since(self.pending, judged.at))

    def reported(self, report: Report) -> Self:
        """The DEA was told. Refused: `reference_missing`, `report_not_asked` (not so judged, or it was sent)."""
        if not report.reference.strip():
            raise invalid("reference_missing", "A report says what it can be found by.")
        if DrugTask(report.kind.value) not in self.pending:
            raise conflict("report_not_asked", "This case waits for no such report.")
        after = replace(self.recording(), reports=(*self.reports, report))
        return after.saying(*after._told_since(self.pending, report.at))

    def overdue(self, *, now: datetime) -> Self:
        """What has become late is said; where nothing has, nothing changes."""
        late = {task: by for task, by in self.pending.items() if by <= now and task not in self.said_overdue}
        if not late:
            return self
        after = replace(self.recording(), said_overdue=(*self.said_overdue, *late))
        return after.saying(*(DrugTaskOverdue(**self._named(task, by), at=by) for task, by in late.items()))

    def _told_since(self, before: dict[DrugTask, datetime], at: datetime) -> Iterable[Fact]:
        now = self.pending
        for task in before.keys() - now.keys():
            yield DrugTaskCompleted(**self._named(task, before[task]), at=at)
        for task, due_by in now.items():
            if task not in before:
                yield DrugTaskDue(**self._named(task, due_by), at=at)

    def _named(self, task: DrugTask, due_by: datetime) -> dict[str, Any]:
        return {"location_id": self.location_id, "task_id": TaskId(self.id), "task": task, "due_by": due_by}
