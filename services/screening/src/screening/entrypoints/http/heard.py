"""Routes that take a patient's answers: whatever such a request is refused for, its alarming answers are heard first.

Invariant: no refusal, of whichever layer behind the door, keeps an alarming answer from the clinic or the crisis text
from the patient. The refusal itself stays as it is, with `crisis` and `alert_id` as members of the problem.
"""

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from careflow_service.http.errors import problem_for
from careflow_service.http.routes import Call
from careflow_service.identity import Actor
from careflow_service.problems import Problem
from screening.application.commands.hear_answers import HearAnswers, Heard
from screening.application.use_cases import Screening
from screening.domain.ids import CaseId, RequestId
from screening.entrypoints.http.schemas import CrisisView

_LOG = logging.getLogger(__name__)


class HeardRoute(APIRoute):
    """A route whose refused bodies are listened to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_or_hear(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as refusal:
                crisis = await _heard(request)
                if not crisis:
                    raise
                problem = problem_for(refusal)
                extra = {**crisis, **problem.extra}
                raise Problem(problem.kind, problem.detail, extra=extra, headers=problem.headers) from refusal

        return handle_or_hear


async def _heard(request: Request) -> dict[str, object]:
    """What to say first to a patient whose request is refused; nothing, if no answer in it is alarming."""
    call, screening = Call.of(request.scope), request.app.state.application
    assert isinstance(screening, Screening)
    sent = _sent(await request.body(), request.path_params["case_id"])
    if call is None or call.actor is None or sent is None:
        return {}
    heard = await listen(screening, sent, call.actor)
    if not heard.alarming:
        return {}
    text = CrisisView.model_validate(screening.ports.policy.crisis).model_dump()
    return {"crisis": text, "alert_id": heard.alert_id, "next_request_id": heard.next_request_id}


async def listen(screening: Screening, sent: HearAnswers, actor: Actor) -> Heard:
    """What comes of hearing answers that were refused; where that fails they are taken to be alarming."""
    if not screening.hear_answers.may_alarm(sent):
        return Heard(alarming=False)
    try:
        return (await screening.hear_answers(sent, actor)).value
    except Exception as error:  # the text must be shown whatever happened; the log names no more than its kind
        _LOG.error("alarming_answers_not_kept", extra={"error_class": type(error).__name__})
        return Heard(alarming=True)


def _sent(body: bytes, case_id: str) -> HearAnswers | None:
    """The answers in a body of whatever form, as far as there are any; an item that is there twice has two."""
    try:
        document = json.loads(body, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None
    fields = dict(document) if isinstance(document, tuple) else {}
    given, request_id = fields.get("answers"), fields.get("request_id")
    if not isinstance(given, tuple):
        return None
    answers = tuple((item, _text(answer)) for item, answer in given)
    return HearAnswers(CaseId(case_id), RequestId(request_id) if isinstance(request_id, str) else None, answers)


def _text(given: object) -> str:
    return {True: "yes", False: "no"}[given] if isinstance(given, bool) else str(given)
