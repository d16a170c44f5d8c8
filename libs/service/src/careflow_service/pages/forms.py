"""Forms as browsers send them, and what is wrong with them.

A form carries its own key, made when its page was shown: sent twice, by a second click or a reload, it is the same
request and is answered the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from careflow_service.http.dependencies import CurrentActor, request_key
from careflow_service.http.errors import faults_of
from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.names import Names
from careflow_service.problems import INVALID_REQUEST, Problem

B = TypeVar("B", bound=BaseModel)

KEY: Final = "key"
"""The field with the form's own key."""
VERSION: Final = "version"
"""The field that says as which version of what it is about the form was filled in."""

MOST_FIELDS: Final = 600
"""What an inventory of all containers a place may have asks, and some more."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed: fields left empty are not in it, and nobody means the space around a word."""

    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def with_day(self, name: str) -> "Form":
        """With `<name>_year`, `<name>_month` and `<name>_day` as one date; how many digits were typed says nothing."""
        parts = [self.fields.get(f"{name}_{part}", "") for part in ("year", "month", "day")]
        year, month, day = parts
        typed = {name: f"{year}-{month:0>2}-{day:0>2}"} if any(parts) else {}
        left = {key: value for key, value in self.fields.items() if not key.startswith(f"{name}_")}
        return Form({**left, **typed})

    def parted(self, name: str) -> "Form":
        """`with_day` undone: for showing again what was typed."""
        year, _, rest = self[name].partition("-")
        month, _, day = rest.partition("-")
        return Form({f"{name}_year": year, f"{name}_month": month, f"{name}_day": day, **self.fields})

    def with_colleague(self, name: str, names: Names) -> "Form":
        """With the id of whoever of the clinic was typed there."""
        return Form({**self.fields, name: names.meant(self[name])}) if self[name] else self

    def read(self, body: type[B]) -> tuple[B | None, dict[str, str]]:
        """What the form says, or which field is wrong and how, by the codes of the API."""
        try:
            return body.model_validate({name: self[name] for name in body.model_fields if self[name]}), {}
        except ValidationError as error:
            return None, {fault["field"]: fault["code"] for fault in faults_of(error.errors())}

    @property
    def version(self) -> int:
        """What stands under VERSION. Raises the problem `invalid_request` for what no page of ours sends."""
        version = self[VERSION]
        if not version.isascii() or not version.isdigit() or len(version) > 18:
            raise Problem(INVALID_REQUEST)
        return int(version)

    def said(self, body: type[B]) -> B:
        """What a form says in which nothing is typed. Raises the problem `invalid_request` for what no page of ours
        sends.
        """
        said, _ = self.read(body)
        if said is None:
            raise Problem(INVALID_REQUEST)
        return said


UNTYPED: Final = Form({})
"""Before anything was typed."""


async def form_request(request: Request, actor: CurrentActor) -> RequestKey:
    """The identity of the command a form stands for, by the key in it."""
    return await request_of(request, actor)


async def request_of(request: Request, actor: Actor) -> RequestKey:
    """As `form_request`, where somebody else sends it than who is logged in."""
    return await request_key(request, actor, (await submitted(request)).fields.get(KEY))


async def submitted(request: Request) -> Form:
    """The form of this request. Raises the problem `invalid_request` for what no page of ours sends."""
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Problem(INVALID_REQUEST) from None
    fields = {name: value.strip() for name, value in pairs if value.strip()}
    if len(pairs) != len({name for name, _ in pairs}):
        raise Problem(INVALID_REQUEST)
    return Form(fields)


async def sent_as(request: Request, name: str) -> tuple[str, ...]:
    """All that arrived under this name, in a form of whatever shape: for what is heard though the form is refused."""
    text = (await request.body()).decode("ascii", errors="replace")
    return tuple(value.strip() for field, value in parse_qsl(text, errors="replace") if field == name)


Submitted = Annotated[Form, Depends(submitted)]
FormRequest = Annotated[RequestKey, Depends(form_request)]
