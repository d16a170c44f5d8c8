"""What a form of the bedside is: its name, what it asks, what it does, and when it makes sense to offer it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Field
from sessions.application.queries.read_bedside import Bedside
from sessions.application.use_cases import Sessions
from sessions.entrypoints.pages.bedside_commands import Asked

Fields = Sequence[Field]
Does = Callable[[Sessions, Asked[Any], Actor, RequestKey], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class BedsideForm:
    """`body` is what the API takes; `fields` are asked, for this session and reader; `offered` says when it makes sense
    to ask, `to` whom. `also` is what the page knows by itself, `suggests` what stands in the fields of one that nobody
    has filled in; `above` the template of what is judged by it; `closed` to a reader whom nothing of it is for. A form
    `at_once` is a button without a page of its own.
    """

    name: str
    body: type[BaseModel]
    does: Does
    offered: Callable[[Bedside], bool]
    fields: Callable[[Bedside, Actor], Fields] = lambda _, __: ()
    also: Callable[[Bedside], Mapping[str, Any]] = lambda _: {}
    to: Callable[[Bedside, Actor], bool] = lambda _, __: True
    suggests: Callable[[Bedside, Actor], Mapping[str, str]] = lambda _, __: {}
    closed: Callable[[Bedside, Actor], bool] = lambda _, __: False
    above: str = ""
    at_once: bool = False
