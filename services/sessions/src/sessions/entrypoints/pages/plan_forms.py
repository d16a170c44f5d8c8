"""The forms of a patient's plan: each is one command of the API, read by the API's own body."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from careflow_service.http.dependencies import RequestBody
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Field, Kind
from sessions.application.commands.follow_lab_test import RecordResult, RecordSample, ReviewResult
from sessions.application.commands.issue_plan_link import IssuePlanLink
from sessions.application.commands.make_plan_task import MakePlanTask, SignPlanTask
from sessions.application.commands.send_plan_link import SendPlanLink
from sessions.application.commands.settle_plan_task import SettlePlanTask
from sessions.application.commands.withdraw_plan_link import WithdrawPlanLink
from sessions.application.use_cases import Sessions
from sessions.domain.ids import PatientId, PlanId, PlanLinkId, TaskId
from sessions.domain.plan_task_terms import TaskKind, TaskOutcome, TaskStep
from sessions.domain.plan_tasks import PlanTask
from sessions.entrypoints.http.plan_task_routes import Conclusion, NewResult, NewTask, Settlement


class Nothing(RequestBody):
    """What is asked by its name alone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as it was filled in, about a patient's task (or a plan, or a link) at the version its sender saw."""

    patient_id: PatientId
    of: str
    version: int
    body: Any


@dataclass(frozen=True, slots=True)
class PlanForm:
    """`offered` says for which tasks it makes sense; without it, it is about the plan, or `of_link` about a link. One
    `at_once` is a button.
    """

    name: str
    body: type[BaseModel]
    does: Callable[[Sessions, Asked, Actor, RequestKey], Awaitable[object]]
    fields: Sequence[Field] = ()
    offered: Callable[[PlanTask], bool] | None = None
    at_once: bool = False
    of_link: bool = False


def _choice(name: str, *values: str) -> Field:
    return Field(name=name, kind=Kind.CHOICE, options=[(each, None) for each in values], word=f"task_{name}")


def _prose(name: str) -> Field:
    return Field(name=name, kind=Kind.PROSE, word=f"task_{name}")


async def _ask(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: NewTask = asked.body
    return await app.make_plan_task(MakePlanTask(PlanId(asked.of), body.kind, body.text, body.due_on), actor, key)


async def _link(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.issue_plan_link(IssuePlanLink(asked.patient_id), actor, key)


async def _send(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.send_plan_link(SendPlanLink(asked.patient_id), actor, key)


async def _withdraw(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.withdraw_plan_link(WithdrawPlanLink(asked.patient_id, PlanLinkId(asked.of)), actor, key)


async def _sign(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.sign_plan_task(SignPlanTask(TaskId(asked.of), asked.version), actor, key)


async def _end(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: Settlement = asked.body
    return await app.settle_plan_task(SettlePlanTask(TaskId(asked.of), body.outcome, body.note), actor, key)


async def _sample(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    return await app.record_sample(RecordSample(TaskId(asked.of)), actor, key)


async def _result(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: NewResult = asked.body
    return await app.record_result(RecordResult(TaskId(asked.of), body.abnormal, body.summary), actor, key)


async def _review(app: Sessions, asked: Asked, actor: Actor, key: RequestKey) -> object:
    body: Conclusion = asked.body
    return await app.review_result(ReviewResult(TaskId(asked.of), body.conclusion, asked.version), actor, key)


def _open_labs(task: PlanTask) -> bool:
    return task.kind is TaskKind.LABS and task.asks_patient


FORMS: Final = (
    PlanForm(
        "ask",
        NewTask,
        _ask,
        (_choice("kind", *TaskKind), _prose("text"), Field(name="due_on", kind=Kind.DAY, word="task_due_on")),
    ),
    PlanForm("send-link", Nothing, _send, at_once=True),
    PlanForm("link", Nothing, _link, at_once=True),
    PlanForm("withdraw-link", Nothing, _withdraw, of_link=True, at_once=True),
    PlanForm("sign", Nothing, _sign, offered=lambda task: task.open and task.needs_signature, at_once=True),
    PlanForm("sample", Nothing, _sample, offered=_open_labs, at_once=True),
    PlanForm(
        "result",
        NewResult,
        _result,
        (Field(name="abnormal", kind=Kind.YES_NO, word="task_abnormal"), _prose("summary")),
        offered=lambda task: task.kind is TaskKind.LABS,
    ),
    PlanForm(
        "review",
        Conclusion,
        _review,
        (_prose("conclusion"),),
        offered=lambda task: task.step is TaskStep.RESULTED,
    ),
    PlanForm(
        "end",
        Settlement,
        _end,
        (_choice("outcome", *TaskOutcome), _prose("note")),
        offered=lambda task: task.open and task.step is not TaskStep.RESULTED,
    ),
)
"""In the order in which they stand beside a task."""
